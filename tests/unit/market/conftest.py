"""Builders of order books that read like a book."""

from collections.abc import Callable

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


def _order(number: int, line: str) -> BookOrder:
    side, owner, terms = line.split()
    limit, wh = terms.split("@")
    return BookOrder(
        OrderNumber(number), AccountId(owner), MeterId(number), Side(side.title()), Wh(int(wh)), Price(int(limit))
    )


@pytest.fixture
def book() -> Book:
    """Orders from lines such as `bid ann 11@6`: side, owner, limit price @ energy; numbered from 0."""
    return lambda *lines: tuple(_order(number, line) for number, line in enumerate(lines))
