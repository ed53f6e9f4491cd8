//! Orders in memory during one call: each is read once and written at most once.

use crate::{Config, Order, Orders, Trade};
use aipchain_primitives::OrderNumber;
use alloc::collections::{btree_map::Entry, BTreeMap, BTreeSet};
use frame::prelude::DispatchError;

/// The two orders of a trade.
type BidAndOffer<'a, AccountId> = (&'a Order<AccountId>, &'a Order<AccountId>);

/// The orders a call has read. Changes are lost unless [`write`](Self::write) is called.
pub(crate) struct OrdersInHand<T: Config> {
	orders: BTreeMap<OrderNumber, Order<T::AccountId>>,
	changed: BTreeSet<OrderNumber>,
}

impl<T: Config> OrdersInHand<T> {
	/// No orders yet.
	pub fn empty() -> Self {
		Self {
			orders: BTreeMap::new(),
			changed: BTreeSet::new(),
		}
	}

	/// Every order that a trade names and that exists.
	pub fn of(trades: &[Trade]) -> Self {
		let mut hand = Self::empty();
		for number in trades.iter().flat_map(|trade| [trade.bid, trade.offer]) {
			if let Entry::Vacant(place) = hand.orders.entry(number) {
				if let Some(order) = Orders::<T>::get(number) {
					place.insert(order);
				}
			}
		}
		hand
	}

	/// The order, if it is in hand.
	pub fn get(&self, number: OrderNumber) -> Option<&Order<T::AccountId>> {
		self.orders.get(&number)
	}

	/// Both orders of a recorded trade. Their absence is corruption: a recorded trade's orders exist until all are
	/// settled.
	pub fn pair(&self, trade: &Trade) -> Result<BidAndOffer<'_, T::AccountId>, DispatchError> {
		self.get(trade.bid)
			.zip(self.get(trade.offer))
			.ok_or(DispatchError::Corruption)
	}

	/// The order, to be changed.
	pub fn change(&mut self, number: OrderNumber) -> Result<&mut Order<T::AccountId>, DispatchError> {
		self.changed.insert(number);
		self.orders.get_mut(&number).ok_or(DispatchError::Corruption)
	}

	/// Take the order out of memory and storage.
	pub fn remove(&mut self, number: OrderNumber) -> Result<Order<T::AccountId>, DispatchError> {
		self.changed.remove(&number);
		match self.orders.remove(&number) {
			Some(order) => {
				Orders::<T>::remove(number);
				Ok(order)
			}
			None => Orders::<T>::take(number).ok_or(DispatchError::Corruption),
		}
	}

	/// Store what was changed.
	pub fn write(self) {
		for number in self.changed {
			if let Some(order) = self.orders.get(&number) {
				Orders::<T>::insert(number, order);
			}
		}
	}
}
