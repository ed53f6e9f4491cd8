"""Tables of allocation keys as text: what is meant, and what is refused."""

from collections.abc import Callable

import pytest

from aipchain.market.allocation.errors import CoefficientsAboveWhole
from aipchain.market.allocation.settings_text import read_producer_shares, read_shares, read_tiers
from aipchain.market.errors import TableInvalid

Read = Callable[[str], object]


def test_tables_are_read() -> None:
    """Shares become parts of a million, tiers stay what they are, an empty text is an empty table."""
    assert read_shares("7=400,9=350") == {7: 400_000, 9: 350_000}
    assert read_tiers("7=0,9=12") == {7: 0, 9: 12}
    assert read_producer_shares("7>12=400,13=600;9>12=1000") == {
        (7, 12): 400_000,
        (7, 13): 600_000,
        (9, 12): 1_000_000,
    }
    assert (read_shares(""), read_tiers(""), read_producer_shares("")) == ({}, {}, {})


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (read_shares, "7", "shares: '7' has no '=' between a meter and what belongs to it"),
        (read_shares, "7=1,", "shares: '' has no '='"),
        (read_shares, "7=0.5", "shares: '0.5' is no whole number"),
        (read_shares, "7=-1", "shares: '-1' is no whole number"),
        (read_shares, "ann=1", "shares: 'ann' is no whole number"),
        (read_shares, "7=1,7=2", "shares: meter 7 is listed twice"),
        (read_tiers, "7=²", "tiers: '²' is no whole number"),
        (read_producer_shares, "7=12", "producer shares: '7=12' has no '>'"),
        (read_producer_shares, "7>12", "producer shares: '12' has no '='"),
        (read_producer_shares, "7>12=1;7>13=1", "producer shares: meter 7 is listed twice"),
        (read_producer_shares, "7>12=1,12=1", "producer shares: meter 12 is listed twice"),
        (read_producer_shares, "7>", "producer shares: meter 7 is listed without anybody to give to"),
    ],
)
def test_what_has_no_meaning_is_refused(read: Read, text: str, problem: str) -> None:
    """One sentence that names the table and the word."""
    with pytest.raises(TableInvalid) as caught:
        read(text)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(("read", "text"), [(read_shares, "7=600,9=401"), (read_producer_shares, "7>12=600,13=401")])
def test_more_than_the_whole_is_refused_at_once(read: Read, text: str) -> None:
    """Also if not all of the meters have orders in the first interval."""
    with pytest.raises(CoefficientsAboveWhole, match="sum to 1001000 of 1000000"):
        read(text)
