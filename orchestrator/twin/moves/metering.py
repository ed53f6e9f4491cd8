"""Made-up calls to metering, signed by the devices of the meters."""

from dataclasses import replace

from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import DEVICES, PARAMETERS
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.metering import Register, connection_limit_wh
from aipchain.pallets_spec.scale import blake2_256, reading_message
from aipchain.pallets_spec.types import U32_MAX, U64_MAX, CommunityId, Hash, MeterId, Role, SignedReading, Source
from aipchain.units import UnixSeconds, Wh

__all__ = ["enrol_meter", "signed", "submit_batch"]

_PALLET = "Metering"
_GRACE_S = PARAMETERS.grace_s


def enrol_meter(player: Player) -> Do:
    """A steward enrols a meter of a member, read from the current interval or a later one."""
    community = player.community()
    reads_from = player.bent(
        player.interval(community, 0, 2),
        lambda: player.interval(community, -2, -1),
        lambda: UnixSeconds(player.now + player.one_of((0, 1, 899))),
        lambda: UnixSeconds(U64_MAX),
        lambda: UnixSeconds(U64_MAX // 3_600 * 3_600),
    )
    arguments = {
        "community": community,
        "owner": player.bent(player.member(community), lambda: player.outsider(community)),
        "device_key": DEVICES[player.world.metering.next_meter_id % len(DEVICES)].public,
        "zone": player.bent(player.one_of((0, 1)), lambda: player.one_of((2, 64, 2**16 - 1))),
        "source": player.one_of(list(Source)),
        "connection_limit_w": player.bent(10_000, lambda: player.one_of((0, 1, U32_MAX))),
        "import_register_wh": player.one_of((0, 1_000, U64_MAX - 100, U64_MAX)),
        "export_register_wh": player.one_of((0, 500, U64_MAX - 100, U64_MAX)),
        "reads_from": reads_from,
    }
    return player.does(player.holder(community, Role.STEWARD), _PALLET, "enrol_meter", **arguments)


def submit_batch(player: Player) -> Do:
    """A gateway submits readings of an interval that some meter is to be read for."""
    community = player.community()
    meters = _meters_of(player, community)
    start = _interval_to_read(player, community, meters)
    listed = [_reading(player, community, meter, start) for meter in player.some(meters, 1, 4)]
    if player.chance(0.1):
        listed += player.some(listed, 1, 1)
    if player.chance(0.04):
        listed = []
    batch_id = Hash(blake2_256(player.random.randbytes(8)))
    batch_id = _known_id(player) if player.chance(0.08) else batch_id
    arguments: dict[str, object] = {
        "community": community, "interval_start": start, "batch_id": batch_id, "readings": tuple(listed),
    }  # fmt: skip
    return player.does(player.holder(community, Role.GATEWAY), _PALLET, "submit_batch", **arguments)


def signed(player: Player, community: CommunityId, start: UnixSeconds, unsigned: SignedReading) -> SignedReading:
    """The reading as the device of its meter signs it."""
    message = reading_message(player.world.genesis_hash, community, start, unsigned)
    return replace(unsigned, signature=DEVICES[unsigned.meter % len(DEVICES)].sign(message))


def _known_id(player: Player) -> Hash:
    return player.any_of(player.world.metering.batches, Hash(blake2_256(b"first")))


def _meters_of(player: Player, community: CommunityId) -> list[MeterId]:
    known = [meter for meter, facts in player.world.metering.meters.items() if facts.community == community]
    if player.chance(0.08):
        return [*player.world.metering.meters, MeterId(player.world.metering.next_meter_id), MeterId(U32_MAX)]
    return known or [MeterId(0)]


def _interval_to_read(player: Player, community: CommunityId, meters: list[MeterId]) -> UnixSeconds:
    """The next interval of one of the meters, or one near now."""
    register = player.world.metering.registers.get(player.one_of(meters))
    length = player.interval_s(community)
    in_time = register is not None and register.at + length <= player.now < register.at + length + _GRACE_S
    if register and player.chance(0.8 if in_time else 0.08):
        return register.at
    last = player.interval(community, -1, -1)
    return player.bent(
        last,
        lambda: player.interval(community, -3, 0),
        lambda: UnixSeconds(last + 1),
        lambda: UnixSeconds(0),
        lambda: UnixSeconds(U64_MAX),
        lambda: UnixSeconds(U64_MAX // length * length),
    )


def _reading(player: Player, community: CommunityId, meter: MeterId, start: UnixSeconds) -> SignedReading:
    register = player.world.metering.registers.get(meter, Register(start, Wh(0), Wh(0)))
    facts = player.world.metering.meters.get(meter)
    elapsed_s = max(start + player.interval_s(community) - register.at, 0)
    limit = connection_limit_wh(facts.connection_limit_w if facts else 1, elapsed_s)
    known = player.world.metering.readings.get((start, meter))
    if known and player.chance(0.6):
        register = Register(start, Wh(known.import_register_wh + known.import_wh - 1), Wh(known.export_register_wh))
    import_wh, export_wh = (_moved(player, each, limit) for each in (register.import_wh, register.export_wh))
    unsigned = SignedReading(meter, import_wh, export_wh, bytes(64))
    if known and player.chance(0.4):
        unsigned = replace(
            unsigned,
            import_register_wh=Wh(known.import_register_wh + known.import_wh),
            export_register_wh=Wh(known.export_register_wh + known.export_wh),
        )
    if player.chance(0.05):
        return unsigned
    return signed(player, community, start, unsigned)


def _moved(player: Player, register_wh: int, limit: int) -> Wh:
    delta = player.random.randint(0, min(limit, 3_000))
    if player.chance(0.1):
        delta = player.one_of((-1, 0, 1, limit - 1, limit, limit + 1, U64_MAX))
    return Wh(min(max(register_wh + delta, 0), U64_MAX))
