//! A development chain whose blocks are begun, filled and ended as an author does it, and checked after each.

use aipchain_runtime::{
	AllPalletsWithSystem, Balance, Balances, BlockNumber, Executive, Hash, Header, Runtime, RuntimeEvent, System,
	UncheckedExtrinsic, SLOT_DURATION,
};
use codec::{DecodeAll, Encode};
use frame_support::{
	storage::with_transaction_unchecked,
	traits::{PalletsInfoAccess, TryDecodeEntireStorage, TryState, TryStateSelect},
};
use sp_block_builder::runtime_decl_for_block_builder::BlockBuilder;
use sp_runtime::{
	traits::Header as _,
	transaction_validity::{TransactionSource, TransactionValidityError},
	Digest, DigestItem, DispatchError, TransactionOutcome,
};

use crate::{genesis::chain, relay::inherent_data};

/// Sunday 2016-10-02 22:00 UTC [ms].
const BORN_AT_MS: u64 = 1_475_445_600_000;
/// The chain begins a few blocks before a session ends, so that the change of sessions is met.
const FIRST_PARENT: BlockNumber = 3_580;

/// What became of an extrinsic.
#[derive(Debug)]
pub enum Fate {
	/// The bytes are no extrinsic.
	Undecodable,
	/// Neither the pool nor the block takes it.
	Refused(TransactionValidityError),
	/// It is in the block; its call, or one inside it, failed.
	Failed(DispatchError),
	/// Its call did what it says, and so did all calls inside it.
	Done,
}

pub struct Chain {
	state: sp_io::TestExternalities,
	parent: Header,
	pub at_ms: u64,
}

impl Chain {
	pub fn development() -> Self {
		let mut state = chain("development");
		state.execute_with(|| System::set_block_number(FIRST_PARENT));
		let nothing = Hash::zero();
		let parent = Header::new(FIRST_PARENT, nothing, nothing, nothing, Digest::default());
		Self {
			state,
			parent,
			at_ms: BORN_AT_MS,
		}
	}

	/// Run `work` on the state as it is.
	pub fn within<R>(&mut self, work: impl FnOnce() -> R) -> R {
		self.state.execute_with(work)
	}

	/// Begin the block of the time `at_ms`, with the inherents of its author.
	pub fn begin(&mut self, at_ms: u64) {
		self.at_ms = at_ms;
		let slot = DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, (at_ms / SLOT_DURATION).encode());
		let digest = Digest { logs: vec![slot] };
		let (nothing, number) = (Hash::zero(), self.parent.number + 1);
		let header = Header::new(number, nothing, nothing, self.parent.hash(), digest);
		let inherents = inherent_data(&self.parent, at_ms);
		self.within(|| {
			Executive::initialize_block(&header);
			for inherent in Runtime::inherent_extrinsics(inherents) {
				let applied = Executive::apply_extrinsic(inherent);
				assert!(matches!(applied, Ok(Ok(()))), "an inherent is refused: {applied:?}");
			}
		});
	}

	/// Offer the bytes to the pool, then to the block.
	pub fn offer(&mut self, bytes: &[u8]) -> Fate {
		let Ok(extrinsic) = UncheckedExtrinsic::decode_all(&mut &bytes[..]) else {
			return Fate::Undecodable;
		};
		let parent = self.parent.hash();
		self.within(|| {
			let pooled = with_transaction_unchecked(|| {
				let validity = Executive::validate_transaction(TransactionSource::External, extrinsic.clone(), parent);
				TransactionOutcome::Rollback(validity)
			});
			match pooled {
				Ok(_) => take_in(extrinsic),
				Err(refusal) => {
					check_refused_by_block(extrinsic);
					Fate::Refused(refusal)
				}
			}
		})
	}

	/// End the block and tell what happened in it.
	pub fn end(&mut self) -> Vec<RuntimeEvent> {
		self.parent = self.within(Executive::finalize_block);
		self.state.commit_all().expect("no transaction is open between blocks");
		self.within(|| System::read_events_no_consensus().map(|record| record.event).collect())
	}

	/// Every pallet's own check, that everything stored can be decoded, and that money is neither made nor lost.
	pub fn check(&mut self) -> Result<(), String> {
		let number = self.parent.number;
		self.within(|| {
			for pallet in AllPalletsWithSystem::infos() {
				let only = TryStateSelect::Only(vec![pallet.name.into()]);
				AllPalletsWithSystem::try_state(number, only).map_err(|fault| format!("{}: {fault:?}", pallet.name))?;
			}
			AllPalletsWithSystem::try_decode_entire_state().map_err(|faults| format!("undecodable: {faults:?}"))?;
			let accounts = frame_system::Account::<Runtime>::iter_values();
			let owned: Balance = accounts.map(|account| account.data.free + account.data.reserved).sum();
			let issued = Balances::total_issuance();
			if owned != issued {
				return Err(format!("accounts own {owned}, {issued} are issued"));
			}
			Ok(())
		})
	}
}

/// What the pool takes, the block takes, or refuses without a trace.
fn take_in(extrinsic: UncheckedExtrinsic) -> Fate {
	let before = System::event_count();
	match Executive::apply_extrinsic(extrinsic) {
		Ok(Ok(())) => failure_inside(before).map_or(Fate::Done, Fate::Failed),
		Ok(Err(error)) => Fate::Failed(error),
		Err(refusal) => Fate::Refused(refusal),
	}
}

/// A block takes no signed extrinsic that the pool refuses. An unsigned one is an inherent, which only an author adds.
fn check_refused_by_block(extrinsic: UncheckedExtrinsic) {
	if !extrinsic.is_signed() {
		return;
	}
	let applied = with_transaction_unchecked(|| TransactionOutcome::Rollback(Executive::apply_extrinsic(extrinsic)));
	assert!(applied.is_err(), "a block takes what the pool refuses: {applied:?}");
}

/// Why a call inside the last extrinsic failed, by its events from number `before` on.
fn failure_inside(before: u32) -> Option<DispatchError> {
	let happened = System::read_events_no_consensus().skip(before as usize);
	happened.into_iter().find_map(|record| match record.event {
		RuntimeEvent::Sudo(
			pallet_sudo::Event::Sudid { sudo_result: result } | pallet_sudo::Event::SudoAsDone { sudo_result: result },
		)
		| RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result })
		| RuntimeEvent::Multisig(pallet_multisig::Event::MultisigExecuted { result, .. }) => result.err(),
		RuntimeEvent::Utility(
			pallet_utility::Event::BatchInterrupted { error, .. }
			| pallet_utility::Event::ItemFailed { error }
			| pallet_utility::Event::IfElseFallbackCalled { main_error: error }
			| pallet_utility::Event::DispatchedAs { result: Err(error) },
		) => Some(error),
		_ => None,
	})
}
