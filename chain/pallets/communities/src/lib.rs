//! # Communities
//!
//! ## Overview
//! A community is one local energy market and one electorate: a name, the length of its delivery intervals and epochs,
//! its zones, its members, their roles, and the parameters its votes set. Membership and roles are soulbound: no call
//! moves them to another account. A role needs no membership, because services (gateway, operator, oracle) are not
//! voters; so the founding steward holds a role and is a member only once admitted.
//!
//! ## Calls
//! `found`, `admit`, `grant_role`, `revoke_role`, `leave`. Parameters change only by [`ParameterSchedule`], which the
//! community's votes use. The parameters before the active ones are remembered, and not forgotten while a reading of
//! their epochs can still become final.
//!
//! ## Events
//! `Founded`, `Admitted`, `RoleGranted`, `RoleRevoked`, `Left`, `ParametersScheduled`. `admit` says `RoleGranted` for
//! each role the account did not hold; `Founded` and `Left` speak for the roles they give and drop.
//!
//! ## Invariants
//! - `members` counts the memberships; their indices are distinct and below `next_member_index`.
//! - `stewards` counts the accounts with the steward role and is never 0. No empty set of roles is stored.
//! - Every community has a parameter set, and every set in it is within bounds.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod types;
pub mod weights;

mod facts;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
#[cfg(test)]
mod mock;
mod roles;
#[cfg(test)]
mod tests;

pub use pallet::*;

/// The pallet.
#[frame::pallet]
pub mod pallet {
	use crate::{
		types::{Community, CommunityName, Member, ParameterSet, Zones},
		weights::WeightInfo,
	};
	use aipchain_primitives::{traits::ParameterSchedule, CommunityId, Epoch, Parameters, Role, UnixSeconds};
	use frame::{
		prelude::*,
		traits::{StorageVersion, UnixTime},
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Chain time.
		type Time: UnixTime;
		/// The weight of each call.
		type WeightInfo: WeightInfo;
	}

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The id of the next community.
	#[pallet::storage]
	pub type NextCommunityId<T: Config> = StorageValue<_, CommunityId, ValueQuery>;

	/// The communities.
	#[pallet::storage]
	pub type Communities<T: Config> = StorageMap<_, Twox64Concat, CommunityId, Community>;

	/// The memberships.
	#[pallet::storage]
	pub type Members<T: Config> =
		StorageDoubleMap<_, Twox64Concat, CommunityId, Blake2_128Concat, T::AccountId, Member>;

	/// The roles an account holds in a community: bit `1 << index` per role.
	#[pallet::storage]
	pub type Roles<T: Config> =
		StorageDoubleMap<_, Twox64Concat, CommunityId, Blake2_128Concat, T::AccountId, u16, ValueQuery>;

