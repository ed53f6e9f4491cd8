"""One chain specification on three nodes: embedded in this process, embedded over WebSocket, and the stock node.

A test that takes `party` runs on each. Chain time is the node's own: an embedded chain stands still until somebody
makes a block, the stock node makes one every few milliseconds, each a slot later.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from websocket import WebSocket, create_connection

from aipchain.chain.host.pool import PoolLimits
from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.rpc.server import serve
from aipchain.chain.stock_spec import stock_spec
from aipchain.runtime_bridge.connection import Connection, Transport, connect
from aipchain.runtime_bridge.keys import AccountKey, account_from_seed, development_account
from aipchain.runtime_bridge.protocol import NOW
from aipchain.runtime_bridge.storage_keys import storage_prefix
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP

START_MS = 1_475_445_600_000
"""2016-10-02 22:00 UTC: chain time need not be near the wall clock [ms]."""
BLOCK_MS = 30
"""Real time between two blocks of the stock node; chain time moves one slot of 6 s [ms]."""
POOL = 400
"""Transactions in the stock node's pool; a tenth of them may wait for others, and a test fills that tenth."""
NOW_KEY = "0x" + storage_prefix(NOW.pallet, NOW.name).hex()
LIFE = 1_024
"""How long a transaction of no particular age may be included [blocks]."""
PATIENCE = 400
"""In so many blocks whatever a test waits for must come."""
ANSWER_S = 30
"""How long a node may take for an answer or its next block [s]."""
START_S = 180
"""How long the stock node may take to compile the runtime and answer, on a busy machine [s]."""
RICH = [account_from_seed(blake2b(f"rich {number}".encode(), digest_size=32).digest()) for number in range(64)]
GENESIS_PATCH: dict[str, object] = {
    "balances": {
        "balances": [
            *([development_account(name).address, 1_000_000 * AIP] for name in ("Alice", "Bob")),
            *([key.address, 10_000 * AIP] for key in RICH),
        ]
    }
}

T = TypeVar("T")


class Blocks(Protocol):
    """How a node comes to its next blocks."""

    def next(self) -> None:
        """Return when there is another block."""

    def until(self, at: int) -> None:
        """Return when chain time is at least `at` [unix seconds]."""


@dataclass
class OwnBlocks:
    """An embedded chain stands still until it is told."""

    node: Node
    clock: SimulatedClock

    def next(self) -> None:
        """Make a block, a slot later."""
        self.node.author()

    def until(self, at: int) -> None:
        """Jump there in one block."""
        self.clock.set(max(at * 1_000, self.clock.now_ms()))
        self.node.author()


@dataclass
class TheirBlocks:
    """The stock node makes blocks by itself; all one can do is look again, over a line that is not kept idle."""

    url: str

    def next(self) -> None:
        """Look until there is another block."""
        with self._line() as talk:
            _await_other(talk, "chain_getFinalizedHead")

    def until(self, at: int) -> None:
        """Look until chain time is there."""
        with self._line() as talk:
            while _milliseconds(talk.ask("state_getStorage", NOW_KEY)) < at * 1_000:
                _await_other(talk, "state_getStorage", NOW_KEY)

    @contextmanager
    def _line(self) -> Iterator["Talk"]:
        transport = _dialled(self.url)
        yield Talk(transport)
        transport.close()


@dataclass
class Line:
    """A WebSocket to a node."""

    socket: WebSocket

    def send(self, payload: str) -> None:
        """Send a message."""
        self.socket.send(payload)

    def recv(self) -> str:
        """Wait for a message, for `ANSWER_S` at most."""
        return str(self.socket.recv())

    def close(self) -> None:
        """End the connection."""
        self.socket.close()


