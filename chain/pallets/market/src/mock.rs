//! A runtime of the market with real balances and doubles of the pallets it asks. The doubles keep their state in
//! storage, so a failing call leaves them as they were.

use crate::{self as pallet_market, *};
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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Market = pallet_market;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

impl Config for Test {
	type Time = Clock;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Communities = Community;
	type Metering = Metering;
	type Energy = Energy;
	type Plugins = Plugins;
	type WeightInfo = ();
}

pub const ED: Balance = 100;
pub const FUNDS: Balance = 1_000_000;
/// The one community, with hourly intervals and daily epochs.
pub const HOME: CommunityId = 0;
pub const HOUR: u64 = 3_600;
/// What every meter's connection carries [W], and in an hour [Wh].
pub const LIMIT_W: u32 = 2_000_000;
pub const DAY: u64 = 24 * HOUR;
/// The interval the tests trade; its epoch is 100.
pub const START: UnixSeconds = 100 * DAY + 12 * HOUR;
pub const CLOSES_AT: UnixSeconds = START - 1_800;
pub const DEADLINE: UnixSeconds = CLOSES_AT + 600;
pub const FINAL_AT: UnixSeconds = START + HOUR + 900;

pub const ALICE: u64 = 1;
pub const BOB: u64 = 2;
pub const CAROL: u64 = 3;
pub const ORACLE: u64 = 10;
pub const OPERATOR: u64 = 11;
/// A stranger to the community.
pub const EVE: u64 = 20;

pub const RULES: RuleSet = RuleSet {
	price: H256([1; 32]),
	clear: H256([2; 32]),
};
pub const LATER_RULES: RuleSet = RuleSet {
	price: H256([3; 32]),
	clear: H256([2; 32]),
};

#[storage_alias]
pub type Now = StorageValue<Doubles, UnixSeconds, ValueQuery>;
#[storage_alias]
pub type Voted = StorageValue<Doubles, Parameters>;
/// Rules by the epoch they hold from.
#[storage_alias]
pub type Rules = StorageMap<Doubles, Twox64Concat, Epoch, RuleSet>;
/// The terms of every rule.
#[storage_alias]
pub type Demanded = StorageValue<Doubles, Terms, ValueQuery>;
/// Final readings: (import, export).
#[storage_alias]
pub type Meterings = StorageMap<Doubles, Twox64Concat, (MeterId, UnixSeconds), (Wh, Wh)>;
/// Energy on hold.
#[storage_alias]
pub type Held = StorageMap<Doubles, Twox64Concat, (MeterId, UnixSeconds), Wh>;
/// Energy moved from a meter to an account.
#[storage_alias]
pub type Moved = StorageMap<Doubles, Twox64Concat, (MeterId, u64), Wh, ValueQuery>;

pub struct Clock;
impl UnixTime for Clock {
	fn now() -> core::time::Duration {
		core::time::Duration::from_secs(Now::get())
	}
}

pub struct Community;
impl Communities for Community {
	fn interval_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(HOUR as u32)
	}
	fn epoch_s(community: CommunityId) -> Option<u32> {
		(community == HOME).then_some(DAY as u32)
	}
	fn zone_exists(_: CommunityId, _: u16) -> bool {
		true
	}
	fn parameters_at(community: CommunityId, _: UnixSeconds) -> Option<Parameters> {
		(community == HOME).then(|| Voted::get().unwrap_or_else(parameters))
	}
}
impl Membership<u64> for Community {
	fn member_index(community: CommunityId, who: &u64) -> Option<u32> {
		(community == HOME && *who < ORACLE).then_some(*who as u32)
	}
	fn electorate(_: CommunityId) -> Option<(u32, u32)> {
		None
	}
	fn has_role(community: CommunityId, who: &u64, role: Role) -> bool {
		let roles = [(ORACLE, Role::Oracle), (OPERATOR, Role::Operator)];
		community == HOME && roles.contains(&(*who, role))
	}
}

pub fn parameters() -> Parameters {
	Parameters {
		gate_closure_s: 1_800,
		clearing_window_s: 600,
		grace_s: 900,
		collateral: Permill::from_percent(10),
	}
}

/// Every member `m` owns the meters `10 m` to `10 m + 9`, in the zones 0 to 9; meter 19 is enrolled elsewhere.
pub struct Metering;
impl Meters<u64> for Metering {
	fn meter(meter: MeterId) -> Option<MeterFacts<u64>> {
		let community = if meter == 19 { HOME + 1 } else { HOME };
		let owner = u64::from(meter / 10);
		(meter < 100).then_some(MeterFacts {
			community,
			owner,
			source: Source::Solar,
			zone: (meter % 10) as u16,
			connection_limit_w: LIMIT_W,
		})
	}
}
impl Readings for Metering {
	fn final_reading(meter: MeterId, interval_start: UnixSeconds) -> Option<FinalReading> {
		let (import_wh, export_wh) = Meterings::get((meter, interval_start))?;
		Some(FinalReading {
			import_wh,
			export_wh,
			export_register_wh: 0,
		})
	}
}

pub struct Energy;
impl EnergyLedger<u64> for Energy {
	fn mint_and_hold(meter: MeterId, interval_start: UnixSeconds, hold_wh: Wh) -> Result<Wh, DispatchError> {
		let held = Meterings::get((meter, interval_start)).map_or(0, |(_, export_wh)| export_wh.min(hold_wh));
		assert!(!Held::contains_key((meter, interval_start)), "held once");
		Held::insert((meter, interval_start), held);
		Ok(held)
	}
	fn move_held(meter: MeterId, interval_start: UnixSeconds, to: &u64, wh: Wh) -> DispatchResult {
		let held = Held::get((meter, interval_start)).and_then(|held| held.checked_sub(wh));
		Held::insert(
			(meter, interval_start),
			held.ok_or(DispatchError::Other("InsufficientEnergy"))?,
		);
		Moved::mutate((meter, *to), |moved| *moved += wh);
		Ok(())
	}
	fn free_held(meter: MeterId, interval_start: UnixSeconds) -> DispatchResult {
		Held::mutate((meter, interval_start), |held| held.as_mut().map(|held| *held = 0));
		Ok(())
	}
}

pub struct Plugins;
impl ActivePlugins for Plugins {
	fn rules_at(community: CommunityId, epoch: Epoch) -> Option<RuleSet> {
		let since = Rules::iter_keys().filter(|from| *from <= epoch).max()?;
		Rules::get(since).filter(|_| community == HOME)
	}
	fn head(_: CommunityId, _: Slot) -> Option<H256> {
		None
	}
	fn check_build(_: &H256) -> DispatchResult {
		Ok(())
	}
	fn check_terms(_: CommunityId, _: Slot, _: &Terms) -> DispatchResult {
		Ok(())
	}
	fn terms(binding: H256) -> Option<Terms> {
		(binding == RULES.clear).then(Demanded::get)
	}
	fn schedule(_: CommunityId, _: Slot, _: Binding, _: H256, _: Epoch) -> DispatchResult {
		Ok(())
	}
}

/// Run `test` an hour before the gate closes, then check the invariants.
pub fn run(test: impl FnOnce()) {
	let mut storage = GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=20).map(|who| (who, FUNDS)).collect();
	pallet_balances::GenesisConfig::<Test> {
		balances,
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	TestState::from(storage).execute_with(|| {
		System::set_block_number(1);
		Now::put(CLOSES_AT - HOUR);
		Rules::insert(0, RULES);
		test();
		assert_ok!(Market::do_try_state());
	});
}
