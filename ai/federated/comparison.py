"""The same net learned in three ways, to compare: all rows in one place, in a federation, and each home alone.

All three go through the same rounds and the same training, so that they differ in nothing but who sees which rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.attacks import Attack, half_a_day_late, poisoned
from aipchain.ai.federated.forecaster import FittedFederation, home_clients
from aipchain.ai.federated.learner import HomeLearner, Learning, first_weights, fitted, joined, model_schema
from aipchain.ai.federated.rounds import Plan, begun
from aipchain.ai.federated.simulation import Clients, Outcome, federate
from aipchain.ai.panel import Panel

__all__ = ["Compared", "Settings", "alone", "pooled", "together"]

_ALL: Final = "all"
_UNLIMITED: Final = 1e9


@dataclass(frozen=True, slots=True)
class Settings:
    """How each way learns; found on days 90 to 181 of the load benchmark."""

    plan: Plan = Plan()  # noqa: RUF009  # frozen
    learning: Learning = Learning()  # noqa: RUF009  # frozen
    pooled_epochs: int = 6
    pooled_batch: int = 512
    alone_epochs: int = 6
    single_rate: float = 2e-3
    """Learning rate of the pooled net and of homes alone: averaging over clients bears a higher one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was learned, with and without what each home learned for itself, and how the rounds went."""

    shared: FittedFederation
    own: FittedFederation
    largest_answer: int
    refused: int


def pooled(panel: Panel, settings: Settings) -> Compared:
    """All rows in one place; then each home may learn an epoch for itself."""
    homes = home_clients(panel, settings.learning)
    learning = replace(settings.learning, batch=settings.pooled_batch)
    client = HomeLearner(_ALL, joined([home.rows for home in homes.values()]), panel.steps_per_day, learning)
    outcome = _gone_through(
        settings, _single(settings, settings.pooled_epochs), panel.steps_per_day, {_ALL: client}, own=False
    )
    task = outcome.federation.task
    return _compared(panel, settings, replace(outcome, own={name: home.own(task) for name, home in homes.items()}))


def together(
    panel: Panel, settings: Settings, rule: Rule, attack: Attack | None = None, liars: Sequence[str] = ()
) -> Compared:
    """A client for each home; some of them may lie."""
    homes = home_clients(panel, settings.learning)
    if attack is Attack.SHIFTED:
        homes = {name: _late(home) if name in liars else home for name, home in homes.items()}
    clients: Clients = homes
    if attack is not None:
        clients = poisoned(homes, dict.fromkeys(liars, attack), settings.plan.seed)
    return _compared(
        panel, settings, _gone_through(settings, replace(settings.plan, rule=rule), panel.steps_per_day, clients)
    )


def alone(panel: Panel, settings: Settings) -> Compared:
    """Each home its own federation; there is nothing to share."""
    plan, own = _single(settings, settings.alone_epochs), {}
    for name, home in home_clients(panel, settings.learning).items():
        task = _gone_through(settings, plan, panel.steps_per_day, {name: home}, own=False).federation.task
        own[name] = fitted(task.weights, task.normaliser, panel.steps_per_day, settings.learning)
    shared = FittedFederation(next(iter(own.values())), own)
    return Compared(shared, shared, 0, 0)


def _single(settings: Settings, epochs: int) -> Plan:
    """Of a client on its own, whose changes nobody has to doubt."""
    return replace(
        settings.plan,
        rounds=epochs,
        least_answers=1,
        rule=Rule.MEAN,
        most_change=_UNLIMITED,
        peak_rate=settings.single_rate,
    )


def _gone_through(settings: Settings, plan: Plan, steps: int, clients: Clients, *, own: bool = True) -> Outcome:
    first, features = first_weights(steps, settings.learning, plan.seed)
    federation = begun(plan, model_schema(steps, settings.learning), features, first)
    return federate(federation, InProcess(), lambda: clients, tuple(clients), own=own)


def _compared(panel: Panel, settings: Settings, outcome: Outcome) -> Compared:
    task = outcome.federation.task
    of = partial(fitted, normaliser=task.normaliser, steps=panel.steps_per_day, learning=settings.learning)
    shared, refused = of(task.weights), sum(len(report.refused) for report in outcome.federation.reports)
    own = {name: of(weights) for name, weights in outcome.own.items()}
    return Compared(FittedFederation(shared, {}), FittedFederation(shared, own), outcome.largest_answer, refused)


def _late(home: HomeLearner) -> HomeLearner:
    return HomeLearner(home.name, half_a_day_late(home.rows, home.steps), home.steps, home.learning)
