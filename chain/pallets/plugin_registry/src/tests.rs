//! Every call, every error and every answer of the registry.

use crate::{mock::*, *};
use aipchain_primitives::{traits::ActivePlugins, *};
use frame::{prelude::*, testing_prelude::*};

type Refused = Error<Test>;

const ONE: H256 = H256([1; 32]);
const TWO: H256 = H256([2; 32]);

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn register(bundle: H256) -> DispatchResult {
	Registry::register_build(signed(AUTHOR), bundle, name("mid-market-rate"), 1, 2)
}

fn binding(bundle: H256) -> Binding {
	Binding {
		bundle,
		config: b"{}".to_vec().try_into().unwrap(),
		grants: Default::default(),
		terms: Terms::default(),
		migration: None,
	}
}

fn install(slot: Slot, bundle: H256) -> DispatchResult {
	Registry::install(signed(STEWARD), HOME, slot, binding(bundle))
}

fn hash(slot: Slot, bundle: H256, predecessor: H256) -> H256 {
	binding_hash(
		HOME,
		&Change::Plugin {
			slot,
			binding: binding(bundle),
		},
		predecessor,
	)
}

/// Schedule `bundle` after the slot's head, as a vote does; its binding hash.
fn schedule(slot: Slot, bundle: H256, from: Epoch) -> H256 {
	let hash = hash(slot, bundle, Registry::head(HOME, slot).unwrap());
	assert_ok!(Registry::schedule(HOME, slot, binding(bundle), hash, from));
	hash
}

fn slot_state(slot: Slot) -> SlotState {
	Slots::<Test>::get((HOME, slot)).unwrap()
}

#[test]
fn a_build_is_registered_once() {
	run(|| {
		assert_ok!(register(ONE));
		let expected = Build {
			owner: AUTHOR,
			name: name("mid-market-rate"),
			release: 1,
			build: 2,
			deprecated: false,
		};
		assert_eq!(Builds::<Test>::get(ONE), Some(expected));
		let event = Event::BuildRegistered {
			bundle: ONE,
			owner: AUTHOR,
			name: name("mid-market-rate"),
			release: 1,
			build: 2,
		};
		System::assert_last_event(event.into());
		assert_noop!(register(ONE), Refused::BuildExists);
		assert_noop!(
			Registry::register_build(signed(STEWARD), ONE, name("x"), 9, 9),
			Refused::BuildExists
		);
	});
}

#[test]
fn registering_errors() {
	run(|| {
		assert_noop!(
			Registry::register_build(signed(AUTHOR), ONE, name(""), 1, 0),
			Refused::EmptyName
		);
		assert_noop!(
			Registry::register_build(RuntimeOrigin::root(), ONE, name("x"), 1, 0),
			BadOrigin
		);
	});
}

#[test]
fn its_owner_deprecates_a_build_once() {
	run(|| {
		assert_ok!(register(ONE));
		assert_noop!(Registry::deprecate_build(signed(AUTHOR), TWO), Refused::UnknownBuild);
		assert_noop!(Registry::deprecate_build(signed(STEWARD), ONE), Refused::NotOwner);
		assert_noop!(Registry::deprecate_build(RuntimeOrigin::none(), ONE), BadOrigin);
		assert_ok!(Registry::deprecate_build(signed(AUTHOR), ONE));
		System::assert_last_event(Event::<Test>::BuildDeprecated { bundle: ONE }.into());
		assert!(Builds::<Test>::get(ONE).unwrap().deprecated);
		assert_noop!(Registry::deprecate_build(signed(AUTHOR), ONE), Refused::BuildDeprecated);
		assert_noop!(register(ONE), Refused::BuildExists);
	});
}

