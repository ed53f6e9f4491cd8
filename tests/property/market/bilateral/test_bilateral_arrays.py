"""The array form gives the trades, prices and duals of the plain form, by every method it has."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.bilateral.books import bilateral_books, small_energies, small_prices

from aipchain.market.bilateral import arrays
from aipchain.market.bilateral.array_check import verify_arrays
from aipchain.market.bilateral.arrays import ArrayBook, ArrayClearing, array_book_of, clear_arrays, clear_objects
from aipchain.market.bilateral.certificate import Fault, verify
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.breach import Breach

seeds = st.integers(0, 2**64 - 1)
permille = st.integers(0, 1_000)
small_books = bilateral_books(small_energies, small_prices)


@given(small_books | bilateral_books(), seeds, permille)
def test_arrays_and_plain_form_are_equal(book: BilateralBook, seed: int, k_permille: int) -> None:
    """Same trades, same certificate; numbers that do not fit go through the plain form."""
    assert clear_objects(book, seed, k_permille) == clear_bilateral(book, seed, k_permille)


@given(small_books, seeds)
@settings(max_examples=50)
def test_every_method_finds_the_optimum(book: BilateralBook, seed: int) -> None:
    """Shortest paths, network simplex and the plain form agree on fills where the optimum is unique."""
    columns = array_book_of(book)
    tie_break = clear_arrays(columns, seed).certificate.tie_break
    values = arrays.perturbed(columns, tie_break)
    fills = [method(columns, values)[0].tolist() for method in (arrays.sparse, arrays.dense, arrays.plain)]

    assert fills[0] == fills[1] == fills[2]


@given(small_books, seeds)
def test_values_are_those_of_the_plain_form(book: BilateralBook, seed: int) -> None:
    """The pseudo-random numbers are the same in plain Python and in columns."""
    columns = array_book_of(book)
    for tie_break in (TieBreak(seed), TieBreak(seed, 1), TieBreak(seed, 2)):
        values = arrays.perturbed(columns, tie_break).tolist()
        rows = np.repeat(columns.bids.number, np.diff(columns.worth.first)).tolist()
        offers = columns.offers.number[columns.worth.offer].tolist()
        worth = columns.worth.value.tolist()
        expected = [
            tie_break.value(each, bid, offer) if each >= 0 else -1
            for each, bid, offer in zip(worth, rows, offers, strict=True)
        ]
        assert values == expected


@given(small_books, seeds, st.data())
def test_both_verifications_decide_alike(book: BilateralBook, seed: int, data: st.DataObject) -> None:
    """A changed dual is found by both forms or by neither."""
    columns = array_book_of(book)
    clearing = clear_arrays(columns, seed)
    duals = clearing.certificate.u if data.draw(st.booleans()) else clearing.certificate.p
    if len(duals):
        duals[data.draw(st.integers(0, len(duals) - 1))] += data.draw(st.integers(-2, 2))
    plain = clear_bilateral(book, seed)
    proof = arrays.object_certificate(columns, clearing.certificate)

    found = verify_arrays(columns, clearing, clearing.certificate, seed)
    assert (found is None) == (verify(book, plain.trades, proof, seed) is None)


@given(small_books, seeds)
@settings(max_examples=25)
def test_the_array_form_checks_every_part(book: BilateralBook, seed: int) -> None:
    """Another fill or another price is found, and the true result is not."""
    columns = array_book_of(book)
    clearing = clear_arrays(columns, seed)

    assert verify_arrays(columns, clearing, clearing.certificate, seed) is None
    for pair in range(len(clearing.fills)):
        for part in ("fills", "price"):
            assert _changed(columns, clearing, part, pair, seed) is not None


def _changed(columns: ArrayBook, clearing: ArrayClearing, part: str, pair: int, seed: int) -> object:
    numbers = getattr(clearing, part)
    numbers[pair] += 1
    found = verify_arrays(columns, clearing, clearing.certificate, seed)
    numbers[pair] -= 1
    return found


def test_a_certificate_of_another_book_is_refused() -> None:
    """Numbers go by place, so lengths must fit."""
    empty = array_book_of(BilateralBook((), ()))
    clearing = clear_arrays(empty, 1)
    longer = arrays.ArrayCertificate(TieBreak(1), np.zeros(1, np.int64), np.zeros(0, np.int64))

    assert verify_arrays(empty, clearing, longer, 1) == Breach(Fault.MALFORMED)
