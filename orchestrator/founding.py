"""Founding a community on chain, step by step; each step looks first at what the chain already has.

The order is forced: the community, then its members and services, the plugin builds and tracks, then meters and the
first plugins. A founding that was interrupted goes on where the chain says it stopped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aipchain.orchestrator.desk import Job
from aipchain.orchestrator.errors import AnotherRun, Incomplete
from aipchain.orchestrator.household import Household
from aipchain.orchestrator.mandate import may_trade
from aipchain.orchestrator.proofs import bind
from aipchain.plugins.bundle import Bundle
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.types import (
    Community,
    CommunityId,
    MeterId,
    Parameters,
    ProxyType,
    Role,
    Slot,
    Source,
    TrackKind,
    TrackSettings,
)
from aipchain.units import UnixSeconds, Wh

__all__ = ["Charter", "Services", "Settler", "community_of", "delegations", "founding_steps", "meters_by_owner"]

CALLS_PER_BATCH = 40
"""Calls in one `batch_all`: few enough for any block."""


@dataclass(frozen=True, slots=True)
class Services:
    """The accounts that serve a community; they are no members."""

    steward: AccountKey
    gateway: AccountKey
    operator: AccountKey
    oracle: AccountKey


@dataclass(frozen=True, slots=True)
class Settler:
    """A member to admit, and its meter: device key, connection limit [W] and registers [Wh] at `reads_from`."""

    account: bytes
    device_key: bytes
    source: Source
    connection_limit_w: int
    import_register_wh: Wh
    export_register_wh: Wh


@dataclass(frozen=True, slots=True)
class Charter:
    """What a community begins with."""

    name: str
    interval_s: int
    epoch_s: int
    zones: tuple[str, ...]
    parameters: Parameters
    tracks: Mapping[TrackKind, TrackSettings]
    builds: tuple[Bundle, ...]
    plugins: Mapping[Slot, Bundle]
    reads_from: UnixSeconds


def founding_steps(
    charter: Charter, services: Services, settlers: Sequence[Settler]
) -> tuple[Callable[[Connection], list[Job]], ...]:
    """Return the steps in order; each gives the jobs that are still missing, none when it is done."""

    def own(chain: Connection) -> CommunityId:
        return community_of(chain, charter.name, services.steward)

    return (
        lambda chain: _found(chain, charter, services),
        lambda chain: _jobs(services.steward, chain, _people(chain, own(chain), services, settlers)),
        lambda chain: _jobs(services.steward, chain, _constitution(chain, own(chain), charter)),
        lambda chain: _jobs(services.steward, chain, _meters(chain, own(chain), charter, settlers)),
        lambda chain: _jobs(services.steward, chain, _installations(chain, own(chain), charter)),
    )


def community_of(connection: Connection, name: str, steward: AccountKey) -> CommunityId:
    """Return the first community of that name with that steward; others may have founded theirs before it.

    :raises Incomplete: there is none.
    """
    found = [number for number, each in _stewarded(connection, steward).items() if each.name == name]
    if not found:
        raise Incomplete(f"community {name!r} with steward {steward.address}")
    return min(found)


def _stewarded(connection: Connection, steward: AccountKey) -> dict[CommunityId, Community]:
    return {
        number: community
        for number, community in reads.communities(connection).items()
        if Role.STEWARD in reads.roles(connection, number, steward.public)
    }


def meters_by_owner(connection: Connection, community: CommunityId) -> dict[bytes, MeterId]:
    """Return the meter of each owner in a community."""
    return {
        meter.owner: MeterId(number)
        for number, meter in reads.meters(connection).items()
        if meter.community == community
    }


def delegations(connection: Connection, households: Sequence[Household]) -> list[Job]:
    """Let the agents of households trade for them, where they may not yet."""
    metadata = connection.metadata
    return [
        Job(
            household.account,
            calls.add_proxy(metadata, delegate=household.mandate.agent.public, proxy_type=ProxyType.TRADING),
            f"let the agent of {household.home.name} trade",
        )
        for household in households
        if household.mandate is not None
        and not may_trade(connection, household.mandate.agent.public, household.account.public)
    ]


def _found(chain: Connection, charter: Charter, services: Services) -> list[Job]:
    founded = _stewarded(chain, services.steward).values()
    if any(community.name == charter.name for community in founded):
        return []
    if founded:
        names = ", ".join(repr(community.name) for community in founded)
        raise AnotherRun(f"the chain was founded for {names}, not for {charter.name!r}")
    call = calls.found(
        chain.metadata,
        name=charter.name,
        interval_s=charter.interval_s,
        epoch_s=charter.epoch_s,
        zones=charter.zones,
        parameters=charter.parameters,
        steward=services.steward.public,
    )
    return [Job(services.steward, call, "found the community")]


def _people(
    chain: Connection, community: CommunityId, services: Services, settlers: Sequence[Settler]
) -> Iterator[Call]:
    for settler in settlers:
        if reads.member(chain, community, settler.account) is None:
            roles = (Role.CONSUMER, Role.PRODUCER)
            yield calls.admit(chain.metadata, community=community, account=settler.account, roles=roles)
    served = ((services.gateway, Role.GATEWAY), (services.operator, Role.OPERATOR), (services.oracle, Role.ORACLE))
    for key, role in served:
        if role not in reads.roles(chain, community, key.public):
            yield calls.grant_role(chain.metadata, community=community, account=key.public, role=role)


def _constitution(chain: Connection, community: CommunityId, charter: Charter) -> Iterator[Call]:
    for bundle in charter.builds:
        if reads.build(chain, bundle.digest) is None:
            manifest = bundle.manifest
            yield calls.register_build(
                chain.metadata,
                bundle=bundle.digest,
                name=manifest.name,
                release=manifest.release,
                build=manifest.build,
            )
    for kind, settings in charter.tracks.items():
        if reads.track(chain, community, kind) is None:
            yield calls.set_track(chain.metadata, community=community, kind=kind, settings=settings)


def _meters(chain: Connection, community: CommunityId, charter: Charter, settlers: Sequence[Settler]) -> Iterator[Call]:
    enrolled = meters_by_owner(chain, community)
    for settler in settlers:
        if settler.account not in enrolled:
            yield calls.enrol_meter(
                chain.metadata,
                community=community,
                owner=settler.account,
                device_key=settler.device_key,
                zone=0,
                source=settler.source,
                connection_limit_w=settler.connection_limit_w,
                import_register_wh=settler.import_register_wh,
                export_register_wh=settler.export_register_wh,
                reads_from=charter.reads_from,
            )


def _installations(chain: Connection, community: CommunityId, charter: Charter) -> Iterator[Call]:
    for slot, bundle in charter.plugins.items():
        if reads.slot(chain, community, slot) is None:
            yield calls.install(chain.metadata, community=community, slot=slot, binding=bind(bundle, slot))


def _jobs(key: AccountKey, chain: Connection, missing: Iterator[Call]) -> list[Job]:
    listed = list(missing)
    parts = [listed[at : at + CALLS_PER_BATCH] for at in range(0, len(listed), CALLS_PER_BATCH)]
    return [Job(key, calls.batch_all(chain.metadata, part), "found the community") for part in parts]
