//! What a transaction costs and who earns it.

use aipchain_runtime::{configs, AccountId, Balance, Balances, RuntimeCall, System, TransactionPayment, AIP};
use codec::Encode;
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::{fungible::Balanced, tokens::Precision, OnUnbalanced},
	weights::Weight,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob};

use crate::genesis::chain;

/// Bytes of a signed transfer.
const TRANSFER_LENGTH: u32 = 145;

fn transfer() -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: Bob.to_account_id().into(),
		value: AIP,
	})
}

#[test]
fn a_transfer_costs_about_a_ten_thousandth_of_an_aip() {
	chain("development").execute_with(|| {
		let fee: Balance = TransactionPayment::compute_fee(TRANSFER_LENGTH, &transfer().get_dispatch_info(), 0);
		assert!((AIP / 20_000..AIP / 5_000).contains(&fee), "{fee} base units");
	});
}

#[test]
fn a_full_block_costs_less_than_one_aip() {
	chain("development").execute_with(|| {
		let block = configs::RuntimeBlockWeights::get().max_block;
		let length = *configs::RuntimeBlockLength::get()
			.max
			.get(frame_support::dispatch::DispatchClass::Normal);
		assert!(TransactionPayment::weight_to_fee(block) < AIP);
		assert!(TransactionPayment::length_to_fee(length) < AIP);
		assert_eq!(TransactionPayment::weight_to_fee(Weight::zero()), 0);
	});
}

#[test]
fn the_author_earns_the_fee_and_no_money_is_lost() {
	chain("development").execute_with(|| {
		let author: AccountId = Alice.to_account_id();
		let (issued, owned) = (Balances::total_issuance(), Balances::free_balance(&author));
		let slot = sp_runtime::DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, 0u64.encode());
		System::initialize(&1, &Default::default(), &sp_runtime::Digest { logs: vec![slot] });

		let fee = Balances::withdraw(
			&Bob.to_account_id(),
			AIP,
			Precision::Exact,
			frame_support::traits::tokens::Preservation::Preserve,
			frame_support::traits::tokens::Fortitude::Polite,
		);
		configs::PayAuthor::on_unbalanced(fee.expect("Bob can pay"));

		assert_eq!(Balances::free_balance(&author), owned + AIP);
		assert_eq!(Balances::total_issuance(), issued);
	});
}
