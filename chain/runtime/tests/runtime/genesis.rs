//! What the presets found.

use aipchain_runtime::{genesis, AccountId, Balances, Runtime, RuntimeGenesisConfig, Session};
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::BuildStorage;

/// What a node does: the preset's patch over the default genesis.
fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base.as_object_mut(), patch) {
		(Some(base), serde_json::Value::Object(patch)) => {
			for (name, value) in patch {
				merge(base.entry(name).or_insert(serde_json::Value::Null), value);
			}
		}
		(_, patch) => *base = patch,
	}
}

/// A chain at the genesis of `preset`.
pub fn chain(preset: &str) -> sp_io::TestExternalities {
	let patch = genesis::get_preset(&PresetId::from(preset)).expect("the preset exists");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("a genesis is JSON");
	merge(&mut config, serde_json::from_slice(&patch).expect("a preset is JSON"));
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("the preset is a genesis");
	config.build_storage().expect("the genesis builds").into()
}

fn sudo_key() -> Option<AccountId> {
	pallet_sudo::Key::<Runtime>::get()
}

#[test]
fn development_has_a_sudo_key() {
	chain("development").execute_with(|| assert_eq!(sudo_key(), Some(Alice.to_account_id())));
}

#[test]
fn local_has_none() {
	chain("local").execute_with(|| assert_eq!(sudo_key(), None));
}

#[test]
fn both_presets_endow_the_well_known_accounts_and_let_alice_author() {
	for preset in genesis::preset_names() {
		chain(preset.as_ref()).execute_with(|| {
			assert_eq!(Balances::free_balance(Alice.to_account_id()), genesis::ENDOWMENT);
			assert_eq!(Balances::total_issuance(), 12 * genesis::ENDOWMENT);
			assert_eq!(Session::validators(), vec![Alice.to_account_id()]);
		});
	}
}

#[test]
fn an_unknown_preset_is_nothing() {
	assert_eq!(genesis::get_preset(&PresetId::from("mainnet")), None);
}
