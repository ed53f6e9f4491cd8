"""Print the figures of docs/benchmarks.md: `make bench`. Times are medians, on whatever machine this is.

What takes a stock node or a market of its own is beside it: `follow.py` and `pov.py` print rows of "Other figures".
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from stage import COMMUNITY, METERS_PER_MEMBER, Stage, found
from substrateinterface import Keypair, SubstrateInterface

from aipchain import pallets_spec
from aipchain.chain.host.state import Changes, State
from aipchain.chain.node import Node, Sealing, SystemClock
from aipchain.chain.rpc.server import serve
from aipchain.metering.gateway import Registers, Seat, seal, sign_registers
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.types import MeterId, NewOrder, Nothing, PostedPrice, RuleSet, Side, Trade
from aipchain.units import Balance, Interval, Price, UnixSeconds, Wh

ROUNDS = 5
MEMBERS = 100
ORDERS_PER_MEMBER = 5
PRICE = Price(150_000_000)


@dataclass(frozen=True)
class Figure:
    """One measured value and its goal, which it must not exceed (`<=`) or fall short of (`>=`)."""

    name: str
    value: float
    unit: str
    goal: str

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        relation, bound = self.goal.split()
        return self.value <= float(bound) if relation == "<=" else self.value >= float(bound)

    def row(self) -> str:
        """A row of the table."""
        return f"| {self.name} | {self.value:,.1f} {self.unit} | {self.goal} | {'met' if self.is_met else 'not met'} |"


def other_row(what: str, measured: str, command: str) -> str:
    """A row of "Other figures"."""
    return f"| {what} | {measured} | `{command}` |"


def main() -> None:
    """Measure everything and print the table."""
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}\n"
    )
    print("| figure | measured | goal | |\n|---|---|---|---|")
    for figure in _figures():
        print(figure.row(), flush=True)


def _figures() -> Iterator[Figure]:
    stage = found(MEMBERS)
    yield Figure("empty block", _ms(stage.node.author, 50), "ms", "<= 5")
    yield from _transfers(stage)
    yield from _market(stage)
    yield _state_root()
    yield _websocket()
    yield from _demo()
    yield Figure("module of the specification, median", _module_lines(), "lines", "<= 200")


def _ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    return median(_seconds(work) for _ in range(rounds)) * 1_000


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _transfers(stage: Stage) -> Iterator[Figure]:
    """A signed transfer, 20 to a block, the empty block taken off; and its validation by the pool."""
    call = calls.transfer_keep_alive(stage.connection.metadata, dest=stage.members[1].public, value=Balance(10**9))
    jobs = [(key, call) for key in stage.members[2:22]]
    rounds = [stage.pool_and_block_seconds(jobs, 0) for _ in range(4 * ROUNDS)]
    pool, block = (median(seconds) * 1_000 for seconds in zip(*rounds, strict=True))
    yield Figure("signed transfer in a block of 20", (block - _ms(stage.node.author, 20)) / len(jobs), "ms", "<= 2")
    yield Figure("validation of a transfer by the pool", pool / len(jobs), "ms", "<= 2")


def _market(stage: Stage) -> Iterator[Figure]:
    placed, cleared, read = [], [], []
    for number in range(ROUNDS):
        measured = stage.interval(number)
        placed.append(_place(stage, number))
        clearing = _clear(stage, number)
        if number:
            read.append(
                _read(stage, Interval(UnixSeconds(measured.start - measured.length), measured.length), 2 * number)
            )
        read.append(_read(stage, measured, 2 * number + 1))
        cleared.append(clearing + _settle(stage, number))
    orders, meters = MEMBERS * ORDERS_PER_MEMBER, MEMBERS * METERS_PER_MEMBER
    yield Figure("place_orders, 5 to a call", orders / median(placed), "orders/s", ">= 2000")
    yield Figure("place_orders, 500 to a call", 500 / median(_place_many(stage)), "orders/s", ">= 2000")
    yield Figure("submit_clearing + settle, 250 trades", orders / 2 / median(cleared), "trades/s", ">= 1000")
    yield Figure("submit_batch, 500 signed readings", meters / median(read), "readings/s", ">= 2000")


def _place(stage: Stage, number: int) -> float:
    interval = stage.interval(number)
    posted = PostedPrice(interval.start, Price(2 * PRICE), Price(0))
    metadata = stage.connection.metadata
    price = calls.post_reference_prices(metadata, community=COMMUNITY, prices=(posted,))
    stage.send([(stage.services.oracle, price)], interval.start - 1_200)
    jobs = [(key, _orders(stage, number, at, ORDERS_PER_MEMBER)) for at, key in enumerate(stage.members)]
    return stage.chain_seconds(jobs, interval.start - 1_000)


def _orders(stage: Stage, number: int, member: int, count: int, each_wh: int = 100) -> Call:
    side = Side.BID if member % 2 else Side.OFFER
    orders = [NewOrder(at, MeterId(member), side, Wh(each_wh), PRICE) for at in range(count)]
    return calls.place_orders(
        stage.connection.metadata,
        community=COMMUNITY,
        interval_start=stage.interval(number).start,
        orders=orders,
    )


def _place_many(stage: Stage) -> list[float]:
    """One member places 500 orders with one call, in intervals of their own; together its connection carries them."""
    seconds = []
    for number in range(ROUNDS, 2 * ROUNDS):
        job: tuple[AccountKey, Call] = (stage.members[0], _orders(stage, number, 0, 500, each_wh=40))
        at = stage.interval(ROUNDS).start - 1_000
        seconds.append(stage.chain_seconds([job], at))
    return seconds


def _clear(stage: Stage, number: int) -> float:
    start = stage.interval(number).start
    connection = stage.connection
    book = reads.book(connection, COMMUNITY, start)
    numbers = reads.book_orders(connection, COMMUNITY, start)
    orders = {each: reads.order(connection, each) for each in numbers}
    bids = [each for each, order in orders.items() if order is not None and order.side is Side.BID]
    offers = [each for each, order in orders.items() if order is not None and order.side is Side.OFFER]
    trades = [Trade(bid, offer, Wh(100), PRICE) for bid, offer in zip(bids, offers, strict=True)]
    rules = book.rules if book else RuleSet(b"", b"")
    call = calls.submit_clearing(
        connection.metadata,
        community=COMMUNITY,
        interval_start=start,
        rules=rules,
        trades=trades,
        certificate=Nothing(),
    )
    return stage.chain_seconds([(stage.services.operator, call)], start - 594)


def _read(stage: Stage, interval: Interval, hours: int) -> float:
    seat = Seat(stage.connection.genesis_hash, COMMUNITY, stage.services.gateway.public)
    shown = Registers(Wh(700 * hours), Wh(600 * hours))
    readings = [
        sign_registers(seat, stage.device(meter), MeterId(meter), interval.start, shown)
        for meter in range(MEMBERS * METERS_PER_MEMBER)
    ]
    batch = seal(seat, interval.start, readings)
    call = calls.submit_batch(
        stage.connection.metadata,
        community=COMMUNITY,
        interval_start=interval.start,
        batch_id=batch.batch_id,
        readings=batch.readings,
    )
    return stage.chain_seconds([(stage.services.gateway, call)], interval.end + 6)


def _settle(stage: Stage, number: int) -> float:
    call = calls.settle(
        stage.connection.metadata, community=COMMUNITY, interval_start=stage.interval(number).start, limit=1_000
    )
    return stage.chain_seconds([(stage.services.operator, call)], stage.interval(number).end + 900)


def _state_root() -> Figure:
    keys = [number.to_bytes(4, "big") * 8 for number in range(100_000)]
    state = State({key: bytes(40) for key in keys}, {})
    state.root()
    rounds = [Changes({key: bytes([number]) * 40 for key in keys[number::100]}, {}) for number in range(1, 2 * ROUNDS)]
    value = median(_seconds(partial(state.root_after, changes)) for changes in rounds) * 1_000
    return Figure("state root, 1,000 changed keys of 100,000", value, "ms", "<= 30")


def _websocket() -> Figure:
    with Node.open(None, clock=SystemClock(), sealing=Sealing.ON_DEMAND) as node:
        server = serve(node, port=0)
        client = SubstrateInterface(url=server.url)
        alice, bob = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Bob")
        call = client.compose_call("Balances", "transfer_keep_alive", {"dest": bob.ss58_address, "value": 10**9})

        def submit() -> None:
            signed = client.create_signed_extrinsic(call, alice)
            client.submit_extrinsic(signed, wait_for_inclusion=True)

        submit()
        value = _ms(submit, 10)
        client.close()
        server.stop()
    return Figure("substrate-interface over WebSocket, sign to in-block", value, "ms", "<= 100")


def _module_lines() -> float:
    """The median length of the files that say something; an empty `__init__.py` does not."""
    (book,) = pallets_spec.__path__
    lengths = [len(file.read_text(encoding="utf-8").splitlines()) for file in Path(book).rglob("*.py")]
    return median(length for length in lengths if length > 1)


def _demo() -> Iterator[Figure]:
    """The week of 17 homes as a process of its own: time and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("aip")), "demo", "--json", "run.json"]
        started = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        yield Figure("aip demo, 7 days, 17 homes", time.perf_counter() - started, "s", "<= 60")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_024
        yield Figure("aip demo, peak memory", peak, "MiB", "<= 1024")
        results = json.loads((Path(folder) / "run.json").read_text())
        lost = sum(results["conservation"].values())
        yield Figure("aip demo, Wh and base units lost", lost, "", "<= 0")


if __name__ == "__main__":
    main()
