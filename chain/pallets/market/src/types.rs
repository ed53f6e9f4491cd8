//! What the market stores and is given.

use aipchain_primitives::{
	amount, Balance, CommunityId, MeterId, OrderNumber, Price, Proof, RuleSet, Side, UnixSeconds, Wh, H256, MAX_LINES,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{arithmetic::Permill, deps::frame_support::PalletError, prelude::BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// The most orders in a book whose clearing has to be proven: the chain looks at all of them in one call.
pub const MAX_PROVEN_ORDERS: u32 = 4_000;
/// The most hashes on the way from a leaf to the commitment of [`MAX_PROVEN_ORDERS`] leaves.
pub const MAX_PATH: u32 = 12;

/// A book's key: the community and the start of the delivery interval.
pub type BookKey = (CommunityId, UnixSeconds);

/// What one watt-hour costs at the supplier and earns at the grid in one interval.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReferencePrice {
	/// The supplier's price [base units per Wh].
	pub retail: Price,
	/// The feed-in tariff [base units per Wh]; never above `retail`.
	pub feed_in: Price,
}

/// A reference price as an oracle posts it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct PostedPrice {
	/// The delivery interval.
	pub interval_start: UnixSeconds,
	/// The supplier's price [base units per Wh].
	pub retail: Price,
	/// The feed-in tariff [base units per Wh].
	pub feed_in: Price,
}

/// Where a book stands. `Voided` and `Settled` are final.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BookStatus {
	/// Takes orders until the gate closes, then a clearing until the deadline.
	Open,
	/// Has its trades and waits for settlement.
	Cleared,
	/// Had no clearing by the deadline; its holds are released call by call.
	Voided,
	/// Every trade is settled and every order is closed.
	Settled,
}

/// All orders for one delivery interval of one community. It keeps the rules and times it opened with.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Book {
	/// The bindings the clearing must have run under.
	pub rules: RuleSet,
	/// When its first order or price came.
	pub opened_at: UnixSeconds,
	/// Orders are placed before this time.
	pub closes_at: UnixSeconds,
	/// A clearing is accepted before this time.
	pub deadline: UnixSeconds,
	/// It is settled from this time on.
	pub final_at: UnixSeconds,
	/// The share of `limit price x energy` that an offer holds.
	pub collateral: Permill,
	/// Where it stands.
	pub status: BookStatus,
	/// Orders ever placed in it, cancelled ones included.
	pub orders: u32,
	/// Orders taken back by their owners.
	pub cancelled: u32,
	/// Trades of its clearing.
	pub trades: u32,
	/// Energy of its clearing [Wh].
	pub traded_wh: Wh,
	/// Trades settled so far, in list order.
	pub settled_trades: u32,
	/// Orders closed so far, in placing order.
	pub closed_orders: u32,
	/// Energy that both meters confirmed so far [Wh].
	pub delivered_wh: Wh,
	/// Money paid to sellers so far.
	pub paid: Balance,
	/// `blake2_256` of the SCALE-encoded trade list, once cleared.
	pub result: Option<H256>,
	/// What a proof of the optimum is held to: the Merkle root of its duals.
	pub commitment: Option<H256>,
}

impl Book {
	/// Orders that were not taken back.
	pub fn standing(&self) -> u32 {
		self.orders.saturating_sub(self.cancelled)
	}
}

/// Where an order stands. Closed orders are removed.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderStatus {
	/// In the book.
	Open,
	/// Taken back by its owner before the gate closed.
	Cancelled,
}

/// An order as its owner places it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewOrder {
	/// The owner's own number, used once per book.
	pub id: u64,
	/// The owner's meter that will confirm the energy.
	pub meter: MeterId,
	/// Buy or sell.
	pub side: Side,
	/// Energy [Wh].
	pub wh: Wh,
	/// The most to pay, or the least to get [base units per Wh].
	pub limit_price: Price,
}

impl NewOrder {
	/// What the order holds: a bid its whole limit, an offer the collateral share of it, rounded up.
	pub fn escrow(&self, collateral: Permill) -> Balance {
		let whole = amount(self.limit_price, self.wh);
		match self.side {
			Side::Bid => whole,
			Side::Offer => collateral.mul_ceil(whole),
		}
	}
}

/// An order in a book.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Order<AccountId> {
	/// The community of its book.
	pub community: CommunityId,
	/// The interval of its book.
	pub interval_start: UnixSeconds,
	/// Who placed it.
	pub owner: AccountId,
	/// The owner's own number.
	pub id: u64,
	/// The owner's meter that will confirm the energy.
	pub meter: MeterId,
	/// Buy or sell.
	pub side: Side,
	/// Energy [Wh].
	pub wh: Wh,
	/// The most to pay, or the least to get [base units per Wh].
	pub limit_price: Price,
	/// When it was placed.
	pub placed_at: UnixSeconds,
	/// Where it stands.
	pub status: OrderStatus,
	/// Energy of its trades [Wh]; never above `wh`.
	pub filled_wh: Wh,
	/// What is still on hold for it.
	pub escrow: Balance,
}

