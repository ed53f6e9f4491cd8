"""The node on the committed runtime: blocks, verdicts, history, forks, import and sealing."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.chain.errors import BlockRefused, NodeClosed, TimeNotRising, UnknownBlock
from aipchain.chain.host.authoring import Verdict
from aipchain.chain.host.block import Block, decode_extrinsics, extrinsic_hash, is_extrinsics_root
from aipchain.chain.host.errors import UnknownFunction
from aipchain.chain.host.inherents import BlockFacts, inherent_data, storage_prefix
from aipchain.chain.host.pool_errors import AlreadyInPool, TransactionInvalid
from aipchain.chain.host.scale import compact, read_compact, read_u64, read_vec, vec
from aipchain.chain.host.state import State
from aipchain.chain.node import ImportedBlock, Node, Sealing, SimulatedClock

if TYPE_CHECKING:
    from tests.integration.chain.conftest import Wallet

NOW = storage_prefix("Timestamp", "Now")
NUMBER = storage_prefix("System", "Number")
SLOT_MS = 6_000
AIP = 10**12


def chain_time_ms(node: Node, at: bytes | None = None) -> int:
    """Read the timestamp after a block [ms]."""
    return read_u64(node.state_at(at).get(NOW) or bytes(8))[0]


def whole_state_root(node: Node) -> bytes:
    """Build the head's state anew from its keys and values, and return its root."""
    view = node.state_at()
    keys = view.keys()
    return State({key: view.get(key) or b"" for key in keys}).root()


def test_genesis_is_founded_by_the_runtime(node: Node) -> None:
    """Block 0 has the state the preset describes, and its hash is the chain's name to signers."""
    assert node.head.number == 0
    assert node.genesis_hash == node.head.hash == node.block_hash(0)
    assert node.head.state_root == whole_state_root(node)
    assert node.runtime_version().spec_name == "aipchain"
    assert node.chain_name == "AIPCHAIN Development"


def test_an_empty_block_holds_its_inherents_and_a_true_root(node: Node, clock: SimulatedClock) -> None:
    """Time and relay data are in, the header commits to body and state, the slot is the time's."""
    imported = node.author()

    assert node.head == imported.block.header
    assert [outcome.verdict for outcome in imported.outcomes] == [Verdict.SUCCEEDED] * 2
    assert imported.block.header.parent_hash == node.genesis_hash
    assert imported.block.header.state_root == whole_state_root(node)
    assert is_extrinsics_root(imported.block.header.extrinsics_root, imported.block.extrinsics)
    assert imported.block.header.slot == clock.now_ms() // SLOT_MS
    assert chain_time_ms(node) == clock.now_ms()


@pytest.mark.parametrize("layout", [b"sysi1337", b"sysi1338"])
def test_the_runtime_takes_either_layout_of_the_parachain_inherent(node: Node, layout: bytes) -> None:
    """Each layout alone gives both inherents; without any of them the relay data is missing."""
    facts = BlockFacts(1_475_445_600_000, node.head.encode(), para_id=1_000)
    given = inherent_entries(inherent_data(facts))
    wanted = {name: given[name] for name in (layout, b"timstap0")}
    made = node.call("BlockBuilder_inherent_extrinsics", encoded_entries(wanted))
    without = node.call("BlockBuilder_inherent_extrinsics", encoded_entries({b"timstap0": given[b"timstap0"]}))

    assert len(decode_extrinsics(made)) == 2
    assert len(decode_extrinsics(without)) == 1


def inherent_entries(encoded: bytes) -> dict[bytes, bytes]:
    """Read encoded inherent data: 8-byte names, byte vectors."""
    count, at = read_compact(encoded)
    entries = {}
    for _ in range(count):
        name = encoded[at : at + 8]
        entries[name], at = read_vec(encoded, at + 8)
    return entries


def encoded_entries(entries: dict[bytes, bytes]) -> bytes:
    """Encode inherent data."""
    return compact(len(entries)) + b"".join(name + vec(value) for name, value in entries.items())


def test_chain_time_rises_a_slot_per_block_when_the_clock_stands(node: Node, clock: SimulatedClock) -> None:
    """A clock that stands still does not stop the chain."""
    times = [chain_time_ms(node, node.author().block.hash) for _ in range(3)]

    assert times == [clock.now_ms() + step * SLOT_MS for step in range(3)]


def test_a_block_stands_at_the_time_it_was_asked_for(node: Node, clock: SimulatedClock) -> None:
    """A given chain time is kept to the millisecond, far ahead too."""
    wanted = clock.now_ms() + 3_600_123
    node.author(at_ms=wanted)

    assert chain_time_ms(node) == wanted


def test_a_time_that_does_not_rise_is_refused(node: Node) -> None:
    """The same slot twice is an error of whoever asks; nothing happens."""
    node.author()
    head = node.head

    with pytest.raises(TimeNotRising):
        node.author(at_ms=chain_time_ms(node))
    assert node.head == head


