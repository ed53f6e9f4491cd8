"""Terms and certificates, to the chain's types and from them."""

from collections.abc import Sequence

from aipchain.market import certificate as proven
from aipchain.market import terms as market_terms
from aipchain.plugins.bundle import Bundle
from aipchain.runtime_bridge.types import (
    PLAIN_TERMS,
    Binding,
    Certificate,
    Dual,
    LineLimit,
    LinePrice,
    Nothing,
    Optimum,
    OrderNumber,
    Proof,
    Slot,
    Terms,
    UniformPrice,
    ZoneCharge,
)

__all__ = ["bind", "certificate_on_chain", "terms_from_chain"]


def bind(
    bundle: Bundle,
    slot: Slot,
    config: bytes = b"{}",
    *,
    charges: Sequence[ZoneCharge] = (),
    limits: Sequence[LineLimit] = (),
) -> Binding:
    """Bind a bundle to a slot: what it promises to prove is demanded of its clearings.

    :param charges: what carrying costs between zones, by (from, to).
    :param limits: what the lines of zones carry, by zone.
    """
    if slot is not Slot.CLEAR:
        return Binding(bundle=bundle.digest, config=config, terms=PLAIN_TERMS)
    terms = Terms(Proof[bundle.manifest.proof.name], tuple(charges), tuple(limits))
    return Binding(bundle=bundle.digest, config=config, terms=terms)


def terms_from_chain(terms: Terms) -> market_terms.Terms:
    """Give a binding's terms to a market rule."""
    return market_terms.Terms(
        market_terms.Proof[terms.proof.name],
        tuple(market_terms.ZoneCharge(each.from_, each.to, each.price) for each in terms.charges),
        tuple(market_terms.LineLimit(each.zone, each.out_wh, each.in_wh) for each in terms.limits),
    )


def certificate_on_chain(certificate: proven.Certificate) -> Certificate:
    """Give a market rule's certificate to the chain."""
    match certificate:
        case proven.UniformPrice(price):
            return UniformPrice(price)
        case proven.Optimum(duals, lines):
            return Optimum(
                tuple(Dual(OrderNumber(each.order), each.wh, each.surplus) for each in duals),
                tuple(LinePrice(each.zone, each.out, each.into) for each in lines),
            )
    return Nothing()
