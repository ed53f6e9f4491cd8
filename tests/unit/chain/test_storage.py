"""The chain file: every value at every block, whole blocks or none, and hands off what is not ours."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from aipchain.chain.errors import (
    BasePathUnusable,
    ChainInUse,
    ChainWriteFailed,
    CorruptChainFile,
    ForeignChainFile,
    NoChain,
    NodeClosed,
)
from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.chain_file import CHAIN_FILE, BasePath
from aipchain.chain.host.history import HistoricState, keys_of, state_after
from aipchain.chain.host.scale import vec
from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.storage import APPLICATION_ID, ChainStore, LiveState
from aipchain.chain.host.trie import Trie
from aipchain.chain.spec import ChainSpec

SPEC = ChainSpec.of("development", {"balances": {"balances": []}})
START = {b"a": b"1", b"b": b"2", b"ab": b"3"}


class Chain:
    """A store with the state after its head, and a copy of the state after every block to compare with."""

    def __init__(self, store: ChainStore, state: State, head: Header) -> None:
        self.store = store
        self.state = state
        self.head = head
        self.states = {head.number: state.copy()}

    @classmethod
    def founded(cls, store: ChainStore) -> "Chain":
        """Write a block 0 with a few entries."""
        state = State(START)
        head = Header(bytes(32), 0, state.root(), bytes(32))
        store.found(SPEC, head, LiveState(dict(START), {}))
        return cls(store, state, head)

    def add(
        self, top: dict[bytes, bytes | None], children: dict[bytes, dict[bytes, bytes | None]] | None = None
    ) -> Block:
        """Append a block with these changes and one extrinsic."""
        changes = Changes(top, children or {})
        header = Header(self.head.hash, self.head.number + 1, self.state.root_after(changes), bytes(32))
        block = Block(header, (vec(b"extrinsic"),))
        self.store.append(block, changes, self.state)
        self.state = self.state.applied(changes, consume=True)
        self.head = header
        self.states[header.number] = self.state.copy()
        return block


@pytest.fixture
def chain() -> Iterator[Chain]:
    """A chain in memory with block 0."""
    store = ChainStore.in_memory()
    yield Chain.founded(store)
    store.close()


def found(store: ChainStore) -> None:
    """Write block 0."""
    Chain.founded(store)


def make_file(folder: Path, blocks: int = 2) -> Path:
    """Make a sound chain file with a few blocks and leave it closed."""
    base = BasePath(folder)
    store = base.make(found)
    chain = Chain(store, State(START), store.header(0) or pytest.fail("no block 0"))
    for number in range(blocks):
        chain.add({b"n": bytes((number,))})
    store.close()
    base.release()
    return base.file


def test_a_block_is_found_by_number_and_by_hash(chain: Chain) -> None:
    """Header, body and hash come back as written."""
    block = chain.add({b"a": b"x"})

    assert chain.store.block(1) == block
    assert chain.store.header(1) == block.header
    assert chain.store.number(block.hash) == 1
    assert chain.store.block_hash(1) == block.hash
    assert chain.store.head() == 1
    assert chain.store.block(2) is None
    assert chain.store.number(bytes(32)) is None


def test_every_value_of_every_block_stays_readable(chain: Chain) -> None:
    """Set, changed, removed and set again: each block keeps its own answer."""
    chain.add({b"a": b"x", b"new": b"n"})
    chain.add({b"a": None, b"b": b"2"})
    chain.add({b"a": b"y"})

    assert [chain.store.value(b"a", number) for number in range(4)] == [b"1", b"x", None, b"y"]
    assert [chain.store.value(b"new", number) for number in range(4)] == [None, b"n", b"n", b"n"]
    assert [keys_of(chain.store, number, prefix=b"a") for number in range(4)] == [
        [b"a", b"ab"],
        [b"a", b"ab"],
        [b"ab"],
        [b"a", b"ab"],
    ]


def test_an_unchanged_value_costs_no_history(chain: Chain) -> None:
    """Writing the same value again is no change."""
    chain.add({b"a": b"1"})

    assert chain.store.changes_of(b"a") == []


def test_history_equals_the_states_that_were(chain: Chain) -> None:
    """Two hundred random blocks: keys, values and roots after each block are those of the state then."""
    chosen = random.Random(7)
    for _ in range(200):
        keys = [bytes((chosen.randrange(6), chosen.randrange(6))) for _ in range(chosen.randrange(1, 5))]
        chain.add({key: chosen.choice((None, chosen.randbytes(chosen.choice((1, 40))))) for key in keys})

    for number in range(0, 201, 13):
        then = chain.states[number]
        history = HistoricState(chain.store, number)
        keys = then.keys()
        assert history.keys() == keys
        assert [history.get(key) for key in keys] == [then.get(key) for key in keys]
        assert history.keys(b"\x02", b"\x02\x01", 2) == then.keys(b"\x02", b"\x02\x01", 2)
        assert state_after(chain.store, number).root() == then.root()


def test_child_tries_have_their_own_history(chain: Chain) -> None:
    """A child trie's values are kept apart from the top trie's, block by block."""
    root = Trie({b"a": b"child"}).root()
    chain.add({CHILD_PREFIX + b"c": root}, {b"c": {b"a": b"child"}})
    chain.add({CHILD_PREFIX + b"c": None}, {b"c": {b"a": None}})
    history = HistoricState(chain.store, 1)

    assert [chain.store.value(b"a", number, b"c") for number in range(3)] == [None, b"child", None]
    assert chain.store.value(b"a", 2) == b"1"
    assert history.child_keys(b"c") == [b"a"]
    assert history.child_next_key(b"c", b"") == b"a"
    assert state_after(chain.store, 1).child_get(b"c", b"a") == b"child"


def test_live_is_the_state_after_the_head(chain: Chain) -> None:
    """What opening reads is exactly what the last block left."""
    chain.add({b"a": None, b"c": b"9"}, {b"k": {b"x": b"y"}})

    assert chain.store.live() == LiveState({b"b": b"2", b"ab": b"3", b"c": b"9"}, {b"k": {b"x": b"y"}})


def test_a_fork_sees_the_shared_past_and_its_own_blocks(chain: Chain) -> None:
    """Both sides go on alone: neither sees what the other did after they parted."""
    chain.add({b"a": b"x"})
    fork = Chain(chain.store.forked(1), chain.state.copy(), chain.head)
    fork.add({b"a": None, b"f": b"fork"})
    fork.add({b"f": b"again"})
    original = chain.add({b"a": b"z", b"m": b"main"})

    assert [fork.store.value(b"a", number) for number in range(4)] == [b"1", b"x", None, None]
    assert [fork.store.value(b"f", number) for number in range(4)] == [None, None, b"fork", b"again"]
    assert fork.store.value(b"m", 3) is None
    assert keys_of(fork.store, 3) == fork.state.keys()
    assert chain.store.value(b"a", 2) == b"z"
    assert fork.store.number(original.hash) is None
    assert fork.store.number(chain.store.block_hash(1) or b"") == 1
    assert fork.store.header(0) == chain.store.header(0)
    assert fork.store.block(2) != chain.store.block(2)


def test_a_block_is_written_whole_or_not_at_all(chain: Chain) -> None:
    """A block that cannot be written leaves no trace, and the chain goes on from its parent."""
    chain.add({b"a": b"x"})
    again = Block(Header(bytes(32), 1, bytes(32), bytes(32)), ())

    with pytest.raises(ChainWriteFailed, match="Block 1 could not be written"):
        chain.store.append(again, Changes({b"a": b"lost", b"lost": b"lost"}), chain.state)

    assert chain.store.value(b"a", 1) == b"x"
    assert chain.store.live().top.get(b"lost") is None
    chain.add({b"a": b"y"})
    assert chain.store.head() == 2


def test_a_file_reopens_as_it_was_left(tmp_path: Path) -> None:
    """Spec, head, blocks and state survive closing."""
    make_file(tmp_path, blocks=3)
    base = BasePath(tmp_path)
    store = base.look()

    assert store.spec() == SPEC
    assert store.head() == 3
    assert store.live().top == {**START, b"n": b"\x02"}
    assert store.complaint() is None
    store.close()
    base.release()


def test_a_looked_at_file_cannot_be_written(tmp_path: Path) -> None:
    """Looking leaves the file byte for byte as it was."""
    file = make_file(tmp_path)
    before = file.read_bytes()
    base = BasePath(tmp_path)
    store = base.look()
    chain = Chain(store, State(START), Header(bytes(32), 2, bytes(32), bytes(32)))

    with pytest.raises(ChainWriteFailed, match="readonly"):
        chain.add({b"a": b"x"})
    store.close()
    base.release()
    assert file.read_bytes() == before


def test_a_closed_store_says_so(chain: Chain) -> None:
    """Nothing is read or written after closing; closing twice is fine."""
    chain.store.close()
    chain.store.close()

    with pytest.raises(NodeClosed):
        chain.store.head()


def test_a_second_opener_is_kept_out(tmp_path: Path) -> None:
    """One chain, one process: the second gets one clear sentence, and can come in later."""
    first = BasePath(tmp_path)

    with pytest.raises(ChainInUse, match="open in another process"):
        BasePath(tmp_path)
    first.release()
    BasePath(tmp_path).release()


def test_no_chain_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    """Asking for a chain that is not there leaves the folder as it was."""
    with pytest.raises(NoChain, match="no chain at"):
        BasePath(tmp_path / "none", create=False)

    assert list(tmp_path.iterdir()) == []


def test_a_base_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The base path is a folder."""
    (tmp_path / "file").write_text("hello")

    with pytest.raises(BasePathUnusable, match="cannot be used: it is a file"):
        BasePath(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "hello"


@pytest.mark.parametrize(("content", "reason"), [(b"", "it is empty"), (b"not a database" * 20, "no SQLite database")])
def test_a_foreign_file_is_left_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    """What is no database is refused by its first bytes."""
    file = tmp_path / CHAIN_FILE
    file.write_bytes(content)
    base = BasePath(tmp_path)

    with pytest.raises(ForeignChainFile, match=reason):
        base.look()
    assert file.read_bytes() == content
    base.release()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """An SQLite file without our mark is not ours."""
    file = tmp_path / CHAIN_FILE
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = file.read_bytes()
    base = BasePath(tmp_path)

    with pytest.raises(ForeignChainFile, match="another program"):
        base.look()
    assert file.read_bytes() == before
    base.release()


def test_another_format_is_left_alone(tmp_path: Path) -> None:
    """A file of a later version of the program is not guessed at."""
    file = tmp_path / CHAIN_FILE
    with sqlite3.connect(file) as later:
        later.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 9; CREATE TABLE t (x)")
    later.close()
    base = BasePath(tmp_path)

    with pytest.raises(ForeignChainFile, match="format 9, this version reads 1"):
        base.look()
    base.release()


@pytest.mark.parametrize("keep", [200, 5_000])
def test_a_truncated_file_is_told_and_left_alone(tmp_path: Path, keep: int) -> None:
    """A file that ends early is damaged, whatever is read first."""
    file = make_file(tmp_path)
    file.write_bytes(file.read_bytes()[:keep])
    before = file.read_bytes()
    base = BasePath(tmp_path)

    with pytest.raises(CorruptChainFile, match="is damaged"):
        read_everything(base)
    assert file.read_bytes() == before
    base.release()


def read_everything(base: BasePath) -> None:
    """Look at a file and read all that opening reads."""
    store = base.look()
    try:
        store.spec()
        store.live()
        store.header(store.head())
    finally:
        store.close()


def test_a_half_made_file_is_not_taken_for_a_chain(tmp_path: Path) -> None:
    """A death while founding leaves no chain, and the next founding clears what it left."""
    (tmp_path / f"{CHAIN_FILE}.new").write_bytes(b"half")
    base = BasePath(tmp_path)

    assert not base.holds_chain
    store = base.make(found)
    assert store.head() == 0
    assert sorted(path.name for path in tmp_path.iterdir() if ".new" in path.name) == []
    store.close()
    base.release()
