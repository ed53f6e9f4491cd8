//! Weights of the registry's calls: estimates until they are benchmarked, linear in what a call carries.

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// `bytes`: of the name.
	fn register_build(bytes: u32) -> Weight;
	/// One build.
	fn deprecate_build() -> Weight;
	/// `bytes`: of configuration and grants.
	fn install(bytes: u32) -> Weight;
}

const MICROSECOND: u64 = 1_000_000;
const NANOSECOND: u64 = 1_000;
const PROOF_BYTES: u64 = 300;

fn call(bytes: u32, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(30 * MICROSECOND, reads * PROOF_BYTES)
		.saturating_add(Weight::from_parts(10 * NANOSECOND, 0).saturating_mul(bytes.into()))
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
	fn register_build(bytes: u32) -> Weight {
		call(bytes, 1, 1)
	}
	fn deprecate_build() -> Weight {
		call(0, 1, 1)
	}
	fn install(bytes: u32) -> Weight {
		call(bytes, 4, 2)
	}
}
