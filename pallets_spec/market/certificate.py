"""Certificates: a clearing proves beside the envelope what the terms of its rule demand, and no more.

A uniform price is proven when the clearing comes (:mod:`uniform_price`). Of an optimum one half is (:mod:`optimum`),
and a commitment is kept to the other, so that anyone can show where it is wrong (:mod:`challenge`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.optimum import commit_optimum
from aipchain.pallets_spec.market.state import Book
from aipchain.pallets_spec.market.uniform_price import check_uniform_price
from aipchain.pallets_spec.proofs import Certificate, Nothing, Optimum, UniformPrice
from aipchain.pallets_spec.types import BookKey, Hash, Proof, Terms, Trade

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["commitment_of", "ensure_demanded"]

_OF = {Nothing: Proof.ENVELOPE, UniformPrice: Proof.UNIFORM_PRICE, Optimum: Proof.OPTIMUM}


def ensure_demanded(terms: Terms, certificate: Certificate) -> None:
    """The certificate is of what the terms demand.

    :raises Market.WrongCertificate: they demand another.
    """
    if _OF[type(certificate)] is not terms.proof:
        raise Market.WrongCertificate(demanded=terms.proof.value)


def commitment_of(
    world: World, key: BookKey, book: Book, trades: Sequence[Trade], certificate: Certificate
) -> Hash | None:
    """Check a certificate of trades that orders are filled with; says what to keep of it.

    :raises Market.CertificateRefused: it does not prove the trades.
    :raises Market.Overflow: what an optimum's duals and lines are worth together does not fit.
    """
    match certificate:
        case UniformPrice(price):
            check_uniform_price(world, key, trades, price)
        case Optimum():
            return commit_optimum(world, key, book, trades, certificate)
    return None
