//! Weights of the governance calls: estimates until they are benchmarked, linear in what a call carries.

use frame::weights_prelude::*;

/// What each call may cost.
pub trait WeightInfo {
	/// One track.
	fn set_track() -> Weight;
	/// `bytes`: of the proposed change.
	fn propose(bytes: u32) -> Weight;
	/// One vote, which reads and writes its proposal.
	fn vote() -> Weight;
	/// One step of a proposal, which may write a change of the greatest size.
	fn advance() -> Weight;
	/// One proposal.
	fn cancel() -> Weight;
}

const MICROSECOND: u64 = 1_000_000;
const NANOSECOND: u64 = 1_000;
const PROOF_BYTES: u64 = 300;
/// A proposal with a binding of the greatest size.
const PROPOSAL_BYTES: u32 = 2_600;

fn call(bytes: u32, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(30 * MICROSECOND, reads * PROOF_BYTES)
		.saturating_add(Weight::from_parts(10 * NANOSECOND, 1).saturating_mul(bytes.into()))
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
	fn set_track() -> Weight {
		call(0, 3, 1)
	}
	fn propose(bytes: u32) -> Weight {
		call(bytes, 7, 2)
	}
	fn vote() -> Weight {
		call(PROPOSAL_BYTES, 4, 2)
	}
	fn advance() -> Weight {
		call(PROPOSAL_BYTES, 6, 3)
	}
	fn cancel() -> Weight {
		call(PROPOSAL_BYTES, 1, 1)
	}
}
