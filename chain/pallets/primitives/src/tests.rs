use crate::*;
use codec::{Decode, Encode};
use frame::{arithmetic::Permill, hashing::blake2_256};

fn parameters() -> Parameters {
	Parameters {
		gate_closure_s: 600,
		clearing_window_s: 300,
		grace_s: 900,
		collateral: Permill::from_percent(10),
	}
}

#[test]
fn a_role_is_one_bit_of_sixteen() {
	assert_eq!(Role::Steward.bit(), 1);
	assert_eq!(Role::Gateway.bit(), 8);
	assert_eq!(Role::GridOperator.bit(), 128);
}

#[test]
fn the_binding_hash_is_the_documented_bytes() {
	let change = Change::Parameters(parameters());
	let mut bytes = b"aipchain/binding/v1".to_vec();
	bytes.extend(7u32.to_le_bytes());
	bytes.push(1);
	for seconds in [600u32, 300, 900] {
		bytes.extend(seconds.to_le_bytes());
	}
	bytes.extend(100_000u32.to_le_bytes());
	bytes.extend([9; 32]);
	assert_eq!(binding_hash(7, &change, H256([9; 32])), H256(blake2_256(&bytes)));
}

#[test]
fn the_binding_hash_depends_on_each_part() {
	let change = |grace_s| {
		Change::Parameters(Parameters {
			grace_s,
			..parameters()
		})
	};
	let track = Change::Track {
		kind: TrackKind::Plugin,
		settings: TrackSettings {
			notice_s: 0,
			decide_s: 1,
			confirm_s: 1,
			timelock_s: 1,
			min_turnout: Permill::zero(),
			min_approval: Permill::from_percent(50),
		},
	};
	let plugin = |slot| Change::Plugin {
		slot,
		binding: Binding {
			bundle: H256::zero(),
			config: Default::default(),
			grants: Default::default(),
			terms: Default::default(),
			migration: None,
		},
	};
	let hashes = [
		binding_hash(0, &change(900), H256::zero()),
		binding_hash(1, &change(900), H256::zero()),
		binding_hash(0, &change(901), H256::zero()),
		binding_hash(0, &change(900), H256([1; 32])),
		binding_hash(0, &track, H256::zero()),
		binding_hash(0, &plugin(Slot::Price), H256::zero()),
		binding_hash(0, &plugin(Slot::Clear), H256::zero()),
	];
	for (index, hash) in hashes.iter().enumerate() {
		assert!(!hashes[..index].contains(hash), "hash {index} is not its own");
	}
}

#[test]
fn a_change_names_its_track() {
	assert_eq!(Change::Parameters(parameters()).track(), TrackKind::Parameter);
}

#[test]
fn epochs_are_counted_from_1970() {
	assert_eq!(epoch_of(0, 86_400), 0);
	assert_eq!(epoch_of(86_399, 86_400), 0);
	assert_eq!(epoch_of(86_400, 86_400), 1);
	assert_eq!(epoch_of(u64::MAX, 1), Epoch::MAX);
	assert_eq!(epoch_of(5, 0), 5);
}

#[test]
fn the_times_of_an_interval_follow_its_parameters() {
	let parameters = parameters();
	assert_eq!(parameters.closes_at(7_200), 6_600);
	assert_eq!(parameters.deadline(7_200), 6_900);
	assert_eq!(parameters.final_at(7_200, 3_600), 11_700);
	assert_eq!(parameters.closes_at(1), 0);
	assert_eq!(parameters.final_at(u64::MAX, 3_600), u64::MAX);
}

#[test]
fn intervals_start_on_multiples_of_their_length() {
	assert!(is_aligned(7_200, 3_600));
	assert!(!is_aligned(7_201, 3_600));
	assert!(!is_aligned(0, 0));
}

#[test]
fn a_share_above_one_does_not_decode() {
	assert!(Permill::decode(&mut &1_000_001u32.encode()[..]).is_err());
	assert_eq!(Permill::decode(&mut &1_000_000u32.encode()[..]), Ok(Permill::one()));
}

#[test]
fn an_amount_cannot_overflow() {
	assert_eq!(amount(u64::MAX, u64::MAX), u128::from(u64::MAX) * u128::from(u64::MAX));
	assert_eq!(amount(1_000_000_000, 1_000), 1_000_000_000_000);
}

fn charge(from: u16, to: u16) -> ZoneCharge {
	ZoneCharge { from, to, price: 7 }
}

fn limit(zone: u16) -> LineLimit {
	LineLimit {
		zone,
		out_wh: 10,
		in_wh: 20,
	}
}

fn terms(proof: Proof, charges: &[ZoneCharge], limits: &[LineLimit]) -> Terms {
	Terms {
		proof,
		charges: charges.to_vec().try_into().unwrap(),
		limits: limits.to_vec().try_into().unwrap(),
	}
}

#[test]
fn terms_ask_only_for_what_is_weighed() {
	let sound = |slot, proof, charges: &[_], limits: &[_]| terms(proof, charges, limits).are_sound(slot);
	let (charges, limits) = ([charge(0, 1)], [limit(0)]);
	assert!(sound(Slot::Price, Proof::Envelope, &[], &[]));
	assert!(!sound(Slot::Price, Proof::UniformPrice, &[], &[]));
	assert!(!sound(Slot::Price, Proof::Envelope, &charges, &[]));
	assert!(!sound(Slot::Price, Proof::Envelope, &[], &limits));
	assert!(sound(Slot::Clear, Proof::Envelope, &[], &limits));
	assert!(!sound(Slot::Clear, Proof::Envelope, &charges, &[]));
	assert!(sound(Slot::Clear, Proof::UniformPrice, &[], &[]));
	assert!(!sound(Slot::Clear, Proof::UniformPrice, &charges, &[]));
	assert!(!sound(Slot::Clear, Proof::UniformPrice, &[], &limits));
	assert!(sound(Slot::Clear, Proof::Optimum, &charges, &limits));
}

#[test]
fn terms_are_listed_once_and_in_order() {
	let sound = |charges: &[_], limits: &[_]| terms(Proof::Optimum, charges, limits).are_sound(Slot::Clear);
	assert!(sound(
		&[charge(0, 1), charge(1, 0), charge(1, 1)],
		&[limit(0), limit(2)]
	));
	assert!(!sound(&[charge(0, 1), charge(0, 1)], &[]));
	assert!(!sound(&[charge(0, 1), charge(0, 0)], &[]));
	assert!(!sound(&[], &[limit(1), limit(1)]));
	assert!(!sound(&[], &[limit(1), limit(0)]));
}

#[test]
fn what_is_not_listed_costs_nothing_and_has_no_limit() {
	let terms = terms(Proof::Optimum, &[charge(0, 1), charge(3, 0)], &[limit(2)]);
	assert_eq!((terms.charge(3, 0), terms.charge(0, 3), terms.charge(1, 1)), (7, 0, 0));
	assert_eq!((terms.limit(2), terms.limit(0)), (Some(&limit(2)), None));
	assert_eq!(terms.highest_zone(), Some(3));
	assert_eq!(Terms::default().highest_zone(), None);
}

#[test]
fn plain_terms_are_three_zero_bytes() {
	assert_eq!(Terms::default().encode(), [0, 0, 0]);
	assert_eq!(
		terms(Proof::Optimum, &[charge(1, 2)], &[limit(3)]).encode(),
		[2, 4, 1, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 4, 3, 0, 10, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0]
	);
}
