//! Benchmarks: proposals of a plugin binding of every length, decided by one vote.

use crate::{Ballots, Call, Config, Pallet, Proposal, ProposalState, Proposals, Track, Tracks};
use aipchain_primitives::{
	benchmarking::{terms_of, World, BEFORE_GATE},
	binding_hash, Binding, Change, CommunityId, ProposalId, Role, Slot, Terms, TrackKind, TrackSettings, H256,
	MAX_CONFIG_BYTES, MAX_GRANTS_BYTES,
};
use frame::{arithmetic::Permill, benchmarking::prelude::*};

const BUNDLE: H256 = H256([9; 32]);
/// The bytes of an encoded plugin change beside its configuration, grants and terms.
const FRAME_BYTES: u32 = 71;
/// The longest configuration, grants and terms.
const LONGEST: u32 = 3_364;
const PROPOSAL: ProposalId = 0;

const SETTINGS: TrackSettings = TrackSettings {
	notice_s: 0,
	decide_s: 3_600,
	confirm_s: 0,
	timelock_s: 0,
	min_turnout: Permill::from_percent(50),
	min_approval: Permill::from_percent(50),
};

fn change(bytes: u32) -> Change {
	let config = bytes.min(MAX_CONFIG_BYTES);
	let grants = (bytes - config).min(MAX_GRANTS_BYTES);
	let text = |bytes: u32| [b'x'; LONGEST as usize][..bytes as usize].to_vec();
	Change::Plugin {
		slot: Slot::Clear,
		binding: Binding {
			bundle: BUNDLE,
			config: BoundedVec::truncate_from(text(config)),
			grants: BoundedVec::truncate_from(text(grants)),
			terms: terms_of(bytes - config - grants),
			migration: Some(H256([2; 32])),
		},
	}
}

/// A community with rules and a member, who signs; says also what its market rule's successor must name.
fn community<T: Config + World<T::AccountId>>() -> (CommunityId, T::AccountId, H256) {
	use aipchain_primitives::traits::ActivePlugins;
	T::set_time(BEFORE_GATE);
	let (community, member) = (T::community(), whitelisted_caller());
	T::admit(community, &member);
	T::register_build(BUNDLE);
	T::install_rules(community, Terms::default());
	let head = T::Plugins::head(community, Slot::Clear).unwrap_or_default();
	(community, member, head)
}

/// A proposal of the greatest size in the given state; says its proposer and its binding hash.
fn proposed<T: Config + World<T::AccountId>>(state: ProposalState) -> (T::AccountId, H256) {
	let (community, proposer, predecessor) = community::<T>();
	let change = change(LONGEST);
	let binding_hash = binding_hash(community, &change, predecessor);
	let proposal = Proposal {
		community,
		change,
		predecessor,
		binding_hash,
		proposer: proposer.clone(),
		electorate: 1,
		electorate_until: u32::MAX,
		opened_at: BEFORE_GATE,
		settings: SETTINGS,
		ayes: 0,
		nays: 0,
		state,
	};
	Proposals::<T>::insert(PROPOSAL, proposal);
	(proposer, binding_hash)
}

const DECIDING: ProposalState = ProposalState::Deciding { confirming_since: None };

fn state<T: Config>() -> Option<ProposalState> {
	Proposals::<T>::get(PROPOSAL).map(|proposal| proposal.state)
}

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn set_track() {
		let (community, steward, _) = community::<T>();
		T::grant(community, &steward, Role::Steward);

		#[extrinsic_call]
		_(RawOrigin::Signed(steward), community, TrackKind::Plugin, SETTINGS);

		assert!(Tracks::<T>::contains_key((community, TrackKind::Plugin)));
	}

	#[benchmark]
	fn propose(b: Linear<74, 3_435>) {
		let (community, member, predecessor) = community::<T>();
		let track = Track {
			settings: SETTINGS,
			head: H256::zero(),
		};
		Tracks::<T>::insert((community, TrackKind::Plugin), track);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(member),
			community,
			change(b - FRAME_BYTES),
			predecessor,
		);

		assert_eq!(state::<T>(), Some(DECIDING));
	}

	#[benchmark]
	fn vote() {
		let (elector, binding_hash) = proposed::<T>(DECIDING);

		#[extrinsic_call]
		_(RawOrigin::Signed(elector.clone()), PROPOSAL, binding_hash, true);

		assert!(Ballots::<T>::contains_key(PROPOSAL, &elector));
		assert_ne!(state::<T>(), Some(DECIDING));
	}

	#[benchmark]
	fn advance() {
		let (caller, _) = proposed::<T>(ProposalState::Approved { at: BEFORE_GATE });

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), PROPOSAL);

		assert!(matches!(state::<T>(), Some(ProposalState::Scheduled { .. })));
	}

	#[benchmark]
	fn cancel() {
		let (proposer, _) = proposed::<T>(DECIDING);

		#[extrinsic_call]
		_(RawOrigin::Signed(proposer), PROPOSAL);

		assert_eq!(state::<T>(), Some(ProposalState::Cancelled));
	}
}
