use crate::{
	mock::*,
	types::{Member, ParameterSet},
	Communities as Store, Error, Event, Members, NextCommunityId, ParameterSets, Roles,
};
use aipchain_primitives::{
	traits::{Communities as _, Membership, ParameterSchedule},
	Parameters, Role, H256,
};
use frame::testing_prelude::*;

type Refused = Error<Test>;

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn found(interval_s: u32, epoch_s: u32, zone_count: usize, parameters: Parameters) -> DispatchResult {
	Communities::found(
		signed(STEWARD),
		name("x"),
		interval_s,
		epoch_s,
		zones(zone_count),
		parameters,
		STEWARD,
	)
}

#[test]
fn an_account_founds_a_community_for_itself() {
	chain(|| {
		let community = founded();
		let facts = Store::<Test>::get(community).expect("it was founded");
		assert_eq!((facts.interval_s, facts.epoch_s, facts.founded_at), (HOUR, DAY, MONDAY));
		assert_eq!((facts.members, facts.next_member_index, facts.stewards), (0, 0, 1));
		assert_eq!(
			ParameterSets::<Test>::get(community),
			Some(ParameterSet::founding(parameters()))
		);
		assert!(Communities::has_role(community, &STEWARD, Role::Steward));
		assert_eq!(Communities::member_index(community, &STEWARD), None);
		System::assert_last_event(
			Event::Founded {
				community,
				steward: STEWARD,
			}
			.into(),
		);
	});
}

#[test]
fn root_founds_a_community_for_anyone() {
	chain(|| {
		assert_ok!(Communities::found(
			RuntimeOrigin::root(),
			name("x"),
			900,
			900,
			zones(64),
			parameters(),
			ANNA
		));
		assert_ok!(Communities::found(
			RuntimeOrigin::root(),
			name("y"),
			900,
			900,
			zones(1),
			parameters(),
			BEN
		));
		assert!(Communities::has_role(0, &ANNA, Role::Steward));
		assert!(Communities::has_role(1, &BEN, Role::Steward));
		assert!(!Communities::has_role(0, &BEN, Role::Steward));
	});
}

#[test]
fn nobody_founds_a_community_for_another_account() {
	chain(|| {
		let call = Communities::found(signed(ANNA), name("x"), HOUR, DAY, zones(1), parameters(), BEN);
		assert_noop!(call, Refused::NotTheSteward);
		let call = Communities::found(RuntimeOrigin::none(), name("x"), HOUR, DAY, zones(1), parameters(), BEN);
		assert_noop!(call, BadOrigin);
	});
}

#[test]
fn a_founding_with_impossible_lengths_is_refused() {
	chain(|| {
		assert_noop!(found(1800, DAY, 1, parameters()), Refused::BadIntervalLength);
		assert_noop!(found(0, DAY, 1, parameters()), Refused::BadIntervalLength);
		assert_noop!(found(HOUR, HOUR + 900, 1, parameters()), Refused::BadEpochLength);
		assert_noop!(found(HOUR, 0, 1, parameters()), Refused::BadEpochLength);
		assert_noop!(found(HOUR, DAY, 0, parameters()), Refused::NoZones);
	});
}

#[test]
fn parameters_out_of_bounds_are_refused() {
	let week = 7 * DAY;
	let bad = [
		Parameters {
			gate_closure_s: 0,
			..parameters()
		},
		Parameters {
			gate_closure_s: 299,
			..parameters()
		},
		Parameters {
			gate_closure_s: week + 1,
			..parameters()
		},
		Parameters {
			clearing_window_s: 5,
			..parameters()
		},
		Parameters {
			clearing_window_s: week + 1,
			gate_closure_s: week + 1,
			..parameters()
		},
		Parameters {
			grace_s: 0,
			..parameters()
		},
		Parameters {
			grace_s: week + 1,
			..parameters()
		},
	];
	chain(|| {
		for parameters in bad {
			assert_noop!(found(HOUR, DAY, 1, parameters), Refused::BadParameters);
		}
		let most = Parameters {
			gate_closure_s: week,
			clearing_window_s: week,
			grace_s: week,
			collateral: Permill::one(),
		};
		assert_ok!(found(HOUR, DAY, 1, most));
		let least = Parameters {
			gate_closure_s: 6,
			clearing_window_s: 6,
			grace_s: 1,
			collateral: Permill::zero(),
		};
		assert_ok!(found(HOUR, DAY, 1, least));
	});
}

