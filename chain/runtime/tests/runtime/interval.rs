//! One delivery interval and one vote through all pallets, wired as in the runtime.

use aipchain_primitives::{
	binding_hash, traits::ActivePlugins, Binding, Change, CommunityId, Parameters, Role, Side, Slot, Source, TrackKind,
	TrackSettings, UnixSeconds, H256,
};
use aipchain_runtime::{
	AccountId, Balances, Communities, CommunityGovernance, Market, Metering, PluginRegistry, Runtime, RuntimeOrigin,
	System,
};
use codec::Encode;
use frame_support::{assert_ok, traits::fungible::InspectHold};
use pallet_market::{Certificate, NewOrder, Trade};
use pallet_metering::types::SignedReading;
use sp_core::{ed25519, Pair};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::Permill;

use crate::genesis::chain;

const HOUR: UnixSeconds = 3_600;
/// The start of the interval that is traded.
const START: UnixSeconds = 472_223 * HOUR;
const COMMUNITY: CommunityId = 0;
const SELLER_METER: u32 = 0;
const BUYER_METER: u32 = 1;
/// 0.2 AIP per kWh.
const PRICE: u64 = 200_000_000;

const PARAMETERS: Parameters = Parameters {
	gate_closure_s: 600,
	clearing_window_s: 300,
	grace_s: 900,
	collateral: Permill::from_percent(10),
};

fn by(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn at(seconds: UnixSeconds) {
	pallet_timestamp::Now::<Runtime>::put(seconds * 1_000);
}

fn device(meter: u32) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[meter as u8 + 1; 32])
}

fn bytes<B: TryFrom<Vec<u8>>>(text: &str) -> B {
	B::try_from(text.as_bytes().to_vec()).ok().expect("short enough")
}

fn binding(bundle: u8) -> Binding {
	Binding {
		bundle: H256([bundle; 32]),
		config: bytes("{}"),
		grants: Default::default(),
		terms: Default::default(),
		migration: None,
	}
}

/// A community of Alice (steward), Bob (producer) and Charlie (consumer); Dave is its gateway, Eve its operator.
fn found() {
	System::set_block_number(1);
	at(START - 2 * HOUR);
	let zones = vec![bytes("street")].try_into().expect("one zone");
	assert_ok!(Communities::found(
		by(Alice),
		bytes("Elm"),
		3_600,
		86_400,
		zones,
		PARAMETERS,
		account(Alice)
	));
	for (who, role) in [(Bob, Role::Producer), (Charlie, Role::Consumer)] {
		let roles = vec![role].try_into().expect("one role");
		assert_ok!(Communities::admit(by(Alice), COMMUNITY, account(who), roles));
	}
	assert_ok!(Communities::grant_role(
		by(Alice),
		COMMUNITY,
		account(Dave),
		Role::Gateway
	));
	assert_ok!(Communities::grant_role(
		by(Alice),
		COMMUNITY,
		account(Eve),
		Role::Operator
	));
	for (meter, owner, source) in [
		(SELLER_METER, Bob, Source::Solar),
		(BUYER_METER, Charlie, Source::Consumption),
	] {
		let key = device(meter).public().0;
		assert_ok!(Metering::enrol_meter(
			by(Alice),
			COMMUNITY,
			account(owner),
			key,
			0,
			source,
			10_000,
			0,
			0,
			START
		));
	}
	for (bundle, slot) in [(1, Slot::Price), (2, Slot::Clear), (3, Slot::Price)] {
		assert_ok!(PluginRegistry::register_build(
			by(Alice),
			H256([bundle; 32]),
			bytes("rule"),
			1,
			1
		));
		if bundle < 3 {
			assert_ok!(PluginRegistry::install(by(Alice), COMMUNITY, slot, binding(bundle)));
		}
	}
}

fn order(id: u64, meter: u32, side: Side) -> NewOrder {
	NewOrder {
		id,
		meter,
		side,
		wh: 1_000,
		limit_price: PRICE,
	}
}

