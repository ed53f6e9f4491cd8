//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `register_build`, `b` from 1 to 64.
	fn register_build(b: u32) -> Weight;
	/// `deprecate_build`.
	fn deprecate_build() -> Weight;
	/// `install`, `b` from 3 to 3364.
	fn install(b: u32) -> Weight;
}

impl WeightInfo for () {
	fn register_build(b: u32) -> Weight {
		// Measured at least 18_775_000 ps; proof 4 bytes.
		Weight::from_parts(23_898_693, 499)
			// standard error 54_084
			.saturating_add(Weight::from_parts(158_357, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn deprecate_build() -> Weight {
		// Measured at least 37_470_000 ps; proof 184 bytes.
		Weight::from_parts(45_555_000, 679)
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn install(b: u32) -> Weight {
		// Measured at least 66_444_000 ps; proof 2575 bytes.
		Weight::from_parts(110_098_782, 3070)
			// standard error 3_120
			.saturating_add(Weight::from_parts(3_798, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
}
