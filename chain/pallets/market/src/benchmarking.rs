//! Benchmarks: books of the greatest size in which every order is another account's and another meter's.

use crate::{certificate::Cleared, orders::OrdersInHand, *};
use aipchain_primitives::{
	benchmarking::{longest_terms, World, BEFORE_GATE, FINAL, GATE_S, INTERVAL_S, START},
	Balance, FinalReading, OrderNumber, Role, RuleSet, Side, Terms, UnixSeconds, Wh,
};
use alloc::vec::Vec;
use codec::Encode;
use frame::{
	arithmetic::Permill,
	benchmarking::prelude::*,
	hashing::BlakeTwo256,
	token::fungible::{Inspect, MutateHold},
};

const PRICE: u64 = 1_000_000_000;
const WH: Wh = 1_000;
/// What the meters confirm of [`WH`]: less, and the sellers' more than the buyers'.
const BOUGHT_WH: Wh = 500;
const SOLD_WH: Wh = 700;
/// What an order holds: the price of its energy.
const ESCROW: Balance = PRICE as Balance * WH as Balance;
const FUNDS: Balance = 1_000 * ESCROW;
/// The gate of the interval is closed, its clearing window is open.
const CLEARING: UnixSeconds = START - GATE_S as UnixSeconds;

/// Stores a book of `orders` orders for [`START`], under a rule that asks for the envelope.
fn book<T: Config + World<T::AccountId>>(orders: u32, status: BookStatus) -> (BookKey, RuleSet) {
	book_under::<T>(Terms::default(), orders, status)
}

/// The same under a rule with these terms.
fn book_under<T: Config + World<T::AccountId>>(terms: Terms, orders: u32, status: BookStatus) -> (BookKey, RuleSet) {
	let community = T::community();
	let (key, rules) = ((community, START), T::install_rules(community, terms));
	let book = Book {
		rules,
		opened_at: BEFORE_GATE,
		closes_at: CLEARING,
		deadline: START,
		final_at: FINAL,
		collateral: Permill::one(),
		status,
		orders,
		cancelled: 0,
		trades: 0,
		traded_wh: 0,
		settled_trades: 0,
		closed_orders: 0,
		delivered_wh: 0,
		paid: 0,
		result: None,
		commitment: None,
	};
	Books::<T>::insert(key, book);
	BookOrders::<T>::insert(key, BoundedVec::truncate_from((0..orders.into()).collect()));
	NextOrderNumber::<T>::put(OrderNumber::from(orders));
	(key, rules)
}

/// Stores an order with its escrow held: a bid when its number is even, else an offer.
fn order<T: Config + World<T::AccountId>>(key: BookKey, number: u32) -> Result<(), BenchmarkError> {
	let owner: T::AccountId = account("trader", number, 0);
	T::endow(&owner, FUNDS);
	T::Currency::hold(&HoldReason::Escrow.into(), &owner, ESCROW)?;
	let meter = T::enrol(key.0, &owner);
	let side = if number % 2 == 0 { Side::Bid } else { Side::Offer };
	OrderIds::<T>::insert(key, (&owner, 0), OrderNumber::from(number));
	StandingWh::<T>::insert(key, (meter, side), WH);
	let order = Order {
		community: key.0,
		interval_start: key.1,
		owner,
		id: 0,
		meter,
		side,
		wh: WH,
		limit_price: PRICE,
		placed_at: BEFORE_GATE,
		status: OrderStatus::Open,
		filled_wh: 0,
		escrow: ESCROW,
	};
	Orders::<T>::insert(OrderNumber::from(number), order);
	Ok(())
}

/// The trade of the two orders `2 index` and `2 index + 1`.
fn trade(index: u32) -> Trade {
	let bid = 2 * OrderNumber::from(index);
	Trade {
		bid,
		offer: bid + 1,
		wh: WH,
		price: PRICE,
	}
}

/// Stores both orders of the first `count` trades and what their meters confirm.
fn traded<T: Config + World<T::AccountId>>(key: BookKey, count: u32) -> Result<Vec<Trade>, BenchmarkError> {
	for number in 0..2 * count {
		order::<T>(key, number)?;
		let meter = Orders::<T>::get(OrderNumber::from(number)).map(|order| order.meter);
		let reading = FinalReading {
			import_wh: BOUGHT_WH,
			export_wh: SOLD_WH,
			export_register_wh: 0,
		};
		T::record(meter.unwrap_or_default(), reading);
	}
	Ok((0..count).map(trade).collect())
}

