//! # Energy
//!
//! ## Overview
//! Verified production becomes energy tokens (EAAT; 1 kWh = 1 EAAT). A lot is a range of watt-hours of one meter's
//! export register in one interval, so a watt-hour exists once. A final reading is minted once: by the settlement of
//! its interval, which holds what was sold and moves it to the buyers, or by anyone's `mint` when no settlement is
//! awaited. Lots are moved by settlement only; an owner retires energy to claim it.
//!
//! A mint looks like this while it is settled: `[moved to buyers, free][held][rest, free]`.
//!
//! ## Calls
//! `mint` (anyone), `retire` (the owner). Settlement uses [`EnergyLedger`](aipchain_primitives::traits::EnergyLedger).
//!
//! ## Events
//! `Minted`, `Moved`, `Retired`.
//!
//! ## Invariants
//! - The energy minted is what all accounts have free, held and retired, lot by lot.
//! - The lots of a mint are disjoint and cover it; at most one is held, where the mint says.
//! - A meter and interval are minted at most once, and as much as the final reading.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod types;
pub mod weights;

#[cfg(any(feature = "try-runtime", test))]
mod invariants;
mod ledger;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;

/// The pallet.
#[frame::pallet]
pub mod pallet {
	use crate::{
		types::{EnergySums, Lot, LotState, MeterList, Mint},
		weights::WeightInfo,
	};
	use aipchain_primitives::{
		traits::{Communities, Meters, Readings, SettlementGate},
		CommunityId, MeterId, UnixSeconds, Wh,
	};
	use frame::{
		prelude::*,
		traits::{StorageVersion, UnixTime},
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Chain time.
		type Time: UnixTime;
		/// Facts about communities.
		type Communities: Communities;
		/// Facts about meters.
		type Meters: Meters<Self::AccountId>;
		/// Final readings.
		type Readings: Readings;
		/// Whether energy must wait for the market.
		type Settlement: SettlementGate;
		/// The weight of each call.
		type WeightInfo: WeightInfo;
	}

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What was minted, by meter and interval.
	#[pallet::storage]
	pub type Mints<T: Config> =
		StorageDoubleMap<_, Twox64Concat, MeterId, Twox64Concat, UnixSeconds, Mint<T::AccountId>>;

	/// The lots by meter, interval and first watt-hour.
	#[pallet::storage]
	pub type Lots<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, MeterId>,
			NMapKey<Twox64Concat, UnixSeconds>,
			NMapKey<Twox64Concat, Wh>,
		),
		Lot<T::AccountId>,
	>;

	/// The energy of each account.
	#[pallet::storage]
	pub type Accounts<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, EnergySums, ValueQuery>;

	/// The energy ever minted [Wh].
	#[pallet::storage]
	pub type TotalMinted<T: Config> = StorageValue<_, u128, ValueQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A final reading became energy.
		Minted {
			/// The meter.
			meter: MeterId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The owner of the meter.
			producer: T::AccountId,
			/// The export register before the interval.
			first_wh: Wh,
			/// How much.
			wh: Wh,
		},
		/// Held energy went to its buyer.
		Moved {
			/// The meter.
			meter: MeterId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The first watt-hour of the moved lot.
			first_wh: Wh,
			/// How much.
			wh: Wh,
			/// The producer.
			from: T::AccountId,
			/// The new owner.
			to: T::AccountId,
		},
		/// Energy was used up.
		Retired {
			/// The meter.
			meter: MeterId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The first watt-hour of the retired lot.
			first_wh: Wh,
			/// How much.
			wh: Wh,
			/// Who retired it.
			owner: T::AccountId,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such community.
		UnknownCommunity,
		/// The readings of the interval are not final yet.
		NotFinal,
		/// The market has not settled the interval yet.
		AwaitsSettlement,
		/// There is no such lot, or nothing was minted.
		UnknownLot,
		/// The lot belongs to another account.
		NotOwner,
		/// The lot is held or retired.
		LotNotFree,
		/// Zero watt-hours are nothing to retire.
		ZeroEnergy,
		/// The lot, or the hold, has less energy.
		InsufficientEnergy,
		/// The reading was minted before, and nothing of it is held.
		AlreadyMinted,
		/// A sum is at its end.
		Overflow,
	}

	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Mint the final readings of an interval that no settlement awaits. Meters of another community, without
		/// export or minted before are skipped.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::mint(meters.len() as u32))]
		pub fn mint(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			meters: MeterList,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::ensure_final(community, interval_start)?;
			ensure!(
				!T::Settlement::awaits_settlement(community, interval_start),
				Error::<T>::AwaitsSettlement
			);
			for meter in meters {
				let here = T::Meters::meter(meter).filter(|facts| facts.community == community);
				let Some(facts) = here else { continue };
				if !Mints::<T>::contains_key(meter, interval_start) {
					Self::mint_reading(meter, interval_start, facts, 0)?;
				}
			}
			Ok(())
		}

		/// Retire the first `wh` watt-hours of a free lot.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::retire())]
		pub fn retire(
			origin: OriginFor<T>,
			meter: MeterId,
			interval_start: UnixSeconds,
			first_wh: Wh,
			wh: Wh,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			ensure!(wh > 0, Error::<T>::ZeroEnergy);
			let lot = Lots::<T>::get((meter, interval_start, first_wh)).ok_or(Error::<T>::UnknownLot)?;
			ensure!(lot.owner == owner, Error::<T>::NotOwner);
			ensure!(lot.state == LotState::Free, Error::<T>::LotNotFree);
			let rest_wh = lot.wh.checked_sub(wh).ok_or(Error::<T>::InsufficientEnergy)?;
			let rest_from_wh = first_wh.checked_add(wh).ok_or(Error::<T>::Overflow)?;

			Self::put_lot(meter, interval_start, first_wh, &owner, wh, LotState::Retired);
			Self::put_lot(meter, interval_start, rest_from_wh, &owner, rest_wh, LotState::Free);
			Self::shift(&owner, LotState::Free, &owner, LotState::Retired, wh)?;
			Self::deposit_event(Event::Retired {
				meter,
				interval_start,
				first_wh,
				wh,
				owner,
			});
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
		fn ensure_final(community: CommunityId, interval_start: UnixSeconds) -> DispatchResult {
			let interval_s = T::Communities::interval_s(community).ok_or(Error::<T>::UnknownCommunity)?;
			let parameters =
				T::Communities::parameters_at(community, interval_start).ok_or(Error::<T>::UnknownCommunity)?;
			let final_at = parameters.final_at(interval_start, interval_s);
			ensure!(T::Time::now().as_secs() >= final_at, Error::<T>::NotFinal);
			Ok(())
		}
	}
}
