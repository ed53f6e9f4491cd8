//! The AIPCHAIN runtime: what one block may do.
//!
//! A cumulus parachain with Aura authors, compiled once to Wasm and run by two hosts: the embedded host of `chain/host`
//! and the stock `polkadot-omni-node`. This file names the types and the pallets; `configs` sets each pallet's
//! parameters, `apis` answers the node, `genesis` holds the presets.
//!
//! There is no XCM and no storage weight reclaim: the latter writes weights that depend on the recorded proof size, so
//! a host without an exact proof recorder would compute another state root.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]

extern crate alloc;

use alloc::vec::Vec;

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;
use staging_parachain_info as parachain_info;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod configs;
pub mod genesis;

pub use sp_consensus_aura::sr25519::AuthorityId as AuraId;

/// A signature of a transaction: sr25519, ed25519, ECDSA or Ethereum-style.
pub type Signature = MultiSignature;
/// An account, the 32 bytes behind an SS58 address.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of AIP in base units.
pub type Balance = u128;
/// The count of an account's transactions.
pub type Nonce = u32;
/// A blake2-256 hash.
pub type Hash = sp_core::H256;
/// The height of a block.
pub type BlockNumber = u32;
/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// The header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A transaction as it arrives.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signed transaction carries beside its call, in signing order.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
);

/// Executes blocks.
pub type Executive =
	frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

impl_opaque_keys! {
	pub struct SessionKeys {
		pub aura: Aura,
	}
}

/// The version a client signs for. `spec_version` rises with every change of behaviour,
/// `transaction_version` with every change of a call's index or arguments.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("aipchain"),
	impl_name: alloc::borrow::Cow::Borrowed("aipchain"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 0,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// Length of a slot, in milliseconds.
pub const SLOT_DURATION: u64 = 6_000;
/// Blocks per minute.
pub const MINUTES: BlockNumber = 60_000 / (SLOT_DURATION as BlockNumber);
/// Blocks per hour.
pub const HOURS: BlockNumber = MINUTES * 60;

/// One AIP in base units.
pub const AIP: Balance = 1_000_000_000_000;
/// A thousandth of an AIP.
pub const MILLI_AIP: Balance = AIP / 1_000;
/// The smallest balance an account may keep.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_AIP;

/// What a block may weigh: two seconds of computation and the relay chain's limit of proof bytes.
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(
	WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2),
	cumulus_primitives_core::relay_chain::MAX_POV_SIZE as u64,
);

/// Length of a relay chain slot, in milliseconds.
const RELAY_CHAIN_SLOT_DURATION: u32 = 6_000;
/// Blocks a relay chain slot takes in.
const BLOCK_PROCESSING_VELOCITY: u32 = 1;
/// Blocks that may wait for inclusion in the relay chain.
const UNINCLUDED_SEGMENT_CAPACITY: u32 = 3;
/// Relay chain blocks between the head and the block a parachain block builds on.
const RELAY_PARENT_OFFSET: u32 = 0;

/// Keeps block authoring within the relay chain's pace.
type ConsensusHook = cumulus_pallet_aura_ext::FixedVelocityConsensusHook<
	Runtime,
	RELAY_CHAIN_SLOT_DURATION,
	BLOCK_PROCESSING_VELOCITY,
	UNINCLUDED_SEGMENT_CAPACITY,
>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type ParachainSystem = cumulus_pallet_parachain_system;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type ParachainInfo = parachain_info;

	#[runtime::pallet_index(10)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(11)]
	pub type TransactionPayment = pallet_transaction_payment;

	#[runtime::pallet_index(15)]
	pub type Sudo = pallet_sudo;

	#[runtime::pallet_index(20)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(21)]
	pub type CollatorSelection = pallet_collator_selection;
	#[runtime::pallet_index(22)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(23)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(24)]
	pub type AuraExt = cumulus_pallet_aura_ext;

	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(31)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(32)]
	pub type Multisig = pallet_multisig;

	#[runtime::pallet_index(50)]
	pub type Communities = pallet_communities;
	#[runtime::pallet_index(51)]
	pub type Metering = pallet_metering;
	#[runtime::pallet_index(52)]
	pub type Energy = pallet_energy;
	#[runtime::pallet_index(53)]
	pub type Market = pallet_market;
	#[runtime::pallet_index(54)]
	pub type PluginRegistry = pallet_plugin_registry;
	#[runtime::pallet_index(55)]
	pub type CommunityGovernance = pallet_community_governance;
}

cumulus_pallet_parachain_system::register_validate_block! {
	Runtime = Runtime,
	BlockExecutor = cumulus_pallet_aura_ext::BlockExecutor::<Runtime, Executive>,
}
