//! Every vector of the specification (`pallets_spec/vectors`), replayed in the runtime compiled natively.
//!
//! The folder's README says what a vector is. Calls are dispatched directly with the origin that the vector names, so
//! nobody pays a fee; everything else is the runtime as it is wired. After every step the outcome, the events, all
//! storage of our pallets and all money must be what the specification says; and the pallets' own checks of their state
//! (feature `try-runtime`) must hold, but for the ones that the step names as broken.

mod chain;
mod checks;
mod files;
mod seen;

use std::collections::BTreeMap;

use chain::Chain;
use files::Vector;

/// Chains after the vectors that were taken so far.
struct Replay {
	vectors: BTreeMap<String, Vector>,
	taken: BTreeMap<String, Result<Chain, Failure>>,
}

/// Why there is no chain after a vector.
#[derive(Clone)]
enum Failure {
	/// A step of it came out otherwise, or it cannot be read.
	Here(String),
	/// What it goes on from failed.
	Before,
}

impl Replay {
	/// The chain after a vector and all it goes on from.
	fn after(&mut self, name: &str) -> Result<Chain, Failure> {
		if let Some(known) = self.taken.get(name) {
			return known.clone();
		}
		self.taken
			.insert(name.into(), Err(Failure::Here("it goes on from itself".into())));
		let result = self.take(name);
		self.taken.insert(name.into(), result.clone());
		result
	}

	fn take(&mut self, name: &str) -> Result<Chain, Failure> {
		let missing = Failure::Here("there is no such vector".into());
		let vector = self.vectors.get(name).cloned().ok_or(missing)?;
		let ground = match &vector.after {
			Some(before) => self.after(before).map_err(|_| Failure::Before)?,
			None => Chain::empty(),
		};
		ground.after(&vector.steps).map_err(Failure::Here)
	}
}

#[test]
fn the_runtime_does_what_every_vector_says() {
	let vectors = files::all();
	let names: Vec<String> = vectors.keys().cloned().collect();
	assert_eq!(
		names,
		files::index(),
		"the folder of vectors does not hold what its index names"
	);
	assert!(!names.is_empty(), "the folder of vectors is empty");

	let mut replay = Replay {
		vectors,
		taken: BTreeMap::new(),
	};
	let (mut failures, mut untried) = (Vec::new(), 0);
	for name in &names {
		match replay.after(name) {
			Ok(_) => {}
			Err(Failure::Here(why)) => failures.push(format!("{name}: {why}")),
			Err(Failure::Before) => untried += 1,
		}
	}
	assert!(
		failures.is_empty(),
		"{} of {} vectors fail, {untried} more go on from those\n\n{}\n",
		failures.len(),
		names.len(),
		failures.join("\n\n")
	);
}
