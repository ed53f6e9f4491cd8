"""An auditor runs a chain again that is not trusted: equal roots are counted, every lie is named."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner
from websockets.sync.server import ServerConnection, serve

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.block import Block
from aipchain.chain.host.engine import COMPILED
from aipchain.chain.host.trie import ordered_root
from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.answers import block_json, hex_json
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.spec import ChainSpec
from aipchain.cli.app import app
from aipchain.orchestrator.chain_source import (
    ChainSource,
    first_block_built_here,
    first_block_read,
)
from aipchain.orchestrator.errors import NoNewBlock, OtherGenesis, UnreadableGenesis, WrongGenesisState
from aipchain.orchestrator.reexecution import FaultKind, FollowReport, follow
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party

START_MS = 1_475_445_600_000
HEIGHT = 5
LIE = 3
"""The block that is lied about."""

Answer = Mapping[str, Any]


def followed(connection: Connection, wanted: int = HEIGHT) -> FollowReport:
    """Follow from the first state as the node gives it."""
    source = ChainSource(connection, wait=lambda _: False)
    return follow(source, first_block_read(connection), wanted, cache_dir=COMPILED)


def test_a_chain_with_transfers_and_failures_comes_out_equal(
    party: "Party", connection: Connection, submitter: Submitter, genesis_patch: dict[str, object]
) -> None:
    """Root for root, from a genesis that was built here."""
    key = party.account()
    transfer = calls.transfer_keep_alive(connection.metadata, dest=key.public, value=AIP)
    failing = calls.leave(connection.metadata, community=t.CommunityId(4_000_000))
    outcomes = submitter.submit_many([(transfer, key), (failing, key), (transfer, key)])
    last = max(outcome.block.number for outcome in outcomes if outcome.block)

    spec = ChainSpec.of("development", genesis_patch)
    first = first_block_built_here(connection, spec, load_artifact().code, COMPILED)
    report = follow(ChainSource(connection), first, last, cache_dir=COMPILED)

    assert report.fault is None
    assert (report.equal, report.wanted) == (last, last)
    assert report.extrinsics >= 2 * last + 3
    assert report.is_sound


@dataclass
class LyingTransport:
    """A node that tells lies about some of what it is asked."""

    inner: LocalTransport
    lie: Callable[[str, list[Any], Answer], Answer]
    _asked: tuple[str, list[Any]] = ("", [])

    def send(self, payload: str) -> None:
        """Pass a question on, and remember it."""
        request = json.loads(payload)
        self._asked = (request["method"], request["params"])
        self.inner.send(payload)

    def recv(self) -> str:
        """Give the answer, or the lie."""
        return json.dumps(self.lie(*self._asked, json.loads(self.inner.recv())))

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


@pytest.fixture
def chain() -> Iterator[Node]:
    """A short chain in memory."""
    with Node.open(None, clock=SimulatedClock(START_MS)) as node:
        for _ in range(HEIGHT):
            node.author()
        yield node


@pytest.fixture
def audited(chain: Node) -> Callable[..., FollowReport]:
    """Follow that chain through a node that lies."""

    def audit(lie: Callable[[str, list[Any], Answer], Answer], wanted: int = HEIGHT) -> FollowReport:
        with connect(LyingTransport(LocalTransport(chain), lie), pallets=()) as connection:
            return followed(connection, wanted)

    return audit


def served(block: Block) -> Callable[[str, list[Any], Answer], Answer]:
    """The lie that another block is block `LIE`, told consistently."""

    def lie(method: str, params: list[Any], answer: Answer) -> Answer:
        if method == "chain_getBlockHash" and params == [LIE]:
            return {**answer, "result": hex_json(block.hash)}
        if method == "chain_getBlock" and params == [hex_json(block.hash)]:
            return {**answer, "result": block_json(block)}
        return answer

    return lie


def block_of(node: Node, number: int) -> Block:
    """A block by its number."""
    found = node.block(node.block_hash(number) or b"")
    assert found is not None
    return found


@contextmanager
def lying_node(chain: Node, lie: Callable[[str, list[Any], Answer], Answer]) -> Iterator[str]:
    """Serve a chain with lies and give the address."""

    def converse(line: ServerConnection) -> None:
        with closing(LyingTransport(LocalTransport(chain), lie)) as told:
            for question in line:
                told.send(str(question))
                line.send(told.recv())

    with serve(converse, "127.0.0.1", 0) as server:
        Thread(target=server.serve_forever).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def test_the_truth_is_sound(audited: Callable[..., FollowReport], chain: Node) -> None:
    """Without a lie all blocks are equal and the head is the chain's."""
    report = audited(lambda method, params, answer: answer)
    assert (report.fault, report.equal, report.head) == (None, HEIGHT, chain.head.hash)
    assert report.code_hash == load_artifact().manifest.code_hash


