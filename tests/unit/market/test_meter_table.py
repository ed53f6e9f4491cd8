"""Tables of meters as text: one grammar for every rule that has one."""

import pytest

from aipchain.market.errors import MarketError, TableInvalid
from aipchain.market.meter_table import read_number, read_table


def test_a_table_gives_each_meter_what_is_behind_its_sign() -> None:
    """Only the first sign of an entry parts it; an empty text is an empty table."""
    assert read_table("notes", "7>a>b;12>", str, between=";", sign=">") == {7: "a>b", 12: ""}
    assert read_table("notes", "", str) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("7", "notes: '7' has no '=' between a meter and what belongs to it"),
        (",", "notes: '' has no '='"),
        ("7=1,", "notes: '' has no '='"),
        ("-7=1", "notes: '-7' is no whole number"),
        (" 7=1", "notes: ' 7' is no whole number"),
        ("²=1", "notes: '²' is no whole number"),
        ("1" * 4_301 + "=1", "notes: a number has 4301 digits; none has more than 39"),
        ("7=1,07=2", "notes: meter 7 is listed twice"),
    ],
)
def test_what_is_no_table_is_refused(text: str, problem: str) -> None:
    """One sentence that names table and word."""
    with pytest.raises(TableInvalid) as refused:
        read_table("notes", text, str)
    assert str(refused.value).startswith(problem)
    assert isinstance(refused.value, MarketError)


def test_a_number_is_negative_only_where_it_may_be() -> None:
    """One minus sign, and digits behind it."""
    assert read_number("notes", "-40", signed=True) == -40
    for text, signed in (("-40", False), ("--40", True), ("-", True), ("+4", True), ("4.0", True), ("", True)):
        with pytest.raises(TableInvalid, match="is no whole number"):
            read_number("notes", text, signed=signed)
