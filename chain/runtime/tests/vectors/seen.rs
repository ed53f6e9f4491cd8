//! What of a chain is compared: the storage of our pallets, the money of every account, the money issued.

use std::collections::BTreeMap;

use aipchain_runtime::{AccountId, AllPalletsWithSystem, Balance, Balances, Runtime, RuntimeHoldReason};
use frame_support::traits::{PalletsInfoAccess, StorageInfoTrait};
use serde_json::Value;
use sp_io::hashing::twox_128;

use crate::files::{bytes, number, parts};

/// The pallets from this index on are ours.
const FIRST_OF_OURS: usize = 50;

/// What an account has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Funds {
	pub free: Balance,
	/// What is on hold for each purpose.
	pub held: BTreeMap<String, Balance>,
}

/// All that is compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
	pub stored: BTreeMap<Vec<u8>, Vec<u8>>,
	pub money: BTreeMap<AccountId, Funds>,
	pub issued: Balance,
}

impl Seen {
	/// What the runtime has now.
	pub fn now() -> Self {
		Self {
			stored: our_prefixes().iter().flat_map(|prefix| entries_under(prefix)).collect(),
			money: frame_system::Account::<Runtime>::iter()
				.map(|(who, account)| {
					let held = held_by(&who);
					assert_eq!(account.data.reserved, held.values().sum::<Balance>());
					let free = account.data.free;
					(who, Funds { free, held })
				})
				.collect(),
			issued: Balances::total_issuance(),
		}
	}

	/// Change what is expected as a step of a vector says.
	pub fn change(&mut self, step: &Value) {
		for (entry, value) in parts(step.get("changed")) {
			match value {
				Value::Null => self.stored.remove(&key(entry)),
				_ => self.stored.insert(key(entry), bytes(value)),
			};
		}
		for (who, has) in parts(step.get("money")) {
			match has {
				Value::Null => self.money.remove(&account(who)),
				_ => self.money.insert(account(who), funds(has)),
			};
		}
		if let Some(issued) = step.get("issued") {
			self.issued = number(issued);
		}
	}

	/// What is not as expected, in words.
	pub fn differences(&self, runtime: &Self) -> Vec<String> {
		let stored = union(&self.stored, &runtime.stored)
			.into_iter()
			.map(|(key, ours, theirs)| {
				let (name, rest) = title(&key);
				format!(
					"storage {name} 0x{}: the specification has {}, the runtime {}",
					hex(rest),
					shown(ours),
					shown(theirs)
				)
			});
		let money = union(&self.money, &runtime.money)
			.into_iter()
			.map(|(who, ours, theirs)| {
				let who: &[u8] = who.as_ref();
				format!(
					"money of 0x{}: the specification has {ours:?}, the runtime {theirs:?}",
					hex(who)
				)
			});
		let issued = (self.issued != runtime.issued).then(|| {
			format!(
				"money issued: the specification has {}, the runtime {}",
				self.issued, runtime.issued
			)
		});
		stored.chain(money).chain(issued).collect()
	}
}

/// The storage key that a vector writes as `Pallet.Item 0x…`, the rest of the key in hexadecimal.
pub fn key(entry: &str) -> Vec<u8> {
	let (title, rest) = entry.split_once(' ').expect("an item and the rest of its key");
	let (pallet, item) = title.split_once('.').expect("a pallet and its item");
	let rest = sp_core::bytes::from_hex(rest).expect("the rest of a key in hexadecimal");
	[
		twox_128(pallet.as_bytes()).to_vec(),
		twox_128(item.as_bytes()).to_vec(),
		rest,
	]
	.concat()
}

/// The account that a vector writes in hexadecimal.
pub fn account(text: &str) -> AccountId {
	let raw = sp_core::bytes::from_hex(text).expect("an account in hexadecimal");
	AccountId::new(raw.try_into().expect("an account of 32 bytes"))
}

/// What a vector says that an account has.
pub fn funds(has: &Value) -> Funds {
	Funds {
		free: number(&has["free"]),
		held: parts(has.get("held"))
			.map(|(reason, sum)| (reason.clone(), number(sum)))
			.collect(),
	}
}

/// The name of a hold's purpose, as vectors write it.
pub fn name_of(reason: &RuntimeHoldReason) -> &'static str {
	match reason {
		RuntimeHoldReason::Market(pallet_market::HoldReason::Escrow) => "Market.Escrow",
		RuntimeHoldReason::Session(pallet_session::HoldReason::Keys) => "Session.Keys",
	}
}

fn held_by(who: &AccountId) -> BTreeMap<String, Balance> {
	let holds = pallet_balances::Holds::<Runtime>::get(who);
	holds
		.iter()
		.map(|hold| (name_of(&hold.id).into(), hold.amount))
		.collect()
}

fn our_prefixes() -> Vec<[u8; 16]> {
	let pallets = AllPalletsWithSystem::infos()
		.into_iter()
		.filter(|pallet| pallet.index >= FIRST_OF_OURS);
	pallets.map(|pallet| twox_128(pallet.name.as_bytes())).collect()
}

fn entries_under(prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
	let keys = std::iter::successors(sp_io::storage::next_key(prefix), |key| sp_io::storage::next_key(key));
	keys.take_while(|key| key.starts_with(prefix))
		.map(|key| {
			let value = sp_io::storage::get(&key).expect("it is there").to_vec();
			(key, value)
		})
		.collect()
}

/// Pallet and item that a key belongs to, and the rest of the key.
fn title(key: &[u8]) -> (String, &[u8]) {
	let known = AllPalletsWithSystem::storage_info()
		.into_iter()
		.find(|info| key.starts_with(&info.prefix));
	let named = known.map(|info| {
		let (pallet, item) = (info.pallet_name, info.storage_name);
		format!(
			"{}.{}",
			String::from_utf8_lossy(&pallet),
			String::from_utf8_lossy(&item)
		)
	});
	(named.unwrap_or("?".into()), key.get(32..).unwrap_or_default())
}

/// Every key under which the two do not have the same.
fn union<'a, K: Ord + Clone, V: PartialEq>(
	ours: &'a BTreeMap<K, V>,
	theirs: &'a BTreeMap<K, V>,
) -> Vec<(K, Option<&'a V>, Option<&'a V>)> {
	let mut keys: Vec<&K> = ours.keys().chain(theirs.keys()).collect();
	keys.sort();
	keys.dedup();
	keys.into_iter()
		.map(|key| (key.clone(), ours.get(key), theirs.get(key)))
		.filter(|(_, ours, theirs)| ours != theirs)
		.collect()
}

fn shown(value: Option<&Vec<u8>>) -> String {
	value.map_or("nothing".into(), |raw| format!("0x{}", hex(raw)))
}

/// Bytes in hexadecimal.
pub fn hex(raw: &[u8]) -> String {
	raw.iter().map(|byte| format!("{byte:02x}")).collect()
}
