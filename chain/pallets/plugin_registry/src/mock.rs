//! A runtime of the registry with a double of the communities.

use crate as pallet_plugin_registry;
use aipchain_primitives::{traits::*, *};
use frame::{deps::frame_system::GenesisConfig, prelude::*, runtime::prelude::*, testing_prelude::*};

#[frame_construct_runtime]
mod runtime {
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
	pub type Registry = pallet_plugin_registry;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlock<Test>;
}

impl crate::Config for Test {
	type Communities = Community;
	type WeightInfo = ();
}

/// The one community, how many zones it has, and its steward.
pub const HOME: CommunityId = 0;
pub const ZONES: u16 = 3;
pub const STEWARD: u64 = 1;
pub const AUTHOR: u64 = 2;

pub struct Community;
impl Communities for Community {
	fn interval_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(3_600)
	}
	fn epoch_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(86_400)
	}
	fn zone_exists(community: CommunityId, zone: u16) -> bool {
		community == HOME && zone < ZONES
	}
	fn parameters_at(_: CommunityId, _: UnixSeconds) -> Option<Parameters> {
		None
	}
}
impl Membership<u64> for Community {
	fn member_index(_: CommunityId, _: &u64) -> Option<u32> {
		None
	}
	fn electorate(_: CommunityId) -> Option<(u32, u32)> {
		None
	}
	fn has_role(community: CommunityId, who: &u64, role: Role) -> bool {
		(community, *who, role) == (HOME, STEWARD, Role::Steward)
	}
}

/// Run `test`, then check the invariants.
pub fn run(test: impl FnOnce()) {
	let storage = GenesisConfig::<Test>::default().build_storage().unwrap();
	TestState::from(storage).execute_with(|| {
		System::set_block_number(1);
		test();
		assert_ok!(Registry::do_try_state());
	});
}
