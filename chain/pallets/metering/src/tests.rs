use crate::{
	batch::{connection_limit_wh, reading_message},
	mock::*,
	types::{Batch, Meter, QuarantinedReading, Reading, Reason, Register, SignedReading},
	Batches, Error, Event, Meters, NextMeterId, Quarantine, Readings, Registers,
};
use aipchain_primitives::{
	traits::{Meters as _, Readings as _},
	FinalReading, MeterFacts, Source, H256,
};
use frame::testing_prelude::*;

type Refused = Error<Test>;

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// The reason a reading of the batch `id` lies in quarantine for.
fn reason(meter: u32, hour: u64, id: u8) -> Option<Reason> {
	Quarantine::<Test>::get((meter, MONDAY + hour * HOUR, H256([id; 32]))).map(|kept| kept.reason)
}

fn accepted(meter: u32, hour: u64) -> Option<(u64, u64)> {
	Readings::<Test>::get(MONDAY + hour * HOUR, meter).map(|reading| (reading.import_wh, reading.export_wh))
}

fn counts(id: u8) -> Option<(u32, u32)> {
	Batches::<Test>::get(H256([id; 32])).map(|batch| (batch.accepted, batch.quarantined))
}

mod enrol_meter {
	use super::*;

	fn enrol(who: u64, community: u32, owner: u64, zone: u16, limit_w: u32, reads_from: u64) -> DispatchResult {
		let source = Source::Wind;
		Metering::enrol_meter(
			signed(who),
			community,
			owner,
			[7; 32],
			zone,
			source,
			limit_w,
			1,
			2,
			reads_from,
		)
	}

	#[test]
	fn stores_the_meter_and_its_registers() {
		chain(|| {
			assert_ok!(enrol(STEWARD, 1, ANNA, 1, 5_000, MONDAY + HOUR));
			let meter = Meter {
				community: 1,
				owner: ANNA,
				device_key: [7; 32],
				zone: 1,
				source: Source::Wind,
				connection_limit_w: 5_000,
				enrolled_at: MONDAY,
			};
			assert_eq!(Meters::<Test>::get(0), Some(meter));
			assert_eq!(
				Registers::<Test>::get(0),
				Some(Register {
					at: MONDAY + HOUR,
					import_wh: 1,
					export_wh: 2
				})
			);
			System::assert_last_event(
				Event::MeterEnrolled {
					meter: 0,
					community: 1,
					owner: ANNA,
				}
				.into(),
			);
			let facts = MeterFacts {
				community: 1,
				owner: ANNA,
				source: Source::Wind,
				zone: 1,
				connection_limit_w: 5_000,
			};
			assert_eq!(Metering::meter(0), Some(facts));
			assert_eq!(Metering::meter(1), None);
		});
	}

	#[test]
	fn is_for_the_steward_and_for_members() {
		chain(|| {
			assert_noop!(enrol(STEWARD, 9, ANNA, 0, 1, MONDAY), Refused::UnknownCommunity);
			assert_noop!(enrol(GATEWAY, 0, ANNA, 0, 1, MONDAY), Refused::NotSteward);
			assert_noop!(enrol(STEWARD, 0, GATEWAY, 0, 1, MONDAY), Refused::OwnerNotMember);
			let call = Metering::enrol_meter(
				RuntimeOrigin::root(),
				0,
				ANNA,
				[7; 32],
				0,
				Source::Other,
				1,
				0,
				0,
				MONDAY,
			);
			assert_noop!(call, BadOrigin);
		});
	}

	#[test]
	fn refuses_what_no_meter_has() {
		chain(|| {
			assert_noop!(enrol(STEWARD, 0, ANNA, 2, 1, MONDAY), Refused::UnknownZone);
			assert_noop!(enrol(STEWARD, 0, ANNA, 0, 0, MONDAY), Refused::NoConnectionLimit);
		});
	}

