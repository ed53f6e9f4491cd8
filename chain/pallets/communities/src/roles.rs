//! Who holds which role, and that a steward remains.

use crate::{types::Community, Communities, Config, Error, Event, Pallet, Roles};
use aipchain_primitives::{CommunityId, Role};
use frame::prelude::{ensure, ensure_signed, DispatchError, DispatchResult, OriginFor};

impl<T: Config> Pallet<T> {
	pub(crate) fn ensure_steward(origin: OriginFor<T>, community: CommunityId) -> Result<Community, DispatchError> {
		let who = ensure_signed(origin)?;
		let facts = Communities::<T>::get(community).ok_or(Error::<T>::UnknownCommunity)?;
		ensure!(
			Roles::<T>::get(community, &who) & Role::Steward.bit() != 0,
			Error::<T>::NotSteward
		);
		Ok(facts)
	}

	/// Grants those of `roles` that the account does not hold; says how many.
	pub(crate) fn grant(
		community: CommunityId,
		facts: &mut Community,
		account: &T::AccountId,
		roles: &[Role],
	) -> Result<u32, DispatchError> {
		let before = Roles::<T>::get(community, account);
		let mut held = before;
		for role in roles.iter().copied() {
			if held & role.bit() != 0 {
				continue;
			}
			held |= role.bit();
			if role == Role::Steward {
				facts.stewards = facts.stewards.checked_add(1).ok_or(Error::<T>::Overflow)?;
			}
			Self::deposit_event(Event::RoleGranted {
				community,
				account: account.clone(),
				role,
			});
		}
		if held != before {
			Roles::<T>::insert(community, account, held);
		}
		Ok((held & !before).count_ones())
	}

	pub(crate) fn drop_steward(facts: &mut Community) -> DispatchResult {
		ensure!(facts.stewards > 1, Error::<T>::LastSteward);
		facts.stewards = facts.stewards.saturating_sub(1);
		Ok(())
	}

	/// An account without roles has no entry.
	pub(crate) fn put_roles(community: CommunityId, account: &T::AccountId, roles: u16) {
		if roles == 0 {
			Roles::<T>::remove(community, account);
		} else {
			Roles::<T>::insert(community, account, roles);
		}
	}
}
