"""The named situations that the conformance kit puts to every plugin. Nothing here is left to chance."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.market.certificate import MAX_PROVEN_ORDERS
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

__all__ = ["Case", "conformance_cases", "same_books"]

_USUAL: Final = ReferencePrice(Price(300_000_000), Price(80_000_000))
_LOCAL: Final = Price(190_000_000)
_U64_TOP: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Case:
    """A named situation every plugin must handle; `charges` and `limits` are for rules that prove an optimum."""

    name: str
    orders: tuple[BookOrder, ...]
    reference: ReferencePrice | None = _USUAL
    price: Price | None = _LOCAL
    charges: tuple[ZoneCharge, ...] = ()
    limits: tuple[LineLimit, ...] = ()

    def terms(self, proof: Proof) -> Terms:
        """What a community demands of a rule that promises `proof`: of an optimum to heed charges and lines, too.

        Other rules are told of neither: the chain lets their terms have no charges, and they keep no limits.
        """
        return Terms(proof, self.charges, self.limits) if proof is Proof.OPTIMUM else Terms(proof)

    def may_decline(self, proof: Proof) -> bool:
        """Whether `CannotDecide` is a fair answer; without all its trades an optimum cannot be proven."""
        too_many = proof is Proof.OPTIMUM and len(self.orders) > MAX_PROVEN_ORDERS
        return self.reference is None or self.price is None or too_many


def conformance_cases() -> tuple[Case, ...]:
    """The named cases, small and readable first."""
    crossed = _book("bid a 1000 250", "bid b 500 200", "offer c 800 90", "offer d 900 210")
    tied = _book(
        "bid a 6 110", "bid b 4 50", "bid c 4 130", "bid d 8 80", "bid e 5 120", "bid f 1 120", "offer g 8 70",
        "offer h 9 80",
    )  # fmt: skip
    return (
        Case("empty", ()),
        Case("no_supply", _book("bid a 1000 250")),
        Case("no_demand", _book("offer a 1000 90")),
        Case("crossed", crossed),
        Case("nothing_crosses", _book("bid a 1000 90", "offer b 1000 250")),
        Case("tied", tied),
        Case("all_at_the_price", _book("bid a 3 190", "bid b 4 190", "offer c 2 190", "offer d 3 190")),
        Case("one_owner_on_both_sides", _book("bid a 10 250", "bid b 4 240", "offer a 9 90", "offer c 1 100")),
        Case("one_owner_alone", _book("bid a 10 250", "offer a 9 90")),
        Case("two_positions_of_one_owner", _book("bid a 500 250", "bid a 700 250", "offer b 1200 90")),
        Case("single_watt_hours", _book("bid a 1 250", "bid b 1 250", "bid c 1 250", "offer d 1 90")),
        Case("extreme_numbers", _extremes(), ReferencePrice(Price(_U64_TOP), Price(0)), Price(_U64_TOP // 2)),
        Case("flat_reference", crossed, ReferencePrice(Price(190_000_000), Price(190_000_000))),
        Case("worthless_feed_in", crossed, ReferencePrice(Price(300_000_000), Price(0))),
        Case("many_owners", _spread(owners=23, orders=120)),
        Case("more_trades_than_fit", _spread(owners=4_400, orders=4_400)),
        *_zone_cases(),
        Case("no_reference", crossed, reference=None),
        Case("no_local_price", crossed, price=None),
    )


def same_books(orders: Sequence[BookOrder]) -> Iterator[tuple[str, tuple[BookOrder, ...]]]:
    """The same book in other sequences, and with owners who have other names."""
    half = len(orders) // 2
    yield "the order in which the book is given", tuple(reversed(orders))
    yield "the order in which the book is given", (*orders[half:], *orders[:half])
    renamed = {owner: f"{len(orders) - rank:06d}" for rank, owner in enumerate(sorted({o.owner for o in orders}))}
    yield "the names of owners", tuple(replace(order, owner=AccountId(renamed[order.owner])) for order in orders)


def _zone_cases() -> tuple[Case, ...]:
    """Books over several zones, where carrying energy costs and lines can be full."""
    apart = _book("bid a 500 250", "bid b 400 200 1", "offer c 600 90 1", "offer d 700 120", "offer e 300 140 2")
    both = _book("bid a 900 250", "offer a 900 90 1", "bid b 100 240 1", "offer c 200 130", "bid a 50 240 1")
    spread = tuple(replace(order, zone=order.number % 5) for order in _spread(owners=23, orders=120))
    near = _charges(5, 20)
    return (
        Case("two_zones", apart, charges=near),
        Case("full_line", apart, charges=near, limits=(_line(0, 100, 0), _line(1, 150, 500), _line(4, 0, 7))),
        Case("closed_lines", apart, limits=(_line(0, 0, 0), _line(1, 0, 0), _line(2, 0, 0))),
        Case("one_owner_in_two_zones", both, charges=near, limits=(_line(1, 600, 0),)),
        Case("many_zones", spread, charges=near, limits=(_line(1, 2_000, 500), _line(3, 0, 900), _line(4, 1_000, 0))),
    )


def _charges(zones: int, price: int) -> tuple[ZoneCharge, ...]:
    """So much [AIP per MWh] for every zone that is passed on the way to another one."""
    pairs = ((start, end) for start in range(zones) for end in range(zones) if start != end)
    return tuple(ZoneCharge(start, end, Price(abs(start - end) * price * 1_000_000)) for start, end in pairs)


def _line(zone: int, out: int, into: int) -> LineLimit:
    return LineLimit(zone, Wh(out), Wh(into))


def _book(*lines: str) -> tuple[BookOrder, ...]:
    """Orders from lines such as `bid a 1000 250 1`: side, owner, energy [Wh], limit [AIP per MWh], zone (else 0)."""
    return tuple(_order(OrderNumber(number), line.split()) for number, line in enumerate(lines))


def _order(number: OrderNumber, words: Sequence[str]) -> BookOrder:
    side, owner, wh, limit, *zone = words
    energy, price = Wh(int(wh)), Price(int(limit) * 1_000_000)
    place = int(zone[0]) if zone else 0
    return BookOrder(number, AccountId(owner), MeterId(number), Side(side.title()), energy, price, place)


def _extremes() -> tuple[BookOrder, ...]:
    terms: Iterable[tuple[Side, int]] = ((Side.BID, _U64_TOP), (Side.OFFER, 0), (Side.BID, _U64_TOP), (Side.OFFER, 1))
    return tuple(
        BookOrder(OrderNumber(_U64_TOP - n), AccountId(f"o{n}"), MeterId(n), side, Wh(_U64_TOP), Price(limit))
        for n, (side, limit) in enumerate(terms)
    )


def _spread(*, owners: int, orders: int) -> tuple[BookOrder, ...]:
    """A larger book without chance: sides alternate, numbers come from a linear congruential sequence."""
    state, book = 20_161_003, []
    for number in range(orders):
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        bid = number % 2 == 0
        limit = (150 if bid else 80) + state // 65_536 % 120
        owner, wh = AccountId(f"o{state // 256 % owners}"), Wh(1 + state // 1_024 % 3_000)
        side = Side.BID if bid else Side.OFFER
        book.append(BookOrder(OrderNumber(number), owner, MeterId(number), side, wh, Price(limit * 1_000_000)))
    return tuple(book)
