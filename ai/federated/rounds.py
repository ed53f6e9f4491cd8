"""The rounds of a federation: what clients are asked, and what becomes of their answers. Pure: no clock, no network.

Round 0 asks for statistics of features and makes the normaliser of them. Every later round sends the model out, each
client trains it for an epoch on its own homes, and the combined change is added. After the last round each client
trains its own copy a little further and keeps that for itself. An answer that cannot be used is left out of its round
with the reason; a round closes when enough usable ones are there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import cos, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.aggregation import Rule, clipped, combined
from aipchain.ai.federated.errors import MessageRefused, TooFewAnswers, UnusablePlan
from aipchain.ai.federated.messages import Answer, Task, answer_from
from aipchain.ai.federated.normaliser import normaliser_of, plausible, public_normaliser, statistics_schema
from aipchain.ai.federated.privacy import NoiseKey, Privacy, private_mean
from aipchain.ai.federated.schema import Floats, Schema

__all__ = ["Federation", "Plan", "RoundReport", "begun", "checked", "closed", "schema_of_round"]

MOST_ROUNDS: Final = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What a federation agrees on before its first round.

    :raises UnusablePlan: settings contradict each other.
    """

    rounds: int = 15
    least_answers: int = 1
    """Usable answers that a round needs."""
    rule: Rule = Rule.TRIMMED_MEAN
    """How changes are combined; with few answers it may leave nobody out (`aggregation.bears`)."""
    most_change: float = 5.0
    """Length that every change is clipped to."""
    most_bytes: int = 110_000
    """Size of an answer [bytes]."""
    peak_rate: float = 4e-3
    """Learning rate of the first rounds; it falls to a twentieth along a half cosine."""
    privacy: Privacy | None = None
    seed: int = field(default=0, repr=False)
    """Of the first weights, which every client gets; noise of privacy has a key of its own (`begun`)."""

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= MOST_ROUNDS or self.least_answers < 1 or self.most_bytes < 1:
            raise UnusablePlan(f"a federation has 1 to {MOST_ROUNDS} rounds of at least one answer of one byte")
        if not (self.most_change > 0 and self.peak_rate > 0):
            raise UnusablePlan("the longest change and the learning rate must be above 0")
        if self.privacy is not None and self.rule is not Rule.MEAN:
            raise UnusablePlan(f"noise of privacy is measured for the mean, not the {self.rule}: choose one of both")

    def rate(self, round_: int) -> float:
        """The learning rate of a training round."""
        part = (round_ - 1) / max(self.rounds - 1, 1)
        return self.peak_rate * (0.05 + 0.95 * (1 + cos(pi * part)) / 2)


@dataclass(frozen=True, slots=True)
class RoundReport:
    """Who was counted in a round, and who was refused and why."""

    round: int
    counted: tuple[str, ...]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Federation:
    """Where a federation stands: the task of its next round, and a report of each round before."""

    plan: Plan
    model: Schema
    task: Task
    reports: tuple[RoundReport, ...] = ()
    noise_key: NoiseKey | None = None
    """Known to the coordinator alone; there is one where the plan has privacy."""

    def __post_init__(self) -> None:
        if self.plan.privacy is not None and self.noise_key is None:
            raise UnusablePlan("privacy needs noise that nobody else can compute: give a key, as a record keeps one")


def begun(plan: Plan, model: Schema, features: int, first: Floats, *, noise_key: NoiseKey | None = None) -> Federation:
    """A federation before its first round.

    :param features: number of features that are normalised.
    :param first: weights to begin with.
    :param noise_key: secret of the coordinator, such as `Record.noise_key` keeps; needed for privacy.
    :raises UnusablePlan: privacy without a key.
    """
    if plan.privacy is None:
        return Federation(
            plan, model, Task(0, plan.rounds, plan.rate(1), first, np.zeros(2 * features, dtype=np.float32))
        )
    return Federation(
        plan, model, Task(1, plan.rounds, plan.rate(1), first, public_normaliser(features)), (), noise_key
    )


def schema_of_round(federation: Federation) -> Schema:
    """What the answers of the round are changes of."""
    task = federation.task
    return statistics_schema(federation.model, len(task.normaliser) // 2) if task.round == 0 else federation.model


def closed(federation: Federation, answers: Mapping[str, bytes], invited: int) -> Federation:
    """The federation after a round, given the answers by client; in whatever order they came.

    :param invited: number of clients that may answer.
    :raises TooFewAnswers: too many are missing or refused.
    """
    usable, refused = _sorted_out(federation, answers)
    if len(usable) < federation.plan.least_answers:
        raise TooFewAnswers(federation.task.round, len(usable), federation.plan.least_answers, len(refused))
    report = RoundReport(federation.task.round, tuple(usable), refused)
    task = _next(federation, list(usable.values()), invited)
    return replace(federation, task=task, reports=(*federation.reports, report))


def _sorted_out(federation: Federation, answers: Mapping[str, bytes]) -> tuple[dict[str, Answer], dict[str, str]]:
    usable, refused = {}, {}
    for name in sorted(answers):
        try:
            usable[name] = checked(federation, answers[name])
        except MessageRefused as error:
            refused[name] = str(error)
    return usable, refused


def checked(federation: Federation, message: bytes) -> Answer:
    """An answer of this round.

    :raises MessageRefused: it is none.
    """
    answer = answer_from(message, schema_of_round(federation), federation.plan.most_bytes)
    if answer.round != federation.task.round:
        raise MessageRefused(f"the answer is of round {answer.round}, the federation is in {federation.task.round}")
    if answer.rows < 1:
        raise MessageRefused("the answer was learned from no row")
    if answer.round == 0:
        plausible(answer.change)
    return answer


def _next(federation: Federation, answers: list[Answer], invited: int) -> Task:
    plan, task = federation.plan, federation.task
    changes = np.stack([answer.change for answer in answers]).astype(np.float64)
    rows = np.array([answer.rows for answer in answers])
    if task.round == 0:
        return replace(task, round=1, normaliser=normaliser_of(combined(plan.rule, changes, rows)))
    weights = (task.weights + _change(federation, changes, rows, invited)).astype(np.float32)
    following = min(task.round + 1, plan.rounds)
    return replace(task, round=task.round + 1, weights=weights, rate=plan.rate(following))


def _change(
    federation: Federation, changes: NDArray[np.float64], rows: NDArray[np.int64], invited: int
) -> NDArray[np.float64]:
    plan, key = federation.plan, federation.noise_key
    if plan.privacy is None or key is None:
        return combined(plan.rule, clipped(changes, plan.most_change), rows)
    return private_mean(plan.privacy, changes, plan.most_change, invited, key=key, round_=federation.task.round)
