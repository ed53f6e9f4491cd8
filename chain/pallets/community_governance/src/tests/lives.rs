//! Ways through the life of a proposal.

use super::*;

#[test]
fn a_proposal_fixes_what_is_voted_on_and_by_whom() {
	run(|| {
		opened();
		let change = plugin(Slot::Price, REGISTERED);
		let hash = binding_hash(HOME, &change, H256::zero());
		let expected = Proposal {
			community: HOME,
			change,
			predecessor: H256::zero(),
			binding_hash: hash,
			proposer: 1,
			electorate: 10,
			electorate_until: 10,
			opened_at: BEGIN,
			settings: settings(),
			ayes: 0,
			nays: 0,
			state: ProposalState::Deciding { confirming_since: None },
		};
		assert_eq!(proposal(), expected);
		last_event(Event::Proposed {
			proposal: 0,
			community: HOME,
			binding_hash: hash,
			electorate: 10,
		});
	});
}

#[test]
fn a_passed_plugin_holds_from_the_next_epoch_on() {
	run(|| {
		opened();
		votes(1..=5, NONE);
		let since = BEGIN + NOTICE;
		assert_eq!(
			proposal().state,
			ProposalState::Deciding {
				confirming_since: Some(since)
			}
		);
		last_event(Event::Confirming { proposal: 0, since });
		Now::put(since + CONFIRM - 1);
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(since + CONFIRM);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Approved { at: since + CONFIRM });
		last_event(Event::Approved { proposal: 0 });
		Now::put(since + CONFIRM + TIMELOCK - 1);
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(since + CONFIRM + TIMELOCK);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Scheduled { epoch: 51 });
		assert_eq!(
			(PriceHead::get(), PriceFrom::get()),
			(proposal().binding_hash, Some(51))
		);
		last_event(Event::Scheduled {
			proposal: 0,
			binding_hash: proposal().binding_hash,
			epoch: 51,
		});
		assert_noop!(advance(), Refused::NothingDue);
	});
}

#[test]
fn each_advance_takes_one_step() {
	run(|| {
		opened();
		votes(1..=10, NONE);
		Now::put(BEGIN + 30 * DAY);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Approved { at: BEGIN + 30 * DAY });
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(BEGIN + 31 * DAY);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Scheduled { epoch: 82 });
	});
}

#[test]
fn passed_parameters_are_scheduled_with_their_hash() {
	run(|| {
		assert_ok!(set_track(TrackKind::Parameter, settings()));
		assert_ok!(propose(parameters(600), H256::zero()));
		Now::put(BEGIN + NOTICE);
		votes(1..=6, NONE);
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_ok!(advance());
		Now::put(BEGIN + NOTICE + CONFIRM + TIMELOCK);
		assert_ok!(advance());
		assert_eq!(Parametrised::get(), Some((proposal().binding_hash, 51)));
		assert_noop!(propose(parameters(700), H256::zero()), Refused::StalePredecessor);
		assert_ok!(propose(parameters(700), proposal().binding_hash));
	});
}

#[test]
fn passed_parameters_wait_until_they_can_change() {
	run(|| {
		let ready = BEGIN + NOTICE + CONFIRM + TIMELOCK;
		assert_ok!(set_track(TrackKind::Parameter, settings()));
		assert_ok!(propose(parameters(600), H256::zero()));
		Now::put(BEGIN + NOTICE);
		votes(1..=6, NONE);
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_ok!(advance());
		NeededUntil::put(ready + 2 * DAY);
		for wait in [ready, ready + 2 * DAY - 1] {
			Now::put(wait);
			assert_noop!(advance(), DispatchError::Other("EarlierParametersNeeded"));
		}
		hypothetically!({
			Parametrised::put((H256([9; 32]), 51));
			assert_ok!(advance());
			assert_eq!(proposal().state, ProposalState::Stale);
		});
		Now::put(ready + 2 * DAY);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Scheduled { epoch: 53 });
	});
}