/// A member with money, and a book with room where `listed` orders stand and that opens with the next one.
fn bidder<T: Config + World<T::AccountId>>(listed: u32) -> (BookKey, T::AccountId) {
	T::set_time(BEFORE_GATE);
	let (key, _) = book::<T>(listed, BookStatus::Open);
	Books::<T>::remove(key);
	let member = whitelisted_caller();
	T::admit(key.0, &member);
	T::endow(&member, Balance::from(MAX_NEW_ORDERS) * FUNDS);
	(key, member)
}

/// New offers, each of another meter of `member`.
fn offers<T: Config + World<T::AccountId>>(
	key: BookKey,
	member: &T::AccountId,
	count: u32,
) -> BoundedVec<NewOrder, ConstU32<MAX_NEW_ORDERS>> {
	let new = |index: u32| NewOrder {
		id: index.into(),
		meter: T::enrol(key.0, member),
		side: Side::Offer,
		wh: WH,
		limit_price: PRICE,
	};
	BoundedVec::truncate_from((0..count).map(new).collect())
}

/// Stores a cleared book of `listed` trades, of which the first `settled` are settled, ready for the others.
fn cleared<T: Config + World<T::AccountId>>(listed: u32, settled: u32) -> Result<BookKey, BenchmarkError> {
	T::set_time(FINAL);
	let (key, _) = book::<T>(MAX_BOOK_ORDERS, BookStatus::Cleared);
	let trades = traded::<T>(key, listed)?;
	Trades::<T>::insert(key, BoundedVec::truncate_from(trades));
	Books::<T>::mutate(key, |book| {
		if let Some(book) = book {
			book.trades = listed;
			book.settled_trades = settled;
		}
	});
	Ok(key)
}

/// Trades settled and orders closed.
fn settled<T: Config>(key: BookKey) -> Option<(u32, u32)> {
	Books::<T>::get(key).map(|book| (book.settled_trades, book.closed_orders))
}

/// The seller of the last of `trades` has the money for what the buyer's meter confirms.
fn assert_paid<T: Config>(trades: u32) {
	let paid = T::Currency::total_balance(&account("trader", 2 * trades - 1, 0)) - FUNDS;
	assert_eq!(paid, Balance::from(PRICE) * Balance::from(BOUGHT_WH));
}

/// A dual for each of the first `count` orders, worth nothing.
fn duals(count: u32) -> DualList {
	let dual = |order: u32| Dual {
		order: order.into(),
		wh: WH,
		surplus: 0,
	};
	BoundedVec::truncate_from((0..count).map(dual).collect())
}

/// A price for each limited line, nothing.
fn line_prices(terms: &Terms) -> LinePriceList {
	let price = |zone: u16| LinePrice { zone, out: 0, into: 0 };
	BoundedVec::truncate_from(terms.limits.iter().map(|limit| price(limit.zone)).collect())
}

/// Changes the stored book.
fn change<T: Config>(key: BookKey, change: impl FnOnce(&mut Book)) {
	Books::<T>::mutate(key, |book| {
		if let Some(book) = book {
			change(book);
		}
	});
}

/// Stores a cleared book of `count` trades, in time for a challenge, under the longest terms.
fn challengeable<T: Config + World<T::AccountId>>(count: u32) -> Result<BookKey, BenchmarkError> {
	T::set_time(START);
	let lines = line_prices(&longest_terms());
	let (key, _) = book_under::<T>(longest_terms(), MAX_PROVEN_ORDERS, BookStatus::Cleared);
	let trades = traded::<T>(key, count)?;
	for number in 0..2 * OrderNumber::from(count) {
		Orders::<T>::mutate(number, |order| {
			if let Some(order) = order {
				order.filled_wh = WH;
			}
		});
	}
	change::<T>(key, |book| {
		book.trades = count;
		book.result = Some(Default::default());
		book.commitment = Some(Default::default());
	});
	Trades::<T>::insert(key, BoundedVec::truncate_from(trades));
	LinePrices::<T>::insert(key, lines);
	Ok(key)
}

