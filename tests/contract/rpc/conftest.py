"""A node of the committed runtime, and ways to talk to it."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from substrateinterface import Keypair, SubstrateInterface

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport

START_MS = 1_760_000_000_000


@pytest.fixture
def node() -> Iterator[Node]:
    """A chain in memory that makes a block for each transaction."""
    with Node.open(None, clock=SimulatedClock(START_MS), sealing=Sealing.ON_DEMAND) as opened:
        yield opened


@pytest.fixture
def still_node() -> Iterator[Node]:
    """A chain in memory that makes a block only when told."""
    with Node.open(None, clock=SimulatedClock(START_MS), sealing=Sealing.MANUAL) as opened:
        yield opened


@pytest.fixture
def transport(node: Node) -> Iterator[LocalTransport]:
    """A conversation with `node`; what should come and does not is an error after a second."""
    conversation = LocalTransport(node, patience_s=1.0)
    yield conversation
    conversation.close()


@pytest.fixture
def exchange(transport: LocalTransport) -> Callable[[object], Any]:
    """Send anything as JSON and return the next message."""

    def send(message: object) -> Any:
        transport.send(message if isinstance(message, str) else json.dumps(message))
        return json.loads(transport.recv())

    return send


@pytest.fixture
def ask(exchange: Callable[[object], Any]) -> Callable[..., Any]:
    """Call a method with positional parameters and return its result."""
    numbers = count(1)

    def call(method: str, *params: object) -> Any:
        answer = exchange({"jsonrpc": "2.0", "id": next(numbers), "method": method, "params": list(params)})
        assert "error" not in answer, answer
        return answer["result"]

    return call


@pytest.fixture
def refusal(exchange: Callable[[object], Any]) -> Callable[..., Any]:
    """Call a method that is refused and return the error object."""

    def call(method: str, *params: object) -> Any:
        answer = exchange({"jsonrpc": "2.0", "id": "refused", "method": method, "params": list(params)})
        return answer["error"]

    return call


@pytest.fixture
def news(transport: LocalTransport) -> Callable[[], tuple[str, str, Any]]:
    """Return the next notification as (method, subscription, result)."""

    def take() -> tuple[str, str, Any]:
        message = json.loads(transport.recv())
        return message["method"], message["params"]["subscription"], message["params"]["result"]

    return take


@pytest.fixture
def substrate(node: Node) -> Iterator[SubstrateInterface]:
    """The unmodified client over a conversation of its own."""
    with SubstrateInterface(websocket=LocalTransport(node, patience_s=5.0)) as client:
        yield client


@pytest.fixture(scope="session")
def alice() -> Keypair:
    """A rich account of the development genesis."""
    return Keypair.create_from_uri("//Alice")


@pytest.fixture(scope="session")
def bob() -> Keypair:
    """Another one."""
    return Keypair.create_from_uri("//Bob")


@pytest.fixture(scope="session")
def signer() -> Iterator[SubstrateInterface]:
    """A client that only signs: every chain of these tests has the same genesis, and this one stays there."""
    with (
        Node.open(None, clock=SimulatedClock(START_MS), sealing=Sealing.MANUAL) as opened,
        SubstrateInterface(websocket=LocalTransport(opened)) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def transfer(signer: SubstrateInterface, alice: Keypair, bob: Keypair) -> Callable[..., str]:
    """Sign a transfer from Alice, unless from another, to Bob."""

    def sign(amount: int = 10**12, *, nonce: int = 0, sender: Keypair = alice, **signing: object) -> str:
        arguments = {"dest": bob.ss58_address, "value": amount}
        call = signer.compose_call("Balances", "transfer_keep_alive", arguments)
        return str(signer.create_signed_extrinsic(call, sender, nonce=nonce, **signing).data)

    return sign
