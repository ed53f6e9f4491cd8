"""Both parts in a federation, up to a model in a folder: who coordinates, and who takes part with its homes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aipchain.ai.federated.aggregation import TRIMMED_PART, Rule, bears
from aipchain.ai.federated.errors import UnusablePlan
from aipchain.ai.federated.gateway import Gateway
from aipchain.ai.federated.hall import Hall, Hours
from aipchain.ai.federated.learner import HomeLearner, Learning, first_weights, model_schema
from aipchain.ai.federated.record import Record
from aipchain.ai.federated.rounds import Plan, RoundReport, begun
from aipchain.ai.federated.schema import Schema
from aipchain.ai.models.card import ModelCard
from aipchain.ai.models.folder import save_model
from aipchain.ai.models.together import own_model, shared_model, taught_days
from aipchain.ai.panel import Panel

__all__ = ["Terms", "coordinated", "opened", "schema_of_homes", "taken_part"]

_LEARNING: Final = Learning()
_STEPS: Final = (24, 96)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coordinator decides before the first round."""

    federation: str
    plan: Plan
    hours: Hours
    steps: int
    """Of a day, in the panels of all clients."""
    stay_s: float
    """So long the final model may be fetched [s]."""


def opened(terms: Terms, invited: Mapping[str, bytes], folder: Path) -> Hall:
    """Where clients may come in; what a folder holds of the federation is gone on with.

    :param invited: public key by name of each client.
    :raises UnusablePlan: days have other steps than 24 or 96; see `Hall` for other causes.
    :raises ForeignRecord: the folder is of another federation.
    """
    if terms.steps not in _STEPS:
        raise UnusablePlan(f"a day of {terms.steps} steps cannot be learned: give 24 or 96")
    first, features = first_weights(terms.steps, _LEARNING, terms.plan.seed)
    record = Record(folder)
    key = record.noise_key() if terms.plan.privacy else None
    federation = begun(terms.plan, schema_of_homes(terms.steps), features, first, noise_key=key)
    return Hall(federation, invited, record, terms.hours)


def schema_of_homes(steps: int) -> Schema:
    """What clients of homes send changes of.

    :param steps: of a day.
    """
    return model_schema(steps, _LEARNING)


def coordinated(hall: Hall, terms: Terms, out: Path, told: Callable[[str], None]) -> ModelCard:
    """Close all rounds, keep the model that all share, and wait until clients have it.

    :raises TooFewAnswers: a round had too few for too long.
    :raises FolderRefused: the model cannot be written.
    """
    told(_where(hall))
    if _is_void(terms.plan.rule, len(hall.invited)):
        enough = next(count for count in range(TRIMMED_PART + 1) if bears(terms.plan.rule, count))
        told(f"a {terms.plan.rule} of {len(hall.invited)} leaves no liar out: invite {enough} or more")
    federation = hall.close_rounds(lambda report: told(_round(report, terms.plan, hall.invited)))
    card = save_model(shared_model(federation, terms.federation, terms.steps, _LEARNING), out)
    told(f"all rounds are closed and {out} is written; waiting up to {terms.stay_s:.0f} s until gateways have it")
    absent = hall.wait_until_left(terms.stay_s)
    if absent:
        told(f"{', '.join(absent)} did not fetch the model: start this again, and they can")
    return card


def taken_part(gateway: Gateway, panel: Panel, out: Path) -> ModelCard:
    """Learn from a gateway's homes with others, then from them alone, and keep that.

    :param panel: all days of the homes; see `taught_days`.
    :raises UnusablePanel: there is too little to learn from.
    :raises FolderRefused: the model cannot be written. See `Gateway.take_part` for other causes.
    """
    learned = gateway.take_part(HomeLearner.of(gateway.name, taught_days(panel), _LEARNING))
    card = save_model(own_model(learned, (gateway.federation, gateway.name), panel, _LEARNING), out)
    gateway.leave()
    return card


def _where(hall: Hall) -> str:
    task, reports, answered = hall.federation.task, hall.federation.reports, hall.answered
    if task.over:
        return f"all {task.rounds} rounds were closed before: give another folder for the state to begin anew"
    if not reports and not answered:
        return f"round {task.round} of {task.rounds}: waiting for {', '.join(hall.invited)}"
    return f"going on with round {task.round} of {task.rounds}; answered before: {', '.join(answered) or 'nobody'}"


def _is_void(rule: Rule, clients: int) -> bool:
    """Whether a rule that should leave liars out leaves out nobody."""
    return rule is not Rule.MEAN and bears(rule, clients) == 0


def _round(report: RoundReport, plan: Plan, invited: Mapping[str, bytes]) -> str:
    silent = sorted(set(invited) - set(report.counted) - set(report.refused))
    parts = [f"counted {', '.join(report.counted)}"]
    parts += [f"refused {name} ({why})" for name, why in report.refused.items()]
    parts += [f"nothing from {', '.join(silent)}"] if silent else []
    few = _is_void(plan.rule, len(report.counted)) and not _is_void(plan.rule, len(invited))
    parts += [f"too few for a {plan.rule} to leave a liar out"] if few else []
    return f"round {report.round} of {plan.rounds}: {'; '.join(parts)}"