def test_transfers_enter_a_block_in_nonce_order(node: Node, wallet: Wallet) -> None:
    """Sent backwards, included forwards; the pool is empty afterwards."""
    sent = [wallet.transfer("//Alice", nonce, "//Bob", AIP) for nonce in range(5)]
    for extrinsic in reversed(sent):
        node.submit(extrinsic)
    imported = node.author()

    assert imported.block.extrinsics[2:] == tuple(sent)
    assert {outcome.verdict for outcome in imported.outcomes} == {Verdict.SUCCEEDED}
    assert len(node.pool) == 0


def test_a_failing_call_is_in_the_block_and_says_so(node: Node, wallet: Wallet) -> None:
    """The fee is paid, the call undone, the verdict carries the runtime's answer."""
    node.submit(wallet.transfer("//Alice", 0, "//Bob", 10**30))
    imported = node.author()

    assert len(imported.block.extrinsics) == 3
    assert imported.outcomes[-1].verdict is Verdict.FAILED
    assert imported.outcomes[-1].answer[:2] == b"\x00\x01"


def test_an_invalid_transaction_is_refused_at_the_door(node: Node, wallet: Wallet) -> None:
    """A used nonce never reaches the pool; the same bytes twice neither."""
    first = wallet.transfer("//Alice", 0, "//Bob", AIP)
    node.submit(first)

    with pytest.raises(AlreadyInPool):
        node.submit(first)
    node.author()
    with pytest.raises(TransactionInvalid, match="outdated"):
        node.submit(wallet.transfer("//Alice", 0, "//Bob", 2 * AIP))


def test_what_became_invalid_in_the_pool_is_dropped(node: Node, wallet: Wallet) -> None:
    """A transaction that another block made impossible leaves the pool, and the block is good without it."""
    everything = wallet.call("Balances", "transfer_all", dest=wallet.account("//Bob"), keep_alive=False)
    node.submit(wallet.signed("//Ferdie", 0, everything))
    doomed = node.submit(wallet.transfer("//Ferdie", 1, "//Bob", AIP))
    imported = node.author()

    verdicts = {outcome.hash: outcome.verdict for outcome in imported.outcomes}
    assert verdicts[doomed] is Verdict.INVALID
    assert len(imported.block.extrinsics) == 3
    assert doomed not in node.pool
    assert node.verify(re_execute=1).is_sound


def test_what_does_not_fit_waits_for_the_next_block(node: Node, wallet: Wallet) -> None:
    """The runtime says when a block is full; the rest stays in the pool and goes into later blocks."""
    remark = bytes(900_000)
    for nonce in range(6):
        node.submit(wallet.signed("//Alice", nonce, wallet.call("System", "remark", remark="0x" + remark.hex())))
    first = node.author()

    deferred = [outcome for outcome in first.outcomes if outcome.verdict is Verdict.DEFERRED]
    included = len(first.block.extrinsics) - 2
    assert included >= 1
    assert deferred
    assert len(node.pool) == 6 - included
    blocks = 1
    while len(node.pool):
        node.author()
        blocks += 1
        assert blocks < 7
    assert node.verify(re_execute=blocks).is_sound


def test_every_old_state_and_call_stays_readable(node: Node, wallet: Wallet) -> None:
    """Views keep answering for their block, and a call at an old block sees that block."""
    genesis = node.state_at()
    account = bytes.fromhex(wallet.account("//Alice")[2:])
    blocks = []
    for nonce in range(3):
        node.submit(wallet.transfer("//Alice", nonce, "//Bob", AIP))
        blocks.append(node.author().block.hash)

    nonces = [
        node.call("AccountNonceApi_account_nonce", account, at=block)[0] for block in (*blocks, node.genesis_hash)
    ]
    assert nonces == [1, 2, 3, 0]
    assert genesis.get(NUMBER) is None or genesis.get(NUMBER) == bytes(4)
    assert [node.state_at(block).get(NUMBER) for block in blocks] == [bytes((n, 0, 0, 0)) for n in (1, 2, 3)]
    prefix = storage_prefix("System", "Account")
    assert node.state_at(blocks[0]).keys(prefix) == node.state_at().keys(prefix)
    assert len(node.state_at(blocks[0]).keys(prefix, count=2)) == 2


def test_a_call_leaves_no_trace(node: Node) -> None:
    """What an API call writes is dropped."""
    before = whole_state_root(node)
    node.call("Core_initialize_block", node.author().block.header.unsealed().encode(), at=node.genesis_hash)

    assert whole_state_root(node) == node.head.state_root != before


def test_unknown_names_are_told(node: Node) -> None:
    """A block or a function that is not there is an error, not an empty answer."""
    with pytest.raises(UnknownBlock, match="no block 0x00"):
        node.state_at(bytes(32))
    with pytest.raises(UnknownFunction):
        node.call("Core_make_coffee")
    assert node.block(bytes(32)) is None
    assert node.header(bytes(32)) is None
    assert node.block_hash(1) is None


