//! The lots and sums, and what settlement does with them.

use crate::{
	types::{Lot, LotState, Mint},
	Accounts, Config, Error, Event, Lots, Mints, Pallet, TotalMinted,
};
use aipchain_primitives::{
	traits::{EnergyLedger, Meters, Readings},
	FinalReading, MeterFacts, MeterId, UnixSeconds, Wh,
};
use frame::prelude::{ensure, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Mints the final reading of a meter that was not minted yet and holds the first `min(hold_wh, export)` of it; says
	/// how much. 0 when there is no final reading or no export.
	pub(crate) fn mint_reading(
		meter: MeterId,
		interval_start: UnixSeconds,
		facts: MeterFacts<T::AccountId>,
		hold_wh: Wh,
	) -> Result<Wh, DispatchError> {
		let reading = T::Readings::final_reading(meter, interval_start).filter(|reading| reading.export_wh > 0);
		let Some(FinalReading {
			export_wh: wh,
			export_register_wh: first_wh,
			..
		}) = reading
		else {
			return Ok(0);
		};
		let MeterFacts {
			community,
			owner: producer,
			source,
			zone,
			..
		} = facts;
		let held_wh = hold_wh.min(wh);
		let free_wh = wh.saturating_sub(held_wh);
		let free_from_wh = first_wh.checked_add(held_wh).ok_or(Error::<T>::Overflow)?;
		ensure!(first_wh.checked_add(wh).is_some(), Error::<T>::Overflow);

		Self::put_lot(meter, interval_start, first_wh, &producer, held_wh, LotState::Held);
		Self::put_lot(meter, interval_start, free_from_wh, &producer, free_wh, LotState::Free);
		Accounts::<T>::try_mutate(&producer, |sums| {
			sums.held = sums.held.checked_add(held_wh).ok_or(Error::<T>::Overflow)?;
			sums.free = sums.free.checked_add(free_wh).ok_or(Error::<T>::Overflow)?;
			Ok::<(), DispatchError>(())
		})?;
		let total = TotalMinted::<T>::get()
			.checked_add(wh.into())
			.ok_or(Error::<T>::Overflow)?;
		TotalMinted::<T>::put(total);
		let event = Event::Minted {
			meter,
			interval_start,
			producer: producer.clone(),
			first_wh,
			wh,
		};
		let mint = Mint {
			community,
			producer,
			source,
			zone,
			first_wh,
			wh,
			held_from_wh: first_wh,
			held_wh,
		};
		Mints::<T>::insert(meter, interval_start, mint);
		Self::deposit_event(event);
		Ok(held_wh)
	}

	/// Stores a lot; an empty one is none.
	pub(crate) fn put_lot(
		meter: MeterId,
		interval_start: UnixSeconds,
		first_wh: Wh,
		owner: &T::AccountId,
		wh: Wh,
		state: LotState,
	) {
		if wh > 0 {
			Lots::<T>::insert(
				(meter, interval_start, first_wh),
				Lot {
					owner: owner.clone(),
					wh,
					state,
				},
			);
		}
	}

	/// Moves `wh` from one sum to another.
	pub(crate) fn shift(
		from: &T::AccountId,
		from_state: LotState,
		to: &T::AccountId,
		to_state: LotState,
		wh: Wh,
	) -> DispatchResult {
		let take = |sum: &mut Wh| {
			sum.checked_sub(wh)
				.map(|rest| *sum = rest)
				.ok_or(Error::<T>::InsufficientEnergy)
		};
		let give = |sum: &mut Wh| sum.checked_add(wh).map(|more| *sum = more).ok_or(Error::<T>::Overflow);
		Accounts::<T>::try_mutate(from, |sums| {
			take(sums.of(from_state))?;
			if from == to {
				give(sums.of(to_state))?;
			}
			Ok::<(), Error<T>>(())
		})?;
		if from != to {
			Accounts::<T>::try_mutate(to, |sums| give(sums.of(to_state)))?;
		}
		Ok(())
	}
}

impl<T: Config> EnergyLedger<T::AccountId> for Pallet<T> {
	fn mint_and_hold(meter: MeterId, interval_start: UnixSeconds, hold_wh: Wh) -> Result<Wh, DispatchError> {
		if let Some(mint) = Mints::<T>::get(meter, interval_start) {
			let held_wh = mint.held_at_first();
			// Energy that was minted free may be gone: nothing can be promised of it any more.
			ensure!(held_wh > 0 || hold_wh == 0, Error::<T>::AlreadyMinted);
			return Ok(held_wh);
		}
		match T::Meters::meter(meter) {
			Some(facts) => Self::mint_reading(meter, interval_start, facts, hold_wh),
			None => Ok(0),
		}
	}

	fn move_held(meter: MeterId, interval_start: UnixSeconds, to: &T::AccountId, wh: Wh) -> DispatchResult {
		if wh == 0 {
			return Ok(());
		}
		let mut mint = Mints::<T>::get(meter, interval_start).ok_or(Error::<T>::UnknownLot)?;
		let first_wh = mint.held_from_wh;
		mint.held_wh = mint.held_wh.checked_sub(wh).ok_or(Error::<T>::InsufficientEnergy)?;
		mint.held_from_wh = first_wh.checked_add(wh).ok_or(Error::<T>::Overflow)?;

		Self::put_lot(meter, interval_start, first_wh, to, wh, LotState::Free);
		Self::put_lot(
			meter,
			interval_start,
			mint.held_from_wh,
			&mint.producer,
			mint.held_wh,
			LotState::Held,
		);
		Self::shift(&mint.producer, LotState::Held, to, LotState::Free, wh)?;
		let from = mint.producer.clone();
		Mints::<T>::insert(meter, interval_start, mint);
		Self::deposit_event(Event::Moved {
			meter,
			interval_start,
			first_wh,
			wh,
			from,
			to: to.clone(),
		});
		Ok(())
	}

	fn free_held(meter: MeterId, interval_start: UnixSeconds) -> DispatchResult {
		let held = Mints::<T>::get(meter, interval_start).filter(|mint| mint.held_wh > 0);
		let Some(mut mint) = held else { return Ok(()) };
		let wh = core::mem::take(&mut mint.held_wh);
		Self::put_lot(
			meter,
			interval_start,
			mint.held_from_wh,
			&mint.producer,
			wh,
			LotState::Free,
		);
		Self::shift(&mint.producer, LotState::Held, &mint.producer, LotState::Free, wh)?;
		Mints::<T>::insert(meter, interval_start, mint);
		Ok(())
	}
}
