//! Settlement: share what the meters confirm over the trades, pay, move lots.

use crate::{
	orders::OrdersInHand, pallet::*, sharing::Contract, Book, BookKey, BookStatus, Trade, WeightInfo, MAX_LIMIT,
	MAX_TRADES,
};
use aipchain_primitives::{amount, traits::*, Balance, MeterId, UnixSeconds, Wh};
use alloc::{collections::BTreeMap, vec::Vec};
use frame::{
	prelude::*,
	token::{
		fungible::{Inspect, MutateHold},
		tokens::Restriction,
		DepositConsequence, Fortitude, Precision, Provenance,
	},
};

/// What a settling call did, for its weight.
pub(crate) struct Work {
	/// Trades of the book that were looked at and not handled.
	pub others: u32,
	/// Trades and orders handled.
	pub handled: u32,
}

impl Work {
	/// What it weighs.
	pub fn weight<T: Config>(&self) -> Weight {
		let handled = T::WeightInfo::settle(self.handled);
		match self.others {
			0 => handled,
			others => handled.saturating_add(T::WeightInfo::settle_beside(others)),
		}
	}
}

/// A trade and what it delivers.
struct Delivered {
	/// Its place in the list.
	index: u32,
	trade: Trade,
	/// Energy that both meters confirm [Wh].
	wh: Wh,
}

/// The energy of one offering meter in the whole book.
struct Supply {
	/// Delivered by all its trades [Wh].
	delivered_wh: Wh,
	/// The first and the last trade it appears in.
	first: u32,
	last: u32,
}

/// What every trade of a book delivers.
struct Delivery {
	trades: Vec<Delivered>,
	/// By offering meter.
	supplies: BTreeMap<MeterId, Supply>,
}

impl<T: Config> Pallet<T> {
	/// The most that settling with `limit` weighs: a full list of trades, so many of them handled.
	pub(crate) fn most_settle_weight(limit: u32) -> Weight {
		let handled = limit.min(MAX_LIMIT);
		Work {
			others: MAX_TRADES.saturating_sub(handled),
			handled,
		}
		.weight::<T>()
	}

	pub(crate) fn do_settle(key: BookKey, limit: u32) -> Result<Work, DispatchError> {
		ensure!((1..=MAX_LIMIT).contains(&limit), Error::<T>::BadLimit);
		let mut book = Books::<T>::get(key).ok_or(Error::<T>::NoBook)?;
		if book.status == BookStatus::Settled {
			return Ok(Work { others: 0, handled: 0 });
		}
		ensure!(book.status == BookStatus::Cleared, Error::<T>::BookNotCleared);
		ensure!(Self::now() >= Self::final_at(key, &book), Error::<T>::NotFinal);

		let mut orders = OrdersInHand::<T>::empty();
		let mut work = Work { others: 0, handled: 0 };
		if book.settled_trades < book.trades {
			let trades = Trades::<T>::get(key);
			orders = OrdersInHand::of(&trades);
			work.handled = Self::settle_trades(key, &mut book, &mut orders, &trades, limit)?;
			work.others = book.trades.saturating_sub(work.handled);
		}
		if book.settled_trades == book.trades {
			work.handled += Self::close_orders(key, &mut book, &mut orders, limit.saturating_sub(work.handled))?;
			if book.closed_orders == book.orders {
				Self::finish_settlement(key, &mut book);
			}
		}
		orders.write();
		Books::<T>::insert(key, book);
		Ok(work)
	}

	/// When the readings of the book's interval are final. Should a vote have lengthened the grace period after the
	/// book opened, its readings are final later than the book knew.
	pub(crate) fn final_at(key: BookKey, book: &Book) -> UnixSeconds {
		let (community, interval_start) = key;
		let interval_s = T::Communities::interval_s(community);
		let parameters = T::Communities::parameters_at(community, interval_start);
		let readings = parameters
			.zip(interval_s)
			.map(|(p, length)| p.final_at(interval_start, length));
		readings.map_or(book.final_at, |readings| readings.max(book.final_at))
	}

	fn finish_settlement(key: BookKey, book: &mut Book) {
		book.status = BookStatus::Settled;
		let (community, interval_start) = key;
		let (delivered_wh, paid) = (book.delivered_wh, book.paid);
		Self::deposit_event(Event::BookSettled {
			community,
			interval_start,
			delivered_wh,
			paid,
		});
	}

	/// Settle up to `limit` of the next trades, one by one. Says how many.
	fn settle_trades(
		key: BookKey,
		book: &mut Book,
		orders: &mut OrdersInHand<T>,
		trades: &[Trade],
		limit: u32,
	) -> Result<u32, DispatchError> {
		let delivery = Self::delivery(key, orders, trades)?;
		let from = book.settled_trades;
		let to = book.trades.min(from.saturating_add(limit));
		let batch = delivery
			.trades
			.get(from as usize..to as usize)
			.ok_or(DispatchError::Corruption)?;
		for delivered in batch {
			Self::settle_trade(key, book, orders, delivered, &delivery.supplies)?;
		}
		book.settled_trades = to;
		Ok(to.saturating_sub(from))
	}

