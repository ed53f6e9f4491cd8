//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 30 steps, 20 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `set_track`.
	fn set_track() -> Weight;
	/// `propose`, `b` from 74 to 3435.
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
		// Measured at least 78_757_000 ps; proof 2430 bytes.
		Weight::from_parts(88_496_000, 2925)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn propose(b: u32) -> Weight {
		// Measured at least 119_003_000 ps; proof 2964 bytes.
		Weight::from_parts(152_858_779, 3459)
			// standard error 630
			.saturating_add(Weight::from_parts(17_177, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn vote() -> Weight {
		// Measured at least 71_995_000 ps; proof 3857 bytes.
		Weight::from_parts(103_052_000, 4352)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn advance() -> Weight {
		// Measured at least 157_234_000 ps; proof 6439 bytes.
		Weight::from_parts(177_441_000, 6934)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn cancel() -> Weight {
		// Measured at least 65_442_000 ps; proof 3666 bytes.
		Weight::from_parts(73_296_000, 4161)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}
