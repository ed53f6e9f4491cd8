"""What became of an extrinsic, from the events of its block."""

import pytest

from aipchain.errors import OperationError
from aipchain.runtime_bridge.errors import DispatchRefused, TradeRefused
from aipchain.runtime_bridge.facts import BookVoided, Fact, OtherEvent
from aipchain.runtime_bridge.metadata import Metadata, RuntimeVersion
from aipchain.runtime_bridge.metadata_v14 import (
    ExtrinsicMetadata,
    PalletMetadata,
    RuntimeMetadata,
    TypeInfo,
    VariantCase,
    VariantDef,
)
from aipchain.runtime_bridge.outcomes import BlockPlace, outcome_in_block
from aipchain.runtime_bridge.registry import Variant
from aipchain.runtime_bridge.types import CommunityId
from aipchain.units import UnixSeconds

PLACE = BlockPlace(7, b"\x07" * 32, 2)


@pytest.fixture
def metadata() -> Metadata:
    """Metadata with one pallet whose error 4 carries data."""
    errors = VariantDef((VariantCase("TradeRefused", (), 4, ("A trade breaks", "the envelope.")),))
    pallet = PalletMetadata("Market", None, None, None, (), 0, 53)
    described = RuntimeMetadata((TypeInfo(0, (), (), errors, ()),), (pallet,), ExtrinsicMetadata(0, 4, ()), 0)
    return Metadata(described, RuntimeVersion("aipchain", 1, 1))


def other(extrinsic: int | None, pallet: str, name: str, **fields: object) -> Fact:
    """An event of a pallet that is not ours."""
    return Fact(0, extrinsic, OtherEvent(pallet, name, fields))


def test_fee_and_events_are_those_of_the_extrinsic_alone(metadata: Metadata) -> None:
    """Events of neighbours and of the block itself do not count."""
    voided = Fact(3, 2, BookVoided(CommunityId(0), UnixSeconds(3_600)))
    facts = [
        other(None, "System", "ExtrinsicFailed", dispatch_error="BadOrigin"),
        other(1, "TransactionPayment", "TransactionFeePaid", actual_fee=9),
        other(2, "TransactionPayment", "TransactionFeePaid", actual_fee=5),
        voided,
    ]
    outcome = outcome_in_block(metadata, b"h" * 32, "void", PLACE, facts)
    assert (outcome.fee, outcome.refusal, outcome.block, outcome.purpose) == (5, None, PLACE, "void")
    assert outcome.events()[-1] == voided.event
    assert outcome.checked() is outcome


def test_a_module_error_is_named_and_explained(metadata: Metadata) -> None:
    """Index and rule of a refused clearing come with it."""
    error = Variant("Module", {"index": 53, "error": bytes([4, 0x39, 0x05, 8])})
    outcome = outcome_in_block(
        metadata, b"h" * 32, "", PLACE, [other(2, "System", "ExtrinsicFailed", dispatch_error=error)]
    )
    refusal = outcome.refusal
    assert isinstance(refusal, TradeRefused)
    assert (refusal.index, refusal.rule, refusal.data) == (1_337, "SelfTrade", bytes([0x39, 0x05, 8]))
    assert str(refusal) == "Market.TradeRefused: A trade breaks the envelope. (trade 1337: SelfTrade)"
    with pytest.raises(DispatchRefused):
        outcome.checked()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("BadOrigin", "System.BadOrigin"),
        (Variant("Token", "FundsUnavailable"), "Token.FundsUnavailable"),
        (Variant("Module", {"index": 9, "error": b"\x01\x00\x00\x00"}), "?.01000000"),
    ],
)
def test_errors_that_are_no_pallets_are_told_too(metadata: Metadata, error: object, told: str) -> None:
    """Token errors, bad origins and unknown modules have a text."""
    assert str(metadata.refusal(error)) == told


@pytest.mark.parametrize(
    ("pallet", "name", "field"),
    [
        ("Sudo", "Sudid", "sudo_result"),
        ("Proxy", "ProxyExecuted", "result"),
        ("Multisig", "MultisigExecuted", "result"),
    ],
)
def test_a_call_that_failed_inside_a_successful_one_is_a_refusal(
    metadata: Metadata, pallet: str, name: str, field: str
) -> None:
    """Sudo, proxies and multisigs succeed around a failed call; that is not success."""
    failed = other(2, pallet, name, **{field: Variant("Err", "BadOrigin")})
    fine = other(2, pallet, name, **{field: Variant("Ok", ())})
    assert isinstance(outcome_in_block(metadata, b"h" * 32, "", PLACE, [failed]).refusal, OperationError)
    assert outcome_in_block(metadata, b"h" * 32, "", PLACE, [fine]).refusal is None
