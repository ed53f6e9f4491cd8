"""What knowing ahead was worth: the same days under the same rules, had all homes known more, or less.

Nothing is sent: intervals are cleared, delivered and billed by the same kernels as in the comparison of market rules.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from aipchain.orchestrator.cast import CLEAR_PLUGIN, Cast, conducts_of
from aipchain.orchestrator.comparison.replay import replay
from aipchain.orchestrator.comparison.rules import MarketRule, rules_of
from aipchain.orchestrator.comparison.scenario import Scene, scenes_of
from aipchain.orchestrator.conduct import Conduct
from aipchain.orchestrator.foresight import PERFECT, DayAhead, foresight_named
from aipchain.orchestrator.results import ForecastValue, Hour
from aipchain.plugins.bundle import BundleId
from aipchain.plugins.catalogue import Catalogue

__all__ = ["value_of_forecasts"]

NAIVE = "naive"


def value_of_forecasts(cast: Cast, catalogue: Catalogue, hours: Sequence[Hour]) -> tuple[ForecastValue, ...]:
    """Bills with perfect knowledge, with that of the cast, and with the naive one.

    None unless a forecaster was asked and somebody ordered.

    :param hours: what the chain came to: it says which price plugin was in force in which interval.
    """
    bundles = {hour.interval_start: BundleId(hour.price_bundle) for hour in hours if hour.price_bundle is not None}
    if not isinstance(cast.foresight, DayAhead) or not bundles:
        return ()
    rules = {
        rule.price_plugin.bundle.id: rule
        for rule in rules_of(catalogue)
        if rule.price_plugin is not None and rule.clear_plugin.bundle.manifest.name == CLEAR_PLUGIN
    }
    return tuple(_value(cast, name, conducts, bundles, rules) for name, conducts in _ways(cast))


def _ways(cast: Cast) -> Iterator[tuple[str, Sequence[Conduct]]]:
    settings = cast.settings
    yield PERFECT, conducts_of(settings, foresight_named(PERFECT, settings.pack, settings.homes))
    yield cast.foresight.name, [home.conduct for home in cast.homes]
    if cast.foresight.name != NAIVE:
        yield NAIVE, conducts_of(settings, foresight_named(NAIVE, settings.pack, settings.homes))


def _value(
    cast: Cast,
    name: str,
    conducts: Sequence[Conduct],
    bundles: dict[int, BundleId],
    rules: dict[BundleId, MarketRule],
) -> ForecastValue:
    settings = cast.settings
    told = scenes_of(settings.pack, settings.steps, settings.homes, conducts, None)
    homes = [conduct.name for conduct in conducts]
    parts = [replay(rules[bundle], list(scenes), homes) for bundle, scenes in _by_bundle(told, bundles)]
    bills = [bill for part in parts for bill in part.bills]
    return ForecastValue(
        forecast=name,
        without_trade=sum(bill.without_trade for bill in bills),
        with_trade=sum(bill.with_trade for bill in bills),
        delivered_wh=sum(part.delivered_wh for part in parts),
    )


def _by_bundle(told: Sequence[Scene], bundles: dict[int, BundleId]) -> Iterator[tuple[BundleId, Iterator[Scene]]]:
    """Scenes under one price plugin after the other; an interval without a book goes with the one before it."""
    current = next(iter(bundles.values()))

    def in_force(scene: Scene) -> BundleId:
        nonlocal current
        current = bundles.get(scene.interval.start, current)
        return current

    yield from groupby(told, in_force)
