//! Genesis presets, each a patch over the default genesis.
//!
//! Both know the well-known development accounts and let Alice author; only `development` has a sudo key. Neither is
//! for a network whose keys are worth something.

use alloc::{vec, vec::Vec};

use frame_support::build_struct_json_patch;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;

use crate::*;

/// The preset with a sudo key.
pub const DEVELOPMENT: &str = DEV_RUNTIME_PRESET;
/// The preset without one: what a community's own chain starts from.
pub const LOCAL: &str = "local";

/// The parachain id of both presets.
pub const PARACHAIN_ID: u32 = 1_000;
/// What each well-known account starts with.
pub const ENDOWMENT: Balance = 1_000_000 * AIP;
/// What a collator candidate sets aside.
const CANDIDACY_BOND: Balance = 10 * AIP;

fn preset(sudo: Option<AccountId>) -> serde_json::Value {
	let author = Sr25519Keyring::Alice;
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|key| (key.to_account_id(), ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		parachain_info: ParachainInfoConfig {
			parachain_id: PARACHAIN_ID.into()
		},
		collator_selection: CollatorSelectionConfig {
			invulnerables: vec![author.to_account_id()],
			candidacy_bond: CANDIDACY_BOND,
		},
		session: SessionConfig {
			keys: vec![(
				author.to_account_id(),
				author.to_account_id(),
				SessionKeys {
					aura: author.public().into()
				}
			)],
		},
		sudo: SudoConfig { key: sudo },
	})
}

/// The patch of a preset as JSON, nothing for a name that is not there.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEVELOPMENT => preset(Some(Sr25519Keyring::Alice.to_account_id())),
		LOCAL => preset(None),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL)]
}
