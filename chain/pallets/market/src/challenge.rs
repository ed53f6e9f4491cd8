//! Showing a fault of an accepted clearing, and undoing it.

use crate::{
	optimum::{line_price, value},
	orders::OrdersInHand,
	pallet::*,
	zones::ZonesInHand,
	Book, BookKey, BookStatus, Fault, Leaf, Order, OrderStatus, WeightInfo,
};
use aipchain_primitives::{LineLimit, OrderNumber, Side, H256};
use codec::Encode;
use frame::{hashing::BlakeTwo256, prelude::*};

impl<T: Config> Pallet<T> {
	/// What showing the fault weighs when so many trades are undone.
	pub(crate) fn challenge_weight(fault: &Fault, trades: u32) -> Weight {
		let shown = match fault {
			Fault::Pair { .. } | Fault::Dual { .. } => T::WeightInfo::challenge_pair(),
			Fault::Line { .. } => T::WeightInfo::challenge_line(trades),
		};
		shown.saturating_add(T::WeightInfo::overturn(trades))
	}

	/// Says how many trades were undone.
	pub(crate) fn do_challenge_clearing(
		challenger: T::AccountId,
		key: BookKey,
		fault: &Fault,
	) -> Result<u32, DispatchError> {
		let book = Books::<T>::get(key).ok_or(Error::<T>::NoBook)?;
		ensure!(book.status == BookStatus::Cleared, Error::<T>::BookNotCleared);
		// A later vote on the grace period may make an interval's readings final later than when settlement began.
		let unsettled = book.settled_trades == 0 && book.closed_orders == 0;
		let early = Self::now() < Self::final_at(key, &book);
		ensure!(unsettled && early, Error::<T>::ChallengeTooLate);
		ensure!(Self::is_fault(key, &book, fault)?, Error::<T>::NoFault);
		let undone = book.trades;
		Self::overturn(challenger, key, book)?;
		Ok(undone)
	}

	fn is_fault(key: BookKey, book: &Book, fault: &Fault) -> Result<bool, DispatchError> {
		match fault {
			Fault::Pair { bid, offer } => {
				Self::ensure_committed(book, &[bid, offer])?;
				Self::is_worth_more(key, book, bid, offer)
			}
			Fault::Dual { leaf } => {
				Self::ensure_committed(book, &[leaf])?;
				let order = Self::standing_order(key, leaf.dual.order);
				Ok(order.is_none_or(|order| order.wh != leaf.dual.wh))
			}
			Fault::Line { zone } => match Self::terms_of(book).limit(*zone) {
				Some(limit) => Self::is_overloaded(key, limit),
				None => Ok(false),
			},
		}
	}

	/// Every leaf is one of those the clearing is held to.
	fn ensure_committed(book: &Book, leaves: &[&Leaf]) -> DispatchResult {
		let root = book.commitment.ok_or(Error::<T>::NotCommitted)?;
		let count = book.standing();
		let led = leaves.iter().all(|leaf| leads_to(leaf, &root, count));
		ensure!(led, Error::<T>::BadProof);
		Ok(())
	}

	/// The order, if it stands in the book.
	fn standing_order(key: BookKey, number: OrderNumber) -> Option<Order<T::AccountId>> {
		Orders::<T>::get(number).filter(|order| order.book() == key && order.status == OrderStatus::Open)
	}

	/// Whether a bid and an offer that may trade are worth more together than their duals and the lines between say.
	fn is_worth_more(key: BookKey, book: &Book, bid: &Leaf, offer: &Leaf) -> Result<bool, DispatchError> {
		let surplus = u128::from(bid.dual.surplus) + u128::from(offer.dual.surplus);
		let orders = Self::standing_order(key, bid.dual.order).zip(Self::standing_order(key, offer.dual.order));
		let Some((bid, offer)) = orders else {
			return Ok(false);
		};
		let of_two_sides = (bid.side, offer.side) == (Side::Bid, Side::Offer);
		if !of_two_sides || bid.owner == offer.owner || bid.limit_price < offer.limit_price {
			return Ok(false);
		}
		let mut zones = ZonesInHand::<T>::default();
		let (from, to) = (zones.of(&offer)?, zones.of(&bid)?);
		let charge = Self::terms_of(book).charge(from, to);
		let line = line_price(&LinePrices::<T>::get(key), from, to);
		// Sums of a few numbers of 64 bits stay far from the ends of 128.
		Ok((surplus as i128) + line < value(&bid, &offer, charge))
	}

	/// Whether the trades of the book carry more over the line than its limit, either way.
	fn is_overloaded(key: BookKey, limit: &LineLimit) -> Result<bool, DispatchError> {
		let trades = Trades::<T>::get(key);
		let orders = OrdersInHand::<T>::of(&trades);
		let mut zones = ZonesInHand::<T>::default();
		let mut out_wh: i128 = 0;
		for trade in &trades {
			let (bid, offer) = orders.pair(trade)?;
			let (from, to) = (zones.of(offer)?, zones.of(bid)?);
			let leaves = i128::from(from == limit.zone) - i128::from(to == limit.zone);
			out_wh = out_wh.saturating_add(leaves * i128::from(trade.wh));
		}
		Ok(out_wh > i128::from(limit.out_wh) || out_wh.saturating_neg() > i128::from(limit.in_wh))
	}

	/// Undo a clearing: nothing is filled, and the book is open as it was.
	pub(crate) fn overturn(challenger: T::AccountId, key: BookKey, mut book: Book) -> DispatchResult {
		let trades = Trades::<T>::get(key);
		let mut orders = OrdersInHand::<T>::of(&trades);
		for trade in &trades {
			for number in [trade.bid, trade.offer] {
				let order = orders.change(number)?;
				order.filled_wh = order.filled_wh.checked_sub(trade.wh).ok_or(DispatchError::Corruption)?;
			}
		}
		let result = book.result.take().ok_or(DispatchError::Corruption)?;
		orders.write();
		Trades::<T>::remove(key);
		LinePrices::<T>::remove(key);
		book.status = BookStatus::Open;
		book.trades = 0;
		book.traded_wh = 0;
		book.commitment = None;
		Books::<T>::insert(key, book);
		let (community, interval_start) = key;
		Self::deposit_event(Event::ClearingOverturned {
			community,
			interval_start,
			result,
			challenger,
		});
		Ok(())
	}
}

/// Whether the leaf's path leads to the root of so many leaves.
fn leads_to(leaf: &Leaf, root: &H256, leaves: u32) -> bool {
	let encoded = leaf.dual.encode();
	let path = leaf.path.iter().copied();
	binary_merkle_tree::verify_proof::<BlakeTwo256, _, _>(root, path, leaves, leaf.index, &encoded)
}
