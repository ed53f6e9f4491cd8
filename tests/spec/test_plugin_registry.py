"""The chapter of the plugin registry: builds, slots, and the rules in force at an epoch."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import plugin_registry
from aipchain.pallets_spec.errors import BadOrigin, PluginRegistry
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.plugin_registry import (
    BoundBinding,
    Build,
    BuildDeprecated,
    BuildRegistered,
    PluginInstalled,
    PluginScheduled,
    SlotState,
)
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    Binding,
    CommunityId,
    Epoch,
    Event,
    Hash,
    LineLimit,
    PluginChange,
    Proof,
    RuleSet,
    Slot,
    Terms,
    ZoneCharge,
)
from aipchain.units import Price, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town

BUNDLE, OTHER_BUNDLE = Hash(b"b" * 32), Hash(b"c" * 32)
FIRST, SECOND, THIRD = (Binding(BUNDLE, config, b"", PLAIN_TERMS, None) for config in (b"1", b"2", b"3"))


def _register(town: "Town", bundle: Hash = BUNDLE) -> list[Event]:
    return town.does("ada", plugin_registry.register_build, bundle=bundle, name=b"fair", release=2, build=7)


def _install(town: "Town", slot: Slot = Slot.PRICE) -> list[Event]:
    return town.does("steward", plugin_registry.install, community=town.community, slot=slot, binding=FIRST)


def _schedule(town: "Town", binding: Binding, epoch: int) -> Hash:
    """As a vote does; gives the binding hash."""
    predecessor = plugin_registry.head(town.world, town.community, Slot.PRICE)
    assert predecessor is not None
    voted = binding_hash(town.community, PluginChange(Slot.PRICE, binding), predecessor)
    plugin_registry.schedule(town.world, town.community, Slot.PRICE, binding, voted=voted, from_epoch=Epoch(epoch))
    return voted


@pytest.fixture
def filled(town: "Town") -> "Town":
    """A town whose two slots have a plugin."""
    _register(town)
    _install(town)
    _install(town, Slot.CLEAR)
    return town


def test_a_build_is_registered_once(town: "Town") -> None:
    """By anybody, who becomes its owner."""
    ada = town.account("ada")

    assert _register(town) == [BuildRegistered(BUNDLE, ada, b"fair", 2, 7)]
    assert town.world.plugin_registry.builds == {BUNDLE: Build(ada, b"fair", 2, 7, deprecated=False)}
    arguments = {"bundle": BUNDLE, "name": b"fair", "release": 2, "build": 7}
    refusal = town.refused("ada", plugin_registry.register_build, **arguments)  # type: ignore[arg-type]
    assert isinstance(refusal, PluginRegistry.BuildExists)


def test_a_build_has_a_name_and_an_owner(town: "Town") -> None:
    """A registered bundle without a name is told of the name first."""
    _register(town)
    call = plugin_registry.register_build

    unnamed = town.refused("ada", call, bundle=BUNDLE, name=b"", release=0, build=0)
    unsigned = town.refused(Root(), call, bundle=BUNDLE, name=b"", release=0, build=0)

    assert isinstance(unnamed, PluginRegistry.EmptyName)
    assert isinstance(unsigned, BadOrigin)


def test_only_its_owner_deprecates_a_build_and_once(town: "Town") -> None:
    """Every refusal of a deprecation."""
    _register(town)
    call = plugin_registry.deprecate_build

    assert isinstance(town.refused(Root(), call, bundle=BUNDLE), BadOrigin)
    assert isinstance(town.refused("ada", call, bundle=OTHER_BUNDLE), PluginRegistry.UnknownBuild)
    assert isinstance(town.refused("ben", call, bundle=BUNDLE), PluginRegistry.NotOwner)
    assert town.does("ada", call, bundle=BUNDLE) == [BuildDeprecated(BUNDLE)]
    assert town.world.plugin_registry.builds[BUNDLE].deprecated
    assert isinstance(town.refused("ben", call, bundle=BUNDLE), PluginRegistry.NotOwner)
    assert isinstance(town.refused("ada", call, bundle=BUNDLE), PluginRegistry.BuildDeprecated)


def test_a_steward_fills_an_empty_slot(town: "Town") -> None:
    """The binding is in force at once and stays the fallback."""
    _register(town)
    first = binding_hash(town.community, PluginChange(Slot.PRICE, FIRST), NO_HASH)

    assert _install(town) == [PluginInstalled(town.community, Slot.PRICE, first, BUNDLE)]
    registry = town.world.plugin_registry
    assert registry.slots == {(town.community, Slot.PRICE): SlotState(first, None, None, first)}
    assert registry.bindings == {first: BoundBinding(town.community, Slot.PRICE, FIRST, NO_HASH)}


def test_a_slot_is_filled_by_a_steward_with_a_sound_build(town: "Town") -> None:
    """Every refusal of an installation, in the order of the rules."""
    call, here = plugin_registry.install, town.community
    _register(town)
    _install(town)
    unknown = Binding(OTHER_BUNDLE, b"", b"", PLAIN_TERMS, None)

    unsigned = town.refused(Root(), call, community=CommunityId(9), slot=Slot.PRICE, binding=unknown)
    elsewhere = town.refused("ada", call, community=CommunityId(9), slot=Slot.PRICE, binding=unknown)
    no_steward = town.refused("ada", call, community=here, slot=Slot.PRICE, binding=unknown)
    occupied = town.refused("steward", call, community=here, slot=Slot.PRICE, binding=unknown)
    unregistered = town.refused("steward", call, community=here, slot=Slot.CLEAR, binding=unknown)
    town.does("ada", plugin_registry.deprecate_build, bundle=BUNDLE)
    unsound = replace(FIRST, terms=Terms(Proof.ENVELOPE, limits=(LineLimit(2, Wh(0), Wh(0)),)))
    deprecated = town.refused("steward", call, community=here, slot=Slot.CLEAR, binding=unsound)

    assert isinstance(unsigned, BadOrigin)
    assert isinstance(elsewhere, PluginRegistry.UnknownCommunity)
    assert isinstance(no_steward, PluginRegistry.NotSteward)
    assert isinstance(occupied, PluginRegistry.SlotOccupied)
    assert isinstance(unregistered, PluginRegistry.UnknownBuild)
    assert isinstance(deprecated, PluginRegistry.BuildDeprecated)


def test_there_are_rules_once_both_slots_are_filled(town: "Town") -> None:
    """A market needs a price model and a market rule."""
    _register(town)
    _install(town, Slot.CLEAR)
    assert plugin_registry.rules_at(town.world, town.community, Epoch(0)) is None
    _install(town)
    price, clear = (binding_hash(town.community, PluginChange(slot, FIRST), NO_HASH) for slot in Slot)
    assert plugin_registry.rules_at(town.world, town.community, Epoch(0)) == RuleSet(price, clear)


def test_a_scheduled_binding_rules_from_its_epoch_on(filled: "Town") -> None:
    """Nothing runs at the boundary; whoever asks for an epoch is told what rules it."""
    first = plugin_registry.head(filled.world, filled.community, Slot.PRICE)
    assert first is not None

    voted = _schedule(filled, SECOND, 10)

    assert filled.world.events[-1] == PluginScheduled(filled.community, Slot.PRICE, voted, BUNDLE, Epoch(10))
    registry = filled.world.plugin_registry
    assert registry.bindings[voted] == BoundBinding(filled.community, Slot.PRICE, SECOND, first)
    state = registry.slots[filled.community, Slot.PRICE]
    assert state == SlotState(first, (voted, Epoch(10)), None, first)
    assert [state.at(Epoch(epoch)) for epoch in (9, 10, 11)] == [first, voted, voted]
    assert plugin_registry.head(filled.world, filled.community, Slot.PRICE) == voted


def test_what_is_due_before_becomes_active_first(filled: "Town") -> None:
    """The binding of an earlier epoch is followed, not lost."""
    first = plugin_registry.head(filled.world, filled.community, Slot.PRICE)
    second = _schedule(filled, SECOND, 10)

    third = _schedule(filled, THIRD, 11)

    state = filled.world.plugin_registry.slots[filled.community, Slot.PRICE]
    assert state == SlotState(second, (third, Epoch(11)), first, first or NO_HASH)


def test_what_is_not_due_before_is_replaced(filled: "Town") -> None:
    """Two votes for one epoch: the later, which names the earlier as its predecessor, rules."""
    first = plugin_registry.head(filled.world, filled.community, Slot.PRICE)
    assert first is not None
    second = _schedule(filled, SECOND, 10)

    third = _schedule(filled, THIRD, 10)

    registry = filled.world.plugin_registry
    assert registry.slots[filled.community, Slot.PRICE] == SlotState(first, (third, Epoch(10)), None, first)
    assert registry.bindings[third].predecessor == second


def test_scheduling_is_refused_for_an_empty_slot_and_an_unsound_build(town: "Town") -> None:
    """A vote cannot do what a steward must do first, nor bind what nobody should use."""
    arguments = {"voted": NO_HASH, "from_epoch": Epoch(1)}
    world, here = town.world, town.community
    with pytest.raises(PluginRegistry.EmptySlot):
        plugin_registry.schedule(world, here, Slot.PRICE, FIRST, **arguments)  # type: ignore[arg-type]
    assert plugin_registry.head(world, here, Slot.PRICE) is None
    _register(town)
    _install(town)
    unknown = Binding(OTHER_BUNDLE, b"", b"", PLAIN_TERMS, None)
    with pytest.raises(PluginRegistry.UnknownBuild):
        plugin_registry.schedule(world, here, Slot.PRICE, unknown, **arguments)  # type: ignore[arg-type]
    town.does("ada", plugin_registry.deprecate_build, bundle=BUNDLE)
    with pytest.raises(PluginRegistry.BuildDeprecated):
        plugin_registry.schedule(world, here, Slot.PRICE, SECOND, **arguments)  # type: ignore[arg-type]


def _charge(seller: int, buyer: int) -> ZoneCharge:
    return ZoneCharge(seller, buyer, Price(1))


def _limit(zone: int) -> LineLimit:
    return LineLimit(zone, Wh(1), Wh(0))


@pytest.mark.parametrize(
    ("slot", "terms", "sound"),
    [
        (Slot.PRICE, Terms(Proof.UNIFORM_PRICE), False),
        (Slot.PRICE, Terms(Proof.ENVELOPE, limits=(_limit(0),)), False),
        (Slot.CLEAR, Terms(Proof.ENVELOPE, limits=(_limit(0), _limit(1))), True),
        (Slot.CLEAR, Terms(Proof.ENVELOPE, charges=(_charge(0, 1),)), False),
        (Slot.CLEAR, Terms(Proof.UNIFORM_PRICE), True),
        (Slot.CLEAR, Terms(Proof.UNIFORM_PRICE, charges=(_charge(0, 1),)), False),
        (Slot.CLEAR, Terms(Proof.UNIFORM_PRICE, limits=(_limit(0),)), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, (_charge(0, 0), _charge(0, 1), _charge(1, 0)), (_limit(1),)), True),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, (_charge(0, 1), _charge(0, 1))), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, (_charge(1, 0), _charge(0, 1))), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, (_charge(0, 2),)), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, (_charge(2, 0),)), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, limits=(_limit(0), _limit(0))), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, limits=(_limit(1), _limit(0))), False),
        (Slot.CLEAR, Terms(Proof.OPTIMUM, limits=(_limit(2),)), False),
    ],
)
def test_terms_are_in_order_of_zones_that_there_are_and_can_be_weighed(
    town: "Town", slot: Slot, terms: Terms, sound: bool
) -> None:
    """A steward installs them, or is refused."""
    _register(town)
    binding = replace(FIRST, terms=terms)

    refusal = town.tries("steward", plugin_registry.install, community=town.community, slot=slot, binding=binding)

    assert refusal is None if sound else isinstance(refusal, PluginRegistry.BadTerms)
