//! What always holds, checked over the whole state.

use crate::{
	types::{Reading, MAX_READINGS},
	Batches, Config, Meters, NextMeterId, Pallet, Quarantine, Readings, Registers,
};
use aipchain_primitives::{interval_end, traits::Communities, MeterId, UnixSeconds};
use alloc::collections::BTreeMap;
use frame::prelude::{ensure, DispatchError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet's head.
	pub fn do_try_state() -> Result<(), DispatchError> {
		let next = NextMeterId::<T>::get();
		for (meter, facts) in Meters::<T>::iter() {
			ensure!(meter < next, "a meter has an id that was never given");
			ensure!(facts.connection_limit_w > 0, "a meter has no connection limit");
		}
		let known = |meter| Meters::<T>::contains_key(meter);
		ensure!(Registers::<T>::iter_keys().all(known), "a register of no meter");
		ensure!(
			Registers::<T>::iter_keys().count() == next as usize,
			"a meter without a register"
		);
		Self::try_readings()?;
		let recorded = |batch_id| Batches::<T>::contains_key(batch_id);
		ensure!(
			Quarantine::<T>::iter_keys().all(|(_, _, batch_id)| recorded(batch_id)),
			"a reading in quarantine of no batch"
		);
		for batch in Batches::<T>::iter_values() {
			let count = batch.accepted.saturating_add(batch.quarantined);
			ensure!(
				(1..=MAX_READINGS).contains(&count),
				"a batch has an impossible number of readings"
			);
		}
		Ok(())
	}

	fn try_readings() -> Result<(), DispatchError> {
		let mut by_meter: BTreeMap<MeterId, BTreeMap<UnixSeconds, Reading>> = BTreeMap::new();
		for (start, meter, reading) in Readings::<T>::iter() {
			by_meter.entry(meter).or_default().insert(start, reading);
		}
		for (meter, readings) in by_meter {
			Self::try_chain(meter, &readings)?;
		}
		Ok(())
	}

	/// The readings of a meter in the order of time: each begins where none before it reached.
	fn try_chain(meter: MeterId, readings: &BTreeMap<UnixSeconds, Reading>) -> Result<(), DispatchError> {
		let facts = Meters::<T>::get(meter).ok_or("a reading of no meter")?;
		let register = Registers::<T>::get(meter).ok_or("a meter without a register")?;
		let interval_s = T::Communities::interval_s(facts.community).ok_or("a meter of no community")?;
		let (mut time, mut import, mut export) = (0, 0, 0);
		for (start, reading) in readings {
			ensure!(*start >= time, "two readings overlap in time");
			ensure!(reading.import_register_wh >= import, "two readings overlap in import");
			ensure!(reading.export_register_wh >= export, "two readings overlap in export");
			time = interval_end(*start, interval_s);
			import = reading.import_register_wh.saturating_add(reading.import_wh);
			export = reading.export_register_wh.saturating_add(reading.export_wh);
			ensure!(reading.final_at > time, "a reading is final before the grace period");
		}
		let ahead = register.at >= time && register.import_wh >= import && register.export_wh >= export;
		ensure!(ahead, "a register is behind a reading");
		Ok(())
	}
}
