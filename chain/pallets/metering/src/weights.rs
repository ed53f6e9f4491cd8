//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `enrol_meter`.
	fn enrol_meter() -> Weight;
	/// `submit_batch`, `n` from 1 to 500.
	fn submit_batch(n: u32) -> Weight;
}

impl WeightInfo for () {
	fn enrol_meter() -> Weight {
		// Measured at least 72_175_000 ps; proof 2526 bytes.
		Weight::from_parts(76_253_000, 3021)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn submit_batch(n: u32) -> Weight {
		// Measured at least 155_230_000 ps; proof 2638 + n x 143 bytes.
		Weight::from_parts(155_620_000, 3116)
			// standard error 1_573_908
			.saturating_add(Weight::from_parts(88_272_322, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(2).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 639).saturating_mul(n.into()))
	}
}
