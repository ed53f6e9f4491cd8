"""The federated net as a forecaster: it learns in rounds of clients, and forecasts each home by its own net.

A home that took part is forecast by its own copy, any other by the model that all share. Both read nothing but the
home's own past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.learner import HomeLearner, Learning, first_weights, fitted, model_schema
from aipchain.ai.federated.rounds import Plan, begun
from aipchain.ai.federated.simulation import federate
from aipchain.ai.forecasting.network import FittedNets
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel

__all__ = ["FederatedNet", "FittedFederation", "home_clients"]


@dataclass(frozen=True, slots=True)
class FederatedNet:
    """How a federation of homes learns, one client for each home."""

    name: str = "federated net"
    plan: Plan = field(default_factory=Plan)
    learning: Learning = field(default_factory=Learning)
    executor: Executor = field(default_factory=InProcess)

    def fit(self, panel: Panel) -> "FittedFederation":
        """Go through all rounds.

        :raises TooFewAnswers: too few clients gave usable answers.
        """
        steps = panel.steps_per_day
        first, features = first_weights(steps, self.learning, self.plan.seed)
        federation = begun(self.plan, model_schema(steps, self.learning), features, first)
        made = partial(home_clients, panel, self.learning)
        outcome = federate(federation, self.executor, made, panel.homes)
        task = outcome.federation.task
        made_of = partial(fitted, normaliser=task.normaliser, steps=steps, learning=self.learning)
        return FittedFederation(made_of(task.weights), {home: made_of(own) for home, own in outcome.own.items()})


@dataclass(frozen=True, slots=True)
class FittedFederation:
    """The model that all share, and the own ones by home."""

    shared: FittedNets
    own: Mapping[str, FittedNets]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        return np.concatenate([self._home(panel.of_homes([home]), days) for home in panel.homes])

    def _home(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        return self.own.get(panel.homes[0], self.shared).forecast(panel, days)


def home_clients(panel: Panel, learning: Learning) -> dict[str, HomeLearner]:
    """A client for each home."""
    return {home: HomeLearner.of(home, panel.of_homes([home]), learning) for home in panel.homes}
