//! # Market
//!
//! ## Overview
//! One book per community and delivery interval. Members place orders with escrow until the gate closes; an operator
//! submits the trades of the voted rule; once the readings are final anyone settles. The chain does not trust a
//! clearing: a trade that breaks one rule of the envelope refuses the whole result, and so does a certificate that does
//! not show what the terms of the rule ask for. What a certificate only commits to, anyone may show to be wrong until
//! the readings are final. A book without a result by its deadline is voided. Work per call is bounded and every call
//! may be repeated.
//!
//! ## Calls
//! - `post_reference_prices`: an oracle states retail and feed-in prices, once per interval.
//! - `place_orders`: a member places orders, all or none, with one hold for the batch.
//! - `cancel_order`: the owner takes an order back before the gate closes.
//! - `submit_clearing`: an operator submits the trades of a book, and what proves them.
//! - `settle`: anyone lets the next trades be paid and delivered, then the orders be closed.
//! - `void`: anyone lets a book without a result release its holds.
//! - `challenge_clearing`: anyone shows a fault of a clearing, which undoes it.
//!
//! ## Proofs
//! - [`Proof::UniformPrice`](aipchain_primitives::Proof): all trades have the price y, and every better order, a bid
//!   above or an offer below y, is served in full. The chain looks at every order. Only what one owner would have to
//!   buy from itself may be missing: it is a party to every trade, and its own orders can exchange what they lack. And
//!   what a full list had no room for: trades no larger than its least one, and with those that it has no more than
//!   two for each order at y or better. So nothing, where these are 1,000 orders or fewer.
//! - [`Proof::Optimum`](aipchain_primitives::Proof): by weak duality. A trade is worth what its limits are apart, less
//!   the charge between the zones. Every order has a dual, every limited line a price for either way; together they
//!   bound what any trades can be worth, if for each bid and offer of two owners
//!   `surplus + surplus' + price of the line >= bid limit - offer limit - charge`. The chain checks that the bound is
//!   met, and stores the Merkle root of the duals. One pair that breaks the bound, one dual of no such order or one
//!   line that carries too much is enough to undo the clearing.
//!
//! ## Settlement
//! A meter may have several trades of one side. Its confirmed energy `G = min(final reading, contracted C)` is shared
//! by exact cumulative rounding in list order: `floor(C_i G / C) - floor(C_(i-1) G / C)`. A trade delivers the smaller
//! share of its two meters. The buyer pays `price x delivered` out of escrow and the producer's lot moves. A seller
//! whose account is closed, and whom what the trade is due does not open again, cannot be paid: then neither money nor
//! lot moves. Trades are settled one by one, so it does not matter how many a call settles.
//!
//! ## Events
//! `ReferencePosted`, `BookOpened`, `OrderPlaced`, `OrderCancelled`, `IntervalCleared`, `TradeSettled`, `OrderClosed`,
//! `BookSettled`, `BookVoided`, `ClearingOverturned`.
//!
//! ## Invariants
//! - An account's hold for [`Escrow`](HoldReason::Escrow) is the sum of its orders' escrow.
//! - An order's trades never exceed it; an order id is used once per book.
//! - A book's trades change only by being overturned; then nothing is filled, and nothing is committed to.
//! - A meter's standing orders of one side in a book together are at most what its connection carries in the interval.
//! - A voided or settled book holds nothing.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod book;
mod certificate;
mod challenge;
mod clearing;
mod closing;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
mod optimum;
mod orders;
mod settlement;
mod sharing;
mod standing;
pub mod types;
mod uniform_price;
pub mod weights;
mod zones;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

/// The most reference prices in a call.
pub const MAX_POSTED_PRICES: u32 = 192;
/// The most orders in a call.
pub const MAX_NEW_ORDERS: u32 = 500;
/// The most orders in a book.
pub const MAX_BOOK_ORDERS: u32 = 10_000;
/// The most trades of a clearing.
pub const MAX_TRADES: u32 = 2_000;
/// The most trades and orders that one call settles or voids.
pub const MAX_LIMIT: u32 = 1_000;

