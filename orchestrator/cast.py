"""Who takes part in a rehearsal: its services and households with their keys, batteries and agents.

Everything follows from the settings, the recorded energy included, so that a chain that was begun with other settings
is not taken for this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.settings import Taste
from aipchain.ai.errors import PartMissing
from aipchain.metering.packs import Home, Pack
from aipchain.orchestrator.conduct import AsRecorded, Conduct, Manager, SelfConsumption, WithBattery
from aipchain.orchestrator.errors import NoBattery
from aipchain.orchestrator.foresight import RECENT, DayAhead, Foresight, foresight_named
from aipchain.orchestrator.founding import Services, Settler
from aipchain.orchestrator.household import Household, MeasuredHome
from aipchain.orchestrator.mandate import Limits, Mandate
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey, account_from_seed, device_from_seed
from aipchain.runtime_bridge.types import MeterId, Source
from aipchain.units import Wh

__all__ = ["CLEAR_PLUGIN", "Agent", "Cast", "Settings", "conducts_of"]

SMALLEST_CONNECTION_W = 24_000
"""The usual connection of a single home: 100 A at 240 V."""

PLANNED_HOURS = 30
"""How far an agent looks: over the next evening, to the sun after it."""

HOUR_S = 3_600

CLEAR_PLUGIN = "pro-rata"
"""How a rehearsal clears from its first day to its last."""


class Agent(StrEnum):
    """Who runs the batteries of homes, and signs their orders."""

    NONE = "none"
    """Nobody: batteries rest, households sign."""
    RULE = "rule"
    """What is left is stored, what lacks is taken from store; households sign."""
    PLAN = "plan"
    """An agent with a key and a mandate of its own takes the cheapest way through the hours ahead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a rehearsal is about.

    `forecast` names how homes know ahead (see `foresight`), `agent` who runs the battery that homes of the pack have.
    `tastes` are what households tell agents that plan, in the order of the homes; without them each has the default.
    """

    pack: Pack
    homes: tuple[Home, ...]
    first_day: date
    days: int
    seed: int
    forecast: str = RECENT
    agent: Agent = Agent.NONE
    tastes: tuple[Taste, ...] = ()

    @property
    def steps(self) -> range:
        """The steps of the pack.

        :raises BadPack: the pack does not cover the days.
        """
        return self.pack.days(self.first_day, self.days)


def conducts_of(settings: Settings, foresight: Foresight) -> tuple[Conduct, ...]:
    """The homes of the settings in time, with batteries where an agent runs them.

    :raises NoBattery: an agent was asked for, and the pack knows of no battery.
    """
    recorded = [AsRecorded(home, place, foresight) for place, home in enumerate(settings.homes)]
    if settings.agent is Agent.NONE:
        return tuple(recorded)
    if not any(home.battery_wh for home in settings.homes):
        raise NoBattery(settings.agent.value)
    tariffs = reference_prices(settings.pack)
    tastes = settings.tastes or (Taste(),) * len(recorded)
    return tuple(
        WithBattery(
            recorded=each,
            battery=Battery(each.home.battery_wh, each.home.battery_w),
            manager=_manager(settings.agent, taste),
            tariffs=tariffs,
            first=settings.steps.start,
            step_s=settings.pack.step_s,
            steps_ahead=PLANNED_HOURS * HOUR_S // settings.pack.step_s,
        )
        if each.home.battery_wh
        else each
        for each, taste in zip(recorded, tastes, strict=True)
    )


def _manager(agent: Agent, taste: Taste) -> Manager:
    if agent is Agent.RULE:
        return SelfConsumption()
    try:
        from aipchain.orchestrator.planning import CheapestPlan  # noqa: PLC0415  # numpy and HiGHS, which only plans need
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "highspy", "ai,market") from error
    return CheapestPlan(taste)


@dataclass(slots=True)
class Cast:
    """The people of a rehearsal."""

    settings: Settings
    foresight: Foresight = field(init=False)
    services: Services = field(init=False)
    homes: tuple[MeasuredHome, ...] = field(init=False)
    _recorded: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Make keys and conducts.

        :raises UnknownPlugin: there is no such forecaster.
        :raises ModelRefused, UnusablePanel: see `foresight_named`.
        :raises NoBattery: see `conducts_of`.
        """
        settings = self.settings
        self.foresight = foresight_named(settings.forecast, settings.pack, settings.homes, settings.steps.start)
        self._recorded = _digest(settings, self.foresight)
        self.services = Services(*(self._service(role) for role in ("steward", "gateway", "operator", "oracle")))
        self.homes = tuple(MeasuredHome(conduct) for conduct in conducts_of(settings, self.foresight))

    def settlers(self) -> list[Settler]:
        """The households before they are admitted."""
        return [self._settler(home, measured) for home, measured in zip(self.settings.homes, self.homes, strict=True)]

    def households(self, meters: Mapping[bytes, MeterId]) -> list[Household]:
        """The households as members; `meters` by the owner's public key."""
        return [
            Household(home, key, device_from_seed(self._secret(f"device/{home.name}")), meters[key.public], mandate)
            for home, key, mandate in zip(self.homes, self.members(), self._mandates(), strict=True)
        ]

    def members(self) -> list[AccountKey]:
        """The keys of the households, in the order of the homes."""
        return [account_from_seed(self._secret(f"home/{home.name}")) for home in self.homes]

    def agents(self) -> list[AccountKey]:
        """The keys of the agents, in the order of the homes; none where households sign."""
        return [mandate.agent for mandate in self._mandates() if mandate is not None]

    def forecast_failures(self) -> tuple[str, ...]:
        """Why the forecaster was replaced by climatology, for each day that it was."""
        foresight = self.foresight
        return (
            tuple(foresight.failures[day] for day in sorted(foresight.failures))
            if isinstance(foresight, DayAhead)
            else ()
        )

    def _mandates(self) -> list[Mandate | None]:
        settings = self.settings
        if settings.agent is not Agent.PLAN:
            return [None] * len(self.homes)
        tariffs = [reference_prices(settings.pack)[step] for step in settings.steps]
        dearest, cheapest = max(each.retail for each in tariffs), min(each.feed_in for each in tariffs)
        return [
            Mandate(
                account_from_seed(self._secret(f"agent/{home.name}")),
                Limits(
                    Wh(_connection_w(home, settings.pack.step_s) * settings.pack.step_s // HOUR_S), dearest, cheapest
                ),
            )
            for home in settings.homes
        ]

    def _settler(self, home: Home, measured: MeasuredHome) -> Settler:
        shown = measured.registers_before(self.settings.steps.start)
        device: DeviceKey = device_from_seed(self._secret(f"device/{home.name}"))
        return Settler(
            account=account_from_seed(self._secret(f"home/{home.name}")).public,
            device_key=device.public,
            source=Source.SOLAR if any(home.pv_wh) else Source.CONSUMPTION,
            connection_limit_w=_connection_w(home, self.settings.pack.step_s),
            import_register_wh=shown.import_wh,
            export_register_wh=shown.export_wh,
        )

    def _service(self, role: str) -> AccountKey:
        return account_from_seed(self._secret(f"service/{role}"))

    def _secret(self, name: str) -> bytes:
        text = f"{self.settings.seed}/{name}".encode()
        return blake2b(text + self._recorded, digest_size=32, person=b"aipchain-rehear").digest()


def _connection_w(home: Home, step_s: int) -> int:
    peak_w = max(*home.load_wh, *home.pv_wh) * HOUR_S // step_s
    return max(SMALLEST_CONNECTION_W, 2 * peak_w + home.battery_w)


def _digest(settings: Settings, foresight: Foresight) -> bytes:
    """Of all that a run follows from; of a model that is its content, and not where it lies."""
    pack = settings.pack
    lived = ((home.load_wh, home.pv_wh) for home in settings.homes)
    told = (foresight.name, settings.agent.value, *settings.tastes)
    recorded = (pack.start, pack.step_s, pack.retail_micro_per_kwh, *lived, *told)
    return blake2b(repr(recorded).encode(), digest_size=32).digest()