#[test]
fn the_last_community_id_is_never_given() {
	chain(|| {
		NextCommunityId::<Test>::put(u32::MAX);
		assert_noop!(found(HOUR, DAY, 1, parameters()), Refused::Overflow);
	});
}

#[test]
fn the_steward_admits_members_with_roles() {
	chain(|| {
		founded();
		admitted(ANNA, &[Role::Consumer, Role::Producer, Role::Consumer]);
		admitted(BEN, &[]);
		assert_eq!(
			Members::<Test>::get(0, ANNA),
			Some(Member {
				index: 0,
				since: MONDAY
			})
		);
		assert_eq!(Communities::member_index(0, &BEN), Some(1));
		assert_eq!(Roles::<Test>::get(0, ANNA), Role::Consumer.bit() | Role::Producer.bit());
		assert_eq!(Communities::electorate(0), Some((2, 2)));
		let community = 0;
		let grants = System::events().into_iter().filter(|record| {
			let granted = |role| {
				Event::RoleGranted {
					community,
					account: ANNA,
					role,
				}
				.into()
			};
			record.event == granted(Role::Consumer) || record.event == granted(Role::Producer)
		});
		assert_eq!(grants.count(), 2);
		System::assert_last_event(
			Event::Admitted {
				community,
				account: BEN,
				index: 1,
			}
			.into(),
		);
	});
}

#[test]
fn a_steward_may_be_admitted_and_keeps_the_role() {
	chain(|| {
		founded();
		admitted(STEWARD, &[Role::Steward, Role::Consumer]);
		assert_eq!(
			Roles::<Test>::get(0, STEWARD),
			Role::Steward.bit() | Role::Consumer.bit()
		);
		assert_eq!(Store::<Test>::get(0).map(|facts| facts.stewards), Some(1));
	});
}

#[test]
fn only_the_steward_of_the_community_admits() {
	chain(|| {
		founded();
		assert_ok!(Communities::found(
			signed(BEN),
			name("other"),
			HOUR,
			DAY,
			zones(1),
			parameters(),
			BEN
		));
		assert_noop!(
			Communities::admit(signed(STEWARD), 7, ANNA, roles(&[])),
			Refused::UnknownCommunity
		);
		assert_noop!(
			Communities::admit(signed(ANNA), 0, ANNA, roles(&[])),
			Refused::NotSteward
		);
		assert_noop!(
			Communities::admit(signed(BEN), 0, ANNA, roles(&[])),
			Refused::NotSteward
		);
		assert_noop!(
			Communities::admit(RuntimeOrigin::root(), 0, ANNA, roles(&[])),
			BadOrigin
		);
	});
}

#[test]
fn a_member_is_admitted_once() {
	chain(|| {
		founded();
		admitted(ANNA, &[]);
		assert_noop!(
			Communities::admit(signed(STEWARD), 0, ANNA, roles(&[])),
			Refused::AlreadyMember
		);
	});
}

#[test]
fn the_last_member_index_is_never_given() {
	chain(|| {
		founded();
		Store::<Test>::mutate(0, |facts| {
			if let Some(facts) = facts {
				facts.next_member_index = u32::MAX;
			}
		});
		assert_noop!(
			Communities::admit(signed(STEWARD), 0, ANNA, roles(&[])),
			Refused::Overflow
		);
	});
}

#[test]
fn a_service_holds_a_role_without_being_a_member() {
	chain(|| {
		founded();
		assert_ok!(Communities::grant_role(signed(STEWARD), 0, BEN, Role::Gateway));
		System::assert_last_event(
			Event::RoleGranted {
				community: 0,
				account: BEN,
				role: Role::Gateway,
			}
			.into(),
		);
		assert!(Communities::has_role(0, &BEN, Role::Gateway));
		assert!(!Communities::has_role(0, &BEN, Role::Operator));
		assert_eq!(Communities::electorate(0), Some((0, 0)));
	});
}

