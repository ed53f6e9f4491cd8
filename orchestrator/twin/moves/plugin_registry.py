"""Made-up calls to the plugin registry."""

from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import BUNDLES, SOUND_TERMS
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    U64_MAX,
    Binding,
    Hash,
    LineLimit,
    Proof,
    Role,
    Slot,
    Terms,
    ZoneCharge,
)
from aipchain.units import Price, Wh

__all__ = ["binding", "deprecate_build", "install", "register_build"]

_PALLET = "PluginRegistry"
_NUMBERS = (0, 1, 2**16 - 1)
_CHARGES = (ZoneCharge(0, 1, Price(1)), ZoneCharge(1, 0, Price(U64_MAX)))
_LIMITS = (LineLimit(0, Wh(0), Wh(U64_MAX)), LineLimit(1, Wh(5), Wh(5)))
_UNSOUND_TERMS = (
    Terms(Proof.ENVELOPE, _CHARGES),
    Terms(Proof.UNIFORM_PRICE, limits=_LIMITS),
    Terms(Proof.OPTIMUM, _CHARGES[::-1]),
    Terms(Proof.OPTIMUM, (*_CHARGES, _CHARGES[1])),
    Terms(Proof.OPTIMUM, limits=_LIMITS[::-1]),
    Terms(Proof.OPTIMUM, limits=(_LIMITS[0], _LIMITS[0])),
    Terms(Proof.OPTIMUM, (ZoneCharge(0, 2, Price(1)),)),
    Terms(Proof.ENVELOPE, limits=(LineLimit(2, Wh(0), Wh(0)),)),
)


def register_build(player: Player) -> Do:
    """An author registers a build, under a new bundle or one that is there."""
    builds = player.world.plugin_registry.builds
    bundle = player.any_of((bundle for bundle in BUNDLES if bundle not in builds), Hash(player.random.randbytes(32)))
    arguments = {
        "bundle": player.bent(bundle, lambda: player.one_of(BUNDLES)),
        "name": player.bent(b"rule", lambda: b"", lambda: b"n" * 64, lambda: b"\xff"),
        "release": player.one_of(_NUMBERS),
        "build": player.one_of(_NUMBERS),
    }
    return player.does(player.anybody(), _PALLET, "register_build", **arguments)


def deprecate_build(player: Player) -> Do:
    """The owner of a build advises against it."""
    builds = player.world.plugin_registry.builds
    bundle = player.any_of((bundle for bundle, build in builds.items() if not build.deprecated), BUNDLES[0])
    bundle = player.bent(bundle, lambda: player.one_of(BUNDLES), lambda: NO_HASH)
    owner = builds[bundle].owner if bundle in builds else player.anybody()
    return player.does(owner, _PALLET, "deprecate_build", bundle=bundle)


def install(player: Player) -> Do:
    """A steward fills a slot, an empty one where there is any."""
    slots = player.world.plugin_registry.slots
    empty = [
        (place, slot) for place in player.world.communities.communities for slot in Slot if (place, slot) not in slots
    ]
    community, slot = player.any_of(empty, (player.community(), Slot.CLEAR))
    if player.bends():
        community, slot = player.community(), player.one_of(list(Slot))
    arguments = {"community": community, "slot": slot, "binding": binding(player, slot)}
    return player.does(player.holder(community, Role.STEWARD), _PALLET, "install", **arguments)


def binding(player: Player, slot: Slot) -> Binding:
    """A binding of a build that can be bound, most of the time."""
    builds = player.world.plugin_registry.builds
    bundle = player.any_of((bundle for bundle, build in builds.items() if not build.deprecated), BUNDLES[0])
    return Binding(
        bundle=player.bent(bundle, lambda: player.one_of(BUNDLES), lambda: NO_HASH),
        config=player.one_of((b"", b"{}", b"x" * 2_048)),
        grants=player.one_of((b"", b"g" * 256)),
        terms=_terms(player, slot),
        migration=player.one_of((None, NO_HASH, BUNDLES[0])),
    )


def _terms(player: Player, slot: Slot) -> Terms:
    """Terms that are sound for the slot, most of the time."""
    sound = PLAIN_TERMS if slot is Slot.PRICE else player.one_of(SOUND_TERMS)
    return player.bent(sound, lambda: player.one_of(SOUND_TERMS), lambda: player.one_of(_UNSOUND_TERMS))
