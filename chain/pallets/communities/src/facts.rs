//! What the other pallets ask: the traits of the primitives that this pallet implements.

use crate::{types::ParameterSet, Communities, Config, Error, Event, Members, Pallet, ParameterSets, Roles};
use aipchain_primitives::{
	epoch_of,
	traits::{self, Membership, ParameterSchedule},
	CommunityId, Epoch, Parameters, Role, UnixSeconds, H256,
};
use frame::prelude::{ensure, DispatchResult};

/// The longest time a parameter can name: seven days [s].
const LONGEST_S: u32 = 7 * 24 * 3600;
/// The shortest clearing window: one slot of six seconds [s].
const SHORTEST_WINDOW_S: u32 = 6;

impl<T: Config> traits::Communities for Pallet<T> {
	fn interval_s(community: CommunityId) -> Option<u32> {
		Communities::<T>::get(community).map(|facts| facts.interval_s)
	}

	fn epoch_s(community: CommunityId) -> Option<u32> {
		Communities::<T>::get(community).map(|facts| facts.epoch_s)
	}

	fn zone_exists(community: CommunityId, zone: u16) -> bool {
		Communities::<T>::get(community).is_some_and(|facts| usize::from(zone) < facts.zones.len())
	}

	fn parameters_at(community: CommunityId, at: UnixSeconds) -> Option<Parameters> {
		let epoch_s = <Self as traits::Communities>::epoch_s(community)?;
		ParameterSets::<T>::get(community).map(|set| set.at(epoch_of(at, epoch_s)))
	}
}

impl<T: Config> Membership<T::AccountId> for Pallet<T> {
	fn member_index(community: CommunityId, who: &T::AccountId) -> Option<u32> {
		Members::<T>::get(community, who).map(|member| member.index)
	}

	fn electorate(community: CommunityId) -> Option<(u32, u32)> {
		Communities::<T>::get(community).map(|facts| (facts.members, facts.next_member_index))
	}

	fn has_role(community: CommunityId, who: &T::AccountId, role: Role) -> bool {
		Roles::<T>::get(community, who) & role.bit() != 0
	}
}

impl<T: Config> ParameterSchedule for Pallet<T> {
	fn parameters_head(community: CommunityId) -> Option<H256> {
		ParameterSets::<T>::get(community).map(|set| set.next_predecessor())
	}

	fn check_parameters(parameters: &Parameters) -> bool {
		// The collateral is a share, at most one by its decoding.
		let Parameters {
			gate_closure_s,
			clearing_window_s,
			grace_s,
			collateral: _,
		} = parameters;
		// The gate closes a whole clearing window before delivery, so that the result stands by then.
		(SHORTEST_WINDOW_S..=*gate_closure_s).contains(clearing_window_s)
			&& *gate_closure_s <= LONGEST_S
			&& (1..=LONGEST_S).contains(grace_s)
	}

	fn check_schedule(community: CommunityId) -> DispatchResult {
		Self::changeable_set(community)?;
		Ok(())
	}

	fn schedule_parameters(
		community: CommunityId,
		parameters: Parameters,
		hash: H256,
		from_epoch: Epoch,
	) -> DispatchResult {
		ensure!(Self::check_parameters(&parameters), Error::<T>::BadParameters);
		let (set, now) = Self::changeable_set(community)?;
		ParameterSets::<T>::insert(community, set.schedule(parameters.clone(), hash, from_epoch, now));
		Self::deposit_event(Event::ParametersScheduled {
			community,
			parameters,
			from_epoch,
		});
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// The parameters of the community, to be changed, and the epoch now.
	fn changeable_set(community: CommunityId) -> Result<(ParameterSet, Epoch), Error<T>> {
		let epoch_s = <Self as traits::Communities>::epoch_s(community).ok_or(Error::<T>::UnknownCommunity)?;
		let set = ParameterSets::<T>::get(community).ok_or(Error::<T>::UnknownCommunity)?;
		let epoch = epoch_of(Self::now(), epoch_s);
		ensure!(
			Self::now() >= set.changes_from(epoch_s, epoch),
			Error::<T>::EarlierParametersNeeded
		);
		Ok((set, epoch))
	}
}
