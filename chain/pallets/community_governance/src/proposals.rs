//! The life of a proposal, and what must hold between its steps.

use crate::{are_settings_sound, pallet::*, Due, Proposal, ProposalState, Track};
use aipchain_primitives::{
	binding_hash, epoch_of, traits::*, Change, CommunityId, Epoch, ProposalId, TrackKind, TrackSettings, UnixSeconds,
	H256,
};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*, traits::UnixTime};

type ProposalOf<T> = Proposal<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
	/// The chain's time in whole seconds.
	fn now() -> UnixSeconds {
		T::Time::now().as_secs()
	}

	pub(crate) fn ensure_community(community: CommunityId) -> DispatchResult {
		ensure!(
			T::Communities::epoch_s(community).is_some(),
			Error::<T>::UnknownCommunity
		);
		Ok(())
	}

	pub(crate) fn store_track(community: CommunityId, kind: TrackKind, settings: TrackSettings, head: H256) {
		Tracks::<T>::insert(
			(community, kind),
			Track {
				settings: settings.clone(),
				head,
			},
		);
		Self::deposit_event(Event::TrackSet {
			community,
			kind,
			settings,
		});
	}

	pub(crate) fn do_propose(
		proposer: T::AccountId,
		community: CommunityId,
		change: Change,
		predecessor: H256,
	) -> DispatchResult {
		Self::ensure_community(community)?;
		ensure!(
			T::Communities::member_index(community, &proposer).is_some(),
			Error::<T>::NotMember
		);
		let track = Tracks::<T>::get((community, change.track())).ok_or(Error::<T>::NoTrack)?;
		Self::check_change(community, &change)?;
		ensure!(
			Self::head(community, &change) == Some(predecessor),
			Error::<T>::StalePredecessor
		);
		let (electorate, electorate_until) =
			T::Communities::electorate(community).ok_or(Error::<T>::UnknownCommunity)?;

		let proposal = NextProposalId::<T>::get();
		NextProposalId::<T>::put(proposal.checked_add(1).ok_or(Error::<T>::Overflow)?);
		let binding_hash = binding_hash(community, &change, predecessor);
		let stored = Proposal {
			community,
			change,
			predecessor,
			binding_hash,
			proposer,
			electorate,
			electorate_until,
			opened_at: Self::now(),
			settings: track.settings,
			ayes: 0,
			nays: 0,
			state: ProposalState::Deciding { confirming_since: None },
		};
		Proposals::<T>::insert(proposal, stored);
		Self::deposit_event(Event::Proposed {
			proposal,
			community,
			binding_hash,
			electorate,
		});
		Ok(())
	}

	/// Whether the change could be enacted by itself.
	fn check_change(community: CommunityId, change: &Change) -> DispatchResult {
		match change {
			Change::Plugin { slot, binding } => {
				T::Plugins::check_build(&binding.bundle).map_err(|_| Error::<T>::UnknownBuild)?;
				T::Plugins::check_terms(community, *slot, &binding.terms)?
			}
			Change::Parameters(parameters) => {
				ensure!(T::Communities::check_parameters(parameters), Error::<T>::BadParameters)
			}
			Change::Track { settings, .. } => ensure!(are_settings_sound(settings), Error::<T>::BadSettings),
		}
		Ok(())
	}

	/// The binding hash of what the change replaces. `None`: an empty slot, which a steward fills first.
	fn head(community: CommunityId, change: &Change) -> Option<H256> {
		match change {
			Change::Plugin { slot, .. } => T::Plugins::head(community, *slot),
			Change::Parameters(_) => T::Communities::parameters_head(community),
			Change::Track { kind, .. } => {
				Some(Tracks::<T>::get((community, *kind)).map_or(H256::zero(), |track| track.head))
			}
		}
	}

	pub(crate) fn do_vote(
		account: T::AccountId,
		proposal: ProposalId,
		binding_hash: H256,
		aye: bool,
	) -> DispatchResult {
		let mut stored = Proposals::<T>::get(proposal).ok_or(Error::<T>::UnknownProposal)?;
		let now = Self::now();
		ensure!(stored.binding_hash == binding_hash, Error::<T>::BindingMismatch);
		ensure!(stored.is_deciding(now), Error::<T>::NotDeciding);
		ensure!(now >= stored.votes_from(), Error::<T>::VotingNotOpen);
		let index = T::Communities::member_index(stored.community, &account);
		let elector = index.is_some_and(|index| index < stored.electorate_until);
		ensure!(elector, Error::<T>::NotInElectorate);
		ensure!(
			!Ballots::<T>::contains_key(proposal, &account),
			Error::<T>::AlreadyVoted
		);

		let count = if aye { &mut stored.ayes } else { &mut stored.nays };
		*count = count.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Ballots::<T>::insert(proposal, &account, aye);
		Self::deposit_event(Event::Voted { proposal, account, aye });
		Self::follow(proposal, &mut stored, now);
		Proposals::<T>::insert(proposal, stored);
		Ok(())
	}

	/// Begin or break the confirmation after a vote. Broken after the decision's end, the proposal is rejected.
	fn follow(proposal: ProposalId, stored: &mut ProposalOf<T>, now: UnixSeconds) {
		let ProposalState::Deciding { confirming_since } = stored.state else {
			return;
		};
		match (stored.passes(), confirming_since) {
			(true, None) => {
				stored.state = ProposalState::Deciding {
					confirming_since: Some(now),
				};
				Self::deposit_event(Event::Confirming { proposal, since: now });
			}
			(false, Some(_)) => {
				stored.state = ProposalState::Deciding { confirming_since: None };
				Self::deposit_event(Event::ConfirmationBroken { proposal });
				if stored.due(now) == Some(Due::Reject) {
					Self::reject(proposal, stored);
				}
			}
			_ => (),
		}
	}

	fn reject(proposal: ProposalId, stored: &mut ProposalOf<T>) {
		stored.state = ProposalState::Rejected;
		Self::deposit_event(Event::Rejected { proposal });
	}

	pub(crate) fn do_advance(proposal: ProposalId) -> DispatchResult {
		let mut stored = Proposals::<T>::get(proposal).ok_or(Error::<T>::UnknownProposal)?;
		let now = Self::now();
		match stored.due(now).ok_or(Error::<T>::NothingDue)? {
			Due::Approve => {
				stored.state = ProposalState::Approved { at: now };
				Self::deposit_event(Event::Approved { proposal });
			}
			Due::Reject => Self::reject(proposal, &mut stored),
			Due::Enact => Self::enact(proposal, &mut stored, now)?,
		}
		Proposals::<T>::insert(proposal, stored);
		Ok(())
	}

	/// Let the change hold from the next epoch on; stale when what it replaces is gone or its target refuses it. Parameters
	/// that cannot change yet wait: the call is refused and can be made again later.
	fn enact(proposal: ProposalId, stored: &mut ProposalOf<T>, now: UnixSeconds) -> DispatchResult {
		let epoch_s = T::Communities::epoch_s(stored.community).ok_or(Error::<T>::UnknownCommunity)?;
		let epoch = epoch_of(now, epoch_s).checked_add(1).ok_or(Error::<T>::Overflow)?;
		let stands = Self::head(stored.community, &stored.change) == Some(stored.predecessor);
		if stands && matches!(stored.change, Change::Parameters(_)) {
			T::Communities::check_schedule(stored.community)?;
		}
		if stands && with_storage_layer(|| Self::schedule(stored, epoch)).is_ok() {
			stored.state = ProposalState::Scheduled { epoch };
			let binding_hash = stored.binding_hash;
			Self::deposit_event(Event::Scheduled {
				proposal,
				binding_hash,
				epoch,
			});
		} else {
			stored.state = ProposalState::Stale;
			Self::deposit_event(Event::EnactmentFailed { proposal });
		}
		Ok(())
	}

	/// Hand the change to its target. A track changes at once: open proposals keep the settings they opened with.
	fn schedule(stored: &ProposalOf<T>, epoch: Epoch) -> DispatchResult {
		let (community, hash) = (stored.community, stored.binding_hash);
		match stored.change.clone() {
			Change::Plugin { slot, binding } => T::Plugins::schedule(community, slot, binding, hash, epoch),
			Change::Parameters(parameters) => T::Communities::schedule_parameters(community, parameters, hash, epoch),
			Change::Track { kind, settings } => {
				Self::store_track(community, kind, settings, hash);
				Ok(())
			}
		}
	}

	pub(crate) fn do_cancel(who: &T::AccountId, proposal: ProposalId) -> DispatchResult {
		let mut stored = Proposals::<T>::get(proposal).ok_or(Error::<T>::UnknownProposal)?;
		ensure!(stored.proposer == *who, Error::<T>::NotProposer);
		ensure!(stored.is_deciding(Self::now()), Error::<T>::NotDeciding);
		stored.state = ProposalState::Cancelled;
		Proposals::<T>::insert(proposal, stored);
		Self::deposit_event(Event::Cancelled { proposal });
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Check every invariant of the doc head.
	pub(crate) fn do_try_state() -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
		for (proposal, stored) in Proposals::<T>::iter() {
			ensure!(proposal < NextProposalId::<T>::get(), "a proposal is not counted");
			let hash = binding_hash(stored.community, &stored.change, stored.predecessor);
			ensure!(hash == stored.binding_hash, "a binding hash is not its proposal's");
			let (mut ayes, mut nays) = (0u32, 0u32);
			Ballots::<T>::iter_prefix_values(proposal).for_each(|aye| *(if aye { &mut ayes } else { &mut nays }) += 1);
			ensure!((ayes, nays) == (stored.ayes, stored.nays), "votes are not the ballots");
			ensure!(
				ayes.saturating_add(nays) <= stored.electorate,
				"more votes than electors"
			);
			if let ProposalState::Deciding { confirming_since } = stored.state {
				ensure!(
					confirming_since.is_some() == stored.passes(),
					"a confirmation is not where it passes"
				);
			}
		}
		ensure!(
			Ballots::<T>::iter_keys().all(|(proposal, _)| Proposals::<T>::contains_key(proposal)),
			"a ballot of no proposal"
		);
		for (_, track) in Tracks::<T>::iter() {
			ensure!(are_settings_sound(&track.settings), "a track's settings are unsound");
		}
		Ok(())
	}
}
