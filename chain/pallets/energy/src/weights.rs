//! Weights. Estimates until the calls are benchmarked: storage by `DbWeight`, computation by count.

use core::marker::PhantomData;
use frame::{prelude::*, weights_prelude::Weight};

/// The weight of each call.
pub trait WeightInfo {
	/// `mint` with this many meters.
	fn mint(meters: u32) -> Weight;
	/// `retire`.
	fn retire() -> Weight;
}

/// Computation of one call besides storage [ps].
const CALL_PS: u64 = 15_000_000;
/// Computation per meter [ps].
const METER_PS: u64 = 10_000_000;
/// Proof of one storage item of a call [bytes].
const ITEM_PROOF: u64 = 2_500;
/// Proof of one storage item of a meter; neighbours share most of their paths [bytes].
const METER_ITEM_PROOF: u64 = 500;

/// Estimated weights for a runtime.
pub struct Estimated<T>(PhantomData<T>);

impl<T: frame_system::Config> Estimated<T> {
	fn call(reads: u64, writes: u64) -> Weight {
		Weight::from_parts(CALL_PS, ITEM_PROOF.saturating_mul(reads))
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for Estimated<T> {
	fn mint(meters: u32) -> Weight {
		// Mint, meter, reading and sums are read; mint, lot and sums are written.
		let each = Weight::from_parts(METER_PS, METER_ITEM_PROOF.saturating_mul(4))
			.saturating_add(T::DbWeight::get().reads_writes(4, 3));
		Self::call(5, 1).saturating_add(each.saturating_mul(meters.into()))
	}
	fn retire() -> Weight {
		Self::call(2, 3)
	}
}