#[test]
fn a_vote_on_a_track_outranks_a_steward_who_sets_it_meanwhile() {
	run(|| {
		assert_ok!(set_track(TrackKind::Governance, settings()));
		let voted = TrackSettings {
			decide_s: 9_999,
			..settings()
		};
		let change = Change::Track {
			kind: TrackKind::Plugin,
			settings: voted.clone(),
		};
		assert_ok!(propose(change, H256::zero()));
		Now::put(BEGIN + NOTICE);
		votes(1..=6, NONE);
		assert_ok!(set_track(TrackKind::Plugin, settings()));
		for later in [CONFIRM, CONFIRM + TIMELOCK] {
			Now::put(BEGIN + NOTICE + later);
			assert_ok!(advance());
		}
		let stands = Tracks::<Test>::get((HOME, TrackKind::Plugin)).map(|track| track.settings);
		assert_eq!(stands, Some(voted));
	});
}

#[test]
fn a_passed_track_changes_at_once_and_open_proposals_keep_theirs() {
	run(|| {
		assert_ok!(set_track(TrackKind::Governance, settings()));
		assert_ok!(set_track(TrackKind::Parameter, settings()));
		let slower = TrackSettings {
			decide_s: 9_999,
			..settings()
		};
		let change = Change::Track {
			kind: TrackKind::Parameter,
			settings: slower.clone(),
		};
		assert_ok!(propose(change, H256::zero()));
		assert_ok!(propose(parameters(600), H256::zero()));
		Now::put(BEGIN + NOTICE);
		votes(1..=6, NONE);
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_ok!(advance());
		Now::put(BEGIN + NOTICE + CONFIRM + TIMELOCK);
		assert_ok!(advance());
		let hash = proposal().binding_hash;
		let track = Track {
			settings: slower.clone(),
			head: hash,
		};
		assert_eq!(Tracks::<Test>::get((HOME, TrackKind::Parameter)), Some(track));
		assert_eq!(proposal().state, ProposalState::Scheduled { epoch: 51 });
		System::assert_has_event(
			Event::TrackSet {
				community: HOME,
				kind: TrackKind::Parameter,
				settings: slower.clone(),
			}
			.into(),
		);
		assert_eq!(Proposals::<Test>::get(1).unwrap().settings, settings());
		assert_ok!(propose(parameters(700), H256::zero()));
		assert_eq!(Proposals::<Test>::get(2).unwrap().settings, slower);
		let again = Change::Track {
			kind: TrackKind::Parameter,
			settings: settings(),
		};
		assert_noop!(propose(again.clone(), H256::zero()), Refused::StalePredecessor);
		assert_ok!(propose(again, hash));
	});
}

#[test]
fn a_track_that_no_steward_set_can_be_set_by_vote() {
	run(|| {
		assert_ok!(set_track(TrackKind::Governance, settings()));
		let change = Change::Track {
			kind: TrackKind::Plugin,
			settings: settings(),
		};
		assert_ok!(propose(change, H256::zero()));
	});
}

#[test]
fn too_small_a_turnout_is_rejected() {
	run(|| {
		opened();
		votes(1..=4, NONE);
		assert_eq!(proposal().state, ProposalState::Deciding { confirming_since: None });
		Now::put(BEGIN + NOTICE + DECIDE - 1);
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(BEGIN + NOTICE + DECIDE);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Rejected);
		last_event(Event::Rejected { proposal: 0 });
		assert_noop!(advance(), Refused::NothingDue);
		assert_eq!(PriceFrom::get(), None);
	});
}

#[test]
fn turnout_is_rounded_up_and_approval_must_be_exceeded() {
	run(|| {
		opened();
		let mut open = proposal();
		let mut passes = |electorate, ayes, nays| {
			(open.electorate, open.ayes, open.nays) = (electorate, ayes, nays);
			open.passes()
		};
		assert!(!passes(11, 5, 0), "5 of 11 are less than a half");
		assert!(passes(11, 6, 0));
		assert!(passes(10, 5, 0));
		assert!(!passes(10, 3, 3), "a half is no majority");
		assert!(passes(10, 4, 3));
		assert!(!passes(0, 0, 0), "nobody is no majority");
		assert!(passes(u32::MAX, u32::MAX, 0));
	});
}

