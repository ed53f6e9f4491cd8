//! The envelope of a clearing.

use super::*;
use codec::Encode;
use frame::hashing::blake2_256;

/// Orders 0 to 4 of [`START`], with the gate just closed: Alice bids 1,000 Wh at 20 and 100 Wh at 20; Bob offers
/// 600 Wh at 10, Carol 600 Wh at 12, Alice herself 50 Wh at 5. Order 5 is Bob's for the next interval, 6 is Carol's,
/// cancelled.
fn orders() {
	assert_ok!(place(ALICE, &[bid(1, 10, 1_000, 20), bid(2, 10, 100, 20)]));
	assert_ok!(place(BOB, &[offer(1, 20, 600, 10)]));
	assert_ok!(place(CAROL, &[offer(1, 30, 600, 12)]));
	assert_ok!(place(ALICE, &[offer(3, 11, 50, 5)]));
	let next = vec![offer(1, 20, 600, 10)].try_into().unwrap();
	assert_ok!(Market::place_orders(signed(BOB), HOME, START + HOUR, next));
	assert_ok!(place(CAROL, &[offer(2, 30, 600, 12)]));
	assert_ok!(Market::cancel_order(signed(CAROL), 6));
	Now::put(CLOSES_AT);
}

#[test]
fn a_clearing_within_the_envelope_is_recorded() {
	run(|| {
		orders();
		let trades = [trade(0, 2, 600, 10), trade(0, 3, 400, 20), trade(1, 3, 100, 15)];
		assert_ok!(clear(&trades));
		let result = H256(blake2_256(&trades.to_vec().encode()));
		let cleared = book();
		assert_eq!(
			(cleared.status, cleared.trades, cleared.traded_wh),
			(BookStatus::Cleared, 3, 1_100)
		);
		assert_eq!(cleared.result, Some(result));
		assert_eq!(Trades::<Test>::get(KEY).into_inner(), trades);
		assert_eq!(fills(5), [1_000, 100, 600, 500, 0]);
		let expected = Event::IntervalCleared {
			community: HOME,
			interval_start: START,
			rules: RULES,
			result,
			trades: 3,
			traded_wh: 1_100,
			commitment: None,
			operator: OPERATOR,
		};
		assert_eq!(market_events().last(), Some(&expected));
	});
}

#[test]
fn a_clearing_is_accepted_once() {
	run(|| {
		orders();
		assert_ok!(clear(&[trade(0, 2, 600, 10)]));
		Now::put(DEADLINE);
		assert_storage_noop!(assert_ok!(clear(&[trade(0, 2, 600, 10)])));
		assert_noop!(clear(&[trade(0, 2, 600, 11)]), Refused::BookNotOpen);
		let other = vec![trade(0, 2, 600, 10)].try_into().unwrap();
		let nothing = Certificate::Nothing;
		let under_others = Market::submit_clearing(signed(OPERATOR), HOME, START, LATER_RULES, other, nothing);
		assert_noop!(under_others.map_err(|refused| refused.error), Refused::BookNotOpen);
	});
}

#[test]
fn a_clearing_may_be_empty() {
	run(|| {
		orders();
		assert_ok!(clear(&[]));
		assert_eq!((book().status, book().trades), (BookStatus::Cleared, 0));
	});
}

#[test]
fn clearing_errors() {
	run(|| {
		orders();
		let submit = |who, community, start, rules| {
			let trades = vec![trade(0, 2, 600, 10)].try_into().unwrap();
			let submitted = Market::submit_clearing(signed(who), community, start, rules, trades, Certificate::Nothing);
			submitted.map(|_| ()).map_err(|refused| refused.error)
		};
		assert_noop!(submit(OPERATOR, HOME + 1, START, RULES), Refused::UnknownCommunity);
		assert_noop!(submit(ORACLE, HOME, START, RULES), Refused::NotOperator);
		assert_noop!(submit(OPERATOR, HOME, START + 2 * HOUR, RULES), Refused::NoBook);
		assert_noop!(submit(OPERATOR, HOME, START, LATER_RULES), Refused::RulesMismatch);
		let nothing = (Default::default(), Certificate::Nothing);
		let unsigned = Market::submit_clearing(RuntimeOrigin::none(), HOME, START, RULES, nothing.0, nothing.1);
		assert_noop!(unsigned.map_err(|refused| refused.error), BadOrigin);
		Now::put(CLOSES_AT - 1);
		assert_noop!(submit(OPERATOR, HOME, START, RULES), Refused::GateOpen);
		Now::put(DEADLINE);
		assert_noop!(submit(OPERATOR, HOME, START, RULES), Refused::DeadlinePassed);
		Now::put(DEADLINE - 1);
		assert_ok!(submit(OPERATOR, HOME, START, RULES));
	});
}

/// The result `trades` is refused as a whole, at `index` for `rule`.
fn refused(trades: &[Trade], index: u16, rule: Rule) {
	assert_noop!(clear(trades), Refused::TradeRefused(Refusal { index, rule }));
}