#[test]
fn a_role_is_granted_once_and_only_by_a_steward() {
	chain(|| {
		founded();
		assert_noop!(
			Communities::grant_role(signed(STEWARD), 7, BEN, Role::Oracle),
			Refused::UnknownCommunity
		);
		assert_noop!(
			Communities::grant_role(signed(ANNA), 0, ANNA, Role::Steward),
			Refused::NotSteward
		);
		assert_ok!(Communities::grant_role(signed(STEWARD), 0, BEN, Role::Oracle));
		assert_noop!(
			Communities::grant_role(signed(STEWARD), 0, BEN, Role::Oracle),
			Refused::RoleAlreadyGranted
		);
	});
}

#[test]
fn a_revoked_role_is_gone() {
	chain(|| {
		founded();
		assert_ok!(Communities::grant_role(signed(STEWARD), 0, BEN, Role::Oracle));
		assert_noop!(
			Communities::revoke_role(signed(BEN), 0, BEN, Role::Oracle),
			Refused::NotSteward
		);
		assert_noop!(
			Communities::revoke_role(signed(STEWARD), 7, BEN, Role::Oracle),
			Refused::UnknownCommunity
		);
		assert_noop!(
			Communities::revoke_role(signed(STEWARD), 0, BEN, Role::Gateway),
			Refused::RoleNotGranted
		);
		assert_ok!(Communities::revoke_role(signed(STEWARD), 0, BEN, Role::Oracle));
		System::assert_last_event(
			Event::RoleRevoked {
				community: 0,
				account: BEN,
				role: Role::Oracle,
			}
			.into(),
		);
		assert!(!Roles::<Test>::contains_key(0, BEN));
	});
}

#[test]
fn a_community_keeps_a_steward() {
	chain(|| {
		founded();
		admitted(STEWARD, &[]);
		assert_noop!(
			Communities::revoke_role(signed(STEWARD), 0, STEWARD, Role::Steward),
			Refused::LastSteward
		);
		assert_noop!(Communities::leave(signed(STEWARD), 0), Refused::LastSteward);
		assert_ok!(Communities::grant_role(signed(STEWARD), 0, ANNA, Role::Steward));
		assert_ok!(Communities::revoke_role(signed(ANNA), 0, STEWARD, Role::Steward));
		assert_noop!(
			Communities::admit(signed(STEWARD), 0, BEN, roles(&[])),
			Refused::NotSteward
		);
		assert_ok!(Communities::leave(signed(STEWARD), 0));
	});
}

#[test]
fn a_member_leaves_with_all_roles_and_returns_as_a_new_one() {
	chain(|| {
		founded();
		admitted(ANNA, &[Role::Consumer, Role::Steward]);
		assert_ok!(Communities::leave(signed(ANNA), 0));
		System::assert_last_event(
			Event::Left {
				community: 0,
				account: ANNA,
			}
			.into(),
		);
		assert_eq!(Communities::member_index(0, &ANNA), None);
		assert!(!Communities::has_role(0, &ANNA, Role::Steward));
		assert_eq!(Communities::electorate(0), Some((0, 1)));
		admitted(ANNA, &[]);
		assert_eq!(Communities::member_index(0, &ANNA), Some(1));
	});
}

#[test]
fn only_members_leave() {
	chain(|| {
		founded();
		assert_noop!(Communities::leave(signed(ANNA), 0), Refused::NotMember);
		assert_noop!(Communities::leave(signed(ANNA), 7), Refused::UnknownCommunity);
		assert_noop!(Communities::leave(RuntimeOrigin::root(), 0), BadOrigin);
	});
}

#[test]
fn other_pallets_learn_the_facts() {
	chain(|| {
		founded();
		assert_eq!(Communities::interval_s(0), Some(HOUR));
		assert_eq!(Communities::epoch_s(0), Some(DAY));
		assert!(Communities::zone_exists(0, 0));
		assert!(!Communities::zone_exists(0, 1));
		assert_eq!(Communities::parameters_at(0, MONDAY), Some(parameters()));
		assert_eq!(Communities::parameters_head(0), Some(H256::zero()));
		assert_eq!(Communities::interval_s(1), None);
		assert_eq!(Communities::epoch_s(1), None);
		assert!(!Communities::zone_exists(1, 0));
		assert_eq!(Communities::parameters_at(1, MONDAY), None);
		assert_eq!(Communities::parameters_head(1), None);
		assert_eq!(Communities::electorate(1), None);
	});
}