#[test]
fn a_broken_confirmation_starts_again() {
	run(|| {
		opened();
		votes(1..=3, 4..=5);
		assert_eq!(
			proposal().state,
			ProposalState::Deciding {
				confirming_since: Some(BEGIN + NOTICE)
			}
		);
		Now::put(BEGIN + NOTICE + CONFIRM - 1);
		assert_ok!(vote(6, false));
		assert_eq!(proposal().state, ProposalState::Deciding { confirming_since: None });
		last_event(Event::ConfirmationBroken { proposal: 0 });
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_noop!(advance(), Refused::NothingDue);
		assert_ok!(vote(7, true));
		Now::put(BEGIN + NOTICE + 2 * CONFIRM - 1);
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(BEGIN + NOTICE + 2 * CONFIRM);
		assert_ok!(advance());
	});
}

#[test]
fn a_late_pass_is_confirmed_beyond_the_decision() {
	run(|| {
		opened();
		let end = BEGIN + NOTICE + DECIDE;
		Now::put(end - 1);
		votes(1..=5, NONE);
		Now::put(end);
		assert_noop!(advance(), Refused::NothingDue);
		Now::put(end - 1 + CONFIRM);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Approved { at: end - 1 + CONFIRM });
	});
}

#[test]
fn a_confirmation_broken_after_the_decision_rejects() {
	run(|| {
		opened();
		Now::put(BEGIN + NOTICE + DECIDE - 1);
		votes(1..=5, NONE);
		Now::put(BEGIN + NOTICE + DECIDE + 1);
		votes(NONE, 6..=10);
		assert_eq!(proposal().state, ProposalState::Rejected);
		System::assert_has_event(Event::<Test>::ConfirmationBroken { proposal: 0 }.into());
		last_event(Event::Rejected { proposal: 0 });
	});
}

#[test]
fn of_two_rivals_the_first_enacted_makes_the_other_stale() {
	run(|| {
		opened();
		Now::put(BEGIN);
		assert_ok!(Governance::propose(
			signed(2),
			HOME,
			plugin(Slot::Price, REGISTERED),
			H256::zero()
		));
		Now::put(BEGIN + NOTICE);
		votes(1..=5, NONE);
		Now::put(BEGIN + NOTICE + 50);
		for who in 1..=5 {
			assert_ok!(Governance::vote(signed(who), 1, proposal().binding_hash, true));
		}
		Now::put(BEGIN + NOTICE + CONFIRM + TIMELOCK);
		assert_ok!(advance());
		assert_ok!(Governance::advance(signed(1), 1));
		Now::put(BEGIN + NOTICE + CONFIRM + 2 * TIMELOCK);
		assert_ok!(advance());
		let from = PriceFrom::get();
		assert_ok!(Governance::advance(signed(1), 1));
		assert_eq!(Proposals::<Test>::get(1).unwrap().state, ProposalState::Stale);
		assert_eq!(PriceFrom::get(), from);
		last_event(Event::EnactmentFailed { proposal: 1 });
		assert_noop!(Governance::advance(signed(1), 1), Refused::NothingDue);
	});
}

#[test]
fn a_change_that_its_target_refuses_is_stale_and_leaves_no_trace() {
	run(|| {
		opened();
		votes(1..=5, NONE);
		Now::put(BEGIN + NOTICE + CONFIRM);
		assert_ok!(advance());
		Refuses::put(true);
		Now::put(BEGIN + NOTICE + CONFIRM + TIMELOCK);
		assert_ok!(advance());
		assert_eq!(proposal().state, ProposalState::Stale);
		assert_eq!((PriceHead::get(), PriceFrom::get()), (H256::zero(), None));
		last_event(Event::EnactmentFailed { proposal: 0 });
	});
}

#[test]
fn its_proposer_cancels_a_proposal() {
	run(|| {
		opened();
		assert_ok!(Governance::cancel(signed(1), 0));
		assert_eq!(proposal().state, ProposalState::Cancelled);
		last_event(Event::Cancelled { proposal: 0 });
		Now::put(BEGIN + 30 * DAY);
		assert_noop!(advance(), Refused::NothingDue);
	});
}
