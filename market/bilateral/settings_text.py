"""Small tables as one line of text, as they stand in a plugin's voted settings.

partners   `12>7,9;13>7`      the buyer at meter 12 prefers sellers 7, then 9; the one at 13 prefers 7
zones      `7=1,9=1,12=2`     meters 7 and 9 are in zone 1, meter 12 in zone 2
"""

from collections.abc import Iterator
from typing import TypeVar

from aipchain.market.bilateral.charges import Zone
from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.book import MeterId

__all__ = ["read_partners", "read_zones"]

_T = TypeVar("_T")


def read_partners(text: str) -> dict[MeterId, tuple[MeterId, ...]]:
    """Partners of each buyer's meter, by falling preference.

    :raises PreferencesInvalid: not of this form, or a buyer is listed twice.
    """
    table: dict[MeterId, tuple[MeterId, ...]] = {}
    for buyer, sellers in _entries("partners", text, ";", ">"):
        _put_once("partners", table, buyer, tuple(MeterId(_number("partners", each)) for each in sellers.split(",")))
    return table


def read_zones(text: str) -> dict[MeterId, Zone]:
    """Zone of each listed meter.

    :raises PreferencesInvalid: not of this form, or a meter is listed twice.
    """
    table: dict[MeterId, Zone] = {}
    for meter, zone in _entries("zones", text, ",", "="):
        _put_once("zones", table, meter, _number("zones", zone))
    return table


def _entries(where: str, text: str, between: str, sign: str) -> Iterator[tuple[MeterId, str]]:
    for entry in text.split(between) if text else ():
        meter, found, value = entry.partition(sign)
        if not found:
            raise PreferencesInvalid(where, f"{entry!r} has no {sign!r} between a meter and what belongs to it")
        yield MeterId(_number(where, meter)), value


def _number(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise PreferencesInvalid(where, f"{text!r} is no whole number")
    return int(text)


def _put_once(where: str, table: dict[MeterId, _T], meter: MeterId, value: _T) -> None:
    if meter in table:
        raise PreferencesInvalid(where, f"meter {meter} is listed twice")
    table[meter] = value
