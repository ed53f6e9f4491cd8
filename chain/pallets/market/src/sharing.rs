//! Exact cumulative rounding: a meter's confirmed energy shared over its trades.

use aipchain_primitives::Wh;

/// One meter's trades of one side: what they agree and what the meter confirms, shared by cumulative rounding.
#[derive(Default)]
pub(crate) struct Contract {
	contracted: Wh,
	confirmed: Wh,
	before: Wh,
}

impl Contract {
	/// One more trade of `wh`; `None` when the sum does not fit.
	pub fn add(&mut self, wh: Wh) -> Option<()> {
		self.contracted = self.contracted.checked_add(wh)?;
		Some(())
	}

	/// The meter's final reading, counted up to what was contracted.
	pub fn confirm(&mut self, reading_wh: Wh) {
		self.confirmed = reading_wh.min(self.contracted);
	}

	/// The share of the next trade in list order [Wh]: `floor(C_i G / C) - floor(C_(i-1) G / C)`.
	pub fn next_share(&mut self, wh: Wh) -> Wh {
		let from = self.share_up_to(self.before);
		self.before = self.before.saturating_add(wh);
		self.share_up_to(self.before).saturating_sub(from)
	}

	/// `floor(running x G / C)`: at most `G`, because `running` is at most `C`.
	fn share_up_to(&self, running: Wh) -> Wh {
		let product = u128::from(running) * u128::from(self.confirmed);
		let share = product.checked_div(self.contracted.into()).unwrap_or(0);
		Wh::try_from(share).unwrap_or(self.confirmed)
	}
}
