//! Benchmarks: communities with as many zones as there can be, accounts with every role.

use crate::{
	types::{CommunityName, ZoneName, Zones},
	Call, Communities, Config, Members, Pallet, Roles,
};
use aipchain_primitives::{
	benchmarking::{World, BEFORE_GATE, EPOCH_S, GATE_S, INTERVAL_S},
	CommunityId, Parameters, Role,
};
use frame::{arithmetic::Permill, benchmarking::prelude::*};

const ROLES: [Role; 8] = [
	Role::Steward,
	Role::Consumer,
	Role::Producer,
	Role::Gateway,
	Role::Operator,
	Role::Oracle,
	Role::Auditor,
	Role::GridOperator,
];

/// A community and its steward, who signs.
fn stewarded<T: Config + World<T::AccountId>>() -> (CommunityId, T::AccountId) {
	T::set_time(BEFORE_GATE);
	let (community, steward) = (T::community(), whitelisted_caller());
	T::grant(community, &steward, Role::Steward);
	(community, steward)
}

#[benchmarks(where T: World<T::AccountId>)]
mod benches {
	use super::*;

	#[benchmark]
	fn found(z: Linear<1, 64>) {
		let steward: T::AccountId = whitelisted_caller();
		let zone = ZoneName::truncate_from([b'z'; 32].to_vec());
		let zones = Zones::truncate_from((0..z).map(|_| zone.clone()).collect());
		let parameters = Parameters {
			gate_closure_s: GATE_S,
			clearing_window_s: GATE_S,
			grace_s: GATE_S,
			collateral: Permill::one(),
		};
		let name = CommunityName::truncate_from([b'c'; 64].to_vec());

		#[extrinsic_call]
		_(
			RawOrigin::Signed(steward.clone()),
			name,
			INTERVAL_S,
			EPOCH_S,
			zones,
			parameters,
			steward.clone(),
		);

		assert_eq!(
			Communities::<T>::get(0).map(|facts| facts.zones.len()),
			Some(z as usize)
		);
	}

	#[benchmark]
	fn admit(r: Linear<0, 8>) {
		let (community, steward) = stewarded::<T>();
		let member: T::AccountId = account("member", 0, 0);
		let roles = BoundedVec::truncate_from(ROLES[..r as usize].to_vec());

		#[extrinsic_call]
		_(RawOrigin::Signed(steward), community, member.clone(), roles);

		assert!(Members::<T>::contains_key(community, &member));
		assert_eq!(Roles::<T>::get(community, &member).count_ones(), r);
	}

	#[benchmark]
	fn grant_role() {
		let (community, steward) = stewarded::<T>();
		let other: T::AccountId = account("steward", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(steward), community, other.clone(), Role::Steward);

		assert_eq!(Roles::<T>::get(community, &other), Role::Steward.bit());
	}

	#[benchmark]
	fn revoke_role() {
		let (community, steward) = stewarded::<T>();
		let other: T::AccountId = account("steward", 0, 0);
		T::grant(community, &other, Role::Steward);
		T::grant(community, &other, Role::Auditor);

		#[extrinsic_call]
		_(RawOrigin::Signed(steward), community, other.clone(), Role::Steward);

		assert_eq!(Roles::<T>::get(community, &other), Role::Auditor.bit());
	}

	#[benchmark]
	fn leave() {
		let (community, member) = stewarded::<T>();
		T::admit(community, &member);
		T::grant(community, &account("steward", 0, 0), Role::Steward);

		#[extrinsic_call]
		_(RawOrigin::Signed(member.clone()), community);

		assert!(!Members::<T>::contains_key(community, &member));
	}
}
