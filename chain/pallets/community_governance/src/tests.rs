//! Every call, every error and every way through the life of a proposal.

use crate::{mock::*, *};
use aipchain_primitives::*;
use frame::{prelude::*, testing_prelude::*};

mod lives;
mod refusals;

type Refused = Error<Test>;

/// Notice, decision, confirmation and timelock of the tests' tracks [s].
const NOTICE: u64 = 100;
const DECIDE: u64 = 1_000;
const CONFIRM: u64 = 300;
const TIMELOCK: u64 = 500;
/// Half of the members must vote, and more than half of the votes be ayes.
const fn settings() -> TrackSettings {
	TrackSettings {
		notice_s: NOTICE as u32,
		decide_s: DECIDE as u32,
		confirm_s: CONFIRM as u32,
		timelock_s: TIMELOCK as u32,
		min_turnout: Permill::from_percent(50),
		min_approval: Permill::from_percent(50),
	}
}

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn set_track(kind: TrackKind, settings: TrackSettings) -> DispatchResult {
	Governance::set_track(signed(STEWARD), HOME, kind, settings)
}

fn plugin(slot: Slot, bundle: H256) -> Change {
	let binding = Binding {
		bundle,
		config: Default::default(),
		grants: Default::default(),
		terms: Terms::default(),
		migration: None,
	};
	Change::Plugin { slot, binding }
}

/// A price model whose terms are not sound.
fn demanding(bundle: H256) -> Change {
	let mut change = plugin(Slot::Price, bundle);
	if let Change::Plugin { binding, .. } = &mut change {
		binding.terms.proof = Proof::Optimum;
	}
	change
}

fn parameters(grace_s: u32) -> Change {
	let collateral = Permill::from_percent(10);
	Change::Parameters(Parameters {
		gate_closure_s: 900,
		clearing_window_s: 300,
		grace_s,
		collateral,
	})
}

fn propose(change: Change, predecessor: H256) -> DispatchResult {
	Governance::propose(signed(1), HOME, change, predecessor)
}

/// Proposal 0: the registered build into the price slot, opened at [`BEGIN`], with votes open.
fn opened() {
	assert_ok!(set_track(TrackKind::Plugin, settings()));
	assert_ok!(propose(plugin(Slot::Price, REGISTERED), H256::zero()));
	Now::put(BEGIN + NOTICE);
}

fn proposal() -> Proposal<u64> {
	Proposals::<Test>::get(0).unwrap()
}

fn vote(who: u64, aye: bool) -> DispatchResult {
	Governance::vote(signed(who), 0, proposal().binding_hash, aye)
}

fn votes(ayes: core::ops::RangeInclusive<u64>, nays: core::ops::RangeInclusive<u64>) {
	for (who, aye) in ayes.map(|who| (who, true)).chain(nays.map(|who| (who, false))) {
		assert_ok!(vote(who, aye));
	}
}

/// Nobody.
const NONE: core::ops::RangeInclusive<u64> = core::ops::RangeInclusive::new(1, 0);

fn advance() -> DispatchResult {
	Governance::advance(signed(STEWARD), 0)
}

fn last_event(expected: Event<Test>) {
	System::assert_last_event(expected.into());
}
