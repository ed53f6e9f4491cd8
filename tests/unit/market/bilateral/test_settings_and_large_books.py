"""Tables in voted settings, candidate pairs of large books, and what the array form refuses."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from aipchain.market.bilateral import arrays
from aipchain.market.bilateral.arrays import OrderColumns, PairColumns
from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs, manageable_pairs
from aipchain.market.bilateral.charges import Place
from aipchain.market.bilateral.errors import PairInvalid
from aipchain.market.bilateral.preferences import Requirements, Wishes
from aipchain.market.bilateral.settings_text import read_partners, read_places
from aipchain.market.book import BookOrder, MeterId
from aipchain.market.errors import DuplicateOrder, OutsideArrayRange, TableInvalid

Book = Callable[..., tuple[BookOrder, ...]]


def test_tables_are_read() -> None:
    """An empty text is an empty table."""
    assert read_partners("12>7,9;13>7") == {12: (7, 9), 13: (7,)}
    assert read_places("7=120/-40,9=0/0") == {7: Place(120, -40), 9: Place(0, 0)}
    assert read_partners("") == {}
    assert read_places("") == {}


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (read_partners, "12", "partners: '12' has no '>' between a meter and what belongs to it"),
        (read_partners, "12>", "partners: '' is no whole number"),
        (read_partners, "1>2;1>3", "partners: meter 1 is listed twice"),
        (read_partners, "1>-2", "partners: '-2' is no whole number"),
        (read_places, "7=120", "places: '120' has no '/' between metres east and metres north"),
        (read_places, "7=1/2/3", "places: '2/3' is no whole number"),
        (read_places, "7=1.5/0", "places: '1.5' is no whole number"),
        (read_places, "7=/0", "places: '' is no whole number"),
        (read_places, "7=1/0,7=2/0", "places: meter 7 is listed twice"),
    ],
)
def test_text_that_is_no_table_is_refused(read: Callable[[str], object], text: str, problem: str) -> None:
    """One sentence that names table and word."""
    with pytest.raises(TableInvalid) as refused:
        read(text)
    assert str(refused.value) == problem


def test_a_buyer_who_only_accepts_partners_has_them_in_a_large_book_too(book: Book) -> None:
    """The list is looked at in full, and nobody else comes in."""
    orders = book(*[f"bid b{n} 20@1" for n in range(20)], *[f"offer o{n} 10@1" for n in range(20)])
    only_last = Wishes((MeterId(39),), {}, Requirements(only_partners=True))
    found = manageable_pairs(orders, Surroundings(wishes={MeterId(0): only_last}), seed=1, most=60)

    assert [(pair.bid, pair.offer) for pair in found if pair.bid == 0] == [(0, 39)]
    assert len(found) <= 60
    assert len(manageable_pairs(orders, Surroundings(), seed=1, most=400)) == 400
    with pytest.raises(ValueError, match="at least one"):
        candidate_pairs(orders, Surroundings(), nearest=0)


def side(numbers: list[int], wh: int = 5, limit: int = 10) -> OrderColumns:
    """Equal orders of different owners."""
    count = len(numbers)
    columns = (np.arange(count), np.full(count, wh), np.full(count, limit))
    return OrderColumns(np.array(numbers, np.uint64), *columns)


def pair(*numbers: int) -> PairColumns:
    """One pair: places of bid and offer, charge and bonus."""
    return PairColumns(*(np.array([number], np.int64) for number in numbers))


@pytest.mark.parametrize(
    ("bids", "offers", "pairs", "refusal"),
    [
        (side([1]), side([1]), pair(0, 0, 0, 0), DuplicateOrder),
        (side([1], wh=2**40), side([2]), pair(0, 0, 0, 0), OutsideArrayRange),
        (side([1], limit=2**58), side([2]), pair(0, 0, 0, 0), OutsideArrayRange),
        (side([1]), side([2]), pair(0, 0, 2**58, 0), OutsideArrayRange),
        (side([1]), side([2]), pair(0, 0, -1, 0), PairInvalid),
        (side([1]), side([2]), PairColumns(*(np.zeros(2, np.int64) for _ in range(4))), PairInvalid),
    ],
)
def test_the_array_form_refuses_what_does_not_fit(
    bids: OrderColumns, offers: OrderColumns, pairs: PairColumns, refusal: type[Exception]
) -> None:
    """Nothing wraps round in silence."""
    with pytest.raises(refusal):
        arrays.array_book(bids, offers, pairs)


def test_a_value_that_grows_out_of_its_word_is_refused() -> None:
    """Scaled by 2^12, a surplus of 2^49 has no room."""
    offers = replace(side([2], limit=0), owner=np.array([1]))
    large = arrays.array_book(side([1], limit=2**49), offers, pair(0, 0, 0, 0))

    with pytest.raises(OutsideArrayRange, match="the largest value of a pair"):
        arrays.clear_arrays(large, 1)


def test_a_pair_of_one_owner_never_trades_in_columns() -> None:
    """It may be listed, and is no candidate."""
    book = arrays.array_book(side([1]), side([2]), pair(0, 0, 0, 0))

    assert arrays.clear_arrays(book, 1).fills.tolist() == [0]
