//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
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
	/// `certify_uniform_price`, `o` from 0 to 4000.
	fn certify_uniform_price(o: u32) -> Weight;
	/// `commit_optimum`, `n` from 1 to 2000, `d` from 0 to 4000.
	fn commit_optimum(n: u32, d: u32) -> Weight;
	/// `settle`, `n` from 2 to 1000.
	fn settle(n: u32) -> Weight;
	/// `settle_beside`, `o` from 0 to 1999.
	fn settle_beside(o: u32) -> Weight;
	/// `void`, `n` from 1 to 1000.
	fn void(n: u32) -> Weight;
	/// `challenge_pair`.
	fn challenge_pair() -> Weight;
	/// `challenge_line`, `n` from 1 to 2000.
	fn challenge_line(n: u32) -> Weight;
	/// `overturn`, `n` from 1 to 2000.
	fn overturn(n: u32) -> Weight;
}

impl WeightInfo for () {
	fn post_reference_prices(n: u32) -> Weight {
		// Measured at least 135_183_000 ps; proof 2965 bytes.
		Weight::from_parts(135_513_000, 3955)
			// standard error 1_180_922
			.saturating_add(Weight::from_parts(122_447_285, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 495).saturating_mul(n.into()))
	}
	fn place_orders(n: u32) -> Weight {
		// Measured at least 317_503_000 ps; proof 3145 + n x 47 bytes.
		Weight::from_parts(323_104_000, 4127)
			// standard error 750_867
			.saturating_add(Weight::from_parts(40_153_425, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(4))
			.saturating_add(RocksDbWeight::get().writes(3).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 543).saturating_mul(n.into()))
	}
	fn place_orders_beside(b: u32) -> Weight {
		// Measured at least 251_689_000 ps; proof 3215 + b x 8 bytes.
		Weight::from_parts(301_179_868, 4203)
			// standard error 3_860
			.saturating_add(Weight::from_parts(33_768, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(13))
			.saturating_add(RocksDbWeight::get().writes(7))
			.saturating_add(Weight::from_parts(0, 8).saturating_mul(b.into()))
	}
	fn cancel_order() -> Weight {
		// Measured at least 161_401_000 ps; proof 813 bytes.
		Weight::from_parts(169_266_000, 1308)
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(5))
	}
	fn submit_clearing(n: u32) -> Weight {
		// Measured at least 139_772_000 ps; proof 3264 + n x 257 bytes.
		Weight::from_parts(141_495_000, 3641)
			// standard error 927_522
			.saturating_add(Weight::from_parts(33_437_469, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 3600))
			.saturating_add(Weight::from_parts(0, 1248).saturating_mul(n.into()))
	}
	// PROVISIONAL, not measured: the next run of chain/build/weights.py measures it.
	fn certify_uniform_price(o: u32) -> Weight {
		Weight::from_parts(60_000_000, 84_000)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().reads(1).saturating_mul(o.into()))
			.saturating_add(Weight::from_parts(0, 624).saturating_mul(o.into()))
	}
	// PROVISIONAL, not measured: the next run of chain/build/weights.py measures it.
	fn commit_optimum(n: u32, d: u32) -> Weight {
		Weight::from_parts(60_000_000, 4_000)
			.saturating_add(Weight::from_parts(15_000_000, 0).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(d.into()))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 624).saturating_mul(n.into()))
	}
	fn settle(n: u32) -> Weight {
		// Measured at least 591_665_000 ps; proof 82946 + n x 792 bytes.
		Weight::from_parts(597_125_000, 83511)
			// standard error 3_808_711
			.saturating_add(Weight::from_parts(302_675_787, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(19))
			.saturating_add(RocksDbWeight::get().reads(11).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(13))
			.saturating_add(RocksDbWeight::get().writes(9).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1782).saturating_mul(n.into()))
	}
	fn settle_beside(o: u32) -> Weight {
		// Measured at least 243_855_000 ps; proof 7305 + o x 384 bytes.
		Weight::from_parts(259_755_000, 7618)
			// standard error 698_070
			.saturating_add(Weight::from_parts(49_845_934, 0).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().reads(17))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().writes(11))
			.saturating_add(Weight::from_parts(0, 1375).saturating_mul(o.into()))
	}
	fn void(n: u32) -> Weight {
		// Measured at least 279_613_000 ps; proof 80429 + n x 312 bytes.
		Weight::from_parts(280_584_000, 80915)
			// standard error 2_525_939
			.saturating_add(Weight::from_parts(122_614_525, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(5).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 808).saturating_mul(n.into()))
	}
	// PROVISIONAL, not measured: the next run of chain/build/weights.py measures it.
	fn challenge_pair() -> Weight {
		Weight::from_parts(250_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(10))
	}
	// PROVISIONAL, not measured: the next run of chain/build/weights.py measures it.
	fn challenge_line(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 130_000)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1_900).saturating_mul(n.into()))
	}
	// PROVISIONAL, not measured: the next run of chain/build/weights.py measures it.
	fn overturn(n: u32) -> Weight {
		Weight::from_parts(100_000_000, 4_000)
			.saturating_add(Weight::from_parts(30_000_000, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1_250).saturating_mul(n.into()))
	}
}
