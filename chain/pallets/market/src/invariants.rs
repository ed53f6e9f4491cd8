//! What must hold between calls.

use crate::{pallet::*, Book, BookKey, BookStatus, OrderStatus};
use aipchain_primitives::{traits::*, Balance, MeterId, Side, Wh, H256};
use alloc::collections::BTreeMap;
use codec::Encode;
use frame::{
	deps::{sp_io::hashing::blake2_256, sp_runtime::TryRuntimeError},
	prelude::*,
	token::fungible::InspectHold,
};

impl<T: Config> Pallet<T> {
	/// Check every invariant of the doc head.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_orders()?;
		Self::check_holds()?;
		Self::check_standing()?;
		ensure!(
			BookOrders::<T>::iter_keys()
				.chain(Trades::<T>::iter_keys())
				.chain(LinePrices::<T>::iter_keys())
				.all(Books::<T>::contains_key),
			"a list of no book"
		);
		Books::<T>::iter().try_for_each(|(key, book)| Self::check_book(key, &book))
	}

	/// Orders lie in books and are named once by their owner's id.
	fn check_orders() -> Result<(), TryRuntimeError> {
		for (number, order) in Orders::<T>::iter() {
			ensure!(number < NextOrderNumber::<T>::get(), "an order number is not counted");
			ensure!(order.filled_wh <= order.wh, "an order is overfilled");
			ensure!(Books::<T>::contains_key(order.book()), "an order has no book");
			let named = OrderIds::<T>::get(order.book(), (&order.owner, order.id));
			ensure!(named == Some(number), "an order id names another order");
			let idle = order.escrow == 0 && order.filled_wh == 0;
			ensure!(
				order.status == OrderStatus::Open || idle,
				"a cancelled order holds or trades"
			);
			let cleared = Books::<T>::get(order.book()).is_none_or(|book| has_result(&book));
			let traded = order.status == OrderStatus::Open && order.filled_wh > 0;
			ensure!(cleared || !traded, "an order is filled without a clearing");
		}
		ensure!(
			OrderIds::<T>::iter().count() == Orders::<T>::iter().count(),
			"an order id outlives its order"
		);
		Ok(())
	}

	/// Every account that there is holds the escrow of its orders and no more; no other has orders with escrow.
	fn check_holds() -> Result<(), TryRuntimeError> {
		let mut escrow = BTreeMap::<T::AccountId, Balance>::new();
		for order in Orders::<T>::iter_values() {
			let sum = escrow.entry(order.owner).or_default();
			*sum = sum.saturating_add(order.escrow);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Escrow.into(), &who);
			ensure!(
				held == escrow.remove(&who).unwrap_or(0),
				"a hold is not the sum of its orders' escrow"
			);
		}
		ensure!(
			escrow.values().all(|sum| *sum == 0),
			"a hold is not the sum of its orders' escrow"
		);
		Ok(())
	}

	/// What stands by meter and side is the sum of open orders, and no more than the meter's connection carries.
	fn check_standing() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<(BookKey, (MeterId, Side)), Wh>::new();
		for order in Orders::<T>::iter_values().filter(|order| order.status == OrderStatus::Open) {
			let sum = sums.entry((order.book(), (order.meter, order.side))).or_default();
			*sum = sum.saturating_add(order.wh);
		}
		let stored = StandingWh::<T>::iter().map(|(key, place, wh)| ((key, place), wh));
		ensure!(
			sums == stored.collect::<BTreeMap<_, _>>(),
			"what stands is not the sum of the open orders"
		);
		for (((community, _), (meter, _)), wh) in sums {
			let interval_s = T::Communities::interval_s(community).unwrap_or(0);
			let carries_wh = T::Metering::meter(meter).map_or(0, |facts| facts.carries_wh(interval_s));
			ensure!(wh <= carries_wh, "more stands than a connection carries");
		}
		Ok(())
	}

	/// A book's counters, lists and result agree.
	fn check_book(key: BookKey, book: &Book) -> Result<(), TryRuntimeError> {
		let trades = Trades::<T>::get(key);
		let numbers = BookOrders::<T>::get(key);
		let over = book.closed_orders == book.orders && matches!(book.status, BookStatus::Voided | BookStatus::Settled);
		let listed = if over { 0 } else { book.orders as usize };
		ensure!(numbers.len() == listed, "a book's list is not its orders");
		let open = numbers.iter().skip(book.closed_orders as usize);
		ensure!(open.clone().all(Orders::<T>::contains_key), "an open order is gone");
		ensure!(book.closed_orders <= book.orders, "more orders closed than placed");
		ensure!(book.cancelled <= book.orders, "more orders cancelled than placed");
		let cancelled = numbers.iter().filter_map(Orders::<T>::get);
		let cancelled = cancelled.filter(|order| order.status == OrderStatus::Cancelled).count();
		ensure!(
			book.closed_orders > 0 || cancelled == book.cancelled as usize,
			"a book's cancelled orders are others"
		);
		ensure!(trades.len() == book.trades as usize, "a book's list is not its trades");
		ensure!(book.settled_trades <= book.trades, "more trades settled than cleared");
		let traded = trades.iter().fold(0, |sum: Wh, trade| sum.saturating_add(trade.wh));
		ensure!(traded == book.traded_wh, "a book's energy is not its trades'");
		ensure!(book.delivered_wh <= book.traded_wh, "more delivered than traded");
		let result = has_result(book).then(|| trades.using_encoded(|bytes| H256(blake2_256(bytes))));
		ensure!(result == book.result, "a result is not its trades' hash");
		ensure!(
			book.commitment.is_none() || has_result(book),
			"a commitment without a clearing"
		);
		ensure!(
			book.commitment.is_some() || LinePrices::<T>::get(key).is_empty(),
			"a price of a line without a commitment"
		);
		let finished = over && book.settled_trades == book.trades;
		ensure!(
			book.status != BookStatus::Settled || finished,
			"a settled book is not finished"
		);
		ensure!(
			book.closed_orders == 0 || book.settled_trades == book.trades,
			"an order closed before its trades"
		);
		Ok(())
	}
}

/// Whether the book has its trades.
fn has_result(book: &Book) -> bool {
	matches!(book.status, BookStatus::Cleared | BookStatus::Settled)
}