	/// Settle one trade, by itself: what another trade is due or delivers does not matter. Money first, then energy.
	fn settle_trade(
		key: BookKey,
		book: &mut Book,
		orders: &mut OrdersInHand<T>,
		delivered: &Delivered,
		supplies: &BTreeMap<MeterId, Supply>,
	) -> DispatchResult {
		let Delivered { index, trade, wh } = delivered;
		let (community, interval_start) = key;
		let (bid, offer) = orders.pair(trade)?;
		let (buyer, seller, meter) = (bid.owner.clone(), offer.owner.clone(), offer.meter);
		let due = amount(trade.price, *wh);
		let is_paid = Self::pay(&buyer, &seller, due)?;
		let (paid, moved_wh) = if is_paid { (due, *wh) } else { (0, 0) };
		if paid > 0 {
			let bid = orders.change(trade.bid)?;
			bid.escrow = bid.escrow.checked_sub(paid).ok_or(DispatchError::Corruption)?;
		}
		book.paid = book.paid.checked_add(paid).ok_or(Error::<T>::Overflow)?;
		book.delivered_wh = book.delivered_wh.checked_add(*wh).ok_or(Error::<T>::Overflow)?;
		Self::deposit_event(Event::TradeSettled {
			community,
			interval_start,
			index: *index,
			buyer: buyer.clone(),
			seller,
			wh: trade.wh,
			delivered_wh: *wh,
			price: trade.price,
			paid,
		});
		let supply = supplies.get(&meter).ok_or(DispatchError::Corruption)?;
		Self::deliver(meter, interval_start, supply, *index, &buyer, moved_wh)
	}

	/// Pay what a trade is due out of the buyer's escrow, whatever else freezes the buyer's money. Says whether it is
	/// paid: a seller whose account is closed, and whom the sum does not open again, cannot be.
	fn pay(buyer: &T::AccountId, seller: &T::AccountId, due: Balance) -> Result<bool, DispatchError> {
		if due == 0 {
			return Ok(true);
		}
		if T::Currency::can_deposit(seller, due, Provenance::Extant) != DepositConsequence::Success {
			return Ok(false);
		}
		T::Currency::transfer_on_hold(
			&HoldReason::Escrow.into(),
			buyer,
			seller,
			due,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		Ok(true)
	}

	/// Move a trade's energy to the buyer. All that a meter delivers in the book is held when its first trade is
	/// settled; what is left of the hold after its last goes back to the producer.
	fn deliver(
		meter: MeterId,
		interval_start: UnixSeconds,
		supply: &Supply,
		index: u32,
		buyer: &T::AccountId,
		wh: Wh,
	) -> DispatchResult {
		if supply.delivered_wh == 0 {
			return Ok(());
		}
		if index == supply.first {
			let held = T::Energy::mint_and_hold(meter, interval_start, supply.delivered_wh)?;
			ensure!(held == supply.delivered_wh, DispatchError::Corruption);
		}
		T::Energy::move_held(meter, interval_start, buyer, wh)?;
		if index == supply.last {
			T::Energy::free_held(meter, interval_start)?;
		}
		Ok(())
	}

	/// What every trade delivers: one pass to sum up each meter's trades, one reading per meter, one pass to share.
	fn delivery(key: BookKey, orders: &OrdersInHand<T>, trades: &[Trade]) -> Result<Delivery, DispatchError> {
		let mut takes = BTreeMap::<MeterId, Contract>::new();
		let mut gives = BTreeMap::<MeterId, Contract>::new();
		for trade in trades {
			let (bid, offer) = orders.pair(trade)?;
			takes
				.entry(bid.meter)
				.or_default()
				.add(trade.wh)
				.ok_or(Error::<T>::Overflow)?;
			gives
				.entry(offer.meter)
				.or_default()
				.add(trade.wh)
				.ok_or(Error::<T>::Overflow)?;
		}
		for (meter, contract) in takes.iter_mut() {
			contract.confirm(T::Metering::final_reading(*meter, key.1).map_or(0, |reading| reading.import_wh));
		}
		for (meter, contract) in gives.iter_mut() {
			contract.confirm(T::Metering::final_reading(*meter, key.1).map_or(0, |reading| reading.export_wh));
		}
		let mut delivered = Vec::with_capacity(trades.len());
		let mut supplies = BTreeMap::<MeterId, Supply>::new();
		for (index, trade) in (0u32..).zip(trades) {
			let (bid, offer) = orders.pair(trade)?;
			let taken = takes
				.get_mut(&bid.meter)
				.map_or(0, |contract| contract.next_share(trade.wh));
			let given = gives
				.get_mut(&offer.meter)
				.map_or(0, |contract| contract.next_share(trade.wh));
			let wh = taken.min(given);
			let supply = supplies.entry(offer.meter).or_insert(Supply {
				delivered_wh: 0,
				first: index,
				last: index,
			});
			supply.delivered_wh = supply.delivered_wh.checked_add(wh).ok_or(Error::<T>::Overflow)?;
			supply.last = index;
			delivered.push(Delivered {
				index,
				trade: *trade,
				wh,
			});
		}
		Ok(Delivery {
			trades: delivered,
			supplies,
		})
	}
}
