//! Settlement: what is delivered, paid, moved and released.

use super::*;
use crate::sharing::Contract;
use aipchain_primitives::traits::SettlementGate;

/// Alice bids 1,000 Wh at 20 (order 0); Bob offers 600 Wh at 10 (1), Carol 600 Wh at 12 (2) and 50 Wh that she
/// cancels (3). Cleared: 600 Wh from Bob at 15, 400 Wh from Carol at 16; the readings are final.
fn cleared() {
	assert_ok!(place(ALICE, &[bid(1, 10, 1_000, 20)]));
	assert_ok!(place(BOB, &[offer(1, 20, 600, 10)]));
	assert_ok!(place(CAROL, &[offer(1, 30, 600, 12), offer(2, 31, 50, 12)]));
	assert_ok!(Market::cancel_order(signed(CAROL), 3));
	Now::put(CLOSES_AT);
	assert_ok!(clear(&[trade(0, 1, 600, 15), trade(0, 2, 400, 16)]));
	Now::put(FINAL_AT);
}

fn reading(meter: MeterId, import_wh: Wh, export_wh: Wh) {
	Meterings::insert((meter, START), (import_wh, export_wh));
}

/// Delivered energy by trade, as the events say.
fn delivered() -> Vec<Wh> {
	let wh = |event| {
		if let Event::TradeSettled { delivered_wh, .. } = event {
			Some(delivered_wh)
		} else {
			None
		}
	};
	market_events().into_iter().filter_map(wh).collect()
}

fn nothing_is_left() {
	assert_eq!(Orders::<Test>::iter().count(), 0);
	assert_eq!(OrderIds::<Test>::iter().count(), 0);
	assert!(!BookOrders::<Test>::contains_key(KEY));
	assert_eq!(StandingWh::<Test>::iter().count(), 0);
	assert_eq!((held(ALICE), held(BOB), held(CAROL)), (0, 0, 0));
	assert!(Held::iter_values().all(|wh| wh == 0));
}

#[test]
fn what_is_delivered_is_paid_and_moved_and_the_rest_released() {
	run(|| {
		cleared();
		reading(10, 2_000, 0);
		reading(20, 0, 700);
		reading(30, 0, 300);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [600, 300]);
		assert_eq!(free(BOB), FUNDS + 600 * 15);
		assert_eq!(free(CAROL), FUNDS + 300 * 16);
		assert_eq!(free(ALICE), FUNDS - 9_000 - 4_800);
		assert_eq!((Moved::get((20, ALICE)), Moved::get((30, ALICE))), (600, 300));
		let settled = book();
		assert_eq!(
			(settled.status, settled.settled_trades, settled.closed_orders),
			(BookStatus::Settled, 2, 4)
		);
		assert_eq!((settled.delivered_wh, settled.paid), (900, 13_800));
		nothing_is_left();
		assert_eq!(Trades::<Test>::get(KEY).len(), 2, "trades and book stay");
		let closed = |number, owner, filled_wh, released| Event::OrderClosed {
			number,
			owner,
			filled_wh,
			released,
		};
		let events = market_events();
		assert_eq!(
			events[events.len() - 6..],
			[
				Event::TradeSettled {
					community: HOME,
					interval_start: START,
					index: 0,
					buyer: ALICE,
					seller: BOB,
					wh: 600,
					delivered_wh: 600,
					price: 15,
					paid: 9_000,
				},
				Event::TradeSettled {
					community: HOME,
					interval_start: START,
					index: 1,
					buyer: ALICE,
					seller: CAROL,
					wh: 400,
					delivered_wh: 300,
					price: 16,
					paid: 4_800,
				},
				closed(0, ALICE, 1_000, 6_200),
				closed(1, BOB, 600, 600),
				closed(2, CAROL, 400, 720),
				Event::BookSettled {
					community: HOME,
					interval_start: START,
					delivered_wh: 900,
					paid: 13_800
				},
			]
		);
	});
}

#[test]
fn a_settled_book_is_left_as_it_is() {
	run(|| {
		cleared();
		assert_ok!(settle(1_000));
		assert_storage_noop!(assert_ok!(settle(1)));
	});
}

