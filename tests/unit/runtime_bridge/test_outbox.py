"""What was signed is kept until the chain has decided."""

import sqlite3
from pathlib import Path

import pytest

from aipchain.runtime_bridge.errors import OutboxFailed, UnusableOutbox
from aipchain.runtime_bridge.extrinsics import SignedExtrinsic
from aipchain.runtime_bridge.outbox import FileOutbox, MemoryOutbox, Outbox

GENESIS = b"\x01" * 32


def signed(nonce: int) -> SignedExtrinsic:
    """An extrinsic with this nonce."""
    return SignedExtrinsic(b"bytes %d" % nonce, bytes([nonce]) * 32, b"\x02" * 32, nonce, 5, 68, f"order {nonce}")


@pytest.fixture(params=["memory", "file"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Outbox:
    """Both kinds of outbox."""
    return MemoryOutbox() if request.param == "memory" else FileOutbox(tmp_path / "outbox.db", GENESIS)


def test_an_outbox_keeps_order_until_dropped(outbox: Outbox) -> None:
    """Oldest first; putting the same again changes nothing; dropping the unknown neither."""
    for nonce in (3, 1, 2, 1):
        outbox.put(signed(nonce))
    outbox.drop(signed(1).hash)
    outbox.drop(signed(9).hash)
    assert outbox.pending() == (signed(3), signed(2))


def test_a_file_outbox_outlives_its_process(tmp_path: Path) -> None:
    """What was put is there after opening the file again, even when it was never closed."""
    path = tmp_path / "outbox.db"
    first = FileOutbox(path, GENESIS)
    first.put(signed(1))
    second = FileOutbox(path, GENESIS)
    assert second.pending() == (signed(1),)
    first.close()
    second.close()


def test_an_outbox_of_another_chain_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Bytes signed for one chain mean nothing on another."""
    path = tmp_path / "outbox.db"
    own = FileOutbox(path, GENESIS)
    own.put(signed(1))
    with pytest.raises(UnusableOutbox, match="belongs to the chain 0x0101"):
        FileOutbox(path, b"\x02" * 32)
    assert own.pending() == (signed(1),)
    own.close()


def test_a_file_that_is_no_outbox_is_refused(tmp_path: Path) -> None:
    """Rubbish and folders are told as such."""
    path = tmp_path / "outbox.db"
    path.write_bytes(b"this is no database, only some text that is long enough" * 20)
    with pytest.raises(UnusableOutbox, match="not a database"):
        FileOutbox(path, GENESIS)
    with pytest.raises(UnusableOutbox, match="unable to open"):
        FileOutbox(tmp_path, GENESIS)


def test_an_outbox_that_breaks_is_one_clear_sentence(tmp_path: Path) -> None:
    """A full disk, or a file that somebody else changed: not an error of the database's library."""
    path = tmp_path / "outbox.db"
    outbox = FileOutbox(path, GENESIS)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE outbox")
    other.close()

    for use in (lambda: outbox.put(signed(1)), lambda: outbox.drop(signed(1).hash), outbox.pending):
        with pytest.raises(OutboxFailed, match=r"outbox\.db could not be written or read: no such table"):
            use()
    outbox.close()


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Naming the chain's file by mistake writes no table into it."""
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE chain (genesis_hash)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(UnusableOutbox, match="another program"):
        FileOutbox(path, GENESIS)

    assert path.read_bytes() == before