#[frame::pallet]
pub mod pallet {
	use super::*;
	use aipchain_primitives::{traits::*, *};
	use frame::{
		prelude::*,
		token::fungible::{Inspect, MutateHold},
		traits::UnixTime,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What the runtime gives the market.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The chain's time.
		type Time: UnixTime;
		/// The money that is held and paid.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;
		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;
		/// Communities, members and roles.
		type Communities: Communities + Membership<Self::AccountId>;
		/// Meters and their final readings.
		type Metering: Meters<Self::AccountId> + Readings;
		/// The energy that moves with a payment.
		type Energy: EnergyLedger<Self::AccountId>;
		/// The rules a book is bound to.
		type Plugins: ActivePlugins;
		/// What calls cost.
		type WeightInfo: WeightInfo;
	}

	/// Why the market holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For an open order: a bid's payment or an offer's collateral.
		Escrow,
	}

	/// The market.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The number of the next order.
	#[pallet::storage]
	pub type NextOrderNumber<T> = StorageValue<_, OrderNumber, ValueQuery>;

	/// The reference price of a book's interval, write-once.
	#[pallet::storage]
	pub type ReferencePrices<T> = StorageMap<_, Twox64Concat, BookKey, ReferencePrice>;

	/// The books.
	#[pallet::storage]
	pub type Books<T> = StorageMap<_, Twox64Concat, BookKey, Book>;

	/// A book's orders in placing order; removed when the book is voided or settled.
	#[pallet::storage]
	pub type BookOrders<T> =
		StorageMap<_, Twox64Concat, BookKey, BoundedVec<OrderNumber, ConstU32<MAX_BOOK_ORDERS>>, ValueQuery>;

	/// The order that an owner's id names in a book.
	#[pallet::storage]
	pub type OrderIds<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BookKey, Blake2_128Concat, (T::AccountId, u64), OrderNumber>;

	/// Energy of a meter's standing orders of one side in a book, more than zero.
	#[pallet::storage]
	pub type StandingWh<T> = StorageDoubleMap<_, Twox64Concat, BookKey, Twox64Concat, (MeterId, Side), Wh, ValueQuery>;

	/// Orders until they are closed.
	#[pallet::storage]
	pub type Orders<T: Config> = StorageMap<_, Twox64Concat, OrderNumber, Order<T::AccountId>>;

	/// The trades of a cleared book.
	#[pallet::storage]
	pub type Trades<T> = StorageMap<_, Twox64Concat, BookKey, BoundedVec<Trade, ConstU32<MAX_TRADES>>, ValueQuery>;

	/// The prices of the limited lines that a cleared book's commitment goes with, if there are any.
	#[pallet::storage]
	pub type LinePrices<T> = StorageMap<_, Twox64Concat, BookKey, LinePriceList, ValueQuery>;

	/// Facts of the market.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The reference price of an interval stands.
		ReferencePosted {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The supplier's price.
			retail: Price,
			/// The feed-in tariff.
			feed_in: Price,
		},
		/// A book opened, bound to these rules.
		BookOpened {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The rules.
			rules: RuleSet,
		},
		/// An order was placed and its escrow is held.
		OrderPlaced {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The chain's number of the order.
			number: OrderNumber,
			/// Who placed it.
			owner: T::AccountId,
			/// The owner's own number.
			id: u64,
			/// The owner's meter.
			meter: MeterId,
			/// Buy or sell.
			side: Side,
			/// Energy.
			wh: Wh,
			/// The most to pay, or the least to get.
			limit_price: Price,
		},
		/// An order was taken back and its escrow released.
		OrderCancelled {
			/// The order.
			number: OrderNumber,
		},
		/// A book has its trades.
		IntervalCleared {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The rules of the book.
			rules: RuleSet,
			/// `blake2_256` of the SCALE-encoded trade list.
			result: H256,
			/// Number of trades.
			trades: u32,
			/// Energy of all trades.
			traded_wh: Wh,
			/// The Merkle root of the duals, where the terms ask for the optimum.
			commitment: Option<H256>,
			/// Who submitted it.
			operator: T::AccountId,
		},
		/// A trade was paid for what was delivered.
		TradeSettled {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The trade's place in the list.
			index: u32,
			/// Who paid.
			buyer: T::AccountId,
			/// Who was paid.
			seller: T::AccountId,
			/// Energy agreed.
			wh: Wh,
			/// Energy that both meters confirm.
			delivered_wh: Wh,
			/// The price.
			price: Price,
			/// `price x delivered_wh`, or 0 when the seller's account is closed.
			paid: Balance,
		},
		/// An order is over and the rest of its escrow released.
		OrderClosed {
			/// The order.
			number: OrderNumber,
			/// Who placed it.
			owner: T::AccountId,
			/// Energy of its trades.
			filled_wh: Wh,
			/// Money released.
			released: Balance,
		},
		/// Every trade of a book is settled and every order closed.
		BookSettled {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// Energy that was delivered.
			delivered_wh: Wh,
			/// Money that was paid.
			paid: Balance,
		},
		/// A book without a result has released every hold.
		BookVoided {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
		},
		/// A fault was shown; the book has no result any more.
		ClearingOverturned {
			/// The community.
			community: CommunityId,
			/// The interval.
			interval_start: UnixSeconds,
			/// The result that was undone.
			result: H256,
			/// Who showed the fault.
			challenger: T::AccountId,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such community.
		UnknownCommunity,
		/// The caller is not a member of the community.
		NotMember,
		/// The caller is not an oracle of the community.
		NotOracle,
		/// The caller is not an operator of the community.
		NotOperator,
		/// The order is another account's.
		NotOwner,
		/// No interval starts then, or it is further ahead than books open.
		BadInterval,
		/// The gate of the interval is closed.
		GateClosed,
		/// The gate of the interval is still open.
		GateOpen,
		/// The clearing came at or after the deadline.
		DeadlinePassed,
		/// The deadline of the book is still ahead.
		DeadlineNotPassed,
		/// The readings of the interval are not final yet.
		NotFinal,
		/// The interval has no book.
		NoBook,
		/// A plugin slot of the community is empty.
		NoRules,
		/// The feed-in tariff is above the retail price.
		BadPrice,
		/// The interval has another reference price already.
		ReferenceAlreadyPosted,
		/// The order has no energy.
		ZeroEnergy,
		/// The meter is not enrolled in the community or not the caller's.
		UnknownMeter,
		/// The id names another order of the caller in this book.
		OrderIdReused,
		/// There is no such order.
		UnknownOrder,
		/// The order is cancelled already.
		OrderNotOpen,
		/// The book has no room for the orders.
		BookFull,
		/// The book is cleared, voided or settled.
		BookNotOpen,
		/// The book is not cleared.
		BookNotCleared,
		/// The clearing ran under other rules than the book's.
		RulesMismatch,
		/// A trade breaks a rule.
		TradeRefused(Refusal),
		/// The limit must be 1 to 1,000.
		BadLimit,
		/// The call has nothing in it.
		EmptyBatch,
		/// A sum does not fit.
		Overflow,
		/// The meter's standing orders of this side would be more than its connection carries in the interval.
		AboveConnectionLimit,
		/// The terms of the rule ask for another certificate.
		WrongCertificate,
		/// The certificate does not prove the trades.
		CertificateRefused(Flaw),
		/// The clearing has no commitment.
		NotCommitted,
		/// The path does not lead from the dual to the commitment.
		BadProof,
		/// What is shown is no fault.
		NoFault,
		/// The readings of the interval are final, or settlement has begun.
		ChallengeTooLate,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// State retail and feed-in prices of intervals whose gate is open. The same price again changes nothing.
		///
		/// Origin: signed by an oracle of the community. Opens the interval's book when both slots have a rule.
		///
		/// ## Complexity
		/// Linear in `prices`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::post_reference_prices(prices.len() as u32))]
		pub fn post_reference_prices(
			origin: OriginFor<T>,
			community: CommunityId,
			prices: BoundedVec<PostedPrice, ConstU32<MAX_POSTED_PRICES>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_post_reference_prices(&who, community, &prices)
		}

		/// Place orders for one interval, all or none, and hold their escrow. An order that stands already with the
		/// same id and content is skipped.
		///
		/// Origin: signed by a member; each meter is the member's own, and its connection carries what its standing orders
		/// of one side have together. Opens the book if it is the first.
		///
		/// ## Complexity
		/// Linear in `orders`, plus the list of the book's order numbers.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::place_weight(MAX_BOOK_ORDERS, orders.len() as u32))]
		pub fn place_orders(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			orders: BoundedVec<NewOrder, ConstU32<MAX_NEW_ORDERS>>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let listed = Self::do_place_orders(&who, (community, interval_start), &orders)?;
			Ok(Some(Self::place_weight(listed, orders.len() as u32)).into())
		}

		/// Take an order back before the gate closes and release its escrow.
		///
		/// Origin: signed by the order's owner.
		///
		/// ## Complexity
		/// Constant.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::cancel_order())]
		pub fn cancel_order(origin: OriginFor<T>, number: OrderNumber) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel_order(&who, number)
		}

		/// Submit the trades of a book and what proves them. Accepted once, after the gate and before the deadline, and
		/// only when every trade keeps every [`Rule`] and the certificate has no [`Flaw`]; the accepted result again
		/// changes nothing.
		///
		/// Origin: signed by an operator of the community.
		///
		/// ## Complexity
		/// Linear in `trades`, plus all orders of the book for a uniform price, or the duals for an optimum.
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::most_clearing_weight(trades.len() as u32, certificate))]
		pub fn submit_clearing(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			rules: RuleSet,
			trades: BoundedVec<Trade, ConstU32<MAX_TRADES>>,
			certificate: Certificate,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let weight = Self::do_submit_clearing(who, (community, interval_start), rules, trades, certificate)?;
			Ok(Some(weight).into())
		}

		/// Settle up to `limit` of the book's next trades, then close orders. A settled book is left as it is.
		///
		/// Origin: signed, anyone.
		///
		/// ## Complexity
		/// Linear in `limit`, plus the book's trade list while a trade is to settle.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::most_settle_weight(*limit))]
		pub fn settle(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			limit: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let work = Self::do_settle((community, interval_start), limit)?;
			Ok(Some(work.weight::<T>()).into())
		}

		/// Void a book that has no result by its deadline, and release the holds of up to `limit` orders. A voided
		/// and released book is left as it is.
		///
		/// Origin: signed, anyone.
		///
		/// ## Complexity
		/// Linear in `limit`, plus the list of the book's order numbers.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::void((*limit).min(MAX_LIMIT)))]
		pub fn void(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			limit: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let handled = Self::do_void((community, interval_start), limit)?;
			Ok(Some(T::WeightInfo::void(handled)).into())
		}

		/// Show a fault of a clearing before the readings are final. The clearing is undone: until the deadline the book
		/// takes another one, then it is voided as any book without a result.
		///
		/// Origin: signed, anyone.
		///
		/// ## Complexity
		/// Linear in the trades of the book.
		#[pallet::call_index(6)]
		#[pallet::weight(Pallet::<T>::challenge_weight(fault, MAX_TRADES))]
		pub fn challenge_clearing(
			origin: OriginFor<T>,
			community: CommunityId,
			interval_start: UnixSeconds,
			fault: Fault,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let undone = Self::do_challenge_clearing(who, (community, interval_start), &fault)?;
			Ok(Some(Self::challenge_weight(&fault, undone)).into())
		}
	}

	impl<T: Config> Pallet<T> {
		/// The chain's time in whole seconds.
		pub(crate) fn now() -> UnixSeconds {
			T::Time::now().as_secs()
		}
	}

	impl<T: Config> SettlementGate for Pallet<T> {
		fn awaits_settlement(community: CommunityId, interval_start: UnixSeconds) -> bool {
			Books::<T>::get((community, interval_start))
				.is_some_and(|book| matches!(book.status, BookStatus::Open | BookStatus::Cleared))
		}
	}
}