def test_another_node_accepts_the_blocks(node: Node, wallet: Wallet, clock: SimulatedClock) -> None:
    """Import runs each block again and ends at the same state."""
    with Node.open(None, clock=clock) as other:
        for nonce in range(3):
            node.submit(wallet.transfer("//Alice", nonce, "//Bob", AIP))
            imported = other.import_block(node.author().block)
            assert imported.block.header == node.head
        assert other.head == node.head
        assert whole_state_root(other) == whole_state_root(node)


def test_an_altered_block_is_refused(node: Node, wallet: Wallet, clock: SimulatedClock) -> None:
    """Another state root, a missing extrinsic, a block out of line: refused, and the chain stands."""
    node.submit(wallet.transfer("//Alice", 0, "//Bob", AIP))
    block = node.author().block
    wrong_root = Block(replace(block.header, state_root=bytes(32)), block.extrinsics)
    short = Block(block.header, block.extrinsics[:-1])

    with Node.open(None, clock=clock) as other:
        for altered in (wrong_root, short):
            with pytest.raises(BlockRefused):
                other.import_block(altered)
        with pytest.raises(BlockRefused, match="does not follow the head"):
            other.import_block(node.author().block)
        assert other.head.number == 0
        other.import_block(block)
        assert other.head == block.header


def test_a_fork_goes_its_own_way(node: Node, wallet: Wallet) -> None:
    """A dry run on a fork changes nothing on the chain, and shares its past."""
    node.author()
    head, root = node.head, whole_state_root(node)
    with node.fork() as fork:
        fork.submit(wallet.transfer("//Alice", 0, "//Bob", AIP))
        imported = fork.author()
        assert len(imported.block.extrinsics) == 3
        assert fork.genesis_hash == node.genesis_hash
        assert fork.block_hash(1) == node.block_hash(1)
        assert fork.state_at(head.hash).get(NUMBER) == node.state_at(head.hash).get(NUMBER)
        assert fork.head.state_root == whole_state_root(fork)
        node.author()
        assert fork.block_hash(2) == imported.block.hash != node.block_hash(2)
        assert fork.verify(re_execute=2).is_sound
    assert node.header(head.hash) == head
    assert node.state_at(head.hash).get(NOW) is not None
    assert root != whole_state_root(node)


def test_a_self_checking_node_runs_each_block_twice(wallet: Wallet, clock: SimulatedClock) -> None:
    """With the self check on, every authored block has been accepted by `Core_execute_block` before it is kept."""
    with Node.open(None, clock=clock, self_check=True) as node:
        node.submit(wallet.transfer("//Alice", 0, "//Bob", AIP))
        assert len(node.author().block.extrinsics) == 3


def test_on_demand_a_block_follows_each_submission(wallet: Wallet, clock: SimulatedClock) -> None:
    """A ready transaction is in a block when `submit` returns; one that waits for another makes none."""
    with Node.open(None, clock=clock, sealing=Sealing.ON_DEMAND) as node:
        node.submit(wallet.transfer("//Alice", 1, "//Bob", AIP))
        assert node.head.number == 0
        found = node.submit(wallet.transfer("//Alice", 0, "//Bob", AIP))
        block = node.block(node.head.hash)
        assert block is not None
        assert found in {extrinsic_hash(extrinsic) for extrinsic in block.extrinsics}
        assert len(block.extrinsics) == 4


def test_a_timer_makes_blocks_until_the_node_closes(clock: SimulatedClock) -> None:
    """Blocks come by themselves; after closing none does."""
    three = threading.Event()
    seen: list[int] = []

    def note(imported: ImportedBlock) -> None:
        seen.append(imported.block.number)
        if len(seen) == 3:
            three.set()

    node = Node.open(None, clock=clock, sealing=Sealing.every(1))
    node.subscribe(note)
    assert three.wait(timeout=30)
    node.close()

    count = len(seen)
    assert seen == sorted(seen)
    with pytest.raises(NodeClosed):
        node.author()
    assert len(seen) == count


def test_when_blocks_are_made_can_change(clock: SimulatedClock) -> None:
    """An open node takes up a timer, and puts it down again."""
    made = threading.Event()
    with Node.open(None, clock=clock) as node:
        node.subscribe(lambda _: made.set())
        node.seal(Sealing.every(1))
        assert made.wait(timeout=30)
        node.seal(Sealing.MANUAL)
        height = node.head.number
        assert (node.sealing, node.author().block.number) == (Sealing.MANUAL, height + 1)


def test_listeners_hear_every_block_until_they_leave(node: Node) -> None:
    """A listener that fails harms neither the chain nor the others."""
    heard: list[int] = []

    def broken(_: ImportedBlock) -> None:
        raise RuntimeError("a listener's own mistake")

    node.subscribe(broken)
    leave = node.subscribe(lambda imported: heard.append(imported.block.number))
    node.author()
    leave()
    leave()
    node.author()

    assert heard == [1]
    assert node.head.number == 2
