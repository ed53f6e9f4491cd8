//! The arithmetic of delivery intervals and epochs. Chain time only.

use crate::{Epoch, Parameters, UnixSeconds};

/// The epoch that `at` falls in. An epoch length of 0 does not exist and counts as 1.
pub fn epoch_of(at: UnixSeconds, epoch_s: u32) -> Epoch {
	let epoch = at / u64::from(epoch_s.max(1));
	Epoch::try_from(epoch).unwrap_or(Epoch::MAX)
}

/// Whether an interval of `interval_s` can start at `start`.
pub fn is_aligned(start: UnixSeconds, interval_s: u32) -> bool {
	interval_s > 0 && start.is_multiple_of(interval_s.into())
}

/// The end of the interval that starts at `start`.
pub fn interval_end(start: UnixSeconds, interval_s: u32) -> UnixSeconds {
	start.saturating_add(interval_s.into())
}

impl Parameters {
	/// Orders for the interval that starts at `start` are placed before this time.
	pub fn closes_at(&self, start: UnixSeconds) -> UnixSeconds {
		start.saturating_sub(self.gate_closure_s.into())
	}

	/// A clearing is accepted from `closes_at` until before this time.
	pub fn deadline(&self, start: UnixSeconds) -> UnixSeconds {
		self.closes_at(start).saturating_add(self.clearing_window_s.into())
	}

	/// Readings are taken from the interval's end until before this time, and are final then.
	pub fn final_at(&self, start: UnixSeconds, interval_s: u32) -> UnixSeconds {
		interval_end(start, interval_s).saturating_add(self.grace_s.into())
	}
}
