//! Benchmarks: names, configurations, grants and terms of every length.

use crate::{Build, Builds, Call, Config, Name, Pallet, Slots};
use aipchain_primitives::{
	benchmarking::{terms_of, World},
	Binding, Role, Slot, H256, MAX_CONFIG_BYTES, MAX_GRANTS_BYTES,
};
use frame::benchmarking::prelude::*;

const BUNDLE: H256 = H256([1; 32]);

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn register_build(b: Linear<1, 64>) {
		let author: T::AccountId = whitelisted_caller();
		let name = Name::truncate_from([b'n'; 64][..b as usize].to_vec());

		#[extrinsic_call]
		_(RawOrigin::Signed(author), BUNDLE, name, 1, 1);

		assert!(Builds::<T>::contains_key(BUNDLE));
	}

	#[benchmark]
	fn deprecate_build() {
		let owner: T::AccountId = whitelisted_caller();
		let build = Build {
			owner: owner.clone(),
			name: Name::truncate_from([b'n'; 64].to_vec()),
			release: 1,
			build: 1,
			deprecated: false,
		};
		Builds::<T>::insert(BUNDLE, build);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), BUNDLE);

		assert_eq!(Builds::<T>::get(BUNDLE).map(|build| build.deprecated), Some(true));
	}

	#[benchmark]
	fn install(b: Linear<3, 3_364>) {
		let (community, steward) = (T::community(), whitelisted_caller());
		T::grant(community, &steward, Role::Steward);
		T::register_build(BUNDLE);
		let config = b.min(MAX_CONFIG_BYTES);
		let grants = (b - config).min(MAX_GRANTS_BYTES);
		let text = |bytes: u32| [b'x'; 2_304][..bytes as usize].to_vec();
		let binding = Binding {
			bundle: BUNDLE,
			config: BoundedVec::truncate_from(text(config)),
			grants: BoundedVec::truncate_from(text(grants)),
			terms: terms_of(b - config - grants),
			migration: Some(H256([2; 32])),
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(steward), community, Slot::Clear, binding);

		assert!(Slots::<T>::contains_key((community, Slot::Clear)));
	}
}
