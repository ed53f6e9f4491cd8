//! What always holds, as the pallets' own try-state checks say it.

use std::panic::{catch_unwind, UnwindSafe};

use aipchain_runtime::{
	BlockNumber, Communities, CommunityGovernance, Energy, Market, Metering, PluginRegistry, System,
};
use frame_support::traits::Hooks;
use serde_json::Value;
use sp_runtime::{DispatchError, TryRuntimeError};

use crate::files::text;

type Check = fn(BlockNumber) -> Result<(), TryRuntimeError>;

const CHECKS: [(&str, Check); 6] = [
	("Communities", Communities::try_state),
	("Metering", Metering::try_state),
	("Energy", Energy::try_state),
	("Market", Market::try_state),
	("PluginRegistry", PluginRegistry::try_state),
	("CommunityGovernance", CommunityGovernance::try_state),
];

/// Where the pallets' checks say something else than a step's `broken`: nothing, where it has none.
pub fn differences(step: &Value) -> Vec<String> {
	let block = System::block_number();
	CHECKS
		.into_iter()
		.filter_map(|(pallet, check)| difference(pallet, &broken(step, pallet), || check(block)))
		.collect()
}

/// The checks of a pallet that do not hold after a step.
fn broken(step: &Value, pallet: &str) -> Vec<String> {
	let named = step.get("broken").and_then(|broken| broken.get(pallet));
	named.map_or_else(Vec::new, |names| {
		names.as_array().expect("a list of names").iter().map(text).collect()
	})
}

/// A pallet stops at the first check that does not hold, so it says one of the names. Where sums are beyond the largest
/// number it may panic instead: that is noticed, too, but nothing sound may do it.
fn difference(
	pallet: &str,
	broken: &[String],
	check: impl Fn() -> Result<(), TryRuntimeError> + UnwindSafe,
) -> Option<String> {
	let (agreed, said) = match catch_unwind(check) {
		Ok(Ok(())) => (broken.is_empty(), "that all holds".into()),
		Ok(Err(DispatchError::Other(name))) => (broken.iter().any(|each| each == name), name.into()),
		Ok(Err(other)) => (false, format!("{other:?}")),
		Err(_) => (!broken.is_empty(), "nothing, it panics".into()),
	};
	(!agreed).then(|| format!("check of {pallet}: the specification has {broken:?}, the runtime says {said}"))
}
