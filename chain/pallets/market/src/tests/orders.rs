//! Reference prices, placing and cancelling orders.

use super::*;

fn posted(interval_start: UnixSeconds, retail: Price, feed_in: Price) -> PostedPrice {
	PostedPrice {
		interval_start,
		retail,
		feed_in,
	}
}

fn post(who: u64, prices: &[PostedPrice]) -> DispatchResult {
	Market::post_reference_prices(signed(who), HOME, prices.to_vec().try_into().unwrap())
}

#[test]
fn a_posted_price_stands_and_opens_its_book() {
	run(|| {
		assert_ok!(post(ORACLE, &[posted(START, 30, 8), posted(START + HOUR, 31, 8)]));
		assert_eq!(
			ReferencePrices::<Test>::get(KEY),
			Some(ReferencePrice { retail: 30, feed_in: 8 })
		);
		assert_eq!(
			market_events(),
			[
				Event::BookOpened {
					community: HOME,
					interval_start: START,
					rules: RULES
				},
				Event::ReferencePosted {
					community: HOME,
					interval_start: START,
					retail: 30,
					feed_in: 8
				},
				Event::BookOpened {
					community: HOME,
					interval_start: START + HOUR,
					rules: RULES
				},
				Event::ReferencePosted {
					community: HOME,
					interval_start: START + HOUR,
					retail: 31,
					feed_in: 8
				},
			]
		);
		let expected = Book {
			rules: RULES,
			opened_at: CLOSES_AT - HOUR,
			closes_at: CLOSES_AT,
			deadline: DEADLINE,
			final_at: FINAL_AT,
			collateral: Permill::from_percent(10),
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
		};
		assert_eq!(book(), expected);
	});
}

#[test]
fn a_posted_price_is_write_once() {
	run(|| {
		assert_ok!(post(ORACLE, &[posted(START, 30, 8)]));
		Now::put(CLOSES_AT);
		assert_storage_noop!(assert_ok!(post(ORACLE, &[posted(START, 30, 8)])));
		assert_noop!(post(ORACLE, &[posted(START, 30, 9)]), Refused::ReferenceAlreadyPosted);
		assert_noop!(post(ORACLE, &[posted(START, 31, 8)]), Refused::ReferenceAlreadyPosted);
	});
}

#[test]
fn a_price_without_rules_stands_without_a_book() {
	run(|| {
		Rules::remove(0);
		assert_ok!(post(ORACLE, &[posted(START, 30, 8)]));
		assert!(ReferencePrices::<Test>::contains_key(KEY));
		assert!(!Books::<Test>::contains_key(KEY));
	});
}

#[test]
fn posting_errors() {
	run(|| {
		let prices: BoundedVec<_, _> = vec![posted(START, 30, 8)].try_into().unwrap();
		let elsewhere = Market::post_reference_prices(signed(ORACLE), HOME + 1, prices.clone());
		assert_noop!(elsewhere, Refused::UnknownCommunity);
		assert_noop!(
			Market::post_reference_prices(RuntimeOrigin::root(), HOME, prices),
			BadOrigin
		);
		assert_noop!(post(OPERATOR, &[posted(START, 30, 8)]), Refused::NotOracle);
		assert_noop!(post(ORACLE, &[]), Refused::EmptyBatch);
		assert_noop!(post(ORACLE, &[posted(START, 8, 9)]), Refused::BadPrice);
		assert_noop!(post(ORACLE, &[posted(START + 1, 30, 8)]), Refused::BadInterval);
		assert_noop!(
			post(ORACLE, &[posted(START, 30, 8), posted(102 * DAY, 30, 8)]),
			Refused::BadInterval
		);
		assert_ok!(post(ORACLE, &[posted(102 * DAY - HOUR, 30, 8)]));
		Now::put(CLOSES_AT);
		assert_noop!(post(ORACLE, &[posted(START, 30, 8)]), Refused::GateClosed);
		Now::put(CLOSES_AT - 1);
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1)]));
		Now::put(CLOSES_AT);
		assert_noop!(post(ORACLE, &[posted(START, 30, 8)]), Refused::GateClosed);
	});
}

