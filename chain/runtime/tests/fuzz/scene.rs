//! What exists at the start of a block: what the draws lean to.

use aipchain_primitives::{MeterId, OrderNumber, ProposalId, Role, UnixSeconds, H256};
use aipchain_runtime::{AccountId, Runtime};
use pallet_communities::types::Community;
use pallet_community_governance::{Proposal, ProposalState};
use pallet_market::{Book, BookKey, BookStatus, Order, OrderStatus};
use pallet_metering::types::{Meter, Register};

use crate::{
	accounts::{key_of, Key},
	draw::Draw,
};

/// A community, and which of our accounts belong to it.
#[derive(Clone)]
pub struct Town {
	pub id: u32,
	pub facts: Community,
	pub members: Vec<Key>,
	pub roles: Vec<(Key, u16)>,
}

impl Town {
	/// An account with the role, if one has it.
	pub fn with(&self, role: Role, draw: &mut Draw) -> Option<Key> {
		let holders: Vec<Key> = self.holders(role).collect();
		draw.one(&holders)
	}

	pub fn holders(&self, role: Role) -> impl Iterator<Item = Key> + '_ {
		let of_role = move |(key, roles): &(Key, u16)| (roles & role.bit() != 0).then_some(*key);
		self.roles.iter().filter_map(of_role)
	}

	/// The start of the interval that `at` falls in.
	pub fn interval_of(&self, at: UnixSeconds) -> UnixSeconds {
		at - at % self.length()
	}

	/// The length of an interval [s].
	pub fn length(&self) -> u64 {
		self.facts.interval_s.into()
	}
}

pub struct Scene {
	pub now: UnixSeconds,
	pub towns: Vec<Town>,
	pub meters: Vec<(MeterId, Meter<AccountId>, Register)>,
	pub books: Vec<(BookKey, Book)>,
	pub orders: Vec<(OrderNumber, Order<AccountId>)>,
	/// Accepted readings that are not minted.
	pub readings: Vec<(UnixSeconds, MeterId)>,
	/// The proposals that are not decided for good.
	pub proposals: Vec<(ProposalId, Proposal<AccountId>)>,
	/// Every registered bundle, with its owner, while it is not deprecated.
	pub builds: Vec<(H256, AccountId)>,
}

impl Scene {
	/// Read the state at the time `now`.
	pub fn read(now: UnixSeconds) -> Self {
		Self {
			now,
			towns: towns(),
			meters: meters(),
			books: pallet_market::Books::<Runtime>::iter()
				.filter(|(_, book)| !is_over(book))
				.collect(),
			orders: pallet_market::Orders::<Runtime>::iter()
				.filter(|(_, order)| order.status == OrderStatus::Open)
				.collect(),
			readings: pallet_metering::Readings::<Runtime>::iter_keys()
				.filter(|(start, meter)| !pallet_energy::Mints::<Runtime>::contains_key(meter, start))
				.collect(),
			proposals: pallet_community_governance::Proposals::<Runtime>::iter()
				.filter(|(_, proposal)| is_running(&proposal.state))
				.collect(),
			builds: pallet_plugin_registry::Builds::<Runtime>::iter()
				.filter_map(|(bundle, build)| (!build.deprecated).then_some((bundle, build.owner)))
				.collect(),
		}
	}

	/// The times from which something else is right than before.
	pub fn moments(&self) -> Vec<UnixSeconds> {
		let of_books = self.books.iter();
		let of_books = of_books.flat_map(|(_, book)| [book.closes_at, book.deadline, book.final_at]);
		let of_meters = self.meters.iter().filter_map(|(_, meter, register)| {
			let length = self.town(meter.community)?.length();
			register.at.checked_add(length)
		});
		let of_intervals = self.towns.iter().map(|town| town.interval_of(self.now) + town.length());
		let of_proposals = self.proposals.iter().map(|(_, proposal)| due_at(proposal));
		let all = of_books.chain(of_meters).chain(of_intervals).chain(of_proposals);
		all.filter(|moment| *moment > self.now).collect()
	}

	pub fn town(&self, id: u32) -> Option<&Town> {
		self.towns.iter().find(|town| town.id == id)
	}
}

/// When time alone takes the proposal further.
pub fn due_at(proposal: &Proposal<AccountId>) -> UnixSeconds {
	match proposal.state {
		ProposalState::Deciding { confirming_since: None } => proposal.decided_at(),
		ProposalState::Deciding {
			confirming_since: Some(since),
		} => since + u64::from(proposal.settings.confirm_s),
		ProposalState::Approved { at } => at + u64::from(proposal.settings.timelock_s),
		_ => 0,
	}
}

fn is_running(state: &ProposalState) -> bool {
	matches!(state, ProposalState::Deciding { .. } | ProposalState::Approved { .. })
}

fn is_over(book: &Book) -> bool {
	book.status == BookStatus::Settled || book.status == BookStatus::Voided && book.closed_orders == book.orders
}

fn towns() -> Vec<Town> {
	let town = |(id, facts)| Town {
		id,
		facts,
		members: pallet_communities::Members::<Runtime>::iter_key_prefix(id)
			.filter_map(|account| key_of(&account))
			.collect(),
		roles: pallet_communities::Roles::<Runtime>::iter_prefix(id)
			.filter_map(|(account, roles)| Some((key_of(&account)?, roles)))
			.collect(),
	};
	pallet_communities::Communities::<Runtime>::iter().map(town).collect()
}

fn meters() -> Vec<(MeterId, Meter<AccountId>, Register)> {
	let register = |meter| pallet_metering::Registers::<Runtime>::get(meter);
	pallet_metering::Meters::<Runtime>::iter()
		.filter_map(|(meter, facts)| Some((meter, facts, register(meter)?)))
		.collect()
}
