"""Fraud in trades: detectors calibrated on honest accounts of some worlds, measured on the accounts of others.

Plain peers: for wash trades, the share of an account's turnover that one partner gave back, whatever chance would do,
with a threshold set in the same way; for Sybil clusters, to flag all whom one account brought to life.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.attacks.worlds import Strength, world
from aipchain.ai.anomaly.detection import Found, found, pooled
from aipchain.ai.anomaly.observed import Calibration, alarms
from aipchain.ai.anomaly.reputation import pumping_suspicions
from aipchain.ai.anomaly.spoofing import spoofing_suspicions
from aipchain.ai.anomaly.suspicion import Suspicion, calibrate_accounts, scored
from aipchain.ai.anomaly.sybil import clusters, sybil_suspicions
from aipchain.ai.anomaly.wash import wash_suspicions
from aipchain.ai.executors.executor import Executor

__all__ = ["DETECTORS", "Plan", "TradeRow", "trade_rows"]

DAYS: Final = 7
"""That a world lasts."""

Detector = Callable[[Activity], Mapping[str, Suspicion]]


def _given_back(activity: Activity) -> dict[str, Suspicion]:
    energy: Counter[tuple[str, str]] = Counter()
    turnover: Counter[str] = Counter()
    for trade in activity.trades:
        energy[trade.seller, trade.buyer] += trade.energy
        turnover[trade.seller] += trade.energy
        turnover[trade.buyer] += trade.energy
    most = dict.fromkeys(activity.accounts, 0.0)
    for (seller, buyer), wh in energy.items():
        back = 2 * min(wh, energy.get((buyer, seller), 0))
        most[seller] = max(most[seller], back / max(turnover[seller], 1))
    return {account: Suspicion(share, "given back by one partner") for account, share in most.items()}


DETECTORS: Final[Mapping[str, tuple[str, Detector]]] = MappingProxyType(
    {
        "circles of energy": ("wash", wash_suspicions),
        "energy given back": ("wash", _given_back),
        "lives that stay inside": ("sybil", sybil_suspicions),
        "circles of praise": ("pumping", pumping_suspicions),
        "hollow orders": ("spoofing", spoofing_suspicions),
    }
)
"""By name, what each is after."""

ONE_ORIGIN: Final = "one origin"


@dataclass(frozen=True, slots=True)
class Plan:
    """A world to be made."""

    seed: int
    homes: int
    strength: Strength


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A detector over some worlds."""

    worlds: str
    fraud: str
    detector: str
    found: Found


@dataclass(frozen=True, slots=True)
class _Seen:
    """What detectors say of a world's accounts, by detector, and who is who."""

    suspicions: Mapping[str, Mapping[str, Suspicion]]
    culprits: Mapping[str, frozenset[str]]
    honest: frozenset[str]
    one_origin: frozenset[str]


def trade_rows(
    calibrating: Sequence[Plan], measured: Mapping[str, Sequence[Plan]], false_alarms: float, executor: Executor
) -> list[TradeRow]:
    """Measure every detector on named sets of worlds, with thresholds from the honest accounts of other worlds."""
    known = list(executor.map(_seen, calibrating, DAYS))
    limits = {detector: _limit(known, detector) for detector in DETECTORS}
    rows = []
    for name, plans in measured.items():
        seen = list(executor.map(_seen, plans, DAYS))
        for detector, (fraud, _) in DETECTORS.items():
            worlds = [_found(each, detector, fraud, limits[detector], false_alarms) for each in seen]
            rows.append(TradeRow(name, fraud, detector, pooled(worlds)))
        origin = [found(each.one_origin, each.culprits["sybil"], each.honest) for each in seen]
        rows.append(TradeRow(name, "sybil", ONE_ORIGIN, pooled(origin)))
    return rows


def _found(seen: _Seen, detector: str, fraud: str, limit: Calibration, false_alarms: float) -> Found:
    flagged = {alarm.subject for alarm in alarms(scored(seen.suspicions[detector], limit), false_alarms)}
    return found(flagged, seen.culprits[fraud], seen.honest)


def _limit(worlds: Sequence[_Seen], detector: str) -> Calibration:
    return calibrate_accounts(each.suspicions[detector][account] for each in worlds for account in sorted(each.honest))


def _seen(days: int, plan: Plan) -> _Seen:
    made = world(plan.seed, plan.homes, days, plan.strength)
    told = {name: dict(detector(made.activity)) for name, (_, detector) in DETECTORS.items()}
    origin = frozenset(account for cluster in clusters(made.activity) for account in cluster)
    return _Seen(told, dict(made.culprits), made.honest, origin)
