"""Folding: which facts change rows, and that a block is folded whole, once and in order."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from aipchain.errors import InputError
from aipchain.orchestrator.errors import FoldFailed
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.projection.folds import FOLDS
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.types import CommunityId, MeterId, OrderNumber, ProposalId, Side
from aipchain.units import Balance, Price, UnixSeconds, Wh

HERE, AT = CommunityId(0), UnixSeconds(3_600)
ANN, BEN = b"\x0a" * 32, b"\x0b" * 32

UNROLLED = {facts.ReadingsAccepted}
CHANGE_NO_ROW = {
    facts.ParametersScheduled,
    facts.TrackSet,
    facts.BatchRecorded,
    facts.BatchAlreadyRecorded,
    facts.Confirming,
    facts.ConfirmationBroken,
}
"""Facts that no question to the projection is about: the chain answers them itself."""


@pytest.fixture
def projection() -> Iterator[Projection]:
    """An empty projection in memory."""
    opened = Projection(None, bytes(32))
    yield opened
    opened.close()


def told(*events: facts.Event) -> list[Fact]:
    """Facts of one extrinsic."""
    return [Fact(index, 2, event) for index, event in enumerate(events)]


def fold(projection: Projection, *events: facts.Event) -> None:
    """Fold the next block."""
    number = projection.height + 1
    projection.fold(number, number.to_bytes(32, "big"), UnixSeconds(AT + 6 * number), told(*events))


def test_every_fact_is_folded_or_deliberately_not() -> None:
    """A new event of the runtime must be decided about here."""
    own = {kind for group in get_args(facts.OwnEvent) for kind in (get_args(group) or (group,))}

    assert set(FOLDS) | UNROLLED | CHANGE_NO_ROW == own
    assert not set(FOLDS) & (UNROLLED | CHANGE_NO_ROW)


def test_a_block_is_folded_once_and_in_order(projection: Projection) -> None:
    """Neither a block again nor one too far changes a row."""
    fold(projection, facts.Founded(HERE, ANN))
    before = projection.dump()

    for number in (0, 1, 3):
        with pytest.raises(ValueError, match="cannot be folded after block 1"):
            projection.fold(number, bytes(32), AT, told(facts.Founded(CommunityId(1), BEN)))

    assert projection.dump() == before


def test_a_block_that_cannot_be_folded_leaves_no_row(projection: Projection) -> None:
    """Facts that contradict the rows roll the whole block back, and its number is still free."""
    fold(projection, facts.Founded(HERE, ANN))
    before = projection.dump()
    admitted = facts.Admitted(HERE, BEN, 0)

    with pytest.raises(FoldFailed, match=r"block 2 could not be folded .UNIQUE constraint failed"):
        fold(projection, admitted, facts.Founded(HERE, ANN))

    assert (projection.dump(), projection.height) == (before, 1)
    fold(projection, admitted)
    assert projection.height == 2


def test_a_file_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    """The rows are the same as if it had never been closed."""
    file = tmp_path / "projection.sqlite"
    sittings = ((facts.Founded(HERE, ANN),), (facts.Admitted(HERE, BEN, 0),))
    for events in sittings:
        reopened = Projection(file, bytes(32))
        fold(reopened, *events)
        dump = reopened.dump()
        reopened.close()
    whole = Projection(None, bytes(32))
    for events in sittings:
        fold(whole, *events)

    assert whole.dump() == dump
    whole.close()


def test_a_file_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Rows of an older program may mean something else."""
    file = tmp_path / "projection.sqlite"
    Projection(file, bytes(32)).close()
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 0")
    database.close()
    before = file.read_bytes()

    with pytest.raises(InputError, match=r"of version 0, .*delete it, it is folded again"):
        Projection(file, bytes(32))

    assert file.read_bytes() == before


def test_energy_is_summed_by_account(projection: Projection) -> None:
    """Minted, moved out, moved in and retired are kept apart, whoever comes first."""
    meter = MeterId(3)
    fold(projection, facts.Minted(meter, AT, ANN, Wh(0), Wh(500)), facts.Minted(MeterId(4), AT, ANN, Wh(0), Wh(20)))
    fold(projection, facts.Moved(meter, AT, Wh(0), Wh(200), ANN, BEN), facts.Retired(meter, AT, Wh(0), Wh(50), BEN))

    rows = projection.rows("SELECT * FROM energy ORDER BY account")

    assert [tuple(row) for row in rows] == [(ANN.hex(), 520, 0, 200, 0), (BEN.hex(), 0, 200, 0, 50)]


