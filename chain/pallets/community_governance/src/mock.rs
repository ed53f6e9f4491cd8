//! A runtime of the governance with doubles of the communities and the registry. The doubles keep their state in
//! storage, so a failing call leaves them as they were.

use crate as pallet_community_governance;
use aipchain_primitives::{traits::*, *};
use frame::{
	deps::{frame_support::storage_alias, frame_system::GenesisConfig},
	prelude::*,
	runtime::prelude::*,
	testing_prelude::*,
	traits::UnixTime,
};

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
	pub type Governance = pallet_community_governance;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlock<Test>;
}

impl crate::Config for Test {
	type Time = Clock;
	type Communities = Community;
	type Plugins = Plugins;
	type WeightInfo = ();
}

/// The one community.
pub const HOME: CommunityId = 0;
pub const STEWARD: u64 = 100;
/// The members at first are the accounts 1 to 10, with indices 0 to 9.
pub const MEMBERS: u32 = 10;
pub const DAY: u64 = 86_400;
/// When every test begins: the middle of epoch 50.
pub const BEGIN: UnixSeconds = 50 * DAY + DAY / 2;

pub const REGISTERED: H256 = H256([7; 32]);
pub const UNREGISTERED: H256 = H256([8; 32]);

#[storage_alias]
pub type Now = StorageValue<Doubles, UnixSeconds, ValueQuery>;
/// Members by account, with their index.
#[storage_alias]
pub type Members = StorageMap<Doubles, Twox64Concat, u64, u32>;
/// What votes scheduled: (hash, epoch).
#[storage_alias]
pub type Parametrised = StorageValue<Doubles, (H256, Epoch)>;
/// The head of the price slot; the clear slot is empty.
#[storage_alias]
pub type PriceHead = StorageValue<Doubles, H256, ValueQuery>;
/// The epoch that the price slot changes at.
#[storage_alias]
pub type PriceFrom = StorageValue<Doubles, Epoch>;
/// Until when parameters cannot change.
#[storage_alias]
pub type NeededUntil = StorageValue<Doubles, UnixSeconds, ValueQuery>;
/// Whether the registry refuses, after it has written.
#[storage_alias]
pub type Refuses = StorageValue<Doubles, bool, ValueQuery>;

pub struct Clock;
impl UnixTime for Clock {
	fn now() -> core::time::Duration {
		core::time::Duration::from_secs(Now::get())
	}
}

pub struct Community;
impl Communities for Community {
	fn interval_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(3_600)
	}
	fn epoch_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(DAY as u32)
	}
	fn zone_exists(_: CommunityId, _: u16) -> bool {
		false
	}
	fn parameters_at(_: CommunityId, _: UnixSeconds) -> Option<Parameters> {
		None
	}
}
impl Membership<u64> for Community {
	fn member_index(community: CommunityId, who: &u64) -> Option<u32> {
		Members::get(who).filter(|_| community == HOME)
	}
	fn electorate(community: CommunityId) -> Option<(u32, u32)> {
		let next = Members::iter_values().max().map_or(0, |last| last + 1);
		(community == HOME).then(|| (Members::iter_keys().count() as u32, next))
	}
	fn has_role(community: CommunityId, who: &u64, role: Role) -> bool {
		(community, *who, role) == (HOME, STEWARD, Role::Steward)
	}
}
impl ParameterSchedule for Community {
	fn parameters_head(community: CommunityId) -> Option<H256> {
		(community == HOME).then(|| Parametrised::get().map_or(H256::zero(), |(hash, _)| hash))
	}
	fn check_parameters(parameters: &Parameters) -> bool {
		parameters.grace_s > 0
	}
	fn check_schedule(_: CommunityId) -> DispatchResult {
		ensure!(
			Now::get() >= NeededUntil::get(),
			DispatchError::Other("EarlierParametersNeeded")
		);
		Ok(())
	}
	fn schedule_parameters(_: CommunityId, _: Parameters, hash: H256, from: Epoch) -> DispatchResult {
		Parametrised::put((hash, from));
		Ok(())
	}
}

pub struct Plugins;
impl ActivePlugins for Plugins {
	fn rules_at(_: CommunityId, _: Epoch) -> Option<RuleSet> {
		None
	}
	fn head(community: CommunityId, slot: Slot) -> Option<H256> {
		(community == HOME && slot == Slot::Price).then(PriceHead::get)
	}
	fn check_build(bundle: &H256) -> DispatchResult {
		ensure!(*bundle == REGISTERED, DispatchError::Other("UnknownBuild"));
		Ok(())
	}
	fn check_terms(_: CommunityId, slot: Slot, terms: &Terms) -> DispatchResult {
		ensure!(terms.are_sound(slot), DispatchError::Other("BadTerms"));
		Ok(())
	}
	fn terms(_: H256) -> Option<Terms> {
		None
	}
	fn schedule(_: CommunityId, _: Slot, _: Binding, hash: H256, from: Epoch) -> DispatchResult {
		PriceHead::put(hash);
		PriceFrom::put(from);
		ensure!(!Refuses::get(), DispatchError::Other("BuildDeprecated"));
		Ok(())
	}
}

/// Run `test`, then check the invariants.
pub fn run(test: impl FnOnce()) {
	let storage = GenesisConfig::<Test>::default().build_storage().unwrap();
	TestState::from(storage).execute_with(|| {
		System::set_block_number(1);
		Now::put(BEGIN);
		(0..MEMBERS).for_each(|index| Members::insert(u64::from(index) + 1, index));
		test();
		assert_ok!(Governance::do_try_state());
	});
}
