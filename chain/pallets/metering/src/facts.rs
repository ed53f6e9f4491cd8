//! What the other pallets ask: the traits of the primitives that this pallet implements.

use crate::{
	types::{Meter, Reading},
	Config, Meters, Pallet, Readings,
};
use aipchain_primitives::{traits, FinalReading, MeterFacts, MeterId, UnixSeconds};

impl<T: Config> traits::Meters<T::AccountId> for Pallet<T> {
	fn meter(meter: MeterId) -> Option<MeterFacts<T::AccountId>> {
		let Meter {
			community,
			owner,
			source,
			zone,
			connection_limit_w,
			..
		} = Meters::<T>::get(meter)?;
		Some(MeterFacts {
			community,
			owner,
			source,
			zone,
			connection_limit_w,
		})
	}
}

impl<T: Config> traits::Readings for Pallet<T> {
	fn final_reading(meter: MeterId, interval_start: UnixSeconds) -> Option<FinalReading> {
		let reading = Readings::<T>::get(interval_start, meter).filter(|reading| reading.final_at <= Self::now())?;
		let Reading {
			import_wh,
			export_wh,
			export_register_wh,
			..
		} = reading;
		Some(FinalReading {
			import_wh,
			export_wh,
			export_register_wh,
		})
	}
}
