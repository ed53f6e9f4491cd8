"""What households tell their agents, as it is written: `risk=30%,reserve=20%`, or `home_03:green=10%` for one home."""

from collections.abc import Iterable, Sequence
from typing import Final

from aipchain.ai.agents.settings import Taste
from aipchain.cli.errors import Misread
from aipchain.cli.quantities import parse_share

__all__ = ["read_tastes"]

_SETTINGS: Final = {"risk": "risk_aversion_ppm", "reserve": "reserve_ppm", "green": "green_ppm"}
_EXPECTED: Final = "write risk, reserve or green with a share, for example reserve=20%, or home_03:reserve=20%"


def read_tastes(texts: Iterable[str], homes: Sequence[str]) -> tuple[Taste, ...]:
    """The taste of each home; what is said of one home replaces what is said of all, and it stands later.

    :raises Misread: no such setting or home, a setting twice, or no share.
    """
    told: dict[str, Taste] = dict.fromkeys(homes, Taste())
    for text in texts:
        home, found, settings = text.rpartition(":")
        if found and home not in told:
            raise Misread("--taste", text, f"choose a home from {', '.join(homes)}")
        for name in (home,) if found else homes:
            told[name] = _taste(text, settings)
    return tuple(told[home] for home in homes)


def _taste(text: str, settings: str) -> Taste:
    given: dict[str, int] = {}
    for setting in settings.split(","):
        name, found, share = setting.partition("=")
        if not found or name not in _SETTINGS or _SETTINGS[name] in given:
            raise Misread("--taste", text, _EXPECTED)
        given[_SETTINGS[name]] = int(parse_share("--taste", share))
    return Taste(**given)