#[test]
fn every_rule_refuses_the_whole_result() {
	run(|| {
		orders();
		let good = trade(0, 2, 100, 15);
		refused(&[good, trade(0, 9, 1, 15)], 1, Rule::UnknownOrder);
		refused(&[good, trade(9, 2, 1, 15)], 1, Rule::UnknownOrder);
		refused(&[good, trade(0, 5, 1, 15)], 1, Rule::WrongBook);
		refused(&[good, trade(0, 6, 1, 15)], 1, Rule::OrderNotOpen);
		refused(&[good, trade(2, 3, 1, 15)], 1, Rule::WrongSide);
		refused(&[good, trade(0, 1, 1, 15)], 1, Rule::WrongSide);
		refused(&[good, trade(0, 0, 1, 20)], 1, Rule::WrongSide);
		refused(&[good, trade(0, 3, 0, 15)], 1, Rule::ZeroEnergy);
		refused(&[good, trade(0, 3, 1, 21)], 1, Rule::AboveBidLimit);
		refused(&[good, trade(0, 3, 1, 11)], 1, Rule::BelowOfferLimit);
		refused(&[good, trade(0, 4, 1, 15)], 1, Rule::SelfTrade);
		refused(&[good, trade(0, 3, 901, 15)], 1, Rule::BidOverfilled);
		refused(&[good, trade(1, 2, 101, 15)], 1, Rule::BidOverfilled);
		refused(&[trade(0, 2, 550, 15), trade(1, 2, 51, 15)], 1, Rule::OfferOverfilled);
		refused(&[good, trade(0, 3, 1, 15), trade(0, 2, 1, 15)], 2, Rule::ListedTwice);
		refused(&[trade(0, 9, 1, 15), good], 0, Rule::UnknownOrder);
	});
}

#[test]
fn an_order_placed_after_the_gate_is_refused() {
	run(|| {
		orders();
		Orders::<Test>::mutate(3, |order| order.as_mut().unwrap().placed_at = CLOSES_AT);
		refused(&[trade(0, 2, 1, 15), trade(0, 3, 1, 15)], 1, Rule::PlacedAfterGate);
	});
}

#[test]
fn the_first_rule_in_order_is_named() {
	run(|| {
		orders();
		refused(&[trade(0, 5, 0, 99)], 0, Rule::WrongBook);
		refused(&[trade(0, 6, 0, 99)], 0, Rule::OrderNotOpen);
		refused(&[trade(0, 4, 9_999, 99)], 0, Rule::AboveBidLimit);
		refused(&[trade(0, 2, 600, 15), trade(0, 2, 500, 15)], 1, Rule::BidOverfilled);
	});
}

#[test]
fn a_refusal_is_three_bytes_after_the_error() {
	let error: DispatchError = Refused::TradeRefused(Refusal {
		index: 258,
		rule: Rule::SelfTrade,
	})
	.into();
	let DispatchError::Module(module) = error else {
		panic!("not a module's error")
	};
	assert_eq!(module.error, [24, 2, 1, 8,]);
}

/// No connection carries so much; the check guards against orders that cannot be.
#[test]
fn traded_energy_that_does_not_fit_is_refused() {
	run(|| {
		let most = u64::MAX;
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 0), bid(2, 10, 1, 0)]));
		assert_ok!(place(BOB, &[offer(1, 20, 1, 0), offer(2, 20, 1, 0)]));
		Now::put(CLOSES_AT);
		hypothetically!({
			(0..4).for_each(|number| Orders::<Test>::mutate(number, |order| order.as_mut().unwrap().wh = most));
			assert_noop!(clear(&[trade(0, 2, most, 0), trade(1, 3, 1, 0)]), Refused::Overflow);
			assert_ok!(clear(&[trade(0, 2, most - 1, 0), trade(1, 3, 1, 0)]));
		});
	});
}

fn one_price() -> Certificate {
	Certificate::UniformPrice { price: 10 }
}

fn no_duals() -> Certificate {
	Certificate::Optimum {
		duals: Default::default(),
		lines: Default::default(),
	}
}

#[test]
fn a_certificate_is_of_the_kind_that_the_terms_ask_for() {
	run(|| {
		orders();
		let kinds = [
			(Proof::Envelope, Certificate::Nothing),
			(Proof::UniformPrice, one_price()),
			(Proof::Optimum, no_duals()),
		];
		for (asked, _) in &kinds {
			demand(*asked);
			for (_, other) in kinds.iter().filter(|(proof, _)| proof != asked) {
				assert_noop!(prove(&[trade(9, 9, 0, 0)], other.clone()), Refused::WrongCertificate);
			}
		}
		demand(Proof::Envelope);
		let other = Market::submit_clearing(
			signed(OPERATOR),
			HOME,
			START,
			LATER_RULES,
			Default::default(),
			one_price(),
		);
		assert_noop!(other.map_err(|refused| refused.error), Refused::RulesMismatch);
	});
}

#[test]
fn the_envelope_goes_before_the_certificate() {
	run(|| {
		orders();
		demand(Proof::UniformPrice);
		let refusal = Refusal {
			index: 0,
			rule: Rule::UnknownOrder,
		};
		assert_noop!(
			prove(&[trade(0, 9, 1, 11)], one_price()),
			Refused::TradeRefused(refusal)
		);
	});
}

#[test]
fn a_rule_without_terms_asks_for_the_envelope() {
	run(|| {
		demand(Proof::UniformPrice);
		orders();
		Books::<Test>::mutate(KEY, |book| book.as_mut().unwrap().rules.clear = H256::zero());
		let rules = book().rules;
		let trades = vec![trade(0, 2, 600, 10)].try_into().unwrap();
		let submitted = Market::submit_clearing(signed(OPERATOR), HOME, START, rules, trades, Certificate::Nothing);
		assert_ok!(submitted);
	});
}

#[test]
fn the_accepted_result_again_changes_nothing_whatever_proves_it() {
	run(|| {
		orders();
		assert_ok!(clear(&[trade(0, 2, 600, 10)]));
		assert_storage_noop!(assert_ok!(prove(&[trade(0, 2, 600, 10)], one_price())));
		assert_storage_noop!(assert_ok!(prove(&[trade(0, 2, 600, 10)], no_duals())));
	});
}

#[test]
fn a_flaw_is_one_byte_after_the_error() {
	let DispatchError::Module(module) = flaw(Flaw::BoundNotMet).into() else {
		panic!("not a module's error")
	};
	assert_eq!(module.error, [30, 5, 0, 0]);
}
