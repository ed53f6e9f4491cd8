"""A chain in memory, connections to it that can break, and submitters that make their own blocks."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.runtime_bridge.connection import Connection, Transport, connect
from aipchain.runtime_bridge.keys import AccountKey, development_account
from aipchain.runtime_bridge.outbox import Outbox
from aipchain.runtime_bridge.submitter import Submitter

START_MS = 1_475_445_600_000
"""2016-10-02 22:00 UTC, where the demo data starts [ms]."""
PATIENCE = 5
"""How many blocks a submitter makes before it gives up."""


@pytest.fixture
def clock() -> SimulatedClock:
    """A clock that stands at the start of the demo data."""
    return SimulatedClock(START_MS)


@pytest.fixture
def node(clock: SimulatedClock) -> Iterator[Node]:
    """A fresh development chain in memory, on the committed runtime."""
    with Node.open(None, clock=clock) as opened:
        yield opened


@pytest.fixture
def connection(node: Node) -> Iterator[Connection]:
    """A connection to the chain that asks for none of our pallets: money and submission need none."""
    with connect(LocalTransport(node), pallets=()) as opened:
        yield opened


@pytest.fixture
def make_submitter(node: Node) -> Callable[..., Submitter]:
    """Make a submitter that authors a block whenever it waits."""

    def author(attempt: int) -> bool:
        node.author()
        return attempt < PATIENCE

    def make(connection: Connection, outbox: Outbox | None = None) -> Submitter:
        return Submitter(connection, outbox=outbox, wait=author)

    return make


@pytest.fixture
def submitter(make_submitter: Callable[..., Submitter], connection: Connection) -> Submitter:
    """A submitter on the connection, with an outbox in memory."""
    return make_submitter(connection)


@pytest.fixture
def alice() -> AccountKey:
    """The endowed account that also holds the sudo key."""
    return development_account("Alice")


@pytest.fixture
def bob() -> AccountKey:
    """Another endowed account."""
    return development_account("Bob")


@dataclass
class BreakingTransport:
    """Carries messages until a submission comes: then it breaks, before or after the node has got it."""

    node: Node
    delivers: bool
    broken: bool = False
    inner: LocalTransport = field(init=False)

    def __post_init__(self) -> None:
        self.inner = LocalTransport(self.node)

    def send(self, payload: str) -> None:
        """Pass a message on, unless it is a submission."""
        submits = json.loads(payload)["method"] == "author_submitExtrinsic"
        if not submits or self.delivers:
            self.inner.send(payload)
        if submits:
            self.broken = True

    def recv(self) -> str:
        """Give the answer, if the line still holds."""
        if self.broken:
            raise ConnectionResetError("the line went dead")
        return self.inner.recv()

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@dataclass
class UpgradedTransport:
    """Says, from the moment it is told to, that the chain runs a newer runtime version."""

    inner: LocalTransport
    upgraded: bool = False

    def send(self, payload: str) -> None:
        """Pass a message on."""
        self.inner.send(payload)

    def recv(self) -> str:
        """Give the answer, with another version in it after the upgrade."""
        answer = self.inner.recv()
        return answer.replace('"specVersion":1,', '"specVersion":2,') if self.upgraded else answer

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@dataclass
class ForgetfulTransport:
    """Leads to a node that has discarded the state of all blocks but the newest."""

    inner: LocalTransport

    def send(self, payload: str) -> None:
        """Ask for the state of an unknown block instead of an old one."""
        request = json.loads(payload)
        if request["method"] == "state_getStorage" and request["params"][1:]:
            request["params"][1] = f"0x{'11' * 32}"
        self.inner.send(json.dumps(request))

    def recv(self) -> str:
        """Give the answer."""
        return self.inner.recv()

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@dataclass
class LaggingTransport:
    """Leads to several nodes at one address: the first time somebody asks for block 1, one that is behind answers."""

    inner: LocalTransport
    behind: bool = True
    asked: int | None = None

    def send(self, payload: str) -> None:
        """Note which request is about block 1, the first time."""
        request = json.loads(payload)
        if self.behind and request["method"] == "chain_getBlockHash" and request["params"] == [1]:
            self.behind, self.asked = False, request["id"]
        self.inner.send(payload)

    def recv(self) -> str:
        """Give the answer, or nothing for a block that is not there yet."""
        answer = json.loads(self.inner.recv())
        return json.dumps({**answer, "result": None} if answer.get("id") == self.asked else answer)

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@dataclass
class BusyTransport:
    """Leads to a node that answers the first submission with an error and does not take it."""

    inner: LocalTransport
    code: int
    refused: str | None = None
    is_first: bool = True

    def send(self, payload: str) -> None:
        """Pass a message on, unless it is the first submission."""
        request = json.loads(payload)
        if self.is_first and request["method"] == "author_submitExtrinsic":
            error = {"code": self.code, "message": "not now"}
            self.is_first, self.refused = False, json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error})
        else:
            self.inner.send(payload)

    def recv(self) -> str:
        """Give the answer."""
        answer, self.refused = self.refused, None
        return answer or self.inner.recv()

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@pytest.fixture
def busy(node: Node) -> Callable[[int], Transport]:
    """Make a transport to a node that refuses the first submission with a code."""
    return lambda code: BusyTransport(LocalTransport(node), code)


@pytest.fixture
def lagging(node: Node) -> Transport:
    """A transport to nodes that are not all equally far."""
    return LaggingTransport(LocalTransport(node))


@pytest.fixture
def forgetful(node: Node) -> Transport:
    """A transport to a node that keeps no old state."""
    return ForgetfulTransport(LocalTransport(node))


@pytest.fixture
def upgrading(node: Node) -> tuple[Transport, Callable[[], None]]:
    """A transport to the chain, and what makes the chain seem upgraded."""
    transport = UpgradedTransport(LocalTransport(node))

    def upgrade() -> None:
        transport.upgraded = True

    return transport, upgrade


@pytest.fixture
def breaking_transport(node: Node) -> Callable[[bool], BreakingTransport]:
    """Make a transport that breaks at the first submission; it may deliver that one."""
    return lambda delivers: BreakingTransport(node, delivers)