const EPOCH: u32 = (MONDAY / DAY as u64) as u32;

fn graced(grace_s: u32) -> Parameters {
	Parameters {
		grace_s,
		..parameters()
	}
}

fn grace_on(day: u32) -> Option<u32> {
	Communities::parameters_at(0, MONDAY + u64::from(day * DAY)).map(|parameters| parameters.grace_s)
}

#[test]
fn voted_parameters_are_in_force_from_their_epoch_on() {
	chain(|| {
		founded();
		assert_ok!(Communities::schedule_parameters(
			0,
			graced(60),
			H256([1; 32]),
			EPOCH + 1
		));
		let event = Event::ParametersScheduled {
			community: 0,
			parameters: graced(60),
			from_epoch: EPOCH + 1,
		};
		System::assert_last_event(event.into());
		assert_eq!((grace_on(0), grace_on(1), grace_on(9)), (Some(900), Some(60), Some(60)));
		assert_eq!(Communities::parameters_head(0), Some(H256([1; 32])));
	});
}

#[test]
fn a_change_before_the_epoch_replaces_the_pending_one() {
	chain(|| {
		founded();
		assert_ok!(Communities::schedule_parameters(
			0,
			graced(60),
			H256([1; 32]),
			EPOCH + 1
		));
		assert_ok!(Communities::schedule_parameters(
			0,
			graced(70),
			H256([2; 32]),
			EPOCH + 1
		));
		assert_eq!((grace_on(0), grace_on(1)), (Some(900), Some(70)));
		assert_eq!(Communities::parameters_head(0), Some(H256([2; 32])));
	});
}

#[test]
fn a_change_after_the_epoch_folds_the_pending_one_in_and_remembers_the_old() {
	chain(|| {
		founded();
		assert_ok!(Communities::schedule_parameters(
			0,
			graced(60),
			H256([1; 32]),
			EPOCH + 1
		));
		Now::set(MONDAY + u64::from(DAY));
		assert_ok!(Communities::schedule_parameters(
			0,
			graced(70),
			H256([2; 32]),
			EPOCH + 2
		));
		assert_eq!((grace_on(0), grace_on(1), grace_on(2)), (Some(900), Some(60), Some(70)));
		let set = ParameterSets::<Test>::get(0).expect("it was founded");
		assert_eq!((set.active, set.head), (graced(60), H256([1; 32])));
		assert_eq!(set.previous, Some((parameters(), EPOCH + 1)));
	});
}

/// Three votes within one grace period: the third would forget what the first replaced, and readings of the oldest open
/// epoch would be judged by another grace period than was promised.
#[test]
fn parameters_are_not_forgotten_while_readings_need_them() {
	let day = u64::from(DAY);
	let vote = |grace_s, number, from| Communities::schedule_parameters(0, graced(grace_s), H256([number; 32]), from);
	for (first_grace_s, second_grace_s) in [(3 * DAY, 60), (60, 3 * DAY)] {
		chain(|| {
			let vote_of_day = |number: u8| {
				vote(
					second_grace_s + u32::from(number),
					number,
					EPOCH + u32::from(number) + 1,
				)
			};
			assert_ok!(found(HOUR, DAY, 1, graced(first_grace_s)));
			assert_ok!(vote_of_day(0));
			Now::set(MONDAY + day);
			assert_ok!(vote_of_day(1));
			let monday_is_final = MONDAY + day + u64::from(first_grace_s.max(second_grace_s));
			for early in [MONDAY + 2 * day, monday_is_final - 1] {
				Now::set(early);
				assert_noop!(vote_of_day(2), Refused::EarlierParametersNeeded);
				assert_eq!((grace_on(0), grace_on(1)), (Some(first_grace_s), Some(second_grace_s)));
			}
			Now::set(monday_is_final);
			assert_ok!(vote_of_day(9));
			assert_eq!(grace_on(1), Some(second_grace_s));
		});
	}
}

#[test]
fn impossible_schedules_are_refused() {
	chain(|| {
		founded();
		assert_noop!(
			Communities::schedule_parameters(0, graced(0), H256::zero(), 1),
			Refused::BadParameters
		);
		assert_noop!(
			Communities::schedule_parameters(7, graced(1), H256::zero(), 1),
			Refused::UnknownCommunity
		);
	});
}
