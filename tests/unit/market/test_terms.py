"""What a community demands of a clearing: charges and limits that can be."""

from collections.abc import Callable

import pytest

from aipchain.market.errors import BadTerms
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

ONE = ZoneCharge(0, 1, Price(3))
LINE = LineLimit(0, Wh(5), Wh(0))


def test_pairs_that_are_not_listed_cost_nothing() -> None:
    """Each way has a charge of its own."""
    terms = Terms(Proof.OPTIMUM, (ONE,), (LINE,))

    assert [terms.charge(0, 1), terms.charge(1, 0), terms.charge(0, 0)] == [3, 0, 0]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: ZoneCharge(0, 1, Price(-5)), "the charge from zone 0 to zone 1: price is -5; it must not be negative"),
        (
            lambda: ZoneCharge(-1, 1, Price(5)),
            "the charge from zone -1 to zone 1: seller is -1; it must not be negative",
        ),
        (lambda: LineLimit(2, Wh(-1), Wh(0)), "the line of zone 2: out_wh is -1; it must not be negative"),
        (lambda: LineLimit(2, Wh(0), Wh(-1)), "the line of zone 2: in_wh is -1; it must not be negative"),
        (
            lambda: Terms(Proof.OPTIMUM, (ONE, ZoneCharge(0, 1, Price(4)))),
            "the charge from zone 0 to zone 1: it is listed twice; give one charge",
        ),
        (
            lambda: Terms(Proof.ENVELOPE, limits=(LINE, LINE)),
            "the line of zone 0: it is listed twice; give one limit each way",
        ),
    ],
)
def test_terms_that_cannot_be_are_refused(make: Callable[[], object], sentence: str) -> None:
    """A charge below zero would let trades lie outside limits; of two charges nobody could say which is meant."""
    with pytest.raises(BadTerms) as refused:
        make()
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "make",
    [
        lambda: ZoneCharge(0, 1, Price(1.5)),  # type: ignore[arg-type]
        lambda: ZoneCharge(0.0, 1, Price(1)),  # type: ignore[arg-type]
        lambda: LineLimit(0, Wh(5.0), Wh(1)),  # type: ignore[arg-type]
        lambda: LineLimit(True, Wh(5), Wh(1)),
    ],
)
def test_terms_are_whole_numbers(make: Callable[[], object]) -> None:
    """Zones, charges and limits."""
    with pytest.raises(TypeError, match="which is not a whole number"):
        make()