#[test]
fn a_steward_fills_an_empty_slot() {
	run(|| {
		assert_ok!(register(ONE));
		assert_eq!(
			(Registry::head(HOME, Slot::Price), Registry::rules_at(HOME, 0)),
			(None, None)
		);
		assert_ok!(install(Slot::Price, ONE));
		let price = hash(Slot::Price, ONE, H256::zero());
		assert_eq!(slot_state(Slot::Price), SlotState::first(price));
		let expected = BoundBinding {
			community: HOME,
			slot: Slot::Price,
			binding: binding(ONE),
			predecessor: H256::zero(),
		};
		assert_eq!(Bindings::<Test>::get(price), Some(expected));
		let event = Event::PluginInstalled {
			community: HOME,
			slot: Slot::Price,
			binding_hash: price,
			bundle: ONE,
		};
		System::assert_last_event(event.into());
		assert_eq!(Registry::rules_at(HOME, 0), None, "one slot alone is no rule set");
		assert_ok!(install(Slot::Clear, ONE));
		let clear = hash(Slot::Clear, ONE, H256::zero());
		assert_eq!(Registry::rules_at(HOME, 0), Some(RuleSet { price, clear }));
		assert_eq!(Registry::head(HOME, Slot::Clear), Some(clear));
	});
}

#[test]
fn installing_errors() {
	run(|| {
		assert_ok!(register(ONE));
		let put = |who, community| Registry::install(signed(who), community, Slot::Price, binding(ONE));
		assert_noop!(put(STEWARD, HOME + 1), Refused::UnknownCommunity);
		assert_noop!(put(AUTHOR, HOME), Refused::NotSteward);
		assert_noop!(install(Slot::Price, TWO), Refused::UnknownBuild);
		let unsigned = Registry::install(RuntimeOrigin::none(), HOME, Slot::Price, binding(ONE));
		assert_noop!(unsigned, BadOrigin);
		assert_ok!(install(Slot::Price, ONE));
		assert_noop!(install(Slot::Price, ONE), Refused::SlotOccupied);
		assert_ok!(Registry::deprecate_build(signed(AUTHOR), ONE));
		assert_noop!(install(Slot::Clear, ONE), Refused::BuildDeprecated);
	});
}

/// Put a binding with these terms into the slot.
fn demand(slot: Slot, terms: Terms) -> DispatchResult {
	let binding = Binding { terms, ..binding(ONE) };
	Registry::install(signed(STEWARD), HOME, slot, binding)
}

fn limits(zones: &[u16]) -> Terms {
	let limit = |zone: &u16| LineLimit {
		zone: *zone,
		out_wh: 1,
		in_wh: 1,
	};
	let limits: Vec<_> = zones.iter().map(limit).collect();
	Terms {
		limits: limits.try_into().unwrap(),
		..Terms::default()
	}
}

#[test]
fn terms_stand_with_their_binding() {
	run(|| {
		assert_ok!(register(ONE));
		assert_ok!(demand(Slot::Clear, limits(&[0, ZONES - 1])));
		let clear = slot_state(Slot::Clear).active;
		assert_eq!(Registry::terms(clear), Some(limits(&[0, ZONES - 1])));
		assert_eq!(Registry::terms(H256::zero()), None);
	});
}

#[test]
fn terms_that_are_not_sound_are_refused() {
	run(|| {
		assert_noop!(demand(Slot::Clear, limits(&[ZONES])), Refused::UnknownBuild);
		assert_ok!(register(ONE));
		assert_noop!(demand(Slot::Clear, limits(&[ZONES])), Refused::BadTerms);
		assert_noop!(demand(Slot::Clear, limits(&[1, 0])), Refused::BadTerms);
		assert_noop!(demand(Slot::Price, limits(&[0])), Refused::BadTerms);
		let charge = |from, to| ZoneCharge { from, to, price: 1 };
		let optimum = |charge: ZoneCharge| Terms {
			proof: Proof::Optimum,
			charges: vec![charge].try_into().unwrap(),
			limits: Default::default(),
		};
		assert_noop!(demand(Slot::Clear, optimum(charge(ZONES, 0))), Refused::BadTerms);
		assert_noop!(demand(Slot::Clear, optimum(charge(0, ZONES))), Refused::BadTerms);
		assert_ok!(demand(Slot::Clear, optimum(charge(ZONES - 1, 0))));
	});
}

