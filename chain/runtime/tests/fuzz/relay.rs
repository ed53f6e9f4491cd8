//! The relay chain that a block names: as little state as the parachain link reads, proven.

use aipchain_runtime::{genesis::PARACHAIN_ID, Header, SLOT_DURATION};
use codec::Encode;
use cumulus_primitives_core::relay_chain::{
	self, well_known_keys as keys, AbridgedHostConfiguration, AsyncBackingParams, MAX_POV_SIZE,
};
use sp_core::H256;
use sp_inherents::{InherentData, InherentIdentifier};

const TIMESTAMP: InherentIdentifier = *b"timstap0";
const PARACHAIN: InherentIdentifier = *b"sysi1338";
const QUEUE_BYTES: u32 = 1 << 20;

/// What the author of the block after `parent` tells the runtime.
pub fn inherent_data(parent: &Header, at_ms: u64) -> InherentData {
	let slot = at_ms / SLOT_DURATION;
	let items = relay_items(parent, slot);
	let mut relay = sp_io::TestExternalities::new_empty();
	relay.execute_with(|| items.iter().for_each(|(key, value)| sp_io::storage::set(key, value)));
	relay.commit_all().expect("plain values are committed");
	let absent = keys::upgrade_go_ahead_signal(PARACHAIN_ID.into());
	let (_, proof) = relay.execute_and_prove(|| {
		for key in items.iter().map(|(key, _)| key).chain([&absent]) {
			sp_io::storage::get(key);
		}
	});

	let validation = (
		parent.encode(),
		slot as relay_chain::BlockNumber,
		*relay.backend.root(),
		MAX_POV_SIZE,
	);
	let (downward, horizontal, descendants) = (Vec::<()>::new(), Vec::<()>::new(), Vec::<()>::new());
	let parachain = (validation, proof, downward, horizontal, descendants, None::<Vec<u8>>);
	let mut inherents = InherentData::new();
	inherents.put_data(PARACHAIN, &parachain).expect("given once");
	inherents.put_data(TIMESTAMP, &at_ms).expect("given once");
	inherents
}

fn relay_items(parent: &Header, slot: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
	let id = PARACHAIN_ID.into();
	vec![
		(keys::CURRENT_SLOT.to_vec(), slot.encode()),
		(keys::ACTIVE_CONFIG.to_vec(), configuration().encode()),
		(keys::para_head(id), parent.encode().encode()),
		(keys::dmq_mqc_head(id), H256::zero().encode()),
		(keys::hrmp_ingress_channel_index(id), Vec::<u32>::new().encode()),
		(keys::hrmp_egress_channel_index(id), Vec::<u32>::new().encode()),
		(
			keys::relay_dispatch_queue_remaining_capacity(id).key,
			(QUEUE_BYTES, QUEUE_BYTES).encode(),
		),
	]
}

fn configuration() -> AbridgedHostConfiguration {
	AbridgedHostConfiguration {
		max_code_size: 3 * QUEUE_BYTES,
		max_head_data_size: 20 * 1024,
		max_upward_queue_count: 512,
		max_upward_queue_size: QUEUE_BYTES,
		max_upward_message_size: 128 * 1024,
		max_upward_message_num_per_candidate: 1_024,
		hrmp_max_message_num_per_candidate: 10,
		validation_upgrade_cooldown: 6,
		validation_upgrade_delay: 6,
		async_backing_params: AsyncBackingParams {
			max_candidate_depth: 3,
			allowed_ancestry_len: 2,
		},
	}
}
