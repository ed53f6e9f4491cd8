"""A runtime upgrade on all nodes: announced, let go ahead, enacted; an auditor who follows it names it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from aipchain.chain.host.engine import COMPILED
from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.rpc.server import serve
from aipchain.cli.app import app
from aipchain.orchestrator.chain_source import ChainSource, first_block_read
from aipchain.orchestrator.reexecution import follow
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge.bindings import blake2_256
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party

START_MS = 1_475_445_600_000
PATIENCE = 100
"""Blocks."""
CODE = b":code"


def upgrade_call(connection: Connection, code: bytes) -> Call:
    """The call with which an administrator puts another runtime in force."""
    arguments = {"call_module": "System", "call_function": "set_code_without_checks", "call_args": {"code": code}}
    weight = {"ref_time": 0, "proof_size": 0}
    return Call(connection.compose("Sudo", "sudo_unchecked_weight", {"call": arguments, "weight": weight}))


def test_an_upgrade_is_enacted_and_followed(
    party: "Party", connection: Connection, submitter: Submitter, another_build: Callable[[bytes], bytes]
) -> None:
    """Old blocks keep the old code, new ones run the new one, and every root is as the embedded host computes it."""
    old = connection.storage(CODE) or b""
    new = another_build(old)
    announced = submitter.submit(upgrade_call(connection, new), development_account("Alice")).block
    assert announced is not None
    assert connection.storage(CODE, announced.hash) == old
    party.awaited(lambda: connection.storage(CODE) == new, "the new code")

    key = party.account()
    transfer = calls.transfer_keep_alive(connection.metadata, dest=key.public, value=AIP)
    paid = submitter.submit(transfer, development_account("Bob")).block
    assert paid is not None
    report = follow(ChainSource(connection), first_block_read(connection), paid.number, cache_dir=COMPILED)

    assert report.fault is None
    assert (report.equal, report.head) == (paid.number, paid.hash)
    (upgrade,) = report.upgrades
    assert (upgrade.before, upgrade.after) == (blake2_256(old), blake2_256(new))
    assert announced.number <= upgrade.block < paid.number


def test_the_command_names_the_upgrade(another_build: Callable[[bytes], bytes]) -> None:
    """`aip audit follow` says after which block, from what, to what; the chain is sound all the same."""
    with Node.open(None, clock=SimulatedClock(START_MS)) as node, connect(LocalTransport(node)) as connection:
        old = connection.storage(CODE) or b""
        new = another_build(old)
        administrator = Submitter(connection, wait=lambda _: node.author().block.number < PATIENCE)
        announced = administrator.submit(upgrade_call(connection, new), development_account("Alice")).block
        assert announced is not None
        node.author()
        assert connection.storage(CODE) == new
        node.author()
        server = serve(node, port=0)
        ended = CliRunner().invoke(app, ["audit", "follow", "--url", server.url])
        server.stop()

    hashes = f"from 0x{blake2_256(old).hex()} to 0x{blake2_256(new).hex()}"
    (block,) = re.findall(rf"after block (\d+) the runtime changes {hashes}", ended.stdout)
    assert announced.number <= int(block) < node.head.number
    assert ended.exit_code == 0
