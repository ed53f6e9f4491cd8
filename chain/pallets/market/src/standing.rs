//! The energy of the standing orders of one book in memory during one call: read once and written once for each meter
//! and side.

use crate::{pallet::*, BookKey};
use aipchain_primitives::{MeterId, Side, Wh};
use alloc::collections::BTreeMap;
use core::marker::PhantomData;
use frame::prelude::{DispatchError, DispatchResult};

/// The sums that a call has read. Changes are lost unless [`write`](Self::write) is called.
pub(crate) struct StandingInHand<T: Config> {
	key: BookKey,
	sums: BTreeMap<(MeterId, Side), Wh>,
	_runtime: PhantomData<T>,
}

impl<T: Config> StandingInHand<T> {
	/// No sum of the book yet.
	pub fn of(key: BookKey) -> Self {
		Self {
			key,
			sums: BTreeMap::new(),
			_runtime: PhantomData,
		}
	}

	/// One more order, if the meter's connection carries it together with the others of its side.
	pub fn add(&mut self, meter: MeterId, side: Side, wh: Wh, carries_wh: Wh) -> DispatchResult {
		let sum = self.sum(meter, side);
		let more = sum.checked_add(wh).filter(|more| *more <= carries_wh);
		*sum = more.ok_or(Error::<T>::AboveConnectionLimit)?;
		Ok(())
	}

	/// An order stands no longer.
	pub fn take(&mut self, meter: MeterId, side: Side, wh: Wh) -> DispatchResult {
		let sum = self.sum(meter, side);
		*sum = sum.checked_sub(wh).ok_or(DispatchError::Corruption)?;
		Ok(())
	}

	/// Store the sums; of nothing there is none.
	pub fn write(self) {
		for (place, wh) in self.sums {
			if wh == 0 {
				StandingWh::<T>::remove(self.key, place);
			} else {
				StandingWh::<T>::insert(self.key, place, wh);
			}
		}
	}

	fn sum(&mut self, meter: MeterId, side: Side) -> &mut Wh {
		let key = self.key;
		let place = (meter, side);
		self.sums
			.entry(place)
			.or_insert_with(|| StandingWh::<T>::get(key, place))
	}
}
