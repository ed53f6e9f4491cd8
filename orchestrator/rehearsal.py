"""A rehearsal: recorded homes live their days again as a community on a chain in this process.

Nothing is mocked: real signatures, real blocks, the voted plugins. Only time is driven, and the homes' meters are read
from a data pack. Everything follows from the settings, so equal settings give equal chains; a rehearsal that was killed
goes on where its chain stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from aipchain.chain.errors import OtherChain
from aipchain.chain.node import Node, Sealing, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.orchestrator.ballot import Vote, turns
from aipchain.orchestrator.cast import CLEAR_PLUGIN, Cast, Settings
from aipchain.orchestrator.clearing import RuleShelf
from aipchain.orchestrator.desk import Desk, Job
from aipchain.orchestrator.errors import AnotherRun
from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.forecast_value import value_of_forecasts
from aipchain.orchestrator.founding import Charter, community_of, delegations, founding_steps, meters_by_owner
from aipchain.orchestrator.household import Household
from aipchain.orchestrator.loop import MarketLoop
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.results import Results
from aipchain.orchestrator.summary import RunFacts, summarise
from aipchain.orchestrator.tariffs import MICRO_PER_KWH, reference_prices
from aipchain.orchestrator.timeline import BLOCK_S, MarketTimes, moments
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.types import (
    CommunityId,
    Parameters,
    Permill,
    Slot,
    TrackKind,
    TrackSettings,
)
from aipchain.units import AIP, Interval, UnixSeconds

__all__ = ["Progress", "Rehearsal", "Settings"]

DAY_S = 86_400
POCKET_MONEY = 1_000 * AIP
"""What every account has at the start for fees and collateral [base units]; households can also pay all they import."""

FOUNDED_BEFORE_S = 7_200
"""The community is founded this long before its first interval."""

BID_LEAD_S = 120
VOTE_ON_DAY = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a rehearsal is: turn of turns, day (from 1), block, last price [base units per Wh], price plugin."""

    done: int
    total: int
    day: int
    block: int
    price: int | None
    plugin: str


