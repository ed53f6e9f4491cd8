"""Test vectors of a bundle: inputs and the answers every machine must give, kept in `vectors.json`.

The manifest names their SHA-256, so whoever holds a bundle can prove that this host runs it as its author's did.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from aipchain.market.book import Trade
from aipchain.market.certificate import Certificate, Nothing
from aipchain.plugins.bundle import VECTORS_NAME, Bundle
from aipchain.plugins.errors import BundleInvalid
from aipchain.plugins.hookspecs import ClearInputs, PriceInputs
from aipchain.units import Price

__all__ = ["ClearVector", "PriceVector", "Vectors", "decode_vectors", "encode_vectors", "read_vectors"]


_NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class PriceVector:
    """Inputs of `price` and its answer."""

    inputs: PriceInputs
    expected: Price | None


@dataclass(frozen=True, slots=True)
class ClearVector:
    """Inputs of `clear`, its trades in canonical order, and its certificate as the terms demand."""

    inputs: ClearInputs
    expected: tuple[Trade, ...]
    certificate: Certificate = _NOTHING


@dataclass(frozen=True, slots=True)
class Vectors:
    """All vectors of a bundle, by hook."""

    price: tuple[PriceVector, ...]
    clear: tuple[ClearVector, ...]


_ADAPTER: Final = TypeAdapter(Vectors)


def encode_vectors(vectors: Iterable[PriceVector | ClearVector]) -> bytes:
    """The content of `vectors.json`; what has its default is left out."""
    known = tuple(vectors)
    prices = tuple(vector for vector in known if isinstance(vector, PriceVector))
    clears = tuple(vector for vector in known if isinstance(vector, ClearVector))
    return _ADAPTER.dump_json(Vectors(prices, clears), indent=1, exclude_defaults=True) + b"\n"


def decode_vectors(content: bytes) -> Vectors:
    """Read `vectors.json`.

    :raises pydantic.ValidationError: not vectors in whole numbers.
    """
    return _ADAPTER.validate_json(content, strict=True, extra="forbid")


def read_vectors(bundle: Bundle) -> Vectors:
    """The vectors of a bundle.

    :raises BundleInvalid: they cannot be read.
    """
    try:
        return decode_vectors(bundle.files[VECTORS_NAME])
    except ValidationError as error:
        raise BundleInvalid(bundle.folder, f"{VECTORS_NAME}: {error.errors()[0]['msg']}") from error
