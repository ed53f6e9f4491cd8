//! Opening books, reference prices, placing and cancelling orders.

use crate::{
	pallet::*, standing::StandingInHand, Book, BookKey, BookStatus, NewOrder, Order, OrderStatus, PostedPrice,
	ReferencePrice, WeightInfo, MAX_BOOK_ORDERS, MAX_PROVEN_ORDERS,
};
use aipchain_primitives::{
	epoch_of, is_aligned, traits::*, Balance, CommunityId, Epoch, MeterId, OrderNumber, Parameters, Proof, Role,
	RuleSet, UnixSeconds, Wh,
};
use alloc::{
	collections::{btree_map::Entry, BTreeMap},
	vec::Vec,
};
use frame::{
	prelude::*,
	token::{fungible::MutateHold, Precision},
};

/// What a book would open with, its rules aside.
struct Opening {
	parameters: Parameters,
	interval_s: u32,
	epoch: Epoch,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_post_reference_prices(
		who: &T::AccountId,
		community: CommunityId,
		prices: &[PostedPrice],
	) -> DispatchResult {
		Self::ensure_community(community)?;
		ensure!(
			T::Communities::has_role(community, who, Role::Oracle),
			Error::<T>::NotOracle
		);
		ensure!(!prices.is_empty(), Error::<T>::EmptyBatch);
		let now = Self::now();
		prices
			.iter()
			.try_for_each(|price| Self::post_reference_price(community, price, now))
	}

	fn post_reference_price(community: CommunityId, posted: &PostedPrice, now: UnixSeconds) -> DispatchResult {
		let PostedPrice {
			interval_start,
			retail,
			feed_in,
		} = *posted;
		let key = (community, interval_start);
		let price = ReferencePrice { retail, feed_in };
		if let Some(standing) = ReferencePrices::<T>::get(key) {
			ensure!(standing == price, Error::<T>::ReferenceAlreadyPosted);
			return Ok(());
		}
		ensure!(feed_in <= retail, Error::<T>::BadPrice);
		match Books::<T>::get(key) {
			Some(book) => ensure!(now < book.closes_at, Error::<T>::GateClosed),
			None => {
				let opening = Self::opening(key, now)?;
				if let Some(rules) = T::Plugins::rules_at(community, opening.epoch) {
					Books::<T>::insert(key, Self::open_book(key, opening, rules, now));
				}
			}
		}
		ReferencePrices::<T>::insert(key, price);
		Self::deposit_event(Event::ReferencePosted {
			community,
			interval_start,
			retail,
			feed_in,
		});
		Ok(())
	}

	/// What placing so many orders weighs in a book where `listed` stand.
	pub(crate) fn place_weight(listed: u32, placed: u32) -> Weight {
		let placed = T::WeightInfo::place_orders(placed);
		match listed {
			0 => placed,
			listed => placed.saturating_add(T::WeightInfo::place_orders_beside(listed)),
		}
	}

	/// Says how many orders the book had before, which is the length of the list that was read.
	pub(crate) fn do_place_orders(
		who: &T::AccountId,
		key: BookKey,
		requests: &[NewOrder],
	) -> Result<u32, DispatchError> {
		let interval_s = T::Communities::interval_s(key.0).ok_or(Error::<T>::UnknownCommunity)?;
		ensure!(
			T::Communities::member_index(key.0, who).is_some(),
			Error::<T>::NotMember
		);
		ensure!(!requests.is_empty(), Error::<T>::EmptyBatch);
		let now = Self::now();
		let mut book = match Books::<T>::get(key) {
			Some(book) => book,
			None => {
				let opening = Self::opening(key, now)?;
				let rules = T::Plugins::rules_at(key.0, opening.epoch).ok_or(Error::<T>::NoRules)?;
				Self::open_book(key, opening, rules, now)
			}
		};
		ensure!(now < book.closes_at, Error::<T>::GateClosed);
		let (fresh, standing) = Self::fresh_orders(who, key, requests, interval_s)?;
		if fresh.is_empty() {
			return Ok(0);
		}
		let listed = book.orders;
		Self::hold_and_store(who, key, &mut book, &fresh, now)?;
		standing.write();
		Books::<T>::insert(key, book);
		Ok(listed)
	}

