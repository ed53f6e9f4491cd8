"""The plugin registry: which plugin is a community's price model, and which is its market rule.

An author registers a *build* of a plugin once, under the Merkle root of its files. A community has two *slots*, one
for the price model and one for the market rule. A *binding* fills a slot: a build, its configuration, its capabilities,
and the *terms* that every clearing under it has to keep. It is known by its binding hash, the hash of what exactly
replaces what in which community, so that what was voted on cannot be swapped afterwards.

A steward installs the first binding of a slot. Every later one comes from a vote and holds from an epoch on. Nothing
runs when that epoch begins: a binding that is due simply counts as the active one from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.errors import PluginRegistry
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    AccountId,
    Binding,
    CommunityId,
    Epoch,
    Event,
    Hash,
    PluginChange,
    Proof,
    Role,
    RuleSet,
    Slot,
    Terms,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "MAX_NAME_BYTES",
    "BoundBinding",
    "Build",
    "BuildDeprecated",
    "BuildRegistered",
    "PluginInstalled",
    "PluginRegistryEvent",
    "PluginRegistryState",
    "PluginScheduled",
    "SlotState",
    "are_terms_sound",
    "check_build",
    "check_terms",
    "deprecate_build",
    "head",
    "install",
    "invariants",
    "register_build",
    "rules_at",
    "schedule",
    "terms_of",
]

MAX_NAME_BYTES = 64
"""The longest name of a build [bytes]; a longer one cannot be encoded as a call."""


@dataclass(frozen=True, slots=True)
class Build:
    """A plugin bundle as its author registered it. Only `deprecated` ever changes."""

    owner: AccountId
    name: bytes
    """UTF-8."""
    release: int
    """Counts changes that users must know of."""
    build: int
    """Counts builds of a release."""
    deprecated: bool = False
    """Whether its owner advises against new use."""


@dataclass(frozen=True, slots=True)
class BoundBinding:
    """What a binding hash stands for."""

    community: CommunityId
    slot: Slot
    binding: Binding
    predecessor: Hash
    """The binding hash it replaces; zero for the first."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """A filled slot, by binding hashes."""

    active: Hash
    """In force, unless a pending one is due."""
    pending: tuple[Hash, Epoch] | None
    """In force from the start of the epoch on."""
    previous: Hash | None
    """In force before `active`."""
    fallback: Hash
    """The first one installed, asked when the others fail; it never changes."""

    def at(self, epoch: Epoch) -> Hash:
        """The binding in force at `epoch`."""
        if self.pending is not None and self.pending[1] <= epoch:
            return self.pending[0]
        return self.active

    @property
    def head(self) -> Hash:
        """The binding that the next change replaces: the pending one, else the active one."""
        return self.active if self.pending is None else self.pending[0]

    def scheduled(self, new: Hash, from_epoch: Epoch) -> SlotState:
        """The slot with `new` pending, from the next epoch on.

        A pending binding that is in force before `from_epoch` becomes the active one first; any other is replaced.
        """
        if self.pending is not None and self.pending[1] < from_epoch:
            return replace(self, previous=self.active, active=self.head, pending=(new, from_epoch))
        return replace(self, pending=(new, from_epoch))


@dataclass(slots=True)
class PluginRegistryState:
    """Everything the registry stores, named as in the runtime's metadata."""

    builds: dict[Hash, Build] = field(default_factory=dict)
    """By bundle."""
    bindings: dict[Hash, BoundBinding] = field(default_factory=dict)
    """By binding hash."""
    slots: dict[tuple[CommunityId, Slot], SlotState] = field(default_factory=dict)
    """The filled slots."""


class PluginRegistryEvent(Event):
    """A fact of the registry."""

    __slots__ = ()
    pallet = "PluginRegistry"


@dataclass(frozen=True, slots=True)
class BuildRegistered(PluginRegistryEvent):
    """A build can be bound from now on."""

    bundle: Hash
    owner: AccountId
    name: bytes
    release: int
    build: int


@dataclass(frozen=True, slots=True)
class BuildDeprecated(PluginRegistryEvent):
    """A build can no longer be bound; where it is in force it stays."""

    bundle: Hash


