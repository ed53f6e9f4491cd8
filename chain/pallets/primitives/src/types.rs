//! Quantities and the types that more than one pallet speaks of.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{arithmetic::Permill, hashing::H256, prelude::BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// Energy in watt-hours. 1 kWh = 1 EAAT = 1,000 Wh.
pub type Wh = u64;
/// Money for one watt-hour in base units; 1 AIP/kWh = 10^9, so price x Wh is exact.
pub type Price = u64;
/// Money in base units; 1 AIP = 10^12.
pub type Balance = u128;
/// Chain time in seconds: the timestamp divided by 1,000, rounded down.
pub type UnixSeconds = u64;
/// `unix seconds / epoch_s` of a community, rounded down.
pub type Epoch = u32;
/// A community, counted up by the chain from 0.
pub type CommunityId = u32;
/// A meter, counted up by the chain from 0 over all communities.
pub type MeterId = u32;
/// A proposal, counted up by the chain from 0 over all communities.
pub type ProposalId = u32;
/// An order, counted up by the chain from 0 over all communities.
pub type OrderNumber = u64;

/// The longest plugin configuration [bytes of canonical JSON].
pub const MAX_CONFIG_BYTES: u32 = 2048;
/// The longest list of capability grants [bytes].
pub const MAX_GRANTS_BYTES: u32 = 256;
/// The most zone pairs with a charge that a community lists.
pub const MAX_CHARGES: u32 = 64;
/// The most lines with a limit that a community lists.
pub const MAX_LINES: u32 = 16;
/// One hour [s]: a watt-hour is a watt for so long.
pub const HOUR_S: u64 = 3_600;

/// What an account may do in a community. No call moves a role to another account.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Role {
	/// Founds, admits, enrols; votes rule everything else.
	Steward,
	/// Takes energy.
	Consumer,
	/// Delivers energy.
	Producer,
	/// Submits meter batches.
	Gateway,
	/// Submits clearings.
	Operator,
	/// Posts reference prices.
	Oracle,
	/// Replays and exports evidence.
	Auditor,
	/// Sets safety limits.
	GridOperator,
}

impl Role {
	/// The bit of this role in a set of roles: `1 << index`.
	pub const fn bit(self) -> u16 {
		1 << (self as u16)
	}
}

/// What stands behind a meter's export register.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
	/// Nothing: the meter only takes energy.
	Consumption,
	/// Photovoltaics.
	Solar,
	/// Wind.
	Wind,
	/// Running water.
	Hydro,
	/// Biomass.
	Biomass,
	/// A battery or another store.
	Storage,
	/// Anything else.
	Other,
}

/// A place in a community's market that one plugin fills.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Slot {
	/// The price model.
	Price,
	/// The market rule.
	Clear,
}

/// The side of an order.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Side {
	/// Wants energy.
	Bid,
	/// Has energy.
	Offer,
}

/// The voted times and shares of a community's market.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Parameters {
	/// Orders are placed until this long before the interval starts [s].
	pub gate_closure_s: u32,
	/// A clearing is accepted for this long after the gate closed [s].
	pub clearing_window_s: u32,
	/// Readings are taken for this long after the interval ended, and are final then [s].
	pub grace_s: u32,
	/// The share of `limit price x energy` that an offer holds as collateral.
	pub collateral: Permill,
}

/// What a clearing has to prove beside the envelope.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub enum Proof {
	/// Nothing.
	#[default]
	Envelope,
	/// That all trades have one price at which nobody is left out.
	UniformPrice,
	/// That no trades are worth more together.
	Optimum,
}

/// What it costs to carry energy from an offer's zone to a bid's zone.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZoneCharge {
	/// The offer's zone.
	pub from: u16,
	/// The bid's zone.
	pub to: u16,
	/// The charge [base units per Wh].
	pub price: Price,
}

/// The most that trades may carry, net, over the one line that connects a zone, in one interval.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineLimit {
	/// The zone at the end of the line.
	pub zone: u16,
	/// The most that leaves the zone [Wh].
	pub out_wh: Wh,
	/// The most that enters the zone [Wh].
	pub in_wh: Wh,
}

/// What a community demands of every clearing under a binding.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Default, Debug)]
pub struct Terms {
	/// What has to be proven.
	pub proof: Proof,
	/// What carrying costs, strictly ascending by zones; pairs that are not listed cost nothing.
	pub charges: BoundedVec<ZoneCharge, ConstU32<MAX_CHARGES>>,
	/// What the lines carry, strictly ascending by zone; zones that are not listed have no limit.
	pub limits: BoundedVec<LineLimit, ConstU32<MAX_LINES>>,
}

impl Terms {
	/// What carrying 1 Wh from one zone to another costs [base units].
	pub fn charge(&self, from: u16, to: u16) -> Price {
		let place = self
			.charges
			.binary_search_by_key(&(from, to), |charge| (charge.from, charge.to));
		place
			.ok()
			.and_then(|place| self.charges.get(place))
			.map_or(0, |charge| charge.price)
	}

