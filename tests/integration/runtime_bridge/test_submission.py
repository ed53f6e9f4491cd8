"""Each call takes effect at most once, and its fate is read from the chain."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.runtime_bridge.calls import batch_all, sudo, transfer_keep_alive
from aipchain.runtime_bridge.connection import Connection, Transport, connect
from aipchain.runtime_bridge.errors import (
    ConnectionLost,
    DispatchRefused,
    NonceTaken,
    NotIncludedYet,
    ResultForgotten,
    RuntimeChanged,
    SubmissionExpired,
    SubmissionRefused,
)
from aipchain.runtime_bridge.events import block_facts
from aipchain.runtime_bridge.facts import OtherEvent
from aipchain.runtime_bridge.keys import AccountKey, account_from_uri
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.metadata_v14 import read_metadata
from aipchain.runtime_bridge.outbox import FileOutbox, MemoryOutbox
from aipchain.runtime_bridge.reads import account_info
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import Balance

ONE_AIP = Balance(10**12)
TOO_MUCH = Balance(10**30)
ERA = 64


def pay(connection: Connection, to: AccountKey, amount: Balance = ONE_AIP) -> Call:
    """Transfer money to `to`."""
    return transfer_keep_alive(connection.metadata, dest=to.public, value=amount)


def money(connection: Connection, account: AccountKey) -> int:
    """Free money of an account [base units]."""
    return account_info(connection, account.public).data.free


def test_a_call_pays_its_fee_and_tells_what_it_did(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """Money leaves with the fee on top (it goes to the author), and the events are the extrinsic's own."""
    before = money(connection, alice), money(connection, bob)
    outcome = submitter.submit(pay(connection, alice), bob, purpose="rent")
    assert before[1] - money(connection, bob) == ONE_AIP + outcome.fee
    assert money(connection, alice) - before[0] == ONE_AIP + outcome.fee
    names = [event.name for event in outcome.events() if isinstance(event, OtherEvent)]
    assert {"Transfer", "TransactionFeePaid", "ExtrinsicSuccess"} <= set(names)
    assert outcome.block is not None
    facts = block_facts(connection, outcome.block.hash)
    assert outcome.facts == tuple(fact for fact in facts if fact.extrinsic == outcome.block.index)
    assert outcome.purpose == "rent"


