//! The proof of a uniform price.

use super::*;

/// Submit `trades`, all at `price`, as (bid, offer, energy).
fn clear_at(price: Price, trades: &[(OrderNumber, OrderNumber, Wh)]) -> DispatchResult {
	let trades: Vec<_> = trades
		.iter()
		.map(|(bid, offer, wh)| trade(*bid, *offer, *wh, price))
		.collect();
	prove(&trades, Certificate::UniformPrice { price })
}

/// Close the gate of a book that has to be proven.
fn close() {
	demand(Proof::UniformPrice);
	Now::put(CLOSES_AT);
}

/// Alice bids 100 Wh at 20 (order 0); Bob offers 60 Wh at 10 (1), Carol 60 Wh at 12 (2).
fn orders() {
	assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
	assert_ok!(place(BOB, &[offer(1, 20, 60, 10)]));
	assert_ok!(place(CAROL, &[offer(1, 30, 60, 12)]));
	close();
}

#[test]
fn a_price_that_leaves_nobody_out_is_proven() {
	run(|| {
		orders();
		assert_ok!(clear_at(12, &[(0, 1, 60), (0, 2, 40)]));
		assert_eq!(fills(3), [100, 60, 40]);
		assert_eq!((book().status, book().commitment), (BookStatus::Cleared, None));
	});
}

#[test]
fn an_order_at_the_price_may_be_served_or_not() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 60, 20)]));
		assert_ok!(place(BOB, &[offer(1, 20, 60, 10), offer(2, 20, 60, 12)]));
		close();
		hypothetically!({
			assert_ok!(clear_at(12, &[(0, 1, 60)]));
		});
		hypothetically!({
			assert_ok!(clear_at(10, &[(0, 1, 60)]));
		});
		assert_noop!(clear_at(13, &[(0, 1, 60)]), flaw(Flaw::OrderLeftOut));
	});
}

#[test]
fn all_trades_have_the_one_price() {
	run(|| {
		orders();
		let price = |price| Certificate::UniformPrice { price };
		let mixed = [trade(0, 1, 60, 12), trade(0, 2, 40, 13)];
		assert_noop!(prove(&mixed, price(12)), flaw(Flaw::OtherPrice));
		assert_noop!(prove(&mixed, price(13)), flaw(Flaw::OtherPrice));
		let same = [trade(0, 1, 60, 12), trade(0, 2, 40, 12)];
		assert_noop!(prove(&same, price(13)), flaw(Flaw::OtherPrice));
		assert_ok!(prove(&same, price(12)));
	});
}

#[test]
fn a_better_order_is_served_in_full() {
	run(|| {
		orders();
		assert_noop!(clear_at(12, &[(0, 2, 60)]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(12, &[(0, 1, 59), (0, 2, 41)]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(12, &[(0, 1, 60)]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(12, &[(0, 1, 60), (0, 2, 39)]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(13, &[(0, 1, 60), (0, 2, 40)]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(12, &[]), flaw(Flaw::OrderLeftOut));
	});
}

#[test]
fn nothing_is_traded_where_nothing_crosses() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 5)]));
		assert_ok!(place(BOB, &[offer(1, 20, 100, 10)]));
		close();
		hypothetically!({
			assert_ok!(clear_at(5, &[]));
		});
		hypothetically!({
			assert_ok!(clear_at(10, &[]));
		});
		assert_noop!(clear_at(4, &[]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(11, &[]), flaw(Flaw::OrderLeftOut));
	});
}

#[test]
fn a_book_without_orders_is_proven_at_any_price() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 5)]));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		close();
		assert_ok!(clear_at(0, &[]));
	});
}

#[test]
fn a_cancelled_order_is_not_left_out() {
	run(|| {
		assert_ok!(place(CAROL, &[offer(2, 31, 60, 1)]));
		assert_ok!(Market::cancel_order(signed(CAROL), 0));
		assert_ok!(place(ALICE, &[bid(1, 10, 60, 20)]));
		assert_ok!(place(BOB, &[offer(1, 20, 60, 10)]));
		close();
		assert_ok!(clear_at(12, &[(1, 2, 60)]));
	});
}

/// Alice bids 100 Wh at 20 (order 0) and offers 80 Wh at 5 (1); Bob offers 50 Wh at 10 (2).
fn self_supplier() {
	assert_ok!(place(ALICE, &[bid(1, 10, 100, 20), offer(2, 11, 80, 5)]));
	assert_ok!(place(BOB, &[offer(1, 20, 50, 10)]));
}

#[test]
fn what_an_owner_would_have_to_buy_from_itself_may_be_missing() {
	run(|| {
		self_supplier();
		close();
		assert_ok!(clear_at(10, &[(0, 2, 20)]));
	});
}

