"""Checks of accounts over a span: wash trading, spoofed orders, Sybil clusters."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.observed import Observed
from aipchain.ai.anomaly.spoofing import spoofing_suspicions
from aipchain.ai.anomaly.suspicion import Suspicion, scored
from aipchain.ai.anomaly.sybil import sybil_suspicions
from aipchain.ai.anomaly.wash import wash_suspicions
from aipchain.orchestrator.suspicion.activity import Span
from aipchain.orchestrator.suspicion.honest import Honest, chosen
from aipchain.orchestrator.suspicion.report import Check, Checked, verdicts
from aipchain.orchestrator.suspicion.standard import Standard

__all__ = ["ACCOUNT_CHECKS", "Lives", "check_accounts", "strengths"]

Detector = Callable[[Activity], Mapping[str, Suspicion]]


def _of_traders(detector: Detector) -> Detector:
    """Looks at everybody who trades, public funders as well, and at nobody who was only paid."""
    return lambda activity: detector(replace(activity, payments=(), public_funders=frozenset()))


ACCOUNT_CHECKS: Final[Mapping[Check, Detector]] = MappingProxyType(
    {
        Check.WASH: _of_traders(wash_suspicions),
        Check.SPOOFING: _of_traders(spoofing_suspicions),
        Check.SYBIL: sybil_suspicions,
    }
)


@dataclass(frozen=True, slots=True)
class Lives:
    """What accounts did: in the span that is looked at, and in equal spans before it."""

    span: Span
    now: Activity
    before: tuple[Activity, ...]


def check_accounts(lives: Lives, standard: Standard, false_alarms: float) -> Iterator[Checked]:
    """Judge every account by every check."""
    for check, detector in ACCOUNT_CHECKS.items():
        honest = chosen(check, partial(strengths, detector, lives.before), standard, false_alarms)
        observed = _observed(detector(lives.now), honest)
        yield Checked(check, "account", honest.against, verdicts(observed, lives.span, false_alarms))


def strengths(detector: Detector, activities: tuple[Activity, ...]) -> list[float]:
    """How odd accounts looked, of all that did enough to tell."""
    found = (each.strength for activity in activities for each in detector(activity).values())
    return [strength for strength in found if strength is not None]


def _observed(suspicions: Mapping[str, Suspicion], honest: Honest) -> list[Observed]:
    if honest.calibration is not None:
        return scored(suspicions, honest.calibration)
    return [
        Observed(account, None, each.reason if each.strength is None else honest.told)
        for account, each in suspicions.items()
    ]