#[test]
fn a_batch_is_held_once_and_numbered_in_list_order() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(7, 10, 1_000, 20), bid(5, 11, 200, 30)]));
		assert_ok!(place(BOB, &[offer(1, 20, 333, 11)]));
		assert_eq!(held(ALICE), 26_000);
		assert_eq!(free(ALICE), FUNDS - 26_000);
		assert_eq!(held(BOB), 367, "a tenth of 3,663, rounded up");
		assert_eq!(BookOrders::<Test>::get(KEY).into_inner(), [0, 1, 2]);
		assert_eq!(OrderIds::<Test>::get(KEY, (ALICE, 5)), Some(1));
		assert_eq!(book().orders, 3);
		let expected = Order {
			community: HOME,
			interval_start: START,
			owner: ALICE,
			id: 5,
			meter: 11,
			side: Side::Bid,
			wh: 200,
			limit_price: 30,
			placed_at: CLOSES_AT - HOUR,
			status: OrderStatus::Open,
			filled_wh: 0,
			escrow: 6_000,
		};
		assert_eq!(Orders::<Test>::get(1), Some(expected));
		assert_eq!(
			market_events()[..2],
			[
				Event::BookOpened {
					community: HOME,
					interval_start: START,
					rules: RULES
				},
				Event::OrderPlaced {
					community: HOME,
					interval_start: START,
					number: 0,
					owner: ALICE,
					id: 7,
					meter: 10,
					side: Side::Bid,
					wh: 1_000,
					limit_price: 20,
				},
			]
		);
		let holds = System::read_events_for_pallet::<pallet_balances::Event<Test>>();
		assert_eq!(holds.len(), 2, "one hold per batch");
	});
}

#[test]
fn placing_the_same_again_changes_nothing() {
	run(|| {
		let (first, second) = (bid(1, 10, 100, 20), bid(2, 10, 100, 20));
		assert_ok!(place(ALICE, &[first]));
		assert_storage_noop!(assert_ok!(place(ALICE, &[first])));
		assert_ok!(place(ALICE, &[first, second, second]));
		assert_eq!((book().orders, held(ALICE)), (2, 4_000));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		assert_storage_noop!(assert_ok!(place(ALICE, &[first])));
	});
}

#[test]
fn an_id_is_used_once_per_owner_and_book() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
		assert_noop!(place(ALICE, &[bid(1, 11, 100, 20)]), Refused::OrderIdReused);
		assert_noop!(place(ALICE, &[offer(1, 10, 100, 20)]), Refused::OrderIdReused);
		assert_noop!(place(ALICE, &[bid(1, 10, 101, 20)]), Refused::OrderIdReused);
		assert_noop!(place(ALICE, &[bid(1, 10, 100, 21)]), Refused::OrderIdReused);
		assert_noop!(
			place(ALICE, &[bid(2, 10, 1, 1), bid(2, 10, 1, 2)]),
			Refused::OrderIdReused
		);
		assert_ok!(place(BOB, &[bid(1, 20, 100, 20)]));
		let next = vec![bid(1, 10, 5, 5)].try_into().unwrap();
		assert_ok!(Market::place_orders(signed(ALICE), HOME, START + HOUR, next));
	});
}

#[test]
fn a_batch_with_one_bad_order_places_none() {
	run(|| {
		let good = bid(1, 10, 100, 20);
		assert_noop!(place(ALICE, &[good, bid(2, 10, 0, 20)]), Refused::ZeroEnergy);
		assert_noop!(place(ALICE, &[good, bid(2, 20, 1, 20)]), Refused::UnknownMeter);
		assert_noop!(place(ALICE, &[good, bid(2, 19, 1, 20)]), Refused::UnknownMeter);
		assert_noop!(place(ALICE, &[good, bid(2, 100, 1, 20)]), Refused::UnknownMeter);
		assert_noop!(
			place(ALICE, &[good, bid(2, 10, FUNDS as u64, 20)]),
			TokenError::FundsUnavailable
		);
		let most = bid(2, 10, u64::MAX, u64::MAX);
		assert_noop!(place(ALICE, &[good, most]), Refused::AboveConnectionLimit);
	});
}

fn standing(meter: MeterId, side: Side) -> Wh {
	StandingWh::<Test>::get(KEY, (meter, side))
}

#[test]
fn orders_of_a_meter_and_side_are_at_most_what_its_connection_carries() {
	run(|| {
		let most = u64::from(LIMIT_W);
		assert_noop!(place(BOB, &[offer(1, 20, most + 1, 0)]), Refused::AboveConnectionLimit);
		assert_ok!(place(BOB, &[offer(1, 20, most - 1, 0)]));
		assert_noop!(
			place(BOB, &[offer(2, 20, 1, 0), offer(3, 20, 1, 0), offer(4, 20, 0, 0)]),
			Refused::AboveConnectionLimit
		);
		assert_noop!(
			place(BOB, &[offer(2, 20, 1, 0), offer(3, 19, 1, 0), offer(4, 20, 1, 0)]),
			Refused::UnknownMeter
		);
		assert_ok!(place(BOB, &[offer(1, 20, most - 1, 0), offer(2, 20, 1, 0)]));
		assert_ok!(place(BOB, &[bid(3, 20, most, 0), offer(4, 21, most, 0)]));
		assert_noop!(place(BOB, &[bid(5, 20, 1, 0)]), Refused::AboveConnectionLimit);
		let next = vec![offer(1, 20, most, 0)].try_into().unwrap();
		assert_ok!(Market::place_orders(signed(BOB), HOME, START + HOUR, next));
		let stands = [(20, Side::Offer), (20, Side::Bid), (21, Side::Offer), (21, Side::Bid)];
		assert_eq!(stands.map(|(meter, side)| standing(meter, side)), [most, most, most, 0]);
	});
}

