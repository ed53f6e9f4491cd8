//! # Plugin registry
//!
//! ## Overview
//! Authors register builds of plugin bundles, once each. A community fills each [`Slot`] with a binding: a build, its
//! configuration, its capabilities, and the terms that clearings under it have to keep and to prove. A steward installs
//! the first; every later one comes from a vote, through [`ActivePlugins::schedule`], and holds from an epoch on.
//! Nothing runs at the boundary: a pending binding that is due counts as active when it is read.
//!
//! ## Calls
//! - `register_build`: anyone registers a bundle, write-once.
//! - `deprecate_build`: its owner advises against new use.
//! - `install`: a steward fills an empty slot.
//!
//! ## Events
//! `BuildRegistered`, `BuildDeprecated`, `PluginInstalled`, `PluginScheduled`.
//!
//! ## Invariants
//! - A build's bundle, owner, name and numbers never change.
//! - Every hash in a slot is the binding hash of what is stored under it, made for that community and slot.
//! - A filled slot is never emptied, and its fallback never changes.
//! - The terms of every binding are sound and name zones of its community.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

use codec::Encode;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod plugins;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

/// The bytes of a binding that vary: configuration, grants, terms.
fn lengths(binding: &aipchain_primitives::Binding) -> u32 {
	(binding.config.len() + binding.grants.len() + binding.terms.encoded_size()) as u32
}

#[frame::pallet]
pub mod pallet {
	use super::*;
	use aipchain_primitives::{traits::*, *};
	use frame::prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the runtime gives the registry.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Communities and roles.
		type Communities: Communities + Membership<Self::AccountId>;
		/// What calls cost.
		type WeightInfo: WeightInfo;
	}

	/// The registry.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Builds by bundle id, write-once.
	#[pallet::storage]
	pub type Builds<T: Config> = StorageMap<_, Blake2_128Concat, H256, Build<T::AccountId>>;

	/// Bindings by binding hash, write-once.
	#[pallet::storage]
	pub type Bindings<T> = StorageMap<_, Identity, H256, BoundBinding>;

	/// The filled slots.
	#[pallet::storage]
	pub type Slots<T> = StorageMap<_, Twox64Concat, (CommunityId, Slot), SlotState>;

	/// Facts of the registry.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A build can be bound from now on.
		BuildRegistered {
			/// Its bundle id.
			bundle: H256,
			/// Who registered it.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
			/// Its release.
			release: u16,
			/// Its build.
			build: u16,
		},
		/// A build can no longer be bound; where it is in force it stays.
		BuildDeprecated {
			/// Its bundle id.
			bundle: H256,
		},
		/// An empty slot was filled.
		PluginInstalled {
			/// The community.
			community: CommunityId,
			/// The slot.
			slot: Slot,
			/// The binding.
			binding_hash: H256,
			/// The bundle it binds.
			bundle: H256,
		},
		/// A binding will hold from an epoch on.
		PluginScheduled {
			/// The community.
			community: CommunityId,
			/// The slot.
			slot: Slot,
			/// The binding.
			binding_hash: H256,
			/// The bundle it binds.
			bundle: H256,
			/// The first epoch it holds in.
			from_epoch: Epoch,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The bundle is registered already.
		BuildExists,
		/// The bundle is not registered.
		UnknownBuild,
		/// The build is deprecated.
		BuildDeprecated,
		/// The build is another account's.
		NotOwner,
		/// There is no such community.
		UnknownCommunity,
		/// The caller is not a steward of the community.
		NotSteward,
		/// The slot is filled; a vote may change it.
		SlotOccupied,
		/// The slot is empty; a steward installs its first plugin.
		EmptySlot,
		/// The build has no name.
		EmptyName,
		/// The terms of the binding are out of order, ask for what cannot be weighed, or name a zone that is not there.
		BadTerms,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Register a bundle under a name, a release and a build number, once.
		///
		/// Origin: signed, anyone; the caller becomes its owner.
		///
		/// ## Complexity
		/// Linear in the length of `name`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register_build(name.len() as u32))]
		pub fn register_build(
			origin: OriginFor<T>,
			bundle: H256,
			name: Name,
			release: u16,
			build: u16,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			ensure!(!name.is_empty(), Error::<T>::EmptyName);
			ensure!(!Builds::<T>::contains_key(bundle), Error::<T>::BuildExists);
			let stored = Build {
				owner: owner.clone(),
				name: name.clone(),
				release,
				build,
				deprecated: false,
			};
			Builds::<T>::insert(bundle, stored);
			Self::deposit_event(Event::BuildRegistered {
				bundle,
				owner,
				name,
				release,
				build,
			});
			Ok(())
		}

		/// Advise against new use of a build. Where it is bound it stays.
		///
		/// Origin: signed by the build's owner.
		///
		/// ## Complexity
		/// Constant.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::deprecate_build())]
		pub fn deprecate_build(origin: OriginFor<T>, bundle: H256) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let mut build = Builds::<T>::get(bundle).ok_or(Error::<T>::UnknownBuild)?;
			ensure!(build.owner == who, Error::<T>::NotOwner);
			ensure!(!build.deprecated, Error::<T>::BuildDeprecated);
			build.deprecated = true;
			Builds::<T>::insert(bundle, build);
			Self::deposit_event(Event::BuildDeprecated { bundle });
			Ok(())
		}

		/// Fill an empty slot. The binding is in force at once and stays the slot's fallback.
		///
		/// Origin: signed by a steward of the community.
		///
		/// ## Complexity
		/// Linear in the length of the binding's configuration, grants and terms.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::install(lengths(binding)))]
		pub fn install(origin: OriginFor<T>, community: CommunityId, slot: Slot, binding: Binding) -> DispatchResult {
			let who = ensure_signed(origin)?;
			ensure!(
				T::Communities::interval_s(community).is_some(),
				Error::<T>::UnknownCommunity
			);
			ensure!(
				T::Communities::has_role(community, &who, Role::Steward),
				Error::<T>::NotSteward
			);
			ensure!(!Slots::<T>::contains_key((community, slot)), Error::<T>::SlotOccupied);
			Self::check_build(&binding.bundle)?;
			Self::check_terms(community, slot, &binding.terms)?;
			let bundle = binding.bundle;
			let change = Change::Plugin {
				slot,
				binding: binding.clone(),
			};
			let binding_hash = binding_hash(community, &change, H256::zero());
			let bound = BoundBinding {
				community,
				slot,
				binding,
				predecessor: H256::zero(),
			};
			Bindings::<T>::insert(binding_hash, bound);
			Slots::<T>::insert((community, slot), SlotState::first(binding_hash));
			Self::deposit_event(Event::PluginInstalled {
				community,
				slot,
				binding_hash,
				bundle,
			});
			Ok(())
		}
	}
}
