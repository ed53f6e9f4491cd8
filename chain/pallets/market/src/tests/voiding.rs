//! Books without a result.

use super::*;
use aipchain_primitives::traits::SettlementGate;

fn orders() {
	assert_ok!(place(ALICE, &[bid(1, 10, 100, 20), bid(2, 10, 50, 20)]));
	assert_ok!(place(BOB, &[offer(1, 20, 100, 10)]));
	Now::put(DEADLINE);
}

#[test]
fn a_book_without_a_result_releases_its_holds_in_bounded_steps() {
	run(|| {
		orders();
		assert_ok!(void(2));
		assert_eq!((held(ALICE), held(BOB)), (0, 100));
		assert_eq!((book().status, book().closed_orders), (BookStatus::Voided, 2));
		assert_ok!(Market::do_try_state());
		assert!(!Market::awaits_settlement(HOME, START));
		assert_ok!(void(2));
		assert_eq!((free(ALICE), free(BOB)), (FUNDS, FUNDS));
		assert_eq!(Orders::<Test>::iter().count() + OrderIds::<Test>::iter().count(), 0);
		assert_eq!(StandingWh::<Test>::iter().count(), 0);
		let events = market_events();
		assert_eq!(
			events[events.len() - 4..],
			[
				Event::OrderClosed {
					number: 0,
					owner: ALICE,
					filled_wh: 0,
					released: 2_000
				},
				Event::OrderClosed {
					number: 1,
					owner: ALICE,
					filled_wh: 0,
					released: 1_000
				},
				Event::OrderClosed {
					number: 2,
					owner: BOB,
					filled_wh: 0,
					released: 100
				},
				Event::BookVoided {
					community: HOME,
					interval_start: START
				},
			]
		);
		assert_storage_noop!(assert_ok!(void(2)));
	});
}

#[test]
fn a_voided_book_takes_no_clearing_and_no_settlement() {
	run(|| {
		orders();
		assert_ok!(void(1));
		assert_noop!(clear(&[trade(0, 2, 1, 15)]), Refused::BookNotOpen);
		Now::put(FINAL_AT);
		assert_noop!(settle(1), Refused::BookNotCleared);
	});
}

#[test]
fn an_empty_book_is_voided_in_one_call() {
	run(|| {
		let price = PostedPrice {
			interval_start: START,
			retail: 3,
			feed_in: 1,
		};
		assert_ok!(Market::post_reference_prices(
			signed(ORACLE),
			HOME,
			vec![price].try_into().unwrap()
		));
		Now::put(DEADLINE);
		assert_ok!(void(1));
		assert_eq!(
			market_events().last(),
			Some(&Event::BookVoided {
				community: HOME,
				interval_start: START
			})
		);
		assert_storage_noop!(assert_ok!(void(1)));
	});
}

#[test]
fn voiding_errors() {
	run(|| {
		assert_noop!(void(1), Refused::NoBook);
		orders();
		assert_noop!(void(0), Refused::BadLimit);
		assert_noop!(void(1_001), Refused::BadLimit);
		let unsigned = Market::void(RuntimeOrigin::none(), HOME, START, 1);
		assert_noop!(unsigned.map_err(|refused| refused.error), BadOrigin);
		Now::put(DEADLINE - 1);
		assert_noop!(void(1), Refused::DeadlineNotPassed);
		assert_ok!(clear(&[trade(0, 2, 1, 15)]));
		Now::put(DEADLINE);
		assert_noop!(void(1), Refused::BookNotOpen);
		Now::put(FINAL_AT);
		assert_ok!(settle(1_000));
		assert_noop!(void(1), Refused::BookNotOpen);
	});
}

#[test]
fn a_voiding_call_is_charged_for_what_it_did() {
	run(|| {
		orders();
		let weight = |limit| Market::void(signed(EVE), HOME, START, limit).unwrap().actual_weight;
		assert_eq!(weight(900), Some(<() as WeightInfo>::void(3)));
		assert_eq!(weight(900), Some(<() as WeightInfo>::void(0)));
	});
}