	/// The requests that do not stand yet, each checked, and the energy that stands with them.
	fn fresh_orders(
		who: &T::AccountId,
		key: BookKey,
		requests: &[NewOrder],
		interval_s: u32,
	) -> Result<(Vec<NewOrder>, StandingInHand<T>), DispatchError> {
		let mut fresh = Vec::with_capacity(requests.len());
		let mut standing = StandingInHand::of(key);
		let mut seen = BTreeMap::<u64, NewOrder>::new();
		let mut carried = BTreeMap::<MeterId, Wh>::new();
		for request in requests {
			if let Some(earlier) = seen.get(&request.id) {
				ensure!(earlier == request, Error::<T>::OrderIdReused);
				continue;
			}
			if let Some(number) = OrderIds::<T>::get(key, (who, request.id)) {
				let same = Orders::<T>::get(number).is_some_and(|order| order.says(request));
				ensure!(same, Error::<T>::OrderIdReused);
				continue;
			}
			ensure!(request.wh > 0, Error::<T>::ZeroEnergy);
			let carries_wh = match carried.entry(request.meter) {
				Entry::Occupied(known) => *known.get(),
				Entry::Vacant(new) => *new.insert(Self::own_meter_carries(who, key.0, request.meter, interval_s)?),
			};
			standing.add(request.meter, request.side, request.wh, carries_wh)?;
			seen.insert(request.id, *request);
			fresh.push(*request);
		}
		Ok((fresh, standing))
	}

	/// What the connection of the caller's own meter carries in an interval [Wh].
	fn own_meter_carries(
		who: &T::AccountId,
		community: CommunityId,
		meter: MeterId,
		interval_s: u32,
	) -> Result<Wh, DispatchError> {
		let own = T::Metering::meter(meter).filter(|facts| facts.community == community && facts.owner == *who);
		Ok(own.ok_or(Error::<T>::UnknownMeter)?.carries_wh(interval_s))
	}

	/// One hold for all of `fresh`, then the orders in list order.
	fn hold_and_store(
		who: &T::AccountId,
		key: BookKey,
		book: &mut Book,
		fresh: &[NewOrder],
		now: UnixSeconds,
	) -> DispatchResult {
		let count = u32::try_from(fresh.len()).map_err(|_| Error::<T>::Overflow)?;
		let orders = book.orders.checked_add(count);
		book.orders = orders
			.filter(|orders| Self::has_room_for(book, *orders))
			.ok_or(Error::<T>::BookFull)?;
		let first = NextOrderNumber::<T>::get();
		let next = first.checked_add(count.into()).ok_or(Error::<T>::Overflow)?;
		let escrows: Vec<Balance> = fresh.iter().map(|order| order.escrow(book.collateral)).collect();
		// 500 times what a connection carries at the highest price is far below the largest balance.
		let total = escrows.iter().copied().fold(0, Balance::saturating_add);
		T::Currency::hold(&HoldReason::Escrow.into(), who, total)?;
		for ((number, new), escrow) in (first..next).zip(fresh).zip(escrows) {
			Self::store_order(who, key, number, new, escrow, now);
		}
		NextOrderNumber::<T>::put(next);
		let numbers = (first..next).collect::<Vec<_>>().into_iter();
		BookOrders::<T>::try_mutate(key, |list| list.try_extend(numbers)).map_err(|_| Error::<T>::BookFull.into())
	}

	/// Whether a book takes so many orders: what has to be proven has to be looked at in one call.
	fn has_room_for(book: &Book, orders: u32) -> bool {
		orders <= MAX_PROVEN_ORDERS || orders <= MAX_BOOK_ORDERS && Self::terms_of(book).proof == Proof::Envelope
	}

