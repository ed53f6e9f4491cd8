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
        (read_places, "7=-" + "1" * 4_301 + "/0", "places: a number has 4301 digits; none has more than 39"),
        (read_partners, "1>" + "1" * 40, "partners: a number has 40 digits; none has more than 39"),
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


@pytest.mark.parametrize("fractions", [[1.5], [1.0], ["1"], [True]])
@pytest.mark.parametrize("column", ["number", "owner", "wh", "limit", "bid", "offer", "charge", "bonus"])
def test_columns_hold_whole_numbers(column: str, fractions: list[object]) -> None:
    """A column of another type is refused, not cut to whole numbers."""
    columns, pairs, given = side([1]), pair(0, 0, 0, 0), np.array(fractions)
    if hasattr(columns, column):
        columns = replace(columns, **{column: given})
    else:
        pairs = pairs._replace(**{column: given})

    with pytest.raises(TypeError, match=r"is not a whole number|not uint64"):
        arrays.array_book(columns, side([2]), pairs)


def test_columns_of_fewer_bits_do_not_run_over() -> None:
    """Limits of eight bits have a difference of nine."""
    bids, offers = side([1], limit=100), replace(side([2], limit=-100), owner=np.array([1]))
    narrow = arrays.array_book(replace(bids, limit=bids.limit.astype(np.int8)), offers, pair(0, 0, 0, 0))

    assert narrow.worth.value.tolist() == [200]


def test_few_sellers_and_few_pairs_are_whole_numbers(book: Book) -> None:
    """Of sellers at least one, of pairs none or more."""
    orders = book("bid ann 20@5", "offer cat 10@5")
    with pytest.raises(TypeError, match="the number of sellers for a bid is"):
        candidate_pairs(orders, Surroundings(), nearest=1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the most pairs is -1"):
        manageable_pairs(orders, Surroundings(), seed=1, most=-1)
    with pytest.raises(ValueError, match="the seed is -1"):
        manageable_pairs(orders, Surroundings(), seed=-1)


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
