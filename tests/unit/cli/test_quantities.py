"""What people write is read exactly, and shown back exactly."""

from collections.abc import Callable
from datetime import date

import pytest

from aipchain.cli import quantities as q
from aipchain.cli.errors import Misread


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("0.25", 250_000_000),
        ("1", 1_000_000_000),
        ("0", 0),
        ("0.000000001", 1),
        ("0.1234567890", 123_456_789),
        ("18446744073.709551615", 2**64 - 1),
    ],
)
def test_prices_are_read_to_the_last_base_unit(text: str, price: int) -> None:
    """1 AIP per kWh is 10^9 base units per Wh; a float would lose the last digits."""
    assert q.parse_price("--limit", text) == price


@pytest.mark.parametrize(
    "text", ["0.0000000001", "18446744073.709551616", "-1", "1e3", "0,25", ".5", "1.", "", "nan", "٣", "1" * 5_000]
)
def test_what_is_no_exact_price_is_refused(text: str) -> None:
    """Finer than a base unit, too large, or no decimal number."""
    with pytest.raises(Misread, match=r"--limit .*AIP per kWh"):
        q.parse_price("--limit", text)


@pytest.mark.parametrize(
    ("text", "energy"), [("1500Wh", 1_500), ("1.5kWh", 1_500), ("1.5 kwh", 1_500), ("0.001kWh", 1), ("0Wh", 0)]
)
def test_energy_is_read_in_both_units(text: str, energy: int) -> None:
    """Wh and kWh, with or without a space."""
    assert q.parse_energy("--energy", text) == energy


@pytest.mark.parametrize(
    "text", ["1500", "1.5Wh", "0.0001kWh", "1MWh", "kWh", "1.2.3kWh", "-1Wh", "99999999999999999999Wh"]
)
def test_energy_without_a_unit_or_in_parts_of_a_watt_hour_is_refused(text: str) -> None:
    """A bare number could mean either unit, so it means none."""
    with pytest.raises(Misread, match="--energy"):
        q.parse_energy("--energy", text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1475488800", 1_475_488_800),
        ("2016-10-03T10:00", 1_475_488_800),
        ("2016-10-03 10:00:00Z", 1_475_488_800),
        ("2016-10-03T12:00+02:00", 1_475_488_800),
        ("2016-10-03", 1_475_452_800),
        ("0", 0),
    ],
)
def test_times_are_unix_seconds_or_iso_in_utc(text: str, at: int) -> None:
    """The zone of the machine plays no part."""
    assert q.parse_time("--from", text) == at


@pytest.mark.parametrize("text", ["yesterday", "2016-13-01", "1969-12-31", "2016-10-03T10:00:00.5", "-5", "0x10", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Neither form, before 1970, or not a whole second."""
    with pytest.raises(Misread, match="--from"):
        q.parse_time("--from", text)


@pytest.mark.parametrize("text", ["yesterday", "2016-02-30", "20161003", "2016-W40-1", "2016-10-03T00:00", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    """Not in the calendar, or written as people do not."""
    assert q.parse_day("--from", "2016-10-03") == date(2016, 10, 3)
    with pytest.raises(Misread, match="--from"):
        q.parse_day("--from", text)


@pytest.mark.parametrize(("text", "span"), [("900", 900), ("90s", 90), ("15min", 900), ("1h", 3_600), ("7 d", 604_800)])
def test_spans_have_units(text: str, span: int) -> None:
    """Seconds need none."""
    assert q.parse_span("--notice", text) == span


@pytest.mark.parametrize("text", ["1.5h", "1w", "h", "", "-1h", "50000d", "1H"])
def test_what_is_no_whole_span_is_refused(text: str) -> None:
    """Parts of a unit, unknown units, and more seconds than the chain has room for."""
    with pytest.raises(Misread, match="--notice"):
        q.parse_span("--notice", text)


@pytest.mark.parametrize(
    ("text", "share"), [("10%", 100_000), ("12.5 %", 125_000), ("0.0001%", 1), ("100%", 1_000_000)]
)
def test_shares_are_percent(text: str, share: int) -> None:
    """Millionths on the chain."""
    assert q.parse_share("--collateral", text) == share


@pytest.mark.parametrize("text", ["10", "0.1", "100.0001%", "0.00001%", "%", "-1%"])
def test_shares_without_percent_are_refused(text: str) -> None:
    """0.1 could mean a tenth or a thousandth."""
    with pytest.raises(Misread, match="--collateral"):
        q.parse_share("--collateral", text)


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (q.format_energy, 999, "999 Wh"),
        (q.format_energy, 1_234_567, "1,234.567 kWh"),
        (q.format_span, 900, "15 min"),
        (q.format_span, 3_601, "3601 s"),
        (q.format_span, 172_800, "2 d"),
        (q.format_span, 0, "0 s"),
        (q.format_share, 125_000, "12.5 %"),
        (q.format_share, 1, "0.0001 %"),
        (q.format_share, 0, "0 %"),
        (q.format_time, 1_475_488_800, "2016-10-03 10:00Z"),
        (q.format_time, 1_475_488_806, "2016-10-03 10:00:06Z"),
        (q.format_time, 2**64 - 1, "unix second 18446744073709551615"),
    ],
)
def test_what_is_shown_is_exact(show: Callable[[int], str], value: int, text: str) -> None:
    """Nothing is rounded, and no number the chain may hold breaks the display."""
    assert show(value) == text