	fn store_order(
		who: &T::AccountId,
		key: BookKey,
		number: OrderNumber,
		new: &NewOrder,
		escrow: Balance,
		now: UnixSeconds,
	) {
		let (community, interval_start) = key;
		let NewOrder {
			id,
			meter,
			side,
			wh,
			limit_price,
		} = *new;
		let owner = who.clone();
		OrderIds::<T>::insert(key, (who, id), number);
		Orders::<T>::insert(
			number,
			Order {
				community,
				interval_start,
				owner: owner.clone(),
				id,
				meter,
				side,
				wh,
				limit_price,
				placed_at: now,
				status: OrderStatus::Open,
				filled_wh: 0,
				escrow,
			},
		);
		Self::deposit_event(Event::OrderPlaced {
			community,
			interval_start,
			number,
			owner,
			id,
			meter,
			side,
			wh,
			limit_price,
		});
	}

	pub(crate) fn do_cancel_order(who: &T::AccountId, number: OrderNumber) -> DispatchResult {
		let mut order = Orders::<T>::get(number).ok_or(Error::<T>::UnknownOrder)?;
		ensure!(order.owner == *who, Error::<T>::NotOwner);
		ensure!(order.status == OrderStatus::Open, Error::<T>::OrderNotOpen);
		let mut book = Books::<T>::get(order.book()).ok_or(Error::<T>::NoBook)?;
		ensure!(Self::now() < book.closes_at, Error::<T>::GateClosed);
		T::Currency::release(&HoldReason::Escrow.into(), who, order.escrow, Precision::Exact)?;
		let mut standing = StandingInHand::<T>::of(order.book());
		standing.take(order.meter, order.side, order.wh)?;
		standing.write();
		book.cancelled = book.cancelled.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Books::<T>::insert(order.book(), book);
		order.status = OrderStatus::Cancelled;
		order.escrow = 0;
		Orders::<T>::insert(number, order);
		Self::deposit_event(Event::OrderCancelled { number });
		Ok(())
	}

	fn ensure_community(community: CommunityId) -> DispatchResult {
		ensure!(
			T::Communities::interval_s(community).is_some(),
			Error::<T>::UnknownCommunity
		);
		Ok(())
	}

	/// Whether a book of this key can open now, and with what.
	///
	/// Books open at most one epoch ahead of the epoch whose gates close now. Were there no such bound, one early
	/// order per interval would keep today's rule in force against every later vote.
	fn opening(key: BookKey, now: UnixSeconds) -> Result<Opening, DispatchError> {
		let (community, interval_start) = key;
		let interval_s = T::Communities::interval_s(community).ok_or(Error::<T>::UnknownCommunity)?;
		let epoch_s = T::Communities::epoch_s(community).ok_or(Error::<T>::UnknownCommunity)?;
		let parameters =
			T::Communities::parameters_at(community, interval_start).ok_or(Error::<T>::UnknownCommunity)?;
		ensure!(is_aligned(interval_start, interval_s), Error::<T>::BadInterval);
		ensure!(now < parameters.closes_at(interval_start), Error::<T>::GateClosed);
		let epoch = epoch_of(interval_start, epoch_s);
		let closing = epoch_of(now.saturating_add(parameters.gate_closure_s.into()), epoch_s);
		ensure!(epoch <= closing.saturating_add(1), Error::<T>::BadInterval);
		Ok(Opening {
			parameters,
			interval_s,
			epoch,
		})
	}

	/// The book as it opens, told by an event; the caller stores it.
	fn open_book(key: BookKey, opening: Opening, rules: RuleSet, now: UnixSeconds) -> Book {
		let (community, interval_start) = key;
		let Opening {
			parameters, interval_s, ..
		} = opening;
		Self::deposit_event(Event::BookOpened {
			community,
			interval_start,
			rules,
		});
		Book {
			rules,
			opened_at: now,
			closes_at: parameters.closes_at(interval_start),
			deadline: parameters.deadline(interval_start),
			final_at: parameters.final_at(interval_start, interval_s),
			collateral: parameters.collateral,
			status: BookStatus::Open,
			orders: 0,
			cancelled: 0,
			trades: 0,
			traded_wh: 0,
			settled_trades: 0,
			closed_orders: 0,
			delivered_wh: 0,
			paid: 0,
			result: None,
			commitment: None,
		}
	}
}
