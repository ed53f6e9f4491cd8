"""The relay chain's own check, `validate_block`, on a day of trade: it accepts our blocks, and none that is altered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from substrateinterface import Keypair

from aipchain.chain.host.block import Block, Header, aura_seal
from aipchain.chain.host.engine import COMPILED
from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.inherents import storage_prefix
from aipchain.chain.host.scale import read_compact
from aipchain.chain.host.trie import blake2_256
from aipchain.chain.node import Node
from aipchain.chain.pov.candidate import Candidate
from aipchain.chain.pov.errors import CandidateRefused
from aipchain.chain.pov.oracle import Validated, validated
from aipchain.chain.pov.validation import ValidationResult, validate
from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.chain_source import ChainSource, first_block_read
from aipchain.orchestrator.rehearsal import Rehearsal, Settings
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.events import block_facts

if TYPE_CHECKING:
    from tests.integration.chain.conftest import Wallet

AIP = 10**12
ALICE = Keypair.create_from_uri("//Alice")


def sign(author: bytes, message: bytes) -> bytes:
    """Sign as Alice, who authors every block."""
    assert author == ALICE.public_key
    signature: bytes = ALICE.sign(message)
    return signature


def judged(node: Node) -> list[Validated]:
    """Put every block of a chain before the oracle, from its first state on."""
    with connect(LocalTransport(node)) as connection:
        first, source = first_block_read(connection), ChainSource(connection)
        blocks = [source.block(source.block_hash(number) or b"") for number in range(1, source.height() + 1)]
        given = [block for block in blocks if block is not None]
        return list(validated(first.header, first.state, given, sign, COMPILED))


@pytest.fixture(scope="module")
def day() -> Iterator[Rehearsal]:
    """Two homes that trade for a day: orders, clearings, readings, minting and settlement, hour by hour."""
    pack = load_pack()
    stage = Rehearsal(Settings(pack, choose_homes(pack, "2"), date(2016, 10, 3), 1, 1), None)
    stage.run(lambda _: None)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def accepted(day: Rehearsal) -> list[Validated]:
    """The day's blocks, all accepted."""
    return judged(day.node)


def test_a_day_of_trade_is_accepted_block_by_block(day: Rehearsal, accepted: list[Validated]) -> None:
    """Every block passes, with its own header as the new head, no message and no new code."""
    happened = set[type[facts.Event]]()
    with connect(LocalTransport(day.node)) as connection:
        for number, one in enumerate(accepted, start=1):
            happened |= {type(fact.event) for fact in block_facts(connection, connection.block_hash(number) or b"")}
            assert one.result == ValidationResult(
                one.candidate.block.header.encode(), None, (), (), 0, one.candidate.relay_parent_number
            )

    assert len(accepted) == day.node.head.number
    assert happened >= {
        facts.OrderPlaced,
        facts.IntervalCleared,
        facts.BatchRecorded,
        facts.Minted,
        facts.TradeSettled,
        facts.BookSettled,
    }


def test_only_the_seal_is_added(day: Rehearsal, accepted: list[Validated]) -> None:
    """What validators get is the node's own block and its parent's header."""
    for one in accepted:
        candidate = one.candidate
        unsealed = Block(candidate.block.header.unsealed(), candidate.block.extrinsics)
        assert unsealed == day.node.block(unsealed.hash)
        assert blake2_256(candidate.parent_head) == unsealed.header.parent_hash


def test_the_declared_weight_of_a_block_covers_its_proof(day: Rehearsal, accepted: list[Validated]) -> None:
    """Blocks are filled by what calls say their proofs are, so none may come out larger."""
    for one in accepted:
        block_hash = one.candidate.block.header.unsealed().hash
        encoded = day.node.state_at(block_hash).get(storage_prefix("System", "BlockWeight")) or b""
        assert sum(map(len, one.candidate.proof)) < sum(proof_sizes(encoded))


def proof_sizes(weights: bytes) -> list[int]:
    """Read the proof sizes of a `PerDispatchClass<Weight>`: for each class time and proof, both compact."""
    found, at = [], 0
    while at < len(weights):
        _, at = read_compact(weights, at)
        size, at = read_compact(weights, at)
        found.append(size)
    return found


def test_transfers_failing_calls_and_empty_blocks_are_accepted(node: Node, wallet: Wallet) -> None:
    """Twenty transfers, a batch, a transfer of too much, an account that is emptied and removed, and nothing at all."""
    pay = [
        {"call_module": "Balances", "call_function": "transfer_keep_alive", "call_args": args} for args in _pays(wallet)
    ]
    everything = wallet.call("Balances", "transfer_all", dest=wallet.account("//Bob"), keep_alive=False)
    for nonce in range(20):
        node.submit(wallet.transfer("//Alice", nonce, "//Bob", AIP))
    node.author()
    node.submit(wallet.signed("//Alice", 20, wallet.call("Utility", "batch_all", calls=pay)))
    node.submit(wallet.transfer("//Bob", 0, "//Alice", 2_000_000 * AIP))
    node.author()
    node.submit(wallet.signed("//Charlie", 0, everything))
    node.author()
    node.author()

    blocks = judged(node)

    assert [len(one.candidate.block.extrinsics) - 2 for one in blocks] == [20, 2, 1, 0]


