"""The chain file under a process that does nothing but write, killed at any write."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from aipchain.chain.host.chain_file import BasePath
from aipchain.chain.host.history import state_after
from aipchain.chain.host.state import State

KILLS = 12
KEYS = 200
KEYS_PER_BLOCK = 40

WRITE_FOR_EVER = """
import sys
from pathlib import Path
from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.chain_file import BasePath
from aipchain.chain.host.scale import vec
from aipchain.chain.host.state import Changes, State
from aipchain.chain.host.storage import LiveState
from aipchain.chain.spec import ChainSpec

keys, per_block = int(sys.argv[2]), int(sys.argv[3])
base = BasePath(Path(sys.argv[1]))
if base.holds_chain:
    store = base.open()
    live = store.live()
    state = State(live.top, live.children)
else:
    state = State()
    store = base.make(
        lambda made: made.found(
            ChainSpec("development"), Header(bytes(32), 0, state.root(), bytes(32)), LiveState({}, {})
        )
    )
head = store.header(store.head())
while True:
    number = head.number + 1
    content = {
        str((number * 7 + step) % keys).encode(): (None if step % 5 == 4 else b"%d " % number * 30)
        for step in range(per_block)
    }
    changes = Changes(content)
    head = Header(head.hash, number, state.root_after(changes), bytes(32))
    store.append(Block(head, (vec(b"x" * 2_000),)), changes, state)
    state = state.applied(changes, consume=True)
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_write_leaves_a_sound_file(tmp_path: Path) -> None:
    """A dozen kills: the file is intact, holds all that was reported, and its state is the one its head commits to."""
    chosen = random.Random(3)
    reported = 0
    for _ in range(KILLS):
        reported = max(reported, written_until_killed(tmp_path, lines=chosen.randrange(1, 60)))
        base = BasePath(tmp_path, create=False)
        store = base.look()
        head = store.header(store.head())
        live = store.live()
        assert head is not None
        assert reported <= head.number <= reported + 1
        assert store.complaint() is None
        assert State(live.top, live.children).root() == head.state_root
        middle = store.header(head.number // 2)
        assert middle is not None
        assert state_after(store, middle.number).root() == middle.state_root
        reported = head.number
        store.close()
        base.release()


def written_until_killed(folder: Path, lines: int) -> int:
    """Let another process write, kill it after some blocks, and return the last block it had reported by then."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE_FOR_EVER, str(folder), str(KEYS), str(KEYS_PER_BLOCK)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    seen = [writer.stdout.readline() for _ in range(lines)]
    writer.send_signal(signal.SIGKILL)
    seen += writer.stdout.read().split("\n")[:-1]
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    return int(seen[-1])
