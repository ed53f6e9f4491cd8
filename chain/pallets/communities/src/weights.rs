//! The weights of this pallet's calls. Written by `chain/build/weights.py`; do not edit.
//!
//! Measured with frame-omni-bencher 0.28.0 on the runtime's Wasm: 20 steps, 5 repetitions, least squares.
//! Date 2026-11-21, on AMD EPYC.
//! Proofs are measured in the benchmarks' state, with an allowance for a state sixteen times as large.

#![cfg_attr(rustfmt, rustfmt_skip)]

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `found`, `z` from 1 to 64.
	fn found(z: u32) -> Weight;
	/// `admit`, `r` from 0 to 8.
	fn admit(r: u32) -> Weight;
	/// `grant_role`.
	fn grant_role() -> Weight;
	/// `revoke_role`.
	fn revoke_role() -> Weight;
	/// `leave`.
	fn leave() -> Weight;
}

impl WeightInfo for () {
	fn found(z: u32) -> Weight {
		// Measured at least 48_711_000 ps; proof 9 bytes.
		Weight::from_parts(62_968_892, 504)
			// standard error 45_428
			.saturating_add(Weight::from_parts(510_983, 0).saturating_mul(z.into()))
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn admit(r: u32) -> Weight {
		// Measured at least 82_514_000 ps; proof 2428 bytes.
		Weight::from_parts(108_958_707, 3418)
			// standard error 252_003
			.saturating_add(Weight::from_parts(4_922_195, 0).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn grant_role() -> Weight {
		// Measured at least 84_247_000 ps; proof 2391 bytes.
		Weight::from_parts(92_212_000, 3381)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn revoke_role() -> Weight {
		// Measured at least 86_461_000 ps; proof 2450 bytes.
		Weight::from_parts(94_527_000, 3440)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn leave() -> Weight {
		// Measured at least 89_638_000 ps; proof 2523 bytes.
		Weight::from_parts(92_914_000, 3018)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
}
