"""What became of an extrinsic, read from the block that holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aipchain.errors import OperationError
from aipchain.runtime_bridge.facts import Event, Fact, OtherEvent
from aipchain.runtime_bridge.metadata import Metadata
from aipchain.runtime_bridge.registry import Variant
from aipchain.units import Balance

__all__ = ["BlockPlace", "Outcome", "outcome_in_block"]


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """Where an extrinsic stands: its block and its index there."""

    number: int
    hash: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decided fate of an extrinsic.

    `block` is None when no block holds it and none ever will; `fee` [base units] is 0 then. `refusal` says why the call
    had no effect: a `DispatchRefused` from the block, or why it never got into one.
    """

    extrinsic_hash: bytes
    purpose: str
    block: BlockPlace | None
    fee: Balance
    facts: tuple[Fact, ...]
    refusal: OperationError | None

    def checked(self) -> "Outcome":
        """Give this outcome if the call took effect.

        :raises OperationError: the refusal.
        """
        if self.refusal is not None:
            raise self.refusal
        return self

    def events(self) -> tuple[Event, ...]:
        """List the events that the extrinsic caused."""
        return tuple(fact.event for fact in self.facts)


def outcome_in_block(
    metadata: Metadata, extrinsic_hash: bytes, purpose: str, place: BlockPlace, facts: Sequence[Fact]
) -> Outcome:
    """Read the fate of the extrinsic at `place` from the block's `facts`."""
    own = tuple(fact for fact in facts if fact.extrinsic == place.index)
    refusal: OperationError | None = None
    fee = 0
    for fact in own:
        event = fact.event
        if not isinstance(event, OtherEvent):
            continue
        if (event.pallet, event.name) == ("TransactionPayment", "TransactionFeePaid"):
            fee = _number(event.fields["actual_fee"])
        error = _dispatch_error(event)
        if error is not None and refusal is None:
            refusal = metadata.refusal(error)
    return Outcome(extrinsic_hash, purpose, place, Balance(fee), own, refusal)


def _dispatch_error(event: OtherEvent) -> object | None:
    """Find the error of a failed extrinsic, or of a call inside it that failed alone: in a batch, by sudo, a proxy."""
    name = (event.pallet, event.name)
    if name in _ERRORS:
        return event.fields[_ERRORS[name]]
    result = event.fields.get(_RESULTS.get(name, ""))
    return result.value if isinstance(result, Variant) and result.name == "Err" else None


_ERRORS: Mapping[tuple[str, str], str] = {
    ("System", "ExtrinsicFailed"): "dispatch_error",
    ("Utility", "BatchInterrupted"): "error",
    ("Utility", "ItemFailed"): "error",
}

_RESULTS: Mapping[tuple[str, str], str] = {
    ("Sudo", "Sudid"): "sudo_result",
    ("Sudo", "SudoAsDone"): "sudo_result",
    ("Proxy", "ProxyExecuted"): "result",
    ("Multisig", "MultisigExecuted"): "result",
    ("Utility", "DispatchedAs"): "result",
}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
