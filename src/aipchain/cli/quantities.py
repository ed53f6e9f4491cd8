"""Quantities as people write and read them, and the integers the chain has for them; nothing is ever rounded.

Written: prices `0.25` [AIP per kWh], energy `1500Wh` or `1.5kWh`, times `1475488800` or `2016-10-03T10:00` (UTC),
days `2016-10-03`, spans `900`, `15min`, `1h`, `1d`, shares `12.5%`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from aipchain.cli.errors import Misread
from aipchain.days import day_written
from aipchain.runtime_bridge.types import Permill
from aipchain.units import PRICE_OF_ONE_AIP_PER_KWH, Price, UnixSeconds, Wh

__all__ = [
    "format_energy",
    "format_share",
    "format_span",
    "format_time",
    "parse_day",
    "parse_energy",
    "parse_price",
    "parse_share",
    "parse_span",
    "parse_time",
]

_ENERGY_UNITS: Mapping[str, int] = {"wh": 1, "kwh": 1_000}
_SPAN_UNITS: Mapping[str, int] = {"": 1, "s": 1, "min": 60, "h": 3_600, "d": 86_400}
_ONE_PERCENT = 10_000
"""Millionths in one percent."""
_U32_MAX, _U64_MAX = 2**32 - 1, 2**64 - 1
_DECIMAL = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,20}))?")
_WITH_UNIT = re.compile(r"([0-9.]+)\s*([A-Za-z]*)")


def parse_price(what: str, text: str) -> Price:
    """Read a price in AIP per kWh exactly; `what` names it in errors.

    :raises Misread: no decimal number, finer than one base unit per Wh, or too large.
    """
    expected = "write AIP per kWh with at most 9 decimals, for example 0.25"
    return Price(_exact(what, text, text, PRICE_OF_ONE_AIP_PER_KWH, _U64_MAX, expected))


def parse_energy(what: str, text: str) -> Wh:
    """Read energy in Wh or kWh exactly.

    :raises Misread: no unit, a part of a watt-hour, or too large.
    """
    expected = "write whole watt-hours with their unit, for example 1500Wh or 1.5kWh"
    found = _WITH_UNIT.fullmatch(text)
    unit = _ENERGY_UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise Misread(what, text, expected)
    return Wh(_exact(what, text, found[1], unit, _U64_MAX, expected))


def parse_time(what: str, text: str) -> UnixSeconds:
    """Read a time: unix seconds, or ISO 8601, which is UTC where it names no offset.

    :raises Misread: neither, before 1970, or not a whole second.
    """
    if text.isascii() and text.isdigit() and len(text) <= 11:
        return UnixSeconds(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment.year < 1970 or moment.microsecond:
        raise Misread(what, text, "write unix seconds or a time in UTC, for example 2016-10-03T10:00")
    return UnixSeconds((moment - datetime(1970, 1, 1, tzinfo=UTC)).days * 86_400 + _second_of_day(moment))


def parse_day(what: str, text: str) -> date:
    """Read a day.

    :raises Misread: none, or written in another way.
    """
    try:
        return day_written(text)
    except ValueError as fault:
        raise Misread(what, text, "write a day of the calendar as YYYY-MM-DD") from fault


def parse_span(what: str, text: str) -> int:
    """Read a span of time [s].

    :raises Misread: no whole number of seconds, minutes, hours or days, or too long.
    """
    expected = "write whole seconds, or a whole number with s, min, h or d, for example 15min"
    found = _WITH_UNIT.fullmatch(text)
    unit = _SPAN_UNITS.get(found[2]) if found else None
    if found is None or unit is None or "." in found[1]:
        raise Misread(what, text, expected)
    return _exact(what, text, found[1], 1, _U32_MAX // unit, expected) * unit


def parse_share(what: str, text: str) -> Permill:
    """Read a share in percent exactly, as millionths.

    :raises Misread: no percent sign, finer than a millionth, or above 100 %.
    """
    expected = "write percent from 0% to 100% with at most 4 decimals, for example 12.5%"
    if not text.endswith("%"):
        raise Misread(what, text, expected)
    return Permill(_exact(what, text, text[:-1].rstrip(), _ONE_PERCENT, 100 * _ONE_PERCENT, expected))


def format_time(at: int) -> str:
    """Show a time [unix seconds] in UTC."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ").replace(":00Z", "Z")
    except (OverflowError, ValueError, OSError):
        return f"unix second {at}"


def format_energy(energy: int) -> str:
    """Show energy [Wh] exactly: in Wh below one kWh, else in kWh."""
    if energy < 1_000:
        return f"{energy} Wh"
    return f"{energy // 1_000:,}.{energy % 1_000:03} kWh"


def format_span(seconds: int) -> str:
    """Show a span of time [s] in the largest unit that divides it."""
    unit = max(
        (name for name in ("s", "min", "h", "d") if seconds % _SPAN_UNITS[name] == 0), key=_SPAN_UNITS.__getitem__
    )
    return f"{seconds // _SPAN_UNITS[unit]} {unit}" if seconds else "0 s"


def format_share(share: int) -> str:
    """Show a share [millionths] in percent, exactly."""
    whole, part = divmod(share, _ONE_PERCENT)
    return f"{whole}.{part:04}".rstrip("0").rstrip(".") + " %"


def _exact(what: str, text: str, number: str, unit: int, highest: int, expected: str) -> int:
    """Read a decimal number of `unit`s, a power of ten, as a whole number from 0 to `highest`."""
    found = _DECIMAL.fullmatch(number)
    places = len(str(unit)) - 1
    fraction = (found[2] or "").rstrip("0") if found else ""
    if found is None or len(fraction) > places:
        raise Misread(what, text, expected)
    value = int(found[1]) * unit + int(fraction.ljust(places, "0") or "0")
    if value > highest:
        raise Misread(what, text, f"it is more than the chain can hold; {expected}")
    return value


def _second_of_day(moment: datetime) -> int:
    at = moment.astimezone(UTC)
    return at.hour * 3_600 + at.minute * 60 + at.second
