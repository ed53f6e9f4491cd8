//! Builds and the slots they fill.

use aipchain_primitives::{Binding, LineLimit, Proof, Role, Slot, Terms, ZoneCharge};
use aipchain_runtime::{Runtime, RuntimeCall};
use pallet_plugin_registry::{Call, Slots};

use super::{anyone, text, Move};
use crate::{accounts::key_of, draw::Draw, scene::Scene};

pub const SLOTS: [Slot; 2] = [Slot::Price, Slot::Clear];

pub fn register_build(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let bundle = draw.hash();
	if scene.builds.iter().any(|(known, _)| *known == bundle) && !draw.chance(5) {
		return None;
	}
	let call = Call::register_build {
		bundle,
		name: text(draw, 64),
		release: 1,
		build: draw.below(4) as u16,
	};
	Some((anyone(draw), RuntimeCall::PluginRegistry(call)))
}

pub fn deprecate_build(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let (bundle, owner) = draw.one(&scene.builds)?;
	Some((
		key_of(&owner)?,
		RuntimeCall::PluginRegistry(Call::deprecate_build { bundle }),
	))
}

pub fn install(draw: &mut Draw, scene: &Scene) -> Option<Move> {
	let town = draw.one(&scene.towns)?;
	let steward = town.with(Role::Steward, draw)?;
	let slot = draw.of(SLOTS);
	if Slots::<Runtime>::contains_key((town.id, slot)) && !draw.chance(3) {
		return None;
	}
	let call = Call::install {
		community: draw.nearly_u32(town.id),
		slot,
		binding: binding(draw, scene, slot)?,
	};
	Some((steward, RuntimeCall::PluginRegistry(call)))
}

/// A binding of a build that stands.
pub fn binding(draw: &mut Draw, scene: &Scene, slot: Slot) -> Option<Binding> {
	let (bundle, _) = draw.one(&scene.builds)?;
	Some(Binding {
		bundle,
		config: text(draw, 40),
		grants: text(draw, 20),
		terms: terms(draw, slot),
		migration: draw.chance(20).then(|| draw.hash()),
	})
}

/// Terms that are sound for the slot, seldom others. Every community has a zone 0.
fn terms(draw: &mut Draw, slot: Slot) -> Terms {
	if slot == Slot::Price && !draw.chance(3) {
		return Terms::default();
	}
	let proof = draw.of([
		Proof::Envelope,
		Proof::UniformPrice,
		Proof::Optimum,
		Proof::Optimum,
		Proof::Optimum,
	]);
	let (charged, limited) = match proof {
		Proof::Envelope => (3, 70),
		Proof::UniformPrice => (3, 3),
		Proof::Optimum => (50, 50),
	};
	Terms {
		proof,
		charges: listed(draw, charged, charge),
		limits: listed(draw, limited, limit),
	}
}

/// One of them in so many of a hundred cases, seldom two.
fn listed<T, B: TryFrom<Vec<T>> + Default>(draw: &mut Draw, percent: u64, item: fn(&mut Draw) -> T) -> B {
	let count = u64::from(draw.chance(percent)) * draw.of([1, 1, 1, 2]);
	let items: Vec<T> = (0..count).map(|_| item(draw)).collect();
	B::try_from(items).unwrap_or_default()
}

fn zone(draw: &mut Draw) -> u16 {
	draw.nearly(0).try_into().unwrap_or(u16::MAX)
}

fn charge(draw: &mut Draw) -> ZoneCharge {
	let price = draw.below(1_000);
	ZoneCharge {
		from: zone(draw),
		to: zone(draw),
		price: draw.nearly(price),
	}
}

fn limit(draw: &mut Draw) -> LineLimit {
	LineLimit {
		zone: zone(draw),
		out_wh: draw.of([0, 0, 1, 1_000_000]),
		in_wh: draw.of([0, 0, 1, 1_000_000]),
	}
}
