//! Faults of accepted clearings, and what becomes of their books.

use super::{
	optimum::{best, charged, dual, limited, line, optimum, orders},
	*,
};
use codec::Encode;
use frame::hashing::BlakeTwo256;

/// The way from the dual at `index` to the commitment of all.
fn leaf(duals: &[Dual], index: usize) -> Leaf {
	let leaves: Vec<_> = duals.iter().map(Encode::encode).collect();
	let proof = binary_merkle_tree::merkle_proof::<BlakeTwo256, _, _>(leaves, index as u32);
	Leaf {
		dual: duals[index],
		index: index as u32,
		path: proof.proof.try_into().unwrap(),
	}
}

fn pair(duals: &[Dual], bid: usize, offer: usize) -> Fault {
	Fault::Pair {
		bid: leaf(duals, bid),
		offer: leaf(duals, offer),
	}
}

fn false_dual(duals: &[Dual], index: usize) -> Fault {
	Fault::Dual {
		leaf: leaf(duals, index),
	}
}

fn challenge(fault: Fault) -> DispatchResult {
	Market::challenge_clearing(signed(EVE), HOME, START, fault)
		.map(|_| ())
		.map_err(|refused| refused.error)
}

/// Alice buys from Carol only, which is worth 300; the duals add up to that, but Alice and Bob would gain 10.
fn second_best() -> Vec<Dual> {
	let duals = vec![dual(0, 100, 3), dual(1, 60, 0), dual(2, 60, 0)];
	assert_ok!(prove(&[trade(0, 2, 60, 15)], optimum(&duals, &[])));
	duals
}

/// The same with the best trades.
fn proven() -> Vec<Dual> {
	let (trades, duals) = best();
	assert_ok!(prove(&trades, optimum(&duals, &[])));
	duals
}

#[test]
fn a_pair_worth_more_than_its_duals_overturns_the_clearing() {
	run(|| {
		orders();
		let before = book();
		let duals = second_best();
		let result = book().result.unwrap();
		let held = (held(ALICE), held(BOB), held(CAROL));
		assert_ok!(challenge(pair(&duals, 0, 1)));
		assert_eq!(book(), before);
		assert_eq!(fills(3), [0, 0, 0]);
		assert!(!Trades::<Test>::contains_key(KEY));
		assert_eq!((super::held(ALICE), super::held(BOB), super::held(CAROL)), held);
		let expected = Event::ClearingOverturned {
			community: HOME,
			interval_start: START,
			result,
			challenger: EVE,
		};
		assert_eq!(market_events().last(), Some(&expected));
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::BookNotCleared);
	});
}

#[test]
fn an_optimum_has_no_faults() {
	run(|| {
		orders();
		let duals = proven();
		for (bid, offer) in [(0, 1), (0, 2), (1, 0), (1, 2), (0, 0)] {
			assert_noop!(challenge(pair(&duals, bid, offer)), Refused::NoFault);
		}
		for index in 0..3 {
			assert_noop!(challenge(false_dual(&duals, index)), Refused::NoFault);
		}
		for zone in 0..3 {
			assert_noop!(challenge(Fault::Line { zone }), Refused::NoFault);
		}
	});
}

#[test]
fn a_pair_as_good_as_its_duals_is_no_fault() {
	run(|| {
		orders();
		let duals = second_best();
		assert_noop!(challenge(pair(&duals, 1, 0)), Refused::NoFault);
		hypothetically!({
			Orders::<Test>::mutate(0, |order| order.as_mut().unwrap().limit_price = 13);
			assert_noop!(challenge(pair(&duals, 0, 1)), Refused::NoFault);
			Orders::<Test>::mutate(0, |order| order.as_mut().unwrap().limit_price = 14);
			assert_ok!(challenge(pair(&duals, 0, 1)));
		});
		hypothetically!({
			Orders::<Test>::mutate(2, |order| order.as_mut().unwrap().limit_price = 14);
			assert_noop!(challenge(pair(&duals, 0, 2)), Refused::NoFault);
			Orders::<Test>::mutate(2, |order| order.as_mut().unwrap().limit_price = 13);
			assert_ok!(challenge(pair(&duals, 0, 2)));
		});
	});
}

