use crate::{
	mock::*,
	types::{EnergySums, Lot, LotState, Mint},
	Accounts, Error, Event, Lots, Mints, TotalMinted,
};
use aipchain_primitives::{traits::EnergyLedger, Source, Wh};
use frame::testing_prelude::*;

type Refused = Error<Test>;

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// `(free, held, retired)` of an account.
fn sums(who: u64) -> (Wh, Wh, Wh) {
	let EnergySums { free, held, retired } = Accounts::<Test>::get(who);
	(free, held, retired)
}

/// The lots of a meter's first hour of Monday by their first watt-hour.
fn lots(meter: u32) -> Vec<(Wh, u64, Wh, LotState)> {
	let mut lots: Vec<_> = Lots::<Test>::iter_prefix((meter, MONDAY))
		.map(|(first_wh, Lot { owner, wh, state })| (first_wh, owner, wh, state))
		.collect();
	lots.sort_by_key(|lot| lot.0);
	lots
}

mod mint {
	use super::*;

	#[test]
	fn makes_one_free_lot_of_a_final_reading() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(mint(&[0]));
			assert_eq!(lots(0), [(5_000, ANNA, 1_200, LotState::Free)]);
			assert_eq!(sums(ANNA), (1_200, 0, 0));
			assert_eq!(TotalMinted::<Test>::get(), 1_200);
			let expected = Mint {
				community: 0,
				producer: ANNA,
				source: Source::Solar,
				zone: 3,
				first_wh: 5_000,
				wh: 1_200,
				held_from_wh: 5_000,
				held_wh: 0,
			};
			assert_eq!(Mints::<Test>::get(0, MONDAY), Some(expected));
			let event = Event::Minted {
				meter: 0,
				interval_start: MONDAY,
				producer: ANNA,
				first_wh: 5_000,
				wh: 1_200,
			};
			System::assert_last_event(event.into());
		});
	}

	#[test]
	fn adds_up_over_meters() {
		chain(|| {
			delivered(0, 1_200);
			delivered(1, 300);
			delivered(10, 50);
			assert_ok!(mint(&[0, 1, 10]));
			assert_eq!((sums(ANNA), sums(BEN)), ((1_500, 0, 0), (50, 0, 0)));
			assert_eq!(TotalMinted::<Test>::get(), 1_550);
		});
	}

	#[test]
	fn skips_what_was_minted_what_has_no_export_and_what_is_elsewhere() {
		chain(|| {
			delivered(0, 1_200);
			delivered(1, 0);
			delivered(9, 700);
			assert_ok!(mint(&[0, 0, 1, 2, 9, 99]));
			assert_ok!(mint(&[0]));
			assert_ok!(mint(&[]));
			assert_eq!(TotalMinted::<Test>::get(), 1_200);
			assert_eq!(Mints::<Test>::iter().count(), 1);
		});
	}

	#[test]
	fn waits_for_the_final_readings() {
		chain(|| {
			delivered(0, 1_200);
			Now::set(FINAL - 1);
			assert_noop!(mint(&[0]), Refused::NotFinal);
			Now::set(FINAL);
			assert_ok!(mint(&[0]));
		});
	}

	#[test]
	fn waits_for_the_settlement_of_its_own_community() {
		chain(|| {
			delivered(0, 1_200);
			delivered(9, 700);
			Unsettled::set(true);
			assert_noop!(mint(&[0]), Refused::AwaitsSettlement);
			let elsewhere =
				|meters: Vec<u32>| Energy::mint(signed(CLEO), 1, MONDAY, meters.try_into().expect("few meters"));
			assert_ok!(elsewhere(vec![0, 9]));
			assert_eq!((lots(0), lots(9)), (vec![], vec![(5_000, ANNA, 700, LotState::Free)]));
		});
	}

	#[test]
	fn is_for_signed_accounts_and_known_communities() {
		chain(|| {
			assert_noop!(
				Energy::mint(RuntimeOrigin::root(), 0, MONDAY, Default::default()),
				BadOrigin
			);
			assert_noop!(
				Energy::mint(signed(CLEO), 7, MONDAY, Default::default()),
				Refused::UnknownCommunity
			);
		});
	}

	#[test]
	fn never_passes_the_end_of_a_sum() {
		chain(|| {
			delivered_from(0, Wh::MAX - 1_199, 1_200);
			assert_noop!(mint(&[0]), Refused::Overflow);
			delivered_from(0, 0, Wh::MAX);
			delivered(1, 1);
			assert_noop!(mint(&[0, 1]), Refused::Overflow);
			TotalMinted::<Test>::put(u128::MAX);
			assert_noop!(mint(&[1]), Refused::Overflow);
			TotalMinted::<Test>::put(0);
		});
	}
}

