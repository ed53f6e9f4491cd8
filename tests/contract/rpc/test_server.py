"""The WebSocket server: where it listens, what it bounds, and the unmodified client over it."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from substrateinterface import Keypair, SubstrateInterface
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from aipchain.chain.node import Node, Sealing
from aipchain.chain.rpc.errors import AddressUnusable, PortInUse
from aipchain.chain.rpc.server import RunningServer, ServerLimits, serve


@pytest.fixture
def server(node: Node) -> Iterator[RunningServer]:
    """A server of `node` on a free port."""
    running = serve(node, port=0)
    yield running
    running.stop()


def ask(connection: ClientConnection, method: str, *params: object) -> Any:
    """Call a method over a plain connection and return its result, passing over news."""
    connection.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}))
    while "id" not in (answer := json.loads(connection.recv(5))):
        pass
    return answer["result"]


def take_all(connection: ClientConnection) -> None:
    """Take messages until the connection ends."""
    while True:
        connection.recv(5)


def test_clients_are_answered_side_by_side(node: Node, server: RunningServer) -> None:
    """Each client has its own conversation; subscriptions of one do not reach the other."""
    with connect(server.url) as one, connect(server.url) as two:
        subscription = ask(one, "chain_subscribeNewHeads")
        assert ask(two, "chain_getHeader")["number"] == "0x0"
        node.author()
        told = [json.loads(one.recv(5))["params"] for _ in range(2)]

        assert [(news["subscription"], news["result"]["number"]) for news in told] == [
            (subscription, "0x0"),
            (subscription, "0x1"),
        ]
        assert ask(two, "chain_unsubscribeNewHeads", subscription) is False


def test_it_listens_on_this_machine_alone(server: RunningServer) -> None:
    """Unless told otherwise nobody outside can reach it."""
    assert (server.host, server.url) == ("127.0.0.1", f"ws://127.0.0.1:{server.port}")


def test_a_port_in_use_is_one_clear_sentence(node: Node, server: RunningServer) -> None:
    """The second server on a port is bad input and says what to do."""
    with pytest.raises(PortInUse) as refusal:
        serve(node, port=server.port)

    assert refusal.value.exit_code == 2
    assert str(refusal.value) == (
        f"Port {server.port} of 127.0.0.1 is in use by another program. Give another port or stop that program."
    )


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("127.0.0.1", 70_000), ("no such host", 0)])
def test_an_address_that_is_not_ours_is_bad_input(node: Node, host: str, port: int) -> None:
    """Foreign addresses, impossible ports and unknown names are refused before anything starts."""
    with pytest.raises(AddressUnusable, match="cannot listen on"):
        serve(node, host=host, port=port)


def test_after_stop_the_port_is_free(node: Node) -> None:
    """Stopping ends the conversations and lets the port go; a second stop does nothing."""
    running = serve(node, port=0)
    with connect(running.url) as client:
        ask(client, "system_name")
        running.stop()
        with pytest.raises(ConnectionClosed):
            client.recv(5)
    running.stop()

    with socket.create_server(("127.0.0.1", running.port)) as free:
        assert free.getsockname()[1] == running.port


def test_connections_are_bounded(node: Node) -> None:
    """One client too many is closed with a reason; a place that becomes free is given again."""
    running = serve(node, port=0, limits=ServerLimits(connections=1))
    try:
        with connect(running.url) as first:
            ask(first, "system_name")
            with connect(running.url) as second, pytest.raises(ConnectionClosed, match="too many connections"):
                second.recv(5)
            assert ask(first, "system_peers") == []
    finally:
        running.stop()


def test_a_message_too_long_ends_the_conversation(node: Node) -> None:
    """A client that sends more than it may is closed; others are served on."""
    running = serve(node, port=0, limits=ServerLimits(request_bytes=1000))
    try:
        with connect(running.url) as client:
            client.send("x" * 2000)
            with pytest.raises(ConnectionClosed):
                client.recv(5)
        with connect(running.url) as client:
            assert ask(client, "system_peers") == []
    finally:
        running.stop()


def test_a_client_too_slow_is_let_go(node: Node) -> None:
    """News that nobody takes never hold up the chain: the client is dropped, others are served on."""
    running = serve(node, port=0, limits=ServerLimits(waiting_messages=50))
    subscribe = {"jsonrpc": "2.0", "id": 1, "method": "state_subscribeStorage", "params": []}
    try:
        with connect(running.url) as slow:
            slow.send(json.dumps([subscribe] * 1000))
            slow.recv(5)
            node.author()
            with pytest.raises(ConnectionClosed):
                take_all(slow)
        with connect(running.url) as other:
            assert ask(other, "chain_getHeader")["number"] == "0x1"
    finally:
        running.stop()


def test_health_is_answered_to_plain_http(server: RunningServer) -> None:
    """A monitor needs no WebSocket."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=5) as answer:
        assert json.load(answer) == {"peers": 0, "isSyncing": False, "shouldHavePeers": False}


class BrokenClock:
    """A fault that nobody expects."""

    def __init__(self) -> None:
        self.was_asked = threading.Event()

    def now_ms(self) -> int:
        """Break."""
        self.was_asked.set()
        raise RuntimeError("the clock is broken")


def test_health_tells_that_no_more_blocks_come() -> None:
    """A node whose timer broke still answers, and a monitor sees that it stands."""
    clock = BrokenClock()
    node = Node.open(None, clock=clock, sealing=Sealing.every(1))
    running = serve(node, port=0)
    try:
        assert clock.was_asked.wait(30)
        node.close()  # waits for the timer
        assert str(node.failure) == "the clock is broken"
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{running.port}/health", timeout=5)
    finally:
        running.stop()


def test_the_unmodified_client_trades_over_a_socket(server: RunningServer, alice: Keypair, bob: Keypair) -> None:
    """substrate-interface connects, reads, submits, and hears of block and finality."""
    with SubstrateInterface(url=server.url) as substrate:
        call = substrate.compose_call("Balances", "transfer_keep_alive", {"dest": bob.ss58_address, "value": 7})
        included = substrate.submit_extrinsic(substrate.create_signed_extrinsic(call, alice), wait_for_inclusion=True)
        final = substrate.submit_extrinsic(
            substrate.create_signed_extrinsic(call, alice, era={"period": 64}), wait_for_finalization=True
        )

        assert (included.is_success, final.is_success, final.finalized) == (True, True, True)
        assert substrate.get_block_number(final.block_hash) == 2


def test_the_unmodified_client_can_connect_again(node: Node) -> None:
    """A server that comes back on its port serves the same client on, with what it had learnt."""
    running = serve(node, port=0)
    with SubstrateInterface(url=running.url) as substrate:
        assert substrate.get_chain_head() == f"0x{node.head.hash.hex()}"
        substrate.websocket.close()
        running.stop()
        running = serve(node, port=running.port)
        try:
            node.author()
            substrate.connect_websocket()
            assert substrate.get_chain_head() == f"0x{node.head.hash.hex()}"
        finally:
            running.stop()