#[test]
fn one_owner_is_no_pair() {
	run(|| {
		orders();
		let duals = second_best();
		hypothetically!({
			Orders::<Test>::mutate(1, |order| order.as_mut().unwrap().owner = ALICE);
			assert_noop!(challenge(pair(&duals, 0, 1)), Refused::NoFault);
		});
	});
}

#[test]
fn a_price_of_a_line_counts_between_zones_only() {
	run(|| {
		orders();
		limited(30, 7);
		let trades = [trade(0, 1, 60, 12), trade(0, 2, 30, 15)];
		let duals = [dual(0, 100, 0), dual(1, 60, 10), dual(2, 60, 0)];
		assert_ok!(prove(&trades, optimum(&duals, &[line(1, 5, 0)])));
		assert_noop!(challenge(pair(&duals, 0, 2)), Refused::NoFault);
		let prices = |price| LinePrices::<Test>::insert(KEY, LinePriceList::truncate_from(vec![price]));
		hypothetically!({
			prices(line(1, 6, 1));
			assert_noop!(challenge(pair(&duals, 0, 2)), Refused::NoFault);
		});
		hypothetically!({
			prices(line(1, 5, 1));
			assert_ok!(challenge(pair(&duals, 0, 2)));
		});
		hypothetically!({
			prices(line(0, 0, 5));
			assert_noop!(challenge(pair(&duals, 0, 2)), Refused::NoFault);
			prices(line(0, 0, 4));
			assert_ok!(challenge(pair(&duals, 0, 2)));
		});
		hypothetically!({
			prices(line(0, 9, 0));
			assert_noop!(challenge(pair(&duals, 0, 1)), Refused::NoFault);
			Orders::<Test>::mutate(1, |order| order.as_mut().unwrap().limit_price = 9);
			assert_ok!(challenge(pair(&duals, 0, 1)));
			assert!(!LinePrices::<Test>::contains_key(KEY));
		});
	});
}

/// Alice's bid of 100 Wh stands as order 1; 0 is cancelled, 2 is of the next interval.
fn lonely() {
	assert_ok!(place(ALICE, &[bid(1, 10, 1, 1), bid(2, 10, 100, 20)]));
	assert_ok!(Market::cancel_order(signed(ALICE), 0));
	let next = vec![offer(1, 20, 600, 10)].try_into().unwrap();
	assert_ok!(Market::place_orders(signed(BOB), HOME, START + HOUR, next));
	charged();
	Now::put(CLOSES_AT);
}

#[test]
fn a_dual_of_no_such_order_overturns_the_clearing() {
	for false_one in [dual(0, 1, 0), dual(1, 99, 0), dual(2, 600, 0), dual(9, 100, 0)] {
		run(|| {
			lonely();
			assert_ok!(prove(&[], optimum(&[false_one], &[])));
			assert_ok!(challenge(false_dual(&[false_one], 0)));
			assert_eq!(book().commitment, None);
		});
	}
	run(|| {
		lonely();
		let right = dual(1, 100, 0);
		assert_ok!(prove(&[], optimum(&[right], &[])));
		assert_noop!(challenge(false_dual(&[right], 0)), Refused::NoFault);
	});
}

#[test]
fn a_dual_of_no_such_order_is_no_pair() {
	run(|| {
		assert_ok!(place(BOB, &[offer(1, 20, 60, 10)]));
		lonely_bid_of_the_next_interval();
		charged();
		Now::put(CLOSES_AT);
		let duals = [dual(1, 100, 0)];
		assert_ok!(prove(&[], optimum(&duals, &[])));
		assert_noop!(challenge(pair(&duals, 0, 0)), Refused::NoFault);
	});
}

fn lonely_bid_of_the_next_interval() {
	let next = vec![bid(1, 10, 100, 20)].try_into().unwrap();
	assert_ok!(Market::place_orders(signed(ALICE), HOME, START + HOUR, next));
}

