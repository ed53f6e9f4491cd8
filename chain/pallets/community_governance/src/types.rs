//! What the governance of a community stores.

use aipchain_primitives::{Change, CommunityId, Epoch, TrackSettings, UnixSeconds, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The longest time of a track [s]: 366 days.
pub const MAX_TRACK_S: u32 = 366 * 86_400;

const MILLION: u64 = 1_000_000;

/// A track of a community.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Track {
	/// Its times and thresholds.
	pub settings: TrackSettings,
	/// The binding hash that set them; zero when a steward did.
	pub head: H256,
}

/// Whether a track can have these settings: it must be able to decide, and to say no.
pub fn are_settings_sound(settings: &TrackSettings) -> bool {
	let TrackSettings {
		notice_s,
		decide_s,
		confirm_s,
		timelock_s,
		min_approval,
		..
	} = settings;
	let times = [notice_s, decide_s, confirm_s, timelock_s];
	let can_decide = *decide_s > 0 && confirm_s <= decide_s && times.iter().all(|time| **time <= MAX_TRACK_S);
	can_decide && u64::from(min_approval.deconstruct()) < MILLION
}

/// Where a proposal stands. All but `Deciding` and `Approved` are final.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProposalState {
	/// Takes votes once its notice is over.
	Deciding {
		/// Since when it passes without a break.
		confirming_since: Option<UnixSeconds>,
	},
	/// Confirmed; waits for its timelock.
	Approved {
		/// When that was recorded.
		at: UnixSeconds,
	},
	/// Holds from this epoch on.
	Scheduled {
		/// The first epoch.
		epoch: Epoch,
	},
	/// Did not pass, or not without a break.
	Rejected,
	/// Taken back by its proposer.
	Cancelled,
	/// Approved, but what it replaces had changed, or its target refused it.
	Stale,
}

/// A change that a community votes on.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Proposal<AccountId> {
	/// The community.
	pub community: CommunityId,
	/// The change, whole.
	pub change: Change,
	/// The binding hash of what it replaces.
	pub predecessor: H256,
	/// What a vote binds to: the hash of community, change and predecessor.
	pub binding_hash: H256,
	/// Who proposed it.
	pub proposer: AccountId,
	/// Members when it opened.
	pub electorate: u32,
	/// Members with a lower index were members when it opened.
	pub electorate_until: u32,
	/// When it opened.
	pub opened_at: UnixSeconds,
	/// The track's settings when it opened.
	pub settings: TrackSettings,
	/// Votes for.
	pub ayes: u32,
	/// Votes against.
	pub nays: u32,
	/// Where it stands.
	pub state: ProposalState,
}

/// A step that time alone makes due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
	/// Confirmed without a break.
	Approve,
	/// The decision ended without passing.
	Reject,
	/// The timelock is over.
	Enact,
}

impl<AccountId> Proposal<AccountId> {
	/// When votes are first taken.
	pub fn votes_from(&self) -> UnixSeconds {
		self.opened_at.saturating_add(self.settings.notice_s.into())
	}

	/// When the decision ends, unless it is being confirmed.
	pub fn decided_at(&self) -> UnixSeconds {
		self.votes_from().saturating_add(self.settings.decide_s.into())
	}

	/// Whether turnout reaches its share of the electorate and the ayes exceed theirs of the votes. Exact.
	pub fn passes(&self) -> bool {
		let votes = u64::from(self.ayes).saturating_add(self.nays.into());
		let turnout = u64::from(self.settings.min_turnout.deconstruct()).saturating_mul(self.electorate.into());
		let approval = u64::from(self.settings.min_approval.deconstruct()).saturating_mul(votes);
		votes.saturating_mul(MILLION) >= turnout && u64::from(self.ayes).saturating_mul(MILLION) > approval
	}

	/// Whether votes still decide it: it is open and time has not decided it.
	pub(crate) fn is_deciding(&self, now: UnixSeconds) -> bool {
		matches!(self.state, ProposalState::Deciding { .. }) && self.due(now).is_none()
	}

	/// The step that is due at `now`, if any.
	pub(crate) fn due(&self, now: UnixSeconds) -> Option<Due> {
		let over = |since: UnixSeconds, length: u32| now >= since.saturating_add(length.into());
		match self.state {
			ProposalState::Deciding {
				confirming_since: Some(since),
			} => over(since, self.settings.confirm_s).then_some(Due::Approve),
			ProposalState::Deciding { confirming_since: None } => (now >= self.decided_at()).then_some(Due::Reject),
			ProposalState::Approved { at } => over(at, self.settings.timelock_s).then_some(Due::Enact),
			_ => None,
		}
	}
}
