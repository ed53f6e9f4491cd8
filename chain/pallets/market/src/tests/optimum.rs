//! The proof of an optimum: the chain adds up and commits.

use super::*;
use codec::Encode;
use frame::hashing::blake2_256;

pub fn dual(order: OrderNumber, wh: Wh, surplus: Price) -> Dual {
	Dual { order, wh, surplus }
}

pub fn optimum(duals: &[Dual], lines: &[LinePrice]) -> Certificate {
	Certificate::Optimum {
		duals: duals.to_vec().try_into().unwrap(),
		lines: lines.to_vec().try_into().unwrap(),
	}
}

/// Carrying from zone 1 to zone 0 costs 3.
pub fn charged() {
	let charge = ZoneCharge {
		from: 1,
		to: 0,
		price: 3,
	};
	Demanded::mutate(|terms| {
		terms.proof = Proof::Optimum;
		terms.charges = vec![charge].try_into().unwrap();
	});
}

/// So much may leave and enter zone 1.
pub fn limited(out_wh: Wh, in_wh: Wh) {
	let limit = LineLimit { zone: 1, out_wh, in_wh };
	Demanded::mutate(|terms| terms.limits = vec![limit].try_into().unwrap());
}

pub fn line(zone: u16, out: Price, into: Price) -> LinePrice {
	LinePrice { zone, out, into }
}

/// Alice bids 100 Wh at 20 in zone 0 (order 0); Bob offers 60 Wh at 10 in zone 0 (1), Carol 60 Wh at 12 in zone 1 (2),
/// which is worth 5 to Alice.
pub fn orders() {
	assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
	assert_ok!(place(BOB, &[offer(1, 20, 60, 10)]));
	assert_ok!(place(CAROL, &[offer(1, 31, 60, 12)]));
	charged();
	Now::put(CLOSES_AT);
}

/// The best trades of [`orders`], worth 60 x 10 + 40 x 5 = 800, and what proves them.
pub fn best() -> (Vec<Trade>, Vec<Dual>) {
	let trades = vec![trade(0, 1, 60, 12), trade(0, 2, 40, 15)];
	(trades, vec![dual(0, 100, 5), dual(1, 60, 5), dual(2, 60, 0)])
}

#[test]
fn an_optimum_is_committed_to() {
	run(|| {
		orders();
		let (trades, duals) = best();
		assert_ok!(prove(&trades, optimum(&duals, &[])));
		let hash = |bytes: &[u8]| blake2_256(bytes).to_vec();
		let leaf = |place: usize| hash(&duals[place].encode());
		let root = hash(&[hash(&[leaf(0), leaf(1)].concat()), leaf(2)].concat());
		let root = H256::from_slice(&root);
		assert_eq!((book().status, book().commitment), (BookStatus::Cleared, Some(root)));
		let expected = Event::IntervalCleared {
			community: HOME,
			interval_start: START,
			rules: RULES,
			result: book().result.unwrap(),
			trades: 2,
			traded_wh: 100,
			commitment: Some(root),
			operator: OPERATOR,
		};
		assert_eq!(market_events().last(), Some(&expected));
		assert!(!LinePrices::<Test>::contains_key(KEY));
	});
}

#[test]
fn a_book_without_orders_commits_to_zero() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 100, 20)]));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		charged();
		Now::put(CLOSES_AT);
		assert_ok!(prove(&[], optimum(&[], &[])));
		assert_eq!(book().commitment, Some(H256::zero()));
	});
}

/// Of what stands in the book, `trades` are refused for what `duals` and `lines` lack.
fn refused(trades: &[Trade], duals: &[Dual], lines: &[LinePrice], why: Flaw) {
	assert_noop!(prove(trades, optimum(duals, lines)), flaw(why));
}

#[test]
fn duals_are_listed_once_and_in_order() {
	run(|| {
		orders();
		let (trades, duals) = best();
		let [a, b, c] = duals[..] else { panic!("three") };
		refused(&trades, &[b, a, c], &[], Flaw::DualsOutOfOrder);
		refused(&trades, &[a, b, b], &[], Flaw::DualsOutOfOrder);
		refused(&trades, &[b, a], &[], Flaw::DualsOutOfOrder);
	});
}

#[test]
fn there_is_a_dual_for_each_standing_order() {
	run(|| {
		assert_ok!(place(ALICE, &[bid(1, 10, 1, 1)]));
		assert_ok!(Market::cancel_order(signed(ALICE), 0));
		assert_ok!(place(ALICE, &[bid(2, 10, 100, 20)]));
		charged();
		Now::put(CLOSES_AT);
		refused(&[], &[], &[], Flaw::DualsIncomplete);
		refused(&[], &[dual(0, 1, 0), dual(1, 100, 0)], &[], Flaw::DualsIncomplete);
		assert_ok!(prove(&[], optimum(&[dual(1, 100, 0)], &[])));
	});
}

