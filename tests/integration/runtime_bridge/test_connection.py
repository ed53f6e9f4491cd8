"""Connecting in process and over WebSocket, and what stops it."""

import pytest

from aipchain.chain.node import Node
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.rpc.server import serve
from aipchain.errors import InputError
from aipchain.runtime_bridge.connection import Connection, Transport, connect
from aipchain.runtime_bridge.errors import ForeignRuntime, NodeUnreachable, RpcRefused
from aipchain.runtime_bridge.events import block_facts, facts_after
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.protocol import ACCOUNT
from aipchain.runtime_bridge.reads import account_info, chain_time


def test_both_ways_lead_to_the_same_chain(node: Node, connection: Connection) -> None:
    """A socket changes nothing but the way."""
    node.author()
    server = serve(node, port=0)
    try:
        with connect(server.url, pallets=()) as far:
            assert far.genesis_hash == connection.genesis_hash == node.genesis_hash
            assert far.head() == connection.head()
            assert far.finalised().hash == node.head.hash
            assert far.metadata.version == connection.metadata.version
    finally:
        server.stop()


def test_state_is_read_at_any_block(node: Node, connection: Connection, alice: AccountKey) -> None:
    """The newest block is only the default."""
    first, second = node.author(), node.author()
    times = [chain_time(connection, imported.block.header.hash) for imported in (first, second)]
    assert times[0] < times[1] == chain_time(connection)
    assert chain_time(connection, node.genesis_hash) == 0
    assert account_info(connection, b"\x77" * 32).data.free == 0


def test_a_map_is_read_with_its_keys(connection: Connection, alice: AccountKey, bob: AccountKey) -> None:
    """All accounts of the genesis, by account; the single reads agree."""
    accounts = dict(connection.entries(ACCOUNT))
    assert {alice.public, bob.public} <= set(accounts)
    assert accounts[alice.public] == account_info(connection, alice.public)


def test_a_block_without_events_has_no_facts(connection: Connection) -> None:
    """The genesis records nothing."""
    assert block_facts(connection, connection.genesis_hash) == ()


def test_the_events_of_the_inherents_are_facts(node: Node, connection: Connection) -> None:
    """An empty block reports its inherents, by extrinsic index."""
    facts = block_facts(connection, node.author().block.header.hash)
    assert [fact.index for fact in facts] == list(range(len(facts)))
    assert {0, 1} <= {fact.extrinsic for fact in facts}


def test_a_reader_goes_on_where_it_stopped(node: Node, connection: Connection) -> None:
    """Finalised blocks come once each, oldest first, with their facts."""
    hashes = [node.author().block.header.hash for _ in range(3)]
    first = list(facts_after(connection, 0))
    assert [(header.number, header.hash) for header, _ in first] == list(enumerate(hashes, start=1))
    assert all(facts == block_facts(connection, header.hash) for header, facts in first)
    later = node.author().block.header.hash
    assert [header.hash for header, _ in facts_after(connection, 3)] == [later]
    assert list(facts_after(connection, 4)) == []


def test_a_reader_never_skips_a_block_that_a_node_lacks(node: Node, lagging: Transport) -> None:
    """Where a node behind the address does not have block 1 yet, nothing is told; next time all of it is."""
    hashes = [node.author().block.header.hash for _ in range(2)]
    with connect(lagging, pallets=()) as connection:
        assert list(facts_after(connection, 0)) == []
        assert [header.hash for header, _ in facts_after(connection, 0)] == hashes


def test_an_unknown_block_is_refused_by_name(connection: Connection) -> None:
    """The node's own words come through."""
    with pytest.raises(RpcRefused, match="no block 0x1111"):
        connection.header(b"\x11" * 32)
    with pytest.raises(RpcRefused):
        connection.storage(b"key", b"\x11" * 32)


def test_an_unknown_method_is_refused_by_name(connection: Connection) -> None:
    """The method is in the message."""
    with pytest.raises(RpcRefused, match="refused aip_fly"):
        connection.rpc("aip_fly")


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "http://127.0.0.1:9944", "localhost", "ws://no host/"])
def test_where_no_node_answers_is_told(url: str) -> None:
    """A dead port, another scheme, rubbish: one sentence with the address, exit code 2."""
    with pytest.raises(NodeUnreachable, match="no node answers at") as refused:
        connect(url)
    assert isinstance(refused.value, InputError)
    assert refused.value.url == url


def test_a_runtime_without_our_pallets_is_foreign(node: Node) -> None:
    """What is missing is named at connect, before anything is read or signed."""
    with pytest.raises(ForeignRuntime, match="there is no pallet Lottery") as refused:
        connect(LocalTransport(node), pallets=("Lottery",))
    assert refused.value.differences == ("there is no pallet Lottery",)
