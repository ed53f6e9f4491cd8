//! The largest calls of the energy community fit into a block, several of them together; larger ones are refused.

use aipchain_primitives::{RuleSet, Side};
use aipchain_runtime::{
	configs::{RuntimeBlockLength, RuntimeBlockWeights},
	Market as MarketPallet, Runtime, RuntimeCall, RuntimeOrigin,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_noop,
	dispatch::{DispatchClass, GetDispatchInfo},
	weights::Weight,
};
use pallet_energy::Call as Energy;
use pallet_market::{
	Call as Market, Certificate, Dual, Fault, LinePrice, NewOrder, Trade, WeightInfo, MAX_PROVEN_ORDERS, MAX_TRADES,
};
use pallet_metering::{types::SignedReading, Call as Metering};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::Alice;

use crate::genesis::chain;

/// Signature, account, nonce, era, tip: more than a signed transaction adds to its call.
const ENVELOPE: usize = 200;

fn many<T, B: TryFrom<Vec<T>>>(count: u32, item: impl Fn(u32) -> T) -> B {
	let items: Vec<T> = (0..count).map(item).collect();
	B::try_from(items).ok().expect("the call takes that many")
}

/// What a block has for transactions.
fn room() -> Weight {
	let weights = RuntimeBlockWeights::get();
	let total = weights.get(DispatchClass::Normal).max_total;
	total.expect("a block is limited").saturating_sub(weights.base_block)
}

/// How many such calls one block takes.
fn fit(call: RuntimeCall) -> u64 {
	let weights = RuntimeBlockWeights::get();
	let normal = weights.get(DispatchClass::Normal);
	let info = call.get_dispatch_info();
	let limit = normal.max_extrinsic.expect("a transaction is limited");
	assert!(
		info.call_weight.all_lte(limit),
		"{:?} is more than {limit:?}",
		info.call_weight
	);
	let length = *RuntimeBlockLength::get().max.get(DispatchClass::Normal) as usize;
	let by_length = (length / (call.encoded_size() + ENVELOPE)) as u64;
	let weight = info.call_weight.saturating_add(normal.base_extrinsic);
	by_length.min(room().checked_div_per_component(&weight).unwrap_or(0))
}

/// Whether the call decodes when its last argument, a list, is `items`.
fn takes(call: &RuntimeCall, arguments: impl Encode, items: Vec<impl Encode>) -> bool {
	let name = call.encode().into_iter().take(2).collect::<Vec<u8>>();
	let bytes = [name, (arguments, items).encode()].concat();
	RuntimeCall::decode(&mut &bytes[..]).is_ok()
}

fn order(id: u32) -> NewOrder {
	NewOrder {
		id: id.into(),
		meter: id,
		side: Side::Bid,
		wh: 1_000,
		limit_price: 1_000_000_000,
	}
}

fn place_orders(count: u32) -> RuntimeCall {
	RuntimeCall::Market(Market::place_orders {
		community: 0,
		interval_start: 0,
		orders: many(count, order),
	})
}

fn trade(n: u32) -> Trade {
	Trade {
		bid: n.into(),
		offer: n.into(),
		wh: 1_000,
		price: 1_000_000_000,
	}
}

const RULES: RuleSet = RuleSet {
	price: H256::zero(),
	clear: H256::zero(),
};

fn submit_clearing(count: u32, certificate: Certificate) -> RuntimeCall {
	RuntimeCall::Market(Market::submit_clearing {
		community: 0,
		interval_start: 0,
		rules: RULES,
		trades: many(count, trade),
		certificate,
	})
}

fn dual(order: u32) -> Dual {
	Dual {
		order: order.into(),
		wh: 1_000,
		surplus: 1,
	}
}

fn line(zone: u32) -> LinePrice {
	LinePrice {
		zone: zone as u16,
		out: 1,
		into: 1,
	}
}

/// A certificate of so many duals and prices of lines, as bytes.
fn optimum(duals: u32, lines: u32) -> Vec<u8> {
	let duals: Vec<Dual> = (0..duals).map(dual).collect();
	let lines: Vec<LinePrice> = (0..lines).map(line).collect();
	(2u8, duals, lines).encode()
}

fn challenge(fault: Fault) -> RuntimeCall {
	RuntimeCall::Market(Market::challenge_clearing {
		community: 0,
		interval_start: 0,
		fault,
	})
}

fn reading(meter: u32) -> SignedReading {
	SignedReading {
		meter,
		import_register_wh: 1_000,
		export_register_wh: 1_000,
		signature: [0; 64],
	}
}

fn submit_batch(count: u32) -> RuntimeCall {
	RuntimeCall::Metering(Metering::submit_batch {
		community: 0,
		interval_start: 0,
		batch_id: H256::zero(),
		readings: many(count, reading),
	})
}

