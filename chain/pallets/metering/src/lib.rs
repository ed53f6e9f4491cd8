//! # Metering
//!
//! ## Overview
//! Meters are enrolled with the ed25519 key of their device. A gateway submits one batch per interval: the registers
//! that the devices signed. A reading is believed when the device signed it, it came in time, and its registers go on
//! from the last ones at a power the connection can carry. Any other reading is kept in quarantine with the reason:
//! visible, never dropped, never guessed, never minted. A reading is final when the community's grace period is over.
//!
//! A batch names a meter once; if it does not, the second reading meets the first as any other batch would, and of two
//! quarantined ones the later is kept.
//!
//! ## Calls
//! `enrol_meter` (steward), `submit_batch` (gateway; the same batch again changes nothing).
//!
//! ## Events
//! `MeterEnrolled`, `BatchRecorded`, `BatchAlreadyRecorded`, `ReadingsAccepted` (once per batch with new readings),
//! `ReadingQuarantined`.
//!
//! ## Invariants
//! - Every meter has a register; no register is behind a reading of its meter.
//! - The intervals of a meter's readings do not overlap, and neither do their register ranges.
//! - Every quarantined reading names a recorded batch.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod batch;
pub mod types;
pub mod weights;

mod facts;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;

/// The pallet.
#[frame::pallet]
pub mod pallet {
	use crate::{
		batch::{Outcome, Round},
		types::{Batch, Meter, QuarantinedReading, Reading, Reason, Register, SignedReadings},
		weights::WeightInfo,
	};
	use aipchain_primitives::{
		interval_end, is_aligned,
		traits::{Communities, Membership},
		CommunityId, MeterId, Role, Source, UnixSeconds, Wh,
	};
	use alloc::vec::Vec;
	use frame::{
		deps::sp_io::hashing::blake2_256,
		prelude::*,
		traits::{StorageVersion, UnixTime, Zero},
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash: Into<H256>> {
		/// Chain time.
		type Time: UnixTime;
		/// Facts about communities.
		type Communities: Communities;
		/// Who belongs to a community and what they may do.
		type Membership: Membership<Self::AccountId>;
		/// The weight of each call.
		type WeightInfo: WeightInfo;
	}

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The id of the next meter.
	#[pallet::storage]
	pub type NextMeterId<T: Config> = StorageValue<_, MeterId, ValueQuery>;

	/// The meters.
	#[pallet::storage]
	pub type Meters<T: Config> = StorageMap<_, Twox64Concat, MeterId, Meter<T::AccountId>>;

	/// The last trusted registers of each meter.
	#[pallet::storage]
	pub type Registers<T: Config> = StorageMap<_, Twox64Concat, MeterId, Register>;

	/// The accepted readings by interval and meter.
	#[pallet::storage]
	pub type Readings<T: Config> = StorageDoubleMap<_, Twox64Concat, UnixSeconds, Twox64Concat, MeterId, Reading>;

	/// The readings that were not believed, by meter, interval and batch.
	#[pallet::storage]
	pub type Quarantine<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, MeterId>,
			NMapKey<Twox64Concat, UnixSeconds>,
			NMapKey<Blake2_128Concat, H256>,
		),
		QuarantinedReading,
	>;

