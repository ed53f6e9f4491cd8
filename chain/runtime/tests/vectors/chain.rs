//! A chain that takes the steps of vectors.

use std::{
	any::Any,
	collections::BTreeMap,
	panic::{catch_unwind, AssertUnwindSafe},
};

use aipchain_runtime::{
	AccountId, AllPalletsWithSystem, Balances, Runtime, RuntimeCall, RuntimeHoldReason, RuntimeOrigin, System,
};
use codec::{DecodeAll, Encode};
use frame_support::{
	traits::{fungible::Inspect, tokens::IdAmount, GetCallMetadata, PalletsInfoAccess},
	BoundedVec,
};
use frame_system::AccountInfo;
use pallet_balances::AccountData;
use serde_json::Value;
use sp_core::{storage::Storage, H256};
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_runtime::{traits::Dispatchable, BuildStorage, DispatchError};

use crate::{
	checks,
	files::{bytes, number, parts, text},
	seen::{account, funds, hex, key, name_of, Funds, Seen},
};

/// What the hash of block 0 is made of; devices sign it with every reading.
const GENESIS: &[u8] = b"block 0 of the twins";

/// The state of a chain, and what the specification says is in it.
#[derive(Clone)]
pub struct Chain {
	state: BTreeMap<Vec<u8>, Vec<u8>>,
	expected: Seen,
}

impl Chain {
	/// A chain before its first step: nobody has anything.
	pub fn empty() -> Self {
		let storage = frame_system::GenesisConfig::<Runtime>::default()
			.build_storage()
			.expect("a genesis");
		let chain = Self {
			state: storage.top,
			expected: Seen::default(),
		};
		let begun = chain.run(|expected| {
			System::set_block_number(1);
			frame_system::BlockHash::<Runtime>::insert(0, H256(blake2_256(GENESIS)));
			*expected = Seen::now();
			Ok(())
		});
		begun.expect("nothing can fail")
	}

	/// The chain after the steps; or which step fails, and why.
	pub fn after(&self, steps: &[Value]) -> Result<Self, String> {
		let taken = AssertUnwindSafe(|| {
			self.run(|expected| {
				steps.iter().enumerate().try_for_each(|(number, step)| {
					take(step, expected).map_err(|why| format!("step {number} ({}): {why}", title(step)))
				})
			})
		});
		catch_unwind(taken).unwrap_or_else(|cause| Err(format!("the runtime panicked: {}", said(&*cause))))
	}

	fn run(&self, act: impl FnOnce(&mut Seen) -> Result<(), String>) -> Result<Self, String> {
		let mut expected = self.expected.clone();
		let storage = Storage {
			top: self.state.clone(),
			children_default: Default::default(),
		};
		let state = TestExternalities::new(storage).execute_with(|| {
			act(&mut expected)?;
			Ok::<_, String>(everything())
		})?;
		Ok(Self { state, expected })
	}
}

fn everything() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let keys = std::iter::successors(sp_io::storage::next_key(&[]), |key| sp_io::storage::next_key(key));
	keys.filter_map(|key| sp_io::storage::get(&key).map(|value| (key, value.to_vec())))
		.collect()
}

fn title(step: &Value) -> String {
	let named = step.get("call").or(step.get("plant")).map(text);
	named.unwrap_or(step.to_string().chars().take(40).collect())
}

fn said(cause: &(dyn Any + Send)) -> String {
	let said = cause.downcast_ref::<String>().cloned();
	said.or(cause.downcast_ref::<&str>().map(|said| said.to_string()))
		.unwrap_or_default()
}

/// Take a step and compare everything.
fn take(step: &Value, expected: &mut Seen) -> Result<(), String> {
	let mut findings = Vec::new();
	if let Some(second) = step.get("at") {
		let now = u64::try_from(number(second) * 1_000).expect("a time");
		pallet_timestamp::Now::<Runtime>::put(now);
	} else if step.get("call").is_some() {
		findings = call(step);
	} else {
		put(step);
	}
	expected.change(step);
	let seen = Seen::now();
	if step.get("call").is_none() {
		expected.issued = seen.issued;
	}
	findings.extend(expected.differences(&seen));
	findings.extend(checks::differences(step));
	if findings.is_empty() {
		Ok(())
	} else {
		Err(findings.join("\n  "))
	}
}