def test_a_wrong_state_root_is_named_with_both_roots(audited: Callable[..., FollowReport], chain: Node) -> None:
    """The header is consistent in itself; only running the block finds it out."""
    true = block_of(chain, LIE)
    wrong = Block(replace(true.header, state_root=b"\x22" * 32), true.extrinsics)
    report = audited(served(wrong))

    assert report.fault is not None
    assert (report.fault.block, report.fault.kind, report.equal) == (LIE, FaultKind.WRONG_ROOT, LIE - 1)
    assert true.header.state_root.hex() in report.fault.reason
    assert "22" * 32 in report.fault.reason
    assert not report.is_sound


def test_a_block_of_another_chain_is_a_fork(audited: Callable[..., FollowReport]) -> None:
    """It is sound in itself and stands on another parent."""
    with Node.open(None, clock=SimulatedClock(START_MS + 600_000)) as other:
        for _ in range(LIE):
            other.author()
        report = audited(served(block_of(other, LIE)))
    assert report.fault is not None
    assert (report.fault.block, report.fault.kind) == (LIE, FaultKind.FORK)


def test_a_block_that_is_taken_back_is_a_fork(audited: Callable[..., FollowReport]) -> None:
    """Asked once more at the end, the node has another block where it had a final one."""
    asked = iter(range(100))

    def lie(method: str, params: list[Any], answer: Answer) -> Answer:
        if method == "chain_getBlockHash" and params == [HEIGHT] and next(asked):
            return {**answer, "result": "0x" + "33" * 32}
        return answer

    report = audited(lie)
    assert report.fault is not None
    assert (report.fault.block, report.fault.kind, report.equal) == (HEIGHT, FaultKind.FORK, HEIGHT - 1)


def test_a_missing_block_is_named(audited: Callable[..., FollowReport]) -> None:
    """Whether its hash or its content is missing."""
    for missing in ("chain_getBlockHash", "chain_getBlock"):
        state = {"blocks": 0}

        def lie(
            method: str, params: list[Any], answer: Answer, *, missing: str = missing, state: dict[str, int] = state
        ) -> Answer:
            state["blocks"] += method == "chain_getBlock"
            is_it = params == [LIE] if method == "chain_getBlockHash" else state["blocks"] == LIE
            return {**answer, "result": None} if method == missing and is_it else answer

        report = audited(lie)
        assert report.fault is not None
        assert (report.fault.block, report.fault.kind, report.equal) == (LIE, FaultKind.MISSING, LIE - 1)


def test_a_body_that_was_changed_is_named(audited: Callable[..., FollowReport], chain: Node) -> None:
    """The header commits to its body."""
    true = block_of(chain, LIE)
    report = audited(served(Block(true.header, true.extrinsics[:1])))
    assert report.fault is not None
    assert (report.fault.block, report.fault.kind) == (LIE, FaultKind.ALTERED)


@pytest.mark.parametrize("nonsense", [{}, {"block": {"header": {}, "extrinsics": []}}, {"block": None}, "0x00"])
def test_what_is_no_block_is_named(audited: Callable[..., FollowReport], nonsense: object) -> None:
    """An answer of another shape is a fault of the node."""
    report = audited(lambda m, _, answer: {**answer, "result": nonsense} if m == "chain_getBlock" else answer)
    assert report.fault is not None
    assert (report.fault.block, report.fault.kind) == (1, FaultKind.ALTERED)


def test_a_block_that_the_runtime_refuses_is_named(audited: Callable[..., FollowReport], chain: Node) -> None:
    """Without its inherents no block can be run, whatever root it claims."""
    true = block_of(chain, LIE)
    header = replace(true.header, extrinsics_root=ordered_root((), 1))
    report = audited(served(Block(header, ())))
    assert report.fault is not None
    assert (report.fault.block, report.fault.kind) == (LIE, FaultKind.REFUSED)


def _wrong_root(true: Block) -> Block:
    return Block(replace(true.header, state_root=b"\x22" * 32), true.extrinsics)