mod retire {
	use super::*;

	fn retire(who: u64, first_wh: Wh, wh: Wh) -> DispatchResult {
		Energy::retire(signed(who), 0, MONDAY, first_wh, wh)
	}

	#[test]
	fn uses_up_a_whole_lot() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(mint(&[0]));
			assert_ok!(retire(ANNA, 5_000, 1_200));
			assert_eq!(lots(0), [(5_000, ANNA, 1_200, LotState::Retired)]);
			assert_eq!(sums(ANNA), (0, 0, 1_200));
			let event = Event::Retired {
				meter: 0,
				interval_start: MONDAY,
				first_wh: 5_000,
				wh: 1_200,
				owner: ANNA,
			};
			System::assert_last_event(event.into());
		});
	}

	#[test]
	fn uses_up_the_front_of_a_lot() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(mint(&[0]));
			assert_ok!(retire(ANNA, 5_000, 200));
			assert_ok!(retire(ANNA, 5_200, 1));
			let expected = [
				(5_000, ANNA, 200, LotState::Retired),
				(5_200, ANNA, 1, LotState::Retired),
				(5_201, ANNA, 999, LotState::Free),
			];
			assert_eq!(lots(0), expected);
			assert_eq!(sums(ANNA), (999, 0, 201));
		});
	}

	#[test]
	fn takes_free_energy_of_the_owner_only() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 400));
			assert_noop!(retire(ANNA, 5_400, 0), Refused::ZeroEnergy);
			assert_noop!(retire(ANNA, 5_401, 1), Refused::UnknownLot);
			assert_noop!(Energy::retire(signed(ANNA), 1, MONDAY, 5_400, 1), Refused::UnknownLot);
			assert_noop!(retire(BEN, 5_400, 1), Refused::NotOwner);
			assert_noop!(retire(ANNA, 5_000, 1), Refused::LotNotFree);
			assert_noop!(retire(ANNA, 5_400, 801), Refused::InsufficientEnergy);
			assert_noop!(Energy::retire(RuntimeOrigin::root(), 0, MONDAY, 5_400, 1), BadOrigin);
		});
	}

	#[test]
	fn is_for_ever() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(mint(&[0]));
			assert_ok!(retire(ANNA, 5_000, 1_200));
			assert_noop!(retire(ANNA, 5_000, 1), Refused::LotNotFree);
		});
	}
}

mod settlement {
	use super::*;