	/// The recorded batches by the id the gateway made.
	#[pallet::storage]
	pub type Batches<T: Config> = StorageMap<_, Blake2_128Concat, H256, Batch<T::AccountId>>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A meter was enrolled.
		MeterEnrolled {
			/// The new meter.
			meter: MeterId,
			/// Its community.
			community: CommunityId,
			/// Its owner.
			owner: T::AccountId,
		},
		/// A batch was recorded.
		BatchRecorded {
			/// The id the gateway made.
			batch_id: H256,
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// Who submitted it.
			gateway: T::AccountId,
			/// Readings accepted, those known before included.
			accepted: u32,
			/// Readings in quarantine.
			quarantined: u32,
		},
		/// The same batch came again; nothing changed.
		BatchAlreadyRecorded {
			/// The id the gateway made.
			batch_id: H256,
		},
		/// New readings were accepted.
		ReadingsAccepted {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// `(meter, import_wh, export_wh)` of each.
			readings: Vec<(MeterId, Wh, Wh)>,
		},
		/// A reading was not believed.
		ReadingQuarantined {
			/// The batch it came in.
			batch_id: H256,
			/// The meter it names.
			meter: MeterId,
			/// The interval.
			interval_start: UnixSeconds,
			/// Why.
			reason: Reason,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such community.
		UnknownCommunity,
		/// The signer is no steward of the community.
		NotSteward,
		/// The signer is no gateway of the community.
		NotGateway,
		/// The owner of a meter is a member of its community.
		OwnerNotMember,
		/// The community has no such zone.
		UnknownZone,
		/// A connection carries at least one watt.
		NoConnectionLimit,
		/// An interval starts on a multiple of its length, and a meter is not read from the past.
		BadInterval,
		/// The interval is not over yet.
		IntervalNotOver,
		/// Another batch has this id.
		BatchIdReused,
		/// A batch has at least one reading.
		EmptyBatch,
		/// A counter is at its end.
		Overflow,
	}

	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Enrol a meter whose registers show the given values at `reads_from`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::enrol_meter())]
		#[allow(clippy::too_many_arguments)]
		pub fn enrol_meter(
			origin: OriginFor<T>,
			community: CommunityId,
			owner: T::AccountId,
			device_key: [u8; 32],
			zone: u16,
			source: Source,
			connection_limit_w: u32,
			import_register_wh: Wh,
			export_register_wh: Wh,
			reads_from: UnixSeconds,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let interval_s = T::Communities::interval_s(community).ok_or(Error::<T>::UnknownCommunity)?;
			ensure!(
				T::Membership::has_role(community, &who, Role::Steward),
				Error::<T>::NotSteward
			);
			ensure!(
				T::Membership::member_index(community, &owner).is_some(),
				Error::<T>::OwnerNotMember
			);
			ensure!(T::Communities::zone_exists(community, zone), Error::<T>::UnknownZone);
			ensure!(connection_limit_w > 0, Error::<T>::NoConnectionLimit);
			ensure!(is_aligned(reads_from, interval_s), Error::<T>::BadInterval);
			let enrolled_at = Self::now();
			ensure!(
				interval_end(reads_from, interval_s) > enrolled_at,
				Error::<T>::BadInterval
			);

			let meter = NextMeterId::<T>::get();
			NextMeterId::<T>::put(meter.checked_add(1).ok_or(Error::<T>::Overflow)?);
			let register = Register {
				at: reads_from,
				import_wh: import_register_wh,
				export_wh: export_register_wh,
			};
			Registers::<T>::insert(meter, register);
			let facts = Meter {
				community,
				owner: owner.clone(),
				device_key,
				zone,
				source,
				connection_limit_w,
				enrolled_at,
			};
			Meters::<T>::insert(meter, facts);
			Self::deposit_event(Event::MeterEnrolled {
				meter,
				community,
				owner,
			});
			Ok(())
		}

		/// Record the signed readings of an interval that is over.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::submit_batch(readings.len() as u32))]
		pub fn submit_batch(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			batch_id: H256,
			readings: SignedReadings,
		) -> DispatchResult {
			let gateway = ensure_signed(origin)?;
			let interval_s = T::Communities::interval_s(community).ok_or(Error::<T>::UnknownCommunity)?;
			ensure!(
				T::Membership::has_role(community, &gateway, Role::Gateway),
				Error::<T>::NotGateway
			);
			ensure!(!readings.is_empty(), Error::<T>::EmptyBatch);
			let content = H256((community, interval_start, &readings).using_encoded(blake2_256));
			if let Some(known) = Batches::<T>::get(batch_id) {
				ensure!(known.content == content, Error::<T>::BatchIdReused);
				Self::deposit_event(Event::BatchAlreadyRecorded { batch_id });
				return Ok(());
			}
			let round = Self::round(community, interval_start, interval_s, batch_id)?;
			let Outcome {
				readings,
				known,
				quarantined,
			} = Self::record_readings(&round, &readings);
			let accepted = known.saturating_add(readings.len() as u32);
			let batch = Batch {
				gateway: gateway.clone(),
				community,
				interval_start,
				content,
				accepted,
				quarantined,
			};
			Batches::<T>::insert(batch_id, batch);
			let recorded = Event::BatchRecorded {
				batch_id,
				community,
				interval_start,
				gateway,
				accepted,
				quarantined,
			};
			Self::deposit_event(recorded);
			if !readings.is_empty() {
				Self::deposit_event(Event::ReadingsAccepted {
					community,
					interval_start,
					readings,
				});
			}
			Ok(())
		}
	}

	/// The invariants, for `try-runtime`.
	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Chain time.
		pub(crate) fn now() -> UnixSeconds {
			T::Time::now().as_secs()
		}

		fn round(
			community: CommunityId,
			interval_start: UnixSeconds,
			interval_s: u32,
			batch_id: H256,
		) -> Result<Round, DispatchError> {
			ensure!(is_aligned(interval_start, interval_s), Error::<T>::BadInterval);
			let now = Self::now();
			let interval_end = interval_end(interval_start, interval_s);
			ensure!(interval_end <= now, Error::<T>::IntervalNotOver);
			let parameters =
				T::Communities::parameters_at(community, interval_start).ok_or(Error::<T>::UnknownCommunity)?;
			let final_at = parameters.final_at(interval_start, interval_s);
			let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).into();
			Ok(Round {
				genesis,
				batch_id,
				community,
				interval_start,
				interval_end,
				final_at,
				now,
			})
		}
	}
}
