"""Which meters the settings of rules name, so that a slip of the pen is told and not replayed in silence.

Rules that have tables of meters are listed here with what reads the table; a meter that no home has is no mistake to a
rule, as homes come and go.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from aipchain.market.allocation.settings_text import read_producer_shares, read_shares, read_tiers
from aipchain.market.bilateral.settings_text import read_partners, read_places
from aipchain.market.network.feeder_text import VoltageTerms, read_feeder, read_line_types
from aipchain.orchestrator.comparison.rules import MarketRule
from aipchain.plugins.hookspecs import ConfigValue

__all__ = ["unmetered_sentences"]

Config: TypeAlias = Mapping[str, ConfigValue]
FEW: Final = 8
"""So many meters are told by number."""


def unmetered_sentences(rules: Iterable[MarketRule], homes: int) -> Iterator[str]:
    """A sentence for each table that names a meter which none of `homes` has, or a home as its own partner."""
    configs = {rule.clear_plugin.bundle.manifest.name: rule.clear_plugin.config for rule in rules}
    for (plugin, key), read in _TABLES.items():
        named = set(read(configs[plugin])) if plugin in configs else set()
        missing = sorted(meter for meter in named if meter >= homes)
        if missing:
            known = f"meters 0 to {homes - 1}" if homes > 1 else "meter 0"
            yield f"{plugin}.{key} names {_listed(missing)}, which no home here has: homes have {known}"
    if "preferred-partner" in configs:
        yield from _own_partners(str(configs["preferred-partner"]["partners"]))


def _own_partners(text: str) -> Iterator[str]:
    own = [buyer for buyer, sellers in read_partners(text).items() if buyer in sellers]
    if own:
        yield f"preferred-partner.partners names {_listed(own)} as partner of itself: nobody trades with itself"


def _listed(meters: Sequence[int]) -> str:
    told = ", ".join(map(str, meters[:FEW])) + (f" and {len(meters) - FEW} more" if len(meters) > FEW else "")
    return f"meter{'s' if len(meters) > 1 else ''} {told}"


def _partners(config: Config) -> Iterator[int]:
    for buyer, sellers in read_partners(str(config["partners"])).items():
        yield from (buyer, *sellers)


def _producer_shares(config: Config) -> Iterator[int]:
    for pair in read_producer_shares(str(config["producer_shares"])):
        yield from pair


def _lines(config: Config) -> Iterable[int]:
    band = VoltageTerms(volt=400, lowest_permille=970, highest_permille=1_030)
    return read_feeder(str(config["lines"]), read_line_types(str(config["types"])), band).nodes


_TABLES: Final[Mapping[tuple[str, str], Callable[[Config], Iterable[int]]]] = {
    ("allocation-key", "shares"): lambda config: read_shares(str(config["shares"])),
    ("allocation-key", "tiers"): lambda config: read_tiers(str(config["tiers"])),
    ("allocation-key", "producer_shares"): _producer_shares,
    ("location-aware", "places"): lambda config: read_places(str(config["places"])),
    ("low-voltage-grid", "lines"): _lines,
    ("preferred-partner", "partners"): _partners,
}
