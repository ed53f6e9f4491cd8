//! Calls of the SDK's pallets: money, calls on behalf of others, collators, the development key.

use aipchain_runtime::{
	configs::ProxyType, AccountId, Address, RuntimeCall, System, AIP, EXISTENTIAL_DEPOSIT, MILLI_AIP,
};
use codec::Encode;
use frame_support::weights::Weight;
use sp_io::hashing::blake2_256;

use super::{anyone, own, Maker, Move};
use crate::{
	accounts::{all, key_of, Key},
	draw::Draw,
	scene::Scene,
};

/// Who holds the development key at the genesis.
const SUDO: Key = Key::Alice;
const ENOUGH_WEIGHT: Weight = Weight::from_parts(1_000_000_000_000, 5_000_000);
const PROXIES: [ProxyType; 3] = [ProxyType::Any, ProxyType::NonTransfer, ProxyType::Trading];

const MAKERS: [Maker; 8] = [
	money,
	forced_money,
	together,
	agents,
	by_proxy,
	shared,
	collators,
	upkeep,
];

pub fn any(draw: &mut Draw, scene: &Scene) -> Move {
	loop {
		if let Some(made) = draw.of(MAKERS)(draw, scene) {
			return made;
		}
	}
}

fn address(who: Key) -> Address {
	who.to_account_id().into()
}

/// Amounts around what an account needs and has.
fn value(draw: &mut Draw) -> u128 {
	let near = draw.of([
		0,
		1,
		EXISTENTIAL_DEPOSIT - 1,
		EXISTENTIAL_DEPOSIT,
		AIP,
		1_000_000 * AIP,
		u128::MAX,
	]);
	let some = AIP + u128::from(draw.below(1 << 40));
	if draw.chance(12) {
		near
	} else {
		some
	}
}

fn money(draw: &mut Draw, _: &Scene) -> Option<Move> {
	use pallet_balances::Call;
	let (dest, value, keep_alive) = (address(anyone(draw)), value(draw), draw.chance(70));
	let call = match draw.below(12) {
		0 => Call::transfer_all { dest, keep_alive },
		1 => Call::burn { value, keep_alive },
		2..5 => Call::transfer_allow_death { dest, value },
		_ => Call::transfer_keep_alive { dest, value },
	};
	Some((anyone(draw), RuntimeCall::Balances(call)))
}

fn forced_money(draw: &mut Draw, _: &Scene) -> Option<Move> {
	use pallet_balances::Call;
	let (source, dest, value) = (address(anyone(draw)), address(anyone(draw)), value(draw) >> 1);
	let call = match draw.below(3) {
		0 => Call::force_transfer { source, dest, value },
		1 => Call::upgrade_accounts {
			who: all().into_iter().map(Key::to_account_id).collect(),
		},
		_ => Call::force_set_balance {
			who: dest,
			new_free: if draw.chance(70) { 1_000_000 * AIP } else { value },
		},
	};
	Some(by_sudo(RuntimeCall::Balances(call)))
}

fn by_sudo(call: RuntimeCall) -> Move {
	(
		SUDO,
		RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call) }),
	)
}

/// Several calls of the community by one signer, or one under another origin.
fn together(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	use pallet_utility::Call;
	let (who, first) = own(draw, scene);
	let mut calls = vec![first];
	calls.extend((0..draw.below(3)).map(|_| own(draw, scene).1));
	let last = Box::new(calls.last().cloned()?);
	let call = match draw.below(6) {
		0 => Call::batch { calls },
		1 => Call::batch_all { calls },
		2 => Call::force_batch { calls },
		3 => Call::as_derivative {
			index: draw.below(2) as u16,
			call: last,
		},
		4 => Call::if_else {
			main: Box::new(calls.first().cloned()?),
			fallback: last,
		},
		_ => return Some(by_sudo(*last)),
	};
	Some((who, RuntimeCall::Utility(call)))
}

fn agents(draw: &mut Draw, _: &Scene) -> Option<Move> {
	use pallet_proxy::Call;
	let (delegate, proxy_type, delay) = (address(anyone(draw)), draw.of(PROXIES), draw.of([0, 0, 2]));
	let call = match draw.below(6) {
		0 => Call::remove_proxy {
			delegate,
			proxy_type,
			delay,
		},
		1 => Call::remove_proxies {},
		2 => Call::create_pure {
			proxy_type,
			delay,
			index: 0,
		},
		3 => Call::announce {
			real: delegate,
			call_hash: draw.hash(),
		},
		_ => Call::add_proxy {
			delegate,
			proxy_type,
			delay,
		},
	};
	// The development key's owner gives no power away: who has it may do what breaks a chain by right.
	let who = anyone(draw);
	(who != SUDO).then_some((who, RuntimeCall::Proxy(call)))
}

