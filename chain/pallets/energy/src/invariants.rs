//! What always holds, checked over the whole state.

extern crate alloc;

use crate::{
	types::{EnergySums, Lot, LotState, Mint},
	Accounts, Config, Lots, Mints, Pallet, TotalMinted,
};
use aipchain_primitives::{traits::Readings, MeterId, UnixSeconds, Wh};
use alloc::collections::BTreeMap;
use frame::prelude::{ensure, DispatchError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet's head.
	pub fn do_try_state() -> Result<(), DispatchError> {
		let (mut total, mut lots) = (0u128, 0usize);
		for (meter, interval_start, mint) in Mints::<T>::iter() {
			let reading = T::Readings::final_reading(meter, interval_start).ok_or("a mint without a final reading")?;
			ensure!(reading.export_wh == mint.wh, "a mint is not the reading");
			ensure!(
				reading.export_register_wh == mint.first_wh,
				"a mint is not where the reading is"
			);
			lots = lots.saturating_add(Self::try_mint(meter, interval_start, &mint)?);
			total = total.saturating_add(mint.wh.into());
		}
		ensure!(
			total == TotalMinted::<T>::get(),
			"the energy minted is not the sum of the mints"
		);
		ensure!(lots == Lots::<T>::iter_keys().count(), "a lot of no mint");
		Self::try_sums()
	}

	/// The lots of a mint, first to last, cover it; says how many they are.
	fn try_mint(
		meter: MeterId,
		interval_start: UnixSeconds,
		mint: &Mint<T::AccountId>,
	) -> Result<usize, DispatchError> {
		let lots: BTreeMap<Wh, Lot<T::AccountId>> = Lots::<T>::iter_prefix((meter, interval_start)).collect();
		let mut next = mint.first_wh;
		let mut held = None;
		for (first_wh, lot) in &lots {
			ensure!(
				*first_wh == next && lot.wh > 0,
				"the lots of a mint overlap or leave a hole"
			);
			next = first_wh.saturating_add(lot.wh);
			if lot.state == LotState::Held {
				ensure!(
					held.is_none() && lot.owner == mint.producer,
					"a mint has a hold that is not the producer's"
				);
				held = Some((*first_wh, lot.wh));
			}
		}
		ensure!(
			next == mint.first_wh.saturating_add(mint.wh),
			"the lots of a mint do not cover it"
		);
		let expected = (mint.held_wh > 0).then_some((mint.held_from_wh, mint.held_wh));
		ensure!(held == expected, "the held lot is not where the mint says");
		Ok(lots.len())
	}

	/// The sums of the accounts are those of their lots.
	fn try_sums() -> Result<(), DispatchError> {
		let mut sums: BTreeMap<T::AccountId, EnergySums> = BTreeMap::new();
		for lot in Lots::<T>::iter_values() {
			let sum = sums.entry(lot.owner).or_default().of(lot.state);
			*sum = sum.saturating_add(lot.wh);
		}
		let any = |(_, sums): &(T::AccountId, EnergySums)| *sums != EnergySums::default();
		let stored: BTreeMap<T::AccountId, EnergySums> = Accounts::<T>::iter().filter(any).collect();
		ensure!(stored == sums, "the energy of an account is not the sum of its lots");
		Ok(())
	}
}
