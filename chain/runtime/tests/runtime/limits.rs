//! The largest calls of the energy community fit into a block, several of them together.

use aipchain_primitives::{RuleSet, Side};
use aipchain_runtime::{
	configs::{RuntimeBlockLength, RuntimeBlockWeights},
	RuntimeCall,
};
use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_market::{Call as Market, NewOrder, Trade};
use pallet_metering::{types::SignedReading, Call as Metering};
use sp_core::H256;

/// Signature, account, nonce, era, tip: more than a signed transaction adds to its call.
const ENVELOPE: usize = 200;

fn many<T, B: TryFrom<Vec<T>>>(count: u32, item: impl Fn(u32) -> T) -> B {
	let items: Vec<T> = (0..count).map(item).collect();
	B::try_from(items).ok().expect("the call takes that many")
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
	let room = normal
		.max_total
		.expect("a block is limited")
		.saturating_sub(weights.base_block);
	by_length.min(room.checked_div_per_component(&weight).unwrap_or(0))
}

#[test]
fn a_block_takes_two_thousand_orders() {
	let orders = many(500, |id| NewOrder {
		id: id.into(),
		meter: id,
		side: Side::Bid,
		wh: 1_000,
		limit_price: 1_000_000_000,
	});
	let call = Market::place_orders {
		community: 0,
		interval_start: 0,
		orders,
	};
	assert!(fit(RuntimeCall::Market(call)) >= 4);
}

#[test]
fn a_block_takes_the_clearing_of_a_whole_book() {
	let trades = many(2_000, |n| Trade {
		bid: n.into(),
		offer: n.into(),
		wh: 1_000,
		price: 1_000_000_000,
	});
	let rules = RuleSet {
		price: H256::zero(),
		clear: H256::zero(),
	};
	let call = Market::submit_clearing {
		community: 0,
		interval_start: 0,
		rules,
		trades,
	};
	assert!(fit(RuntimeCall::Market(call)) >= 1);
}

#[test]
fn a_block_takes_the_settlement_of_a_thousand_trades() {
	let call = Market::settle {
		community: 0,
		interval_start: 0,
		limit: 1_000,
	};
	assert!(fit(RuntimeCall::Market(call)) >= 1);
}

#[test]
fn a_block_takes_two_thousand_readings() {
	let readings = many(500, |meter| SignedReading {
		meter,
		import_register_wh: 1_000,
		export_register_wh: 1_000,
		signature: [0; 64],
	});
	let call = Metering::submit_batch {
		community: 0,
		interval_start: 0,
		batch_id: H256::zero(),
		readings,
	};
	assert!(fit(RuntimeCall::Metering(call)) >= 4);
}

#[test]
fn a_block_takes_the_minting_of_five_hundred_meters() {
	let meters = many(500, |meter| meter);
	let call = pallet_energy::Call::mint {
		community: 0,
		interval_start: 0,
		meters,
	};
	assert!(fit(RuntimeCall::Energy(call)) >= 1);
}
