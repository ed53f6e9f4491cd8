//! The proof of an optimum: duals of the orders and prices of the lines whose sum no trades can exceed, and these trades
//! meet. The chain adds up, and commits to the duals; whether they bound every pair is for challengers.

use crate::{
	certificate::{flawless, Cleared},
	pallet::*,
	zones::ZonesInHand,
	Dual, Flaw, LinePrice, Order,
};
use aipchain_primitives::{LineLimit, Price, H256};
use codec::Encode;
use frame::{hashing::BlakeTwo256, prelude::*};

impl<T: Config> Cleared<'_, T> {
	/// Says the commitment to the duals.
	pub fn prove_optimum(&self, duals: &[Dual], lines: &[LinePrice]) -> Result<H256, DispatchError> {
		let ascending = duals.is_sorted_by(|one, next| one.order < next.order);
		flawless::<T>(ascending, Flaw::DualsOutOfOrder)?;
		let complete = duals.len() as u32 == self.book.standing();
		flawless::<T>(complete, Flaw::DualsIncomplete)?;
		let limits = &self.terms.limits;
		let same_lines = lines
			.iter()
			.map(|line| line.zone)
			.eq(limits.iter().map(|limit| limit.zone));
		flawless::<T>(same_lines, Flaw::OtherLines)?;
		let bound = bound(duals, lines, limits).ok_or(Error::<T>::Overflow)?;
		let welfare = self.welfare()?;
		flawless::<T>(u128::try_from(welfare) == Ok(bound), Flaw::BoundNotMet)?;
		Ok(commitment(duals))
	}

	/// What all trades are worth [base units].
	fn welfare(&self) -> Result<i128, DispatchError> {
		let mut zones = ZonesInHand::<T>::default();
		let mut welfare: i128 = 0;
		for trade in self.trades {
			let (bid, offer) = self.orders.pair(trade)?;
			let charge = self.terms.charge(zones.of(offer)?, zones.of(bid)?);
			let worth = value(bid, offer, charge).checked_mul(trade.wh.into());
			let sum = worth.and_then(|worth| welfare.checked_add(worth));
			welfare = sum.ok_or(Error::<T>::Overflow)?;
		}
		Ok(welfare)
	}
}

/// What 1 Wh from the offer to the bid is worth: what its limits are apart, less the charge [base units].
pub(crate) fn value<AccountId>(bid: &Order<AccountId>, offer: &Order<AccountId>, charge: Price) -> i128 {
	// Three numbers of 64 bits stay far from the ends of 128.
	i128::from(bid.limit_price) - i128::from(offer.limit_price) - i128::from(charge)
}

/// What carrying 1 Wh from one zone to another takes of the lines, at their prices [base units]. What leaves a zone
/// relieves those who enter it, and the other way round, so it may be negative.
pub(crate) fn line_price(lines: &[LinePrice], from: u16, to: u16) -> i128 {
	let out_of = |zone: u16| {
		let line = lines.iter().find(|line| line.zone == zone);
		line.map_or(0, |line| i128::from(line.out) - i128::from(line.into))
	};
	if from == to {
		return 0;
	}
	out_of(from) - out_of(to)
}

/// What the duals and the prices of the lines add up to; `None` when that does not fit.
fn bound(duals: &[Dual], lines: &[LinePrice], limits: &[LineLimit]) -> Option<u128> {
	let product = |wh: u64, price: Price| u128::from(wh) * u128::from(price);
	let of_orders = duals.iter().map(|dual| product(dual.wh, dual.surplus));
	let of_lines = lines.iter().zip(limits);
	let of_lines =
		of_lines.flat_map(|(line, limit)| [product(limit.out_wh, line.out), product(limit.in_wh, line.into)]);
	of_orders.chain(of_lines).try_fold(0, u128::checked_add)
}

/// The Merkle root over the encoded duals.
fn commitment(duals: &[Dual]) -> H256 {
	binary_merkle_tree::merkle_root::<BlakeTwo256, _>(duals.iter().map(Encode::encode))
}
