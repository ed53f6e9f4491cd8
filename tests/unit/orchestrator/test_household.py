"""A household's agent: it forecasts from what its meter has measured, and bids what the grid would cost it."""

from collections.abc import Callable, Sequence

import pytest

from aipchain.market.book import ReferencePrice
from aipchain.metering.gateway import Registers
from aipchain.metering.packs import Home
from aipchain.orchestrator.conduct import AsRecorded
from aipchain.orchestrator.foresight import Perfect, Recent
from aipchain.orchestrator.household import Household, MeasuredHome
from aipchain.runtime_bridge.keys import account_from_seed, device_from_seed
from aipchain.runtime_bridge.types import MeterId, NewOrder, Side
from aipchain.units import Price, Wh

REFERENCE = ReferencePrice(retail=Price(30), feed_in=Price(10))
STEPS_PER_DAY = 4

Builder = Callable[[Sequence[int]], Household]


@pytest.fixture
def household() -> Builder:
    """A builder of households from net energy per step [Wh]; generation is negative."""

    def build(net_wh: Sequence[int]) -> Household:
        home = Home("a", tuple(max(0, net) for net in net_wh), tuple(max(0, -net) for net in net_wh))
        measured = MeasuredHome(AsRecorded(home, 0, Recent((home,), STEPS_PER_DAY)))
        return Household(measured, account_from_seed(bytes(32)), device_from_seed(bytes(32)), MeterId(7))

    return build


@pytest.mark.parametrize(
    ("yesterday_wh", "orders"),
    [
        (250, (NewOrder(0, MeterId(7), Side.BID, Wh(250), Price(30)),)),
        (-250, (NewOrder(0, MeterId(7), Side.OFFER, Wh(250), Price(10)),)),
        (0, ()),
    ],
)
def test_it_bids_retail_for_what_it_lacks_and_offers_at_feed_in_what_is_left(
    household: Builder, yesterday_wh: int, orders: tuple[NewOrder, ...]
) -> None:
    """One order for the whole forecast, or none when it comes out even."""
    agent = household([1, yesterday_wh, 1, 1, 1, 999])

    assert agent.orders(5, REFERENCE) == orders


def test_it_looks_at_nothing_that_was_not_measured(household: Builder) -> None:
    """Whatever happens from the running step on, today's orders are the same."""
    past = [100, -200, 300, -400, 150]
    agents = [household([*past, *future]) for future in ([0, 0, 0, 0], [9, 9, 9, 9])]

    placed = [agent.orders(6, REFERENCE) for agent in agents]

    assert placed[0] == placed[1] == (NewOrder(0, MeterId(7), Side.BID, Wh(300), Price(30)),)


@pytest.mark.parametrize("step", range(STEPS_PER_DAY))
def test_without_a_measured_day_it_places_no_order(household: Builder, step: int) -> None:
    """In the first hours of the data there is no past, and the end of the data is not taken for one."""
    assert household([500] * 20).orders(step, REFERENCE) == ()


def test_registers_count_up_from_the_start_of_the_data() -> None:
    """Own use inside a step is netted; the registers only rise."""
    recorded = Home("a", load_wh=(300, 100, 50), pv_wh=(100, 400, 50))
    home = MeasuredHome(AsRecorded(recorded, 0, Perfect((recorded,))))

    assert [home.registers_before(step) for step in range(4)] == [
        Registers(Wh(0), Wh(0)),
        Registers(Wh(200), Wh(0)),
        Registers(Wh(200), Wh(300)),
        Registers(Wh(200), Wh(300)),
    ]
