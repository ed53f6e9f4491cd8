"""Trade on a stock node, then run all its blocks again: `python tests/bench/follow.py [BLOCKS]`.

Needs a `polkadot-omni-node` in `AIPCHAIN_OMNI_NODE` or on PATH. Prints a row of "Other figures".
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from figures import other_row

from aipchain.chain.artifact import load_artifact
from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.spec import DEFAULT_PRESET, ChainSpec
from aipchain.chain.stock_spec import stock_spec
from aipchain.metering.gateway import Registers, Seat, sign_registers
from aipchain.orchestrator.chain_source import ChainSource, first_block_built_here
from aipchain.orchestrator.reexecution import FollowReport, follow
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import NodeUnreachable
from aipchain.runtime_bridge.facts import TradeSettled
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey, account_from_seed, device_from_seed
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.runtime_bridge.types import (
    Binding,
    CommunityId,
    MeterId,
    NewOrder,
    Nothing,
    Parameters,
    Permill,
    Role,
    Side,
    SignedReading,
    Slot,
    Source,
    Trade,
)
from aipchain.units import AIP, Price, UnixSeconds, Wh

LENGTH = 900
GATE = 600
TIMES = Parameters(GATE, GATE, GATE, Permill(100_000))
HERE = CommunityId(0)
PAIRS = 20
"""Sellers, and as many buyers; each pair trades twice in every interval."""
ORDERS = 2
PRICE = Price(200_000_000)
BLOCK_MS = 40
START_S = 180
PORT = 41_944


def _secret(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=32, person=b"aipchain-follow").digest()


STEWARD = account_from_seed(_secret("steward"))
MEMBERS = [account_from_seed(_secret(f"member {number}")) for number in range(2 * PAIRS)]
DEVICES = [device_from_seed(_secret(f"device {number}")) for number in range(2 * PAIRS)]
PATCH: dict[str, object] = {"balances": {"balances": [[key.address, 100_000 * AIP] for key in (STEWARD, *MEMBERS)]}}


@dataclass
class Town:
    """A community on the stock node; `start` is its first interval."""

    connection: Connection
    submitter: Submitter
    start: int = 0
    settled: int = 0

    def interval(self, number: int) -> UnixSeconds:
        """The start of an interval [unix seconds]."""
        return UnixSeconds(self.start + number * LENGTH)

    def until(self, at: int) -> None:
        """Wait for chain time [unix seconds]."""
        while reads.chain_time(self.connection) < at:
            time.sleep(0.02)

    def send(self, jobs: Sequence[tuple[AccountKey, Call]]) -> None:
        """Get calls into blocks; all must take effect."""
        for outcome in self.submitter.submit_many([(call, key) for key, call in jobs]):
            events = outcome.checked().events()
            self.settled += sum(isinstance(event, TradeSettled) for event in events)

    def found(self) -> None:
        """Found the community, admit its members, enrol their meters, fill the slots."""
        metadata = self.connection.metadata
        founding = calls.found(
            metadata,
            name="Follow",
            interval_s=LENGTH,
            epoch_s=96 * LENGTH,
            zones=("all",),
            parameters=TIMES,
            steward=STEWARD.public,
        )
        self.send([(STEWARD, founding)])
        self.start = (reads.chain_time(self.connection) + 2 * LENGTH + GATE) // LENGTH * LENGTH
        wanted = [*self._people(), *self._meters(), *self._plugins()]
        batches = [calls.batch_all(metadata, wanted[at : at + 20]) for at in range(0, len(wanted), 20)]
        self.send([(STEWARD, batch) for batch in batches])

    def _people(self) -> Iterator[Call]:
        metadata = self.connection.metadata
        for key in MEMBERS:
            yield calls.admit(metadata, community=HERE, account=key.public, roles=(Role.CONSUMER, Role.PRODUCER))
        for role in (Role.GATEWAY, Role.OPERATOR):
            yield calls.grant_role(metadata, community=HERE, account=STEWARD.public, role=role)

    def _meters(self) -> Iterator[Call]:
        for key, device in zip(MEMBERS, DEVICES, strict=True):
            yield calls.enrol_meter(
                self.connection.metadata,
                community=HERE,
                owner=key.public,
                device_key=device.public,
                zone=0,
                source=Source.SOLAR,
                connection_limit_w=20_000,
                import_register_wh=Wh(0),
                export_register_wh=Wh(0),
                reads_from=self.interval(0),
            )

    def _plugins(self) -> Iterator[Call]:
        for slot, bundle in ((Slot.PRICE, b"\x01" * 32), (Slot.CLEAR, b"\x02" * 32)):
            yield calls.register_build(self.connection.metadata, bundle=bundle, name="a plugin", release=1, build=1)
            yield calls.install(self.connection.metadata, community=HERE, slot=slot, binding=Binding(bundle, b"{}"))

    def place(self, number: int) -> None:
        """Every member places its orders: the first half sells, the other buys."""
        jobs = []
        for at, key in enumerate(MEMBERS):
            side = Side.OFFER if at < PAIRS else Side.BID
            orders = [NewOrder(id, MeterId(at), side, Wh(100), PRICE) for id in range(ORDERS)]
            start = self.interval(number)
            call = calls.place_orders(self.connection.metadata, community=HERE, interval_start=start, orders=orders)
            jobs.append((key, call))
        self.send(jobs)

    def clear(self, number: int) -> None:
        """Match each buyer's orders with its partner's."""
        start = self.interval(number)
        book = reads.book(self.connection, HERE, start)
        if book is None:
            raise RuntimeError(f"interval {number} has no book")
        orders = reads.orders(self.connection).items()
        found = {(order.meter, order.id): at for at, order in orders if order.interval_start == start}
        trades = [
            Trade(found[MeterId(pair + PAIRS), id], found[MeterId(pair), id], Wh(100), PRICE)
            for pair in range(PAIRS)
            for id in range(ORDERS)
        ]
        call = calls.submit_clearing(
            self.connection.metadata,
            community=HERE,
            interval_start=start,
            rules=book.rules,
            trades=trades,
            certificate=Nothing(),
        )
        self.send([(STEWARD, call)])

    def deliver(self, number: int) -> None:
        """Each home delivers a little less than it sold, or draws what it bought."""
        shown = Wh((number + 1) * (ORDERS * 100 - 10))
        readings = [self._reading(at, device, number, shown) for at, device in enumerate(DEVICES)]
        call = calls.submit_batch(
            self.connection.metadata,
            community=HERE,
            interval_start=self.interval(number),
            batch_id=number.to_bytes(32, "little"),
            readings=readings,
        )
        self.send([(STEWARD, call)])

    def settle(self, number: int) -> None:
        """Settle the whole book."""
        start = self.interval(number)
        call = calls.settle(self.connection.metadata, community=HERE, interval_start=start, limit=1_000)
        self.send([(STEWARD, call)])

    def _reading(self, at: int, device: DeviceKey, number: int, shown: Wh) -> SignedReading:
        registers = Registers(Wh(0), shown) if at < PAIRS else Registers(shown, Wh(0))
        seat = Seat(self.connection.genesis_hash, HERE, STEWARD.public)
        return sign_registers(seat, device, MeterId(at), self.interval(number), registers)


def main(blocks: int) -> None:
    """Trade until there are so many blocks, then follow them all and print what came out."""
    with tempfile.TemporaryDirectory() as folder, _stock_node(Path(folder)) as connection:
        town = Town(connection, Submitter(connection))
        town.found()
        _trade(town, lambda: connection.finalised().number < blocks)
        started = time.perf_counter()
        report = _followed(connection, blocks)
        print(_row(report, town, time.perf_counter() - started))
    if not report.is_sound:
        sys.exit(f"block {report.equal + 1} differs: {report.fault}")


def _trade(town: Town, goes_on: Callable[[], bool]) -> None:
    """Interval after interval: place one, clear the one before, deliver the second, settle the third before."""
    number = 0
    while goes_on():
        town.until(town.interval(number - 1) - GATE)
        if number >= 1:
            town.clear(number - 1)
        town.place(number)
        town.until(town.interval(number - 1))
        if number >= 2:
            town.deliver(number - 2)
        if number >= 3:
            town.settle(number - 3)
        number += 1


def _followed(connection: Connection, blocks: int) -> FollowReport:
    spec = ChainSpec.of(DEFAULT_PRESET, PATCH)
    first = first_block_built_here(connection, spec, load_artifact().code)
    return follow(ChainSource(connection), first, blocks)


def _row(report: FollowReport, town: Town, seconds: float) -> str:
    blocks = f"{report.wanted:,} blocks of the stock node with {report.extrinsics:,} extrinsics"
    return other_row(
        f"`audit follow`, {blocks} and {town.settled} settled trades",
        f"{report.equal:,} of {report.wanted:,} state roots equal, {seconds / report.wanted * 1_000:.1f} ms a block",
        f"python tests/bench/follow.py {report.wanted}",
    )


@contextmanager
def _stock_node(folder: Path) -> Iterator[Connection]:
    binary = os.environ.get("AIPCHAIN_OMNI_NODE") or shutil.which("polkadot-omni-node")
    if binary is None:
        sys.exit("no polkadot-omni-node: put one on PATH or name it in AIPCHAIN_OMNI_NODE; see docs/node-guide.md")
    spec = folder / "spec.json"
    with Node.open(None, clock=SimulatedClock(0), genesis_patch=PATCH) as node:
        spec.write_text(json.dumps(stock_spec(node)))
    options = f"--dev --dev-block-time {BLOCK_MS} --rpc-port {PORT} --log warn --no-mdns --no-prometheus --no-telemetry"
    command: list[str | Path] = [
        binary,
        "--chain",
        spec,
        "--base-path",
        folder,
        "--listen-addr",
        f"/ip4/127.0.0.1/tcp/{PORT + 1}",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, *options.split(), "--no-hardware-benchmarks"], stdout=log, stderr=log)
    try:
        yield _connected()
    finally:
        process.terminate()
        process.wait()


def _connected() -> Connection:
    for _ in range(START_S * 2):
        try:
            return connect(f"ws://127.0.0.1:{PORT}")
        except NodeUnreachable:
            time.sleep(0.5)
    sys.exit(f"the stock node did not answer within {START_S} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
