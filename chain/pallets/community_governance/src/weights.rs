//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
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
		// Measured at least 58_369_000 ps; proof 2430 bytes.
		Weight::from_parts(71_614_000, 2925)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn propose(b: u32) -> Weight {
		// Measured at least 120_866_000 ps; proof 2930 bytes.
		Weight::from_parts(132_200_804, 3425)
			// standard error 2_440
			.saturating_add(Weight::from_parts(15_953, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn vote() -> Weight {
		// Measured at least 81_652_000 ps; proof 2797 bytes.
		Weight::from_parts(84_348_000, 3292)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn advance() -> Weight {
		// Measured at least 153_096_000 ps; proof 5345 bytes.
		Weight::from_parts(157_284_000, 5840)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn cancel() -> Weight {
		// Measured at least 51_726_000 ps; proof 2606 bytes.
		Weight::from_parts(54_522_000, 3101)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}
