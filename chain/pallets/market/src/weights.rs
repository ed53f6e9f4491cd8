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
	/// `place_orders`, `n` from 1 to 500.
	fn place_orders(n: u32) -> Weight;
	/// `place_orders_beside`, `b` from 0 to 9999.
	fn place_orders_beside(b: u32) -> Weight;
	/// `cancel_order`.
	fn cancel_order() -> Weight;
	/// `submit_clearing`, `n` from 1 to 2000.
	fn submit_clearing(n: u32) -> Weight;
	/// `settle`, `n` from 2 to 1000.
	fn settle(n: u32) -> Weight;
	/// `settle_beside`, `o` from 0 to 1999.
	fn settle_beside(o: u32) -> Weight;
	/// `void`, `n` from 1 to 1000.
	fn void(n: u32) -> Weight;
}

impl WeightInfo for () {
	fn post_reference_prices(n: u32) -> Weight {
		// Measured at least 193_672_000 ps; proof 2965 bytes.
		Weight::from_parts(129_106_097, 3955)
			// standard error 393_837
			.saturating_add(Weight::from_parts(116_807_773, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 495).saturating_mul(n.into()))
	}
	fn place_orders(n: u32) -> Weight {
		// Measured at least 330_687_000 ps; proof 3149 + n x 47 bytes.
		Weight::from_parts(330_687_000, 4131)
			// standard error 1_402_913
			.saturating_add(Weight::from_parts(34_024_146, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(4))
			.saturating_add(RocksDbWeight::get().writes(3).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 543).saturating_mul(n.into()))
	}
	fn place_orders_beside(b: u32) -> Weight {
		// Measured at least 229_760_000 ps; proof 3215 + b x 8 bytes.
		Weight::from_parts(213_847_315, 4202)
			// standard error 6_172
			.saturating_add(Weight::from_parts(49_334, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(13))
			.saturating_add(RocksDbWeight::get().writes(7))
			.saturating_add(Weight::from_parts(0, 8).saturating_mul(b.into()))
	}
	fn cancel_order() -> Weight {
		// Measured at least 180_608_000 ps; proof 813 bytes.
		Weight::from_parts(183_863_000, 1308)
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn submit_clearing(n: u32) -> Weight {
		// Measured at least 137_206_000 ps; proof 3204 + n x 258 bytes.
		Weight::from_parts(137_206_000, 3606)
			// standard error 1_145_140
			.saturating_add(Weight::from_parts(34_117_953, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1248).saturating_mul(n.into()))
	}
	fn settle(n: u32) -> Weight {
		// Measured at least 761_673_000 ps; proof 82922 + n x 792 bytes.
		Weight::from_parts(761_673_000, 83407)
			// standard error 10_411_855
			.saturating_add(Weight::from_parts(343_867_998, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(19))
			.saturating_add(RocksDbWeight::get().reads(11).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(13))
			.saturating_add(RocksDbWeight::get().writes(9).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1783).saturating_mul(n.into()))
	}
	fn settle_beside(o: u32) -> Weight {
		// Measured at least 454_499_000 ps; proof 7531 + o x 384 bytes.
		Weight::from_parts(5_279_929_909, 7449)
			// standard error 2_294_735
			.saturating_add(Weight::from_parts(39_156_523, 0).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().reads(17))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().writes(11))
			.saturating_add(Weight::from_parts(0, 1376).saturating_mul(o.into()))
	}
	fn void(n: u32) -> Weight {
		// Measured at least 189_764_000 ps; proof 80501 + n x 312 bytes.
		Weight::from_parts(189_764_000, 80934)
			// standard error 3_982_281
			.saturating_add(Weight::from_parts(117_903_435, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(5).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 808).saturating_mul(n.into()))
	}
}