	/// The limit of a zone's line, if it has one.
	pub fn limit(&self, zone: u16) -> Option<&LineLimit> {
		self.limits.iter().find(|limit| limit.zone == zone)
	}

	/// Whether both lists are strictly ascending, and hold only what the slot and the proof can weigh.
	///
	/// A price model clears nothing. One price for all knows neither zones nor lines. The envelope alone asks for no
	/// charges.
	pub fn are_sound(&self, slot: Slot) -> bool {
		let (charges, limits) = (!self.charges.is_empty(), !self.limits.is_empty());
		let weighed = match (slot, self.proof) {
			(Slot::Price, proof) => proof == Proof::Envelope && !charges && !limits,
			(Slot::Clear, Proof::Envelope) => !charges,
			(Slot::Clear, Proof::UniformPrice) => !charges && !limits,
			(Slot::Clear, Proof::Optimum) => true,
		};
		let pair = |charge: &ZoneCharge| (charge.from, charge.to);
		weighed
			&& self.charges.is_sorted_by(|one, next| pair(one) < pair(next))
			&& self.limits.is_sorted_by(|one, next| one.zone < next.zone)
	}

	/// The highest zone that is listed. Zones are counted from 0, so where it exists all exist.
	pub fn highest_zone(&self) -> Option<u16> {
		let charged = self.charges.iter().flat_map(|charge| [charge.from, charge.to]);
		charged.chain(self.limits.iter().map(|limit| limit.zone)).max()
	}
}

/// What fills a slot: a build, its configuration, its capabilities, its terms, its migration.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Binding {
	/// Merkle root over the files of the plugin bundle.
	pub bundle: H256,
	/// Canonical JSON: sorted keys, no spaces, UTF-8.
	pub config: BoundedVec<u8, ConstU32<MAX_CONFIG_BYTES>>,
	/// The capabilities the plugin is given.
	pub grants: BoundedVec<u8, ConstU32<MAX_GRANTS_BYTES>>,
	/// What every clearing under it has to keep and to prove.
	pub terms: Terms,
	/// The migration that goes with the change, if any.
	pub migration: Option<H256>,
}

/// The binding hashes of the two slots a book is bound to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleSet {
	/// The binding in the price slot.
	pub price: H256,
	/// The binding in the clear slot.
	pub clear: H256,
}

/// The kind of decision a track is for.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum TrackKind {
	/// Changes of [`Parameters`].
	Parameter,
	/// Changes of a [`Slot`].
	Plugin,
	/// Changes of a track itself.
	Governance,
}

/// The times and thresholds of a track.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct TrackSettings {
	/// From opening until votes are taken [s].
	pub notice_s: u32,
	/// How long votes are taken [s].
	pub decide_s: u32,
	/// How long the vote must pass without a break [s].
	pub confirm_s: u32,
	/// From approval until the change is scheduled [s].
	pub timelock_s: u32,
	/// The share of the electorate that must vote.
	pub min_turnout: Permill,
	/// The share of the votes that the ayes must exceed.
	pub min_approval: Permill,
}

/// What a vote decides. Its encoding goes into the binding hash.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Change {
	/// Put a binding into a slot.
	Plugin {
		/// The slot.
		slot: Slot,
		/// What fills it.
		binding: Binding,
	},
	/// Set the parameters of the community.
	Parameters(Parameters),
	/// Set a track.
	Track {
		/// The track.
		kind: TrackKind,
		/// Its new settings.
		settings: TrackSettings,
	},
}

impl Change {
	/// The track that decides this change.
	pub const fn track(&self) -> TrackKind {
		match self {
			Change::Plugin { .. } => TrackKind::Plugin,
			Change::Parameters(_) => TrackKind::Parameter,
			Change::Track { .. } => TrackKind::Governance,
		}
	}
}

/// What other pallets need to know of a meter.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct MeterFacts<AccountId> {
	/// The community it is enrolled in.
	pub community: CommunityId,
	/// The member whose energy it counts.
	pub owner: AccountId,
	/// What stands behind its export register.
	pub source: Source,
	/// Index into the community's zones.
	pub zone: u16,
	/// The most power its connection carries [W].
	pub connection_limit_w: u32,
}

impl<AccountId> MeterFacts<AccountId> {
	/// The most whole watt-hours that its connection carries in an interval.
	pub fn carries_wh(&self, interval_s: u32) -> Wh {
		u64::from(self.connection_limit_w).saturating_mul(interval_s.into()) / HOUR_S
	}
}

/// A reading that can no longer change.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct FinalReading {
	/// Energy taken in the interval [Wh].
	pub import_wh: Wh,
	/// Energy delivered in the interval [Wh].
	pub export_wh: Wh,
	/// The export register before the interval [Wh].
	pub export_register_wh: Wh,
}

/// `price x wh`, exact.
pub fn amount(price: Price, wh: Wh) -> Balance {
	Balance::from(price) * Balance::from(wh)
}
