"""Any bytes at the committed runtime in the embedded host: the answer has a name, and what is refused leaves no trace.

The bytes are of no meaning at all, or real transactions and blocks with some bytes changed, cut, added or repeated.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aipchain.chain.errors import BlockRefused
from aipchain.chain.host.authoring import Authored, execute_block
from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import read_vec, vec
from aipchain.chain.host.state import Changes, State
from aipchain.chain.rpc.local import LocalTransport
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge.keys import AccountKey, development_account, development_device
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.types import (
    CommunityId,
    MeterId,
    NewOrder,
    Parameters,
    Permill,
    Role,
    Side,
    SignedReading,
    Source,
)
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.property.chain.conftest import Chain

START = UnixSeconds(1_475_445_600)
DELIVERY = UnixSeconds(START + 7_200)
COMMUNITY, METER = CommunityId(0), MeterId(0)
ALICE, BOB, CHARLIE = (development_account(name) for name in ("Alice", "Bob", "Charlie"))

NAMED_REFUSALS = {1001, 1002, 1010, 1011, 1012, 1013, 1014, 1016, 1018, 4003}
"""Codes of Substrate's pool and client errors; -32603, an error nobody foresaw, is none of them."""
DEEPEST = 100_000
"""Calls within calls; a runtime reads far fewer."""

EDIT = st.tuples(st.sampled_from(["change", "cut", "add", "repeat"]), st.integers(0, 2_000), st.binary(max_size=4))
EDITS = st.lists(EDIT, min_size=1, max_size=3)


def bent(original: bytes, edits: Sequence[tuple[str, int, bytes]]) -> bytes:
    """Edit the bytes, one edit after the other."""
    for edit, place, new in edits:
        at = place % (len(original) + 1)
        match edit:
            case "change":
                original = original[:at] + new + original[at + len(new) :]
            case "cut":
                original = original[:at]
            case "add":
                original = original[:at] + new + original[at:]
            case _:
                original = original[:at] + original[at:] * 2
    return original


@dataclass(frozen=True, slots=True, repr=False)
class Town:
    """A chain on which a community was founded, and transactions that fit its next block.

    `block` is the next block, of these transactions; `envelope` is all of the first one before its call, `wrap` what
    makes a call a batch of one.
    """

    chain: "Chain"
    state: State
    transactions: tuple[bytes, ...]
    block: bytes
    envelope: bytes
    wrap: bytes

    @property
    def head(self) -> Header:
        """The block that the transactions follow."""
        return self.chain.node.head

    def author(self, transactions: Sequence[bytes]) -> Authored:
        """Make the next block, without keeping it."""
        return self.chain.author(self.head, self.state, transactions)

    def answer(self, extrinsic: bytes) -> dict[str, object]:
        """Hand bytes in over JSON-RPC."""
        transport = LocalTransport(self.chain.node)
        request = {"id": 1, "jsonrpc": "2.0", "method": "author_submitExtrinsic", "params": ["0x" + extrinsic.hex()]}
        transport.send(json.dumps(request))
        answer: dict[str, object] = json.loads(transport.recv())
        transport.close()
        return answer

    def contents(self) -> tuple[bytes, set[bytes]]:
        """The state root, and all transactions of the pool."""
        waiting = (*self.chain.node.pool.ready(), *self.chain.node.pool.future())
        return self.head.state_root, {transaction.extrinsic for transaction in waiting}


def founding(metadata: Metadata) -> Call:
    """Found a community of Alice, admit Bob, enrol his meter, all in one."""
    meter = development_device("Bob's meter")
    return calls.batch_all(
        metadata,
        [
            calls.found(
                metadata,
                name="Elm",
                interval_s=3_600,
                epoch_s=86_400,
                zones=("street",),
                parameters=Parameters(600, 300, 900, Permill(100_000)),
                steward=ALICE.public,
            ),
            calls.admit(metadata, community=COMMUNITY, account=BOB.public, roles=(Role.PRODUCER, Role.GATEWAY)),
            calls.enrol_meter(
                metadata,
                community=COMMUNITY,
                owner=BOB.public,
                device_key=meter.public,
                zone=0,
                source=Source.SOLAR,
                connection_limit_w=10_000,
                import_register_wh=Wh(0),
                export_register_wh=Wh(0),
                reads_from=START,
            ),
        ],
    )


def next_calls(metadata: Metadata) -> list[tuple[AccountKey, Call]]:
    """Calls of every kind of argument: text, accounts, lists, signatures, calls in calls."""
    order = NewOrder(1, METER, Side.OFFER, Wh(500), Price(200_000_000))
    readings = (SignedReading(METER, Wh(0), Wh(400), bytes(64)),)
    batch = calls.submit_batch(
        metadata, community=COMMUNITY, interval_start=START, batch_id=bytes(32), readings=readings
    )
    transfer = calls.transfer_keep_alive(metadata, dest=CHARLIE.public, value=10**12)
    return [
        (ALICE, calls.admit(metadata, community=COMMUNITY, account=CHARLIE.public, roles=(Role.CONSUMER,))),
        (ALICE, calls.register_build(metadata, bundle=bytes(32), name="rule", release=1, build=1)),
        (ALICE, calls.sudo(metadata, transfer)),
        (BOB, calls.place_orders(metadata, community=COMMUNITY, interval_start=DELIVERY, orders=(order,))),
        (BOB, batch),
        (CHARLIE, calls.batch_all(metadata, [transfer, transfer])),
    ]


