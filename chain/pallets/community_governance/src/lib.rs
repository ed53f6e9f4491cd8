//! # Community governance
//!
//! ## Overview
//! The members of a community change its plugins, its parameters and its tracks by vote: one member, one vote. A
//! proposal names a binding hash, so nothing can be swapped after a vote. Its electorate is fixed when it opens. It
//! waits for its notice, is decided, must pass for the confirmation period without a break, waits for its timelock,
//! and holds from the next epoch on, if what it replaces still stands.
//!
//! ## Calls
//! - `set_track`: a steward gives a track its first settings.
//! - `propose`: a member proposes a change.
//! - `vote`: a member of the electorate votes, once.
//! - `advance`: anyone takes the step that is due.
//! - `cancel`: the proposer takes a proposal back before it is approved.
//!
//! ## Life of a proposal
//! ```text
//! Deciding --passes for confirm_s--> Approved --timelock_s, predecessor stands--> Scheduled
//!    | cancel      | decision ends without passing, or breaks after it      | else
//! Cancelled     Rejected                                                  Stale
//! ```
//! A proposal that passes when its decision ends is confirmed beyond that end. Whether it is approved or rejected is
//! fixed by votes and chain time, not by when `advance` is called: a vote is refused once a step is due. When it takes
//! effect does depend on it: the timelock runs from the `advance` that approves, the next epoch is counted from the one
//! that enacts, and of two proposals that replace the same thing the first enacted wins.
//!
//! An approved proposal does not expire, so that nobody can defeat a vote by waiting: anyone may enact it. Changing what
//! it replaces makes it stale. Parameters that cannot change yet (`EarlierParametersNeeded` of the communities) wait.
//!
//! A vote on a track that is not set names zero, as does one on a track that a steward set: what members voted for is
//! not undone by a steward who sets the track before the vote is enacted.
//!
//! ## Events
//! `TrackSet`, `Proposed`, `Voted`, `Confirming`, `ConfirmationBroken`, `Approved`, `Scheduled`, `Rejected`,
//! `Cancelled`, `EnactmentFailed`.
//!
//! ## Invariants
//! - A proposal's binding hash is that of its community, change and predecessor.
//! - Its votes are its ballots, and at most its electorate.
//! - It is being confirmed exactly while it passes.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod proposals;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[frame::pallet]
pub mod pallet {
	use super::*;
	use aipchain_primitives::{traits::*, *};
	use codec::Encode;
	use frame::{prelude::*, traits::UnixTime};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the runtime gives the governance.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The chain's time.
		type Time: UnixTime;
		/// Communities, members, roles and the parameters that votes set.
		type Communities: Communities + Membership<Self::AccountId> + ParameterSchedule;
		/// The slots that votes fill.
		type Plugins: ActivePlugins;
		/// What calls cost.
		type WeightInfo: WeightInfo;
	}

	/// The governance of communities.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The next proposal.
	#[pallet::storage]
	pub type NextProposalId<T> = StorageValue<_, ProposalId, ValueQuery>;

	/// The tracks that are set.
	#[pallet::storage]
	pub type Tracks<T> = StorageMap<_, Twox64Concat, (CommunityId, TrackKind), Track>;

	/// Every proposal.
	#[pallet::storage]
	pub type Proposals<T: Config> = StorageMap<_, Twox64Concat, ProposalId, Proposal<T::AccountId>>;

	/// Who voted, and whether for the proposal.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageDoubleMap<_, Twox64Concat, ProposalId, Blake2_128Concat, T::AccountId, bool>;

	/// Facts of the governance.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A track has new settings.
		TrackSet {
			/// The community.
			community: CommunityId,
			/// The track.
			kind: TrackKind,
			/// Its settings.
			settings: TrackSettings,
		},
		/// A proposal opened.
		Proposed {
			/// The proposal.
			proposal: ProposalId,
			/// The community.
			community: CommunityId,
			/// What votes bind to.
			binding_hash: H256,
			/// Members who may vote.
			electorate: u32,
		},
		/// A member voted.
		Voted {
			/// The proposal.
			proposal: ProposalId,
			/// The member.
			account: T::AccountId,
			/// Whether for it.
			aye: bool,
		},
		/// A proposal passes and must go on passing.
		Confirming {
			/// The proposal.
			proposal: ProposalId,
			/// From when the confirmation period counts.
			since: UnixSeconds,
		},
		/// A proposal no longer passes.
		ConfirmationBroken {
			/// The proposal.
			proposal: ProposalId,
		},
		/// A proposal passed for its confirmation period; its timelock runs.
		Approved {
			/// The proposal.
			proposal: ProposalId,
		},
		/// A proposal's change holds from an epoch on.
		Scheduled {
			/// The proposal.
			proposal: ProposalId,
			/// What was voted on.
			binding_hash: H256,
			/// The first epoch.
			epoch: Epoch,
		},
		/// A proposal did not pass.
		Rejected {
			/// The proposal.
			proposal: ProposalId,
		},
		/// A proposal was taken back.
		Cancelled {
			/// The proposal.
			proposal: ProposalId,
		},
		/// An approved proposal could not be enacted; what was in force stays.
		EnactmentFailed {
			/// The proposal.
			proposal: ProposalId,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such community.
		UnknownCommunity,
		/// The caller is not a steward of the community.
		NotSteward,
		/// The caller is not a member of the community.
		NotMember,
		/// The track is set; a vote may change it.
		TrackAlreadySet,
		/// The track that decides such a change is not set.
		NoTrack,
		/// The settings could never decide, or never refuse.
		BadSettings,
		/// The predecessor is not what stands now.
		StalePredecessor,
		/// The build is not registered or is deprecated.
		UnknownBuild,
		/// The parameters are out of bounds.
		BadParameters,
		/// There is no such proposal.
		UnknownProposal,
		/// The caller was not a member when the proposal opened, or is none now.
		NotInElectorate,
		/// The caller voted already.
		AlreadyVoted,
		/// The vote names another binding hash than the proposal's.
		BindingMismatch,
		/// The notice of the proposal is not over.
		VotingNotOpen,
		/// The proposal is decided.
		NotDeciding,
		/// No step of the proposal is due.
		NothingDue,
		/// The proposal is another account's.
		NotProposer,
		/// A count does not fit.
		Overflow,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Give a track its first settings.
		///
		/// Origin: signed by a steward of the community. Later a vote on the governance track changes them.
		///
		/// ## Complexity
		/// Constant.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_track())]
		pub fn set_track(
			origin: OriginFor<T>,
			community: CommunityId,
			kind: TrackKind,
			settings: TrackSettings,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_community(community)?;
			ensure!(
				T::Communities::has_role(community, &who, Role::Steward),
				Error::<T>::NotSteward
			);
			ensure!(
				!Tracks::<T>::contains_key((community, kind)),
				Error::<T>::TrackAlreadySet
			);
			ensure!(are_settings_sound(&settings), Error::<T>::BadSettings);
			Self::store_track(community, kind, settings, H256::zero());
			Ok(())
		}

		/// Propose a change of what stands under `predecessor`.
		///
		/// Origin: signed by a member.
		///
		/// ## Complexity
		/// Linear in the encoded length of `change`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::propose(change.encoded_size() as u32))]
		pub fn propose(
			origin: OriginFor<T>,
			community: CommunityId,
			change: Change,
			predecessor: H256,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_propose(who, community, change, predecessor)
		}

		/// Vote for or against the proposal with this binding hash, once.
		///
		/// Origin: signed by a member who was one when the proposal opened.
		///
		/// ## Complexity
		/// Constant, with a change of bounded length.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::vote())]
		pub fn vote(origin: OriginFor<T>, proposal: ProposalId, binding_hash: H256, aye: bool) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_vote(who, proposal, binding_hash, aye)
		}

		/// Take the one step of the proposal that is due: approve, reject or enact.
		///
		/// Origin: signed, anyone.
		///
		/// ## Complexity
		/// Constant, with a change of bounded length.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::advance())]
		pub fn advance(origin: OriginFor<T>, proposal: ProposalId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_advance(proposal)
		}

		/// Take a proposal back before it is approved.
		///
		/// Origin: signed by its proposer.
		///
		/// ## Complexity
		/// Constant, with a change of bounded length.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, proposal: ProposalId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(&who, proposal)
		}
	}
}
