"""A chain on disk: it goes on after closing and after a kill, and refuses what is not this chain."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aipchain.chain.artifact import ARTIFACTS, load_artifact
from aipchain.chain.errors import (
    BadArtifact,
    BadGenesis,
    BasePathUnusable,
    ChainInUse,
    ChainWriteFailed,
    CorruptChainFile,
    ForeignChainFile,
    NoChain,
    OtherChain,
)
from aipchain.chain.host.chain_file import CHAIN_FILE
from aipchain.chain.host.errors import UnusableRuntime
from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.errors import InputError

if TYPE_CHECKING:
    from tests.integration.chain.conftest import Wallet

AIP = 10**12
KILLS = 5

AUTHOR_FOR_EVER = """
import sys
from pathlib import Path
from aipchain.chain.node import Node, SimulatedClock

with Node.open(Path(sys.argv[1]), clock=SimulatedClock(1_475_445_600_000)) as node:
    while True:
        print(node.author().block.hash.hex(), flush=True)
"""


def put(path: Path, statement: str) -> None:
    """Alter a closed chain file behind the program's back."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.fixture
def folder(tmp_path: Path, clock: SimulatedClock, wallet: Wallet) -> Path:
    """A base path with a chain of four blocks."""
    with Node.open(tmp_path, clock=clock) as node:
        for nonce in range(4):
            node.submit(wallet.transfer("//Alice", nonce, "//Bob", AIP))
            node.author()
    return tmp_path


def test_a_chain_goes_on_where_it_stopped(folder: Path, clock: SimulatedClock, wallet: Wallet) -> None:
    """Head, blocks, state and time are there again, and the next block follows."""
    with Node.open(folder, clock=clock) as node:
        head = node.head
        assert head.number == 4
        node.submit(wallet.transfer("//Alice", 4, "//Bob", AIP))
        assert node.author().block.header.parent_hash == head.hash
        assert node.verify(re_execute=5).is_sound


def test_a_killed_node_loses_at_most_the_unfinished_block(tmp_path: Path, clock: SimulatedClock) -> None:
    """Killed again and again at any moment, the file reopens sound with every block that was reported."""
    chosen = random.Random(11)
    reported: list[str] = []
    for _ in range(KILLS):
        reported += author_until_killed(tmp_path, blocks=chosen.randrange(1, 25))
        with Node.open(tmp_path, clock=clock, create=False) as node:
            kept = [(node.block_hash(number) or b"").hex() for number in range(1, node.head.number + 1)]
            assert kept[: len(reported)] == reported
            assert len(kept) <= len(reported) + 1
            assert node.verify(re_execute=2).is_sound
            reported = kept


def author_until_killed(folder: Path, blocks: int) -> list[str]:
    """Let another process author, kill it after some blocks, and return the hashes it had reported by then."""
    author = subprocess.Popen([sys.executable, "-c", AUTHOR_FOR_EVER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert author.stdout is not None
    seen = [author.stdout.readline().strip() for _ in range(blocks)]
    author.send_signal(signal.SIGKILL)
    rest = author.stdout.read()
    author.stdout.close()
    assert author.wait() == -signal.SIGKILL
    return seen + [line for line in rest.split("\n")[:-1] if line]


def test_a_chain_is_open_once(folder: Path, clock: SimulatedClock) -> None:
    """A second opening is refused while the first lasts, and works after it."""
    with Node.open(folder, clock=clock), pytest.raises(ChainInUse):
        Node.open(folder, clock=clock)

    Node.open(folder, clock=clock).close()


def test_no_chain_is_made_when_one_was_expected(tmp_path: Path, clock: SimulatedClock) -> None:
    """Reading commands never found a chain."""
    with pytest.raises(NoChain):
        Node.open(tmp_path / "empty", clock=clock, create=False)
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize(
    "other",
    [{"preset": "local"}, {"genesis_patch": {"balances": {"balances": []}}}, {"wasm": b"\x00asm\x01\x00\x00\x00"}],
    ids=["preset", "patch", "runtime"],
)
def test_another_chain_is_refused(folder: Path, clock: SimulatedClock, other: dict[str, object]) -> None:
    """Another preset, patch or genesis runtime is another chain; the file stays as it is and opens as before."""
    before = (folder / CHAIN_FILE).read_bytes()

    with pytest.raises(OtherChain, match="another chain"):
        Node.open(folder, clock=clock, **other)  # type: ignore[arg-type]
    assert (folder / CHAIN_FILE).read_bytes() == before
    Node.open(folder, clock=clock).close()


def test_any_chain_opens_when_none_is_named(tmp_path: Path, clock: SimulatedClock) -> None:
    """Without a preset whatever is there is opened, with its own patch."""
    Node.open(tmp_path, clock=clock, preset="local", genesis_patch={"balances": {"balances": []}}).close()

    with Node.open(tmp_path, clock=clock, preset=None, create=False) as node:
        assert node.chain_name == "AIPCHAIN Local"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE live SET value = x'00' WHERE length(value) = 16",
        "DELETE FROM live WHERE key = (SELECT min(key) FROM live)",
        "UPDATE block SET header = x'00' WHERE number = 4",
        "DELETE FROM block WHERE number = 4",
        "UPDATE block SET hash = x'00' WHERE number = 4",
        "DELETE FROM fact WHERE name = 'head'",
        "UPDATE fact SET value = 'x' WHERE name = 'head'",
    ],
)
def test_an_altered_chain_is_refused(folder: Path, clock: SimulatedClock, statement: str) -> None:
    """State, last block and facts are checked before the chain goes on; the file is left alone."""
    put(folder / CHAIN_FILE, statement)
    before = (folder / CHAIN_FILE).read_bytes()

    with pytest.raises(CorruptChainFile, match="is damaged") as refusal:
        Node.open(folder, clock=clock)
    assert refusal.value.exit_code == 2
    assert (folder / CHAIN_FILE).read_bytes() == before


