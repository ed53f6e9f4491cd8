//! Tracks, proposals, votes.

use aipchain_primitives::{
	traits::{ActivePlugins, ParameterSchedule},
	Change, Role, TrackKind, TrackSettings, H256,
};
use aipchain_runtime::{Communities, PluginRegistry, Runtime, RuntimeCall};
use pallet_community_governance::{Ballots, Call, ProposalState, Tracks};
use sp_runtime::Permill;

use super::{
	anyone,
	communities::parameters,
	plugins::{binding, SLOTS},
	Move,
};
use crate::{
	accounts::key_of,
	draw::Draw,
	scene::{due_at, Scene, Town},
};

const KINDS: [TrackKind; 3] = [TrackKind::Parameter, TrackKind::Plugin, TrackKind::Governance];
const ENOUGH_PROPOSALS: usize = 6;

pub fn set_track(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let kind = draw.of(KINDS);
	if Tracks::<Runtime>::contains_key((town.id, kind)) && !draw.chance(3) {
		return None;
	}
	let call = Call::set_track {
		community: draw.nearly_u32(town.id),
		kind,
		settings: settings(draw),
	};
	Some((steward, RuntimeCall::CommunityGovernance(call)))
}

fn settings(draw: &mut Draw) -> TrackSettings {
	let decide_s = draw.of([600, 1_800, 3_600]);
	TrackSettings {
		notice_s: draw.of([0, 0, 6]),
		decide_s: draw.nearly_u32(decide_s),
		confirm_s: draw.of([0, 60, 600]),
		timelock_s: draw.of([0, 6, 300]),
		min_turnout: Permill::from_parts(draw.of([0, 100_000, 300_000])),
		min_approval: Permill::from_parts(draw.of([0, 333_333, 500_000])),
	}
}

pub fn propose(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	if scene.proposals.len() >= ENOUGH_PROPOSALS && !draw.chance(5) {
		return None;
	}
	let town = draw.one(&scene.towns)?;
	let member = draw.one(&town.members)?;
	let change = change(draw, scene)?;
	if !Tracks::<Runtime>::contains_key((town.id, change.track())) && !draw.chance(5) {
		return None;
	}
	let predecessor = head(&town, &change)?;
	let call = Call::propose {
		community: town.id,
		change,
		predecessor: if draw.chance(3) { draw.hash() } else { predecessor },
	};
	Some((member, RuntimeCall::CommunityGovernance(call)))
}

fn change(draw: &mut Draw, scene: &Scene) -> Option<Change> {
	Some(match draw.of(KINDS) {
		TrackKind::Parameter => Change::Parameters(parameters(draw)),
		TrackKind::Plugin => {
			let slot = draw.of(SLOTS);
			let binding = binding(draw, scene, slot)?;
			Change::Plugin { slot, binding }
		}
		TrackKind::Governance => Change::Track {
			kind: draw.of(KINDS),
			settings: settings(draw),
		},
	})
}

/// The binding hash of what the change replaces.
fn head(town: &Town, change: &Change) -> Option<H256> {
	match change {
		Change::Parameters(_) => Communities::parameters_head(town.id),
		Change::Plugin { slot, .. } => PluginRegistry::head(town.id, *slot),
		Change::Track { kind, .. } => {
			Some(Tracks::<Runtime>::get((town.id, *kind)).map_or(H256::zero(), |track| track.head))
		}
	}
}

pub fn vote(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (proposal, stored) = draw.one(&scene.proposals)?;
	let member = draw.one(&scene.town(stored.community)?.members)?;
	let voted = Ballots::<Runtime>::contains_key(proposal, member.to_account_id());
	let deciding = matches!(stored.state, ProposalState::Deciding { .. }) && scene.now < due_at(&stored);
	if (voted || !deciding) && !draw.chance(3) {
		return None;
	}
	let call = Call::vote {
		proposal: draw.nearly_u32(proposal),
		binding_hash: stored.binding_hash,
		aye: draw.chance(80),
	};
	Some((member, RuntimeCall::CommunityGovernance(call)))
}

pub fn advance(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (proposal, stored) = draw.one(&scene.proposals)?;
	if scene.now < due_at(&stored) && !draw.chance(3) {
		return None;
	}
	let proposal = draw.nearly_u32(proposal);
	Some((
		anyone(draw),
		RuntimeCall::CommunityGovernance(Call::advance { proposal }),
	))
}

pub fn cancel(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (proposal, stored) = draw.one(&scene.proposals)?;
	let proposal = draw.nearly_u32(proposal);
	Some((
		key_of(&stored.proposer)?,
		RuntimeCall::CommunityGovernance(Call::cancel { proposal }),
	))
}
