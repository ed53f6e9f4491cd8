//! Calls as a person would make them, drawn towards what exists: each maker gives a signer and a call, or nothing when
//! there is nothing to do.

mod communities;
mod energy;
mod governance;
mod market;
mod metering;
mod others;
mod plugins;
mod proofs;

use aipchain_runtime::RuntimeCall;

use crate::{
	accounts::{all, with_money, Key},
	draw::Draw,
	scene::Scene,
};

/// A call and who signs it.
pub type Move = (Key, RuntimeCall);
type Maker = fn(&mut Draw, &Scene) -> Option<Move>;

/// The calls of the energy community by weight. A maker that waits for its moment has a great one.
const OWN: [(u64, Maker); 24] = [
	(8, communities::found),
	(14, communities::admit),
	(12, communities::grant_role),
	(1, communities::revoke_role),
	(2, communities::leave),
	(10, metering::enrol_meter),
	(60, metering::submit_batch),
	(20, energy::mint),
	(12, energy::retire),
	(8, market::post_reference_prices),
	(45, market::place_orders),
	(4, market::cancel_order),
	(40, market::submit_clearing),
	(30, market::settle),
	(20, market::void),
	(30, proofs::challenge_clearing),
	(6, plugins::register_build),
	(2, plugins::deprecate_build),
	(20, plugins::install),
	(12, governance::set_track),
	(10, governance::propose),
	(24, governance::vote),
	(20, governance::advance),
	(3, governance::cancel),
];

/// A call of the energy community, or one of another pallet.
pub fn meant(draw: &mut Draw, scene: &Scene) -> Move {
	if draw.chance(15) {
		return others::any(draw, scene);
	}
	let (who, call) = own(draw, scene);
	match draw.chance(4) {
		true => (anyone(draw), call),
		false => (who, call),
	}
}

/// A call of the energy community.
fn own(draw: &mut Draw, scene: &Scene) -> Move {
	loop {
		let maker = weighted(draw);
		if let Some(made) = maker(draw, scene) {
			return made;
		}
	}
}

fn weighted(draw: &mut Draw) -> Maker {
	let total = OWN.iter().map(|(weight, _)| weight).sum();
	let mut rest = draw.below(total);
	for (weight, maker) in OWN {
		if rest < weight {
			return maker;
		}
		rest -= weight;
	}
	communities::found
}

/// One of our accounts, seldom one without money.
fn anyone(draw: &mut Draw) -> Key {
	let all = all();
	let some = if draw.chance(3) { all } else { with_money() };
	draw.one(&some).unwrap_or(Key::Alice)
}

/// Text of at most `most` bytes in a bounded list of bytes.
fn text<B: TryFrom<Vec<u8>> + Default>(draw: &mut Draw, most: u64) -> B {
	let length = draw.between(1, most) as usize;
	B::try_from(vec![b'a' + draw.below(26) as u8; length]).unwrap_or_default()
}
