"""What a community's accounts did in a span of days, as its projection has it: trades, orders and payments.

Trades count when they are settled, with the energy that was agreed, whatever was delivered: who trades round to look
busy may deliver nothing. The runtime has no reviews, so there are none.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from sqlite3 import Row
from typing import Final

from aipchain.ai.anomaly.activity import Activity, Order, Payment, Trade
from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import CommunityId
from aipchain.units import Balance, Interval, Price, UnixSeconds, Wh

__all__ = ["FIRST_BLOCK", "Span", "activity_of", "public_funders", "unsettled_books"]

FIRST_BLOCK: Final = "the first block"
"""Payer of whoever had money before anybody paid them; a public funder."""

_PALLET_ACCOUNT: Final = b"modl".hex()
"""How the accounts of pallets begin, which nobody has a key for."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end` [s]."""

    start: UnixSeconds
    end: UnixSeconds


def activity_of(
    projection: Projection, community: CommunityId, interval_s: int, span: Span, funders: AbstractSet[str]
) -> Activity:
    """Trades and orders of the intervals in a span, and all payments up to its end that may have funded a member.

    :param funders: addresses of those that fund anybody; `FIRST_BLOCK` and accounts of pallets are taken for such.
    """
    asked = {"community": community, "start": span.start, "end": span.end}
    payments = tuple(_payment(row) for row in projection.rows(_PAYMENTS, asked))
    return Activity(
        trades=tuple(_trade(row, interval_s) for row in projection.rows(_TRADES, asked)),
        orders=tuple(_order(row, interval_s) for row in projection.rows(_ORDERS, asked)),
        payments=(*(_first_money(row) for row in projection.rows(_BORN_OTHERWISE, asked)), *payments),
        public_funders=frozenset({FIRST_BLOCK, *funders}),
    )


def public_funders(projection: Projection, community: CommunityId, named: AbstractSet[bytes]) -> frozenset[str]:
    """Addresses of those that fund anybody: who is named, the community's stewards, and accounts of pallets."""
    rows = projection.rows(
        "SELECT account FROM roles WHERE community = :community AND role = 'Steward'"
        " UNION SELECT sender FROM transfers WHERE sender LIKE :pallet || '%'",
        {"community": community, "pallet": _PALLET_ACCOUNT},
    )
    return frozenset({*(_address(row[0]) for row in rows), *map(address_of, named)})


def unsettled_books(projection: Projection, community: CommunityId, span: Span) -> int:
    """How many books of a span are neither settled nor voided yet, so that their trades are not known."""
    (row,) = projection.rows(
        "SELECT count(*) FROM books WHERE community = :community AND interval_start >= :start AND interval_start < :end"
        " AND status NOT IN ('Settled', 'Voided')",
        {"community": community, "start": span.start, "end": span.end},
    )
    return int(row[0])


_OF_SPAN: Final = "community = :community AND interval_start >= :start AND interval_start < :end"

_TRADES: Final = f"SELECT * FROM trades WHERE {_OF_SPAN} ORDER BY interval_start, trade_index"  # noqa: S608  # a constant

_ORDERS: Final = (
    "SELECT orders.*, placed.at AS placed_at, cancelled.at AS cancelled_at FROM orders"  # noqa: S608
    " JOIN blocks AS placed ON placed.number = placed_in"
    " LEFT JOIN blocks AS cancelled ON cancelled.number = cancelled_in"
    f" WHERE {_OF_SPAN} ORDER BY orders.number"
)

_RELATED: Final = (
    "WITH RECURSIVE own (account) AS (SELECT account FROM members WHERE community = :community"
    " UNION SELECT owner FROM meters WHERE community = :community"
    " UNION SELECT owner FROM orders WHERE community = :community),"
    " past AS (SELECT transfers.*, at FROM transfers JOIN blocks ON number = block WHERE at < :end),"
    " related (account) AS (SELECT account FROM own"
    " UNION SELECT sender FROM past JOIN related ON receiver = related.account)"
)
"""Members, and whoever paid one of them, directly or over others."""

_PAYMENTS: Final = f"{_RELATED} SELECT * FROM past WHERE receiver IN related OR sender IN own ORDER BY block, fact"  # noqa: S608

_BORN_OTHERWISE: Final = (
    f"{_RELATED} SELECT receiver FROM past WHERE receiver IN related GROUP BY receiver"  # noqa: S608
    " HAVING min(block) IS NOT (SELECT block FROM births WHERE account = receiver) ORDER BY receiver"
)
"""Whose first payment did not bring them to life: they had money before."""


def _trade(row: Row, interval_s: int) -> Trade:
    interval = Interval(UnixSeconds(row["interval_start"]), interval_s)
    buyer, seller = _address(row["buyer"]), _address(row["seller"])
    return Trade(buyer, seller, interval, Wh(int(row["wh"])), Price(int(row["price"])))


def _order(row: Row, interval_s: int) -> Order:
    return Order(
        account=_address(row["owner"]),
        side="buy" if row["side"] == "Bid" else "sell",
        interval=Interval(UnixSeconds(row["interval_start"]), interval_s),
        energy=Wh(int(row["wh"])),
        limit_price=Price(int(row["limit_price"])),
        placed=UnixSeconds(row["placed_at"]),
        traded=Wh(int(row["filled_wh"])),
        cancelled=None if row["cancelled_at"] is None else UnixSeconds(row["cancelled_at"]),
    )


def _payment(row: Row) -> Payment:
    payer, payee = _address(row["sender"]), _address(row["receiver"])
    return Payment(payer, payee, Balance(int(row["amount"])), UnixSeconds(row["at"]))


def _first_money(row: Row) -> Payment:
    return Payment(FIRST_BLOCK, _address(row["receiver"]), Balance(0), UnixSeconds(0))


@cache
def _address(account: str) -> str:
    return address_of(bytes.fromhex(account))
