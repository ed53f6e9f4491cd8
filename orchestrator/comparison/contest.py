"""Every rule through the same weeks, and the check that none of them lost or invented anything."""

from collections.abc import Callable, Iterable, Sequence

from aipchain.orchestrator.comparison.errors import NotConserved
from aipchain.orchestrator.comparison.outcome import Comparison, RuleOutcome
from aipchain.orchestrator.comparison.replay import DAY_S, HOUR_S, HOURS, replay
from aipchain.orchestrator.comparison.rules import MarketRule
from aipchain.orchestrator.comparison.scenario import Scene, Settings, scenes

__all__ = ["compare"]


def compare(
    settings: Settings, rules: Sequence[MarketRule], report: Callable[[str], None] = lambda _: None
) -> Comparison:
    """Replay the weeks without a market and under each rule.

    :param report: is told the name of each rule before it is replayed.
    :raises BadPack: the pack does not cover the weeks.
    :raises NotConserved: energy or money does not add up under a rule.
    """
    told = scenes(settings)
    homes = tuple(home.name for home in settings.homes)
    without_market = _conserved(replay(None, told, homes))
    outcomes: list[RuleOutcome] = []
    for rule in rules:
        report(rule.name)
        outcomes.append(_conserved(replay(rule, told, homes, accept_price=settings.accept_price)))
    return Comparison(
        homes=homes,
        first_day=settings.first_day.isoformat(),
        weeks=settings.weeks,
        seed=settings.seed,
        zones=settings.zones,
        intervals=len(told),
        forecast=settings.forecast,
        accept_price=settings.accept_price,
        without_market=without_market,
        rules=tuple(outcomes),
        retail_by_hour=_mean_by_hour(told, lambda scene: scene.reference.retail),
        feed_in_by_hour=_mean_by_hour(told, lambda scene: scene.reference.feed_in),
    )


def _conserved(outcome: RuleOutcome) -> RuleOutcome:
    found = outcome.conservation
    if found.energy_difference_wh or found.money_difference:
        raise NotConserved(outcome.name, found.energy_difference_wh, found.money_difference)
    return outcome


def _mean_by_hour(told: Iterable[Scene], tariff: Callable[[Scene], int]) -> tuple[int, ...]:
    listed: list[list[int]] = [[] for _ in range(HOURS)]
    for scene in told:
        listed[scene.interval.start % DAY_S // HOUR_S].append(tariff(scene))
    return tuple(sum(each) // len(each) if each else 0 for each in listed)