@dataclass(frozen=True, slots=True)
class PluginInstalled(PluginRegistryEvent):
    """An empty slot was filled."""

    community: CommunityId
    slot: Slot
    binding_hash: Hash
    bundle: Hash


@dataclass(frozen=True, slots=True)
class PluginScheduled(PluginRegistryEvent):
    """A binding will hold from an epoch on."""

    community: CommunityId
    slot: Slot
    binding_hash: Hash
    bundle: Hash
    from_epoch: Epoch


def register_build(world: World, origin: Origin, *, bundle: Hash, name: bytes, release: int, build: int) -> None:
    """Register a bundle under a name, a release and a build number, once. The signer becomes its owner.

    :param bundle: Merkle root over the files of the bundle.
    :param name: at most 64 bytes.
    :raises PluginRegistry.EmptyName: the build has no name.
    :raises PluginRegistry.BuildExists: the bundle is registered already.
    """
    owner = ensure_signed(origin)
    if not name:
        raise PluginRegistry.EmptyName
    if bundle in world.plugin_registry.builds:
        raise PluginRegistry.BuildExists(bundle=bundle)
    world.plugin_registry.builds[bundle] = Build(owner, name, release, build)
    world.emit(BuildRegistered(bundle, owner, name, release, build))


def deprecate_build(world: World, origin: Origin, *, bundle: Hash) -> None:
    """Advise against new use of a build. Where it is bound it stays.

    :raises PluginRegistry.UnknownBuild: the bundle is not registered.
    :raises PluginRegistry.NotOwner: the build is another account's.
    :raises PluginRegistry.BuildDeprecated: it is deprecated already.
    """
    signer = ensure_signed(origin)
    build = world.plugin_registry.builds.get(bundle)
    if build is None:
        raise PluginRegistry.UnknownBuild(bundle=bundle)
    if build.owner != signer:
        raise PluginRegistry.NotOwner(bundle=bundle, account=signer)
    if build.deprecated:
        raise PluginRegistry.BuildDeprecated(bundle=bundle)
    world.plugin_registry.builds[bundle] = replace(build, deprecated=True)
    world.emit(BuildDeprecated(bundle))


def install(world: World, origin: Origin, *, community: CommunityId, slot: Slot, binding: Binding) -> None:
    """Fill an empty slot. The binding is in force at once and stays the slot's fallback.

    :raises PluginRegistry.UnknownCommunity: there is no such community.
    :raises PluginRegistry.NotSteward: the signer is not a steward of the community.
    :raises PluginRegistry.SlotOccupied: the slot is filled; a vote may change it.
    :raises PluginRegistry.UnknownBuild: the bundle is not registered.
    :raises PluginRegistry.BuildDeprecated: its owner advises against new use.
    :raises PluginRegistry.BadTerms: the terms are not sound, see :func:`are_terms_sound`.
    """
    steward = ensure_signed(origin)
    if communities.interval_s(world, community) is None:
        raise PluginRegistry.UnknownCommunity(community=community)
    if not communities.has_role(world, community, steward, Role.STEWARD):
        raise PluginRegistry.NotSteward(account=steward, community=community)
    if (community, slot) in world.plugin_registry.slots:
        raise PluginRegistry.SlotOccupied(community=community, slot=slot.value)
    check_build(world, binding.bundle)
    check_terms(world, community, slot, binding.terms)
    first = binding_hash(community, PluginChange(slot, binding), NO_HASH)
    world.plugin_registry.bindings[first] = BoundBinding(community, slot, binding, NO_HASH)
    world.plugin_registry.slots[community, slot] = SlotState(active=first, pending=None, previous=None, fallback=first)
    world.emit(PluginInstalled(community, slot, first, binding.bundle))


def rules_at(world: World, community: CommunityId, epoch: Epoch) -> RuleSet | None:
    """The rules in force at `epoch`, none while a slot is empty."""
    price = world.plugin_registry.slots.get((community, Slot.PRICE))
    clear = world.plugin_registry.slots.get((community, Slot.CLEAR))
    if price is None or clear is None:
        return None
    return RuleSet(price.at(epoch), clear.at(epoch))


def head(world: World, community: CommunityId, slot: Slot) -> Hash | None:
    """The binding hash that the next change of the slot must name; none for an empty slot."""
    state = world.plugin_registry.slots.get((community, slot))
    return None if state is None else state.head