@dataclass
class Talk:
    """Plain JSON-RPC with one node: answers, refusals, news."""

    transport: Transport
    _waiting: list[dict[str, Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def exchange(self, method: str, *params: object) -> dict[str, Any]:
        """Call a method and give the whole answer; news that come first wait."""
        number = next(self._numbers)
        self.transport.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}))
        while True:
            message = json.loads(self.transport.recv())
            if message.get("id") == number:
                return dict(message)
            self._waiting.append(message)

    def ask(self, method: str, *params: object) -> Any:
        """Call a method that answers."""
        answer = self.exchange(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def refused(self, method: str, *params: object) -> dict[str, Any]:
        """Call a method that is refused and give the error object."""
        answer = self.exchange(method, *params)
        assert "error" in answer, answer
        return dict(answer["error"])

    def news(self) -> tuple[str, str, Any]:
        """The next notification as (method, subscription, result)."""
        message = self._waiting.pop(0) if self._waiting else json.loads(self.transport.recv())
        return message["method"], message["params"]["subscription"], message["params"]["result"]

    def silent(self) -> bool:
        """Whether nothing came unasked up to the answer of a last question."""
        self.ask("system_name")
        return not self._waiting


@dataclass
class Party:
    """A node under test and the ways to it."""

    name: str
    blocks: Blocks
    dial: Callable[[], Transport]
    futures: int = PoolLimits().future_count
    """How many transactions may wait for others in its pool."""
    accounts: Iterator[AccountKey] = field(default_factory=lambda: iter(RICH))

    def account(self) -> AccountKey:
        """An account with money that no other test uses."""
        return next(self.accounts)

    def waits(self, attempt: int) -> bool:
        """What a submitter does between two looks."""
        self.blocks.next()
        return attempt < PATIENCE

    def awaited(self, look: Callable[[], T], what: str) -> T:
        """Look again after every block until there is something, and give it; `what` names it should it not come."""
        for _ in range(PATIENCE):
            if seen := look():
                return seen
            self.blocks.next()
        pytest.fail(f"{self.name}: {what} did not come in {PATIENCE} blocks")


@pytest.fixture(scope="session")
def stages() -> Iterator[ExitStack]:
    """What is closed when all tests are over."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def embedded(stages: ExitStack) -> Party:
    """The embedded chain, spoken to without a socket."""
    node, clock = _embedded(stages)
    return Party("embedded", OwnBlocks(node, clock), lambda: LocalTransport(node, patience_s=ANSWER_S))


@pytest.fixture(scope="session")
def embedded_over_websocket(stages: ExitStack) -> Party:
    """The embedded chain behind its server."""
    node, clock = _embedded(stages)
    server = serve(node, port=0)
    stages.callback(server.stop)
    return Party("embedded over WebSocket", OwnBlocks(node, clock), lambda: _dialled(server.url))


@pytest.fixture(scope="session")
def omni_node(
    stages: ExitStack, omni_node_binary: Path, spec_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Party:
    """The stock node in development mode."""
    folder = tmp_path_factory.mktemp("omni-node")
    url = _start_stock_node(stages, omni_node_binary, spec_file, folder)
    return Party("omni-node", TheirBlocks(url), lambda: _dialled(url), futures=POOL // 10)


@pytest.fixture
def still_node(omni_node_binary: Path, spec_file: Path, tmp_path: Path) -> Iterator[Callable[[int], Party]]:
    """Starts a stock node with room for so many transactions, which makes no block while a test lasts."""
    with ExitStack() as stack:

        def start(room: int) -> Party:
            url = _start_stock_node(stack, omni_node_binary, spec_file, tmp_path, block_ms=3_600_000, pool=room)
            return Party("still omni-node", TheirBlocks(url), lambda: _dialled(url), futures=room // 10)

        yield start


@pytest.fixture(
    params=["embedded", "embedded_over_websocket", pytest.param("omni_node", marks=pytest.mark.omni_node)],
    ids=["embedded", "websocket", "omni-node"],
)
def party(request: pytest.FixtureRequest) -> Party:
    """Each of the three in turn."""
    found: Party = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def talk(party: Party) -> Iterator[Talk]:
    """A conversation of this test's own."""
    transport = party.dial()
    yield Talk(transport)
    transport.close()


@pytest.fixture
def lost_talk(party: Party) -> Talk:
    """Another one, whose line the test cuts."""
    return Talk(party.dial())


@pytest.fixture
def connection(party: Party) -> Iterator[Connection]:
    """A checked connection of this test's own."""
    with connect(party.dial()) as opened:
        yield opened


@pytest.fixture
def submitter(party: Party, connection: Connection) -> Submitter:
    """Submits and waits for blocks; on a busy machine a fast node makes many before a transaction arrives."""
    return Submitter(connection, wait=party.waits, period=LIFE)


@pytest.fixture(scope="session")
def spec_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plain specification of the chain under test."""
    path = tmp_path_factory.mktemp("spec") / "plain.json"
    with _founded(SimulatedClock(START_MS)) as node:
        path.write_text(json.dumps(stock_spec(node)))
    return path


@pytest.fixture(scope="session")
def genesis_hash() -> str:
    """The hash of block 0 as the embedded host makes it."""
    with _founded(SimulatedClock(START_MS)) as node:
        return f"0x{node.genesis_hash.hex()}"


@pytest.fixture(scope="session")
def genesis_patch() -> dict[str, object]:
    """What is merged over the development preset."""
    return GENESIS_PATCH


def _founded(clock: SimulatedClock) -> Node:
    return Node.open(None, clock=clock, sealing=Sealing.MANUAL, genesis_patch=GENESIS_PATCH)


def _embedded(stages: ExitStack) -> tuple[Node, SimulatedClock]:
    clock = SimulatedClock(START_MS)
    return stages.enter_context(_founded(clock)), clock


def _await_other(talk: Talk, *question: str) -> None:
    """Ask until the answer is another one, which the stock node's next block brings."""
    before, deadline = talk.ask(*question), time.monotonic() + ANSWER_S
    while talk.ask(*question) == before:
        if time.monotonic() > deadline:
            pytest.fail(f"the stock node's {' '.join(question)} stayed the same for {ANSWER_S} s")
        time.sleep(0.01)


def _milliseconds(stored: str | None) -> int:
    return int.from_bytes(bytes.fromhex((stored or "0x")[2:]), "little")


def _dialled(url: str) -> Transport:
    return Line(create_connection(url, timeout=ANSWER_S))


def _start_stock_node(
    stages: ExitStack, binary: Path, spec: Path, folder: Path, *, block_ms: int = BLOCK_MS, pool: int = POOL
) -> str:
    port = _free_port()
    log = folder / "log"
    options = f"--dev --dev-block-time {block_ms} --rpc-port {port} --rpc-methods unsafe --pool-limit {pool}"
    options += " --state-pruning archive --no-hardware-benchmarks"
    quiet = "--no-telemetry --no-prometheus --no-mdns --log warn --listen-addr"
    command: list[str | Path] = [binary, "--chain", spec, "--base-path", folder, *options.split(), *quiet.split()]
    with log.open("w") as written:
        process = subprocess.Popen([*command, f"/ip4/127.0.0.1/tcp/{_free_port()}"], stdout=written, stderr=written)
    stages.callback(_stop, process)
    _await_answer(process, port, log)
    return f"ws://127.0.0.1:{port}"


def _await_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"the stock node did not come up on {sys.platform}: {log.read_text()[-2_000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
        return port
