//! Who signs: the development accounts, two of them without money.

use std::{collections::BTreeMap, sync::LazyLock};

use aipchain_runtime::{AccountId, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic};
use codec::Encode;
use sp_core::{sr25519::Pair, Pair as _};
use sp_runtime::generic::{Era, SignedPayload};

pub use sp_keyring::Sr25519Keyring as Key;

static PAIRS: LazyLock<BTreeMap<Key, Pair>> = LazyLock::new(|| Key::iter().map(|key| (key, key.pair())).collect());
static KEYS: LazyLock<BTreeMap<AccountId, Key>> =
	LazyLock::new(|| Key::iter().map(|key| (key.to_account_id(), key)).collect());

/// All of them, the two without money too.
pub fn all() -> Vec<Key> {
	Key::iter().collect()
}

/// Those that the genesis endows.
pub fn with_money() -> Vec<Key> {
	Key::well_known().collect()
}

/// Whose account it is, if it is one of ours.
pub fn key_of(account: &AccountId) -> Option<Key> {
	KEYS.get(account).copied()
}

/// What a signed extrinsic says beside its call.
#[derive(Clone, Copy)]
pub struct Envelope {
	pub nonce: u32,
	pub tip: u128,
	pub era: Era,
}

impl Envelope {
	/// The account's next transaction, for ever.
	pub fn next_of(who: Key) -> Self {
		Self {
			nonce: System::account_nonce(who.to_account_id()),
			tip: 0,
			era: Era::Immortal,
		}
	}
}

/// The call in the envelope, signed by `who`; a birth block that is not known gives another signature.
pub fn signed(who: Key, call: RuntimeCall, envelope: Envelope) -> UncheckedExtrinsic {
	let extension = extension(envelope);
	let pair = &PAIRS[&who];
	let signature = match SignedPayload::new(call.clone(), extension.clone()) {
		Ok(payload) => payload.using_encoded(|bytes| pair.sign(bytes)),
		Err(_) => pair.sign(&[]),
	};
	UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature.into(), extension)
}

fn extension(Envelope { nonce, tip, era }: Envelope) -> TxExtension {
	(
		frame_system::AuthorizeCall::<Runtime>::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(era),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	)
}
