"""What the pools of all nodes hold, and what they put first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import RpcRefused
from aipchain.runtime_bridge.extrinsics import Era, sign
from aipchain.runtime_bridge.keys import AccountKey, account_from_seed
from aipchain.units import AIP, Balance

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party, Talk

SOMEBODY = account_from_seed(b"\x07" * 32)
TRIALS = 10
ROOM = 10
"""Transactions in the pool that is filled."""


def transfers(connection: Connection, key: AccountKey, *nonces_and_tips: tuple[int, int]) -> list[str]:
    """Transfers that live for many blocks, from the one before the newest: a pool may still stand there."""
    head = connection.finalised()
    era = Era(4_096, max(0, head.number - 1), head.parent_hash if head.number else head.hash)
    call = calls.transfer_keep_alive(connection.metadata, dest=SOMEBODY.public, value=AIP)
    genesis = connection.genesis_hash
    signed = (
        sign(connection.metadata, genesis, call, key, nonce=nonce, era=era, tip=Balance(tip))
        for nonce, tip in nonces_and_tips
    )
    return [f"0x{each.extrinsic.hex()}" for each in signed]


def test_a_higher_tip_takes_the_place_and_a_lower_one_does_not(
    party: "Party", talk: "Talk", connection: Connection
) -> None:
    """For one nonce there is one transaction. A block that comes in between ends the trial, so there are several."""
    for _ in range(TRIALS):
        key = party.account()
        before = reads.account_info(connection, key.public).data.free
        middle, low, high = transfers(connection, key, (0, AIP), (0, 0), (0, 9 * AIP))
        talk.ask("author_submitExtrinsic", middle)
        refused = talk.refused("author_submitExtrinsic", low)
        answer = talk.exchange("author_submitExtrinsic", high)
        if refused["code"] == 1014 and "result" in answer:
            break
    assert refused["code"] == 1014
    assert refused["message"].startswith("Priority is too low: (")
    _await_inclusion(party, connection, key)
    assert before - reads.account_info(connection, key.public).data.free > 10 * AIP


def test_more_than_may_wait_for_others_keeps_nobody_out(party: "Party", talk: "Talk", connection: Connection) -> None:
    """Behind a gap there is room for a tenth of the pool: one more takes another's place, and the chain goes on."""
    key, other = party.account(), party.account()
    first, *flood = transfers(connection, key, *((nonce, 0) for nonce in range(5, party.futures + 6)))
    talk.ask("author_submitAndWatchExtrinsic", first)
    assert talk.news()[2] == "future"
    for extrinsic in flood:
        talk.ask("author_submitExtrinsic", extrinsic)
    (plain,) = transfers(connection, other, (0, 0))
    talk.ask("author_submitExtrinsic", plain)
    _await_inclusion(party, connection, other)


@pytest.mark.omni_node
def test_a_full_pool_of_the_stock_node_takes_only_what_pays_more(still_node: Callable[[int], "Party"]) -> None:
    """One too many is dropped at once; one with a higher tip takes another's place (embedded: tests/unit/chain).

    An embedded node has room for 8,192, too many to fill here; the stock node has as much room as it is told.
    """
    party = still_node(ROOM)
    with connect(party.dial()) as connection:

        def handed_in(tip: int) -> str:
            (extrinsic,) = transfers(connection, party.account(), (0, tip))
            connection.rpc("author_submitExtrinsic", extrinsic)
            return extrinsic

        lowest, *others = [handed_in(AIP + number) for number in range(ROOM)]
        with pytest.raises(RpcRefused, match="Immediately Dropped") as refused:
            handed_in(0)
        assert refused.value.code == 1016
        assert set(connection.rpc("author_pendingExtrinsics")) == {lowest, *others}
        highest = handed_in(9 * AIP)
        assert set(connection.rpc("author_pendingExtrinsics")) == {highest, *others}


def test_a_watch_that_is_ended_tells_no_more(party: "Party", talk: "Talk", connection: Connection) -> None:
    """The transaction stays in the pool: what it waited for brings it into a block all the same."""
    key = party.account()
    waiting, gap = transfers(connection, key, (1, 0), (0, 0))
    watch = talk.ask("author_submitAndWatchExtrinsic", waiting)
    assert talk.news()[1:] == (watch, "future")
    assert talk.ask("author_unwatchExtrinsic", watch) is True
    assert talk.ask("author_unwatchExtrinsic", watch) is False
    talk.ask("author_submitExtrinsic", gap)
    party.awaited(lambda: reads.account_info(connection, key.public).nonce == 2, "the second transaction")
    assert talk.silent()


def _await_inclusion(party: "Party", connection: Connection, key: AccountKey) -> None:
    """Wait for the block that uses the account's first nonce."""
    party.awaited(lambda: reads.account_info(connection, key.public).nonce, "a transaction of the account")