def signed_in_turn(chain: "Chain", wanted: Sequence[tuple[AccountKey, Call]]) -> tuple[bytes, ...]:
    """Sign each call with its account's next nonce; Alice has founded already."""
    nonces = {ALICE.public: 1}
    extrinsics = []
    for key, call in wanted:
        nonce = nonces.get(key.public, 0)
        nonces[key.public] = nonce + 1
        extrinsics.append(chain.signed(key, nonce, call))
    return tuple(extrinsics)


@pytest.fixture(scope="module")
def town(chain: "Chain") -> Town:
    """A founded community on the committed runtime."""
    founded = chain.author(chain.header, chain.state, [chain.signed(ALICE, 0, founding(chain.metadata))])
    assert all(outcome.verdict.is_included for outcome in founded.outcomes)
    chain.node.import_block(founded.block)
    wanted = next_calls(chain.metadata)
    transactions = signed_in_turn(chain, wanted)
    envelope = read_vec(transactions[0], 0)[0].removesuffix(wanted[0][1])
    wrap = calls.batch_all(chain.metadata, [Call(b"")])
    state = chain.state.applied(founded.changes)
    block = chain.author(founded.block.header, state, transactions).block.encode()
    return Town(chain, state, transactions, block, envelope, wrap)


def some_transaction(town: Town, choice: int, edits: Sequence[tuple[str, int, bytes]]) -> bytes:
    """A real transaction, bent inside its length so that it is read and not only measured."""
    body, _ = read_vec(town.transactions[choice], 0)
    return vec(bent(body, edits))


def is_named(answer: dict[str, object]) -> bool:
    """Whether a refusal is one of those that clients know."""
    error = answer.get("error")
    return isinstance(error, dict) and error["code"] in NAMED_REFUSALS and bool(error["message"])


@settings(max_examples=150)
@given(st.binary(max_size=300).flatmap(lambda body: st.sampled_from([body, vec(body), vec(b"\x84" + body)])))
def test_bytes_of_no_meaning_are_refused_by_name(town: Town, given_bytes: bytes) -> None:
    """Nothing is taken, and the pool and the state are as they were."""
    before = town.contents()

    assert is_named(town.answer(given_bytes))
    assert town.contents() == before


@settings(max_examples=150)
@given(choice=st.integers(0, 5), edits=EDITS)
def test_a_bent_transaction_is_taken_or_refused_by_name(
    town: Town, choice: int, edits: list[tuple[str, int, bytes]]
) -> None:
    """A refusal changes nothing; what is taken is in the pool."""
    extrinsic = some_transaction(town, choice, edits)
    before = town.contents()
    answer = town.answer(extrinsic)

    if "result" in answer:
        assert extrinsic in town.contents()[1]
    else:
        assert is_named(answer)
        assert town.contents() == before


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 5), st.just([]) | EDITS) | st.binary(max_size=100), max_size=8))
def test_a_block_is_that_of_its_good_transactions(
    town: Town, offered: list[tuple[int, list[tuple[str, int, bytes]]] | bytes]
) -> None:
    """What a block refuses leaves no trace in it, and the block runs again to the same state."""
    extrinsics = [one if isinstance(one, bytes) else some_transaction(town, *one) for one in offered]
    mixed = town.author(extrinsics)
    inherents = 2
    alone = town.author(mixed.block.extrinsics[inherents:])

    assert alone.block == mixed.block
    assert execute_block(town.chain.runtime, town.state, mixed.block).top == mixed.changes.top


@settings(max_examples=150)
@given(edits=EDITS)
def test_a_bent_block_is_refused(town: Town, edits: list[tuple[str, int, bytes]]) -> None:
    """Whatever is changed in a block, it is no block any more or not the next one; the chain stands."""
    encoded = bent(town.block, edits)
    assume(encoded != town.block)
    before = town.head
    try:
        block = Block.decode(encoded)
    except ValueError:
        return
    with pytest.raises(BlockRefused):
        town.chain.node.import_block(block)
    assert town.head == before


@settings(max_examples=300)
@given(data=st.data(), argument=st.binary(max_size=200))
def test_every_function_ends_by_name(town: Town, data: st.DataObject, argument: bytes) -> None:
    """It answers, or says why it stopped and leaves what it was given as it was."""
    function = data.draw(st.sampled_from(sorted(town.chain.runtime.functions)))
    overlay = Overlay(town.state)
    try:
        town.chain.runtime.call(function, argument, overlay)
        reason = "it answered"
    except (RuntimePanicked, HostCallFailed) as stopped:
        reason = str(stopped).removeprefix(f"The runtime stopped in {function}: ")

    if reason != "it answered":
        assert reason
        assert overlay.changes() == Changes({}, {})


@settings(max_examples=20)
@given(depth=st.integers(0, DEEPEST))
def test_calls_within_calls_end_by_name(town: Town, depth: int) -> None:
    """However deep they lie, the pool says no to a wrong signature or to the depth, and lives on."""
    first_call = read_vec(town.transactions[0], 0)[0].removeprefix(town.envelope)
    nested = vec(town.envelope + town.wrap * (depth + 1) + first_call)
    before = town.contents()

    assert is_named(town.answer(nested))
    assert town.contents() == before