#[test]
fn a_self_supplier_lacks_as_much_on_both_sides() {
	run(|| {
		self_supplier();
		hypothetically!({
			close();
			assert_noop!(clear_at(10, &[(0, 2, 50)]), flaw(Flaw::OrderLeftOut));
			assert_noop!(clear_at(10, &[(0, 2, 19)]), flaw(Flaw::OrderLeftOut));
		});
		assert_ok!(place(ALICE, &[bid(3, 10, 30, 10)]));
		close();
		hypothetically!({
			assert_ok!(clear_at(10, &[(0, 2, 50)]));
		});
		hypothetically!({
			assert_ok!(clear_at(10, &[(0, 2, 20), (3, 2, 30)]));
		});
		assert_ok!(clear_at(10, &[(0, 2, 49), (3, 2, 1)]));
	});
}

#[test]
fn an_offer_at_the_price_fills_up_a_self_supplier() {
	run(|| {
		assert_ok!(place(
			ALICE,
			&[bid(1, 10, 100, 20), offer(2, 11, 40, 5), offer(3, 12, 59, 10)]
		));
		hypothetically!({
			close();
			assert_noop!(clear_at(10, &[]), flaw(Flaw::OrderLeftOut));
		});
		assert_ok!(place(ALICE, &[offer(4, 12, 1, 10)]));
		close();
		assert_ok!(clear_at(10, &[]));
	});
}

#[test]
fn a_self_supplier_is_a_party_to_every_trade() {
	run(|| {
		self_supplier();
		assert_ok!(place(CAROL, &[bid(1, 30, 10, 20)]));
		close();
		assert_noop!(clear_at(10, &[(0, 2, 20), (3, 2, 10)]), flaw(Flaw::OrderLeftOut));
		assert_ok!(clear_at(10, &[(0, 2, 30), (3, 1, 10)]));
	});
}

#[test]
fn only_one_owner_supplies_itself() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 10, 20), offer(2, 11, 10, 5)]));
		assert_ok!(place(BOB, &[bid(1, 20, 10, 20), offer(2, 21, 10, 5)]));
		close();
		assert_noop!(clear_at(10, &[]), flaw(Flaw::OrderLeftOut));
		assert_noop!(clear_at(10, &[(0, 3, 10)]), flaw(Flaw::OrderLeftOut));
		assert_ok!(clear_at(10, &[(0, 3, 10), (2, 1, 10)]));
	});
}

/// The pairs of so many bids, numbered from 0, and so many offers after `orders`, as far as a list takes them; `wh` each.
fn full_list(bids: u64, orders: u64, offers: u64, wh: Wh) -> Vec<(OrderNumber, OrderNumber, Wh)> {
	let pairs = (0..bids).flat_map(|bid| (orders..orders + offers).map(move |offer| (bid, offer, wh)));
	pairs.take(MAX_TRADES as usize).collect()
}

#[test]
fn crumbs_for_a_few_do_not_prove_that_others_get_nothing() {
	run(|| {
		let ours: Vec<_> = (0..350).map(|id| bid(id, 10, 400, 2)).collect();
		let theirs: Vec<_> = (0..350).map(|id| offer(id, 20, 400, 1)).collect();
		assert_ok!(place(ALICE, &ours));
		assert_ok!(place(BOB, &theirs));
		close();
		for price in 1..=2 {
			assert_noop!(clear_at(price, &full_list(45, 350, 45, 1)), flaw(Flaw::OrderLeftOut));
		}
		let paired: Vec<_> = (0..350).map(|number| (number, number + 350, 400)).collect();
		assert_ok!(clear_at(1, &paired));
	});
}

/// 45 bids of Alice and 45 offers of Bob, of 135 Wh each and better than 3. 2,000 trades of 3 Wh leave 75 Wh on either
/// side. No trade that did not fit was larger. They and the 2,000 are no more than two for each order: 540 Wh of these
/// 90 orders, and what orders of Carol's at 3 hold, here 5,535 Wh. Together they are 6,000 Wh and 75 Wh.
fn crowd(last_wh: Wh) -> Vec<(OrderNumber, OrderNumber, Wh)> {
	let ours: Vec<_> = (0..45).map(|id| bid(id, 10, 135, 4)).collect();
	let theirs: Vec<_> = (0..45).map(|id| offer(id, 20, 135, 2)).collect();
	assert_ok!(place(ALICE, &ours));
	assert_ok!(place(BOB, &theirs));
	carols(0, 461, 6);
	carols(461, 461, 6);
	carols(922, 1, last_wh);
	full_list(45, 45, 45, 3)
}

/// Carol bids at 3, so many times.
fn carols(first: u64, count: u64, wh: Wh) {
	let orders: Vec<_> = (first..first + count).map(|id| bid(id, 30, wh, 3)).collect();
	assert_ok!(place(CAROL, &orders));
}

#[test]
fn what_does_not_fit_in_a_full_list_may_be_missing() {
	run(|| {
		let trades = crowd(3);
		close();
		assert_noop!(clear_at(3, &trades[..1_999]), flaw(Flaw::OrderLeftOut));
		assert_ok!(clear_at(3, &trades));
	});
}

