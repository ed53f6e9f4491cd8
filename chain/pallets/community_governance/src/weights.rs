//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 10 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC, shared with other work: times err to the high side.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `set_track`.
	fn set_track() -> Weight;
	/// `propose`, `b` from 71 to 2375.
	fn propose(b: u32) -> Weight;
	/// `vote`.
	fn vote() -> Weight;
	/// `advance`.
	fn advance() -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
}

impl WeightInfo for () {
	fn set_track() -> Weight {
		// Measured at least 84_989_000 ps; proof 2430 bytes.
		Weight::from_parts(86_782_000, 2925)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn propose(b: u32) -> Weight {
		// Measured at least 145_231_000 ps; proof 2930 bytes.
		Weight::from_parts(164_280_427, 3425)
			// standard error 1_993
			.saturating_add(Weight::from_parts(3_585, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn vote() -> Weight {
		// Measured at least 80_020_000 ps; proof 2797 bytes.
		Weight::from_parts(96_620_000, 3292)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn advance() -> Weight {
		// Measured at least 145_712_000 ps; proof 5345 bytes.
		Weight::from_parts(150_841_000, 5840)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn cancel() -> Weight {
		// Measured at least 46_486_000 ps; proof 2606 bytes.
		Weight::from_parts(50_404_000, 3101)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}