#[test]
fn a_scheduled_binding_holds_from_its_epoch_on() {
	run(|| {
		for bundle in [ONE, TWO] {
			assert_ok!(register(bundle));
		}
		assert_ok!(install(Slot::Price, ONE));
		assert_ok!(install(Slot::Clear, ONE));
		let (first, clear) = (slot_state(Slot::Price).active, slot_state(Slot::Clear).active);
		let second = schedule(Slot::Price, TWO, 11);
		let event = Event::PluginScheduled {
			community: HOME,
			slot: Slot::Price,
			binding_hash: second,
			bundle: TWO,
			from_epoch: 11,
		};
		System::assert_last_event(event.into());
		assert_eq!(Registry::head(HOME, Slot::Price), Some(second));
		assert_eq!(Registry::rules_at(HOME, 10), Some(RuleSet { price: first, clear }));
		assert_eq!(Registry::rules_at(HOME, 11), Some(RuleSet { price: second, clear }));
		assert_eq!(Registry::rules_at(HOME, 12), Some(RuleSet { price: second, clear }));
		let bound = Bindings::<Test>::get(second).unwrap();
		assert_eq!((bound.predecessor, bound.binding.bundle), (first, TWO));
	});
}

#[test]
fn a_due_binding_is_folded_in_before_the_next() {
	run(|| {
		for bundle in [ONE, TWO] {
			assert_ok!(register(bundle));
		}
		assert_ok!(install(Slot::Price, ONE));
		let first = slot_state(Slot::Price).active;
		let second = schedule(Slot::Price, TWO, 11);
		let third = schedule(Slot::Price, ONE, 12);
		let expected = SlotState {
			active: second,
			pending: Some((third, 12)),
			previous: Some(first),
			fallback: first,
		};
		assert_eq!(slot_state(Slot::Price), expected);
		assert_eq!(slot_state(Slot::Price).at(11), second);
		let fourth = schedule(Slot::Price, TWO, 20);
		let expected = SlotState {
			active: third,
			pending: Some((fourth, 20)),
			previous: Some(second),
			fallback: first,
		};
		assert_eq!(slot_state(Slot::Price), expected);
	});
}

#[test]
fn a_binding_that_is_not_due_is_replaced_by_a_later_vote() {
	run(|| {
		for bundle in [ONE, TWO] {
			assert_ok!(register(bundle));
		}
		assert_ok!(install(Slot::Price, ONE));
		let first = slot_state(Slot::Price).active;
		schedule(Slot::Price, TWO, 11);
		let third = schedule(Slot::Price, ONE, 11);
		let expected = SlotState {
			active: first,
			pending: Some((third, 11)),
			previous: None,
			fallback: first,
		};
		assert_eq!(slot_state(Slot::Price), expected);
	});
}

#[test]
fn scheduling_errors() {
	run(|| {
		assert_ok!(register(ONE));
		let put = |slot, bundle| Registry::schedule(HOME, slot, binding(bundle), TWO, 5);
		assert_noop!(put(Slot::Price, ONE), Refused::EmptySlot);
		assert_ok!(install(Slot::Price, ONE));
		assert_noop!(put(Slot::Price, TWO), Refused::UnknownBuild);
		assert_ok!(Registry::deprecate_build(signed(AUTHOR), ONE));
		assert_noop!(put(Slot::Price, ONE), Refused::BuildDeprecated);
		assert_noop!(Registry::check_build(&ONE), Refused::BuildDeprecated);
		assert_noop!(Registry::check_build(&TWO), Refused::UnknownBuild);
		let first = slot_state(Slot::Price).active;
		assert_eq!(
			slot_state(Slot::Price),
			SlotState::first(first),
			"what is in force stays"
		);
	});
}

#[test]
fn weights_grow_with_the_bytes() {
	type W = ();
	assert!(W::register_build(64).all_gte(W::register_build(1)));
	assert!(W::install(3_364).ref_time() > W::install(3).ref_time());
	assert!(W::deprecate_build().ref_time() > 0);
}
