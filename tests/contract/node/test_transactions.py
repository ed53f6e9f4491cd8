"""Transactions on all nodes: fees, failures, nonces, eras, the pool, and what watchers hear."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import DispatchRefused, SubmissionExpired, SubmissionRefused
from aipchain.runtime_bridge.extrinsics import Era, SignedExtrinsic, sign
from aipchain.runtime_bridge.keys import AccountKey, account_from_seed
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP, Balance

if TYPE_CHECKING:
    from tests.contract.node.conftest import Party, Talk

SOMEBODY = account_from_seed(b"\x07" * 32)
POOR = account_from_seed(b"\x08" * 32)


def transfer(connection: Connection, amount: int = AIP) -> Call:
    """A transfer to somebody."""
    return calls.transfer_keep_alive(connection.metadata, dest=SOMEBODY.public, value=amount)


def signed(
    connection: Connection,
    key: AccountKey,
    *,
    nonce: int = 0,
    tip: int = 0,
    period: int = 1_024,
    born: int | None = None,
) -> SignedExtrinsic:
    """A transfer signed for blocks from the one before the newest on, or from block `born` on."""
    head = connection.finalised()
    number = max(0, head.number - 1) if born is None else born
    birth = connection.block_hash(number) or head.hash
    era = Era(period, number, birth)
    call, genesis = transfer(connection), connection.genesis_hash
    return sign(connection.metadata, genesis, call, key, nonce=nonce, era=era, tip=Balance(tip))


def shown(extrinsic: SignedExtrinsic) -> str:
    """An extrinsic as JSON-RPC takes it."""
    return f"0x{extrinsic.extrinsic.hex()}"


def free(connection: Connection, key: AccountKey) -> int:
    """An account's free money."""
    return reads.account_info(connection, key.public).data.free


def test_a_fee_is_what_was_foretold(party: "Party", talk: "Talk", connection: Connection, submitter: Submitter) -> None:
    """The same extrinsic costs what both methods say, and the sender pays that and the amount."""
    key = party.account()
    before = free(connection, key)
    extrinsic = submitter.sign(transfer(connection), key)
    info = talk.ask("payment_queryInfo", shown(extrinsic))
    details = talk.ask("payment_queryFeeDetails", shown(extrinsic))
    outcome = submitter.follow([extrinsic])[0].checked()

    assert outcome.fee == int(info["partialFee"]) > 0
    assert info["class"] == "normal"
    assert sum(int(part, 16) for part in details["inclusionFee"].values()) == outcome.fee
    assert before - free(connection, key) == AIP + outcome.fee


def test_a_failing_call_costs_its_fee_and_nothing_else(
    party: "Party", connection: Connection, submitter: Submitter
) -> None:
    """The refusal is in the block by name; the nonce is used."""
    key = party.account()
    before = free(connection, key)
    call = calls.leave(connection.metadata, community=t.CommunityId(4_000_000))
    outcome = submitter.submit_many([(call, key)])[0]

    assert isinstance(outcome.refusal, DispatchRefused)
    assert (outcome.refusal.pallet, outcome.refusal.name) == ("Communities", "UnknownCommunity")
    assert before - free(connection, key) == outcome.fee > 0
    assert reads.account_info(connection, key.public).nonce == 1


def test_more_than_one_has_is_not_transferred(party: "Party", connection: Connection, submitter: Submitter) -> None:
    """An error of arithmetic, not of a pallet."""
    with pytest.raises(DispatchRefused) as refused:
        submitter.submit(transfer(connection, 10**9 * AIP), party.account())
    assert (refused.value.pallet, refused.value.name) == ("Arithmetic", "Underflow")


def test_a_dry_run_changes_nothing(party: "Party", talk: "Talk", connection: Connection) -> None:
    """It says what applying would say on the head itself, where an era must have begun earlier."""
    key = party.account()
    party.blocks.next()
    assert talk.ask("system_dryRun", shown(signed(connection, key))) == "0x0000"
    assert talk.ask("system_accountNextIndex", key.address) == 0


@pytest.mark.parametrize("method", ["author_submitExtrinsic", "author_submitAndWatchExtrinsic"])
def test_what_can_never_be_included_is_refused(
    party: "Party", talk: "Talk", connection: Connection, submitter: Submitter, method: str
) -> None:
    """A used nonce, a bad signature, an empty purse, an era that is over: each with its reason."""
    key = party.account()
    submitter.submit(transfer(connection), key)
    bent = bytearray(signed(connection, key, nonce=1).extrinsic)
    bent[-1] ^= 1
    party.awaited(lambda: connection.finalised().number >= 6, "block 6")

    def refusal(extrinsic: str) -> tuple[int, str, str]:
        error = talk.refused(method, extrinsic)
        return error["code"], error["message"], error["data"]

    invalid = (1010, "Invalid Transaction")
    assert refusal(shown(signed(connection, key, tip=1))) == (*invalid, "Transaction is outdated")
    assert refusal(f"0x{bent.hex()}") == (*invalid, "Transaction has a bad signature")
    assert refusal(shown(signed(connection, POOR)))[2].startswith("Inability to pay some fees")
    ancient = signed(connection, key, nonce=1, period=4, born=1)
    assert refusal(shown(ancient)) in (
        (*invalid, "Transaction has a bad signature"),
        (*invalid, "Transaction has an ancient birth block"),
    ), "its era names a block that came later than the one it was signed for, or that is not there yet"


