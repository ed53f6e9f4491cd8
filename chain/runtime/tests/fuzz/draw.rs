//! Seeded draws: the same seed gives the same blocks.

use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};
use sp_core::H256;

/// Numbers at which something changes, besides powers of two.
const EDGES: [u64; 8] = [0, 1, 2, 899, 900, 3_600, u32::MAX as u64, u64::MAX];

/// Where every choice comes from.
pub struct Draw(ChaCha8Rng);

impl Draw {
	pub fn seeded(seed: u64) -> Self {
		Self(ChaCha8Rng::seed_from_u64(seed))
	}

	/// A number below `end`, which is at least 1.
	pub fn below(&mut self, end: u64) -> u64 {
		self.0.next_u64() % end
	}

	/// A number of `first..=last`.
	pub fn between(&mut self, first: u64, last: u64) -> u64 {
		first + self.below(last - first + 1)
	}

	pub fn chance(&mut self, percent: u64) -> bool {
		self.below(100) < percent
	}

	/// One of `items`, if there are any.
	pub fn one<T: Clone>(&mut self, items: &[T]) -> Option<T> {
		if items.is_empty() {
			return None;
		}
		let place = self.below(items.len() as u64) as usize;
		items.get(place).cloned()
	}

	/// One of the `items` of an array.
	pub fn of<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
		items[self.below(N as u64) as usize]
	}

	/// A number at an edge.
	pub fn edge(&mut self) -> u64 {
		if self.chance(70) {
			return self.of(EDGES);
		}
		let power = 1u64 << self.below(64);
		self.of([power - 1, power, power + 1])
	}

	/// `meant`, seldom a number at an edge.
	pub fn nearly(&mut self, meant: u64) -> u64 {
		if self.chance(3) {
			self.edge()
		} else {
			meant
		}
	}

	/// [`nearly`](Self::nearly) for the shorter numbers: edges beyond `u32` become its end.
	pub fn nearly_u32(&mut self, meant: u32) -> u32 {
		self.nearly(meant.into()).try_into().unwrap_or(u32::MAX)
	}

	/// At most `most` bytes.
	pub fn bytes(&mut self, most: u64) -> Vec<u8> {
		let mut bytes = vec![0; self.below(most + 1) as usize];
		self.0.fill_bytes(&mut bytes);
		bytes
	}

	/// A hash that repeats now and then.
	pub fn hash(&mut self) -> H256 {
		H256([self.below(48) as u8; 32])
	}
}
