//! The zones of meters in memory during one call: each meter is read once.

use crate::{pallet::*, Order};
use aipchain_primitives::{traits::*, MeterId};
use alloc::collections::{btree_map::Entry, BTreeMap};
use core::marker::PhantomData;
use frame::prelude::DispatchError;

/// The zones that a call has read.
pub(crate) struct ZonesInHand<T> {
	zones: BTreeMap<MeterId, u16>,
	_runtime: PhantomData<T>,
}

impl<T> Default for ZonesInHand<T> {
	fn default() -> Self {
		Self {
			zones: BTreeMap::new(),
			_runtime: PhantomData,
		}
	}
}

impl<T: Config> ZonesInHand<T> {
	/// The zone of an order is that of its meter, which never goes.
	pub fn of(&mut self, order: &Order<T::AccountId>) -> Result<u16, DispatchError> {
		match self.zones.entry(order.meter) {
			Entry::Occupied(known) => Ok(*known.get()),
			Entry::Vacant(new) => {
				let facts = T::Metering::meter(order.meter).ok_or(DispatchError::Corruption)?;
				Ok(*new.insert(facts.zone))
			}
		}
	}
}
