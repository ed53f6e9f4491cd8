//! The proof of a uniform price: at this price nobody is left out. One pass over the orders of the book, in any order.

use crate::{
	certificate::{flawless, Cleared},
	pallet::*,
	Flaw, Order, OrderStatus, MAX_TRADES,
};
use aipchain_primitives::{Price, Side, Wh};
use alloc::collections::BTreeMap;
use core::cmp::Ordering;
use frame::prelude::*;

/// Trades enough to pair any orders: with `n` orders never more than `3 n` are needed, so a longer list is stuffed.
const TRADES_PER_ORDER: u32 = 3;

/// One owner's orders as a price sees them [Wh], exact sums. What is better than the price lacks what it is not
/// served; what is at the price has room for what it is not served; what is worse does not count.
#[derive(Default)]
struct Position {
	filled_wh: u128,
	bids_lack_wh: u128,
	offers_lack_wh: u128,
	bids_have_room_wh: u128,
	offers_have_room_wh: u128,
}

impl Position {
	fn add<AccountId>(&mut self, order: &Order<AccountId>, price: Price) {
		self.filled_wh = self.filled_wh.saturating_add(order.filled_wh.into());
		let (advantage, lack, room) = match order.side {
			Side::Bid => (
				order.limit_price.cmp(&price),
				&mut self.bids_lack_wh,
				&mut self.bids_have_room_wh,
			),
			Side::Offer => (
				price.cmp(&order.limit_price),
				&mut self.offers_lack_wh,
				&mut self.offers_have_room_wh,
			),
		};
		let sum = match advantage {
			Ordering::Greater => lack,
			Ordering::Equal => room,
			Ordering::Less => return,
		};
		*sum = sum.saturating_add(order.open_wh().into());
	}

	/// Whether a better order is not served in full.
	fn is_left_out(&self) -> bool {
		self.bids_lack_wh > 0 || self.offers_lack_wh > 0
	}

	/// Whether what the better orders lack could only be bought from their own owner, and can be: the owner is a party
	/// to every trade, and has as much on both sides, filled up with what it has at the price.
	fn supplies_itself(&self, traded_wh: Wh) -> bool {
		let exchanged = self.bids_lack_wh.max(self.offers_lack_wh);
		self.filled_wh == u128::from(traded_wh)
			&& exchanged.saturating_sub(self.bids_lack_wh) <= self.bids_have_room_wh
			&& exchanged.saturating_sub(self.offers_lack_wh) <= self.offers_have_room_wh
	}
}

impl<T: Config> Cleared<'_, T> {
	/// Says how many orders of the book were looked at.
	pub fn prove_uniform_price(&self, price: Price) -> Result<u32, DispatchError> {
		let of_one_price = self.trades.iter().all(|trade| trade.price == price);
		flawless::<T>(of_one_price, Flaw::OtherPrice)?;
		if self.is_cut() {
			return Ok(0);
		}
		let (positions, looked_at) = self.positions(price)?;
		let mut left_out = positions.values().filter(|position| position.is_left_out());
		let proven = match (left_out.next(), left_out.next()) {
			(None, _) => true,
			(Some(position), None) => position.supplies_itself(self.book.traded_wh),
			(Some(_), Some(_)) => false,
		};
		flawless::<T>(proven, Flaw::OrderLeftOut)?;
		Ok(looked_at)
	}

	/// Whether the list takes no more trades though the book may need more.
	fn is_cut(&self) -> bool {
		let needed = self.book.standing().saturating_mul(TRADES_PER_ORDER);
		self.trades.len() as u32 == MAX_TRADES && needed > MAX_TRADES
	}

	/// What every owner lacks and has room for, and the number of orders listed in the book.
	fn positions(&self, price: Price) -> Result<(BTreeMap<T::AccountId, Position>, u32), DispatchError> {
		let numbers = BookOrders::<T>::get(self.key);
		let mut positions = BTreeMap::<T::AccountId, Position>::new();
		for number in &numbers {
			let order = match self.orders.get(*number) {
				Some(order) => order.clone(),
				None => Orders::<T>::get(number).ok_or(DispatchError::Corruption)?,
			};
			if order.status == OrderStatus::Open {
				positions.entry(order.owner.clone()).or_default().add(&order, price);
			}
		}
		Ok((positions, numbers.len() as u32))
	}
}
