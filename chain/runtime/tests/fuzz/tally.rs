//! What a run reached.

use std::{collections::BTreeMap, fmt};

use aipchain_runtime::{AllPalletsWithSystem, RuntimeCall, RuntimeEvent, UncheckedExtrinsic};
use codec::DecodeAll;
use frame_support::traits::{CallMetadata, GetCallMetadata, PalletInfoData, PalletsInfoAccess};
use sp_runtime::{DispatchError, ModuleError};

use crate::chain::Fate;

/// The pallets of the energy community begin at this index.
const FIRST_OWN: usize = 50;

const READ: &str = "batches with accepted readings";
const PAID: &str = "trades delivered and paid";
const SETTLED: &str = "books settled";
const VOIDED: &str = "books voided";
const COMMITTED: &str = "clearings committed to";
const OVERTURNED: &str = "clearings overturned";
const MOVED: &str = "lots moved to a buyer";
const ENACTED: &str = "votes enacted";
const SESSION: &str = "sessions begun";
/// How far a chain must come.
const MILESTONES: [&str; 9] = [
	READ, PAID, SETTLED, VOIDED, COMMITTED, OVERTURNED, MOVED, ENACTED, SESSION,
];

/// Where an extrinsic came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
	Meant,
	Bent,
	Noise,
}

/// Extrinsics of one origin.
#[derive(Default)]
pub struct Counts {
	pub offered: u32,
	pub decoded: u32,
	pub included: u32,
	pub done: u32,
}

#[derive(Default)]
pub struct Tally {
	pub counts: BTreeMap<Origin, Counts>,
	/// How often each signed call was done, by `Pallet.call`.
	pub done: BTreeMap<String, u32>,
	/// How often what the energy community is for happened, the [`MILESTONES`] and others.
	pub happened: BTreeMap<String, u32>,
	/// The input that was offered last.
	pub last: Vec<u8>,
	/// Why extrinsics were refused or failed.
	pub errors: BTreeMap<String, u32>,
}

impl Tally {
	/// Count what became of the bytes.
	pub fn note(&mut self, origin: Origin, bytes: &[u8], fate: &Fate) {
		let counts = self.counts.entry(origin).or_default();
		counts.offered += 1;
		counts.decoded += u32::from(!matches!(fate, Fate::Undecodable));
		counts.included += u32::from(matches!(fate, Fate::Done | Fate::Failed(_)));
		counts.done += u32::from(matches!(fate, Fate::Done));
		match fate {
			Fate::Done => name_of(bytes)
				.into_iter()
				.for_each(|name| *self.done.entry(name).or_default() += 1),
			Fate::Refused(refusal) => self.error(format!("{refusal:?}")),
			Fate::Failed(error) => self.error(name_of_error(error)),
			Fate::Undecodable => (),
		}
	}

	fn error(&mut self, name: String) {
		*self.errors.entry(name).or_default() += 1;
	}

	/// The calls of the energy community that were never done.
	pub fn missed(&self) -> Vec<String> {
		own_calls()
			.into_iter()
			.filter(|name| !self.done.contains_key(name))
			.collect()
	}

	/// Count what the event says happened.
	pub fn see(&mut self, event: &RuntimeEvent) {
		if let Some(name) = happening(event) {
			*self.happened.entry(name).or_default() += 1;
		}
	}

	/// The milestones that were never passed.
	pub fn unseen(&self) -> Vec<&'static str> {
		MILESTONES
			.into_iter()
			.filter(|name| !self.happened.contains_key(*name))
			.collect()
	}

	/// How many of a hundred of this origin were done.
	pub fn percent_done(&self, origin: Origin) -> u32 {
		let of = |counts: &Counts| 100 * counts.done / counts.offered.max(1);
		self.counts.get(&origin).map_or(0, of)
	}

	/// How many of a hundred were done, of all that could be decoded.
	fn percent_done_of_decoded(&self) -> u32 {
		let sum = |of: fn(&Counts) -> u32| self.counts.values().map(of).sum::<u32>();
		100 * sum(|counts| counts.done) / sum(|counts| counts.decoded).max(1)
	}
}

