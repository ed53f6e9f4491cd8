//! Closing orders, and voiding a book without a result.

use crate::{
	orders::OrdersInHand, pallet::*, standing::StandingInHand, Book, BookKey, BookStatus, OrderStatus, MAX_LIMIT,
};
use aipchain_primitives::Balance;
use alloc::collections::BTreeMap;
use frame::{
	prelude::*,
	token::{fungible::MutateHold, Precision},
};

impl<T: Config> Pallet<T> {
	/// Close up to `limit` of the book's next orders and release their escrow, once per owner. Says how many.
	pub(crate) fn close_orders(
		key: BookKey,
		book: &mut Book,
		orders: &mut OrdersInHand<T>,
		limit: u32,
	) -> Result<u32, DispatchError> {
		let from = book.closed_orders;
		let to = book.orders.min(from.saturating_add(limit));
		if from == to {
			return Ok(0);
		}
		let numbers = BookOrders::<T>::get(key);
		let mut releases = BTreeMap::<T::AccountId, Balance>::new();
		let mut standing = StandingInHand::<T>::of(key);
		for number in numbers
			.get(from as usize..to as usize)
			.ok_or(DispatchError::Corruption)?
		{
			let order = orders.remove(*number)?;
			OrderIds::<T>::remove(key, (&order.owner, order.id));
			if order.status == OrderStatus::Cancelled {
				continue;
			}
			standing.take(order.meter, order.side, order.wh)?;
			let sum = releases.entry(order.owner.clone()).or_default();
			*sum = sum.checked_add(order.escrow).ok_or(Error::<T>::Overflow)?;
			let (owner, filled_wh, released) = (order.owner, order.filled_wh, order.escrow);
			Self::deposit_event(Event::OrderClosed {
				number: *number,
				owner,
				filled_wh,
				released,
			});
		}
		standing.write();
		for (owner, sum) in releases.into_iter().filter(|(_, sum)| *sum > 0) {
			T::Currency::release(&HoldReason::Escrow.into(), &owner, sum, Precision::Exact)?;
		}
		book.closed_orders = to;
		if to == book.orders {
			BookOrders::<T>::remove(key);
		}
		Ok(to - from)
	}

	/// Void a book without a result and release up to `limit` orders. Says how many.
	pub(crate) fn do_void(key: BookKey, limit: u32) -> Result<u32, DispatchError> {
		ensure!((1..=MAX_LIMIT).contains(&limit), Error::<T>::BadLimit);
		let mut book = Books::<T>::get(key).ok_or(Error::<T>::NoBook)?;
		match book.status {
			BookStatus::Open => ensure!(Self::now() >= book.deadline, Error::<T>::DeadlineNotPassed),
			BookStatus::Voided if book.closed_orders == book.orders => return Ok(0),
			BookStatus::Voided => (),
			BookStatus::Cleared | BookStatus::Settled => return Err(Error::<T>::BookNotOpen.into()),
		}
		book.status = BookStatus::Voided;
		let handled = Self::close_orders(key, &mut book, &mut OrdersInHand::empty(), limit)?;
		if book.closed_orders == book.orders {
			let (community, interval_start) = key;
			Self::deposit_event(Event::BookVoided {
				community,
				interval_start,
			});
		}
		Books::<T>::insert(key, book);
		Ok(handled)
	}
}