def _pays(wallet: Wallet) -> list[dict[str, object]]:
    return [{"dest": wallet.account(f"//New{index}"), "value": AIP} for index in range(5)]


def test_new_code_is_accepted_and_handed_on(
    node: Node, wallet: Wallet, another_build: Callable[[bytes], bytes]
) -> None:
    """The block that announces new code tells the relay chain, the next one enacts it, then the new code judges."""
    old = node.state_at().get(CODE) or b""
    new = another_build(old)
    node.submit(wallet.signed("//Alice", 0, wallet.upgrade(new)))
    for _ in range(3):
        node.author()

    blocks = judged(node)

    assert [one.result.new_validation_code for one in blocks] == [new, None, None]
    assert [one.runtime.code_hash for one in blocks] == [blake2_256(old), blake2_256(old), blake2_256(new)]


# altered candidates


@pytest.fixture(scope="module")
def busy(accepted: list[Validated]) -> Validated:
    """The block of the day with the largest proof."""
    return max(accepted, key=lambda one: len(one.candidate.block_data()))


def refusal(one: Validated, altered: Candidate) -> str:
    """Return why validators refuse a candidate in the place of one that they accept."""
    assert altered != one.candidate
    with pytest.raises(CandidateRefused) as refused:
        validate(one.runtime, altered)
    assert f"Block {altered.block.number} " in str(refused.value)
    return refused.value.reason


def resealed(candidate: Candidate, header: Header, by: Keypair = ALICE) -> Candidate:
    """Put another header over a candidate's extrinsics and let an author sign it."""
    seal = aura_seal(by.sign(header.hash))
    return replace(candidate, block=replace(candidate.block, header=replace(header, digest=(*header.digest, seal))))


def test_a_wrong_state_root_is_refused(busy: Validated) -> None:
    """Even when the author signs it: the runtime comes to another root."""
    header = busy.candidate.block.header.unsealed()
    for root in (bytes(32), Header.decode(busy.candidate.parent_head).state_root):
        altered = resealed(busy.candidate, replace(header, state_root=root))
        assert "Storage root must match that calculated" in refusal(busy, altered)


def test_other_extrinsics_are_refused(busy: Validated) -> None:
    """One dropped, one added twice, one byte of one changed; and another root over them."""
    block = busy.candidate.block
    *others, last = block.extrinsics
    for extrinsics in ((*others,), (*others, last, last), (*others, last[:-1] + bytes((last[-1] ^ 1,)))):
        refusal(busy, replace(busy.candidate, block=replace(block, extrinsics=extrinsics)))
    altered = resealed(busy.candidate, replace(block.header.unsealed(), extrinsics_root=bytes(32)))
    assert "Transaction trie root must be valid" in refusal(busy, altered)


def test_a_damaged_proof_is_refused(busy: Validated) -> None:
    """Without any one of its items, or with one byte changed anywhere, it proves another state or none."""
    proof = busy.candidate.proof
    for index, item in enumerate(proof):
        changed = item[:-1] + bytes((item[-1] ^ 1,))
        refusal(busy, replace(busy.candidate, proof=(*proof[:index], *proof[index + 1 :])))
        refusal(busy, replace(busy.candidate, proof=(*proof[:index], changed, *proof[index + 1 :])))


def test_another_parent_is_refused(accepted: list[Validated], busy: Validated) -> None:
    """A block follows its own parent only."""
    altered = replace(busy.candidate, parent_head=accepted[0].candidate.parent_head)
    assert "Parachain head needs to be the parent of the first block" in refusal(busy, altered)


def test_another_relay_parent_is_refused(busy: Validated) -> None:
    """The block was made on one relay block, by its number and its state."""
    number = replace(busy.candidate, relay_parent_number=busy.candidate.relay_parent_number + 1)
    root = replace(busy.candidate, relay_parent_storage_root=bytes(32))

    assert "Relay parent number doesn't match" in refusal(busy, number)
    assert "Relay parent storage root doesn't match" in refusal(busy, root)


def test_a_block_without_its_authors_seal_is_refused(busy: Validated) -> None:
    """No seal, or the seal of somebody whose turn it was not."""
    header = busy.candidate.block.header.unsealed()
    unsealed = replace(busy.candidate, block=replace(busy.candidate.block, header=header))

    assert "Could not find an AuRa seal digest" in refusal(busy, unsealed)
    assert "Invalid AuRa seal" in refusal(busy, resealed(busy.candidate, header, Keypair.create_from_uri("//Bob")))
