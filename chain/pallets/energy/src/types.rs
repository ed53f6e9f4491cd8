//! What the pallet stores.

use aipchain_primitives::{CommunityId, Source, Wh};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::prelude::{BoundedVec, ConstU32};
use scale_info::TypeInfo;

/// The most meters that one `mint` takes.
pub const MAX_METERS: u32 = 500;
/// The meters of one `mint`.
pub type MeterList = BoundedVec<aipchain_primitives::MeterId, ConstU32<MAX_METERS>>;

/// The energy that one meter delivered in one interval: the watt-hours `[first_wh, first_wh + wh)` of its export
/// register.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Mint<AccountId> {
	/// The community of the meter.
	pub community: CommunityId,
	/// The owner of the meter when it was minted.
	pub producer: AccountId,
	/// What stands behind the export register.
	pub source: Source,
	/// Index into the community's zones.
	pub zone: u16,
	/// The export register before the interval [Wh].
	pub first_wh: Wh,
	/// How much was minted [Wh].
	pub wh: Wh,
	/// Where the held lot begins; what was moved out of the hold lies before it [Wh].
	pub held_from_wh: Wh,
	/// How much is held for the settlement [Wh].
	pub held_wh: Wh,
}

impl<AccountId> Mint<AccountId> {
	/// How much was held at first, as long as the hold is not freed [Wh].
	pub fn held_at_first(&self) -> Wh {
		self.held_from_wh
			.saturating_sub(self.first_wh)
			.saturating_add(self.held_wh)
	}
}

/// What may be done with a lot.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LotState {
	/// The owner's to retire.
	Free,
	/// Waits for the settlement of its interval.
	Held,
	/// Used up; a lot does not come back from here.
	Retired,
}

/// A range of watt-hours `[first_wh, first_wh + wh)` of one meter and interval; `first_wh` is in its key.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Lot<AccountId> {
	/// Whose it is.
	pub owner: AccountId,
	/// How much it is, never 0 [Wh].
	pub wh: Wh,
	/// What may be done with it.
	pub state: LotState,
}

/// The energy of an account.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct EnergySums {
	/// In free lots [Wh].
	pub free: Wh,
	/// In held lots [Wh].
	pub held: Wh,
	/// In retired lots [Wh].
	pub retired: Wh,
}

impl EnergySums {
	/// The sum of the lots in `state`.
	pub fn of(&mut self, state: LotState) -> &mut Wh {
		match state {
			LotState::Free => &mut self.free,
			LotState::Held => &mut self.held,
			LotState::Retired => &mut self.retired,
		}
	}
}