@pytest.mark.parametrize("method", ["author_submitExtrinsic", "author_submitAndWatchExtrinsic"])
def test_what_the_runtime_cannot_judge_is_refused(
    party: "Party", talk: "Talk", connection: Connection, method: str
) -> None:
    """A signature over the metadata's hash, which this runtime does not know: neither valid nor invalid."""
    extrinsic = bytearray(signed(connection, party.account()).extrinsic)
    extrinsic[-len(transfer(connection)) - 1] = 1
    assert talk.refused(method, f"0x{extrinsic.hex()}") == {
        "code": 1011,
        "message": "Unknown Transaction Validity",
        "data": "CannotLookup",
    }


@pytest.mark.parametrize("content", ["0x0400", "0x08ffff"])
def test_what_the_runtime_cannot_read_is_refused(talk: "Talk", content: str) -> None:
    """A verification error, whatever the trap says."""
    assert talk.refused("author_submitExtrinsic", content)["code"] == 1002


def test_a_mortal_transaction_that_waits_too_long_expires(
    party: "Party", connection: Connection, submitter: Submitter
) -> None:
    """Behind a gap it waits until its era is over; then it can never be included."""
    key = party.account()
    short = Submitter(connection, wait=party.waits, period=4)
    gap = short.sign(transfer(connection), key)
    waiting = short.sign(transfer(connection), key)
    assert waiting.nonce == gap.nonce + 1
    outcome = short.follow([waiting])[0]
    assert isinstance(outcome.refusal, SubmissionExpired | SubmissionRefused)
    assert outcome.block is None
    assert reads.account_info(connection, key.public).nonce == 0


def test_a_gap_is_told_and_filled(party: "Party", talk: "Talk", connection: Connection) -> None:
    """A later nonce waits as future; once the gap is filled both are included."""
    key = party.account()
    later = talk.ask("author_submitAndWatchExtrinsic", shown(signed(connection, key, nonce=1)))
    assert talk.news() == ("author_extrinsicUpdate", later, "future")
    assert talk.ask("system_accountNextIndex", key.address) == talk.ask("account_nextIndex", key.address) == 0
    talk.ask("author_submitExtrinsic", shown(signed(connection, key, nonce=0)))
    party.blocks.next()
    told = list(_told(party, talk))

    assert told[0] == "ready"
    assert set(told[-2]) == {"inBlock"}
    assert told[-1] == {"finalized": told[-2]["inBlock"]}
    party.awaited(lambda: talk.ask("system_accountNextIndex", key.address) == 2, "the nonce after both")


def test_a_watched_transaction_is_ready_in_a_block_and_final(
    party: "Party", talk: "Talk", connection: Connection
) -> None:
    """The id first, then each status in order; the block holds the bytes."""
    key = party.account()
    extrinsic = signed(connection, key)
    talk.ask("author_submitAndWatchExtrinsic", shown(extrinsic))
    assert talk.news()[2] == "ready"
    party.blocks.next()
    included, final = list(_told(party, talk))

    assert final == {"finalized": included["inBlock"]}
    assert shown(extrinsic) in talk.ask("chain_getBlock", included["inBlock"])["block"]["extrinsics"]
    assert shown(extrinsic) not in talk.ask("author_pendingExtrinsics")


def test_the_same_bytes_twice_are_refused(party: "Party", talk: "Talk", connection: Connection) -> None:
    """What waits in the pool is already imported."""
    key = party.account()
    extrinsic = shown(signed(connection, key, nonce=3))
    talk.ask("author_submitExtrinsic", extrinsic)
    refused = talk.refused("author_submitExtrinsic", extrinsic)
    assert (refused["code"], refused["message"]) == (1013, "Transaction Already Imported")


def test_many_transactions_of_one_account_are_included_in_order(
    party: "Party", connection: Connection, submitter: Submitter
) -> None:
    """Thirty at once: all succeed, in the order of their nonces."""
    key = party.account()
    outcomes = submitter.submit_many([(transfer(connection), key)] * 30)
    places = [(outcome.block.number, outcome.block.index) for outcome in outcomes if outcome.block]
    assert [str(outcome.refusal) for outcome in outcomes if outcome.refusal is not None] == []
    assert len(places) == 30
    assert places == sorted(places)


def test_a_lost_connection_loses_no_transaction(party: "Party", connection: Connection) -> None:
    """Sent, then the line is cut: over a new line the same bytes take effect exactly once."""
    key = party.account()
    before = free(connection, key)
    with connect(party.dial()) as lost:
        first = Submitter(lost, wait=lambda _: False)
        extrinsic = first.sign(transfer(lost), key)
        lost.rpc("author_submitExtrinsic", shown(extrinsic))
    with connect(party.dial()) as again:
        outcome = Submitter(again, wait=party.waits).follow([extrinsic])[0].checked()
    assert before - free(connection, key) == AIP + outcome.fee
    assert reads.account_info(connection, key.public).nonce == 1


def _told(party: "Party", talk: "Talk") -> Iterator[Any]:
    """What a watcher hears up to the end; a note that the pool passed it on to others is none of ours."""
    while True:
        status = talk.news()[2]
        if not (isinstance(status, dict) and "broadcast" in status):
            yield status
        if isinstance(status, dict) and "finalized" in status:
            return