	#[test]
	fn begins_with_the_current_interval_or_a_later_one() {
		chain(|| {
			Now::set(MONDAY + HOUR - 1);
			assert_ok!(enrol(STEWARD, 0, ANNA, 0, 1, MONDAY));
			assert_noop!(enrol(STEWARD, 0, ANNA, 0, 1, MONDAY + 900), Refused::BadInterval);
			Now::set(MONDAY + HOUR);
			assert_noop!(enrol(STEWARD, 0, ANNA, 0, 1, MONDAY), Refused::BadInterval);
			assert_ok!(enrol(STEWARD, 0, ANNA, 0, 1, MONDAY + 9 * HOUR));
		});
	}

	#[test]
	fn never_gives_the_last_id() {
		chain(|| {
			NextMeterId::<Test>::put(u32::MAX);
			assert_noop!(enrol(STEWARD, 0, ANNA, 0, 1, MONDAY), Refused::Overflow);
			NextMeterId::<Test>::put(0);
		});
	}
}

mod submit_batch {
	use super::*;

	#[test]
	fn accepts_what_the_device_signed() {
		chain(|| {
			let meters = [enrolled(), enrolled()];
			after_hour(0);
			assert_ok!(submit(
				1,
				0,
				&[reading(meters[0], 0, 1_200, 500), reading(meters[1], 0, 1_000, 2_500)]
			));
			let interval_start = MONDAY;
			let first = Reading {
				import_wh: 200,
				export_wh: 0,
				import_register_wh: 1_000,
				export_register_wh: 500,
				final_at: MONDAY + HOUR + GRACE,
			};
			assert_eq!(Readings::<Test>::get(interval_start, 0), Some(first));
			let register = Register {
				at: MONDAY + HOUR,
				import_wh: 1_200,
				export_wh: 500,
			};
			assert_eq!(Registers::<Test>::get(0), Some(register));
			let (batch_id, community, gateway) = (H256([1; 32]), 0, GATEWAY);
			System::assert_has_event(
				Event::BatchRecorded {
					batch_id,
					community,
					interval_start,
					gateway,
					accepted: 2,
					quarantined: 0,
				}
				.into(),
			);
			let readings = vec![(0, 200, 0), (1, 0, 2_000)];
			System::assert_last_event(
				Event::ReadingsAccepted {
					community,
					interval_start,
					readings,
				}
				.into(),
			);
		});
	}