class Rehearsal:
    """One rehearsal on one chain; opening it founds the community or finds where it stopped."""

    def __init__(self, settings: Settings, base_path: Path | None) -> None:
        """Open the chain of the rehearsal.

        :raises BadPack: the pack does not cover the days.
        :raises UnknownPlugin: there is no such forecaster.
        :raises ModelRefused, UnusablePanel: a model cannot be used, or learned from the first day.
        :raises NoBattery: agents were asked for, and no home has a battery.
        :raises AnotherRun: the chain at `base_path` was founded for other settings.
        """
        self._settings = settings
        self._steps = settings.steps
        self.cast = Cast(settings)
        self._services = self.cast.services
        self.node = self._open(base_path)
        self._connection = connect(LocalTransport(self.node))
        self._projection = Projection(None, self._connection.genesis_hash)
        self._catalogue = Catalogue.discover()
        self._desk = Desk(self.node, self._connection, self._after_block)
        self._after_block()

    def _open(self, base_path: Path | None) -> Node:
        try:
            return Node.open(
                base_path,
                clock=SimulatedClock((self._first.start - FOUNDED_BEFORE_S) * 1_000),
                sealing=Sealing.MANUAL,
                genesis_patch={"balances": {"balances": self._endowments()}},
            )
        except OtherChain as other:
            raise AnotherRun(f"the chain at {base_path} was founded with other homes, data or seed") from other

    def close(self) -> None:
        """Let go of the chain file."""
        self._projection.close()
        self._connection.close()
        self.node.close()

    def run(self, report: Callable[[Progress], None]) -> Results:
        """Found the community if needed, live all days, and return the results."""
        self._found()
        loop = self._loop()
        groups = [(at, list(due)) for at, due in groupby(self._agenda(loop), key=lambda turn: turn.at)]
        for done, (at, due) in enumerate(groups, start=1):
            if not self._is_past(groups, done):
                now = max(at, self._desk.now())
                self._desk.send([job for turn in due for job in turn.jobs(now)], at)
            report(self._progress(loop.community, done, len(groups), at))
        results = summarise(self._connection, self._projection, self._facts(loop))
        value = value_of_forecasts(self.cast, self._catalogue, results.hours)
        return replace(results, value=value, forecast_failures=self.cast.forecast_failures())

    @property
    def _first(self) -> Interval:
        return self._settings.pack.interval(self._steps.start)

    def _intervals(self) -> list[Interval]:
        return [self._settings.pack.interval(step) for step in self._steps]

    @property
    def _endowment(self) -> int:
        pack = self._settings.pack
        dearest = max(pack.retail_micro_per_kwh[step] for step in self._steps) * MICRO_PER_KWH
        hungriest = max(sum(home.import_wh(step) for step in self._steps) for home in self._settings.homes)
        return POCKET_MONEY + dearest * hungriest

    def _endowments(self) -> list[list[object]]:
        services = self._services
        keys = [services.steward, services.gateway, services.operator, services.oracle]
        keys += [*self.cast.members(), *self.cast.agents()]
        keys += [development_account(name) for name in ("Alice", "Bob")]
        return [[key.address, self._endowment] for key in keys]

    def _found(self) -> None:
        steps = founding_steps(self._charter(), self._services, self.cast.settlers())
        for number, step in enumerate(steps, start=1):
            at = self._first.start - FOUNDED_BEFORE_S + BLOCK_S * number
            self._desk.send(step(self._connection), UnixSeconds(at))
        at = self._first.start - FOUNDED_BEFORE_S + BLOCK_S * (len(steps) + 1)
        self._desk.send(delegations(self._connection, self._households()), UnixSeconds(at))

    def _name(self) -> str:
        """The days are part of the name, so that the chain itself says for which it was founded."""
        days = self._settings.days
        return f"Rehearsal of {days} day{'s' if days > 1 else ''} from {self._settings.first_day}"

    def _charter(self) -> Charter:
        names = {Slot.PRICE: "mid-market-rate", Slot.CLEAR: CLEAR_PLUGIN}
        return Charter(
            name=self._name(),
            interval_s=self._settings.pack.step_s,
            epoch_s=DAY_S,
            zones=("home",),
            parameters=_parameters(self._settings.pack.step_s),
            tracks=_TRACKS,
            builds=self._catalogue.bundles,
            plugins={slot: self._catalogue.find(name) for slot, name in names.items()},
            reads_from=self._first.start,
        )

    def _loop(self) -> MarketLoop:
        community = community_of(self._connection, self._name(), self._services.steward)
        parameters = _parameters(self._settings.pack.step_s)
        return MarketLoop(
            connection=self._connection,
            shelf=RuleShelf(self._catalogue),
            community=community,
            services=self._services,
            households=self._households(),
            tariffs=reference_prices(self._settings.pack),
            origin=self._settings.pack.start,
            interval_s=self._settings.pack.step_s,
            times=MarketTimes(parameters.gate_closure_s, parameters.clearing_window_s, parameters.grace_s),
        )

    def _households(self) -> list[Household]:
        community = community_of(self._connection, self._name(), self._services.steward)
        return self.cast.households(meters_by_owner(self._connection, community))

    def _agenda(self, loop: MarketLoop) -> "list[_Turn]":
        """Every turn of the market and of the vote, in order of time; the vote first where both fall together."""
        turns_of_market = [
            _Turn(moment.at, 1, partial(loop.jobs, moment))
            for moment in moments(self._intervals(), loop.times, BID_LEAD_S)
        ]
        return sorted([*self._vote_turns(loop), *turns_of_market], key=lambda turn: (turn.at, turn.order))

    def _vote_turns(self, loop: MarketLoop) -> "Iterator[_Turn]":
        day = min(VOTE_ON_DAY, max(1, self._settings.days - 1))
        vote = Vote(
            community=loop.community,
            candidate=self._catalogue.find("supply-demand-ratio"),
            midnight=UnixSeconds(self._first.start + (day - 1) * DAY_S),
            households=loop.households,
            seed=self._settings.seed,
        )
        for at in turns(vote.midnight):
            yield _Turn(at, 0, partial(vote.jobs, self._connection))

    def _is_past(self, groups: "list[tuple[UnixSeconds, list[_Turn]]]", done: int) -> bool:
        """A turn is past an interval after the next one was due; till then what it may lack is looked for again."""
        return done < len(groups) and groups[done][0] + self._settings.pack.step_s <= self._desk.now()

    def _after_block(self) -> None:
        catch_up(self._connection, self._projection)

    def _progress(self, here: CommunityId, done: int, total: int, at: UnixSeconds) -> Progress:
        day = min(self._settings.days, max(0, at - self._first.start) // DAY_S + 1)
        rows = self._projection.rows(
            "SELECT name, delivered_wh, paid FROM books JOIN bindings ON binding_hash = price_rule"
            " JOIN builds USING (bundle) WHERE books.community = :here ORDER BY interval_start DESC LIMIT 30",
            {"here": here},
        )
        settled = next((row for row in rows if row["delivered_wh"]), None)
        price = int(settled["paid"]) // settled["delivered_wh"] if settled else None
        return Progress(done, total, day, self._projection.height, price, rows[0]["name"] if rows else "-")

    def _facts(self, loop: MarketLoop) -> RunFacts:
        return RunFacts(
            community=loop.community,
            name=self._charter().name,
            interval_s=self._settings.pack.step_s,
            epoch_s=DAY_S,
            intervals=self._intervals(),
            households=loop.households,
            endowment=self._endowment,
            code_hash=self.node.code_hash(),
            forecast=self.cast.foresight.name,
            agent=self._settings.agent.value,
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """Something due at chain time `at` [s]; `jobs` looks at the chain when it is called, and is told the time [s]."""

    at: UnixSeconds
    order: int
    jobs: Callable[[UnixSeconds], list[Job]]


def _parameters(interval_s: int) -> Parameters:
    """Gate, window and grace of a sixth, a twelfth and a quarter of the interval; sellers hold a tenth."""
    return Parameters(interval_s // 6, interval_s // 12, interval_s // 4, Permill(100_000))


_HALF = Permill(500_000)
_HOUR_S = 3_600
_TRACKS = {
    TrackKind.PLUGIN: TrackSettings(_HOUR_S, 12 * _HOUR_S, 2 * _HOUR_S, _HOUR_S, _HALF, _HALF),
    TrackKind.PARAMETER: TrackSettings(_HOUR_S, 12 * _HOUR_S, 2 * _HOUR_S, _HOUR_S, _HALF, _HALF),
    TrackKind.GOVERNANCE: TrackSettings(_HOUR_S, 72 * _HOUR_S, 12 * _HOUR_S, 24 * _HOUR_S, _HALF, Permill(666_666)),
}
