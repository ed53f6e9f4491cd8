//! What an agent may do in a household's name.

use aipchain_runtime::{
	configs::ProxyType::{self, Any, NonTransfer, Trading},
	RuntimeCall,
};
use frame_support::traits::InstanceFilter;
use sp_keyring::Sr25519Keyring::Bob;

fn place_orders() -> RuntimeCall {
	pallet_market::Call::place_orders {
		community: 0,
		interval_start: 0,
		orders: Default::default(),
	}
	.into()
}

fn settle() -> RuntimeCall {
	pallet_market::Call::settle {
		community: 0,
		interval_start: 0,
		limit: 1,
	}
	.into()
}

fn transfer() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive {
		dest: Bob.to_account_id().into(),
		value: 1,
	}
	.into()
}

fn sudo(call: RuntimeCall) -> RuntimeCall {
	pallet_sudo::Call::sudo { call: Box::new(call) }.into()
}

fn allowed(proxy: ProxyType, calls: &[RuntimeCall]) -> Vec<bool> {
	calls.iter().map(|call| proxy.filter(call)).collect()
}

#[test]
fn a_trading_agent_places_and_cancels_orders_and_nothing_else() {
	let cancel: RuntimeCall = pallet_market::Call::cancel_order { number: 0 }.into();
	let calls = [place_orders(), cancel, settle(), transfer(), sudo(transfer())];
	assert_eq!(allowed(Trading, &calls), [true, true, false, false, false]);
	assert_eq!(allowed(NonTransfer, &calls), [true, true, true, false, false]);
	assert_eq!(allowed(Any, &calls), [true; 5]);
}

#[test]
fn an_agent_cannot_make_itself_more_than_it_is() {
	assert!(Any.is_superset(&NonTransfer) && NonTransfer.is_superset(&Trading) && Trading.is_superset(&Trading));
	assert!(!NonTransfer.is_superset(&Any) && !Trading.is_superset(&NonTransfer));
}