/// The dual at `index`, with the longest way to the commitment of all.
fn leaf(duals: &[Dual], index: u32) -> Result<Leaf, BenchmarkError> {
	let leaves: Vec<_> = duals.iter().map(Encode::encode).collect();
	let path = binary_merkle_tree::merkle_proof::<BlakeTwo256, _, _>(leaves, index).proof;
	let dual = duals.get(index as usize).copied().ok_or("a dual of the list")?;
	Ok(Leaf {
		dual,
		index,
		path: BoundedVec::truncate_from(path),
	})
}

fn status<T: Config>(key: BookKey) -> Option<BookStatus> {
	Books::<T>::get(key).map(|book| book.status)
}

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn post_reference_prices(n: Linear<1, 192>) {
		T::set_time(BEFORE_GATE);
		let (community, oracle) = (T::community(), whitelisted_caller());
		T::grant(community, &oracle, Role::Oracle);
		T::install_rules(community, Terms::default());
		let price = |index: u32| PostedPrice {
			interval_start: START + UnixSeconds::from(index * INTERVAL_S),
			retail: PRICE,
			feed_in: 1,
		};
		let prices = BoundedVec::truncate_from((0..n).map(price).collect());

		#[extrinsic_call]
		_(RawOrigin::Signed(oracle), community, prices);

		let last = price(n - 1).interval_start;
		assert!(Books::<T>::contains_key((community, last)));
	}

	/// `n`: orders placed. The book is opened as well.
	#[benchmark]
	fn place_orders(n: Linear<1, 500>) {
		let (key, member) = bidder::<T>(0);
		let orders = offers::<T>(key, &member, n);

		#[extrinsic_call]
		_(RawOrigin::Signed(member), key.0, key.1, orders);

		assert_eq!(BookOrders::<T>::get(key).len() as u32, n);
	}

	/// `b`: orders that stand in the book before the one that is placed.
	#[benchmark]
	fn place_orders_beside(b: Linear<0, 9_999>) {
		let (key, member) = bidder::<T>(b);
		let orders = offers::<T>(key, &member, 1);

		#[extrinsic_call]
		place_orders(RawOrigin::Signed(member), key.0, key.1, orders);

		assert_eq!(BookOrders::<T>::get(key).len() as u32, b + 1);
	}

	#[benchmark]
	fn cancel_order() -> Result<(), BenchmarkError> {
		T::set_time(BEFORE_GATE);
		let (key, _) = book::<T>(1, BookStatus::Open);
		order::<T>(key, 0)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(account("trader", 0, 0)), 0);

		let order = Orders::<T>::get(0).map(|order| order.status);
		assert_eq!(order, Some(OrderStatus::Cancelled));
		Ok(())
	}

	#[benchmark]
	fn submit_clearing(n: Linear<1, 2_000>) -> Result<(), BenchmarkError> {
		T::set_time(CLEARING);
		let (key, rules) = book::<T>(MAX_BOOK_ORDERS, BookStatus::Open);
		let operator = whitelisted_caller();
		T::grant(key.0, &operator, Role::Operator);
		let trades = BoundedVec::truncate_from(traded::<T>(key, n)?);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(operator),
			key.0,
			key.1,
			rules,
			trades,
			Certificate::Nothing,
		);

		assert_eq!(status::<T>(key), Some(BookStatus::Cleared));
		Ok(())
	}

	/// `n`: all trades of the book, and the first order after them.
	#[benchmark]
	fn settle(n: Linear<2, 1_000>) -> Result<(), BenchmarkError> {
		let key = cleared::<T>(n - 1, 0)?;
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), key.0, key.1, n);

		assert_eq!(settled::<T>(key), Some((n - 1, 1)));
		assert_paid::<T>(n - 1);
		Ok(())
	}

	/// `o`: trades of the book before the one that is settled.
	#[benchmark]
	fn settle_beside(o: Linear<0, 1_999>) -> Result<(), BenchmarkError> {
		let key = cleared::<T>(o + 1, o)?;
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		settle(RawOrigin::Signed(caller), key.0, key.1, 1);

		assert_eq!(settled::<T>(key), Some((o + 1, 0)));
		assert_paid::<T>(o + 1);
		Ok(())
	}

	#[benchmark]
	fn void(n: Linear<1, 1_000>) -> Result<(), BenchmarkError> {
		T::set_time(START);
		let (key, _) = book::<T>(MAX_BOOK_ORDERS, BookStatus::Open);
		(0..n).try_for_each(|number| order::<T>(key, number))?;
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), key.0, key.1, n);

		let closed = Books::<T>::get(key).map(|book| book.closed_orders);
		assert_eq!(closed, Some(n));
		Ok(())
	}

	/// `o`: orders of the book, none of them in a trade.
	#[benchmark]
	fn certify_uniform_price(o: Linear<0, 4_000>) -> Result<(), BenchmarkError> {
		let (key, _) = book::<T>(o, BookStatus::Open);
		(0..o).try_for_each(|number| order::<T>(key, number))?;
		let book = Books::<T>::get(key).ok_or("a book")?;
		let cleared = Cleared::<T> {
			key,
			book: &book,
			terms: &Terms::default(),
			orders: &OrdersInHand::empty(),
			trades: &[],
		};
		let looked_at;

		#[block]
		{
			looked_at = cleared.prove_uniform_price(PRICE);
		}

		assert_eq!(looked_at, Ok(o));
		Ok(())
	}

	/// `n`: trades, whose orders are in hand. `d`: duals.
	#[benchmark]
	fn commit_optimum(n: Linear<1, 2_000>, d: Linear<0, 4_000>) -> Result<(), BenchmarkError> {
		let mut terms = longest_terms();
		terms.charges.iter_mut().for_each(|charge| charge.price = 0);
		let (key, _) = book_under::<T>(terms.clone(), d, BookStatus::Open);
		let trades = traded::<T>(key, n)?;
		let orders = OrdersInHand::<T>::of(&trades);
		let book = Books::<T>::get(key).ok_or("a book")?;
		let (duals, lines) = (duals(d), line_prices(&terms));
		let cleared = Cleared::<T> {
			key,
			book: &book,
			terms: &terms,
			orders: &orders,
			trades: &trades,
		};
		let committed;

		#[block]
		{
			committed = cleared.prove_optimum(&duals, &lines);
			Pallet::<T>::store_line_prices(key, lines);
		}

		assert!(committed.is_ok());
		Ok(())
	}

	/// Shown to be no fault, which needs the same reading.
	#[benchmark]
	fn challenge_pair() -> Result<(), BenchmarkError> {
		let key = challengeable::<T>(1)?;
		let duals = duals(MAX_PROVEN_ORDERS);
		let (bid, offer) = (leaf(&duals, 0)?, leaf(&duals, 1)?);
		let root = binary_merkle_tree::merkle_root::<BlakeTwo256, _>(duals.iter().map(Encode::encode));
		change::<T>(key, |book| book.commitment = Some(root));
		let caller: T::AccountId = whitelisted_caller();
		let refused;

		#[block]
		{
			let fault = Fault::Pair { bid, offer };
			refused = Pallet::<T>::do_challenge_clearing(caller, key, &fault);
		}

		assert_eq!(refused, Err(Error::<T>::NoFault.into()));
		Ok(())
	}

	/// Shown to be no fault, which needs the same reading.
	#[benchmark]
	fn challenge_line(n: Linear<1, 2_000>) -> Result<(), BenchmarkError> {
		let key = challengeable::<T>(n)?;
		let caller: T::AccountId = whitelisted_caller();
		let refused;

		#[block]
		{
			let fault = Fault::Line { zone: 0 };
			refused = Pallet::<T>::do_challenge_clearing(caller, key, &fault);
		}

		assert_eq!(refused, Err(Error::<T>::NoFault.into()));
		Ok(())
	}

	/// `n`: trades undone.
	#[benchmark]
	fn overturn(n: Linear<1, 2_000>) -> Result<(), BenchmarkError> {
		let key = challengeable::<T>(n)?;
		let book = Books::<T>::get(key).ok_or("a book")?;
		let caller: T::AccountId = whitelisted_caller();

		#[block]
		{
			Pallet::<T>::overturn(caller, key, book)?;
		}

		assert_eq!(status::<T>(key), Some(BookStatus::Open));
		Ok(())
	}
}