def test_many_calls_of_many_accounts_share_a_block(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """Outcomes come in the order of the calls."""
    calls = [(pay(connection, bob), alice), (pay(connection, alice), bob)] * 10
    outcomes = submitter.submit_many(calls)
    places = [outcome.block for outcome in outcomes if outcome.block]
    assert len({place.hash for place in places}) == 1
    assert len({place.index for place in places}) == 20
    assert account_info(connection, alice.public).nonce == 10


def test_a_refused_call_is_told_and_the_others_go_on(
    connection: Connection, submitter: Submitter, alice: AccountKey, bob: AccountKey
) -> None:
    """Failures in a block: of the call itself, inside a batch, inside sudo; each pays its fee."""
    too_much = pay(connection, alice, TOO_MUCH)
    outcomes = submitter.submit_many(
        [
            (too_much, bob),
            (batch_all(connection.metadata, [pay(connection, alice), too_much]), bob),
            (sudo(connection.metadata, too_much), alice),
            (sudo(connection.metadata, too_much), bob),
            (pay(connection, bob), alice),
        ]
    )
    assert [str(outcome.refusal).split(":")[0] for outcome in outcomes] == [
        "Arithmetic.Underflow",
        "Arithmetic.Underflow",
        "System.BadOrigin",
        "Sudo.RequireSudo",
        "None",
    ]
    assert all(outcome.fee for outcome in outcomes[:2])
    assert all(outcome.block for outcome in outcomes)
    with pytest.raises(DispatchRefused):
        submitter.submit(too_much, bob)


def test_what_the_pool_refuses_costs_no_nonce(
    node: Node, connection: Connection, make_submitter: Callable[..., Submitter], alice: AccountKey
) -> None:
    """An account without money gets a clear refusal; once it has money, its first call has nonce 0."""
    poor, outbox = account_from_uri("//Poor"), MemoryOutbox()
    submitter = make_submitter(connection, outbox)
    with pytest.raises(SubmissionRefused, match="pay some fees"):
        submitter.submit(pay(connection, alice), poor)
    assert outbox.pending() == ()
    submitter.submit(pay(connection, poor, Balance(100 * ONE_AIP)), alice)
    submitter.submit(pay(connection, alice), poor)
    assert account_info(connection, poor.public).nonce == 1


@pytest.mark.parametrize("code", [1_010, 1_016, -32_602])
def test_a_refusal_of_the_bytes_is_final(
    make_submitter: Callable[..., Submitter],
    busy: Callable[[int], Transport],
    alice: AccountKey,
    bob: AccountKey,
    code: int,
) -> None:
    """The pool did not take them, or the node does not serve the request: nothing is kept."""
    outbox = MemoryOutbox()
    with connect(busy(code), pallets=()) as connection, pytest.raises(SubmissionRefused, match="not now"):
        make_submitter(connection, outbox).submit(pay(connection, bob), alice)
    assert outbox.pending() == ()


@pytest.mark.parametrize("code", [-32_603, -32_000, -32_029, 0])
def test_a_node_that_is_busy_says_nothing_about_the_bytes(
    make_submitter: Callable[..., Submitter],
    busy: Callable[[int], Transport],
    alice: AccountKey,
    bob: AccountKey,
    code: int,
) -> None:
    """An error of the node or of a proxy before it: the extrinsic is kept, and resuming sends the same bytes."""
    with connect(busy(code), pallets=()) as connection:
        before, submitter = money(connection, bob), make_submitter(connection)
        with pytest.raises(NotIncludedYet):
            submitter.submit(pay(connection, bob), alice)
        (outcome,) = submitter.resume()
        assert outcome.checked().block is not None
        assert money(connection, bob) - before == ONE_AIP


def test_bytes_that_a_node_lost_are_sent_again(
    node: Node, busy: Callable[[int], Transport], alice: AccountKey, bob: AccountKey
) -> None:
    """Eight blocks without them, and the node gets the same bytes once more; nobody has to resume."""

    def author(attempt: int) -> bool:
        node.author()
        return attempt < 16

    with connect(busy(-32_603), pallets=()) as connection:
        before = money(connection, bob)
        outcome = Submitter(connection, wait=author).submit(pay(connection, bob), alice)
        assert outcome.block is not None
        assert money(connection, bob) - before == ONE_AIP


def test_an_error_is_named_by_the_runtime_that_gave_it(
    node: Node, connection: Connection, make_submitter: Callable[..., Submitter], alice: AccountKey, bob: AccountKey
) -> None:
    """An upgrade renames errors; those of blocks before it keep their names."""
    outbox = MemoryOutbox()
    signed = make_submitter(connection, outbox).sign(sudo(connection.metadata, pay(connection, alice)), bob)
    connection.rpc("author_submitExtrinsic", f"0x{signed.extrinsic.hex()}")
    node.author()
    raw = bytes.fromhex(connection.rpc("state_getMetadata")[2:])
    renamed = read_metadata(raw.replace(b"RequireSudo", b"SudoRenamed"))
    connection.metadata = Metadata(renamed, replace(connection.metadata.version, spec_version=2))

    (outcome,) = make_submitter(connection, outbox).resume()

    assert isinstance(outcome.refusal, DispatchRefused)
    assert (outcome.refusal.pallet, outcome.refusal.name) == ("Sudo", "RequireSudo")


@pytest.mark.parametrize("delivers", [True, False])
def test_a_call_whose_answer_was_lost_takes_effect_once(
    node: Node,
    connection: Connection,
    make_submitter: Callable[..., Submitter],
    breaking_transport: Callable[[bool], Transport],
    alice: AccountKey,
    bob: AccountKey,
    delivers: bool,
) -> None:
    """Whether or not the node got it: after resuming with the same outbox it was done exactly once."""
    before, outbox = money(connection, bob), MemoryOutbox()
    broken = connect(breaking_transport(delivers), pallets=())
    with pytest.raises(ConnectionLost):
        make_submitter(broken, outbox).submit(pay(connection, bob), alice, purpose="once")
    assert [signed.purpose for signed in outbox.pending()] == ["once"]
    (outcome,) = make_submitter(connection, outbox).resume()
    assert outcome.checked().purpose == "once"
    node.author()
    assert money(connection, bob) - before == ONE_AIP
    assert outbox.pending() == ()


def test_a_call_that_was_included_before_a_crash_is_found(
    node: Node,
    connection: Connection,
    make_submitter: Callable[..., Submitter],
    tmp_path: Path,
    alice: AccountKey,
    bob: AccountKey,
) -> None:
    """The next process reads the outbox file, sends the same bytes, and finds them in an older block."""
    before = money(connection, bob)
    first = FileOutbox(tmp_path / "outbox.db", connection.genesis_hash)
    signed = make_submitter(connection, first).sign(pay(connection, bob), alice)
    connection.rpc("author_submitExtrinsic", f"0x{signed.extrinsic.hex()}")
    included = node.author()
    for _ in range(3):
        node.author()
    second = FileOutbox(tmp_path / "outbox.db", connection.genesis_hash)
    (outcome,) = make_submitter(connection, second).resume()
    assert outcome.block is not None
    assert outcome.block.number == included.block.number
    assert money(connection, bob) - before == ONE_AIP
    first.close()
    second.close()


def test_a_block_that_a_node_does_not_have_yet_is_no_verdict(
    node: Node,
    connection: Connection,
    make_submitter: Callable[..., Submitter],
    lagging: Transport,
    alice: AccountKey,
    bob: AccountKey,
) -> None:
    """The nonce is used, by this very extrinsic, in the block that one node behind the address lacks: it is waited
    for, never given up."""
    outbox = MemoryOutbox()
    signed = make_submitter(connection, outbox).sign(pay(connection, bob), alice)
    connection.rpc("author_submitExtrinsic", f"0x{signed.extrinsic.hex()}")
    included = node.author()
    node.author()
    with connect(lagging, pallets=()) as behind:
        (outcome,) = make_submitter(behind, outbox).resume()
    assert outcome.block is not None
    assert outcome.block.number == included.block.number


def test_a_result_that_the_node_has_discarded_is_not_guessed(
    make_submitter: Callable[..., Submitter], forgetful: Transport, alice: AccountKey, bob: AccountKey
) -> None:
    """It was included, so it is not sent again; whether it succeeded is not known here."""
    outbox = MemoryOutbox()
    with connect(forgetful, pallets=()) as connection:
        (outcome,) = make_submitter(connection, outbox).submit_many([(pay(connection, bob), alice)])
    assert isinstance(outcome.refusal, ResultForgotten)
    assert outcome.block is not None
    assert outbox.pending() == ()


def test_an_extrinsic_dies_with_its_era(
    node: Node, connection: Connection, make_submitter: Callable[..., Submitter], alice: AccountKey, bob: AccountKey
) -> None:
    """After the last block of its era it is given up, and the next call takes its nonce."""
    outbox = MemoryOutbox()
    make_submitter(connection, outbox).sign(pay(connection, bob), alice)
    for _ in range(ERA):
        node.author()
    submitter = make_submitter(connection, outbox)
    (outcome,) = submitter.resume()
    assert isinstance(outcome.refusal, SubmissionExpired)
    assert outcome.refusal.last_block == ERA - 1
    assert (outcome.block, outcome.fee, outbox.pending()) == (None, 0, ())
    submitter.submit(pay(connection, bob), alice)
    assert account_info(connection, alice.public).nonce == 1


def test_a_nonce_that_went_to_another_is_told(
    connection: Connection, make_submitter: Callable[..., Submitter], alice: AccountKey, bob: AccountKey
) -> None:
    """Two programs with one key: the slower one's extrinsic can never be included, and says so."""
    outbox = MemoryOutbox()
    make_submitter(connection, outbox).sign(pay(connection, bob), alice)
    make_submitter(connection).submit(pay(connection, bob), alice)
    (outcome,) = make_submitter(connection, outbox).resume()
    assert isinstance(outcome.refusal, NonceTaken)
    assert outbox.pending() == ()


def test_waiting_in_vain_keeps_the_extrinsic(
    node: Node, connection: Connection, alice: AccountKey, bob: AccountKey
) -> None:
    """No block, no verdict: it stays in the outbox and is found later."""
    before, outbox = money(connection, bob), MemoryOutbox()
    submitter = Submitter(connection, outbox=outbox, wait=lambda attempt: attempt < 3)
    with pytest.raises(NotIncludedYet) as undecided:
        submitter.submit(pay(connection, bob), alice)
    assert undecided.value.looks == 3
    assert len(outbox.pending()) == 1
    node.author()
    (outcome,) = submitter.resume()
    assert outcome.checked().block is not None
    assert money(connection, bob) - before == ONE_AIP


def test_outcomes_decided_before_waiting_ended_are_not_lost(
    node: Node, connection: Connection, alice: AccountKey, bob: AccountKey
) -> None:
    """One of two calls is refused by the pool, the other undecided: resuming tells both."""
    poor = account_from_uri("//Poor")
    submitter = Submitter(connection, wait=lambda attempt: False)
    with pytest.raises(NotIncludedYet):
        submitter.submit_many([(pay(connection, bob), poor), (pay(connection, bob), alice)])
    node.author()
    outcomes = submitter.resume()
    assert [type(outcome.refusal) for outcome in outcomes] == [SubmissionRefused, type(None)]


def test_nonces_go_on_from_what_the_outbox_holds(
    connection: Connection, make_submitter: Callable[..., Submitter], alice: AccountKey, bob: AccountKey
) -> None:
    """A new program with the same outbox does not sign a second extrinsic for a nonce in flight."""
    outbox = MemoryOutbox()
    first = make_submitter(connection, outbox)
    assert [first.sign(pay(connection, bob), alice).nonce for _ in range(3)] == [0, 1, 2]
    second = make_submitter(connection, outbox)
    assert second.sign(pay(connection, bob), alice).nonce == 3
    assert all(outcome.refusal is None for outcome in second.resume())


def test_calls_of_an_older_runtime_are_not_signed(
    make_submitter: Callable[..., Submitter],
    upgrading: tuple[Transport, Callable[[], None]],
    alice: AccountKey,
    bob: AccountKey,
) -> None:
    """After an upgrade the calls have to be composed anew; the connection is ready for it."""
    transport, upgrade = upgrading
    with connect(transport, pallets=()) as connection:
        submitter = make_submitter(connection)
        call = pay(connection, bob)
        upgrade()
        with pytest.raises(RuntimeChanged, match="from aipchain 1 to aipchain 2"):
            submitter.submit(call, alice)
        assert connection.metadata.version.spec_version == 2
        assert account_info(connection, alice.public).nonce == 0
        with pytest.raises(SubmissionRefused):
            submitter.submit(pay(connection, bob), alice)


def test_a_submitter_works_with_a_node_that_seals_on_demand(
    clock: SimulatedClock, alice: AccountKey, bob: AccountKey
) -> None:
    """Nobody has to make blocks then; the first look finds them."""
    with (
        Node.open(None, clock=clock, sealing=Sealing.ON_DEMAND) as node,
        connect(LocalTransport(node), pallets=()) as connection,
    ):
        submitter = Submitter(connection, wait=lambda attempt: False)
        outcomes = submitter.submit_many([(pay(connection, bob), alice)] * 3)
    assert [outcome.block.number for outcome in outcomes if outcome.block] == [1, 2, 3]