/// A call in the name of another, by an agent of his when there is one.
fn by_proxy(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let proxies: Vec<(AccountId, _)> = pallet_proxy::Proxies::<aipchain_runtime::Runtime>::iter().collect();
	let (real, (agents, _)) = draw.one(&proxies)?;
	let agent = key_of(&agents.first()?.delegate)?;
	let call = pallet_proxy::Call::proxy {
		real: real.into(),
		force_proxy_type: None,
		call: Box::new(own(draw, scene).1),
	};
	Some((agent, RuntimeCall::Proxy(call)))
}

/// Two of three accounts.
fn shared(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	use pallet_multisig::Call;
	let mut three = [Key::Bob, Key::Charlie, Key::Dave].map(Key::to_account_id);
	three.sort();
	let who = draw.of([Key::Bob, Key::Charlie, Key::Dave]);
	let others: Vec<AccountId> = three
		.into_iter()
		.filter(|account| *account != who.to_account_id())
		.collect();
	let paid = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: address(Key::Eve),
		value: MILLI_AIP,
	});
	let hash = blake2_256(&paid.encode());
	let opened = pallet_multisig::Multisigs::<aipchain_runtime::Runtime>::iter_values();
	let timepoint = opened.map(|multisig| multisig.when).next();
	let call = match draw.below(4) {
		0 => Call::as_multi_threshold_1 {
			other_signatories: others,
			call: Box::new(own(draw, scene).1),
		},
		1 => Call::cancel_as_multi {
			threshold: 2,
			other_signatories: others,
			timepoint: timepoint?,
			call_hash: hash,
		},
		2 => Call::approve_as_multi {
			threshold: 2,
			other_signatories: others,
			maybe_timepoint: timepoint,
			call_hash: hash,
			max_weight: ENOUGH_WEIGHT,
		},
		_ => Call::as_multi {
			threshold: 2,
			other_signatories: others,
			maybe_timepoint: timepoint,
			call: Box::new(paid),
			max_weight: ENOUGH_WEIGHT,
		},
	};
	Some((who, RuntimeCall::Multisig(call)))
}

fn collators(draw: &mut Draw, _: &Scene) -> Option<Move> {
	use pallet_collator_selection::Call;
	let (who, other) = (anyone(draw), anyone(draw).to_account_id());
	let amount = value(draw);
	let call = match draw.below(9) {
		0 => Call::register_as_candidate {},
		1 => Call::leave_intent {},
		2 => Call::update_bond { new_deposit: amount },
		3 => Call::take_candidate_slot {
			deposit: amount,
			target: other,
		},
		4 => return Some(by_sudo(Call::set_desired_candidates { max: 3 }.into())),
		5 => return Some(by_sudo(Call::set_candidacy_bond { bond: amount }.into())),
		6 => return Some(by_sudo(Call::add_invulnerable { who: other }.into())),
		7 => return Some(by_sudo(Call::remove_invulnerable { who: other }.into())),
		_ => return Some((who, RuntimeCall::Session(session(draw, who)))),
	};
	Some((who, RuntimeCall::CollatorSelection(call)))
}

fn session(draw: &mut Draw, who: Key) -> pallet_session::Call<aipchain_runtime::Runtime> {
	use pallet_session::Call;
	match draw.chance(30) {
		true => Call::purge_keys {},
		false => Call::set_keys {
			keys: aipchain_runtime::SessionKeys {
				aura: who.public().into(),
			},
			proof: draw.bytes(64),
		},
	}
}

/// Remarks, the time, and what only the block's author may say.
fn upkeep(draw: &mut Draw, _: &Scene) -> Option<Move> {
	let remark = draw.bytes(200);
	let call = match draw.below(5) {
		0 => RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: draw.edge() }),
		1 => RuntimeCall::System(frame_system::Call::remark_with_event { remark }),
		2 => RuntimeCall::System(frame_system::Call::set_code { code: remark }),
		3 => RuntimeCall::System(frame_system::Call::kill_prefix {
			prefix: remark,
			subkeys: System::block_number(),
		}),
		_ => RuntimeCall::System(frame_system::Call::remark { remark }),
	};
	Some((anyone(draw), call))
}
