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
	/// `settle`, `n` from 2 to 1000.
	fn settle(n: u32) -> Weight;
	/// `settle_beside`, `o` from 0 to 1999.
	fn settle_beside(o: u32) -> Weight;
	/// `void`, `n` from 1 to 1000.
	fn void(n: u32) -> Weight;
	/// `certify_uniform_price`, `o` from 0 to 4000.
	fn certify_uniform_price(o: u32) -> Weight;
	/// `commit_optimum`, `n` from 1 to 2000, `d` from 0 to 4000.
	fn commit_optimum(n: u32, d: u32) -> Weight;
	/// `challenge_pair`.
	fn challenge_pair() -> Weight;
	/// `challenge_line`, `n` from 1 to 2000.
	fn challenge_line(n: u32) -> Weight;
	/// `overturn`, `n` from 1 to 2000.
	fn overturn(n: u32) -> Weight;
}

impl WeightInfo for () {
	fn post_reference_prices(n: u32) -> Weight {
		// Measured at least 198_831_000 ps; proof 2999 bytes.
		Weight::from_parts(1_290_311_744, 3989)
			// standard error 3_111_246
			.saturating_add(Weight::from_parts(80_836_438, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 495).saturating_mul(n.into()))
	}
	fn place_orders(n: u32) -> Weight {
		// Measured at least 218_798_000 ps; proof 3179 + n x 47 bytes.
		Weight::from_parts(221_865_000, 4161)
			// standard error 482_767
			.saturating_add(Weight::from_parts(27_727_665, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(10))
			.saturating_add(RocksDbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(4))
			.saturating_add(RocksDbWeight::get().writes(3).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 543).saturating_mul(n.into()))
	}
	fn place_orders_beside(b: u32) -> Weight {
		// Measured at least 222_576_000 ps; proof 3249 + b x 8 bytes.
		Weight::from_parts(244_668_736, 4237)
			// standard error 1_993
			.saturating_add(Weight::from_parts(20_046, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(13))
			.saturating_add(RocksDbWeight::get().writes(7))
			.saturating_add(Weight::from_parts(0, 8).saturating_mul(b.into()))
	}
	fn cancel_order() -> Weight {
		// Measured at least 100_588_000 ps; proof 818 bytes.
		Weight::from_parts(110_506_000, 1313)
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(5))
	}
	fn submit_clearing(n: u32) -> Weight {
		// Measured at least 96_450_000 ps; proof 5780 + n x 257 bytes.
		Weight::from_parts(97_823_000, 6157)
			// standard error 547_250
			.saturating_add(Weight::from_parts(29_816_136, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1248).saturating_mul(n.into()))
	}
	fn settle(n: u32) -> Weight {
		// Measured at least 395_388_000 ps; proof 82951 + n x 792 bytes.
		Weight::from_parts(491_938_000, 83516)
			// standard error 4_836_952
			.saturating_add(Weight::from_parts(313_157_453, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(19))
			.saturating_add(RocksDbWeight::get().reads(11).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(13))
			.saturating_add(RocksDbWeight::get().writes(9).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1782).saturating_mul(n.into()))
	}
	fn settle_beside(o: u32) -> Weight {
		// Measured at least 380_510_000 ps; proof 7310 + o x 384 bytes.
		Weight::from_parts(382_825_000, 7623)
			// standard error 960_686
			.saturating_add(Weight::from_parts(47_227_443, 0).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().reads(17))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().writes(11))
			.saturating_add(Weight::from_parts(0, 1375).saturating_mul(o.into()))
	}
	fn void(n: u32) -> Weight {
		// Measured at least 172_963_000 ps; proof 80434 + n x 312 bytes.
		Weight::from_parts(180_437_000, 80920)
			// standard error 2_612_309
			.saturating_add(Weight::from_parts(127_897_125, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(5).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 808).saturating_mul(n.into()))
	}
	fn certify_uniform_price(o: u32) -> Weight {
		// Measured at least 8_777_000 ps; proof 686 + o x 136 bytes.
		Weight::from_parts(8_936_000, 1057)
			// standard error 301_634
			.saturating_add(Weight::from_parts(12_500_739, 0).saturating_mul(o.into()))
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().reads(1).saturating_mul(o.into()))
			.saturating_add(Weight::from_parts(0, 632).saturating_mul(o.into()))
	}
	fn commit_optimum(n: u32, d: u32) -> Weight {
		// Measured at least 5_792_305_000 ps; proof 492 + n x 204 bytes.
		Weight::from_parts(392_966_529, 413)
			// standard error 1_210_274
			.saturating_add(Weight::from_parts(23_167_598, 0).saturating_mul(n.into()))
			// standard error 604_912
			.saturating_add(Weight::from_parts(311_572, 0).saturating_mul(d.into()))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 1194).saturating_mul(n.into()))
	}
	fn challenge_pair() -> Weight {
		// Measured at least 178_884_000 ps; proof 7395 bytes.
		Weight::from_parts(215_963_000, 8385)
			.saturating_add(RocksDbWeight::get().reads(10))
	}
	fn challenge_line(n: u32) -> Weight {
		// Measured at least 139_000_000 ps; proof 7533 + n x 494 bytes.
		Weight::from_parts(1_065_653_286, 7820)
			// standard error 1_833_055
			.saturating_add(Weight::from_parts(41_922_562, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1484).saturating_mul(n.into()))
	}
	fn overturn(n: u32) -> Weight {
		// Measured at least 43_682_000 ps; proof 756 + n x 289 bytes.
		Weight::from_parts(45_685_000, 1132)
			// standard error 645_905
			.saturating_add(Weight::from_parts(30_513_788, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 1280).saturating_mul(n.into()))
	}
}
