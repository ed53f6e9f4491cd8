//! What always holds, checked over the whole state.

extern crate alloc;

use crate::{types::Community, Communities, Config, Members, NextCommunityId, Pallet, ParameterSets, Roles};
use aipchain_primitives::{traits::ParameterSchedule, CommunityId, Role};
use alloc::collections::BTreeSet;
use frame::prelude::{ensure, DispatchError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet's head.
	pub fn do_try_state() -> Result<(), DispatchError> {
		let next = NextCommunityId::<T>::get();
		for (community, facts) in Communities::<T>::iter() {
			ensure!(community < next, "a community has an id that was never given");
			Self::try_members(community, &facts)?;
			Self::try_roles(community, &facts)?;
			Self::try_parameters(community)?;
		}
		let known = |community| Communities::<T>::contains_key(community);
		ensure!(ParameterSets::<T>::iter_keys().all(known), "parameters of no community");
		ensure!(
			Members::<T>::iter_keys().all(|(community, _)| known(community)),
			"members of no community"
		);
		ensure!(
			Roles::<T>::iter_keys().all(|(community, _)| known(community)),
			"roles of no community"
		);
		Ok(())
	}

	fn try_members(community: CommunityId, facts: &Community) -> Result<(), DispatchError> {
		let mut indices = BTreeSet::new();
		for member in Members::<T>::iter_prefix_values(community) {
			ensure!(
				member.index < facts.next_member_index,
				"a member's index was never given"
			);
			ensure!(indices.insert(member.index), "two members have one index");
		}
		ensure!(
			indices.len() == facts.members as usize,
			"the number of members is wrong"
		);
		Ok(())
	}

	fn try_roles(community: CommunityId, facts: &Community) -> Result<(), DispatchError> {
		let mut stewards = 0u32;
		for roles in Roles::<T>::iter_prefix_values(community) {
			ensure!(
				roles != 0 && roles < Role::GridOperator.bit() << 1,
				"a set of roles is empty or has unknown ones"
			);
			stewards = stewards.saturating_add(u32::from(roles & Role::Steward.bit() != 0));
		}
		ensure!(
			stewards > 0 && stewards == facts.stewards,
			"the number of stewards is wrong"
		);
		Ok(())
	}

	fn try_parameters(community: CommunityId) -> Result<(), DispatchError> {
		let set = ParameterSets::<T>::get(community).ok_or("a community has no parameters")?;
		let pending = set.pending.map(|(parameters, ..)| parameters);
		let previous = set.previous.map(|(parameters, _)| parameters);
		let mut all = [Some(set.active), pending, previous].into_iter().flatten();
		ensure!(
			all.all(|parameters| Self::check_parameters(&parameters)),
			"a parameter is out of bounds"
		);
		Ok(())
	}
}
