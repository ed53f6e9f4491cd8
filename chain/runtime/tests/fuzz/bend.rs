//! Input that nobody means: bent calls under a good signature, bent extrinsics, bytes.

use aipchain_runtime::{RuntimeCall, System};
use codec::{Decode, DecodeAll, Encode};
use sp_runtime::generic::Era;

use crate::{
	accounts::{all, signed, Envelope, Key},
	calls::meant,
	draw::Draw,
	scene::Scene,
};

/// What root may do that no invariant survives: writing storage, code or the issuance itself, giving back deposits
/// that other pallets count on, and asking for more candidates than there may be. Root may also do it inside any other
/// call, so a call is known by its words.
const BREAKS_BY_RIGHT: [&str; 8] = [
	"set_storage",
	"kill_storage",
	"kill_prefix",
	"set_code",
	"apply_authorized_upgrade",
	"force_adjust_total_issuance",
	"force_unreserve",
	"set_desired_candidates",
];
/// The indices of the pallets.
const PALLETS: [u8; 18] = [0, 1, 2, 3, 10, 15, 21, 22, 24, 30, 31, 32, 50, 51, 52, 53, 54, 55];

/// A meant extrinsic with something wrong: in the call, beside it, or anywhere in the bytes.
pub fn bent(draw: &mut Draw, scene: &Scene) -> Vec<u8> {
	let (who, call) = meant(draw, scene);
	match draw.below(10) {
		0..6 => bent_call(draw, who, &call),
		6..8 => signed(who, call, bent_envelope(draw, who)).encode(),
		_ => {
			let mut bytes = signed(who, call, Envelope::next_of(who)).encode();
			bend(draw, &mut bytes);
			bytes
		}
	}
}

/// The bent call, well signed when it still is a call.
fn bent_call(draw: &mut Draw, who: Key, call: &RuntimeCall) -> Vec<u8> {
	let mut bytes = call.encode();
	bend(draw, &mut bytes);
	match RuntimeCall::decode_all(&mut &bytes[..]) {
		Ok(call) => signed_unless_it_breaks(who, call),
		Err(_) => bytes,
	}
}

fn signed_unless_it_breaks(who: Key, call: RuntimeCall) -> Vec<u8> {
	match breaks_by_right(&call) {
		true => call.encode(),
		false => signed(who, call, Envelope::next_of(who)).encode(),
	}
}

fn breaks_by_right(call: &RuntimeCall) -> bool {
	let words = format!("{call:?}");
	BREAKS_BY_RIGHT.iter().any(|word| words.contains(word))
}

#[test]
fn what_root_may_break_is_known_inside_other_calls() {
	let kill = RuntimeCall::System(frame_system::Call::kill_storage { keys: Vec::new() });
	let remark = RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
	let inside = |call: &RuntimeCall| {
		let batch = RuntimeCall::Utility(pallet_utility::Call::batch {
			calls: vec![call.clone()],
		});
		RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(batch) })
	};
	assert!(breaks_by_right(&inside(&kill)));
	assert!(!breaks_by_right(&inside(&remark)));
}

fn bent_envelope(draw: &mut Draw, who: Key) -> Envelope {
	let mut envelope = Envelope::next_of(who);
	match draw.below(3) {
		0 => envelope.nonce = draw.edge() as u32,
		1 => envelope.tip = u128::from(draw.edge()) << draw.below(64),
		_ => envelope.era = Era::mortal(draw.edge().max(4), System::block_number().into()),
	}
	envelope
}

/// Bytes of no meaning, with the first ones of a call or of an extrinsic more often than chance has them.
pub fn noise(draw: &mut Draw) -> Vec<u8> {
	let bytes = draw.bytes(160);
	match draw.below(4) {
		0 => bytes,
		1 => [vec![draw.of([0x04, 0x05, 0x44, 0x45, 0x84, 0x85])], bytes]
			.concat()
			.encode(),
		_ => call_of_noise(draw, &bytes),
	}
}

/// A pallet's call with arguments of noise, well signed when it is one.
fn call_of_noise(draw: &mut Draw, noise: &[u8]) -> Vec<u8> {
	let bytes = [&[draw.of(PALLETS), draw.below(12) as u8], noise].concat();
	let who = draw.one(&all()).unwrap_or(Key::Bob);
	match RuntimeCall::decode(&mut &bytes[..]) {
		Ok(call) => signed_unless_it_breaks(who, call),
		Err(_) => bytes,
	}
}

/// Change, cut, lengthen or repeat some of the bytes.
fn bend(draw: &mut Draw, bytes: &mut Vec<u8>) {
	for _ in 0..draw.between(1, 3) {
		let place = draw.below(bytes.len().max(1) as u64) as usize;
		match draw.below(8) {
			0 => bytes.truncate(place),
			1 => bytes.extend(draw.bytes(8)),
			2 => bytes.extend_from_within(place..),
			_ => change(draw, bytes.get_mut(place)),
		}
	}
}

fn change(draw: &mut Draw, byte: Option<&mut u8>) {
	if let Some(byte) = byte {
		*byte = match draw.below(4) {
			0 => 0,
			1 => 0xff,
			2 => draw.below(256) as u8,
			_ => *byte ^ 1 << draw.below(8),
		};
	}
}
