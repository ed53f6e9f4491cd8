"""The projection of a real chain: the same rows whenever and however often it is folded, and what the chain says."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aipchain.errors import InputError
from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.events import block_facts

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Lived
    from tests.integration.orchestrator.village import Village


def fold_until(connection: Connection, projection: Projection, last: int) -> None:
    """Fold the next blocks up to block `last`."""
    for number in range(projection.height + 1, last + 1):
        block_hash = connection.block_hash(number)
        assert block_hash is not None
        at = reads.chain_time(connection, block_hash)
        projection.fold(number, block_hash, at, block_facts(connection, block_hash))


def folded(connection: Connection) -> Projection:
    """A projection of all blocks in memory."""
    projection = Projection(None, connection.genesis_hash)
    catch_up(connection, projection)
    return projection


def test_refolding_from_the_first_block_gives_the_same_rows(lived: Lived, tmp_path: Path) -> None:
    """Folded in three sittings on disk or in one in memory, every row is the same."""
    file = tmp_path / "projection.sqlite"
    for last in (3, 50, lived.results.chain.height):
        projection = Projection(file, lived.connection.genesis_hash)
        fold_until(lived.connection, projection, last)
        rows = projection.dump()
        projection.close()

    assert rows == folded(lived.connection).dump()


def test_rows_say_what_the_chain_says(lived: Lived) -> None:
    """Books, trades, readings, mints, energy and roles agree with the chain's own storage."""
    chain, projection = lived.connection, folded(lived.connection)
    here = t.CommunityId(0)

    books = {start: (book.status.name.capitalize(), book.delivered_wh, str(book.paid), book.trades)
             for start, book in reads.books(chain, here).items()}  # fmt: skip
    rows = projection.rows("SELECT interval_start, status, delivered_wh, paid, trades FROM books")
    assert {row[0]: tuple(row)[1:] for row in rows} == books
    mints = {key: mint.wh for key, mint in reads.mints(chain).items()}
    assert {(row[0], row[1]): row[2] for row in projection.rows("SELECT meter, interval_start, wh FROM mints")} == mints
    energy = projection.rows("SELECT account, minted_wh + moved_in_wh - moved_out_wh FROM energy")
    kept = {account.hex(): sums.free + sums.held for account, sums in reads.energy_accounts(chain).items()}
    assert {row[0]: row[1] for row in energy} == kept
    voted = {row[0]: bool(row[1]) for row in projection.rows("SELECT account, aye FROM ballots")}
    assert voted == {account.hex(): aye for account, aye in reads.ballots(chain, t.ProposalId(0)).items()}


def test_roles_and_members_follow_the_chain(village: Village) -> None:
    """Founding, granting, revoking and leaving: the rows hold who may do what now, the founding steward included."""
    metadata, here = village.metadata, village.here
    grant = calls.grant_role(metadata, community=here, account=village.stranger.public, role=t.Role.AUDITOR)
    revoke = calls.revoke_role(metadata, community=here, account=village.service.public, role=t.Role.ORACLE)
    for call in (grant, revoke):
        village.does(village.steward, call)
    village.does(village.buyer.key, calls.leave(metadata, community=here))

    projection = folded(village.connection)

    holders = reads.role_holders(village.connection, here)
    expected = {
        (account.hex(), "".join(word.capitalize() for word in role.name.split("_")))
        for account, roles in holders.items()
        for role in roles
    }
    assert {tuple(row) for row in projection.rows("SELECT account, role FROM roles")} == expected
    members = {account.hex(): found.index for account, found in reads.members(village.connection, here).items()}
    assert {row[0]: row[1] for row in projection.rows("SELECT account, member_index FROM members")} == members


def test_a_meter_that_is_read_thrice_in_a_batch_is_folded(village: Village) -> None:
    """The chain keeps the last claim of a meter per batch, and so do the rows."""
    told = village.delivers(*(village.reading(village.seller, export_wh=wh) for wh in (50, 60, 70)))
    aside = [event for event in told if isinstance(event, facts.ReadingQuarantined)]
    assert [event.reason for event in aside] == [t.QuarantineReason.CONFLICT] * 2

    rows = folded(village.connection).rows("SELECT meter, reason FROM quarantine")

    assert [tuple(row) for row in rows] == [(village.seller.meter, "Conflict")]
    assert len(reads.quarantine(village.connection, village.seller.meter)) == 1


def test_voided_books_and_withdrawn_orders_are_folded(village: Village) -> None:
    """A book without a result ends as `Voided`, its orders as closed, a withdrawn one as cancelled."""
    kept, withdrawn = village.bid(village.buyer, 300), village.bid(village.buyer, 200, id=1)
    village.does(village.buyer.key, calls.cancel_order(village.metadata, number=withdrawn))
    village.waits_until(village.interval)
    village.does(village.stranger, village.voiding())

    projection = folded(village.connection)

    assert [row[0] for row in projection.rows("SELECT status FROM books")] == ["Voided"]
    orders = {row[0]: row[1] for row in projection.rows("SELECT number, status FROM orders")}
    assert orders == {kept: "Closed", withdrawn: "Cancelled"}


def test_a_projection_of_another_chain_is_refused(lived: Lived, tmp_path: Path) -> None:
    """A file of another chain, of another program, or a folder: bad input, and the file stays as it was."""
    other = tmp_path / "other.sqlite"
    Projection(other, bytes(32)).close()
    text = tmp_path / "notes.txt"
    text.write_text("no database, " * 100)
    strange = tmp_path / "strange.sqlite"
    with sqlite3.connect(strange) as database:
        database.execute("CREATE TABLE shelf (book TEXT)")
    database.close()

    for file in (other, text, strange, tmp_path):
        before = file.read_bytes() if file.is_file() else b""
        with pytest.raises(InputError, match="delete it, it is folded again"):
            Projection(file, lived.connection.genesis_hash)
        assert (file.read_bytes() if file.is_file() else b"") == before