#[test]
fn a_leaf_is_one_of_those_committed_to() {
	run(|| {
		orders();
		let duals = second_best();
		let refused = |bend: &dyn Fn(&mut Leaf)| {
			let mut bent = leaf(&duals, 1);
			bend(&mut bent);
			let (bid, offer) = (leaf(&duals, 0), bent.clone());
			assert_noop!(challenge(Fault::Pair { bid, offer }), Refused::BadProof);
			let (bid, offer) = (bent.clone(), leaf(&duals, 0));
			assert_noop!(challenge(Fault::Pair { bid, offer }), Refused::BadProof);
			assert_noop!(challenge(Fault::Dual { leaf: bent }), Refused::BadProof);
		};
		refused(&|leaf| leaf.dual.surplus = 1);
		refused(&|leaf| leaf.dual.wh = 61);
		refused(&|leaf| leaf.dual.order = 0);
		refused(&|leaf| leaf.index = 0);
		refused(&|leaf| leaf.index = 3);
		refused(&|leaf| leaf.index = u32::MAX);
		refused(&|leaf| leaf.path[0] = H256::zero());
		refused(&|leaf| leaf.path = Default::default());
		refused(&|leaf| leaf.path = vec![H256::zero(); MAX_PATH as usize].try_into().unwrap());
	});
}

#[test]
fn the_longest_path_is_that_of_the_greatest_book() {
	let duals: Vec<_> = (0..u64::from(MAX_PROVEN_ORDERS))
		.map(|order| dual(order, 1, 0))
		.collect();
	assert_eq!(leaf(&duals, 0).path.len() as u32, MAX_PATH);
}

#[test]
fn a_clearing_without_a_commitment_has_no_duals() {
	run(|| {
		orders();
		demand(Proof::Envelope);
		assert_ok!(clear(&[trade(0, 1, 60, 12)]));
		let (_, duals) = best();
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::NotCommitted);
		assert_noop!(challenge(false_dual(&duals, 0)), Refused::NotCommitted);
	});
}

/// Carol's 40 Wh leave zone 1 for Alice.
fn carried() {
	orders();
	demand(Proof::Envelope);
	assert_ok!(clear(&[trade(0, 1, 60, 12), trade(0, 2, 40, 15)]));
}

#[test]
fn a_line_that_carries_too_much_overturns_the_clearing() {
	run(|| {
		carried();
		limited(40, 0);
		assert_noop!(challenge(Fault::Line { zone: 1 }), Refused::NoFault);
		limited(39, 0);
		assert_noop!(challenge(Fault::Line { zone: 0 }), Refused::NoFault);
		assert_noop!(challenge(Fault::Line { zone: 2 }), Refused::NoFault);
		assert_ok!(challenge(Fault::Line { zone: 1 }));
		assert_eq!((book().status, fills(3)), (BookStatus::Open, vec![0, 0, 0]));
	});
}

#[test]
fn a_line_is_limited_either_way() {
	run(|| {
		carried();
		let at_home = |out_wh, in_wh| {
			limited(out_wh, in_wh);
			Demanded::mutate(|terms| terms.limits[0].zone = 0);
		};
		at_home(0, 40);
		assert_noop!(challenge(Fault::Line { zone: 0 }), Refused::NoFault);
		at_home(1_000, 39);
		assert_ok!(challenge(Fault::Line { zone: 0 }));
	});
}

#[test]
fn what_goes_both_ways_over_a_line_is_netted() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 50, 20), offer(2, 10, 30, 5)]));
		assert_ok!(place(CAROL, &[offer(1, 31, 50, 5), bid(2, 31, 30, 20)]));
		Now::put(CLOSES_AT);
		assert_ok!(clear(&[trade(0, 2, 50, 9), trade(3, 1, 30, 9)]));
		limited(20, 0);
		assert_noop!(challenge(Fault::Line { zone: 1 }), Refused::NoFault);
		limited(19, 0);
		assert_ok!(challenge(Fault::Line { zone: 1 }));
	});
}

#[test]
fn an_overturned_book_takes_another_clearing() {
	run(|| {
		orders();
		let duals = second_best();
		Now::put(DEADLINE - 1);
		assert_ok!(challenge(pair(&duals, 0, 1)));
		assert_ok!(Market::do_try_state());
		let duals = proven();
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::NoFault);
		assert_eq!(fills(3), [100, 60, 40]);
		Now::put(FINAL_AT);
		assert_ok!(settle(1_000));
		assert!(LinePrices::<Test>::iter().next().is_none() && book().commitment.is_some());
	});
}

