//! # Primitives
//!
//! The words the AIPCHAIN pallets share: quantities, the types that votes and books bind to, the binding hash, the
//! arithmetic of intervals and epochs, and the traits by which pallets meet. A pallet depends on this crate and on no
//! other pallet; the runtime says which pallet implements which trait.
//!
//! Everything here is pure: no storage, no clock.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod binding;
pub mod time;
pub mod traits;
pub mod types;

pub use binding::{binding_hash, BINDING_CONTEXT};
pub use frame::hashing::H256;
pub use time::{epoch_of, interval_end, is_aligned};
pub use types::*;

#[cfg(test)]
mod tests;
