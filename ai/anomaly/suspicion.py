"""How suspicious an account is of one kind of fraud, before it is calibrated: a number from 0 to 1, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aipchain.ai.anomaly.observed import NOT_ENOUGH_HISTORY, Calibration, Observed, calibrate

__all__ = ["Suspicion", "calibrate_accounts", "scored", "unknown"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Of one account: 0 is none; None where it did too little to tell."""

    strength: float | None
    reason: str


def unknown(seen: int, needed: int, what: str) -> Suspicion:
    """Too little is known of an account to say anything."""
    return Suspicion(None, f"{NOT_ENOUGH_HISTORY}: {seen} {what}, {needed} are needed")


def calibrate_accounts(honest: Iterable[Suspicion]) -> Calibration:
    """From accounts that are known to be honest.

    :raises ValueError: nothing is known of any of them.
    """
    return calibrate(each.strength for each in honest if each.strength is not None)


def scored(suspicions: Mapping[str, Suspicion], calibration: Calibration) -> list[Observed]:
    """Score every account, in the order given. Nothing suspicious at all is 0."""
    return [Observed(account, _score(each, calibration), each.reason) for account, each in suspicions.items()]


def _score(suspicion: Suspicion, calibration: Calibration) -> int | None:
    if suspicion.strength is None:
        return None
    return calibration.score(suspicion.strength) if suspicion.strength > 0 else 0