	/// The parameters of each community.
	#[pallet::storage]
	pub type ParameterSets<T: Config> = StorageMap<_, Twox64Concat, CommunityId, ParameterSet>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A community was founded; `steward` holds its steward role.
		Founded {
			/// The new community.
			community: CommunityId,
			/// Its first steward.
			steward: T::AccountId,
		},
		/// An account became a member.
		Admitted {
			/// The community.
			community: CommunityId,
			/// The new member.
			account: T::AccountId,
			/// The member's index in the community.
			index: u32,
		},
		/// An account holds a role that it did not hold before.
		RoleGranted {
			/// The community.
			community: CommunityId,
			/// The account.
			account: T::AccountId,
			/// The role.
			role: Role,
		},
		/// An account no longer holds a role.
		RoleRevoked {
			/// The community.
			community: CommunityId,
			/// The account.
			account: T::AccountId,
			/// The role.
			role: Role,
		},
		/// A member left and dropped all roles.
		Left {
			/// The community.
			community: CommunityId,
			/// The account.
			account: T::AccountId,
		},
		/// New parameters will be in force.
		ParametersScheduled {
			/// The community.
			community: CommunityId,
			/// The new parameters.
			parameters: Parameters,
			/// The first epoch they are in force.
			from_epoch: Epoch,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such community.
		UnknownCommunity,
		/// The signer is no steward of the community.
		NotSteward,
		/// A community can be founded by the steward it names, or by root, not by another account.
		NotTheSteward,
		/// An interval lasts 900 or 3600 seconds.
		BadIntervalLength,
		/// An epoch is a multiple of the interval, at least one.
		BadEpochLength,
		/// A community has at least one zone.
		NoZones,
		/// A parameter is out of bounds.
		BadParameters,
		/// The account is a member already.
		AlreadyMember,
		/// The account is not a member.
		NotMember,
		/// The account holds the role already.
		RoleAlreadyGranted,
		/// The account does not hold the role.
		RoleNotGranted,
		/// A community keeps at least one steward.
		LastSteward,
		/// A counter is at its end.
		Overflow,
		/// Readings under parameters that the change would forget are not final yet.
		EarlierParametersNeeded,
	}

	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Found a community. Root may found for any steward, an account only for itself.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::found(zones.len() as u32))]
		pub fn found(
			origin: OriginFor<T>,
			name: CommunityName,
			interval_s: u32,
			epoch_s: u32,
			zones: Zones,
			parameters: Parameters,
			steward: T::AccountId,
		) -> DispatchResult {
			let signer = ensure_signed_or_root(origin)?;
			ensure!(signer.is_none_or(|who| who == steward), Error::<T>::NotTheSteward);
			ensure!(matches!(interval_s, 900 | 3600), Error::<T>::BadIntervalLength);
			ensure!(epoch_s > 0 && epoch_s.is_multiple_of(interval_s), Error::<T>::BadEpochLength);
			ensure!(!zones.is_empty(), Error::<T>::NoZones);
			ensure!(Self::check_parameters(&parameters), Error::<T>::BadParameters);

			let community = NextCommunityId::<T>::get();
			NextCommunityId::<T>::put(community.checked_add(1).ok_or(Error::<T>::Overflow)?);
			let founded_at = Self::now();
			let facts = Community {
				name,
				interval_s,
				epoch_s,
				zones,
				founded_at,
				members: 0,
				next_member_index: 0,
				stewards: 1,
			};
			Communities::<T>::insert(community, facts);
			ParameterSets::<T>::insert(community, ParameterSet::founding(parameters));
			Roles::<T>::insert(community, &steward, Role::Steward.bit());
			Self::deposit_event(Event::Founded { community, steward });
			Ok(())
		}

		/// Make an account a member and give it roles. Roles it holds already stay.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::admit(roles.len() as u32))]
		pub fn admit(
			origin: OriginFor<T>,
			community: CommunityId,
			account: T::AccountId,
			roles: BoundedVec<Role, ConstU32<8>>,
		) -> DispatchResult {
			let mut facts = Self::ensure_steward(origin, community)?;
			ensure!(
				!Members::<T>::contains_key(community, &account),
				Error::<T>::AlreadyMember
			);
			let index = facts.next_member_index;
			facts.next_member_index = index.checked_add(1).ok_or(Error::<T>::Overflow)?;
			facts.members = facts.members.checked_add(1).ok_or(Error::<T>::Overflow)?;
			Members::<T>::insert(
				community,
				&account,
				Member {
					index,
					since: Self::now(),
				},
			);
			Self::deposit_event(Event::Admitted {
				community,
				account: account.clone(),
				index,
			});
			Self::grant(community, &mut facts, &account, &roles)?;
			Communities::<T>::insert(community, facts);
			Ok(())
		}

		/// Give an account a role. It need not be a member.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::grant_role())]
		pub fn grant_role(
			origin: OriginFor<T>,
			community: CommunityId,
			account: T::AccountId,
			role: Role,
		) -> DispatchResult {
			let mut facts = Self::ensure_steward(origin, community)?;
			let granted = Self::grant(community, &mut facts, &account, &[role])?;
			ensure!(granted > 0, Error::<T>::RoleAlreadyGranted);
			if role == Role::Steward {
				Communities::<T>::insert(community, facts);
			}
			Ok(())
		}

		/// Take a role from an account.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::revoke_role())]
		pub fn revoke_role(
			origin: OriginFor<T>,
			community: CommunityId,
			account: T::AccountId,
			role: Role,
		) -> DispatchResult {
			let mut facts = Self::ensure_steward(origin, community)?;
			let held = Roles::<T>::get(community, &account);
			ensure!(held & role.bit() != 0, Error::<T>::RoleNotGranted);
			if role == Role::Steward {
				Self::drop_steward(&mut facts)?;
				Communities::<T>::insert(community, facts);
			}
			Self::put_roles(community, &account, held & !role.bit());
			Self::deposit_event(Event::RoleRevoked {
				community,
				account,
				role,
			});
			Ok(())
		}

		/// Leave the community and drop all roles in it.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::leave())]
		pub fn leave(origin: OriginFor<T>, community: CommunityId) -> DispatchResult {
			let account = ensure_signed(origin)?;
			let mut facts = Communities::<T>::get(community).ok_or(Error::<T>::UnknownCommunity)?;
			ensure!(Members::<T>::take(community, &account).is_some(), Error::<T>::NotMember);
			if Roles::<T>::take(community, &account) & Role::Steward.bit() != 0 {
				Self::drop_steward(&mut facts)?;
			}
			facts.members = facts.members.saturating_sub(1);
			Communities::<T>::insert(community, facts);
			Self::deposit_event(Event::Left { community, account });
			Ok(())
		}
	}

	/// The invariants, for `try-runtime`.
	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Chain time.
		pub(crate) fn now() -> UnixSeconds {
			T::Time::now().as_secs()
		}
	}
}
