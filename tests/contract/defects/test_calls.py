"""Defects i, j, m, n: errors inside calls, origins, what a call weighs, and who may clean up.

Where every call of the chain is meant, it is made up from the metadata with all bytes zero, so that a new call is
looked at as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.codec import compact
from aipchain.runtime_bridge.errors import RpcRefused, SubmissionRefused, Unencodable
from aipchain.runtime_bridge.extrinsics import Era, sign
from aipchain.runtime_bridge.keys import AccountKey, account_from_seed
from aipchain.runtime_bridge.metadata import Call, CallFunction, argument_layouts
from aipchain.runtime_bridge.metadata_v14 import read_metadata
from aipchain.runtime_bridge.protocol import OWN_PALLETS
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village

ZEROS = bytes(4_096)
OWN_CALLS = [(pallet, function) for pallet in OWN_PALLETS for function in calls.CALLS[pallet]]
OPEN_TO_ROOT = {calls.found}
"""Root may found a community in a steward's name; every other call of ours needs a signature."""
BARE = (b"\x04", b"\x05")
"""First byte of an extrinsic without a signature: version 4 and 5."""
REFUSED_BY_THE_POOL = {1010, 1011}
"""Codes of `author_submitExtrinsic`: invalid, and nobody vouches for it."""
BAD_ORIGIN = "0x000102"
"""The verdict on an extrinsic in a block that had no effect, since its origin may not call."""


def blank(village: Village, pallet: str, function: CallFunction) -> Call:
    """A call whose arguments are all zero."""
    parts = [village.metadata.call_prefix(pallet, function.__name__)]
    for _, layout in argument_layouts(function):
        _, end = layout.decode(ZEROS, 0)
        parts.append(ZEROS[:end])
    return Call(b"".join(parts))


def written(body: bytes) -> str:
    """An extrinsic as a node takes it."""
    return f"0x{(compact(len(body)) + body).hex()}"


# i


def test_i_inner_errors_propagate(village: Village) -> None:
    """The other market threw away the errors of inner calls; here the first that fails fails the whole, by its name,
    and what stood before it is taken back."""
    order = village.placing(village.order(village.buyer, t.Side.BID, 300))
    nobodys = calls.cancel_order(village.metadata, number=t.OrderNumber(99))

    for inner in ([order, nobodys], [nobodys, order]):
        batch = calls.batch_all(village.metadata, inner)
        assert village.is_refused(village.buyer.key, batch).name == "UnknownOrder"
    assert reads.next_order_number(village.connection) == 0


@pytest.mark.parametrize("kind", ["batch", "force_batch"])
def test_i_inner_errors_propagate_out_of_a_batch_that_goes_on(village: Village, kind: str) -> None:
    """A batch that ends, or goes on, beside a failed call succeeds itself; its outcome is a refusal all the same."""
    inner = calls.cancel_order(village.metadata, number=t.OrderNumber(99))
    call = Call(village.metadata.call_prefix("Utility", kind) + compact(1) + inner)
    (outcome,) = village.submitter.submit_many([(call, village.buyer.key)])

    assert "UnknownOrder" in str(outcome.refusal)


def test_i_inner_errors_propagate_out_of_another_origin(village: Village) -> None:
    """A call that was made as nobody fails, and so does the one that made it."""
    as_nobody = Call(village.metadata.call_prefix("Utility", "dispatch_as") + b"\x00\x02" + village.settling())
    (outcome,) = village.submitter.submit_many([(calls.sudo(village.metadata, as_nobody), village.steward)])

    assert "BadOrigin" in str(outcome.refusal)