#[test]
fn settling_errors() {
	run(|| {
		assert_noop!(settle(1), Refused::NoBook);
		assert_ok!(place(BOB, &[offer(7, 20, 1, 1)]));
		assert_noop!(settle(1), Refused::BookNotCleared);
		assert_ok!(Market::cancel_order(signed(BOB), 0));
	});
	run(|| {
		cleared();
		assert_noop!(settle(0), Refused::BadLimit);
		assert_noop!(settle(1_001), Refused::BadLimit);
		let unsigned = Market::settle(RuntimeOrigin::none(), HOME, START, 1);
		assert_noop!(unsigned.map_err(|refused| refused.error), BadOrigin);
		Now::put(FINAL_AT - 1);
		assert_noop!(settle(1), Refused::NotFinal);
	});
}

#[test]
fn settlement_waits_for_a_grace_period_that_a_vote_lengthened() {
	run(|| {
		cleared();
		Voted::put(Parameters {
			grace_s: 1_800,
			..parameters()
		});
		assert_noop!(settle(1), Refused::NotFinal);
		Now::put(FINAL_AT + 900);
		assert_ok!(settle(1));
	});
}

#[test]
fn work_is_bounded_and_small_steps_end_like_one() {
	let end = |limit: u32| {
		let mut calls = 0;
		let mut outcome = None;
		run(|| {
			cleared();
			reading(10, 899, 0);
			reading(20, 0, 700);
			reading(30, 0, 301);
			while book().status != BookStatus::Settled {
				let before = book();
				assert_ok!(settle(limit));
				assert_ok!(Market::do_try_state());
				let after = book();
				let done = after.settled_trades + after.closed_orders - before.settled_trades - before.closed_orders;
				assert!(done <= limit);
				calls += 1;
			}
			nothing_is_left();
			let moved: Vec<_> = [20, 30].map(|meter| Moved::get((meter, ALICE))).into();
			outcome = Some((book(), free(ALICE), free(BOB), free(CAROL), moved, delivered()));
		});
		(calls, outcome)
	};
	let (once, expected) = end(1_000);
	assert_eq!(once, 1);
	for (limit, calls) in [(1, 6), (2, 3), (3, 2), (5, 2), (6, 1)] {
		assert_eq!(end(limit), (calls, expected.clone()), "limit {limit}");
	}
}

#[test]
fn a_missing_reading_delivers_nothing() {
	run(|| {
		cleared();
		reading(10, 2_000, 0);
		reading(30, 0, 600);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [0, 400]);
		assert_eq!(free(BOB), FUNDS);
		assert_eq!(Moved::get((20, ALICE)), 0);
		assert!(
			!Held::contains_key((20, START)),
			"a meter that delivers nothing is not minted here"
		);
	});
	run(|| {
		cleared();
		reading(20, 0, 600);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [0, 0]);
		assert_eq!((free(ALICE), free(BOB)), (FUNDS, FUNDS));
	});
}

#[test]
fn a_trade_delivers_the_smaller_share_of_its_two_meters() {
	run(|| {
		cleared();
		reading(10, 500, 0);
		reading(20, 0, 250);
		reading(30, 0, 600);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [250, 200], "Alice's 500 Wh are 300 and 200 of her trades");
	});
}

#[test]
fn orders_of_one_meter_share_its_reading() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 30, 20)]));
		assert_ok!(place(
			BOB,
			&[offer(1, 20, 3, 10), offer(2, 20, 3, 10), offer(3, 20, 4, 10)]
		));
		Now::put(CLOSES_AT);
		assert_ok!(clear(&[trade(0, 1, 3, 15), trade(0, 2, 3, 15), trade(0, 3, 4, 15)]));
		Now::put(FINAL_AT);
		reading(10, 10, 0);
		reading(20, 0, 7);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [2, 2, 3]);
		assert_eq!(Moved::get((20, ALICE)), 7);
	});
}