impl fmt::Display for Tally {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "origin   offered  decoded  in a block  done")?;
		for (origin, counts) in &self.counts {
			let Counts {
				offered,
				decoded,
				included,
				done,
			} = counts;
			writeln!(
				f,
				"{:<7} {offered:>8} {decoded:>8} {included:>11} {done:>5}",
				format!("{origin:?}")
			)?;
		}
		writeln!(
			f,
			"{} % of what could be decoded was done",
			self.percent_done_of_decoded()
		)?;
		let own = own_calls().len();
		writeln!(
			f,
			"{} of {own} calls of the energy community done",
			own - self.missed().len()
		)?;
		writeln!(f, "what happened:")?;
		list(f, &self.happened)?;
		writeln!(f, "{} different calls done:", self.done.len())?;
		list(f, &self.done)?;
		writeln!(f, "{} different errors met:", self.errors.len())?;
		list(f, &self.errors)
	}
}

fn list(f: &mut fmt::Formatter<'_>, times: &BTreeMap<impl fmt::Display, u32>) -> fmt::Result {
	times
		.iter()
		.try_for_each(|(name, times)| writeln!(f, "{times:>8} {name}"))
}

fn happening(event: &RuntimeEvent) -> Option<String> {
	let name = match event {
		RuntimeEvent::Metering(pallet_metering::Event::ReadingsAccepted { .. }) => READ,
		RuntimeEvent::Metering(pallet_metering::Event::ReadingQuarantined { reason, .. }) => {
			return Some(format!("readings in quarantine: {reason:?}"))
		}
		RuntimeEvent::Market(pallet_market::Event::TradeSettled { paid: 0, .. }) => "trades not delivered",
		RuntimeEvent::Market(pallet_market::Event::TradeSettled { .. }) => PAID,
		RuntimeEvent::Market(pallet_market::Event::BookSettled { .. }) => SETTLED,
		RuntimeEvent::Market(pallet_market::Event::BookVoided { .. }) => VOIDED,
		RuntimeEvent::Market(pallet_market::Event::IntervalCleared {
			commitment: Some(_), ..
		}) => COMMITTED,
		RuntimeEvent::Market(pallet_market::Event::ClearingOverturned { .. }) => OVERTURNED,
		RuntimeEvent::Energy(pallet_energy::Event::Moved { .. }) => MOVED,
		RuntimeEvent::CommunityGovernance(pallet_community_governance::Event::Scheduled { .. }) => ENACTED,
		RuntimeEvent::Session(pallet_session::Event::NewSession { .. }) => SESSION,
		_ => return None,
	};
	Some(name.into())
}

/// `Pallet.call` of every call of the pallets from index 50 on.
fn own_calls() -> Vec<String> {
	let own = AllPalletsWithSystem::infos()
		.into_iter()
		.filter(|pallet| pallet.index >= FIRST_OWN);
	let calls = |pallet: PalletInfoData| {
		RuntimeCall::get_call_names(pallet.name)
			.iter()
			.map(move |call| format!("{}.{call}", pallet.name))
	};
	own.flat_map(calls).collect()
}

fn name_of(bytes: &[u8]) -> Option<String> {
	let extrinsic = UncheckedExtrinsic::decode_all(&mut &bytes[..]).ok()?;
	let CallMetadata {
		pallet_name,
		function_name,
	} = extrinsic.function.get_call_metadata();
	Some(format!("{pallet_name}.{function_name}"))
}

fn name_of_error(error: &DispatchError) -> String {
	match error {
		DispatchError::Module(ModuleError { index, message, .. }) => {
			let infos = AllPalletsWithSystem::infos();
			let pallet = infos.iter().find(|pallet| pallet.index == usize::from(*index));
			format!(
				"{}.{}",
				pallet.map_or("?", |pallet| pallet.name),
				message.unwrap_or("?")
			)
		}
		error => format!("{error:?}"),
	}
}
