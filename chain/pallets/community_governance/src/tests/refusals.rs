//! Every error, and the states it leaves untouched.

use super::*;

#[test]
fn a_steward_sets_a_track_once() {
	run(|| {
		assert_ok!(set_track(TrackKind::Plugin, settings()));
		let track = Track {
			settings: settings(),
			head: H256::zero(),
		};
		assert_eq!(Tracks::<Test>::get((HOME, TrackKind::Plugin)), Some(track));
		last_event(Event::TrackSet {
			community: HOME,
			kind: TrackKind::Plugin,
			settings: settings(),
		});
		assert_noop!(set_track(TrackKind::Plugin, settings()), Refused::TrackAlreadySet);
		assert_ok!(set_track(TrackKind::Parameter, settings()));
	});
}

#[test]
fn track_errors() {
	run(|| {
		let by = |origin, community| Governance::set_track(origin, community, TrackKind::Plugin, settings());
		assert_noop!(by(signed(STEWARD), HOME + 1), Refused::UnknownCommunity);
		assert_noop!(by(signed(1), HOME), Refused::NotSteward);
		assert_noop!(by(RuntimeOrigin::root(), HOME), BadOrigin);
	});
}

#[test]
fn unsound_settings_are_refused() {
	run(|| {
		let unsound = [
			TrackSettings {
				decide_s: 0,
				confirm_s: 0,
				..settings()
			},
			TrackSettings {
				confirm_s: settings().decide_s + 1,
				..settings()
			},
			TrackSettings {
				notice_s: MAX_TRACK_S + 1,
				..settings()
			},
			TrackSettings {
				decide_s: MAX_TRACK_S + 1,
				..settings()
			},
			TrackSettings {
				timelock_s: MAX_TRACK_S + 1,
				..settings()
			},
			TrackSettings {
				min_approval: Permill::one(),
				..settings()
			},
		];
		assert_ok!(set_track(TrackKind::Governance, settings()));
		for settings in unsound {
			assert_noop!(set_track(TrackKind::Plugin, settings.clone()), Refused::BadSettings);
			let change = Change::Track {
				kind: TrackKind::Plugin,
				settings,
			};
			assert_noop!(propose(change, H256::zero()), Refused::BadSettings);
		}
		let fastest = TrackSettings {
			notice_s: 0,
			decide_s: 1,
			confirm_s: 0,
			timelock_s: 0,
			min_turnout: Permill::zero(),
			min_approval: Permill::zero(),
		};
		assert_ok!(set_track(TrackKind::Plugin, fastest));
	});
}

#[test]
fn proposing_errors() {
	run(|| {
		let change = plugin(Slot::Price, REGISTERED);
		let by = |origin, community| Governance::propose(origin, community, change.clone(), H256::zero());
		assert_noop!(by(signed(1), HOME), Refused::NoTrack);
		assert_ok!(set_track(TrackKind::Plugin, settings()));
		assert_ok!(set_track(TrackKind::Parameter, settings()));
		assert_noop!(by(signed(1), HOME + 1), Refused::UnknownCommunity);
		assert_noop!(by(signed(STEWARD), HOME), Refused::NotMember);
		assert_noop!(by(RuntimeOrigin::none(), HOME), BadOrigin);
		assert_noop!(propose(change.clone(), H256([1; 32])), Refused::StalePredecessor);
		assert_noop!(
			propose(plugin(Slot::Clear, REGISTERED), H256::zero()),
			Refused::StalePredecessor
		);
		assert_noop!(
			propose(plugin(Slot::Price, UNREGISTERED), H256::zero()),
			Refused::UnknownBuild
		);
		assert_noop!(propose(demanding(UNREGISTERED), H256::zero()), Refused::UnknownBuild);
		assert_noop!(
			propose(demanding(REGISTERED), H256::zero()),
			DispatchError::Other("BadTerms")
		);
		assert_noop!(propose(parameters(0), H256::zero()), Refused::BadParameters);
		assert_noop!(propose(parameters(1), H256([1; 32])), Refused::StalePredecessor);
		NextProposalId::<Test>::put(u32::MAX);
		assert_noop!(propose(change.clone(), H256::zero()), Refused::Overflow);
	});
}

