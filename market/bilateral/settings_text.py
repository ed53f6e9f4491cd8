"""Tables of the bilateral rules as one line of text (`market.meter_table`), as they stand in a plugin's voted settings.

partners   `12>7,9;13>7`         the buyer at meter 12 prefers sellers 7, then 9; the one at 13 prefers 7
places     `7=120/-40,9=0/0`     meter 7 is 120 m east and 40 m south of the origin, meter 9 at it
"""

from aipchain.market.bilateral.charges import Place
from aipchain.market.book import MeterId
from aipchain.market.meter_table import read_halves, read_number, read_table

__all__ = ["read_partners", "read_places"]


def read_partners(text: str) -> dict[MeterId, tuple[MeterId, ...]]:
    """Partners of each buyer's meter, by falling preference.

    :raises TableInvalid: not of this form, or a buyer is listed twice.
    """

    def sellers(listed: str) -> tuple[MeterId, ...]:
        return tuple(MeterId(read_number("partners", each)) for each in listed.split(","))

    return read_table("partners", text, sellers, between=";", sign=">")


def read_places(text: str) -> dict[MeterId, Place]:
    """Place of each listed meter: metres east and north of the origin, negative to the west and south.

    :raises TableInvalid: not of this form, or a meter is listed twice.
    """

    def place(metres: str) -> Place:
        east, north = read_halves("places", metres, "/", "metres east and metres north")
        return Place(read_number("places", east, signed=True), read_number("places", north, signed=True))

    return read_table("places", text, place)
