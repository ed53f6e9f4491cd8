"""The grid of a community on the command line: what carrying energy between zones costs, and what lines carry."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from aipchain.cli.errors import Misread
from aipchain.cli.quantities import format_energy, parse_energy, parse_price
from aipchain.runtime_bridge.types import LineLimit, Terms, ZoneCharge
from aipchain.units import format_price

__all__ = ["NO_GRID", "ChargesOption", "GridTerms", "LinesOption", "describe_terms", "read_grid"]

ChargesOption = Annotated[
    list[str] | None,
    typer.Option("--charge", help="FROM:TO=PRICE, what carrying from zone to zone costs in AIP/kWh. May be repeated."),
]
LinesOption = Annotated[
    list[str] | None,
    typer.Option("--line", help="ZONE=OUT:IN, the most energy out of and into a zone in an interval. May be repeated."),
]

_CHARGE = re.compile(r"([0-9]{1,5}):([0-9]{1,5})=(.+)")
_LINE = re.compile(r"([0-9]{1,5})=([^:]+):([^:]+)")
_U16_MAX = 2**16 - 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GridTerms:
    """What a vote says of the grid, by zones."""

    charges: tuple[ZoneCharge, ...] = ()
    limits: tuple[LineLimit, ...] = ()


NO_GRID = GridTerms()


def read_grid(charges: Sequence[str], lines: Sequence[str]) -> GridTerms:
    """Read charges and lines in any order.

    :raises Misread: one of them cannot be read, or a pair of zones or a zone comes twice.
    """
    return GridTerms(
        _ordered("--charge", charges, _read_charge, lambda each: (each.from_, each.to)),
        _ordered("--line", lines, _read_line, lambda each: (each.zone,)),
    )


def describe_terms(terms: Terms) -> list[tuple[str, object]]:
    """Tell what clearings have to prove and keep."""
    rows: list[tuple[str, object]] = [("to prove", terms.proof.name.lower().replace("_", " "))]
    rows += [
        ("charge", f"{format_price(each.price, 9)} AIP/kWh from zone {each.from_} to zone {each.to}")
        for each in terms.charges
    ]
    return rows + [
        ("line", f"zone {each.zone}: at most {format_energy(each.out_wh)} out, {format_energy(each.in_wh)} in")
        for each in terms.limits
    ]


def _ordered(
    option: str, texts: Sequence[str], read: Callable[[str], T], key: Callable[[T], tuple[int, ...]]
) -> tuple[T, ...]:
    found: dict[tuple[int, ...], T] = {}
    for text in texts:
        value = read(text)
        if key(value) in found:
            raise Misread(option, text, "name each only once")
        found[key(value)] = value
    return tuple(found[each] for each in sorted(found))


def _read_charge(text: str) -> ZoneCharge:
    found = _CHARGE.fullmatch(text)
    if found is None:
        raise Misread("--charge", text, "write FROM:TO=PRICE with the numbers of two zones, for example 0:1=0.03")
    seller, buyer = (_zone("--charge", text, part) for part in found.group(1, 2))
    return ZoneCharge(seller, buyer, parse_price("--charge", found[3]))


def _read_line(text: str) -> LineLimit:
    found = _LINE.fullmatch(text)
    if found is None:
        raise Misread("--line", text, "write ZONE=OUT:IN with the number of a zone, for example 0=30kWh:7kWh")
    out_wh, in_wh = (parse_energy("--line", part) for part in found.group(2, 3))
    return LineLimit(_zone("--line", text, found[1]), out_wh, in_wh)


def _zone(option: str, text: str, number: str) -> int:
    if int(number) > _U16_MAX:
        raise Misread(option, text, "zones are numbered from 0")
    return int(number)