	#[test]
	fn holds_the_front_of_the_production() {
		chain(|| {
			delivered(0, 1_200);
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 400), Ok(400));
			assert_eq!(
				lots(0),
				[(5_000, ANNA, 400, LotState::Held), (5_400, ANNA, 800, LotState::Free)]
			);
			assert_eq!(sums(ANNA), (800, 400, 0));
		});
	}

	#[test]
	fn holds_no_more_than_was_delivered() {
		chain(|| {
			delivered(0, 1_200);
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 9_999), Ok(1_200));
			assert_eq!(lots(0), [(5_000, ANNA, 1_200, LotState::Held)]);
		});
	}

	#[test]
	fn holds_nothing_without_a_final_reading_export_or_meter() {
		chain(|| {
			delivered(1, 0);
			delivered(2, 50);
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 400), Ok(0));
			assert_eq!(Energy::mint_and_hold(1, MONDAY, 400), Ok(0));
			assert_eq!(Energy::mint_and_hold(99, MONDAY, 400), Ok(0));
			Now::set(FINAL - 1);
			assert_eq!(Energy::mint_and_hold(2, MONDAY, 400), Ok(0));
			Now::set(FINAL);
			assert_eq!(TotalMinted::<Test>::get(), 0);
		});
	}

	#[test]
	fn says_the_same_again_and_mints_once() {
		chain(|| {
			delivered(0, 1_200);
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 400), Ok(400));
			assert_ok!(Energy::move_held(0, MONDAY, &BEN, 150));
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 400), Ok(400));
			assert_ok!(Energy::move_held(0, MONDAY, &CLEO, 250));
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 400), Ok(400));
			assert_ok!(mint(&[0]));
			assert_eq!(TotalMinted::<Test>::get(), 1_200);
		});
	}

	#[test]
	fn promises_nothing_of_energy_that_was_minted_free() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(mint(&[0]));
			assert_eq!(Energy::mint_and_hold(0, MONDAY, 0), Ok(0));
			assert_noop!(Energy::mint_and_hold(0, MONDAY, 400), Refused::AlreadyMinted);
		});
	}

	#[test]
	fn moves_held_energy_to_its_buyers() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_000));
			assert_ok!(Energy::move_held(0, MONDAY, &BEN, 300));
			let event = Event::Moved {
				meter: 0,
				interval_start: MONDAY,
				first_wh: 5_000,
				wh: 300,
				from: ANNA,
				to: BEN,
			};
			System::assert_last_event(event.into());
			assert_ok!(Energy::move_held(0, MONDAY, &CLEO, 500));
			let expected = [
				(5_000, BEN, 300, LotState::Free),
				(5_300, CLEO, 500, LotState::Free),
				(5_800, ANNA, 200, LotState::Held),
				(6_000, ANNA, 200, LotState::Free),
			];
			assert_eq!(lots(0), expected);
			assert_eq!(
				(sums(ANNA), sums(BEN), sums(CLEO)),
				((200, 200, 0), (300, 0, 0), (500, 0, 0))
			);
			assert_ok!(Energy::retire(signed(BEN), 0, MONDAY, 5_000, 300));
		});
	}

	#[test]
	fn leaves_nothing_when_all_was_sold() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_200));
			assert_ok!(Energy::move_held(0, MONDAY, &BEN, 1_200));
			assert_eq!(lots(0), [(5_000, BEN, 1_200, LotState::Free)]);
			assert_eq!((sums(ANNA), sums(BEN)), ((0, 0, 0), (1_200, 0, 0)));
		});
	}

	#[test]
	fn moves_energy_within_an_account_too() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_000));
			assert_ok!(Energy::move_held(0, MONDAY, &ANNA, 300));
			assert_eq!(sums(ANNA), (500, 700, 0));
		});
	}

	#[test]
	fn moves_no_more_than_is_held() {
		chain(|| {
			delivered(0, 1_200);
			assert_noop!(Energy::move_held(0, MONDAY, &BEN, 1), Refused::UnknownLot);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_000));
			assert_noop!(Energy::move_held(0, MONDAY, &BEN, 1_001), Refused::InsufficientEnergy);
			assert_storage_noop!(assert_ok!(Energy::move_held(0, MONDAY, &BEN, 0)));
		});
	}

	#[test]
	fn never_passes_the_end_of_a_buyers_sum() {
		chain(|| {
			delivered_from(10, 0, Wh::MAX);
			assert_ok!(mint(&[10]));
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_000));
			let moved =
				frame::deps::frame_support::storage::with_storage_layer(|| Energy::move_held(0, MONDAY, &BEN, 1));
			assert_eq!(moved, Err(Refused::Overflow.into()));
		});
	}

	#[test]
	fn gives_the_rest_of_the_hold_back() {
		chain(|| {
			delivered(0, 1_200);
			assert_ok!(Energy::mint_and_hold(0, MONDAY, 1_000));
			assert_ok!(Energy::move_held(0, MONDAY, &BEN, 300));
			assert_ok!(Energy::free_held(0, MONDAY));
			let expected = [
				(5_000, BEN, 300, LotState::Free),
				(5_300, ANNA, 700, LotState::Free),
				(6_000, ANNA, 200, LotState::Free),
			];
			assert_eq!(lots(0), expected);
			assert_eq!(sums(ANNA), (900, 0, 0));
			assert_storage_noop!(assert_ok!(Energy::free_held(0, MONDAY)));
			assert_storage_noop!(assert_ok!(Energy::free_held(1, MONDAY)));
			assert_noop!(Energy::move_held(0, MONDAY, &BEN, 1), Refused::InsufficientEnergy);
		});
	}
}

#[test]
fn energy_is_conserved_over_a_whole_settlement() {
	chain(|| {
		for (meter, export_wh) in [(0, 1_200), (1, 333), (10, 77)] {
			delivered(meter, export_wh);
			assert_ok!(Energy::mint_and_hold(meter, MONDAY, 100));
			for (buyer, wh) in [(CLEO, 31), (BEN, 13), (ANNA, 20)] {
				assert_ok!(Energy::move_held(meter, MONDAY, &buyer, wh));
				assert_ok!(Energy::do_try_state());
			}
			assert_ok!(Energy::free_held(meter, MONDAY));
			assert_ok!(Energy::do_try_state());
		}
		let all: Wh = [ANNA, BEN, CLEO]
			.map(|who| sums(who).0 + sums(who).1 + sums(who).2)
			.iter()
			.sum();
		assert_eq!(u128::from(all), TotalMinted::<Test>::get());
	});
}
