//! A runtime of this pallet alone; communities, clock and devices as the tests need them.

use crate::types::{SignedReading, SignedReadings};
use aipchain_primitives::{
	traits::{Communities, Membership},
	CommunityId, MeterId, Parameters, Role, Source, UnixSeconds, Wh, H256,
};
use core::time::Duration;
use frame::{
	deps::{
		frame_system::GenesisConfig,
		sp_core::{ed25519, Pair},
	},
	runtime::prelude::*,
	testing_prelude::*,
	traits::UnixTime,
};

#[frame_construct_runtime]
mod test_runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Metering = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlock<Test>;
}

parameter_types! {
	pub static Now: u64 = 0;
}

/// The clock the tests set.
pub struct Clock;

impl UnixTime for Clock {
	fn now() -> Duration {
		Duration::from_secs(Now::get())
	}
}

pub const STEWARD: u64 = 1;
pub const ANNA: u64 = 2;
pub const BEN: u64 = 3;
pub const GATEWAY: u64 = 4;
pub const HOUR: u64 = 3600;
pub const GRACE: u64 = 2 * HOUR;
/// 2016-10-03, a Monday.
pub const MONDAY: u64 = 1_475_452_800;
/// 10 kW: 10,000 Wh in an hour.
pub const LIMIT_W: u32 = 10_000;

/// The communities 0 and 1: hourly intervals, two zones, one steward, Anna and Ben, one gateway.
pub struct Facts;

impl Communities for Facts {
	fn interval_s(community: CommunityId) -> Option<u32> {
		(community < 2).then_some(HOUR as u32)
	}
	fn epoch_s(community: CommunityId) -> Option<u32> {
		(community < 2).then_some(24 * HOUR as u32)
	}
	fn zone_exists(community: CommunityId, zone: u16) -> bool {
		community < 2 && zone < 2
	}
	fn parameters_at(community: CommunityId, _: UnixSeconds) -> Option<Parameters> {
		(community < 2).then_some(Parameters {
			gate_closure_s: 600,
			clearing_window_s: 300,
			grace_s: GRACE as u32,
			collateral: Permill::zero(),
		})
	}
}

impl Membership<u64> for Facts {
	fn member_index(community: CommunityId, who: &u64) -> Option<u32> {
		(community < 2 && [ANNA, BEN].contains(who)).then_some(*who as u32)
	}
	fn electorate(_: CommunityId) -> Option<(u32, u32)> {
		Some((2, 4))
	}
	fn has_role(community: CommunityId, who: &u64, role: Role) -> bool {
		community < 2 && [(STEWARD, Role::Steward), (GATEWAY, Role::Gateway)].contains(&(*who, role))
	}
}

impl crate::Config for Test {
	type Time = Clock;
	type Communities = Facts;
	type Membership = Facts;
	type WeightInfo = ();
}

/// Runs a test on a fresh chain and checks the invariants after it.
pub fn chain(test: impl FnOnce()) {
	let mut state: TestState = GenesisConfig::<Test>::default()
		.build_storage()
		.expect("a default genesis")
		.into();
	state.execute_with(|| {
		System::set_block_number(1);
		Now::set(MONDAY);
		test();
		assert_ok!(Metering::do_try_state());
	});
}

/// The device of a meter.
pub fn device(meter: MeterId) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[meter as u8; 32])
}

/// Enrols the next meter of `community` for Anna, at 1,000 Wh import and 500 Wh export on Monday at midnight.
pub fn enrolled_in(community: CommunityId) -> MeterId {
	let meter = crate::NextMeterId::<Test>::get();
	let key = device(meter).public().0;
	let origin = RuntimeOrigin::signed(STEWARD);
	assert_ok!(Metering::enrol_meter(
		origin,
		community,
		ANNA,
		key,
		1,
		Source::Solar,
		LIMIT_W,
		1_000,
		500,
		MONDAY
	));
	meter
}

/// Enrols the next meter in the community 0.
pub fn enrolled() -> MeterId {
	enrolled_in(0)
}

/// What the device of `meter` signs for the `hour`th hour of Monday in the community 0.
pub fn reading(meter: MeterId, hour: u64, import_register_wh: Wh, export_register_wh: Wh) -> SignedReading {
	let mut signed = SignedReading {
		meter,
		import_register_wh,
		export_register_wh,
		signature: [0; 64],
	};
	let message = crate::batch::reading_message(System::block_hash(0), 0, MONDAY + hour * HOUR, &signed);
	signed.signature = device(meter).sign(&message).0;
	signed
}

pub fn readings(readings: &[SignedReading]) -> SignedReadings {
	readings.to_vec().try_into().expect("few readings")
}

/// Submits a batch for the `hour`th hour of Monday to the community 0.
pub fn submit(id: u8, hour: u64, batch: &[SignedReading]) -> DispatchResult {
	let origin = RuntimeOrigin::signed(GATEWAY);
	Metering::submit_batch(origin, 0, MONDAY + hour * HOUR, H256([id; 32]), readings(batch))
}

/// Sets the clock to the end of the `hour`th hour of Monday.
pub fn after_hour(hour: u64) {
	Now::set(MONDAY + (hour + 1) * HOUR);
}
