"""Where the homes of a replay are, and what options and settings say of zones and meters that none of them has."""

import re
from collections.abc import Iterable, Sequence

from aipchain.cli.complaints import remark
from aipchain.cli.errors import Misread
from aipchain.cli.grid import GridTerms
from aipchain.errors import InputError
from aipchain.metering.packs import Home
from aipchain.orchestrator.comparison.meters import unmetered_sentences
from aipchain.orchestrator.comparison.rules import MarketRule

__all__ = ["read_zones", "refuse_empty_zones", "remark_unmetered"]


def read_zones(homes: Sequence[Home], texts: Sequence[str]) -> tuple[int, ...]:
    """The zone of each home, from texts as ZONE=HOMES; nothing where all are in zone 0.

    :raises Misread: not of this form, or a home that does not live or is in two zones.
    """
    places: dict[str, int] = {}
    for text in texts:
        zone, equals, names = text.partition("=")
        if not equals or not re.fullmatch("[0-9]{1,4}", zone):
            raise Misread("--zone", text, "write ZONE=HOMES with the number of a zone, for example 1=home_01,home_02")
        for name in names.split(","):
            if name in places or name not in {home.name for home in homes}:
                raise Misread("--zone", text, f"{name!r} is none of the homes that live, or is in two zones")
            places[name] = int(zone)
    return tuple(places.get(home.name, 0) for home in homes) if places else ()


def refuse_empty_zones(grid: GridTerms, zones: Iterable[int]) -> None:
    """A charge or a line of a zone in which nobody lives would change nothing.

    :raises InputError: there is one.
    """
    lived_in = set(zones) or {0}
    named = {
        "--charge": {zone for each in grid.charges for zone in (each.from_, each.to)},
        "--line": {each.zone for each in grid.limits},
    }
    for option, of_option in named.items():
        if of_option - lived_in:
            raise InputError(
                f"{option} names {_listed(of_option - lived_in)}, where no home is: homes are in {_listed(lived_in)}; "
                "--zone ZONE=HOMES puts them elsewhere"
            )


def remark_unmetered(rules: Sequence[MarketRule], homes: int) -> None:
    """Say which meters of the rules' settings no home has; such settings are heeded as they are."""
    for sentence in unmetered_sentences(rules, homes):
        remark(sentence)


def _listed(zones: Iterable[int]) -> str:
    told = sorted(zones)
    return f"zone{'s' if len(told) > 1 else ''} {', '.join(map(str, told))}"
