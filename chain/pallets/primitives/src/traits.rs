//! The seams between the pallets. Each is implemented by one pallet and wired by the runtime.

use crate::{
	Binding, CommunityId, Epoch, FinalReading, MeterFacts, MeterId, Parameters, Role, RuleSet, Slot, Terms,
	UnixSeconds, Wh, H256,
};
use frame::prelude::{DispatchError, DispatchResult};

/// Facts about communities. Implemented by `pallet-communities`.
pub trait Communities {
	/// The length of a delivery interval [s].
	fn interval_s(community: CommunityId) -> Option<u32>;
	/// The length of an epoch [s].
	fn epoch_s(community: CommunityId) -> Option<u32>;
	/// Whether the community has this zone.
	fn zone_exists(community: CommunityId, zone: u16) -> bool;
	/// The parameter set in force at the epoch of `at`.
	fn parameters_at(community: CommunityId, at: UnixSeconds) -> Option<Parameters>;
}

/// Who belongs to a community and what they may do. Implemented by `pallet-communities`.
pub trait Membership<AccountId> {
	/// The index a member was admitted with; it never changes while the membership lasts.
	fn member_index(community: CommunityId, who: &AccountId) -> Option<u32>;
	/// `(members, next_member_index)`: the electorate now, and the bound that later members' indices reach.
	fn electorate(community: CommunityId) -> Option<(u32, u32)>;
	/// Whether `who` has the role. The account need not be a member.
	fn has_role(community: CommunityId, who: &AccountId, role: Role) -> bool;
}

/// How a vote changes the parameters. Implemented by `pallet-communities`.
pub trait ParameterSchedule {
	/// The binding hash that the next change must name: the pending one's, else the active one's.
	fn parameters_head(community: CommunityId) -> Option<H256>;
	/// Whether the parameters are within bounds.
	fn check_parameters(parameters: &Parameters) -> bool;
	/// Refuses while a change would forget parameters that readings are not final under yet; later it can be made.
	fn check_schedule(community: CommunityId) -> DispatchResult;
	/// Set the parameters from the start of `from_epoch` on.
	fn schedule_parameters(
		community: CommunityId,
		parameters: Parameters,
		hash: H256,
		from_epoch: Epoch,
	) -> DispatchResult;
}

/// Facts about meters. Implemented by `pallet-metering`.
pub trait Meters<AccountId> {
	/// The meter, if enrolled.
	fn meter(meter: MeterId) -> Option<MeterFacts<AccountId>>;
}

/// Final readings. Implemented by `pallet-metering`.
pub trait Readings {
	/// The reading of the interval, only once it is final at the chain's time.
	fn final_reading(meter: MeterId, interval_start: UnixSeconds) -> Option<FinalReading>;
}

/// Energy during settlement. Implemented by `pallet-energy`.
pub trait EnergyLedger<AccountId> {
	/// Mint the final reading once and hold `min(hold_wh, export)` of it; says how much was held.
	///
	/// The same again changes nothing and says the same until the hold is freed. 0 when there is no final reading or
	/// no export.
	fn mint_and_hold(meter: MeterId, interval_start: UnixSeconds, hold_wh: Wh) -> Result<Wh, DispatchError>;
	/// Move the first `wh` of what is held to `to`, free. Moving 0 does nothing.
	fn move_held(meter: MeterId, interval_start: UnixSeconds, to: &AccountId, wh: Wh) -> DispatchResult;
	/// Give the rest of the hold back to the producer, free. Without a hold it does nothing.
	fn free_held(meter: MeterId, interval_start: UnixSeconds) -> DispatchResult;
}

/// Whether energy must wait for the market. Implemented by `pallet-market`.
pub trait SettlementGate {
	/// True while a book of that interval is open, or cleared but not settled.
	fn awaits_settlement(community: CommunityId, interval_start: UnixSeconds) -> bool;
}

/// Which plugins rule. Implemented by `pallet-plugin-registry`.
pub trait ActivePlugins {
	/// The rules in force at `epoch`, if both slots have one.
	fn rules_at(community: CommunityId, epoch: Epoch) -> Option<RuleSet>;
	/// The binding hash that the next change of the slot must name: the pending one's, else the active one's.
	fn head(community: CommunityId, slot: Slot) -> Option<H256>;
	/// Refuses a build that is not registered or is deprecated.
	fn check_build(bundle: &H256) -> DispatchResult;
	/// Refuses terms that are not sound, or that name a zone the community does not have.
	fn check_terms(community: CommunityId, slot: Slot, terms: &Terms) -> DispatchResult;
	/// What clearings under a binding have to keep and to prove.
	fn terms(binding: H256) -> Option<Terms>;
	/// Put the binding into the slot from the start of `from_epoch` on.
	fn schedule(community: CommunityId, slot: Slot, binding: Binding, hash: H256, from_epoch: Epoch) -> DispatchResult;
}