#[test]
fn a_member_votes_once() {
	run(|| {
		opened();
		assert_ok!(vote(3, true));
		last_event(Event::Voted {
			proposal: 0,
			account: 3,
			aye: true,
		});
		assert_eq!((proposal().ayes, proposal().nays), (1, 0));
		assert_eq!(Ballots::<Test>::get(0, 3), Some(true));
		assert_noop!(vote(3, true), Refused::AlreadyVoted);
		assert_noop!(vote(3, false), Refused::AlreadyVoted);
		assert_ok!(vote(4, false));
		assert_eq!((proposal().ayes, proposal().nays), (1, 1));
	});
}

#[test]
fn only_members_of_the_opening_vote() {
	run(|| {
		opened();
		Members::insert(11, 10);
		assert_noop!(vote(11, true), Refused::NotInElectorate);
		Members::remove(2);
		assert_noop!(vote(2, true), Refused::NotInElectorate);
		Members::insert(2, 11);
		assert_noop!(vote(2, true), Refused::NotInElectorate);
		assert_noop!(vote(STEWARD, true), Refused::NotInElectorate);
		assert_eq!(proposal().electorate, 10);
	});
}

#[test]
fn voting_errors() {
	run(|| {
		opened();
		let hash = proposal().binding_hash;
		assert_noop!(Governance::vote(signed(1), 1, hash, true), Refused::UnknownProposal);
		assert_noop!(
			Governance::vote(signed(1), 0, H256::zero(), true),
			Refused::BindingMismatch
		);
		assert_noop!(Governance::vote(RuntimeOrigin::none(), 0, hash, true), BadOrigin);
		Now::put(BEGIN + NOTICE - 1);
		assert_noop!(vote(1, true), Refused::VotingNotOpen);
		Now::put(BEGIN + NOTICE + DECIDE);
		assert_noop!(vote(1, true), Refused::NotDeciding);
		Proposals::<Test>::mutate(0, |stored| stored.as_mut().unwrap().ayes = u32::MAX);
		Now::put(BEGIN + NOTICE);
		assert_noop!(vote(1, true), Refused::Overflow);
		Proposals::<Test>::mutate(0, |stored| stored.as_mut().unwrap().ayes = 0);
	});
}

#[test]
fn a_confirmed_proposal_takes_no_more_votes() {
	run(|| {
		opened();
		votes(1..=5, NONE);
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_noop!(vote(6, false), Refused::NotDeciding);
		assert_noop!(Governance::cancel(signed(1), 0), Refused::NotDeciding);
		assert_ok!(advance());
		assert_noop!(vote(6, false), Refused::NotDeciding);
	});
}

#[test]
fn advancing_errors() {
	run(|| {
		assert_noop!(advance(), Refused::UnknownProposal);
		opened();
		assert_noop!(advance(), Refused::NothingDue);
		assert_noop!(Governance::advance(RuntimeOrigin::none(), 0), BadOrigin);
	});
}

#[test]
fn cancelling_errors() {
	run(|| {
		assert_noop!(Governance::cancel(signed(1), 0), Refused::UnknownProposal);
		opened();
		assert_noop!(Governance::cancel(signed(2), 0), Refused::NotProposer);
		assert_noop!(Governance::cancel(RuntimeOrigin::none(), 0), BadOrigin);
		assert_ok!(Governance::cancel(signed(1), 0));
		assert_noop!(Governance::cancel(signed(1), 0), Refused::NotDeciding);
		assert_noop!(vote(2, true), Refused::NotDeciding);
	});
}

#[test]
fn weights_grow_with_the_change() {
	type W = ();
	assert!(W::propose(2_400).ref_time() > W::propose(50).ref_time());
	for weight in [W::set_track(), W::vote(), W::advance(), W::cancel()] {
		assert!(weight.ref_time() > 0 && weight.proof_size() > 0);
	}
}