#[test]
fn shares_sum_to_what_is_confirmed() {
	let mut seed: u64 = 1;
	let mut random = move |below: u64| {
		seed = seed
			.wrapping_mul(6_364_136_223_846_793_005)
			.wrapping_add(1_442_695_040_888_963_407);
		(seed >> 33) % below
	};
	for _ in 0..500 {
		let trades: Vec<Wh> = (0..=random(20)).map(|_| 1 + random(1 << 40)).collect();
		let contracted: Wh = trades.iter().sum();
		let confirmed = random(2 * contracted);
		let mut contract = Contract::default();
		trades.iter().for_each(|wh| contract.add(*wh).unwrap());
		contract.confirm(confirmed);
		let shares: Vec<Wh> = trades.iter().map(|wh| contract.next_share(*wh)).collect();
		assert_eq!(shares.iter().sum::<Wh>(), confirmed.min(contracted));
		for (share, wh) in shares.iter().zip(&trades) {
			assert!(share <= wh);
			let exact = u128::from(*wh) * u128::from(confirmed.min(contracted)) / u128::from(contracted);
			assert!(u128::from(*share).abs_diff(exact) <= 1);
		}
	}
	assert_eq!(Contract::default().add(u64::MAX), Some(()));
	let mut full = Contract::default();
	assert_eq!((full.add(u64::MAX), full.add(1)), (Some(()), None));
}

#[test]
fn an_empty_clearing_releases_everything() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 1_000, 20)]));
		Now::put(CLOSES_AT);
		assert_ok!(clear(&[]));
		Now::put(FINAL_AT);
		assert_ok!(settle(1));
		assert_eq!(book().status, BookStatus::Settled);
		nothing_is_left();
	});
}

#[test]
fn a_seller_whose_account_is_closed_is_not_paid_and_keeps_the_lot() {
	run(|| {
		Voted::put(Parameters {
			collateral: Permill::zero(),
			..parameters()
		});
		cleared();
		assert_ok!(Balances::transfer_all(signed(BOB), EVE, false));
		assert_eq!(free(BOB) + held(BOB), 0);
		reading(10, 2, 0);
		reading(20, 0, 600);
		reading(30, 0, 600);
		assert_ok!(settle(1_000));
		assert_eq!(delivered(), [1, 1], "too little to open an account with");
		assert_eq!((free(BOB), free(CAROL)), (0, FUNDS + 16));
		assert_eq!((Moved::get((20, ALICE)), Moved::get((30, ALICE))), (0, 1));
		assert_eq!((book().delivered_wh, book().paid), (2, 16));
		nothing_is_left();
		let unpaid = market_events()
			.into_iter()
			.find(|event| matches!(event, Event::TradeSettled { index: 0, .. }));
		assert!(matches!(
			unpaid,
			Some(Event::TradeSettled {
				delivered_wh: 1,
				paid: 0,
				..
			})
		));
	});
}

/// Two buyers owe a seller without an account: alone too little to open it, and then enough. What is paid and moved
/// does not depend on how many trades a call settles.
#[test]
fn a_closed_seller_is_paid_alike_by_one_call_and_by_many() {
	let end = |limit: u32| {
		let mut outcome = None;
		run(|| {
			Voted::put(Parameters {
				collateral: Permill::zero(),
				..parameters()
			});
			assert_ok!(place(ALICE, &[bid(1, 10, 30, 10), bid(2, 11, 30, 10)]));
			assert_ok!(place(CAROL, &[bid(1, 30, 30, 10), bid(2, 30, 30, 10)]));
			assert_ok!(place(BOB, &[offer(1, 20, 90, 1)]));
			Now::put(CLOSES_AT);
			assert_ok!(clear(&[
				trade(0, 4, 9, 10),
				trade(2, 4, 6, 10),
				trade(1, 4, 11, 10),
				trade(3, 4, 1, 10),
			]));
			assert_ok!(Balances::transfer_all(signed(BOB), EVE, false));
			Now::put(FINAL_AT);
			reading(10, 30, 0);
			reading(11, 30, 0);
			reading(30, 30, 0);
			reading(20, 0, 90);
			while book().status != BookStatus::Settled {
				assert_ok!(settle(limit));
				assert_ok!(Market::do_try_state());
			}
			nothing_is_left();
			let moved: Vec<_> = [ALICE, CAROL].map(|buyer| Moved::get((20, buyer))).into();
			outcome = Some((book(), free(ALICE), free(BOB), free(CAROL), moved));
		});
		outcome
	};
	let expected = end(1_000);
	assert_eq!(
		expected.as_ref().map(|(book, _, bob, ..)| (book.paid, *bob)),
		Some((120, 120)),
		"the third trade opens the account, those before it are not paid"
	);
	for limit in 1..8 {
		assert_eq!(end(limit), expected, "limit {limit}");
	}
}

