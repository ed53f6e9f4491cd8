//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `mint`, `n` from 1 to 500.
	fn mint(n: u32) -> Weight;
	/// `retire`.
	fn retire() -> Weight;
}

impl WeightInfo for () {
	fn mint(n: u32) -> Weight {
		// Measured at least 142_766_000 ps; proof 2618 + n x 150 bytes.
		Weight::from_parts(68_050_330, 3096)
			// standard error 2_299_192
			.saturating_add(Weight::from_parts(47_373_176, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(3).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 646).saturating_mul(n.into()))
	}
	fn retire() -> Weight {
		// Measured at least 75_261_000 ps; proof 284 bytes.
		Weight::from_parts(76_142_000, 779)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
}
