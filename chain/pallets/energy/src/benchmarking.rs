//! Benchmarks: every meter is another account's, every lot is split.

use crate::{
	types::{LotState, MeterList},
	Call, Config, Lots, Mints, Pallet,
};
use aipchain_primitives::{
	benchmarking::{World, FINAL, START},
	CommunityId, FinalReading, MeterId,
};
use frame::benchmarking::prelude::*;

/// A new meter that delivered 1,000 Wh.
fn delivered<T: Config + World<T::AccountId>>(community: CommunityId, owner: &T::AccountId) -> MeterId {
	let meter = T::enrol(community, owner);
	T::record(
		meter,
		FinalReading {
			import_wh: 0,
			export_wh: 1_000,
			export_register_wh: 5_000,
		},
	);
	meter
}

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn mint(n: Linear<1, 500>) {
		T::set_time(FINAL);
		let (caller, community) = (whitelisted_caller::<T::AccountId>(), T::community());
		let meters = (0..n).map(|index| delivered::<T>(community, &account("producer", index, 0)));
		let meters = MeterList::truncate_from(meters.collect());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), community, START, meters);

		assert!(Mints::<T>::contains_key(n - 1, START));
	}

	#[benchmark]
	fn retire() -> Result<(), BenchmarkError> {
		T::set_time(FINAL);
		let (owner, community) = (whitelisted_caller::<T::AccountId>(), T::community());
		let meter = delivered::<T>(community, &owner);
		let meters = MeterList::truncate_from([meter].to_vec());
		Pallet::<T>::mint(RawOrigin::Signed(owner.clone()).into(), community, START, meters)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), meter, START, 5_000, 400);

		let retired = Lots::<T>::get((meter, START, 5_000)).map(|lot| lot.state);
		assert_eq!(retired, Some(LotState::Retired));
		assert!(Lots::<T>::contains_key((meter, START, 5_400)));
		Ok(())
	}
}