fn mint(count: u32) -> RuntimeCall {
	RuntimeCall::Energy(Energy::mint {
		community: 0,
		interval_start: 0,
		meters: many(count, |meter| meter),
	})
}

#[test]
fn a_block_takes_two_thousand_orders_and_a_call_no_more_than_500() {
	let call = place_orders(500);
	assert!(fit(call.clone()) >= 4);
	let takes = |count| takes(&call, (0u32, 0u64), (0..count).map(order).collect());
	assert!(takes(500) && !takes(501));
}

#[test]
fn a_block_takes_the_orders_of_five_hundred_homes_from_a_call_each() {
	type Weights = <Runtime as pallet_market::Config>::WeightInfo;
	let weights = RuntimeBlockWeights::get();
	let base = weights.get(DispatchClass::Normal).base_extrinsic;
	let before = (0..500).fold(Weight::zero(), |used, home| {
		used.saturating_add(base)
			.saturating_add(Weights::place_orders(2))
			.saturating_add(Weights::place_orders_beside(2 * home))
	});
	let last = place_orders(2).get_dispatch_info().call_weight;
	assert!(before.saturating_add(last).all_lte(room()), "{before:?} and {last:?}");
}

#[test]
fn a_block_takes_the_clearing_of_a_whole_book_and_a_call_no_more_than_2000_trades() {
	let call = submit_clearing(2_000, Certificate::Nothing);
	assert!(fit(call.clone()) >= 1);
	let name = call.encode().into_iter().take(2).collect::<Vec<u8>>();
	let takes = |count: u32| {
		let trades: Vec<Trade> = (0..count).map(trade).collect();
		let bytes = [name.clone(), (0u32, 0u64, RULES, trades, Certificate::Nothing).encode()].concat();
		RuntimeCall::decode(&mut &bytes[..]).is_ok()
	};
	assert!(takes(2_000) && !takes(2_001));
}

#[test]
fn a_block_takes_the_proof_of_a_whole_book() {
	let one_price = Certificate::UniformPrice { price: 1 };
	assert!(fit(submit_clearing(MAX_TRADES, one_price)) >= 1);
	let longest = Certificate::decode(&mut &optimum(MAX_PROVEN_ORDERS, 16)[..]).expect("a certificate");
	assert!(fit(submit_clearing(MAX_TRADES, longest)) >= 1);
}

#[test]
fn a_certificate_has_no_more_than_4000_duals_and_16_lines() {
	let is_one = |duals, lines| Certificate::decode(&mut &optimum(duals, lines)[..]).is_ok();
	assert!(is_one(4_000, 16) && !is_one(4_001, 16) && !is_one(4_000, 17));
}

#[test]
fn a_block_takes_the_overturning_of_a_whole_book() {
	assert!(fit(challenge(Fault::Line { zone: 0 })) >= 1);
}

#[test]
fn a_path_has_no_more_than_twelve_hashes() {
	let is_one = |hashes: usize| {
		let path = vec![H256::zero(); hashes];
		let bytes = (1u8, dual(0), 0u32, path).encode();
		Fault::decode(&mut &bytes[..]).is_ok()
	};
	assert!(is_one(12) && !is_one(13));
	let leaf = (dual(0), 0u32, vec![H256::zero(); 12]);
	let pair = Fault::decode(&mut &(0u8, &leaf, &leaf).encode()[..]).expect("a pair");
	assert!(fit(challenge(pair)) >= 1);
}

#[test]
fn a_block_takes_the_settlement_of_a_thousand_trades_and_a_call_no_more() {
	let call = |limit| Market::settle {
		community: 0,
		interval_start: 0,
		limit,
	};
	assert!(fit(RuntimeCall::Market(call(1_000))) >= 1);
	assert_eq!(call(1_001).get_dispatch_info(), call(1_000).get_dispatch_info());
	chain("local").execute_with(|| {
		let signed = RuntimeOrigin::signed(Alice.to_account_id());
		let refused = pallet_market::Error::<Runtime>::BadLimit;
		assert_noop!(MarketPallet::settle(signed, 0, 0, 1_001), refused);
	});
}

#[test]
fn a_block_takes_two_thousand_readings_and_a_call_no_more_than_500() {
	let call = submit_batch(500);
	assert!(fit(call.clone()) >= 4);
	let takes = |count| takes(&call, (0u32, 0u64, H256::zero()), (0..count).map(reading).collect());
	assert!(takes(500) && !takes(501));
}

#[test]
fn a_block_takes_the_minting_of_five_hundred_meters_and_a_call_no_more() {
	let call = mint(500);
	assert!(fit(call.clone()) >= 1);
	let takes = |count| takes(&call, (0u32, 0u64), (0..count).collect::<Vec<u32>>());
	assert!(takes(500) && !takes(501));
}
