//! What the registry stores.

use aipchain_primitives::{Binding, CommunityId, Epoch, Slot, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{prelude::BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// The longest name of a build [bytes].
pub const MAX_NAME_BYTES: u32 = 64;

/// The name of a build, UTF-8.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME_BYTES>>;

/// A plugin bundle as its author registered it. Only `deprecated` ever changes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Build<AccountId> {
	/// Who registered it.
	pub owner: AccountId,
	/// What it is called.
	pub name: Name,
	/// Counts changes that users must know of.
	pub release: u16,
	/// Counts builds of a release.
	pub build: u16,
	/// Whether its owner advises against new use.
	pub deprecated: bool,
}

/// What a binding hash stands for.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct BoundBinding {
	/// The community it was made for.
	pub community: CommunityId,
	/// The slot it was made for.
	pub slot: Slot,
	/// The build, its configuration and its capabilities.
	pub binding: Binding,
	/// The binding hash it replaces; zero for the first.
	pub predecessor: H256,
}

/// A filled slot, by binding hashes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SlotState {
	/// In force unless a pending one is due.
	pub active: H256,
	/// In force from the start of the epoch on.
	pub pending: Option<(H256, Epoch)>,
	/// In force before `active`.
	pub previous: Option<H256>,
	/// The first one installed, asked when the others fail.
	pub fallback: H256,
}

impl SlotState {
	/// A slot that is filled for the first time.
	pub fn first(hash: H256) -> Self {
		Self {
			active: hash,
			pending: None,
			previous: None,
			fallback: hash,
		}
	}

	/// The binding in force at `epoch`.
	pub fn at(&self, epoch: Epoch) -> H256 {
		self.pending
			.filter(|(_, from)| *from <= epoch)
			.map_or(self.active, |(hash, _)| hash)
	}

	/// The binding that the next change replaces.
	pub fn head(&self) -> H256 {
		self.pending.map_or(self.active, |(hash, _)| hash)
	}

	/// Make `hash` pending from `from` on. What was due before that is folded in; what was not is replaced.
	pub fn schedule(&mut self, hash: H256, from: Epoch) {
		if let Some((due, _)) = self.pending.filter(|(_, since)| *since < from) {
			self.previous = Some(self.active);
			self.active = due;
		}
		self.pending = Some((hash, from));
	}
}
