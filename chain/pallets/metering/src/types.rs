//! What the pallet stores and what a gateway submits.

use aipchain_primitives::{CommunityId, MeterId, Source, UnixSeconds, Wh, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{prelude::BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// The most readings in a batch.
pub const MAX_READINGS: u32 = 500;

/// An enrolled meter.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Meter<AccountId> {
	/// The community it counts for.
	pub community: CommunityId,
	/// The member whose energy it counts.
	pub owner: AccountId,
	/// The ed25519 public key of the device.
	pub device_key: [u8; 32],
	/// Index into the community's zones.
	pub zone: u16,
	/// What stands behind the export register.
	pub source: Source,
	/// The most power the connection can carry, in either direction [W].
	pub connection_limit_w: u32,
	/// When it was enrolled.
	pub enrolled_at: UnixSeconds,
}

/// The last trusted registers of a meter.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Register {
	/// The time they stand for.
	pub at: UnixSeconds,
	/// Energy taken so far [Wh].
	pub import_wh: Wh,
	/// Energy delivered so far [Wh].
	pub export_wh: Wh,
}

/// An accepted reading: the energy of one interval and the registers before it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
	/// Energy taken in the interval [Wh].
	pub import_wh: Wh,
	/// Energy delivered in the interval [Wh].
	pub export_wh: Wh,
	/// The import register before the interval [Wh].
	pub import_register_wh: Wh,
	/// The export register before the interval [Wh].
	pub export_register_wh: Wh,
	/// It stands from this time on.
	pub final_at: UnixSeconds,
}

impl Reading {
	/// Whether the registers after the interval are these.
	pub fn ends_at(&self, import_register_wh: Wh, export_register_wh: Wh) -> bool {
		self.import_register_wh.checked_add(self.import_wh) == Some(import_register_wh)
			&& self.export_register_wh.checked_add(self.export_wh) == Some(export_register_wh)
	}
}

/// Why a reading was not believed. The first that applies, in this order.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
	/// No such meter in this community.
	UnknownMeter,
	/// The device did not sign this.
	BadSignature,
	/// The grace period was over.
	Late,
	/// The interval has another reading.
	Conflict,
	/// A later interval was read before.
	Stale,
	/// A register ran backwards.
	RegisterFell,
	/// More energy than the connection can carry in the time.
	AboveConnectionLimit,
	/// Intervals before this one are missing: the register moves on, the energy belongs to no interval.
	Gap,
}

/// A reading that was not believed, as it came.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuarantinedReading {
	/// Why.
	pub reason: Reason,
	/// The claimed import register at the end of the interval [Wh].
	pub import_register_wh: Wh,
	/// The claimed export register at the end of the interval [Wh].
	pub export_register_wh: Wh,
}

/// A batch that was recorded.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Batch<AccountId> {
	/// Who submitted it first.
	pub gateway: AccountId,
	/// The community.
	pub community: CommunityId,
	/// The interval.
	pub interval_start: UnixSeconds,
	/// `blake2_256(SCALE((community, interval_start, readings)))`.
	pub content: H256,
	/// Readings accepted, those known before included.
	pub accepted: u32,
	/// Readings in quarantine.
	pub quarantined: u32,
}

/// A reading as the device signed it: the registers at the end of the interval.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SignedReading {
	/// The meter.
	pub meter: MeterId,
	/// The import register [Wh].
	pub import_register_wh: Wh,
	/// The export register [Wh].
	pub export_register_wh: Wh,
	/// The device's ed25519 signature of [`crate::batch::reading_message`].
	pub signature: [u8; 64],
}

/// The readings of one interval.
pub type SignedReadings = BoundedVec<SignedReading, ConstU32<MAX_READINGS>>;
