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

/// Whatever can be paired can be paired with so many trades for each order. Bids meet offers one after another, and each
/// trade completes an order. What one owner then has left on both sides is put between pairs of others: with one trade
/// more for each of their orders, and two for each order that was left.
const TRADES_PER_ORDER: u128 = 2;

/// One owner's orders as a price sees them [Wh], exact sums. What is better than the price lacks what it is not
/// served; what is at the price has room for what it is not served; what is worse does not count. What trades no larger
/// than the least one of a full list can hold of the orders that count is `in_least_trades_wh`.
#[derive(Default)]
struct Position {
	filled_wh: u128,
	bids_lack_wh: u128,
	offers_lack_wh: u128,
	bids_have_room_wh: u128,
	offers_have_room_wh: u128,
	in_least_trades_wh: u128,
}

impl Position {
	/// Add an order. `least_wh` is the energy of the least trade of a full list, else 0.
	fn add<AccountId>(&mut self, order: &Order<AccountId>, price: Price, least_wh: u128) {
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
		let in_least_trades_wh = TRADES_PER_ORDER.saturating_mul(least_wh).min(order.wh.into());
		self.in_least_trades_wh = self.in_least_trades_wh.saturating_add(in_least_trades_wh);
	}

	/// Add what better orders lack and what fits in least trades; nothing else is asked of several owners together.
	fn with(mut self, other: &Self) -> Self {
		self.bids_lack_wh = self.bids_lack_wh.saturating_add(other.bids_lack_wh);
		self.offers_lack_wh = self.offers_lack_wh.saturating_add(other.offers_lack_wh);
		self.in_least_trades_wh = self.in_least_trades_wh.saturating_add(other.in_least_trades_wh);
		self
	}

	/// Whether on neither side better orders lack more, those of one owner set aside.
	fn lacks_at_most(&self, wh: u128, aside: &Self) -> bool {
		self.bids_lack_wh.saturating_sub(aside.bids_lack_wh) <= wh
			&& self.offers_lack_wh.saturating_sub(aside.offers_lack_wh) <= wh
	}

	/// Whether what the better orders lack could only be bought from their own owner, and can be: the owner is a party
	/// to every trade, and has as much on both sides, filled up with what it has at the price. But for what was cut.
	fn supplies_itself(&self, traded_wh: Wh, cut_wh: u128) -> bool {
		let exchanged = self.bids_lack_wh.max(self.offers_lack_wh);
		let fills_up = |lack: u128, room: u128| exchanged.saturating_sub(lack) <= room.saturating_add(cut_wh);
		self.filled_wh == u128::from(traded_wh)
			&& fills_up(self.bids_lack_wh, self.bids_have_room_wh)
			&& fills_up(self.offers_lack_wh, self.offers_have_room_wh)
	}
}

impl<T: Config> Cleared<'_, T> {
	/// Says how many orders of the book were looked at.
	pub fn prove_uniform_price(&self, price: Price) -> Result<u32, DispatchError> {
		let of_one_price = self.trades.iter().all(|trade| trade.price == price);
		flawless::<T>(of_one_price, Flaw::OtherPrice)?;
		let least_wh = self.least_of_full_list();
		let (positions, looked_at) = self.positions(price, least_wh)?;
		let everybody = positions.values().fold(Position::default(), Position::with);
		let listed_wh = least_wh.saturating_mul(MAX_TRADES.into());
		let cut_wh = everybody.in_least_trades_wh.saturating_sub(listed_wh);
		let but_for_self_supply = |owner: &Position| {
			everybody.lacks_at_most(cut_wh, owner) && owner.supplies_itself(self.book.traded_wh, cut_wh)
		};
		let proven =
			everybody.lacks_at_most(cut_wh, &Position::default()) || positions.values().any(but_for_self_supply);
		flawless::<T>(proven, Flaw::OrderLeftOut)?;
		Ok(looked_at)
	}

	/// The energy of the least trade where the list takes no more [Wh], else 0. Trades that did not fit were no larger.
	fn least_of_full_list(&self) -> u128 {
		let is_full = self.trades.len() as u32 == MAX_TRADES;
		let least = self.trades.iter().map(|trade| trade.wh).min();
		least.filter(|_| is_full).unwrap_or_default().into()
	}

	/// What every owner lacks and has room for, and the number of orders listed in the book.
	fn positions(
		&self,
		price: Price,
		least_wh: u128,
	) -> Result<(BTreeMap<T::AccountId, Position>, u32), DispatchError> {
		let numbers = BookOrders::<T>::get(self.key);
		let mut positions = BTreeMap::<T::AccountId, Position>::new();
		for number in &numbers {
			let order = match self.orders.get(*number) {
				Some(order) => order.clone(),
				None => Orders::<T>::get(number).ok_or(DispatchError::Corruption)?,
			};
			if order.status == OrderStatus::Open {
				let position = positions.entry(order.owner.clone()).or_default();
				position.add(&order, price, least_wh);
			}
		}
		Ok((positions, numbers.len() as u32))
	}
}
