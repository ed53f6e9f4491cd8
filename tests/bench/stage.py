"""A community for measuring: many members with several meters each, founded on a chain in memory."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.orchestrator.desk import Desk, Job
from aipchain.orchestrator.founding import Charter, Services, Settler, founding_steps
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey, account_from_seed, device_from_seed
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.outbox import MemoryOutbox
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.runtime_bridge.types import CommunityId, Parameters, Permill, Slot, Source
from aipchain.units import AIP, Interval, UnixSeconds, Wh

COMMUNITY = CommunityId(0)
START = UnixSeconds(1_700_006_400)
HOUR_S = 3_600
METERS_PER_MEMBER = 5
CALLS_PER_BATCH = 40


@dataclass(frozen=True)
class Stage:
    """A founded community: `members[i]` owns the meters with numbers `meters_of(i)`."""

    node: Node
    connection: Connection
    desk: Desk
    services: Services
    members: Sequence[AccountKey]

    def send(self, jobs: Sequence[tuple[AccountKey, Call]], at: int) -> None:
        """Get calls into blocks from chain time `at` on [s]."""
        self.desk.send([Job(key, call, "bench") for key, call in jobs], UnixSeconds(at))

    def chain_seconds(self, jobs: Sequence[tuple[AccountKey, Call]], at: int) -> float:
        """Time the chain alone, its pool and its blocks."""
        return sum(self.pool_and_block_seconds(jobs, at))

    def pool_and_block_seconds(self, jobs: Sequence[tuple[AccountKey, Call]], at: int) -> tuple[float, float]:
        """Time signed calls into the pool, and from chain time `at` on [s] out of it into blocks.

        :raises DispatchRefused: a call was refused.
        """
        outbox = MemoryOutbox()
        signing = Submitter(self.connection, outbox=outbox)
        signed = [signing.sign(call, key).extrinsic for key, call in jobs]
        started = time.perf_counter()
        for extrinsic in signed:
            self.node.submit(extrinsic)
        pooled = time.perf_counter()
        while self.node.pool.ready():
            self.node.author(max(at * 1_000, self._next_slot_ms()))
        seconds = (pooled - started, time.perf_counter() - pooled)
        for outcome in Submitter(self.connection, outbox=outbox, wait=lambda _: False).resume():
            outcome.checked()
        return seconds

    def _next_slot_ms(self) -> int:
        slot = self.node.head.slot
        return 0 if slot is None else (slot + 1) * self.node.slot_ms

    def device(self, meter: int) -> DeviceKey:
        """The device of a meter."""
        return device_from_seed(_secret(f"device {meter}"))

    @staticmethod
    def interval(number: int) -> Interval:
        """Every second interval after the founding, from 0: time for one to be settled before the next one's gate."""
        return Interval(UnixSeconds(START + (4 + 2 * number) * HOUR_S), HOUR_S)


def found(members: int) -> Stage:
    """Found a community of so many members."""
    keys = [account_from_seed(_secret(f"member {number}")) for number in range(members)]
    services = Services(*(account_from_seed(_secret(role)) for role in ("steward", "gateway", "operator", "oracle")))
    everyone = [*keys, services.steward, services.gateway, services.operator, services.oracle]
    endowments = [[key.address, 1_000_000 * AIP] for key in everyone]
    node = Node.open(
        None,
        clock=SimulatedClock(START * 1_000),
        sealing=Sealing.MANUAL,
        genesis_patch={"balances": {"balances": endowments}},
    )
    connection = connect(LocalTransport(node))
    stage = Stage(node, connection, Desk(node, connection, lambda: None), services, keys)
    for step in founding_steps(_charter(), services, [_settler(key, at) for at, key in enumerate(keys)]):
        stage.desk.send(step(connection), UnixSeconds(START + 6))
    _enrol_more(stage)
    return stage


def _enrol_more(stage: Stage) -> None:
    """Every member has its first meter from the founding; the others follow in the same order."""
    wanted = [
        calls.enrol_meter(
            stage.connection.metadata,
            community=COMMUNITY,
            owner=key.public,
            device_key=stage.device(len(stage.members) * round_ + at).public,
            zone=0,
            source=Source.SOLAR,
            connection_limit_w=24_000,
            import_register_wh=Wh(0),
            export_register_wh=Wh(0),
            reads_from=stage.interval(0).start,
        )
        for round_ in range(1, METERS_PER_MEMBER)
        for at, key in enumerate(stage.members)
    ]
    for at in range(0, len(wanted), CALLS_PER_BATCH):
        batch = calls.batch_all(stage.connection.metadata, wanted[at : at + CALLS_PER_BATCH])
        stage.send([(stage.services.steward, batch)], START + 6)
    enrolled = reads.next_meter_id(stage.connection)
    if enrolled != METERS_PER_MEMBER * len(stage.members):
        raise RuntimeError(f"{enrolled} meters were enrolled")


def _settler(key: AccountKey, at: int) -> Settler:
    device = device_from_seed(_secret(f"device {at}")).public
    return Settler(key.public, device, Source.SOLAR, 24_000, Wh(0), Wh(0))


def _charter() -> Charter:
    catalogue = Catalogue.discover()
    return Charter(
        name="Bench",
        interval_s=HOUR_S,
        epoch_s=24 * HOUR_S,
        zones=("all",),
        parameters=Parameters(600, 300, 900, Permill(100_000)),
        tracks={},
        builds=catalogue.bundles,
        plugins={Slot.PRICE: catalogue.find("mid-market-rate"), Slot.CLEAR: catalogue.find("pro-rata")},
        reads_from=Stage.interval(0).start,
    )


def _secret(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=32, person=b"aipchain-bench").digest()
