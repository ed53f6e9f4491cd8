"""The whole state of the chain as far as this book goes, and how a call changes it.

A call is all or nothing: :func:`dispatch` lets it work on a copy and keeps the copy only when the call succeeds.
What is stored never changes in place: the dictionaries of a chapter's state hold values that cannot change, so that a
copy of the dictionaries is a copy of the state.
"""

from collections.abc import Callable, Iterator
from copy import copy as shallow_copy
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from aipchain.pallets_spec import communities, community_governance, energy, market, metering, plugin_registry
from aipchain.pallets_spec.balances import Money
from aipchain.pallets_spec.communities import CommunitiesState
from aipchain.pallets_spec.community_governance import CommunityGovernanceState
from aipchain.pallets_spec.energy import EnergyState
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.market import MarketState
from aipchain.pallets_spec.metering import MeteringState
from aipchain.pallets_spec.origin import Origin
from aipchain.pallets_spec.plugin_registry import PluginRegistryState
from aipchain.pallets_spec.types import Event
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Verifier", "World", "dispatch", "invariants"]

Verifier = Callable[[bytes, bytes, bytes], bool]
"""Whether an ed25519 public key (32 bytes) signed a message: `verify(public, message, signature)`."""

Arguments = ParamSpec("Arguments")
State = TypeVar("State", bound="DataclassInstance")


@dataclass(slots=True)
class World:
    """Everything a call can read or change."""

    verify: Verifier
    """How signatures of devices are checked; the one thing this book does not spell out."""
    genesis_hash: bytes
    """The hash of the chain's first block, 32 bytes."""
    now: UnixSeconds
    """Chain time [s]."""
    money: Money = field(default_factory=Money)
    communities: CommunitiesState = field(default_factory=CommunitiesState)
    metering: MeteringState = field(default_factory=MeteringState)
    energy: EnergyState = field(default_factory=EnergyState)
    market: MarketState = field(default_factory=MarketState)
    plugin_registry: PluginRegistryState = field(default_factory=PluginRegistryState)
    community_governance: CommunityGovernanceState = field(default_factory=CommunityGovernanceState)
    events: list[Event] = field(default_factory=list)
    """What happened, in order."""

    def emit(self, event: Event) -> None:
        """Say what happened."""
        self.events.append(event)

    def copy(self) -> "World":
        """The same world, to be changed by itself."""
        return replace(
            self,
            money=_copied(self.money),
            communities=_copied(self.communities),
            metering=_copied(self.metering),
            energy=_copied(self.energy),
            market=_copied(self.market),
            plugin_registry=_copied(self.plugin_registry),
            community_governance=_copied(self.community_governance),
            events=list(self.events),
        )

    def become(self, other: "World") -> None:
        """Take over the state of `other`."""
        for each in fields(self):
            setattr(self, each.name, getattr(other, each.name))


def dispatch(
    world: World,
    origin: Origin,
    call: Callable[Concatenate[World, Origin, Arguments], None],
    /,
    *args: Arguments.args,
    **arguments: Arguments.kwargs,
) -> SpecError | None:
    """Run one call; says why it was refused. A refused call leaves the world as it was, events included."""
    draft = world.copy()
    try:
        call(draft, origin, *args, **arguments)
    except SpecError as refusal:
        return refusal
    world.become(draft)
    return None


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should, chapter by chapter; nothing in a sound world."""
    yield from world.money.invariants()
    yield from communities.invariants(world)
    yield from metering.invariants(world)
    yield from energy.invariants(world)
    yield from market.invariants(world)
    yield from plugin_registry.invariants(world)
    yield from community_governance.invariants(world)


def _copied(state: State) -> State:
    """A chapter's state with dictionaries of its own; the values in them never change."""
    own = shallow_copy(state)
    for each in fields(state):
        value = getattr(state, each.name)
        if isinstance(value, dict):
            setattr(own, each.name, dict(value))
    return own
