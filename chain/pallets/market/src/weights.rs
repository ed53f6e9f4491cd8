//! Weights of the market's calls: estimates until they are benchmarked, linear in what a call handles.
//!
//! Execution times are what the calls cost beyond the database, taken generously; the proof sizes take 300 bytes for
//! each item read.

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `n`: prices in the call.
	fn post_reference_prices(n: u32) -> Weight;
	/// `n`: orders in the call.
	fn place_orders(n: u32) -> Weight;
	/// One order.
	fn cancel_order() -> Weight;
	/// `n`: trades in the call.
	fn submit_clearing(n: u32) -> Weight;
	/// `listed`: trades of the book that must be looked at; `n`: trades and orders handled.
	fn settle(listed: u32, n: u32) -> Weight;
	/// `n`: orders handled.
	fn void(n: u32) -> Weight;
}

const MICROSECOND: u64 = 1_000_000;
const PROOF_BYTES: u64 = 300;
/// A full list of order numbers or trades.
const LIST_PROOF_BYTES: u64 = 80_000;

fn items(n: u32, microseconds: u64, reads: u64, writes: u64) -> Weight {
	let one = Weight::from_parts(microseconds * MICROSECOND, reads * PROOF_BYTES)
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes));
	one.saturating_mul(n.into())
}

fn call(lists: u64) -> Weight {
	items(1, 50, 10, 6).saturating_add(Weight::from_parts(0, lists * LIST_PROOF_BYTES))
}

impl WeightInfo for () {
	fn post_reference_prices(n: u32) -> Weight {
		call(0).saturating_add(items(n, 20, 4, 2))
	}
	fn place_orders(n: u32) -> Weight {
		call(1).saturating_add(items(n, 30, 3, 2))
	}
	fn cancel_order() -> Weight {
		call(0)
	}
	fn submit_clearing(n: u32) -> Weight {
		call(0).saturating_add(items(n, 30, 2, 2))
	}
	fn settle(listed: u32, n: u32) -> Weight {
		call(2)
			.saturating_add(items(listed, 15, 4, 0))
			.saturating_add(items(n, 60, 4, 6))
	}
	fn void(n: u32) -> Weight {
		call(1).saturating_add(items(n, 30, 3, 3))
	}
}
