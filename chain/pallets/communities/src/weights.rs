//! Weights. Estimates until the calls are benchmarked: storage by `DbWeight`, computation by count.

use core::marker::PhantomData;
use frame::{prelude::*, weights_prelude::Weight};

/// The weight of each call.
pub trait WeightInfo {
	/// `found` with this many zones.
	fn found(zones: u32) -> Weight;
	/// `admit` with this many roles.
	fn admit(roles: u32) -> Weight;
	/// `grant_role`.
	fn grant_role() -> Weight;
	/// `revoke_role`.
	fn revoke_role() -> Weight;
	/// `leave`.
	fn leave() -> Weight;
}

/// Computation of one call besides storage [ps].
const CALL_PS: u64 = 15_000_000;
/// Computation per zone or role [ps].
const ITEM_PS: u64 = 1_000_000;
/// Proof of one storage item [bytes].
const ITEM_PROOF: u64 = 2_500;

/// Estimated weights for a runtime.
pub struct Estimated<T>(PhantomData<T>);

impl<T: frame_system::Config> Estimated<T> {
	fn call(reads: u64, writes: u64, items: u32) -> Weight {
		let own = Weight::from_parts(CALL_PS, ITEM_PROOF.saturating_mul(reads));
		own.saturating_add(Weight::from_parts(ITEM_PS, 0).saturating_mul(items.into()))
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for Estimated<T> {
	fn found(zones: u32) -> Weight {
		Self::call(2, 4, zones)
	}
	fn admit(roles: u32) -> Weight {
		Self::call(4, 3, roles)
	}
	fn grant_role() -> Weight {
		Self::call(3, 2, 0)
	}
	fn revoke_role() -> Weight {
		Self::call(3, 2, 0)
	}
	fn leave() -> Weight {
		Self::call(3, 3, 0)
	}
}
