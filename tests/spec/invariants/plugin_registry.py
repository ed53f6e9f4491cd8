"""Worlds that a check of the plugin registry must notice. Each slot has its first binding, of a build of its own."""

from dataclasses import replace

from tests.spec.invariants.spoilt import HERE, NOWHERE, OTHER_HASH, Checks

from aipchain.pallets_spec.plugin_registry import BoundBinding, SlotState
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import Hash, PluginChange, Proof, Slot, Terms, ZoneCharge
from aipchain.pallets_spec.world import World
from aipchain.units import Price

CHECKS = Checks()


def _slot(world: World, slot: Slot) -> SlotState:
    return world.plugin_registry.slots[HERE, slot]


def _first(world: World) -> BoundBinding:
    return world.plugin_registry.bindings[_slot(world, Slot.PRICE).active]


def _bind(world: World, bound: BoundBinding) -> Hash:
    """Keep a binding under its hash."""
    change = PluginChange(bound.slot, bound.binding)
    hash_ = binding_hash(bound.community, change, bound.predecessor)
    world.plugin_registry.bindings[hash_] = bound
    return hash_


@CHECKS.notice("a binding's build is not registered")
def a_build_is_gone(world: World) -> None:
    """A binding in force is of it."""
    del world.plugin_registry.builds[_first(world).binding.bundle]


@CHECKS.notice("a binding's terms are not sound")
def a_price_model_has_to_prove_something(world: World) -> None:
    """It lies under its hash, and no slot holds it."""
    bound = _first(world)
    _bind(world, replace(bound, binding=replace(bound.binding, terms=Terms(Proof.OPTIMUM))))


@CHECKS.notice("a binding's terms are not sound")
def a_zone_of_the_terms_is_gone(world: World) -> None:
    """There never was one with this number."""
    bound = world.plugin_registry.bindings[_slot(world, Slot.CLEAR).active]
    terms = Terms(Proof.OPTIMUM, (ZoneCharge(0, 2, Price(1)),))
    _bind(world, replace(bound, binding=replace(bound.binding, terms=terms)))


@CHECKS.notice("a binding is not under its hash")
def a_binding_under_another_hash(world: World) -> None:
    """A copy that nobody voted on."""
    world.plugin_registry.bindings[OTHER_HASH] = _first(world)


@CHECKS.notice("a predecessor is gone")
def a_binding_replaces_what_never_was(world: World) -> None:
    """It lies under its hash, and no slot holds it."""
    _bind(world, replace(_first(world), predecessor=OTHER_HASH))


@CHECKS.notice("a slot holds a binding made for another")
def a_slot_held_another_slots_binding(world: World) -> None:
    """The binding before was the other slot's."""
    slots = world.plugin_registry.slots
    slots[HERE, Slot.PRICE] = replace(_slot(world, Slot.PRICE), previous=_slot(world, Slot.CLEAR).active)


@CHECKS.notice("a slot holds a binding made for another")
def a_slot_will_hold_what_never_was(world: World) -> None:
    """There is no such binding."""
    slots = world.plugin_registry.slots
    slots[HERE, Slot.PRICE] = replace(_slot(world, Slot.PRICE), previous=OTHER_HASH)


@CHECKS.notice("a slot holds a binding made for another")
def a_slot_held_another_communitys_binding(world: World) -> None:
    """The same binding, bound elsewhere."""
    elsewhere = _bind(world, replace(_first(world), community=NOWHERE))
    slots = world.plugin_registry.slots
    slots[HERE, Slot.PRICE] = replace(_slot(world, Slot.PRICE), previous=elsewhere)


@CHECKS.notice("a fallback is not the first binding")
def the_fallback_is_a_later_binding(world: World) -> None:
    """It replaces the first."""
    slot = _slot(world, Slot.PRICE)
    later = _bind(world, replace(_first(world), predecessor=slot.active))
    world.plugin_registry.slots[HERE, Slot.PRICE] = replace(slot, fallback=later)
