//! What the terms of a rule ask a clearing to prove beside the envelope.

use crate::{
	orders::OrdersInHand, pallet::*, Book, BookKey, Certificate, Flaw, LinePriceList, Trade, WeightInfo,
	MAX_PROVEN_ORDERS,
};
use aipchain_primitives::{traits::*, Terms, H256};
use frame::prelude::*;

/// A clearing that keeps the envelope, before it is accepted. Its orders are filled and its book has their energy, in
/// hand only.
pub(crate) struct Cleared<'a, T: Config> {
	pub key: BookKey,
	pub book: &'a Book,
	pub terms: &'a Terms,
	pub orders: &'a OrdersInHand<T>,
	pub trades: &'a [Trade],
}

/// What a certificate showed.
#[derive(Default)]
pub(crate) struct Proven {
	/// Orders of the book that were looked at.
	pub looked_at: u32,
	/// What the clearing is held to.
	pub commitment: Option<H256>,
}

impl<T: Config> Cleared<'_, T> {
	/// Check the certificate, which is of the kind that the terms ask for.
	pub fn prove(&self, certificate: &Certificate) -> Result<Proven, DispatchError> {
		match certificate {
			Certificate::Nothing => Ok(Proven::default()),
			Certificate::UniformPrice { price } => {
				let looked_at = self.prove_uniform_price(*price)?;
				Ok(Proven {
					looked_at,
					commitment: None,
				})
			}
			Certificate::Optimum { duals, lines } => {
				let root = self.prove_optimum(duals, lines)?;
				Ok(Proven {
					looked_at: 0,
					commitment: Some(root),
				})
			}
		}
	}
}

/// Refuses the certificate unless `holds`.
pub(crate) fn flawless<T: Config>(holds: bool, flaw: Flaw) -> DispatchResult {
	ensure!(holds, Error::<T>::CertificateRefused(flaw));
	Ok(())
}

impl<T: Config> Pallet<T> {
	/// The terms that a book's clearing has to keep.
	pub(crate) fn terms_of(book: &Book) -> Terms {
		T::Plugins::terms(book.rules.clear).unwrap_or_default()
	}

	/// Store what the lines are worth; where none is limited there is nothing to store.
	pub(crate) fn store_line_prices(key: BookKey, lines: LinePriceList) {
		if !lines.is_empty() {
			LinePrices::<T>::insert(key, lines);
		}
	}

	/// The most that submitting so many trades weighs: every order of the book is looked at.
	pub(crate) fn most_clearing_weight(trades: u32, certificate: &Certificate) -> Weight {
		Self::clearing_weight(trades, MAX_PROVEN_ORDERS, certificate)
	}

	/// What submitting so many trades weighs when the certificate let the chain look at so many orders.
	pub(crate) fn clearing_weight(trades: u32, looked_at: u32, certificate: &Certificate) -> Weight {
		let proven = match certificate {
			Certificate::Nothing => Weight::zero(),
			Certificate::UniformPrice { .. } => T::WeightInfo::certify_uniform_price(looked_at),
			Certificate::Optimum { duals, .. } => T::WeightInfo::commit_optimum(trades, duals.len() as u32),
		};
		T::WeightInfo::submit_clearing(trades).saturating_add(proven)
	}
}
