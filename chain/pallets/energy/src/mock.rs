//! A runtime of this pallet alone; meters, readings and the market's gate as the tests need them.

use aipchain_primitives::{
	traits::{Communities, Meters, Readings, SettlementGate},
	CommunityId, FinalReading, MeterFacts, MeterId, Parameters, Source, UnixSeconds, Wh,
};
use core::time::Duration;
use frame::{deps::frame_system::GenesisConfig, runtime::prelude::*, testing_prelude::*, traits::UnixTime};
use std::collections::BTreeMap;

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
	pub type Energy = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlock<Test>;
}

parameter_types! {
	pub static Now: u64 = 0;
	pub static Exports: BTreeMap<(MeterId, UnixSeconds), FinalReading> = BTreeMap::new();
	pub static Unsettled: bool = false;
}

/// The clock the tests set.
pub struct Clock;

impl UnixTime for Clock {
	fn now() -> Duration {
		Duration::from_secs(Now::get())
	}
}

pub const ANNA: u64 = 2;
pub const BEN: u64 = 3;
pub const CLEO: u64 = 4;
pub const HOUR: u64 = 3600;
pub const GRACE: u64 = 900;
/// 2016-10-03, a Monday.
pub const MONDAY: u64 = 1_475_452_800;
/// When the readings of Monday's first hour are final.
pub const FINAL: u64 = MONDAY + HOUR + GRACE;

/// The communities 0 and 1 of hourly intervals. Anna owns the meters 0 to 8, Ben those from 10; 9 and 19 are of the
/// community 1, 99 and on are none.
pub struct Facts;

impl Communities for Facts {
	fn interval_s(community: CommunityId) -> Option<u32> {
		(community < 2).then_some(HOUR as u32)
	}
	fn epoch_s(community: CommunityId) -> Option<u32> {
		(community < 2).then_some(24 * HOUR as u32)
	}
	fn zone_exists(community: CommunityId, _: u16) -> bool {
		community < 2
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

impl Meters<u64> for Facts {
	fn meter(meter: MeterId) -> Option<MeterFacts<u64>> {
		(meter < 99).then_some(MeterFacts {
			community: (meter % 10 == 9).into(),
			owner: if meter < 10 { ANNA } else { BEN },
			source: Source::Solar,
			zone: 3,
			connection_limit_w: 10_000,
		})
	}
}

impl Readings for Facts {
	fn final_reading(meter: MeterId, interval_start: UnixSeconds) -> Option<FinalReading> {
		Exports::get()
			.get(&(meter, interval_start))
			.filter(|_| Now::get() >= interval_start + HOUR + GRACE)
			.copied()
	}
}

impl SettlementGate for Facts {
	fn awaits_settlement(community: CommunityId, _: UnixSeconds) -> bool {
		community == 0 && Unsettled::get()
	}
}

impl crate::Config for Test {
	type Time = Clock;
	type Communities = Facts;
	type Meters = Facts;
	type Readings = Facts;
	type Settlement = Facts;
	type WeightInfo = ();
}

/// Runs a test on a fresh chain where Monday's first hour is final, and checks the invariants after it.
pub fn chain(test: impl FnOnce()) {
	let mut state: TestState = GenesisConfig::<Test>::default()
		.build_storage()
		.expect("a default genesis")
		.into();
	state.execute_with(|| {
		System::set_block_number(1);
		Now::set(FINAL);
		Exports::set(BTreeMap::new());
		Unsettled::set(false);
		test();
		assert_ok!(Energy::do_try_state());
	});
}

/// The meter delivered `export_wh` in Monday's first hour, from a register of 5,000 Wh on.
pub fn delivered(meter: MeterId, export_wh: Wh) {
	delivered_from(meter, 5_000, export_wh);
}

/// The meter delivered `export_wh` in Monday's first hour.
pub fn delivered_from(meter: MeterId, export_register_wh: Wh, export_wh: Wh) {
	Exports::mutate(|exports| {
		exports.insert(
			(meter, MONDAY),
			FinalReading {
				import_wh: 7,
				export_wh,
				export_register_wh,
			},
		);
	});
}

/// Mints the first hour of Monday in the community 0.
pub fn mint(meters: &[MeterId]) -> DispatchResult {
	let meters = meters.to_vec().try_into().expect("few meters");
	Energy::mint(RuntimeOrigin::signed(CLEO), 0, MONDAY, meters)
}
