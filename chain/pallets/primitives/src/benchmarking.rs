//! What the benchmarks of one pallet need of the others.

use crate::{
	Balance, CommunityId, FinalReading, LineLimit, MeterId, Proof, Role, RuleSet, Terms, UnixSeconds, ZoneCharge, H256,
	MAX_CHARGES, MAX_LINES,
};
use frame::prelude::BoundedVec;

/// The length of a benchmarked community's delivery intervals [s].
pub const INTERVAL_S: u32 = 900;
/// The length of a benchmarked community's epochs [s].
pub const EPOCH_S: u32 = 7 * 86_400;
/// The interval that the benchmarks trade, measure and settle.
pub const START: UnixSeconds = 3_000 * EPOCH_S as UnixSeconds;
/// When its orders are placed: two intervals before.
pub const BEFORE_GATE: UnixSeconds = START - 2 * INTERVAL_S as UnixSeconds;
/// The gate, the clearing window and the grace period of a benchmarked community [s].
pub const GATE_S: u32 = 600;
/// The encoded length of a charge and of a line's limit [bytes].
const CHARGE_BYTES: u32 = 12;
const LIMIT_BYTES: u32 = 18;
/// When its readings are final.
pub const FINAL: UnixSeconds = START + 2 * INTERVAL_S as UnixSeconds;

/// Terms that ask for the optimum and have about so many bytes: charges, then lines with room for everything.
pub fn terms_of(bytes: u32) -> Terms {
	let charge = |place: u32| ZoneCharge {
		from: (place / 8) as u16,
		to: (place % 8) as u16,
		price: 1,
	};
	let limit = |zone: u32| LineLimit {
		zone: zone as u16,
		out_wh: u64::MAX,
		in_wh: u64::MAX,
	};
	let charges = (bytes / CHARGE_BYTES).min(MAX_CHARGES);
	let lines = ((bytes - charges * CHARGE_BYTES) / LIMIT_BYTES).min(MAX_LINES);
	Terms {
		proof: Proof::Optimum,
		charges: BoundedVec::truncate_from((0..charges).map(charge).collect()),
		limits: BoundedVec::truncate_from((0..lines).map(limit).collect()),
	}
}

/// Terms as long as there can be.
pub fn longest_terms() -> Terms {
	terms_of(u32::MAX)
}

/// Puts the state of other pallets in place, always at its greatest size. The runtime implements it.
pub trait World<AccountId> {
	/// Set the chain's time.
	fn set_time(now: UnixSeconds);
	/// Set the money of an account.
	fn endow(who: &AccountId, amount: Balance);
	/// Found a community with as many zones as there can be, as long names, and a past and a coming parameter set.
	fn community() -> CommunityId;
	/// Make an account a member.
	fn admit(community: CommunityId, who: &AccountId);
	/// Give an account a role.
	fn grant(community: CommunityId, who: &AccountId, role: Role);
	/// Enrol a meter.
	fn enrol(community: CommunityId, owner: &AccountId) -> MeterId;
	/// Record a reading of the interval [`START`], final at [`FINAL`].
	fn record(meter: MeterId, reading: FinalReading);
	/// Register a build.
	fn register_build(bundle: H256);
	/// Fill both slots, each with a past, an active and a coming binding; the terms are those of the active clear slot.
	/// Says the active ones.
	fn install_rules(community: CommunityId, terms: Terms) -> RuleSet;
}