def test_ballots_are_counted(projection: Projection) -> None:
    """Ayes and nays add up on their proposal, which keeps its last state."""
    vote = ProposalId(0)
    fold(projection, facts.Proposed(vote, HERE, bytes(32), 2), facts.Proposed(ProposalId(1), HERE, bytes(32), 2))
    fold(projection, facts.Voted(vote, ANN, True), facts.Voted(vote, BEN, False), facts.Rejected(vote))

    rows = projection.rows("SELECT proposal, ayes, nays, state FROM proposals")

    assert [tuple(row) for row in rows] == [(0, 1, 1, "Rejected"), (1, 0, 0, "Deciding")]


def test_a_withdrawn_order_stays_withdrawn(projection: Projection) -> None:
    """Closing the book closes only what was open."""
    for number in (0, 1):
        order = facts.OrderPlaced(HERE, AT, OrderNumber(number), ANN, number, MeterId(0), Side.BID, Wh(100), Price(30))
        fold(projection, order)
    fold(projection, facts.OrderCancelled(OrderNumber(0)))
    fold(projection, *(facts.OrderClosed(OrderNumber(number), ANN, Wh(40), 0) for number in (0, 1)))  # type: ignore[arg-type]

    rows = projection.rows("SELECT number, side, status, placed_in, cancelled_in FROM orders")

    assert [tuple(row) for row in rows] == [(0, "Bid", "Cancelled", 1, 3), (1, "Bid", "Closed", 2, None)]


def test_fees_are_kept_as_text(projection: Projection) -> None:
    """Money may be larger than an SQLite integer."""
    fee = 2**70
    paid = facts.OtherEvent("TransactionPayment", "TransactionFeePaid", {"who": ANN, "actual_fee": fee, "tip": 0})
    fold(projection, paid, facts.OtherEvent("System", "ExtrinsicSuccess", {}))

    assert [tuple(row) for row in projection.rows("SELECT * FROM fees")] == [(1, 2, ANN.hex(), str(fee))]


def test_a_transfer_is_kept_as_the_chain_tells_it(projection: Projection) -> None:
    """Money that changes hands outside the market is part of an account's history."""
    sent = facts.OtherEvent("Balances", "Transfer", {"from": ANN, "to": BEN, "amount": 2**70})
    fold(projection, facts.OtherEvent("Balances", "Deposit", {"who": BEN, "amount": 1}), sent)

    assert [tuple(row) for row in projection.rows("SELECT * FROM transfers")] == [
        (1, 1, ANN.hex(), BEN.hex(), str(2**70))
    ]


def test_an_account_is_born_once(projection: Projection) -> None:
    """Who is emptied and paid again keeps the block in which money came first."""
    born = facts.OtherEvent("Balances", "Endowed", {"account": BEN, "free_balance": 5})
    fold(projection, facts.Founded(HERE, ANN))
    fold(projection, born)
    fold(projection, born)

    assert [tuple(row) for row in projection.rows("SELECT * FROM births")] == [(BEN.hex(), 2)]


def test_no_member_can_stop_the_folding_with_a_large_number(projection: Projection) -> None:
    """The chain takes 64 bits where SQLite has 63: the largest id, energy, limit and price are kept to the unit."""
    top = 2**64 - 1
    order = facts.OrderPlaced(HERE, AT, OrderNumber(0), ANN, top, MeterId(0), Side.OFFER, Wh(top), Price(top))
    trade = facts.TradeSettled(HERE, AT, 0, BEN, ANN, Wh(top), Wh(5), Price(7), Balance(35))
    fold(projection, facts.ReferencePosted(HERE, AT, Price(top), Price(7)), order, trade)

    placed = projection.rows("SELECT id, wh, limit_price, filled_wh FROM orders")
    settled = projection.rows("SELECT wh, delivered_wh, price, paid FROM trades")
    posted = projection.rows("SELECT retail, feed_in FROM reference_prices")

    assert [tuple(row) for row in placed] == [(str(top), str(top), str(top), "0")]
    assert [tuple(row) for row in settled] == [(str(top), 5, "7", "35")]
    assert [tuple(row) for row in posted] == [(str(top), "7")]
