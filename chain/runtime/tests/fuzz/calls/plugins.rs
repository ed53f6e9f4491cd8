//! Builds and the slots they fill.

use aipchain_primitives::{Binding, Role, Slot};
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
		binding: binding(draw, scene)?,
	};
	Some((steward, RuntimeCall::PluginRegistry(call)))
}

/// A binding of a build that stands.
pub fn binding(draw: &mut Draw, scene: &Scene) -> Option<Binding> {
	let (bundle, _) = draw.one(&scene.builds)?;
	Some(Binding {
		bundle,
		config: text(draw, 40),
		grants: text(draw, 20),
		migration: draw.chance(20).then(|| draw.hash()),
	})
}
