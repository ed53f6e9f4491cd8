//! One batch, reading by reading: what is believed, what is not, and why.

use crate::{
	types::{Meter, QuarantinedReading, Reading, Reason, Register, SignedReading},
	Config, Event, Meters, Pallet, Quarantine, Readings, Registers,
};
use aipchain_primitives::{CommunityId, MeterId, UnixSeconds, Wh, H256, HOUR_S};
use alloc::vec::Vec;
use codec::Encode;
use frame::deps::{
	sp_core::ed25519::{Public, Signature},
	sp_io::crypto::ed25519_verify,
};

/// What a signed reading starts with, so that a device signs nothing else of ours by it.
pub const READING_CONTEXT: [u8; 19] = *b"aipchain/reading/v1";

/// What all readings of a batch share.
pub(crate) struct Round {
	pub genesis: H256,
	pub batch_id: H256,
	pub community: CommunityId,
	pub interval_start: UnixSeconds,
	pub interval_end: UnixSeconds,
	pub final_at: UnixSeconds,
	pub now: UnixSeconds,
}

/// What became of a reading.
enum Verdict {
	/// The energy of the interval.
	Accepted(Reading),
	/// The same reading is here already.
	Known,
	/// Not believed.
	Quarantined(Reason),
}

/// The outcome of a batch.
#[derive(Default)]
pub(crate) struct Outcome {
	/// `(meter, import_wh, export_wh)` of each reading that is new.
	pub readings: Vec<(MeterId, Wh, Wh)>,
	/// Readings that were here already.
	pub known: u32,
	/// Readings in quarantine.
	pub quarantined: u32,
}

/// The bytes a device signs: `SCALE((READING_CONTEXT, genesis, community, meter, interval_start, registers))`.
pub fn reading_message(
	genesis: H256,
	community: CommunityId,
	interval_start: UnixSeconds,
	reading: &SignedReading,
) -> Vec<u8> {
	let SignedReading {
		meter,
		import_register_wh,
		export_register_wh,
		..
	} = reading;
	(
		READING_CONTEXT,
		genesis,
		community,
		meter,
		interval_start,
		import_register_wh,
		export_register_wh,
	)
		.encode()
}

/// The most a connection can carry in `elapsed_s`, rounded up [Wh].
pub fn connection_limit_wh(connection_limit_w: u32, elapsed_s: u64) -> Wh {
	u64::from(connection_limit_w).saturating_mul(elapsed_s).div_ceil(HOUR_S)
}

impl<T: Config> Pallet<T> {
	/// Judges and records every reading.
	pub(crate) fn record_readings(round: &Round, readings: &[SignedReading]) -> Outcome {
		let mut outcome = Outcome::default();
		for signed in readings {
			match Self::judge(round, signed) {
				Verdict::Known => outcome.known = outcome.known.saturating_add(1),
				Verdict::Quarantined(reason) => {
					Self::quarantine(round, signed, reason);
					outcome.quarantined = outcome.quarantined.saturating_add(1);
				}
				Verdict::Accepted(reading) => {
					Self::move_register(round, signed);
					Readings::<T>::insert(round.interval_start, signed.meter, reading);
					outcome
						.readings
						.push((signed.meter, reading.import_wh, reading.export_wh));
				}
			}
		}
		outcome
	}

	fn judge(round: &Round, signed: &SignedReading) -> Verdict {
		let meter = match Meters::<T>::get(signed.meter) {
			Some(meter) if meter.community == round.community => meter,
			_ => return Verdict::Quarantined(Reason::UnknownMeter),
		};
		if !Self::signed_by_device(round, &meter, signed) {
			return Verdict::Quarantined(Reason::BadSignature);
		}
		if round.now >= round.final_at {
			return Verdict::Quarantined(Reason::Late);
		}
		match Registers::<T>::get(signed.meter) {
			Some(register) => Self::judge_registers(round, &meter, register, signed),
			None => Verdict::Quarantined(Reason::UnknownMeter),
		}
	}

	fn signed_by_device(round: &Round, meter: &Meter<T::AccountId>, signed: &SignedReading) -> bool {
		let message = reading_message(round.genesis, round.community, round.interval_start, signed);
		ed25519_verify(
			&Signature::from_raw(signed.signature),
			&message,
			&Public::from_raw(meter.device_key),
		)
	}

	fn judge_registers(
		round: &Round,
		meter: &Meter<T::AccountId>,
		register: Register,
		signed: &SignedReading,
	) -> Verdict {
		// A recorded reading moved the register past its interval, so only then is there one to look for.
		if round.interval_start < register.at {
			return match Readings::<T>::get(round.interval_start, signed.meter) {
				Some(known) if known.ends_at(signed.import_register_wh, signed.export_register_wh) => Verdict::Known,
				Some(_) => Verdict::Quarantined(Reason::Conflict),
				None => Verdict::Quarantined(Reason::Stale),
			};
		}
		let import_wh = signed.import_register_wh.checked_sub(register.import_wh);
		let export_wh = signed.export_register_wh.checked_sub(register.export_wh);
		let (Some(import_wh), Some(export_wh)) = (import_wh, export_wh) else {
			return Verdict::Quarantined(Reason::RegisterFell);
		};
		let elapsed_s = round.interval_end.saturating_sub(register.at);
		if import_wh.max(export_wh) > connection_limit_wh(meter.connection_limit_w, elapsed_s) {
			return Verdict::Quarantined(Reason::AboveConnectionLimit);
		}
		if round.interval_start > register.at {
			return Verdict::Quarantined(Reason::Gap);
		}
		Verdict::Accepted(Reading {
			import_wh,
			export_wh,
			import_register_wh: register.import_wh,
			export_register_wh: register.export_wh,
			final_at: round.final_at,
		})
	}

	fn quarantine(round: &Round, signed: &SignedReading, reason: Reason) {
		let SignedReading {
			meter,
			import_register_wh,
			export_register_wh,
			..
		} = *signed;
		let Round {
			batch_id,
			interval_start,
			..
		} = *round;
		if reason == Reason::Gap {
			Self::move_register(round, signed);
		}
		let kept = QuarantinedReading {
			reason,
			import_register_wh,
			export_register_wh,
		};
		Quarantine::<T>::insert((meter, interval_start, batch_id), kept);
		Self::deposit_event(Event::ReadingQuarantined {
			batch_id,
			meter,
			interval_start,
			reason,
		});
	}

	fn move_register(round: &Round, signed: &SignedReading) {
		let SignedReading {
			meter,
			import_register_wh: import_wh,
			export_register_wh: export_wh,
			..
		} = *signed;
		Registers::<T>::insert(
			meter,
			Register {
				at: round.interval_end,
				import_wh,
				export_wh,
			},
		);
	}
}
