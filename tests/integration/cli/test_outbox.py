"""A command that never heard what became of its call leaves it in an outbox; the next command asks first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.cli.errors import StillUndecided
from aipchain.cli.signatory import Signatory, kept_calls
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Transport, connect
from aipchain.runtime_bridge.errors import ConnectionLost
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.types import Parameters, Permill

NOON_MS = 1_475_496_000_000
ALICE = development_account("Alice")
FOUND = ("community", "found", "Elm Close", "--dev", "Alice")


class Breaking:
    """A transport that breaks with the answer to one method; the node has done what was asked."""

    def __init__(self, inner: Transport, method: str) -> None:
        self._inner, self._method, self._broken = inner, method, False

    def send(self, payload: str) -> object:
        """Pass it on."""
        self._broken = self._broken or self._method in payload
        return self._inner.send(payload)

    def recv(self) -> str:
        """Pass the answer on, or break."""
        if self._broken:
            raise OSError("the line is dead")
        return self._inner.recv()

    def close(self) -> object:
        """Pass it on."""
        return self._inner.close()


def founding(metadata: Metadata) -> Call:
    """What the command `FOUND` signs."""
    return calls.found(
        metadata,
        name="Elm Close",
        interval_s=3_600,
        epoch_s=86_400,
        zones=("main",),
        parameters=Parameters(900, 300, 900, Permill(100_000)),
        steward=ALICE.public,
    )


@contextmanager
def signatory(transport: Transport, outbox: Path) -> Iterator[Signatory]:
    """Alice, who looks at the chain once and gives up."""
    with connect(transport) as connection, kept_calls(outbox, connection.genesis_hash) as kept:
        yield Signatory(connection, ALICE, kept, lambda _: False)


def lose_the_answer(node: Node, outbox: Path) -> None:
    """Sign what `FOUND` signs, and lose the connection right after it was sent."""
    with signatory(Breaking(LocalTransport(node), "author_submitExtrinsic"), outbox) as alice:
        metadata = alice.connection.metadata
        with pytest.raises(StillUndecided):
            alice.submit(founding(metadata))


def communities(village: Any) -> int:
    """How many communities the chain has."""
    return int(village.read(reads.next_community_id))


def test_the_same_command_after_a_lost_connection_is_not_signed_twice(wilderness: Any) -> None:
    """It reports what the first one did; run once more, it signs anew."""
    lose_the_answer(wilderness.node, wilderness.outbox)

    again = wilderness.aip(*FOUND)

    assert (again.code, communities(wilderness)) == (0, 1)
    assert "community 0 'Elm Close' is founded" in again.out
    assert "of an earlier command took effect in block" in again.sentence
    assert "community 1 'Elm Close' is founded" in wilderness.aip(*FOUND).out


def test_another_command_is_signed_after_what_was_undecided_is_told(wilderness: Any) -> None:
    """On standard error, so that JSON on standard output stays whole."""
    lose_the_answer(wilderness.node, wilderness.outbox)

    other = wilderness.aip("community", "found", "Oak Lane", "--dev", "Alice", "--json")

    assert [event["event"] for event in other.document["events"]] == ["Founded"]
    assert "took effect in block" in other.sentence
    assert communities(wilderness) == 2


def test_another_accounts_call_is_not_this_commands_matter(wilderness: Any) -> None:
    """It stays in the outbox for that account."""
    lose_the_answer(wilderness.node, wilderness.outbox)

    assert wilderness.aip("community", "found", "Oak Lane", "--dev", "Bob").sentence == ""
    assert "took effect" in wilderness.aip(*FOUND).sentence


def test_a_connection_lost_before_signing_is_told_as_such(wilderness: Any) -> None:
    """Nothing was sent, and nothing is kept."""
    with signatory(Breaking(LocalTransport(wilderness.node), "system_accountNextIndex"), wilderness.outbox) as alice:
        metadata = alice.connection.metadata
        with pytest.raises(ConnectionLost):
            alice.submit(founding(metadata))

    assert wilderness.aip(*FOUND).sentence == ""
    assert communities(wilderness) == 1


def test_nothing_is_signed_while_an_earlier_call_may_come_in(tmp_path: Path) -> None:
    """Waiting has an end, and the call is kept."""
    with Node.open(None, clock=SimulatedClock(NOON_MS), sealing=Sealing.MANUAL) as node:
        node.author()
        lose_the_answer(node, tmp_path / "outbox.sqlite")
        with signatory(LocalTransport(node), tmp_path / "outbox.sqlite") as alice:
            with pytest.raises(StillUndecided):
                alice.resume()
            node.author()
            alice.resume()

        assert node.head.number == 2


@pytest.mark.parametrize("blocks", [0, 5])
def test_calls_for_a_development_chain_that_was_started_anew_are_forgotten(tmp_path: Path, blocks: int) -> None:
    """Whether the new chain is shorter or longer than the old one was, at once."""
    outbox = tmp_path / "outbox.sqlite"
    with Node.open(None, clock=SimulatedClock(NOON_MS), sealing=Sealing.MANUAL) as node:
        for _ in range(3):
            node.author()
        lose_the_answer(node, outbox)
    with Node.open(None, clock=SimulatedClock(NOON_MS + 60_000), sealing=Sealing.ON_DEMAND) as node:
        for _ in range(blocks):
            node.author()
        with signatory(LocalTransport(node), outbox) as alice:
            alice.resume()
            assert alice.submit(founding(alice.connection.metadata)).block is not None
            assert reads.next_community_id(alice.connection) == 1


def test_an_outbox_that_is_none_is_bad_input(wilderness: Any, run: Any, tmp_path: Path) -> None:
    """A folder, a file below a file, the file of another chain."""
    (tmp_path / "file").write_text("no database")
    with kept_calls(tmp_path / "other", bytes(32)):
        pass

    for place in (tmp_path, tmp_path / "file", tmp_path / "file" / "below", tmp_path / "other"):
        ended = run(*FOUND, "--url", wilderness.url, "--outbox", place)
        assert (ended.code, "the outbox" in ended.sentence) == (2, True)
    assert wilderness.height == 0


def test_each_chain_has_an_outbox_of_its_own_where_none_is_named(wilderness: Any, run: Any, tmp_path: Path) -> None:
    """Under the user's state, and empty once the call is in a block."""
    ended = run(*FOUND, "--url", wilderness.url, env={"XDG_STATE_HOME": str(tmp_path)})

    place = tmp_path / "aipchain" / "outbox" / f"0x{wilderness.node.genesis_hash.hex()}.sqlite"
    assert (ended.code, place.is_file()) == (0, True)
    with kept_calls(place, wilderness.node.genesis_hash) as kept:
        assert kept.pending() == ()