#[test]
fn a_lost_order_is_corruption() {
	run(|| {
		cleared();
		hypothetically!({
			Orders::<Test>::remove(0);
			assert_noop!(settle(1), DispatchError::Corruption);
		});
		hypothetically!({
			Orders::<Test>::mutate(0, |order| order.as_mut().unwrap().escrow = 1);
			reading(10, 2_000, 0);
			reading(20, 0, 600);
			assert_noop!(settle(1), DispatchError::Corruption);
		});
	});
}

#[test]
fn energy_waits_while_a_book_is_open_or_cleared() {
	run(|| {
		assert!(!Market::awaits_settlement(HOME, START));
		cleared();
		assert!(Market::awaits_settlement(HOME, START));
		assert_ok!(settle(1_000));
		assert!(!Market::awaits_settlement(HOME, START));
	});
}

#[test]
fn a_call_is_charged_for_what_it_did() {
	run(|| {
		cleared();
		let weight = |call: DispatchResultWithPostInfo| call.unwrap().actual_weight;
		let first = weight(Market::settle(signed(EVE), HOME, START, 1));
		assert_eq!(
			first,
			Some(<() as WeightInfo>::settle(1).saturating_add(<() as WeightInfo>::settle_beside(1)))
		);
		let second = weight(Market::settle(signed(EVE), HOME, START, 9));
		assert_eq!(
			second,
			Some(<() as WeightInfo>::settle(5).saturating_add(<() as WeightInfo>::settle_beside(1)))
		);
		let third = weight(Market::settle(signed(EVE), HOME, START, 9));
		assert_eq!(third, Some(<() as WeightInfo>::settle(0)));
	});
}

#[test]
fn weights_are_linear_in_the_vectors() {
	type W = ();
	for weight in [
		|n| W::place_orders(n).saturating_add(W::place_orders_beside(n)),
		W::post_reference_prices,
		W::submit_clearing,
		W::void,
		|n| W::settle(n).saturating_add(W::settle_beside(n)),
	] {
		let (none, one, many) = (weight(0), weight(1), weight(500));
		assert_eq!(many - none, (one - none) * 500);
		assert!(one.all_gt(none));
	}
	assert!(W::cancel_order().ref_time() > 0);
}

/// Random books, readings and limits: no money is made or lost, and no meter delivers more than it reads.
#[test]
fn random_books_conserve_money_and_energy() {
	for seed in 1..=40u64 {
		run(|| {
			let mut state = seed;
			let mut random = |below: u64| {
				state = state
					.wrapping_mul(6_364_136_223_846_793_005)
					.wrapping_add(1_442_695_040_888_963_407);
				(state >> 33) % below
			};
			let issued = Balances::total_issuance();
			for id in 0..12 {
				let who = 1 + random(3);
				let meter = (who * 10 + random(2)) as MeterId;
				let side = if random(2) == 0 { Side::Bid } else { Side::Offer };
				assert_ok!(place(
					who,
					&[NewOrder {
						id,
						meter,
						side,
						wh: 1 + random(50),
						limit_price: random(30)
					}]
				));
			}
			Now::put(CLOSES_AT);
			let mut trades = Vec::<Trade>::new();
			for _ in 0..200 {
				let one = trade(random(12), random(12), 1 + random(20), random(30));
				let with: Vec<_> = trades.iter().copied().chain([one]).collect();
				if hypothetically!(clear(&with)).is_ok() {
					trades = with;
				}
			}
			assert_ok!(clear(&trades));
			Now::put(FINAL_AT);
			for meter in [10, 11, 20, 21, 30, 31] {
				reading(meter, random(60), random(60));
			}
			while book().status != BookStatus::Settled {
				assert_ok!(settle(1 + random(4) as u32));
				assert_ok!(Market::do_try_state());
			}
			nothing_is_left();
			assert_eq!(Balances::total_issuance(), issued);
			assert_eq!(free(ALICE) + free(BOB) + free(CAROL), 3 * FUNDS);
			for meter in [10, 11, 20, 21, 30, 31] {
				let moved: Wh = [ALICE, BOB, CAROL].map(|who| Moved::get((meter, who))).iter().sum();
				assert!(moved <= Meterings::get((meter, START)).unwrap().1);
			}
			assert_eq!(Moved::iter_values().sum::<Wh>(), book().delivered_wh);
		});
	}
}
