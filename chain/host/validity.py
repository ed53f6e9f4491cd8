"""What the runtime says about an extrinsic before it is in a block: `TransactionValidity`, decoded.

Source: `sp_runtime::transaction_validity` of polkadot-sdk stable2609. Bytes of another layout are refused with
`ValueError`.
"""

from dataclasses import dataclass
from enum import IntEnum

from aipchain.chain.host.scale import read_compact

__all__ = ["Invalid", "Source", "Unknown", "ValidTransaction", "Validity", "decode_validity", "refusal_of_inclusion"]

_INVALID_TEXTS = (
    "Transaction call is not expected",
    "Inability to pay some fees (e.g. account balance too low)",
    "Transaction will be valid in the future",
    "Transaction is outdated",
    "Transaction has a bad signature",
    "Transaction has an ancient birth block",
    "Transaction would exhaust the block limits",
    "Custom error",
    "A call was labelled as mandatory, but resulted in an Error.",
    "Transaction dispatch is mandatory; transactions must not be validated.",
    "Invalid signing address",
    "The implicit data was unable to be calculated",
    "The transaction extension did not authorize any origin",
)
_INVALID_CUSTOM = 7
_EXHAUSTS_RESOURCES = 6

_UNKNOWN_TEXTS = (
    "Could not lookup information required to validate the transaction",
    "Could not find an unsigned validator for the unsigned transaction",
    "Custom error",
)
_UNKNOWN_CUSTOM = 2


class Source(IntEnum):
    """Where an extrinsic came from; the number is its SCALE variant."""

    IN_BLOCK = 0
    LOCAL = 1
    EXTERNAL = 2


@dataclass(frozen=True, slots=True)
class ValidTransaction:
    """An extrinsic the runtime would accept once every tag in `requires` has been provided.

    `longevity` counts blocks; `provides` are the tags that it satisfies for others.
    """

    priority: int
    requires: tuple[bytes, ...]
    provides: tuple[bytes, ...]
    longevity: int
    propagate: bool


@dataclass(frozen=True, slots=True)
class Invalid:
    """The runtime refuses the extrinsic; `index` is the variant of `InvalidTransaction`, `custom` its own byte."""

    index: int
    custom: int | None = None

    @property
    def exhausts_resources(self) -> bool:
        """Whether only this block is too full for it: another block may take it."""
        return self.index == _EXHAUSTS_RESOURCES

    def __str__(self) -> str:
        return _text(_INVALID_TEXTS, self.index, self.custom)


@dataclass(frozen=True, slots=True)
class Unknown:
    """The runtime cannot tell; `index` is the variant of `UnknownTransaction`, `custom` its own byte."""

    index: int
    custom: int | None = None

    def __str__(self) -> str:
        return _text(_UNKNOWN_TEXTS, self.index, self.custom)


Validity = ValidTransaction | Invalid | Unknown


def decode_validity(encoded: bytes) -> Validity:
    """Decode the answer of `TaggedTransactionQueue_validate_transaction`.

    :raises ValueError: the bytes are no `TransactionValidity`.
    """
    if encoded[:1] == b"\x00":
        return _decode_valid(encoded)
    if encoded[:1] == b"\x01":
        return _decode_refusal(encoded[1:])
    raise ValueError(f"no TransactionValidity: {encoded[:16].hex()}")


def refusal_of_inclusion(encoded: bytes) -> Invalid | Unknown | None:
    """Why `BlockBuilder_apply_extrinsic` left an extrinsic out of the block (its answer), or None when it is in.

    :raises ValueError: the bytes are no `ApplyExtrinsicResult`.
    """
    if encoded[:1] == b"\x00":
        return None
    if encoded[:1] == b"\x01":
        return _decode_refusal(encoded[1:])
    raise ValueError(f"no ApplyExtrinsicResult: {encoded[:16].hex()}")


def _decode_valid(encoded: bytes) -> ValidTransaction:
    reader = _Reader(encoded, 1)
    valid = ValidTransaction(
        priority=reader.u64(),
        requires=reader.tags(),
        provides=reader.tags(),
        longevity=reader.u64(),
        propagate=reader.take(1) == b"\x01",
    )
    if reader.at != len(encoded):
        raise ValueError(f"{len(encoded) - reader.at} bytes too many after a ValidTransaction")
    return valid


def _decode_refusal(encoded: bytes) -> Invalid | Unknown:
    if len(encoded) < 2:
        raise ValueError(f"no TransactionValidityError: {encoded.hex()}")
    kind, index = encoded[0], encoded[1]
    if kind not in (0, 1):
        raise ValueError(f"no TransactionValidityError: {encoded[:16].hex()}")
    carries_byte = index == (_INVALID_CUSTOM if kind == 0 else _UNKNOWN_CUSTOM)
    if carries_byte and len(encoded) < 3:
        raise ValueError(f"a custom validity error without its byte: {encoded.hex()}")
    custom = encoded[2] if carries_byte else None
    return Invalid(index, custom) if kind == 0 else Unknown(index, custom)


def _text(texts: tuple[str, ...], index: int, custom: int | None) -> str:
    if custom is not None:
        return f"Custom error: {custom}"
    return texts[index] if index < len(texts) else f"Refusal {index} of a newer runtime"


class _Reader:
    """Reads the few SCALE shapes of a `ValidTransaction` in order."""

    def __init__(self, encoded: bytes, at: int) -> None:
        self._encoded = encoded
        self.at = at

    def take(self, count: int) -> bytes:
        part = self._encoded[self.at : self.at + count]
        if len(part) < count:
            raise ValueError("a ValidTransaction that ends too early")
        self.at += count
        return part

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def tags(self) -> tuple[bytes, ...]:
        return tuple(self.take(self._compact()) for _ in range(self._compact()))

    def _compact(self) -> int:
        value, self.at = read_compact(self._encoded, self.at)
        return value