def terms_of(world: World, binding_hash: Hash) -> Terms:
    """What a binding demands of clearings; nothing but the envelope when there is no such binding."""
    bound = world.plugin_registry.bindings.get(binding_hash)
    return bound.binding.terms if bound else PLAIN_TERMS


def check_terms(world: World, community: CommunityId, slot: Slot, terms: Terms) -> None:
    """Terms can be demanded of a binding for the slot of the community.

    :raises PluginRegistry.BadTerms: they are not sound.
    """
    if not are_terms_sound(world, community, slot, terms):
        raise PluginRegistry.BadTerms(terms=terms)


def are_terms_sound(world: World, community: CommunityId, slot: Slot, terms: Terms) -> bool:
    """Whether every zone exists, nothing is listed twice or out of order, and all that is listed can be weighed.

    A price model clears nothing. One price for all knows neither zones nor lines. The envelope weighs no charges.
    """
    between = [(charge.from_, charge.to) for charge in terms.charges]
    limited = [limit.zone for limit in terms.limits]
    zones = {*limited, *(zone for pair in between for zone in pair)}
    return (
        _can_be_weighed(slot, terms)
        and all(communities.zone_exists(world, community, zone) for zone in zones)
        and all(pair < after for pair, after in pairwise(between))
        and all(zone < after for zone, after in pairwise(limited))
    )


def _can_be_weighed(slot: Slot, terms: Terms) -> bool:
    if slot is Slot.PRICE:
        return terms == PLAIN_TERMS
    match terms.proof:
        case Proof.ENVELOPE:
            return not terms.charges
        case Proof.UNIFORM_PRICE:
            return not (terms.charges or terms.limits)
        case Proof.OPTIMUM:
            return True


def check_build(world: World, bundle: Hash) -> None:
    """A bundle can be bound.

    :raises PluginRegistry.UnknownBuild: it is not registered.
    :raises PluginRegistry.BuildDeprecated: its owner advises against new use.
    """
    build = world.plugin_registry.builds.get(bundle)
    if build is None:
        raise PluginRegistry.UnknownBuild(bundle=bundle)
    if build.deprecated:
        raise PluginRegistry.BuildDeprecated(bundle=bundle)


def schedule(
    world: World, community: CommunityId, slot: Slot, binding: Binding, *, voted: Hash, from_epoch: Epoch
) -> None:
    """Put the binding, known by `voted`, into the slot from the start of `from_epoch` on, as a vote decided.

    :raises PluginRegistry.EmptySlot: a steward installs the first one.
    :raises PluginRegistry.UnknownBuild: the bundle is not registered.
    :raises PluginRegistry.BuildDeprecated: its owner advises against new use.
    """
    state = world.plugin_registry.slots.get((community, slot))
    if state is None:
        raise PluginRegistry.EmptySlot(community=community, slot=slot.value)
    check_build(world, binding.bundle)
    world.plugin_registry.slots[community, slot] = state.scheduled(voted, from_epoch)
    world.plugin_registry.bindings[voted] = BoundBinding(community, slot, binding, state.head)
    world.emit(PluginScheduled(community, slot, voted, binding.bundle, from_epoch))


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    registry = world.plugin_registry
    for stored, bound in registry.bindings.items():
        if bound.binding.bundle not in registry.builds:
            yield "a binding's build is not registered"
        if not are_terms_sound(world, bound.community, bound.slot, bound.binding.terms):
            yield "a binding's terms are not sound"
        if binding_hash(bound.community, PluginChange(bound.slot, bound.binding), bound.predecessor) != stored:
            yield "a binding is not under its hash"
        if bound.predecessor != NO_HASH and bound.predecessor not in registry.bindings:
            yield "a predecessor is gone"
    for (community, slot), state in registry.slots.items():
        pending = None if state.pending is None else state.pending[0]
        for each in {state.active, pending, state.previous, state.fallback} - {None}:
            bound_here = registry.bindings.get(Hash(each or b""))
            if bound_here is None or (bound_here.community, bound_here.slot) != (community, slot):
                yield "a slot holds a binding made for another"
        first = registry.bindings.get(state.fallback)
        if first is None or first.predecessor != NO_HASH:
            yield "a fallback is not the first binding"
