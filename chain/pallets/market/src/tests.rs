//! Every call and every error of the market. Shared builders are here, the tests in one module per stage.

use crate::{mock::*, *};
use aipchain_primitives::*;
use frame::{
	prelude::*,
	testing_prelude::*,
	token::fungible::{InspectHold, MutateHold},
};

mod challenges;
mod clearing;
mod optimum;
mod orders;
mod settlement;
mod uniform_price;
mod voiding;

type Refused = Error<Test>;
const KEY: BookKey = (HOME, START);

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn bid(id: u64, meter: MeterId, wh: Wh, limit_price: Price) -> NewOrder {
	NewOrder {
		id,
		meter,
		side: Side::Bid,
		wh,
		limit_price,
	}
}

fn offer(id: u64, meter: MeterId, wh: Wh, limit_price: Price) -> NewOrder {
	NewOrder {
		id,
		meter,
		side: Side::Offer,
		wh,
		limit_price,
	}
}

/// Place `orders` for [`START`]; the caller checks the outcome.
fn place(who: u64, orders: &[NewOrder]) -> DispatchResult {
	let placed = Market::place_orders(signed(who), HOME, START, orders.to_vec().try_into().unwrap());
	placed.map(|_| ()).map_err(|refused| refused.error)
}

fn trade(bid: OrderNumber, offer: OrderNumber, wh: Wh, price: Price) -> Trade {
	Trade { bid, offer, wh, price }
}

fn clear(trades: &[Trade]) -> DispatchResult {
	prove(trades, Certificate::Nothing)
}

/// Submit `trades` with what shall prove them.
fn prove(trades: &[Trade], certificate: Certificate) -> DispatchResult {
	submit(trades, certificate).map(|_| ()).map_err(|refused| refused.error)
}

fn submit(trades: &[Trade], certificate: Certificate) -> DispatchResultWithPostInfo {
	let trades = trades.to_vec().try_into().unwrap();
	Market::submit_clearing(signed(OPERATOR), HOME, START, RULES, trades, certificate)
}

/// The terms of the rule ask for this.
fn demand(proof: Proof) {
	Demanded::mutate(|terms| terms.proof = proof);
}

fn flaw(flaw: Flaw) -> Refused {
	Refused::CertificateRefused(flaw)
}

/// Energy of the first `count` orders' trades.
fn fills(count: u64) -> Vec<Wh> {
	let fill = |number| Orders::<Test>::get(number).unwrap().filled_wh;
	(0..count).map(fill).collect()
}

fn settle(limit: u32) -> DispatchResult {
	Market::settle(signed(EVE), HOME, START, limit)
		.map(|_| ())
		.map_err(|refused| refused.error)
}

fn void(limit: u32) -> DispatchResult {
	Market::void(signed(EVE), HOME, START, limit)
		.map(|_| ())
		.map_err(|refused| refused.error)
}

fn held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::Escrow.into(), &who)
}

fn free(who: u64) -> Balance {
	Balances::free_balance(who)
}

fn book() -> Book {
	Books::<Test>::get(KEY).unwrap()
}

fn market_events() -> Vec<Event<Test>> {
	let of_market = |event| {
		if let RuntimeEvent::Market(event) = event {
			Some(event)
		} else {
			None
		}
	};
	System::read_events_for_pallet::<RuntimeEvent>()
		.into_iter()
		.filter_map(of_market)
		.collect()
}
