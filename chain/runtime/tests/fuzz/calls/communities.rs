//! Founding, admitting, roles.

use aipchain_primitives::{Parameters, Role};
use aipchain_runtime::RuntimeCall;
use pallet_communities::{types::ZoneName, Call};
use sp_runtime::Permill;

use super::{anyone, text, Move};
use crate::{draw::Draw, scene::Scene};

const ENOUGH_TOWNS: usize = 2;
const FEW_MEMBERS: usize = 5;
const ROLES: [Role; 8] = [
	Role::Steward,
	Role::Consumer,
	Role::Producer,
	Role::Gateway,
	Role::Operator,
	Role::Oracle,
	Role::Auditor,
	Role::GridOperator,
];

pub fn found(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	if scene.towns.len() >= ENOUGH_TOWNS && !draw.chance(5) {
		return None;
	}
	let steward = anyone(draw);
	let interval_s = draw.of([900, 900, 900, 3_600]);
	let intervals = draw.of([1, 2, 4, 24]);
	let zones: Vec<ZoneName> = (0..draw.between(1, 3)).map(|_| text(draw, 32)).collect();
	let call = Call::found {
		name: text(draw, 64),
		interval_s: draw.nearly_u32(interval_s),
		epoch_s: draw.nearly_u32(interval_s * intervals),
		zones: zones.try_into().unwrap_or_default(),
		parameters: parameters(draw),
		steward: steward.to_account_id(),
	};
	Some((steward, RuntimeCall::Communities(call)))
}

/// Times and shares of a market, mostly within bounds.
pub fn parameters(draw: &mut Draw) -> Parameters {
	let gate_closure_s = draw.of([6, 300, 300, 601]);
	let some_of_it = draw.between(6, gate_closure_s);
	let clearing_window_s = draw.of([gate_closure_s, gate_closure_s, some_of_it]) as u32;
	Parameters {
		gate_closure_s: draw.nearly_u32(gate_closure_s as u32),
		clearing_window_s: draw.nearly_u32(clearing_window_s),
		grace_s: if draw.chance(10) { 1 } else { draw.of([300, 900, 900]) },
		collateral: Permill::from_parts(draw.of([0, 1, 100_000, 333_333, 1_000_000])),
	}
}

pub fn admit(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let account = anyone(draw);
	if town.members.contains(&account) && !draw.chance(10) {
		return None;
	}
	let roles: Vec<Role> = ROLES.into_iter().skip(1).filter(|_| draw.chance(40)).collect();
	let call = Call::admit {
		community: draw.nearly_u32(town.id),
		account: account.to_account_id(),
		roles: roles.try_into().unwrap_or_default(),
	};
	Some((steward, RuntimeCall::Communities(call)))
}

/// Mostly a role that nobody has: a town without a gateway measures nothing.
pub fn grant_role(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let free: Vec<Role> = ROLES
		.into_iter()
		.filter(|role| town.holders(*role).next().is_none())
		.collect();
	let wanted = draw.one(&free).filter(|_| draw.chance(90));
	let (account, role) = (anyone(draw), wanted.unwrap_or_else(|| draw.of(ROLES)));
	if town.holders(role).any(|holder| holder == account) && !draw.chance(10) {
		return None;
	}
	let call = Call::grant_role {
		community: draw.nearly_u32(town.id),
		account: account.to_account_id(),
		role,
	};
	Some((steward, RuntimeCall::Communities(call)))
}

pub fn revoke_role(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let role = draw.of(ROLES);
	let holder = town.with(role, draw)?;
	let call = Call::revoke_role {
		community: draw.nearly_u32(town.id),
		account: holder.to_account_id(),
		role,
	};
	Some((steward, RuntimeCall::Communities(call)))
}

pub fn leave(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let member = draw.one(&town.members)?;
	if town.members.len() < FEW_MEMBERS {
		return None;
	}
	let community = draw.nearly_u32(town.id);
	Some((member, RuntimeCall::Communities(Call::leave { community })))
}