#[test]
fn an_overturned_book_is_voided_after_its_deadline() {
	run(|| {
		orders();
		let duals = second_best();
		Now::put(FINAL_AT - 1);
		assert_ok!(challenge(pair(&duals, 0, 1)));
		let (trades, duals) = best();
		assert_noop!(prove(&trades, optimum(&duals, &[])), Refused::DeadlinePassed);
		assert_noop!(settle(1), Refused::BookNotCleared);
		assert_ok!(void(1_000));
		assert_eq!((free(ALICE), free(BOB), free(CAROL)), (FUNDS, FUNDS, FUNDS));
		assert_noop!(challenge(Fault::Line { zone: 1 }), Refused::BookNotCleared);
	});
}

#[test]
fn challenging_errors() {
	run(|| {
		assert_noop!(challenge(Fault::Line { zone: 1 }), Refused::NoBook);
		orders();
		assert_noop!(challenge(Fault::Line { zone: 1 }), Refused::BookNotCleared);
		let duals = second_best();
		let unsigned = Market::challenge_clearing(RuntimeOrigin::none(), HOME, START, pair(&duals, 0, 1));
		assert_noop!(unsigned.map_err(|refused| refused.error), BadOrigin);
		Now::put(FINAL_AT);
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::ChallengeTooLate);
		assert_ok!(settle(1_000));
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::BookNotCleared);
	});
}

/// A later vote gives the interval a longer grace.
fn lengthen_grace() {
	Voted::put(Parameters {
		grace_s: 9_000,
		..parameters()
	});
}

#[test]
fn a_challenge_has_as_long_as_the_readings() {
	run(|| {
		orders();
		let duals = second_best();
		Now::put(FINAL_AT);
		lengthen_grace();
		assert_ok!(challenge(pair(&duals, 0, 1)));
	});
}

#[test]
fn a_book_whose_settlement_began_is_not_overturned() {
	run(|| {
		orders();
		let duals = second_best();
		Now::put(FINAL_AT);
		assert_ok!(settle(1));
		lengthen_grace();
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::ChallengeTooLate);
	});
	run(|| {
		orders();
		let duals = [dual(0, 100, 0), dual(1, 60, 0), dual(2, 60, 0)];
		assert_ok!(prove(&[], optimum(&duals, &[])));
		Now::put(FINAL_AT);
		assert_ok!(settle(1));
		lengthen_grace();
		assert_noop!(challenge(pair(&duals, 0, 1)), Refused::ChallengeTooLate);
	});
}

#[test]
fn a_challenge_is_charged_for_the_trades_it_undid() {
	run(|| {
		orders();
		let duals = second_best();
		type W = ();
		let weight = |fault: Fault| {
			Market::challenge_clearing(signed(EVE), HOME, START, fault)
				.unwrap()
				.actual_weight
		};
		hypothetically!({
			let shown = W::challenge_pair().saturating_add(W::overturn(1));
			assert_eq!(weight(pair(&duals, 0, 1)), Some(shown));
		});
		limited(0, 0);
		let shown = W::challenge_line(1).saturating_add(W::overturn(1));
		assert_eq!(weight(Fault::Line { zone: 1 }), Some(shown));
		let most = W::challenge_line(MAX_TRADES).saturating_add(W::overturn(MAX_TRADES));
		assert_eq!(Market::challenge_weight(&Fault::Line { zone: 1 }, MAX_TRADES), most);
	});
}

#[test]
fn a_state_that_cannot_be_is_corruption() {
	run(|| {
		orders();
		let duals = second_best();
		let noticed = |spoil: &dyn Fn()| {
			hypothetically!({
				spoil();
				assert_noop!(challenge(pair(&duals, 0, 1)), DispatchError::Corruption);
			});
		};
		noticed(&|| Orders::<Test>::remove(2));
		noticed(&|| Orders::<Test>::mutate(2, |order| order.as_mut().unwrap().filled_wh = 59));
		noticed(&|| Orders::<Test>::mutate(1, |order| order.as_mut().unwrap().meter = 100));
		noticed(&|| Books::<Test>::mutate(KEY, |book| book.as_mut().unwrap().result = None));
	});
}
