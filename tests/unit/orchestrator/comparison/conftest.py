"""Small packs of homes, and the rules at hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from aipchain.metering.packs import Home, Pack
from aipchain.orchestrator.comparison.rules import MarketRule, rules_of
from aipchain.orchestrator.comparison.scenario import Settings
from aipchain.plugins.catalogue import Catalogue
from aipchain.units import UnixSeconds

START = UnixSeconds(1_475_452_800)
"""2016-10-03 00:00 UTC."""

WEEK = 168

Village = Callable[..., Settings]


@pytest.fixture(scope="session")
def rules() -> Mapping[str, MarketRule]:
    """The built-in rules by name."""
    return {rule.name: rule for rule in rules_of(Catalogue.discover())}


@pytest.fixture
def village() -> Village:
    """A builder of one week of homes, each given by its net energy in every hour [Wh]; generation is negative."""

    def build(net_wh: Mapping[str, Sequence[int]], seed: int | None = None, weeks: int = 1) -> Settings:
        homes = tuple(_home(name, tuple(hours)) for name, hours in net_wh.items())
        pack = Pack(START, 3_600, homes, (220_000,) * WEEK, (150,) * WEEK)
        return Settings(pack, homes, date(2016, 10, 3), weeks, seed)

    return build


def _home(name: str, hours: tuple[int, ...]) -> Home:
    return Home(name, tuple(max(0, net) for net in hours), tuple(max(0, -net) for net in hours))
