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
		// Measured at least 47_128_000 ps; proof 2430 bytes.
		Weight::from_parts(49_141_000, 2925)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn propose(_b: u32) -> Weight {
		// Measured at least 94_417_000 ps; proof 2964 bytes.
		Weight::from_parts(132_046_036, 3459)
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn vote() -> Weight {
		// Measured at least 56_425_000 ps; proof 3857 bytes.
		Weight::from_parts(57_197_000, 4352)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn advance() -> Weight {
		// Measured at least 97_893_000 ps; proof 6439 bytes.
		Weight::from_parts(100_237_000, 6934)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn cancel() -> Weight {
		// Measured at least 36_868_000 ps; proof 3666 bytes.
		Weight::from_parts(40_646_000, 4161)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}