#[test]
fn a_cancelled_order_makes_room_for_another() {
	run(|| {
		let most = u64::from(LIMIT_W);
		assert_ok!(place(BOB, &[offer(1, 20, most - 1, 0), offer(2, 20, 1, 0)]));
		assert_ok!(Market::cancel_order(signed(BOB), 0));
		assert_eq!(standing(20, Side::Offer), 1);
		assert_noop!(place(BOB, &[offer(3, 20, most, 0)]), Refused::AboveConnectionLimit);
		assert_ok!(place(BOB, &[offer(3, 20, most - 1, 0)]));
		assert_ok!(Market::cancel_order(signed(BOB), 1));
		assert_ok!(Market::cancel_order(signed(BOB), 2));
		assert_eq!(StandingWh::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_invariants_see_a_leaked_hold_and_a_wrong_sum() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
		let broken = |name| assert_eq!(Market::do_try_state(), Err(name));
		hypothetically!({
			assert_ok!(Balances::hold(&HoldReason::Escrow.into(), &BOB, 1));
			broken("a hold is not the sum of its orders' escrow".into());
		});
		hypothetically!({
			assert_ok!(Balances::hold(&HoldReason::Escrow.into(), &ALICE, 1));
			broken("a hold is not the sum of its orders' escrow".into());
		});
		hypothetically!({
			StandingWh::<Test>::insert(KEY, (10, Side::Bid), 99);
			broken("what stands is not the sum of the open orders".into());
		});
		hypothetically!({
			StandingWh::<Test>::insert(KEY, (11, Side::Bid), 1);
			broken("what stands is not the sum of the open orders".into());
		});
		hypothetically!({
			Trades::<Test>::insert((HOME, 0), Trades::<Test>::get(KEY));
			broken("a list of no book".into());
		});
	});
}

#[test]
fn placing_errors() {
	run(|| {
		let order: BoundedVec<_, _> = vec![bid(1, 10, 1, 1)].try_into().unwrap();
		let at = |community, start| Market::place_orders(signed(ALICE), community, start, order.clone());
		assert_noop!(at(HOME + 1, START), Refused::UnknownCommunity);
		assert_noop!(at(HOME, START + 1), Refused::BadInterval);
		assert_noop!(at(HOME, 102 * DAY), Refused::BadInterval);
		assert_noop!(at(HOME, 0), Refused::GateClosed);
		assert_noop!(
			Market::place_orders(RuntimeOrigin::none(), HOME, START, order.clone()),
			BadOrigin
		);
		assert_noop!(place(EVE, &[bid(1, 10, 1, 1)]), Refused::NotMember);
		assert_noop!(place(ALICE, &[]), Refused::EmptyBatch);
		Rules::remove(0);
		assert_noop!(place(ALICE, &[bid(1, 10, 1, 1)]), Refused::NoRules);
		Rules::insert(0, RULES);
		NextOrderNumber::<Test>::put(u64::MAX);
		assert_noop!(place(ALICE, &[bid(1, 10, 1, 1)]), Refused::Overflow);
		NextOrderNumber::<Test>::put(0);
		Now::put(CLOSES_AT - 1);
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1)]));
		Now::put(CLOSES_AT);
		assert_noop!(place(ALICE, &[bid(2, 10, 1, 1)]), Refused::GateClosed);
	});
}

/// A book in which so many orders were placed takes two more; the caller checks the outcome.
fn place_after(orders: u32, cancelled: u32) -> DispatchResult {
	hypothetically!({
		Books::<Test>::mutate(KEY, |book| {
			let book = book.as_mut().unwrap();
			(book.orders, book.cancelled) = (orders, cancelled);
		});
		place(BOB, &[bid(1, 20, 1, 1), bid(2, 20, 1, 1)])
	})
}

#[test]
fn a_book_that_has_to_be_proven_takes_4000_orders() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1)]));
		let full = Err(Refused::BookFull.into());
		assert_ok!(place_after(3_999, 0));
		for proof in [Proof::UniformPrice, Proof::Optimum] {
			demand(proof);
			assert_ok!(place_after(3_998, 0));
			assert_eq!(place_after(3_999, 0), full);
			assert_eq!(place_after(3_999, 3_999), full, "cancelled orders are looked at, too");
		}
	});
}

