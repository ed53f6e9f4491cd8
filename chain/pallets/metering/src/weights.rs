//! Weights. Estimates until the calls are benchmarked: storage by `DbWeight`, computation by count.

use core::marker::PhantomData;
use frame::{prelude::*, weights_prelude::Weight};

/// The weight of each call.
pub trait WeightInfo {
	/// `enrol_meter`.
	fn enrol_meter() -> Weight;
	/// `submit_batch` with this many readings.
	fn submit_batch(readings: u32) -> Weight;
}

/// Computation of one call besides storage [ps].
const CALL_PS: u64 = 20_000_000;
/// Computation per reading, most of it the signature [ps].
const READING_PS: u64 = 60_000_000;
/// Proof of one storage item of a call [bytes].
const ITEM_PROOF: u64 = 2_500;
/// Proof of one storage item of a reading; neighbours share most of their paths [bytes].
const READING_ITEM_PROOF: u64 = 500;

/// Estimated weights for a runtime.
pub struct Estimated<T>(PhantomData<T>);

impl<T: frame_system::Config> Estimated<T> {
	fn call(reads: u64, writes: u64) -> Weight {
		Weight::from_parts(CALL_PS, ITEM_PROOF.saturating_mul(reads))
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for Estimated<T> {
	fn enrol_meter() -> Weight {
		Self::call(6, 3)
	}
	fn submit_batch(readings: u32) -> Weight {
		// Meter, register and reading are read; register and reading (or quarantine) are written.
		let each = Weight::from_parts(READING_PS, READING_ITEM_PROOF.saturating_mul(3))
			.saturating_add(T::DbWeight::get().reads_writes(3, 2));
		Self::call(6, 1).saturating_add(each.saturating_mul(readings.into()))
	}
}
