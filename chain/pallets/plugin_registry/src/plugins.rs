//! What the other pallets ask the registry, and what must hold between calls.

use crate::{pallet::*, BoundBinding};
use aipchain_primitives::{traits::*, Binding, CommunityId, Epoch, RuleSet, Slot, Terms, H256};
use frame::prelude::*;

impl<T: Config> ActivePlugins for Pallet<T> {
	fn rules_at(community: CommunityId, epoch: Epoch) -> Option<RuleSet> {
		let at = |slot| Slots::<T>::get((community, slot)).map(|state| state.at(epoch));
		Some(RuleSet {
			price: at(Slot::Price)?,
			clear: at(Slot::Clear)?,
		})
	}

	fn head(community: CommunityId, slot: Slot) -> Option<H256> {
		Slots::<T>::get((community, slot)).map(|state| state.head())
	}

	fn check_build(bundle: &H256) -> DispatchResult {
		let build = Builds::<T>::get(bundle).ok_or(Error::<T>::UnknownBuild)?;
		ensure!(!build.deprecated, Error::<T>::BuildDeprecated);
		Ok(())
	}

	fn check_terms(community: CommunityId, slot: Slot, terms: &Terms) -> DispatchResult {
		let zone = terms.highest_zone();
		let exists = zone.is_none_or(|zone| T::Communities::zone_exists(community, zone));
		ensure!(exists && terms.are_sound(slot), Error::<T>::BadTerms);
		Ok(())
	}

	fn terms(binding: H256) -> Option<Terms> {
		Bindings::<T>::get(binding).map(|bound| bound.binding.terms)
	}

	fn schedule(community: CommunityId, slot: Slot, binding: Binding, hash: H256, from_epoch: Epoch) -> DispatchResult {
		let mut state = Slots::<T>::get((community, slot)).ok_or(Error::<T>::EmptySlot)?;
		Self::check_build(&binding.bundle)?;
		let (bundle, predecessor) = (binding.bundle, state.head());
		state.schedule(hash, from_epoch);
		Slots::<T>::insert((community, slot), state);
		Bindings::<T>::insert(
			hash,
			BoundBinding {
				community,
				slot,
				binding,
				predecessor,
			},
		);
		Self::deposit_event(Event::PluginScheduled {
			community,
			slot,
			binding_hash: hash,
			bundle,
			from_epoch,
		});
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Check every invariant of the doc head that one state can show.
	pub(crate) fn do_try_state() -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
		use aipchain_primitives::{binding_hash, Change};
		for (hash, bound) in Bindings::<T>::iter() {
			let BoundBinding {
				community,
				slot,
				binding,
				predecessor,
			} = bound;
			ensure!(
				Builds::<T>::contains_key(binding.bundle),
				"a binding's build is not registered"
			);
			ensure!(
				Self::check_terms(community, slot, &binding.terms).is_ok(),
				"a binding's terms are not sound"
			);
			let change = Change::Plugin { slot, binding };
			ensure!(
				binding_hash(community, &change, predecessor) == hash,
				"a binding is not under its hash"
			);
			ensure!(
				predecessor.is_zero() || Bindings::<T>::contains_key(predecessor),
				"a predecessor is gone"
			);
		}
		for (key, state) in Slots::<T>::iter() {
			let pending = state.pending.map(|(hash, _)| hash);
			let hashes = [Some(state.active), pending, state.previous, Some(state.fallback)];
			for hash in hashes.into_iter().flatten() {
				let bound = Bindings::<T>::get(hash).map(|bound| (bound.community, bound.slot));
				ensure!(bound == Some(key), "a slot holds a binding made for another");
			}
			let first = Bindings::<T>::get(state.fallback).is_some_and(|bound| bound.predecessor.is_zero());
			ensure!(first, "a fallback is not the first binding");
		}
		Ok(())
	}
}
