"""Tables of allocation keys as one line of text (`market.meter_table`), as they stand in a plugin's voted settings.

shares            `7=400,9=350`                 meter 7 has 400 permille, meter 9 has 350
tiers             `7=0,9=1`                     meter 7 is served before meter 9
producer shares   `7>12=400,13=600;9>12=1000`   meter 7 gives 400 permille of its energy to meter 12

Shares above the whole are refused.
"""

from typing import Final

from aipchain.market.allocation.claims import WHOLE
from aipchain.market.allocation.errors import CoefficientsAboveWhole
from aipchain.market.allocation.pairs import Pair
from aipchain.market.book import MeterId
from aipchain.market.errors import TableInvalid
from aipchain.market.meter_table import read_number, read_table
from aipchain.market.rounding import PERMILLE

__all__ = ["read_producer_shares", "read_shares", "read_tiers"]

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
    return read_table("tiers", text, lambda tier: read_number("tiers", tier))


def read_producer_shares(text: str) -> dict[Pair, int]:
    """Coefficient of each (producer, consumer) [parts of `WHOLE`], given in permille of the producer's energy.

    :raises TableInvalid: not of this form, a producer, or a consumer of one, is listed twice, or one gives to nobody.
    :raises CoefficientsAboveWhole: a producer gives more than 1000 permille.
    """
    where = "producer shares"
    given = read_table(where, text, lambda consumers: _coefficients(where, consumers), between=";", sign=">")
    for producer, consumers in given.items():
        if not consumers:
            raise TableInvalid(where, f"meter {producer} is listed without anybody to give to")
    return {(producer, consumer): share for producer, table in given.items() for consumer, share in table.items()}


def _coefficients(where: str, text: str) -> dict[MeterId, int]:
    table = read_table(where, text, lambda permille: read_number(where, permille) * _PERMILLE)
    if sum(table.values()) > WHOLE:
        raise CoefficientsAboveWhole(sum(table.values()), WHOLE)
    return table
