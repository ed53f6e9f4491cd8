//! What the pallet stores, and the parameter set as a function of the epoch.

use aipchain_primitives::{Epoch, Parameters, UnixSeconds, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{prelude::BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// The name of a community [at most 64 bytes of UTF-8].
pub type CommunityName = BoundedVec<u8, ConstU32<64>>;
/// The name of a zone [at most 32 bytes of UTF-8].
pub type ZoneName = BoundedVec<u8, ConstU32<32>>;
/// The zones of a community; a meter names its zone by the index.
pub type Zones = BoundedVec<ZoneName, ConstU32<64>>;

/// A community: one market, one electorate.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Community {
	/// Its name.
	pub name: CommunityName,
	/// The length of a delivery interval [s].
	pub interval_s: u32,
	/// The length of an epoch [s], a multiple of `interval_s`.
	pub epoch_s: u32,
	/// Its zones, at least one.
	pub zones: Zones,
	/// When it was founded.
	pub founded_at: UnixSeconds,
	/// How many members it has now.
	pub members: u32,
	/// The index of the next member. Never reused.
	pub next_member_index: u32,
	/// How many accounts hold the steward role; never 0.
	pub stewards: u32,
}

/// A membership.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Member {
	/// Counted up in the community; tells members from later ones.
	pub index: u32,
	/// When it was admitted.
	pub since: UnixSeconds,
}

/// The parameters of a community over time: lazily switched, no hook runs at the boundary.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ParameterSet {
	/// In force until the pending ones are.
	pub active: Parameters,
	/// The binding hash that set `active`; zero for the founding.
	pub head: H256,
	/// The next parameters, their binding hash, and the epoch they are in force from.
	pub pending: Option<(Parameters, H256, Epoch)>,
	/// What `active` replaced, and the epoch it did so from.
	pub previous: Option<(Parameters, Epoch)>,
}

impl ParameterSet {
	/// The set a community is founded with.
	pub fn founding(active: Parameters) -> Self {
		Self {
			active,
			head: H256::zero(),
			pending: None,
			previous: None,
		}
	}

	/// The parameters in force at `epoch`, back to the set before the active one.
	pub fn at(self, epoch: Epoch) -> Parameters {
		match (self.pending, self.previous) {
			(Some((pending, _, from)), _) if epoch >= from => pending,
			(_, Some((previous, until))) if epoch < until => previous,
			_ => self.active,
		}
	}

	/// The binding hash that the next change must name.
	pub fn next_predecessor(&self) -> H256 {
		self.pending.as_ref().map_or(self.head, |(_, hash, _)| *hash)
	}

	/// When the next change can be scheduled, seen in the epoch `now` [s].
	///
	/// A change folds pending parameters that are due in, and forgets the previous ones. That must wait until every
	/// reading of their epochs is final, under them and under those that would answer for those epochs from then on.
	pub fn changes_from(&self, epoch_s: u32, now: Epoch) -> UnixSeconds {
		let folds = self.pending.as_ref().is_some_and(|(_, _, from)| now >= *from);
		let Some((previous, until)) = self.previous.as_ref().filter(|_| folds) else {
			return 0;
		};
		let grace_s = previous.grace_s.max(self.active.grace_s);
		(u64::from(*until) * u64::from(epoch_s)).saturating_add(grace_s.into())
	}

	/// Put `parameters` in force from `from_epoch` on. Pending ones that are due by `now` become active first; others
	/// are replaced.
	pub fn schedule(self, parameters: Parameters, hash: H256, from_epoch: Epoch, now: Epoch) -> Self {
		let pending = Some((parameters, hash, from_epoch));
		match self.pending {
			Some((due, head, from)) if now >= from => Self {
				active: due,
				head,
				pending,
				previous: Some((self.active, from)),
			},
			_ => Self { pending, ..self },
		}
	}
}