	#[test]
	fn goes_on_hour_by_hour() {
		chain(|| {
			let meter = enrolled();
			for hour in 0..24 {
				after_hour(hour);
				assert_ok!(submit(
					hour as u8,
					hour,
					&[reading(meter, hour, 1_000 + (hour + 1) * 300, 500 + hour)]
				));
			}
			assert_eq!(accepted(meter, 23), Some((300, 1)));
			assert_eq!(Quarantine::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn is_for_the_gateway() {
		chain(|| {
			let batch = [reading(enrolled(), 0, 1_200, 500)];
			after_hour(0);
			let id = H256([1; 32]);
			let submit = |origin, community| Metering::submit_batch(origin, community, MONDAY, id, readings(&batch));
			assert_noop!(submit(signed(STEWARD), 0), Refused::NotGateway);
			assert_noop!(submit(signed(GATEWAY), 9), Refused::UnknownCommunity);
			assert_noop!(submit(RuntimeOrigin::root(), 0), BadOrigin);
		});
	}

	#[test]
	fn refuses_an_empty_batch() {
		chain(|| {
			after_hour(0);
			assert_noop!(submit(1, 0, &[]), Refused::EmptyBatch);
		});
	}

	#[test]
	fn refuses_an_interval_that_is_none_or_is_not_over() {
		chain(|| {
			let batch = readings(&[reading(enrolled(), 0, 1_200, 500)]);
			let id = H256([1; 32]);
			let submit = |start| Metering::submit_batch(signed(GATEWAY), 0, start, id, batch.clone());
			assert_noop!(submit(MONDAY + 1), Refused::BadInterval);
			Now::set(MONDAY + HOUR - 1);
			assert_noop!(submit(MONDAY), Refused::IntervalNotOver);
			Now::set(MONDAY + HOUR);
			assert_ok!(submit(MONDAY));
		});
	}

	#[test]
	fn of_equal_content_changes_nothing() {
		chain(|| {
			let batch = [reading(enrolled(), 0, 1_200, 500)];
			after_hour(0);
			assert_ok!(submit(1, 0, &batch));
			let recorded = Batches::<Test>::get(H256([1; 32]));
			assert!(matches!(
				recorded,
				Some(Batch {
					gateway: GATEWAY,
					accepted: 1,
					quarantined: 0,
					..
				})
			));
			System::reset_events();
			Now::set(MONDAY + 9 * HOUR);
			assert_ok!(submit(1, 0, &batch));
			let events: Vec<_> = System::events().into_iter().map(|record| record.event).collect();
			assert_eq!(
				events,
				[Event::BatchAlreadyRecorded {
					batch_id: H256([1; 32])
				}
				.into()]
			);
			assert_eq!(Batches::<Test>::get(H256([1; 32])), recorded);
			assert_eq!(Quarantine::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn of_other_content_under_a_known_id_is_refused() {
		chain(|| {
			let meter = enrolled();
			after_hour(1);
			assert_ok!(submit(1, 0, &[reading(meter, 0, 1_200, 500)]));
			assert_noop!(submit(1, 0, &[reading(meter, 0, 1_201, 500)]), Refused::BatchIdReused);
			assert_noop!(submit(1, 1, &[reading(meter, 0, 1_200, 500)]), Refused::BatchIdReused);
		});
	}

	#[test]
	fn skips_a_reading_it_has_as_accepted() {
		chain(|| {
			let meter = enrolled();
			after_hour(1);
			assert_ok!(submit(1, 0, &[reading(meter, 0, 1_200, 500)]));
			assert_ok!(submit(2, 1, &[reading(meter, 1, 1_300, 500)]));
			System::reset_events();
			Now::set(MONDAY + HOUR + GRACE - 1);
			assert_ok!(submit(3, 0, &[reading(meter, 0, 1_200, 500)]));
			assert_eq!(counts(3), Some((1, 0)));
			assert_eq!(accepted(meter, 0), Some((200, 0)));
			assert_eq!(System::events().len(), 1, "no reading is new");
		});
	}

	#[test]
	fn is_bound_to_chain_community_interval_meter_and_registers() {
		chain(|| {
			let genesis = System::block_hash(0);
			let reading = reading(enrolled(), 0, 1_200, 500);
			let message = reading_message(genesis, 0, MONDAY, &reading);
			let mut bytes = b"aipchain/reading/v1".to_vec();
			bytes.extend(genesis.as_bytes());
			bytes.extend(0u32.to_le_bytes());
			bytes.extend(0u32.to_le_bytes());
			bytes.extend(MONDAY.to_le_bytes());
			bytes.extend(1_200u64.to_le_bytes());
			bytes.extend(500u64.to_le_bytes());
			assert_eq!(message, bytes);
			assert_ne!(reading_message(H256([1; 32]), 0, MONDAY, &reading), bytes);
		});
	}
}

mod quarantine {
	use super::*;

	#[test]
	fn holds_a_reading_of_no_meter_of_the_community() {
		chain(|| {
			let elsewhere = enrolled_in(1);
			after_hour(0);
			assert_ok!(submit(1, 0, &[reading(elsewhere, 0, 1_200, 500), reading(77, 0, 1, 1)]));
			assert_eq!(reason(elsewhere, 0, 1), Some(Reason::UnknownMeter));
			assert_eq!(reason(77, 0, 1), Some(Reason::UnknownMeter));
			assert_eq!(counts(1), Some((0, 2)));
			let (batch_id, interval_start, reason) = (H256([1; 32]), MONDAY, Reason::UnknownMeter);
			System::assert_has_event(
				Event::ReadingQuarantined {
					batch_id,
					meter: 77,
					interval_start,
					reason,
				}
				.into(),
			);
		});
	}

	#[test]
	fn holds_a_reading_the_device_did_not_sign() {
		chain(|| {
			let meters = [enrolled(), enrolled(), enrolled(), enrolled()];
			after_hour(1);
			let edited = SignedReading {
				export_register_wh: 9_000,
				..reading(meters[0], 0, 1_000, 500)
			};
			let of_another_meter = SignedReading {
				meter: meters[1],
				..reading(meters[0], 0, 1_000, 500)
			};
			let of_another_hour = reading(meters[2], 1, 1_000, 500);
			let unsigned = SignedReading {
				signature: [0; 64],
				..reading(meters[3], 0, 1_000, 500)
			};
			assert_ok!(submit(1, 0, &[edited, of_another_meter, of_another_hour, unsigned]));
			for meter in meters {
				assert_eq!(reason(meter, 0, 1), Some(Reason::BadSignature));
				assert_eq!(Registers::<Test>::get(meter).map(|register| register.at), Some(MONDAY));
			}
		});
	}

	#[test]
	fn holds_a_reading_after_the_grace_period() {
		chain(|| {
			let meters = [enrolled(), enrolled()];
			Now::set(MONDAY + HOUR + GRACE - 1);
			assert_ok!(submit(1, 0, &[reading(meters[0], 0, 1_200, 500)]));
			Now::set(MONDAY + HOUR + GRACE);
			assert_ok!(submit(2, 0, &[reading(meters[1], 0, 1_200, 500)]));
			assert_eq!(accepted(meters[0], 0), Some((200, 0)));
			assert_eq!(
				(accepted(meters[1], 0), reason(meters[1], 0, 2)),
				(None, Some(Reason::Late))
			);
		});
	}

	#[test]
	fn holds_a_second_reading_of_an_interval_if_it_differs() {
		chain(|| {
			let meter = enrolled();
			after_hour(0);
			assert_ok!(submit(1, 0, &[reading(meter, 0, 1_200, 500)]));
			assert_ok!(submit(2, 0, &[reading(meter, 0, 1_201, 500)]));
			assert_ok!(submit(3, 0, &[reading(meter, 0, 1_200, 501)]));
			assert_eq!(
				(reason(meter, 0, 2), reason(meter, 0, 3)),
				(Some(Reason::Conflict), Some(Reason::Conflict))
			);
			assert_eq!(accepted(meter, 0), Some((200, 0)));
		});
	}

	#[test]
	fn holds_the_second_of_two_readings_in_one_batch() {
		chain(|| {
			let meter = enrolled();
			after_hour(0);
			assert_ok!(submit(
				1,
				0,
				&[reading(meter, 0, 1_200, 500), reading(meter, 0, 1_300, 500)]
			));
			assert_eq!(
				(accepted(meter, 0), reason(meter, 0, 1)),
				(Some((200, 0)), Some(Reason::Conflict))
			);
			assert_eq!(counts(1), Some((1, 1)));
		});
	}

	#[test]
	fn holds_a_reading_before_the_last_one() {
		chain(|| {
			let meter = enrolled();
			after_hour(1);
			assert_ok!(submit(1, 1, &[reading(meter, 1, 1_300, 500)]));
			assert_eq!(reason(meter, 1, 1), Some(Reason::Gap));
			assert_ok!(submit(2, 0, &[reading(meter, 0, 1_200, 500)]));
			assert_eq!((accepted(meter, 0), reason(meter, 0, 2)), (None, Some(Reason::Stale)));
		});
	}

	#[test]
	fn holds_a_register_that_fell() {
		chain(|| {
			let meters = [enrolled(), enrolled()];
			after_hour(0);
			assert_ok!(submit(
				1,
				0,
				&[reading(meters[0], 0, 999, 500), reading(meters[1], 0, 1_000, 499)]
			));
			for meter in meters {
				assert_eq!(
					(accepted(meter, 0), reason(meter, 0, 1)),
					(None, Some(Reason::RegisterFell))
				);
			}
			let kept = Quarantine::<Test>::get((meters[0], MONDAY, H256([1; 32])));
			let reason = Reason::RegisterFell;
			let expected = QuarantinedReading {
				reason,
				import_register_wh: 999,
				export_register_wh: 500,
			};
			assert_eq!(kept, Some(expected));
			assert_ok!(submit(2, 0, &[reading(meters[0], 0, 1_000, 500)]));
			assert_eq!(accepted(meters[0], 0), Some((0, 0)));
		});
	}

	#[test]
	fn holds_more_energy_than_the_connection_carries() {
		chain(|| {
			let meters = [enrolled(), enrolled(), enrolled()];
			after_hour(0);
			let batch = [
				reading(meters[0], 0, 11_000, 10_500),
				reading(meters[1], 0, 11_001, 500),
				reading(meters[2], 0, 1_000, 10_501),
			];
			assert_ok!(submit(1, 0, &batch));
			assert_eq!(accepted(meters[0], 0), Some((10_000, 10_000)));
			assert_eq!(reason(meters[1], 0, 1), Some(Reason::AboveConnectionLimit));
			assert_eq!(reason(meters[2], 0, 1), Some(Reason::AboveConnectionLimit));
		});
	}

	#[test]
	fn holds_the_first_reading_after_missing_ones_and_the_register_moves_on() {
		chain(|| {
			let meter = enrolled();
			after_hour(2);
			assert_ok!(submit(1, 2, &[reading(meter, 2, 31_000, 500)]));
			assert_eq!((accepted(meter, 2), reason(meter, 2, 1)), (None, Some(Reason::Gap)));
			let register = Register {
				at: MONDAY + 3 * HOUR,
				import_wh: 31_000,
				export_wh: 500,
			};
			assert_eq!(Registers::<Test>::get(meter), Some(register));
			after_hour(3);
			assert_ok!(submit(2, 3, &[reading(meter, 3, 31_000, 700)]));
			assert_eq!(accepted(meter, 3), Some((0, 200)));
		});
	}

	#[test]
	fn holds_an_impossible_jump_over_a_gap_and_the_register_stays() {
		chain(|| {
			let meter = enrolled();
			after_hour(2);
			assert_ok!(submit(1, 2, &[reading(meter, 2, 31_001, 500)]));
			assert_eq!(reason(meter, 2, 1), Some(Reason::AboveConnectionLimit));
			assert_eq!(Registers::<Test>::get(meter).map(|register| register.at), Some(MONDAY));
		});
	}

	#[test]
	fn rounds_the_connection_limit_up() {
		assert_eq!(connection_limit_wh(1, 900), 1);
		assert_eq!(connection_limit_wh(4, 900), 1);
		assert_eq!(connection_limit_wh(5, 900), 2);
		assert_eq!(connection_limit_wh(u32::MAX, u64::MAX), u64::MAX.div_ceil(3600));
	}
}

mod final_reading {
	use super::*;

	#[test]
	fn is_there_once_the_grace_period_is_over() {
		chain(|| {
			let meter = enrolled();
			after_hour(0);
			assert_ok!(submit(1, 0, &[reading(meter, 0, 1_200, 800)]));
			Now::set(MONDAY + HOUR + GRACE - 1);
			assert_eq!(Metering::final_reading(meter, MONDAY), None);
			Now::set(MONDAY + HOUR + GRACE);
			let reading = FinalReading {
				import_wh: 200,
				export_wh: 300,
				export_register_wh: 500,
			};
			assert_eq!(Metering::final_reading(meter, MONDAY), Some(reading));
			assert_eq!(Metering::final_reading(meter, MONDAY + HOUR), None);
			assert_eq!(Metering::final_reading(meter + 1, MONDAY), None);
		});
	}
}