#[test]
fn the_bound_is_met_exactly() {
	run(|| {
		orders();
		let (trades, duals) = best();
		let [a, b, c] = duals[..] else { panic!("three") };
		refused(&trades, &[dual(0, 101, 5), b, c], &[], Flaw::BoundNotMet);
		refused(&trades, &[a, dual(1, 60, 4), c], &[], Flaw::BoundNotMet);
		refused(&trades, &[a, b, dual(2, 1, 1)], &[], Flaw::BoundNotMet);
		refused(&trades[..1], &duals, &[], Flaw::BoundNotMet);
		assert_ok!(prove(&trades, optimum(&duals, &[])));
	});
}

#[test]
fn trades_that_cost_more_than_they_are_worth_meet_no_bound() {
	run(|| {
		orders();
		Demanded::mutate(|terms| terms.charges[0].price = 9);
		let nothing = [dual(0, 100, 0), dual(1, 60, 0), dual(2, 60, 0)];
		refused(&[trade(0, 2, 1, 15)], &nothing, &[], Flaw::BoundNotMet);
		assert_ok!(prove(&[], optimum(&nothing, &[])));
	});
}

#[test]
fn every_limited_line_has_a_price() {
	run(|| {
		orders();
		limited(100, 100);
		let (trades, duals) = best();
		for lines in [&[][..], &[line(0, 0, 0)], &[line(1, 0, 0), line(2, 0, 0)]] {
			refused(&trades, &duals, lines, Flaw::OtherLines);
		}
		refused(&trades, &duals[1..], &[], Flaw::DualsIncomplete);
		assert_ok!(prove(&trades, optimum(&duals, &[line(1, 0, 0)])));
		assert_eq!(LinePrices::<Test>::get(KEY).into_inner(), [line(1, 0, 0)]);
	});
}

/// Only 30 Wh leave zone 1: 60 x 10 + 30 x 5 = 750 is the most. One more out of it would be worth 5.
#[test]
fn a_line_that_is_full_has_its_share_of_the_bound() {
	run(|| {
		orders();
		limited(30, 7);
		let trades = [trade(0, 1, 60, 12), trade(0, 2, 30, 15)];
		let duals = [dual(0, 100, 0), dual(1, 60, 10), dual(2, 60, 0)];
		refused(&trades, &duals, &[line(1, 4, 0)], Flaw::BoundNotMet);
		refused(&trades, &duals, &[line(1, 5, 1)], Flaw::BoundNotMet);
		assert_ok!(prove(&trades, optimum(&duals, &[line(1, 5, 0)])));
	});
}

#[test]
fn sums_that_do_not_fit_are_refused() {
	run(|| {
		orders();
		let (trades, duals) = best();
		let most = u64::MAX;
		let great = |order| dual(order, most, most);
		let two = [great(0), great(1), duals[2]];
		assert_noop!(prove(&trades, optimum(&two, &[])), Refused::Overflow);
		refused(&trades, &[great(0), duals[1], duals[2]], &[], Flaw::BoundNotMet);
		hypothetically!({
			limited(most, most);
			let one = [great(0), duals[1], duals[2]];
			assert_noop!(prove(&trades, optimum(&one, &[line(1, 0, most)])), Refused::Overflow);
		});
		hypothetically!({
			for number in [0, 1] {
				Orders::<Test>::mutate(number, |order| order.as_mut().unwrap().wh = most);
			}
			Orders::<Test>::mutate(0, |order| order.as_mut().unwrap().limit_price = most);
			assert_noop!(prove(&[trade(0, 1, most, 12)], optimum(&duals, &[])), Refused::Overflow);
		});
	});
}

#[test]
fn an_order_of_a_meter_that_is_gone_is_corruption() {
	run(|| {
		orders();
		let (trades, duals) = best();
		hypothetically!({
			Orders::<Test>::mutate(1, |order| order.as_mut().unwrap().meter = 100);
			assert_noop!(prove(&trades, optimum(&duals, &[])), DispatchError::Corruption);
		});
	});
}

#[test]
fn a_commitment_is_charged_for_its_duals() {
	run(|| {
		orders();
		let (trades, duals) = best();
		let expected = <() as WeightInfo>::submit_clearing(2).saturating_add(<() as WeightInfo>::commit_optimum(2, 3));
		assert_eq!(Market::most_clearing_weight(2, &optimum(&duals, &[])), expected);
		assert_eq!(
			submit(&trades, optimum(&duals, &[])).unwrap().actual_weight,
			Some(expected)
		);
	});
}
