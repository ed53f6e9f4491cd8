//! The envelope: what every trade of a clearing must keep, whatever rule made it.

use crate::{
	certificate::Cleared, orders::OrdersInHand, pallet::*, Book, BookKey, BookStatus, Certificate, Order, OrderStatus,
	Refusal, Rule, Trade, MAX_TRADES,
};
use aipchain_primitives::{traits::*, OrderNumber, Role, RuleSet, Side, UnixSeconds, Wh, H256};
use alloc::collections::BTreeSet;
use codec::Encode;
use frame::{deps::sp_io::hashing::blake2_256, prelude::*};

impl<T: Config> Pallet<T> {
	/// Says what the call weighs.
	pub(crate) fn do_submit_clearing(
		operator: T::AccountId,
		key: BookKey,
		rules: RuleSet,
		trades: BoundedVec<Trade, ConstU32<MAX_TRADES>>,
		certificate: Certificate,
	) -> Result<Weight, DispatchError> {
		let (community, interval_start) = key;
		ensure!(
			T::Communities::interval_s(community).is_some(),
			Error::<T>::UnknownCommunity
		);
		ensure!(
			T::Communities::has_role(community, &operator, Role::Operator),
			Error::<T>::NotOperator
		);
		let mut book = Books::<T>::get(key).ok_or(Error::<T>::NoBook)?;
		let result = trades.using_encoded(|bytes| H256(blake2_256(bytes)));
		if book.result == Some(result) && book.rules == rules {
			return Ok(Self::clearing_weight(trades.len() as u32, 0, &Certificate::Nothing));
		}
		Self::ensure_awaits_clearing(&book, rules)?;
		let weight = Self::accept(key, &mut book, &trades, certificate)?;
		book.status = BookStatus::Cleared;
		book.result = Some(result);
		Self::deposit_event(Event::IntervalCleared {
			community,
			interval_start,
			rules,
			result,
			trades: book.trades,
			traded_wh: book.traded_wh,
			commitment: book.commitment,
			operator,
		});
		Books::<T>::insert(key, book);
		Trades::<T>::insert(key, trades);
		Ok(weight)
	}

	fn ensure_awaits_clearing(book: &Book, rules: RuleSet) -> DispatchResult {
		ensure!(book.status == BookStatus::Open, Error::<T>::BookNotOpen);
		let now = Self::now();
		ensure!(now >= book.closes_at, Error::<T>::GateOpen);
		ensure!(now < book.deadline, Error::<T>::DeadlinePassed);
		ensure!(book.rules == rules, Error::<T>::RulesMismatch);
		Ok(())
	}

	/// Fill the orders and check the proof; the book has what comes of it, but is not stored. Says what that weighs.
	fn accept(
		key: BookKey,
		book: &mut Book,
		trades: &[Trade],
		certificate: Certificate,
	) -> Result<Weight, DispatchError> {
		let terms = Self::terms_of(book);
		ensure!(certificate.proof() == terms.proof, Error::<T>::WrongCertificate);
		let mut orders = OrdersInHand::<T>::of(trades);
		book.trades = trades.len() as u32;
		book.traded_wh = Self::fill(&mut orders, trades, key, book.closes_at)?;
		let cleared = Cleared {
			key,
			book,
			terms: &terms,
			orders: &orders,
			trades,
		};
		let proven = cleared.prove(&certificate)?;
		book.commitment = proven.commitment;
		orders.write();
		let weight = Self::clearing_weight(book.trades, proven.looked_at, &certificate);
		if let Certificate::Optimum { lines, .. } = certificate {
			Self::store_line_prices(key, lines);
		}
		Ok(weight)
	}

	/// Fill the orders trade by trade; the energy of all trades, or the first refusal.
	fn fill(
		orders: &mut OrdersInHand<T>,
		trades: &[Trade],
		key: BookKey,
		closes_at: UnixSeconds,
	) -> Result<Wh, DispatchError> {
		let mut listed = BTreeSet::<(OrderNumber, OrderNumber)>::new();
		let mut traded_wh: Wh = 0;
		for (index, trade) in (0u16..).zip(trades) {
			let breach = match orders.get(trade.bid).zip(orders.get(trade.offer)) {
				Some((bid, offer)) => breach(trade, bid, offer, key, closes_at),
				None => Some(Rule::UnknownOrder),
			};
			let twice = || (!listed.insert((trade.bid, trade.offer))).then_some(Rule::ListedTwice);
			if let Some(rule) = breach.or_else(twice) {
				return Err(Error::<T>::TradeRefused(Refusal { index, rule }).into());
			}
			for number in [trade.bid, trade.offer] {
				let order = orders.change(number)?;
				order.filled_wh = order.filled_wh.checked_add(trade.wh).ok_or(Error::<T>::Overflow)?;
			}
			traded_wh = traded_wh.checked_add(trade.wh).ok_or(Error::<T>::Overflow)?;
		}
		Ok(traded_wh)
	}
}

/// The first rule that this trade breaks, given what the orders have filled before it.
fn breach<AccountId: PartialEq>(
	trade: &Trade,
	bid: &Order<AccountId>,
	offer: &Order<AccountId>,
	key: BookKey,
	closes_at: UnixSeconds,
) -> Option<Rule> {
	let either = |fault: &dyn Fn(&Order<AccountId>) -> bool| fault(bid) || fault(offer);
	let faults = [
		(either(&|order| order.book() != key), Rule::WrongBook),
		(either(&|order| order.status != OrderStatus::Open), Rule::OrderNotOpen),
		(either(&|order| order.placed_at >= closes_at), Rule::PlacedAfterGate),
		((bid.side, offer.side) != (Side::Bid, Side::Offer), Rule::WrongSide),
		(trade.wh == 0, Rule::ZeroEnergy),
		(trade.price > bid.limit_price, Rule::AboveBidLimit),
		(trade.price < offer.limit_price, Rule::BelowOfferLimit),
		(bid.owner == offer.owner, Rule::SelfTrade),
		(trade.wh > bid.open_wh(), Rule::BidOverfilled),
		(trade.wh > offer.open_wh(), Rule::OfferOverfilled),
	];
	faults.into_iter().find_map(|(broken, rule)| broken.then_some(rule))
}
