//! A runtime of this pallet alone, a clock to set, and builders for the tests.

use crate::types::{CommunityName, Zones};
use aipchain_primitives::{CommunityId, Parameters, Role};
use core::time::Duration;
use frame::{deps::frame_system::GenesisConfig, runtime::prelude::*, testing_prelude::*, traits::UnixTime};

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
	pub type Communities = crate;
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

impl crate::Config for Test {
	type Time = Clock;
	type WeightInfo = ();
}

pub const STEWARD: u64 = 1;
pub const ANNA: u64 = 2;
pub const BEN: u64 = 3;
pub const HOUR: u32 = 3600;
pub const DAY: u32 = 24 * HOUR;
/// 2016-10-03, a Monday.
pub const MONDAY: u64 = 1_475_452_800;

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
		assert_ok!(Communities::do_try_state());
	});
}

pub fn name(text: &str) -> CommunityName {
	text.as_bytes().to_vec().try_into().expect("a short name")
}

pub fn zones(count: usize) -> Zones {
	vec![BoundedVec::default(); count].try_into().expect("few zones")
}

pub fn parameters() -> Parameters {
	Parameters {
		gate_closure_s: 600,
		clearing_window_s: 300,
		grace_s: 900,
		collateral: Permill::from_percent(10),
	}
}

/// Founds the community 0 of hourly intervals and daily epochs, with one steward and one zone.
pub fn founded() -> CommunityId {
	let origin = RuntimeOrigin::signed(STEWARD);
	assert_ok!(Communities::found(
		origin,
		name("Sunny Lane"),
		HOUR,
		DAY,
		zones(1),
		parameters(),
		STEWARD
	));
	0
}

pub fn roles(roles: &[Role]) -> BoundedVec<Role, ConstU32<8>> {
	roles.to_vec().try_into().expect("few roles")
}

pub fn admitted(account: u64, with: &[Role]) {
	assert_ok!(Communities::admit(
		RuntimeOrigin::signed(STEWARD),
		0,
		account,
		roles(with)
	));
}