/// Make a call; says where outcome and events are others than expected.
fn call(step: &Value) -> Vec<String> {
	let raw = bytes(&step["scale"]);
	let Ok(call) = RuntimeCall::decode_all(&mut &raw[..]) else {
		return vec!["the runtime does not know this call".into()];
	};
	let named = call.get_call_metadata();
	let named = format!("{}.{}", named.pallet_name, named.function_name);
	if named != text(&step["call"]) {
		return vec![format!("the runtime takes it for {named}")];
	}
	let origin = match step["origin"].as_str().expect("an origin") {
		"root" => RuntimeOrigin::root(),
		who => RuntimeOrigin::signed(account(who)),
	};
	System::reset_events();
	let outcome = call
		.dispatch(origin)
		.err()
		.map_or("Ok".into(), |refused| refusal(refused.error));
	let expected = expected_outcome(step);
	let outcomes =
		(expected != outcome).then(|| format!("outcome: the specification has {expected}, the runtime {outcome}"));
	outcomes.into_iter().chain(event_difference(step)).collect()
}

fn expected_outcome(step: &Value) -> String {
	let details = step.get("details").map(bytes).unwrap_or_default();
	step.get("refusal")
		.map_or("Ok".into(), |name| with_details(text(name), &details))
}

/// The name of a refusal as vectors write it, with its details.
fn refusal(error: DispatchError) -> String {
	match error {
		DispatchError::Module(inner) => {
			let pallets = AllPalletsWithSystem::infos();
			let pallet = pallets.iter().find(|pallet| pallet.index == usize::from(inner.index));
			let name = format!(
				"{}.{}",
				pallet.map_or("?", |pallet| pallet.name),
				inner.message.unwrap_or("?")
			);
			with_details(name, &inner.error[1..])
		}
		DispatchError::Token(cause) => format!("Token.{cause:?}"),
		DispatchError::Arithmetic(cause) => format!("Arithmetic.{cause:?}"),
		cause => format!("System.{cause:?}"),
	}
}

/// A refusal with its details, without the zeros that the runtime fills them up with.
fn with_details(name: String, details: &[u8]) -> String {
	match details.iter().rposition(|byte| *byte != 0) {
		Some(last) => format!("{name} 0x{}", hex(&details[..=last])),
		None => name,
	}
}

/// The first event that is not as the vector tells it.
fn event_difference(step: &Value) -> Option<String> {
	let expected = step
		.get("events")
		.and_then(Value::as_array)
		.cloned()
		.unwrap_or_default();
	let told: Vec<_> = System::events().into_iter().map(|record| record.event).collect();
	(0..expected.len().max(told.len()))
		.find(|place| expected.get(*place).map(|event| bytes(&event["scale"])) != told.get(*place).map(Encode::encode))
		.map(|place| {
			let (ours, theirs) = (expected.get(place), told.get(place));
			let ours = ours.map_or("nothing".into(), |event| {
				format!("{} {}", text(&event["event"]), event["fields"])
			});
			let theirs = theirs.map_or("nothing".into(), |event| {
				format!("{event:?} 0x{}", hex(&event.encode()))
			});
			format!("event {place}: the specification tells {ours}, the runtime {theirs}")
		})
}

/// Put a value into storage, or money into an account.
fn put(step: &Value) {
	for (entry, value) in parts(step.get("changed")) {
		match value {
			Value::Null => sp_io::storage::clear(&key(entry)),
			_ => sp_io::storage::set(&key(entry), &bytes(value)),
		}
	}
	for (who, has) in parts(step.get("money")) {
		let (who, before) = (account(who), Seen::now().issued);
		let had = Balances::total_balance(&who);
		match has {
			Value::Null => close(&who),
			_ => open(&who, has),
		}
		pallet_balances::TotalIssuance::<Runtime>::put(before - had + Balances::total_balance(&who));
	}
}

fn close(who: &AccountId) {
	frame_system::Account::<Runtime>::remove(who);
	pallet_balances::Holds::<Runtime>::remove(who);
}

fn open(who: &AccountId, has: &Value) {
	let Funds { free, held } = funds(has);
	let reserved = held.values().sum();
	let others = has.get("other_consumers").map_or(0, number);
	let data = AccountData {
		free,
		reserved,
		..Default::default()
	};
	let consumers = u32::try_from(others).expect("few") + u32::from(reserved > 0);
	let account = AccountInfo {
		consumers,
		providers: 1,
		data,
		..Default::default()
	};
	frame_system::Account::<Runtime>::insert(who, account);
	let holds: Vec<_> = held
		.iter()
		.map(|(name, amount)| IdAmount {
			id: reason(name),
			amount: *amount,
		})
		.collect();
	pallet_balances::Holds::<Runtime>::insert(who, BoundedVec::try_from(holds).expect("few"));
}

fn reason(name: &str) -> RuntimeHoldReason {
	let known: [RuntimeHoldReason; 2] = [
		pallet_market::HoldReason::Escrow.into(),
		pallet_session::HoldReason::Keys.into(),
	];
	let found = known.into_iter().find(|reason| name_of(reason) == name);
	found.unwrap_or_else(|| panic!("there is no hold for {name}"))
}