@pytest.mark.parametrize("seed", range(16))
def test_damage_anywhere_is_refused_or_found(folder: Path, clock: SimulatedClock, seed: int) -> None:
    """Flipped bytes in any page are refused or named, unless they lie where the file keeps nothing."""
    file = folder / CHAIN_FILE
    original, content = file.read_bytes(), everything_in(file)
    at = random.Random(seed).randrange(4096, len(original) - 16)
    file.write_bytes(original[:at] + bytes(byte ^ 0xFF for byte in original[at : at + 16]) + original[at + 16 :])

    assert not is_called_sound(folder, clock) or everything_in(file) == content


def everything_in(file: Path) -> list[object]:
    """Read every row of every table."""
    connection = sqlite3.connect(file)
    rows = [row for table in ("fact", "block", "live", "past") for row in connection.execute(f"SELECT * FROM {table}")]
    connection.close()
    return rows


def is_called_sound(folder: Path, clock: SimulatedClock) -> bool:
    """Open and verify; a refused file must be left as it was."""
    before = (folder / CHAIN_FILE).read_bytes()
    try:
        with Node.open(folder, clock=clock, create=False) as node:
            return node.verify(re_execute=4).is_sound
    except InputError:
        assert (folder / CHAIN_FILE).read_bytes() == before
        return False


def test_a_changed_block_below_the_head_is_found(folder: Path, clock: SimulatedClock) -> None:
    """Opening reads the head only; the verification reads every block."""
    put(folder / CHAIN_FILE, "UPDATE block SET body = (SELECT body FROM block WHERE number = 3) WHERE number = 2")

    with Node.open(folder, clock=clock) as node:
        assert node.verify().problems == ("block 2 does not hold the extrinsics that its header says",)


def test_a_changed_past_is_found_by_running_again(folder: Path, clock: SimulatedClock) -> None:
    """History is outside the head's root; re-execution tells when it was altered."""
    put(folder / CHAIN_FILE, "UPDATE past SET value = x'00' WHERE until = 3 AND length(value) > 40")

    with Node.open(folder, clock=clock) as node:
        assert node.verify().is_sound
        assert not node.verify(re_execute=2).is_sound


def test_a_foreign_file_is_refused(tmp_path: Path, clock: SimulatedClock) -> None:
    """A file that is no chain is never overwritten."""
    (tmp_path / CHAIN_FILE).write_text("my diary")

    with pytest.raises(ForeignChainFile):
        Node.open(tmp_path, clock=clock)
    assert (tmp_path / CHAIN_FILE).read_text() == "my diary"


def test_a_base_path_that_is_a_file_is_refused(tmp_path: Path, clock: SimulatedClock) -> None:
    """One sentence, and the file stays."""
    (tmp_path / "file").write_text("hello")

    with pytest.raises(BasePathUnusable):
        Node.open(tmp_path / "file", clock=clock)


@pytest.mark.parametrize(
    ("preset", "patch", "reason"),
    [
        ("moon", None, "no preset 'moon'; it has development, local"),
        ("development", {"balances": {"balances": 5}}, "does not accept"),
        ("development", {"nonsense": {}}, "does not accept"),
    ],
)
def test_a_bad_genesis_leaves_no_file(
    tmp_path: Path, clock: SimulatedClock, preset: str, patch: dict[str, object] | None, reason: str
) -> None:
    """A chain that cannot be founded is not half there."""
    with pytest.raises(BadGenesis, match=reason):
        Node.open(tmp_path, clock=clock, preset=preset, genesis_patch=patch)

    assert not (tmp_path / CHAIN_FILE).exists()


def test_code_that_is_no_runtime_is_refused(tmp_path: Path, clock: SimulatedClock) -> None:
    """A chain is founded by a runtime or not at all."""
    with pytest.raises(UnusableRuntime):
        Node.open(tmp_path, clock=clock, wasm=b"no wasm")
    assert not (tmp_path / CHAIN_FILE).exists()


def test_an_artifact_with_another_hash_is_refused(tmp_path: Path) -> None:
    """One flipped byte, a missing file or a broken manifest: told in one sentence that names the file."""
    folder = Path(shutil.copytree(ARTIFACTS, tmp_path / "artifacts"))
    wasm = next(folder.glob("*.wasm"))
    code = wasm.read_bytes()
    assert load_artifact(folder).code == code

    wasm.write_bytes(code[:-1] + bytes((code[-1] ^ 1,)))
    with pytest.raises(BadArtifact, match="its hash is 0x"):
        load_artifact(folder)
    wasm.unlink()
    with pytest.raises(BadArtifact, match="No such file"):
        load_artifact(folder)
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(BadArtifact, match="manifest cannot be read"):
        load_artifact(folder)


def test_a_transaction_is_taken_even_when_its_block_cannot_be_written(
    tmp_path: Path, clock: SimulatedClock, wallet: Wallet
) -> None:
    """The pool has it: told otherwise, its sender would sign it a second time. The next block holds it."""
    with Node.open(tmp_path, clock=clock, sealing=Sealing.ON_DEMAND) as node:
        put(
            tmp_path / CHAIN_FILE,
            "CREATE TRIGGER full BEFORE INSERT ON block BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
        )
        found = node.submit(wallet.transfer("//Alice", 0, "//Bob", AIP))
        assert (node.head.number, found in node.pool) == (0, True)
        with pytest.raises(ChainWriteFailed, match="disk is full"):
            node.author()
        put(tmp_path / CHAIN_FILE, "DROP TRIGGER full")
        assert found in {outcome.hash for outcome in node.author().outcomes}