def _other_parent(true: Block) -> Block:
    return Block(replace(true.header, parent_hash=b"\x33" * 32), true.extrinsics)


def _other_body(true: Block) -> Block:
    return Block(true.header, true.extrinsics[:1])


def _no_inherents(true: Block) -> Block:
    return Block(replace(true.header, extrinsics_root=ordered_root((), 1)), ())


@pytest.mark.parametrize(
    ("lie", "word"),
    [(_wrong_root, "wrong root"), (_other_parent, "fork"), (_other_body, "altered"), (_no_inherents, "refused")],
)
def test_the_command_names_block_and_fault(chain: Node, lie: Callable[[Block], Block], word: str) -> None:
    """`aip audit follow` ends with 3 there: stored state is unsafe."""
    with lying_node(chain, served(lie(block_of(chain, LIE)))) as url:
        ended = CliRunner().invoke(app, ["audit", "follow", "--url", url])
    assert ended.exit_code == 3
    assert f"{LIE - 1} of {HEIGHT} blocks" in ended.stdout
    assert f"block {LIE}, {word}: " in ended.stderr


def test_the_command_names_a_missing_block(chain: Node) -> None:
    """In words and for programs."""

    def lie(method: str, params: list[Any], answer: Answer) -> Answer:
        return {**answer, "result": None} if (method, params) == ("chain_getBlockHash", [LIE]) else answer

    with lying_node(chain, lie) as url:
        told = CliRunner().invoke(app, ["audit", "follow", "--url", url])
        ended = CliRunner().invoke(app, ["audit", "follow", "--url", url, "--json"])
    assert (told.exit_code, ended.exit_code) == (3, 3)
    assert f"block {LIE}, missing: " in told.stderr
    fault = json.loads(ended.stdout)["fault"]
    assert (fault["block"], fault["kind"]) == (LIE, "missing")


def test_a_first_state_that_is_not_the_first_blocks_is_refused(chain: Node) -> None:
    """One value more or less gives another root."""

    def lie(method: str, params: list[Any], answer: Answer) -> Answer:
        if method == "state_queryStorageAt":
            changes = answer["result"][0]["changes"]
            return {**answer, "result": [{**answer["result"][0], "changes": changes[1:]}]}
        return answer

    with (
        connect(LyingTransport(LocalTransport(chain), lie), pallets=()) as connection,
        pytest.raises(WrongGenesisState, match="the state has the root"),
    ):
        first_block_read(connection)


def test_a_first_state_that_is_gone_is_told(chain: Node) -> None:
    """A node that discards old state says so, and the sentence says what helps."""

    def lie(method: str, params: list[Any], answer: Answer) -> Answer:
        gone = {"code": 4003, "message": "Client error: State already discarded"}
        return {"jsonrpc": "2.0", "id": answer["id"], "error": gone} if method == "state_getKeysPaged" else answer

    with (
        connect(LyingTransport(LocalTransport(chain), lie), pallets=()) as connection,
        pytest.raises(UnreadableGenesis, match="State already discarded"),
    ):
        first_block_read(connection)


def test_another_genesis_is_told(chain: Node) -> None:
    """The auditor expected the `local` preset."""
    with connect(LocalTransport(chain), pallets=()) as connection, pytest.raises(OtherGenesis, match="preset local"):
        first_block_built_here(connection, ChainSpec.of("local"), load_artifact().code, COMPILED)


def test_a_node_that_stands_still_is_told(audited: Callable[..., FollowReport]) -> None:
    """Blocks that are not there yet are waited for, not for ever."""
    with pytest.raises(NoNewBlock, match=r"stands at block 5 .* while block 6"):
        audited(lambda method, params, answer: answer, HEIGHT + 1)


def test_money_made_from_nothing_does_not_pass(audited: Callable[..., FollowReport], chain: Node) -> None:
    """A root that would follow from other state than the chain's is as wrong as any."""
    with Node.open(
        None,
        clock=SimulatedClock(START_MS),
        genesis_patch={"balances": {"balances": [[development_account("Eve").address, 10**30]]}},
    ) as forged:
        for _ in range(LIE):
            forged.author()
        root = block_of(forged, LIE).header.state_root
    true = block_of(chain, LIE)
    report = audited(served(Block(replace(true.header, state_root=root), true.extrinsics)))
    assert report.fault is not None
    assert report.fault.kind is FaultKind.WRONG_ROOT
