"""Tables of allocation keys as one line of text, as they stand in a plugin's voted settings.

shares            `7=400,9=350`                 meter 7 has 400 permille, meter 9 has 350
tiers             `7=0,9=1`                     meter 7 is served before meter 9
producer shares   `7>12=400,13=600;9>12=1000`   meter 7 gives 400 permille of its energy to meter 12

Nothing is dropped silently: a word, a fraction, a meter that stands twice or shares above the whole are refused.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from aipchain.market.allocation.claims import WHOLE
from aipchain.market.allocation.errors import CoefficientsAboveWhole, TableInvalid
from aipchain.market.allocation.pairs import Pair
from aipchain.market.book import MeterId
from aipchain.market.rounding import PERMILLE

__all__ = ["read_producer_shares", "read_shares", "read_tiers"]

_T = TypeVar("_T")

_PERMILLE: Final = WHOLE // PERMILLE
"""A permille in parts of `WHOLE`."""


def read_shares(text: str) -> dict[MeterId, int]:
    """Coefficient of each listed meter [parts of `WHOLE`], given in permille.

    :raises TableInvalid: not of this form, or a meter is listed twice.
    :raises CoefficientsAboveWhole: they sum to more than 1000 permille.
    """
    return _coefficients("shares", text)


def read_tiers(text: str) -> dict[MeterId, int]:
    """Tier of each listed meter; lower tiers are served first.

    :raises TableInvalid: not of this form, or a meter is listed twice.
    """
    return _numbers("tiers", text)


def read_producer_shares(text: str) -> dict[Pair, int]:
    """Coefficient of each (producer, consumer) [parts of `WHOLE`], given in permille of the producer's energy.

    :raises TableInvalid: not of this form, or a producer, or a consumer of one, is listed twice.
    :raises CoefficientsAboveWhole: a producer gives more than 1000 permille.
    """
    where = "producer shares"
    given: dict[MeterId, Mapping[MeterId, int]] = {}
    for entry in _entries(text, ";"):
        producer, consumers = _halves(where, entry, ">")
        if not consumers:
            raise TableInvalid(where, f"meter {producer} is listed without anybody to give to")
        _put(where, given, _meter(where, producer), _coefficients(where, consumers))
    return {(producer, consumer): share for producer, table in given.items() for consumer, share in table.items()}


def _coefficients(where: str, text: str) -> dict[MeterId, int]:
    table = {meter: permille * _PERMILLE for meter, permille in _numbers(where, text).items()}
    if sum(table.values()) > WHOLE:
        raise CoefficientsAboveWhole(sum(table.values()), WHOLE)
    return table


def _numbers(where: str, text: str) -> dict[MeterId, int]:
    table: dict[MeterId, int] = {}
    for entry in _entries(text, ","):
        meter, number = _halves(where, entry, "=")
        _put(where, table, _meter(where, meter), _number(where, number))
    return table


def _entries(text: str, between: str) -> Iterable[str]:
    return text.split(between) if text else ()


def _halves(where: str, entry: str, sign: str) -> tuple[str, str]:
    left, found, right = entry.partition(sign)
    if not found:
        raise TableInvalid(where, f"{entry!r} has no {sign!r} between a meter and what belongs to it")
    return left, right


def _meter(where: str, text: str) -> MeterId:
    return MeterId(_number(where, text))


def _number(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise TableInvalid(where, f"{text!r} is no whole number")
    return int(text)


def _put(where: str, table: dict[MeterId, _T], meter: MeterId, value: _T) -> None:
    if meter in table:
        raise TableInvalid(where, f"meter {meter} is listed twice")
    table[meter] = value
