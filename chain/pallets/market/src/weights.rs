//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 10 steps, 3 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC, shared with other work: times err to the high side.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `post_reference_prices`, `n` from 1 to 192.
	fn post_reference_prices(n: u32) -> Weight;
	/// `place_orders`, `b` from 0 to 9500, `n` from 1 to 500.
	fn place_orders(b: u32, n: u32) -> Weight;
	/// `cancel_order`.
	fn cancel_order() -> Weight;
	/// `submit_clearing`, `n` from 1 to 2000.
	fn submit_clearing(n: u32) -> Weight;
	/// `settle`, `l` from 1000 to 2000, `n` from 2 to 1000.
	fn settle(l: u32, n: u32) -> Weight;
	/// `void`, `n` from 1 to 1000.
	fn void(n: u32) -> Weight;
}

impl WeightInfo for () {
	fn post_reference_prices(n: u32) -> Weight {
		// Measured at least 134_021_000 ps; proof 2965 bytes.
		Weight::from_parts(134_021_000, 3955)
			// standard error 3_351_191
			.saturating_add(Weight::from_parts(108_659_663, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 495).saturating_mul(n.into()))
	}
	fn place_orders(b: u32, n: u32) -> Weight {
		// Measured at least 670_341_000 ps; proof 3163 + b x 8 + n x 47 bytes.
		Weight::from_parts(473_245_166, 4148)
			// standard error 114_594
			.saturating_add(Weight::from_parts(42_030, 0).saturating_mul(b.into()))
			// standard error 2_179_553
			.saturating_add(Weight::from_parts(27_386_827, 0).saturating_mul(n.into()))
			// Counted by hand, to be measured: what stands of a meter and side, read once and written once.
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(4))
			.saturating_add(RocksDbWeight::get().writes(3).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 8).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 653).saturating_mul(n.into()))
	}
	fn cancel_order() -> Weight {
		// Measured at least 132_597_000 ps; proof 722 bytes.
		Weight::from_parts(133_729_000, 1217)
			// Counted by hand, to be measured: what stands of a meter and side, read once and written once.
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn submit_clearing(n: u32) -> Weight {
		// Measured at least 154_438_000 ps; proof 3204 + n x 258 bytes.
		Weight::from_parts(154_438_000, 3606)
			// standard error 1_671_259
			.saturating_add(Weight::from_parts(36_893_373, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1248).saturating_mul(n.into()))
	}
	fn settle(l: u32, n: u32) -> Weight {
		// Measured at least 108_304_269_000 ps; proof 0 + l x 535 + n x 406 bytes.
		Weight::from_parts(92_753_410_266, 1864147)
			// standard error 25_948_500
			.saturating_add(Weight::from_parts(17_786_212, 0).saturating_mul(l.into()))
			// standard error 25_988_364
			.saturating_add(Weight::from_parts(200_302_301, 0).saturating_mul(n.into()))
			// Counted by hand, to be measured: what stands of a meter and side, read once and written once
			// for an order that is closed, which is otherwise far less work than a trade.
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(l.into()))
			.saturating_add(RocksDbWeight::get().reads(7).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(16))
			.saturating_add(RocksDbWeight::get().writes(9).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 705).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(0, 1116).saturating_mul(n.into()))
	}
	fn void(n: u32) -> Weight {
		// Measured at least 295_972_000 ps; proof 80420 + n x 288 bytes.
		Weight::from_parts(742_422_177, 80842)
			// standard error 6_806_680
			.saturating_add(Weight::from_parts(100_203_749, 0).saturating_mul(n.into()))
			// Counted by hand, to be measured: what stands of a meter and side, read once and written once.
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(5).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 893).saturating_mul(n.into()))
	}
}