#[test]
fn a_full_book_takes_no_more() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1)]));
		let opened = book();
		Books::<Test>::insert(
			KEY,
			Book {
				orders: MAX_BOOK_ORDERS - 1,
				..opened.clone()
			},
		);
		assert_noop!(place(BOB, &[bid(1, 20, 1, 1), bid(2, 20, 1, 1)]), Refused::BookFull);
		assert!(hypothetically!(place(BOB, &[bid(1, 20, 1, 1)])).is_ok());
		Books::<Test>::insert(KEY, opened);
	});
}

/// The largest batches that a call takes, from placing to settlement.
#[test]
fn the_largest_batches_work() {
	run(|| {
		for batch in 0..2u64 {
			let ids = || batch * 500..(batch + 1) * 500;
			assert_ok!(place(ALICE, &ids().map(|id| bid(id, 10, 2, 20)).collect::<Vec<_>>()));
			assert_ok!(place(BOB, &ids().map(|id| offer(id, 20, 2, 10)).collect::<Vec<_>>()));
		}
		let number = |index: u64| index / 500 * 1_000 + index % 500;
		let trades = (0..1_000).flat_map(|bid| {
			let offers = [bid, (bid + 1) % 1_000];
			offers.map(|offer| trade(number(bid), number(offer) + 500, 1, 15))
		});
		let trades: Vec<_> = trades.collect();
		Now::put(CLOSES_AT);
		assert_ok!(clear(&trades));
		assert_eq!((book().trades, book().traded_wh), (2_000, 2_000));
		Meterings::insert((10, START), (1_500, 0));
		Meterings::insert((20, START), (0, 1_800));
		Now::put(FINAL_AT);
		for _ in 0..4 {
			assert_ok!(settle(1_000));
		}
		assert_eq!(
			(book().status, book().paid),
			(BookStatus::Settled, u128::from(book().delivered_wh) * 15)
		);
		assert!((1_300..=1_500).contains(&book().delivered_wh));
		assert_eq!((held(ALICE), held(BOB)), (0, 0));
	});
}

#[test]
fn a_book_keeps_the_rules_and_times_it_opened_with() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
		let opened = book();
		Rules::insert(100, LATER_RULES);
		Voted::put(Parameters {
			gate_closure_s: 600,
			collateral: Permill::from_percent(50),
			..parameters()
		});
		assert_ok!(place(BOB, &[offer(1, 20, 100, 20)]));
		assert_eq!(book(), Book { orders: 2, ..opened });
		assert_eq!(held(BOB), 200);
	});
}

#[test]
fn a_book_is_bound_to_the_rules_of_its_epoch() {
	run(|| {
		Rules::insert(101, LATER_RULES);
		let tomorrow = 101 * DAY;
		for start in [START, tomorrow] {
			let orders = vec![bid(1, 10, 100, 20)].try_into().unwrap();
			assert_ok!(Market::place_orders(signed(ALICE), HOME, start, orders));
		}
		assert_eq!(book().rules, RULES);
		assert_eq!(
			Books::<Test>::get((HOME, tomorrow)).map(|book| book.rules),
			Some(LATER_RULES)
		);
	});
}

#[test]
fn a_cancelled_order_releases_its_escrow() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20), bid(2, 10, 50, 20)]));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		assert_eq!(held(ALICE), 1_000);
		let order = Orders::<Test>::get(0).unwrap();
		assert_eq!((order.status, order.escrow), (OrderStatus::Cancelled, 0));
		assert_eq!(market_events().last(), Some(&Event::OrderCancelled { number: 0 }));
	});
}

#[test]
fn cancelled_orders_are_counted() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1), bid(2, 10, 1, 1), bid(3, 10, 1, 1)]));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		assert_ok!(Market::cancel_order(signed(ALICE), 2));
		assert_eq!((book().orders, book().cancelled, book().standing()), (3, 2, 1));
		Books::<Test>::mutate(KEY, |book| book.as_mut().unwrap().cancelled = u32::MAX);
		assert_noop!(Market::cancel_order(signed(ALICE), 1), Refused::Overflow);
		Books::<Test>::mutate(KEY, |book| book.as_mut().unwrap().cancelled = 2);
	});
}

#[test]
fn cancelling_errors() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20), bid(2, 10, 100, 20)]));
		assert_noop!(Market::cancel_order(RuntimeOrigin::none(), 0), BadOrigin);
		assert_noop!(Market::cancel_order(signed(ALICE), 2), Refused::UnknownOrder);
		assert_noop!(Market::cancel_order(signed(BOB), 0), Refused::NotOwner);
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		assert_noop!(Market::cancel_order(signed(ALICE), 0), Refused::OrderNotOpen);
		Now::put(CLOSES_AT);
		assert_noop!(Market::cancel_order(signed(ALICE), 1), Refused::GateClosed);
		let kept = Books::<Test>::take(KEY).unwrap();
		assert_noop!(Market::cancel_order(signed(ALICE), 1), Refused::NoBook);
		Books::<Test>::insert(KEY, kept);
	});
}
