"""Who lives on the chain of a sequence, and the communities they begin with.

Two communities: Town has everything (members, services, meters, rules, tracks); Hamlet, with shorter intervals, has an
empty slot and no tracks, so that what is missing there is met, too.
"""

from collections.abc import Iterator, Mapping

from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.scale import blake2_256
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    AccountId,
    Binding,
    CommunityId,
    Hash,
    LineLimit,
    Parameters,
    PartsPerMillion,
    Proof,
    Role,
    Slot,
    Source,
    Terms,
    TrackKind,
    TrackSettings,
    ZoneCharge,
)
from aipchain.runtime_bridge.keys import DeviceKey, device_from_seed
from aipchain.units import AIP, Balance, Price, UnixSeconds, Wh

__all__ = [
    "BUNDLES", "DEVICES", "ENDOWMENTS", "HAMLET", "HOUR", "PARAMETERS", "PEOPLE", "SETTINGS", "SOUND_TERMS", "START",
    "TOWN", "account", "found", "market_rule",
]  # fmt: skip

START = UnixSeconds(1_800_000_000)
"""When sequences begin: at the start of an interval and of an epoch of both communities."""
TOWN, HAMLET = CommunityId(0), CommunityId(1)
HOUR, QUARTER = 3_600, 900
PARAMETERS = Parameters(gate_closure_s=900, clearing_window_s=300, grace_s=1_200, collateral=PartsPerMillion(100_000))
SETTINGS = TrackSettings(
    notice_s=60,
    decide_s=600,
    confirm_s=120,
    timelock_s=90,
    min_turnout=PartsPerMillion(500_000),
    min_approval=PartsPerMillion(500_000),
)
_LIMITS_W = (10_000, 10_000, 1, 2**32 - 1, 10_000, 5_001)


def account(name: str) -> AccountId:
    """The account of somebody."""
    return AccountId(blake2_256(name.encode()))


_RICH, _POOR = Balance(10**6 * AIP), Balance(3 * 10**9)
_MONEY: Mapping[str, Balance] = {
    "steward": _RICH, "ada": _RICH, "ben": _RICH, "cleo": _RICH, "gateway": _RICH, "operator": _RICH, "oracle": _RICH,
    "stranger": _RICH, "poor": _POOR, "author": _RICH,
}  # fmt: skip
PEOPLE = tuple(account(name) for name in (*_MONEY, "penniless"))
"""Everybody; the last one has no money."""
ENDOWMENTS = {account(name): money for name, money in _MONEY.items()}
DEVICES: tuple[DeviceKey, ...] = tuple(device_from_seed(blake2_256(bytes((number,)))) for number in range(8))
"""The keys of meters; the meter of number `n` has the key `n` modulo 8, as far as it is enrolled here."""
BUNDLES = tuple(Hash(blake2_256(b"bundle" + bytes((number,)))) for number in range(6))


SOUND_TERMS = (
    PLAIN_TERMS,
    Terms(Proof.ENVELOPE, limits=(LineLimit(0, Wh(50), Wh(300)), LineLimit(1, Wh(300), Wh(50)))),
    Terms(Proof.UNIFORM_PRICE),
    Terms(Proof.OPTIMUM),
    Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(20)), ZoneCharge(1, 0, Price(5))), (LineLimit(1, Wh(0), Wh(400)),)),
)
"""What Town may demand of its clearings: nothing, that lines are kept, one price, an optimum, one over zones."""


def found() -> Iterator[Do]:
    """The calls that found both communities, all but Town's market rule (:func:`market_rule`)."""
    yield from _founding(b"Town", HOUR, 2 * HOUR, "steward")
    yield from _founding(b"Hamlet", QUARTER, HOUR, "ada")
    for name, role in (
        ("ada", Role.CONSUMER),
        ("ben", Role.PRODUCER),
        ("cleo", Role.PRODUCER),
        ("poor", Role.CONSUMER),
    ):
        yield _by("steward", "Communities", "admit", community=TOWN, account=account(name), roles=[role])
    for name, role in (("gateway", Role.GATEWAY), ("operator", Role.OPERATOR), ("oracle", Role.ORACLE)):
        for steward, community in (("steward", TOWN), ("ada", HAMLET)):
            yield _by(steward, "Communities", "grant_role", community=community, account=account(name), role=role)
    yield _by("ada", "Communities", "admit", community=HAMLET, account=account("ada"), roles=[])
    yield _by("ada", "Communities", "admit", community=HAMLET, account=account("ben"), roles=[Role.PRODUCER])
    for number, owner in enumerate(("ada", "ben", "ben", "cleo", "poor")):
        yield _meter("steward", TOWN, owner, number)
    yield _meter("ada", HAMLET, "ben", 5)
    for bundle in BUNDLES[:3]:
        arguments = {"bundle": bundle, "name": b"rule", "release": 1, "build": 1}
        yield _by("author", "PluginRegistry", "register_build", **arguments)
    yield _by("steward", "PluginRegistry", "install", community=TOWN, slot=Slot.PRICE, binding=_binding(Slot.PRICE))
    yield _by("ada", "PluginRegistry", "install", community=HAMLET, slot=Slot.PRICE, binding=_binding(Slot.PRICE))
    for kind in TrackKind:
        yield _by("steward", "CommunityGovernance", "set_track", community=TOWN, kind=kind, settings=SETTINGS)


def market_rule(terms: Terms = PLAIN_TERMS) -> Do:
    """The call that gives Town its market rule, and the terms that it demands of clearings."""
    binding = _binding(Slot.CLEAR, terms)
    return _by("steward", "PluginRegistry", "install", community=TOWN, slot=Slot.CLEAR, binding=binding)


def _founding(name: bytes, interval_s: int, epoch_s: int, steward: str) -> Iterator[Do]:
    arguments = {
        "name": name,
        "interval_s": interval_s,
        "epoch_s": epoch_s,
        "zones": (b"north", b"south"),
        "parameters": PARAMETERS,
        "steward": account(steward),
    }
    yield Do(Root(), "Communities", "found", arguments)


def _meter(steward: str, community: CommunityId, owner: str, number: int) -> Do:
    return _by(
        steward,
        "Metering",
        "enrol_meter",
        community=community,
        owner=account(owner),
        device_key=DEVICES[number].public,
        zone=number % 2,
        source=Source.SOLAR,
        connection_limit_w=_LIMITS_W[number],
        import_register_wh=1_000,
        export_register_wh=500,
        reads_from=UnixSeconds(START + 2 * HOUR),
    )


def _binding(slot: Slot, terms: Terms = PLAIN_TERMS) -> Binding:
    return Binding(BUNDLES[0], b'{"slot":"' + slot.value.encode() + b'"}', b"", terms, None)


def _by(who: str, pallet: str, call: str, /, **arguments: object) -> Do:
    return Do(account(who), pallet, call, arguments)