impl<AccountId> Order<AccountId> {
	/// The key of its book.
	pub fn book(&self) -> BookKey {
		(self.community, self.interval_start)
	}

	/// Whether it was placed with exactly this content.
	pub fn says(&self, new: &NewOrder) -> bool {
		(self.id, self.meter, self.side, self.wh, self.limit_price)
			== (new.id, new.meter, new.side, new.wh, new.limit_price)
	}

	/// Energy not yet in a trade [Wh].
	pub fn open_wh(&self) -> Wh {
		self.wh.saturating_sub(self.filled_wh)
	}
}

/// A bid and an offer that the clearing brought together.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trade {
	/// The buyer's order.
	pub bid: OrderNumber,
	/// The seller's order.
	pub offer: OrderNumber,
	/// Energy [Wh].
	pub wh: Wh,
	/// What the buyer pays and the seller gets [base units per Wh].
	pub price: Price,
}

/// The rules every trade keeps, in the order they are checked.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, PalletError,
)]
pub enum Rule {
	/// An order of the trade does not exist.
	UnknownOrder,
	/// An order of the trade is of another community or interval.
	WrongBook,
	/// An order of the trade was cancelled.
	OrderNotOpen,
	/// An order of the trade was placed after the gate closed.
	PlacedAfterGate,
	/// The bid is no bid or the offer is no offer.
	WrongSide,
	/// The trade has no energy.
	ZeroEnergy,
	/// The price is above the bid's limit.
	AboveBidLimit,
	/// The price is below the offer's limit.
	BelowOfferLimit,
	/// Buyer and seller are one account.
	SelfTrade,
	/// The bid's trades have more energy than the bid.
	BidOverfilled,
	/// The offer's trades have more energy than the offer.
	OfferOverfilled,
	/// The same bid and offer meet twice.
	ListedTwice,
}

/// The first trade of a result that breaks a rule, and the rule.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, PalletError,
)]
pub struct Refusal {
	/// The trade's place in the list, from 0.
	pub index: u16,
	/// The rule it breaks.
	pub rule: Rule,
}

/// What one more watt-hour of an order would be worth in the best of all clearings.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dual {
	/// The order.
	pub order: OrderNumber,
	/// Its energy [Wh].
	pub wh: Wh,
	/// What one more watt-hour of it would be worth [base units per Wh].
	pub surplus: Price,
}

/// What one more watt-hour over the line of a zone would be worth in the best of all clearings.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinePrice {
	/// The zone at the end of the line.
	pub zone: u16,
	/// Out of the zone [base units per Wh].
	pub out: Price,
	/// Into the zone [base units per Wh].
	pub into: Price,
}

/// The prices of all lines with a limit.
pub type LinePriceList = BoundedVec<LinePrice, ConstU32<MAX_LINES>>;

/// The duals of all standing orders.
pub type DualList = BoundedVec<Dual, ConstU32<MAX_PROVEN_ORDERS>>;

/// What comes with the trades of a clearing, to show that they are what the terms of the rule ask for.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Certificate {
	/// Nothing to show: [`Proof::Envelope`].
	Nothing,
	/// [`Proof::UniformPrice`].
	UniformPrice {
		/// The one price [base units per Wh].
		price: Price,
	},
	/// [`Proof::Optimum`].
	Optimum {
		/// One for each standing order, strictly ascending by number.
		duals: DualList,
		/// One for each limited line, in the order of the terms.
		lines: LinePriceList,
	},
}

impl Certificate {
	/// What it is a proof of.
	pub const fn proof(&self) -> Proof {
		match self {
			Certificate::Nothing => Proof::Envelope,
			Certificate::UniformPrice { .. } => Proof::UniformPrice,
			Certificate::Optimum { .. } => Proof::Optimum,
		}
	}
}

/// What is wrong with a certificate, in the order it is looked for.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, PalletError,
)]
pub enum Flaw {
	/// A trade has another price.
	OtherPrice,
	/// An order that is better than the price is not served in full.
	OrderLeftOut,
	/// The duals are not strictly ascending by order.
	DualsOutOfOrder,
	/// There are not as many duals as standing orders.
	DualsIncomplete,
	/// The prices of lines are not those of the limited lines, in their order.
	OtherLines,
	/// The duals do not add up to what the trades are worth.
	BoundNotMet,
}

/// A dual that a clearing is held to, and its way to the commitment.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
	/// The dual.
	pub dual: Dual,
	/// Its place in the certificate, from 0.
	pub index: u32,
	/// The hashes beside it on the way to the root, from below.
	pub path: BoundedVec<H256, ConstU32<MAX_PATH>>,
}

/// One thing that shows an accepted clearing to be wrong.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Fault {
	/// Two orders are worth more together than their duals say.
	Pair {
		/// The dual of the bid.
		bid: Leaf,
		/// The dual of the offer.
		offer: Leaf,
	},
	/// A dual is of no standing order of the book, or of another energy.
	Dual {
		/// The dual.
		leaf: Leaf,
	},
	/// The trades carry more over a line than its limit.
	Line {
		/// The zone at the end of the line.
		zone: u16,
	},
}