#[test]
fn a_full_list_leaves_out_no_more_than_may_not_have_fitted() {
	run(|| {
		let trades = crowd(2);
		close();
		assert_noop!(clear_at(3, &trades), flaw(Flaw::OrderLeftOut));
		let mut smaller = trades.clone();
		smaller[1_999].2 = 2;
		assert_noop!(clear_at(3, &smaller), flaw(Flaw::OrderLeftOut));
	});
}

#[test]
fn no_more_counts_of_an_order_than_two_least_trades() {
	run(|| {
		let trades = crowd(2);
		carols(923, 1, 1);
		hypothetically!({
			close();
			assert_ok!(clear_at(3, &trades));
		});
		assert_ok!(Market::cancel_order(signed(CAROL), 90));
		assert_ok!(Market::cancel_order(signed(CAROL), 91));
		carols(924, 1, 7);
		hypothetically!({
			close();
			assert_noop!(clear_at(3, &trades), flaw(Flaw::OrderLeftOut));
		});
		carols(925, 1, 6);
		close();
		assert_ok!(clear_at(3, &trades));
	});
}

#[test]
fn orders_that_are_worse_than_the_price_fill_no_list() {
	run(|| {
		let trades = crowd(2);
		assert_ok!(place(CAROL, &[bid(923, 30, 6, 2), offer(924, 31, 6, 4)]));
		hypothetically!({
			close();
			assert_noop!(clear_at(3, &trades), flaw(Flaw::OrderLeftOut));
		});
		assert_ok!(place(CAROL, &[offer(925, 31, 1, 3)]));
		close();
		assert_ok!(clear_at(3, &trades));
	});
}

/// Alice is a party to every trade. Beside what did not fit, 20 Wh and 20 Wh of hers are left.
#[test]
fn a_self_supplier_may_lack_more_than_did_not_fit() {
	run(|| {
		let trades = crowd(3);
		assert_ok!(place(ALICE, &[bid(45, 10, 20, 4), offer(46, 11, 20, 2)]));
		assert_ok!(Market::cancel_order(signed(CAROL), 90));
		assert_ok!(Market::cancel_order(signed(CAROL), 91));
		for one_more in [(ALICE, bid(47, 10, 1, 4)), (BOB, offer(45, 20, 1, 2))] {
			hypothetically!({
				assert_ok!(place(one_more.0, &[one_more.1]));
				assert_ok!(Market::cancel_order(signed(CAROL), 92));
				carols(923, 1, 5);
				close();
				assert_noop!(clear_at(3, &trades), flaw(Flaw::OrderLeftOut));
			});
		}
		close();
		assert_ok!(clear_at(3, &trades));
	});
}

#[test]
fn a_full_list_has_one_price_too() {
	run(|| {
		let trades = crowd(3);
		close();
		let trades: Vec<_> = trades
			.iter()
			.map(|(bid, offer, wh)| trade(*bid, *offer, *wh, 3))
			.collect();
		let other = Certificate::UniformPrice { price: 4 };
		assert_noop!(prove(&trades, other), flaw(Flaw::OtherPrice));
	});
}

/// No connection carries so much; the sums are exact all the same.
#[test]
fn what_is_left_out_may_be_more_than_a_number_of_64_bits() {
	run(|| {
		assert_ok!(place(
			ALICE,
			&[
				bid(1, 10, 1, 5),
				bid(2, 10, 1, 5),
				offer(3, 11, 1, 1),
				offer(4, 11, 1, 1)
			]
		));
		close();
		hypothetically!({
			(0..4).for_each(|number| Orders::<Test>::mutate(number, |order| order.as_mut().unwrap().wh = u64::MAX));
			assert_ok!(clear_at(3, &[]));
			Orders::<Test>::mutate(3, |order| order.as_mut().unwrap().wh = u64::MAX - 1);
			Books::<Test>::mutate(KEY, |book| {
				let book = book.as_mut().unwrap();
				(book.status, book.result) = (BookStatus::Open, None);
			});
			assert_noop!(clear_at(3, &[]), flaw(Flaw::OrderLeftOut));
		});
	});
}

#[test]
fn a_proof_is_charged_for_the_orders_it_looked_at() {
	run(|| {
		orders();
		let trades = [trade(0, 1, 60, 12), trade(0, 2, 40, 12)];
		let certificate = Certificate::UniformPrice { price: 12 };
		let most = Market::most_clearing_weight(2, &certificate);
		type W = ();
		let one_price = |orders| W::submit_clearing(2).saturating_add(W::certify_uniform_price(orders));
		assert_eq!(most, one_price(MAX_PROVEN_ORDERS));
		assert_eq!(
			submit(&trades, certificate.clone()).unwrap().actual_weight,
			Some(one_price(3))
		);
		let again = submit(&trades, certificate).unwrap().actual_weight;
		assert_eq!(again, Some(W::submit_clearing(2)));
	});
}