fn reading(meter: u32, import_register_wh: u64, export_register_wh: u64) -> SignedReading {
	let genesis = System::block_hash(0);
	let read = (
		*b"aipchain/reading/v1",
		genesis,
		COMMUNITY,
		meter,
		START,
		import_register_wh,
		export_register_wh,
	);
	let signature = device(meter).sign(&read.encode()).0;
	SignedReading {
		meter,
		import_register_wh,
		export_register_wh,
		signature,
	}
}

#[test]
fn an_interval_is_traded_measured_minted_and_settled() {
	chain("development").execute_with(|| {
		found();
		let (issued, bob, charlie) = (
			Balances::total_issuance(),
			Balances::free_balance(account(Bob)),
			Balances::free_balance(account(Charlie)),
		);
		let offers = vec![order(0, SELLER_METER, Side::Offer)].try_into().expect("one order");
		let bids = vec![order(0, BUYER_METER, Side::Bid)].try_into().expect("one order");
		assert_ok!(Market::place_orders(by(Bob), COMMUNITY, START, offers));
		assert_ok!(Market::place_orders(by(Charlie), COMMUNITY, START, bids));
		assert_eq!(
			Balances::total_balance_on_hold(&account(Charlie)),
			u128::from(PRICE) * 1_000
		);

		at(START - 600);
		let rules = PluginRegistry::rules_at(COMMUNITY, (START / 86_400) as u32).expect("both slots have a rule");
		let trades = vec![Trade {
			bid: 1,
			offer: 0,
			wh: 1_000,
			price: PRICE,
		}]
		.try_into()
		.expect("one trade");
		assert_ok!(Market::submit_clearing(
			by(Eve),
			COMMUNITY,
			START,
			rules,
			trades,
			Certificate::Nothing
		));

		at(START + HOUR);
		let readings = vec![reading(SELLER_METER, 0, 800), reading(BUYER_METER, 1_500, 0)]
			.try_into()
			.expect("two");
		assert_ok!(Metering::submit_batch(
			by(Dave),
			COMMUNITY,
			START,
			H256([7; 32]),
			readings
		));

		at(START + HOUR + 900);
		assert_ok!(Market::settle(by(Dave), COMMUNITY, START, 1_000));

		let paid = u128::from(PRICE) * 800;
		assert_eq!(Balances::free_balance(account(Bob)), bob + paid);
		assert_eq!(Balances::free_balance(account(Charlie)), charlie - paid);
		assert_eq!(Balances::total_balance_on_hold(&account(Bob)), 0);
		assert_eq!(Balances::total_balance_on_hold(&account(Charlie)), 0);
		assert_eq!(Balances::total_issuance(), issued);
		assert_eq!(pallet_energy::TotalMinted::<Runtime>::get(), 800);
		assert_eq!(pallet_energy::Accounts::<Runtime>::get(account(Charlie)).free, 800);
	});
}

#[test]
fn a_vote_replaces_the_price_rule_at_the_next_epoch() {
	chain("local").execute_with(|| {
		found();
		let settings = TrackSettings {
			notice_s: 0,
			decide_s: 3_600,
			confirm_s: 60,
			timelock_s: 60,
			min_turnout: Permill::from_percent(50),
			min_approval: Permill::from_percent(50),
		};
		assert_ok!(CommunityGovernance::set_track(
			by(Alice),
			COMMUNITY,
			TrackKind::Plugin,
			settings
		));
		let now = START - 2 * HOUR;
		let epoch = (now / 86_400) as u32;
		let before = PluginRegistry::rules_at(COMMUNITY, epoch).expect("both slots have a rule");
		let change = Change::Plugin {
			slot: Slot::Price,
			binding: binding(3),
		};
		let hash = binding_hash(COMMUNITY, &change, before.price);

		assert_ok!(CommunityGovernance::propose(by(Bob), COMMUNITY, change, before.price));
		for voter in [Bob, Charlie] {
			assert_ok!(CommunityGovernance::vote(by(voter), 0, hash, true));
		}
		for later in [60, 120] {
			at(now + later);
			assert_ok!(CommunityGovernance::advance(by(Dave), 0));
		}

		assert_eq!(PluginRegistry::rules_at(COMMUNITY, epoch), Some(before));
		let after = PluginRegistry::rules_at(COMMUNITY, epoch + 1).expect("both slots have a rule");
		assert_eq!((after.price, after.clear), (hash, before.clear));
	});
}
