//! Benchmarks: batches of readings that devices really signed, none of which follows its register.

use crate::{
	batch::reading_message,
	types::{Register, SignedReading, SignedReadings},
	Batches, Call, Config, Meters, Pallet, Registers,
};
use aipchain_primitives::{
	benchmarking::{World, BEFORE_GATE, INTERVAL_S, START},
	CommunityId, MeterId, Role, Source, UnixSeconds, H256,
};
use alloc::format;
use frame::{
	benchmarking::prelude::*,
	deps::{
		sp_core::{crypto::KeyTypeId, ed25519::Public},
		sp_io::crypto::{ed25519_generate, ed25519_sign},
	},
	traits::Zero,
};

/// The keys of devices in the keystore.
const DEVICES: KeyTypeId = KeyTypeId(*b"devi");
const END: UnixSeconds = START + INTERVAL_S as UnixSeconds;

/// A new meter of a device with its own key, whose registers stand an interval too far back: its reading has to move
/// the register, to be kept in quarantine and to be told by an event of its own, which is the most work there is.
fn meter_with_gap<T: Config + World<T::AccountId>>(community: CommunityId, index: u32) -> (MeterId, Public) {
	let meter = T::enrol(community, &account("owner", index, 0));
	let key = ed25519_generate(DEVICES, Some(format!("0x{:064x}", index + 1).into_bytes()));
	Meters::<T>::mutate(meter, |facts| {
		if let Some(facts) = facts {
			facts.device_key = key.0;
		}
	});
	let register = Register {
		at: BEFORE_GATE,
		import_wh: 0,
		export_wh: 0,
	};
	Registers::<T>::insert(meter, register);
	(meter, key)
}

/// What the device of the meter signs.
fn signed<T: Config>(community: CommunityId, meter: MeterId, key: &Public) -> SignedReading {
	let genesis = System::<T>::block_hash(BlockNumberFor::<T>::zero()).into();
	let mut reading = SignedReading {
		meter,
		import_register_wh: 1,
		export_register_wh: 1,
		signature: [0; 64],
	};
	let message = reading_message(genesis, community, START, &reading);
	if let Some(signature) = ed25519_sign(DEVICES, key, &message) {
		reading.signature = signature.0;
	}
	reading
}

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn enrol_meter() {
		T::set_time(BEFORE_GATE);
		let (community, steward, owner) = (T::community(), whitelisted_caller(), account("owner", 0, 0));
		T::grant(community, &steward, Role::Steward);
		T::admit(community, &owner);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(steward),
			community,
			owner,
			[1; 32],
			63,
			Source::Solar,
			10_000,
			1,
			1,
			START,
		);

		assert!(Meters::<T>::contains_key(0));
	}

	#[benchmark]
	fn submit_batch(n: Linear<1, 500>) {
		T::set_time(END);
		let (community, gateway) = (T::community(), whitelisted_caller());
		T::grant(community, &gateway, Role::Gateway);
		let read = |index| {
			let (meter, key) = meter_with_gap::<T>(community, index);
			signed::<T>(community, meter, &key)
		};
		let readings = SignedReadings::truncate_from((0..n).map(read).collect());
		let batch_id = H256([7; 32]);

		#[extrinsic_call]
		_(RawOrigin::Signed(gateway), community, START, batch_id, readings);

		assert_eq!(Batches::<T>::get(batch_id).map(|batch| batch.quarantined), Some(n));
		assert_eq!(Registers::<T>::get(n - 1).map(|register| register.at), Some(END));
	}
}
