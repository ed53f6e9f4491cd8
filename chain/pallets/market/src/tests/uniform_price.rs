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

/// Alice bids and Bob offers, so many orders each; 2,000 trades of 1 Wh of different pairs.
fn crumbs(bids: u64, offers: u64) -> Vec<(OrderNumber, OrderNumber, Wh)> {
	let ours: Vec<_> = (0..bids).map(|id| bid(id, 10, 400, 2)).collect();
	let theirs: Vec<_> = (0..offers).map(|id| offer(id, 20, 400, 1)).collect();
	assert_ok!(place(ALICE, &ours));
	assert_ok!(place(BOB, &theirs));
	close();
	let pairs = (0..bids).flat_map(|bid| (bids..bids + offers).map(move |offer| (bid, offer, 1)));
	pairs.take(MAX_TRADES as usize).collect()
}

#[test]
fn a_full_list_of_a_great_book_may_leave_orders_out() {
	run(|| {
		let trades = crumbs(333, 334);
		let all_but_one = clear_at(1, &trades[..trades.len() - 1]);
		assert_noop!(all_but_one, flaw(Flaw::OrderLeftOut));
		assert_ok!(clear_at(1, &trades));
	});
}

#[test]
fn a_full_list_of_a_small_book_is_stuffed() {
	run(|| {
		let trades = crumbs(333, 333);
		assert_noop!(clear_at(1, &trades), flaw(Flaw::OrderLeftOut));
	});
}

#[test]
fn a_full_list_has_one_price_too() {
	run(|| {
		let trades = crumbs(333, 334);
		let trades: Vec<_> = trades
			.iter()
			.map(|(bid, offer, wh)| trade(*bid, *offer, *wh, 1))
			.collect();
		let other = Certificate::UniformPrice { price: 2 };
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