def test_i_inner_errors_propagate_from_pallet_to_pallet(village: Village) -> None:
    """The other market went on when its registry refused; here an order whose money cannot be held is none."""
    free, _ = village.money(village.buyer)
    covered = village.order(village.buyer, t.Side.BID, 1, price=1)
    dear = village.order(village.buyer, t.Side.BID, 1_000, price=free // 1_000 + 1, id=1)

    refusal = village.is_refused(village.buyer.key, village.placing(covered, dear))

    assert (refusal.pallet, refusal.name) == ("Token", "FundsUnavailable")
    assert reads.books(village.connection, village.here) == {}


def test_i_inner_errors_propagate_after_a_settlement(village: Village) -> None:
    """The other market kept what went before an error; here a settlement in one call with a failing step is undone to
    the last watt-hour, and the same settlement alone pays."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    village.clears(village.trade(bid, offer, 300))
    village.delivers(village.reading(village.buyer, import_wh=300), village.reading(village.seller, export_wh=300))
    village.becomes_final()
    absent = calls.settle(
        village.metadata, community=village.here, interval_start=UnixSeconds(village.interval + 3_600), limit=1
    )

    steps = calls.batch_all(village.metadata, [village.settling(), absent])

    assert village.is_refused(village.stranger, steps).name == "NoBook"
    assert reads.total_minted(village.connection) == 0
    told = village.does(village.stranger, village.settling())
    assert [event.paid for event in told if isinstance(event, facts.TradeSettled)] == [300 * village.tariff]


# j


@pytest.mark.parametrize(("pallet", "function"), OWN_CALLS, ids=lambda each: getattr(each, "__name__", None))
def test_j_wrong_origin_is_an_error(village: Village, pallet: str, function: CallFunction) -> None:
    """The other market unwrapped the origin, so that a wrong one stopped the runtime; here root and nobody are told
    that they are not who may call, and the chain makes its next block."""
    call = blank(village, pallet, function)
    before = village.state()

    if function not in OPEN_TO_ROOT:
        assert village.is_refused(village.steward, calls.sudo(village.metadata, call)).name == "BadOrigin"
    as_nobody = Call(village.metadata.call_prefix("Utility", "dispatch_as") + b"\x00\x02" + call)

    assert village.is_refused(village.steward, calls.sudo(village.metadata, as_nobody)).name == "BadOrigin"
    assert village.state() == before
    assert village.node.author().block.number == village.node.head.number


def test_j_wrong_origin_is_an_error_for_root_only_calls(village: Village) -> None:
    """The other market took the origin for what it should be; here a member who plays root is refused by name."""
    usurper = calls.sudo(village.metadata, village.placing(village.order(village.buyer, t.Side.BID, 1)))
    as_nobody = Call(village.metadata.call_prefix("Utility", "dispatch_as") + b"\x00\x02" + village.settling())

    assert village.is_refused(village.buyer.key, usurper).name == "RequireSudo"
    assert village.is_refused(village.buyer.key, as_nobody).name == "BadOrigin"


# m


def orders(village: Village, count: int) -> tuple[t.NewOrder, ...]:
    """As many orders of the buyer, 1 Wh each."""
    return tuple(village.order(village.buyer, t.Side.BID, 1, id=id) for id in range(count))


def placing(village: Village, count: int) -> Call:
    """The call that places so many orders."""
    return village.placing(*orders(village, count))


def posting(village: Village, count: int) -> Call:
    """The call that posts the prices of so many intervals."""
    price = t.PostedPrice(village.interval, Price(2), Price(1))
    return calls.post_reference_prices(village.metadata, community=village.here, prices=(price,) * count)


def clearing(village: Village, count: int) -> Call:
    """The call that submits so many trades."""
    return calls.submit_clearing(
        village.metadata,
        community=village.here,
        interval_start=village.interval,
        rules=t.RuleSet(bytes(32), bytes(32)),
        trades=(village.trade(0, 1, 1),) * count,
        certificate=t.Nothing(),
    )


def proving(village: Village, count: int) -> Call:
    """The call that submits one trade with so many duals."""
    dual = t.Dual(t.OrderNumber(0), Wh(1), Price(1))
    return calls.submit_clearing(
        village.metadata,
        community=village.here,
        interval_start=village.interval,
        rules=t.RuleSet(bytes(32), bytes(32)),
        trades=(village.trade(0, 1, 1),),
        certificate=t.Optimum((dual,) * count),
    )


def reading(village: Village, count: int) -> Call:
    """The call that delivers so many readings."""
    signed = t.SignedReading(village.buyer.meter, Wh(0), Wh(0), bytes(64))
    return calls.submit_batch(
        village.metadata,
        community=village.here,
        interval_start=village.interval,
        batch_id=bytes(32),
        readings=(signed,) * count,
    )


def minting(village: Village, count: int) -> Call:
    """The call that mints the readings of so many meters."""
    return village.minting(*([village.buyer.meter] * count))


def settling(village: Village, count: int) -> Call:
    """The call that settles so many trades and orders."""
    return village.settling(count)


def voiding(village: Village, count: int) -> Call:
    """The call that releases so many orders."""
    return village.voiding(count)


def batching(village: Village, count: int) -> Call:
    """The call that cancels so many orders, one by one."""
    cancelling = calls.cancel_order(village.metadata, number=t.OrderNumber(0))
    return calls.batch_all(village.metadata, [cancelling] * count)


LONG: dict[Callable[[Village, int], Call], int] = {
    placing: 500, posting: 192, clearing: 2_000, proving: 4_000, reading: 500, minting: 500, settling: 1_000,
    voiding: 1_000, batching: 100,
}  # fmt: skip
"""Calls whose work has a length, and the most they take."""


def signed_by(village: Village, key: AccountKey, call: Call) -> str:
    """The call, signed with the account's next nonce."""
    connection = village.connection
    head = connection.head()
    nonce = reads.account_info(connection, key.public).nonce
    signed = sign(
        village.metadata, connection.genesis_hash, call, key, nonce=nonce, era=Era(64, head.number, head.hash)
    )
    return f"0x{signed.extrinsic.hex()}"


def foretold(village: Village, call: Call) -> tuple[int, int, int]:
    """Computation [ps], proof [bytes] and fee [base units] that the chain foretells."""
    info = village.connection.rpc("payment_queryInfo", signed_by(village, village.buyer.key, call))
    return info["weight"]["ref_time"], info["weight"]["proof_size"], int(info["partialFee"])


@pytest.mark.parametrize("make", LONG, ids=lambda make: make.__name__)
def test_m_weight_follows_length(village: Village, make: Callable[[Village, int], Call]) -> None:
    """The other market asked the same for 1 and for 10,000; here each further part weighs and costs as much as the one
    before it, up to the longest list."""
    most = LONG[make]
    step = (most - 1) // 3
    weights = [foretold(village, make(village, 1 + step * times)) for times in range(4)]

    steps = [[after - before for before, after in zip(few, many, strict=True)] for few, many in pairwise(weights)]
    for computation, proof, fee in steps:
        assert (computation, proof) == tuple(steps[0][:2])
        assert computation > 0
        assert fee > 0


def test_m_weight_follows_length_when_it_is_paid(village: Village) -> None:
    """The other market let one order pay for a hundred; here the next fifty pay what the fifty before them paid."""
    paid = []
    for count in (1, 51, 101):
        (outcome,) = village.submitter.submit_many([(placing(village, count), village.buyer.key)])
        paid.append(outcome.checked().fee)
        village.interval = UnixSeconds(village.interval + 3_600)

    assert paid[1] > 10 * paid[0]
    assert paid[2] - paid[1] == pytest.approx(paid[1] - paid[0], rel=0.01)


def test_m_weight_follows_length_and_length_has_an_end(village: Village) -> None:
    """The other market took a list of any length; here one more than may be is neither written nor read."""
    with pytest.raises(Unencodable):
        placing(village, 501)
    none, one, full = (placing(village, count) for count in (0, 1, 500))
    head, order = none.removesuffix(compact(0)), one[len(none) :]
    assert full.startswith(head + compact(500))
    longer = Call(head + compact(501) + full[len(head + compact(500)) :] + order)

    with pytest.raises(RpcRefused):
        village.connection.rpc("author_submitExtrinsic", signed_by(village, village.buyer.key, longer))
    for limit in (0, 1_001, 2**32 - 1):
        assert village.is_refused(village.stranger, village.settling(limit)).name == "BadLimit"
        assert village.is_refused(village.stranger, village.voiding(limit)).name == "BadLimit"


# n


def test_n_cleanup_needs_authority(village: Village) -> None:
    """The other market took a free, unsigned clean-up from anyone and deleted what was pending; here no call of the
    chain is taken without a signature, and even a block's author could carry out none of ours."""
    village.bid(village.buyer, 300)
    before = village.state()
    for pallet, name, call in every_call(village):
        for version in BARE:
            with pytest.raises(RpcRefused) as refused:
                village.connection.rpc("author_submitExtrinsic", written(version + call))
            assert refused.value.code in REFUSED_BY_THE_POOL, (pallet, name, refused.value)
        if pallet in OWN_PALLETS:
            assert village.connection.rpc("system_dryRun", written(BARE[0] + call)) == BAD_ORIGIN, (pallet, name)

    assert village.connection.rpc("author_pendingExtrinsics") == []
    assert village.state() == before


def every_call(village: Village) -> Sequence[tuple[str, str, bytes]]:
    """Pallet, name and bytes of every call in the metadata, with all arguments zero."""
    metadata = village.metadata
    found = []
    described = read_metadata(bytes.fromhex(village.connection.rpc("state_getMetadata")[2:]))
    for pallet in described.pallets:
        for case in metadata.variants(pallet.name, "calls"):
            body = bytes(metadata.call_prefix(pallet.name, case.name))
            for field in case.fields:
                _, end = metadata.registry.decoder(field.type)(ZEROS, 0)
                body += ZEROS[:end]
            found.append((pallet.name, case.name, body))
    return found


def test_n_cleanup_needs_authority_of_an_account(village: Village) -> None:
    """The other market took any self-made key; here a key without an account cannot even sign."""
    nobody = account_from_seed(b"\x09" * 32)

    with pytest.raises(SubmissionRefused, match="Inability to pay"):
        village.submitter.submit(village.voiding(), nobody)


def test_n_cleanup_needs_authority_of_the_clock(village: Village) -> None:
    """The other market let anyone clean up what was not over; here anyone may settle or void, but only what is due,
    and what is released goes to whom it belongs."""
    village.bid(village.buyer, 300)
    village.offer(village.seller, 300)
    held = [village.money(each)[1] for each in village.residents]
    assert village.is_refused(village.stranger, village.voiding()).name == "DeadlineNotPassed"
    assert village.is_refused(village.stranger, village.settling()).name == "BookNotCleared"
    before = [sum(village.money(each)) for each in village.residents]

    village.waits_until(village.interval - village.parameters.gate_closure_s + village.parameters.clearing_window_s)
    purse = reads.account_info(village.connection, village.stranger.public).data.free
    (outcome,) = village.submitter.submit_many([(village.voiding(), village.stranger)])

    assert all(each > 0 for each in held[:2])
    assert [village.money(each) for each in village.residents] == [(money, 0) for money in before]
    assert reads.account_info(village.connection, village.stranger.public).data.free == purse - outcome.fee
