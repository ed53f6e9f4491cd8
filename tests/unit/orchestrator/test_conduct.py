"""Homes with batteries: what they order and what their meters count."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.settings import Taste
from aipchain.market.book import ReferencePrice
from aipchain.metering.packs import Home
from aipchain.orchestrator.conduct import (
    Ahead,
    AsRecorded,
    Manager,
    Planned,
    SelfConsumption,
    Wanted,
    WithBattery,
    wanted_of,
)
from aipchain.orchestrator.foresight import Expected, Foresight, Perfect, Recent
from aipchain.orchestrator.household import MeasuredHome
from aipchain.orchestrator.planning import CheapestPlan
from aipchain.units import Price

LOSSLESS = Battery(capacity_wh=1_000, power_w=400, efficiency_ppm=1_000_000)
HOUR_S = 3_600
DAY = 24
MILLI = 1_000_000
"""The price of 0.001 AIP per kWh [base units per Wh]."""


def home(*net_wh: int) -> Home:
    """A home by what it lacks in each hour; below zero is left [Wh]."""
    return Home("home", tuple(max(0, net) for net in net_wh), tuple(max(0, -net) for net in net_wh))


def with_battery(
    recorded: Home, manager: Manager, foresight: Foresight | None = None, retail: Sequence[int] = (), first: int = 0
) -> WithBattery:
    """That home with a small battery without losses."""
    prices = retail or (300,) * len(recorded.load_wh)
    return WithBattery(
        recorded=AsRecorded(recorded, 0, foresight or Perfect((recorded,))),
        battery=LOSSLESS,
        manager=manager,
        tariffs=[ReferencePrice(Price(price * MILLI), Price(80 * MILLI)) for price in prices],
        first=first,
        step_s=HOUR_S,
        steps_ahead=30,
    )


@dataclass
class Asked:
    """A manager that keeps what it was told about the battery, and lets it rest."""

    held: list[int] = field(default_factory=list)

    def plan(self, ahead: Ahead) -> Planned:
        """Nothing is moved, as far as the plan goes."""
        self.held.append(ahead.stored_wh)
        return Planned(0, ahead.expected[0].net_wh)

    def carry_out(self, plan: Planned | None, net_wh: int) -> int:
        """And yet all that is left is stored."""
        return -net_wh


def test_the_rule_stores_what_is_left_and_serves_what_lacks() -> None:
    """Up to the power of the battery, and to what it holds."""
    conduct = with_battery(home(-300, -900, 250, 600), SelfConsumption())

    assert [conduct.net_wh(step) for step in range(4)] == [0, -500, 0, 200]
    assert [conduct.stored_wh(step) for step in range(4)] == [300, 700, 450, 50]
    assert [conduct.consumed_wh(step) for step in range(4)] == [300, 400, 0, 200]


def test_the_rule_orders_what_it_expects_to_lack_after_the_battery() -> None:
    """With perfect foresight, to the watt-hour what the meter counts."""
    conduct = with_battery(home(-300, -900, 250, 600), SelfConsumption())

    assert [conduct.wanted(step) for step in range(4)] == [Wanted(), Wanted(0, 500), Wanted(), Wanted(200)]


def test_a_plan_knows_what_was_stored_two_steps_ago() -> None:
    """The running step is not over when the order is placed: what was planned for it is taken for done."""
    asked = Asked()
    conduct = with_battery(home(-100, -100, -100, -100), asked)

    for step in range(4):
        conduct.wanted(step)

    assert asked.held == [0, 0, 100, 200]


def test_a_plan_saves_for_the_dear_hours() -> None:
    """What the sun leaves at noon is not spent on the cheap hours before the evening."""
    recorded = home(*[-200] * 5, *[100] * 8, *[250] * 4, *[100] * 7)
    retail = [210] * 13 + [540] * 4 + [210] * 7
    conduct = replace(with_battery(recorded, CheapestPlan(), retail=retail), battery=Battery(1_000, 400))

    assert [conduct.net_wh(step) for step in range(5, 12)] == [100] * 7
    assert conduct.stored_wh(12) == pytest.approx(1_000, abs=2)
    assert sum(conduct.net_wh(step) for step in range(13, 17)) == pytest.approx(1_000 - 948, abs=4)


def test_a_plan_that_was_wrong_still_stores_the_sun_and_serves_the_evening() -> None:
    """Yesterday was dark and quiet; today's surplus is stored all the same, and what lacks is taken where it was after
    taking some."""
    yesterday, today = [50] * 24, [*[50] * 10, *[-300] * 4, *[50] * 4, *[300] * 6]
    recorded = home(*yesterday, *today)
    retail = [210] * 42 + [540] * 6
    conduct = with_battery(recorded, CheapestPlan(), Recent((recorded,), DAY), retail, first=DAY)

    assert [conduct.net_wh(step) for step in range(34, 38)] == [0, 0, 0, -200]
    assert sum(conduct.net_wh(step) for step in range(42, 48)) == 6 * 300 - conduct.stored_wh(41)


@pytest.mark.parametrize("foresight", [None, Recent])
def test_a_reserve_is_not_touched_once_it_is_there(foresight: type[Recent] | None) -> None:
    """Half of the battery stays, whatever the evening lacks and whatever the forecast said; without it all is used."""
    day = [*[50] * 10, *[-300] * 4, *[50] * 4, *[300] * 6]
    recorded = home(*day, *day, *day)
    known = None if foresight is None else foresight((recorded,), DAY)

    def kept(taste: Taste) -> int:
        conduct = with_battery(recorded, CheapestPlan(taste), known, [210] * 72, first=DAY)
        return min(conduct.stored_wh(step) for step in range(38, 72))

    assert kept(Taste(reserve_ppm=500_000)) == 500
    assert kept(Taste()) == 0


def test_before_its_first_step_a_home_is_as_recorded() -> None:
    """The battery comes in when the rehearsal begins, so registers before it are the recorded ones."""
    recorded = home(*[-100] * 48)
    conduct = with_battery(recorded, SelfConsumption(), first=DAY)
    meters = [MeasuredHome(each) for each in (conduct, conduct.recorded)]

    shown, plain = ([meter.registers_before(step) for step in (DAY, DAY + 2)] for meter in meters)

    assert shown[0] == plain[0]
    assert shown[1] == replace(plain[0])
    assert conduct.wanted(3) == conduct.recorded.wanted(3)


@pytest.mark.parametrize("manager", [SelfConsumption(), CheapestPlan()])
def test_without_any_idea_nothing_is_ordered_and_the_rule_holds(manager: Manager) -> None:
    """The first hours of the data have no past."""
    recorded = home(-100, 60, 60, 60)
    conduct = with_battery(recorded, manager, Recent((recorded,), DAY))

    assert [conduct.wanted(step) for step in range(4)] == [Wanted()] * 4
    assert [conduct.net_wh(step) for step in range(4)] == [0, 0, 20, 60]


def test_asking_later_steps_first_changes_nothing() -> None:
    """A rehearsal that goes on asks from the middle."""
    recorded = home(*[(-1) ** hour * 37 * hour for hour in range(48)])
    ahead, behind = (with_battery(recorded, CheapestPlan()) for _ in range(2))

    late = ahead.net_wh(40)

    assert [behind.net_wh(step) for step in range(48)][40] == late
    assert [ahead.net_wh(step) for step in range(48)] == [behind.net_wh(step) for step in range(48)]


@pytest.mark.parametrize(
    ("load_wh", "generation_wh", "wanted"),
    [
        ((300,) * 9, (100,) * 9, Wanted(200)),
        ((100,) * 9, (300,) * 9, Wanted(0, 200)),
        ((100,) * 9, (100,) * 9, Wanted()),
        (tuple(range(100, 190, 10)), (0,) * 9, Wanted(160)),
        ((100,) * 9, tuple(range(0, 450, 50)), Wanted(0, 200)),
        ((100,) * 9, tuple(range(0, 270, 30)), Wanted(40, 80)),
    ],
)
def test_orders_reach_half_way_to_what_may_be(
    load_wh: tuple[int, ...], generation_wh: tuple[int, ...], wanted: Wanted
) -> None:
    """On both sides where the sun may come or not; what is certain is ordered as it is."""
    assert wanted_of(Expected(load_wh, generation_wh)) == wanted
