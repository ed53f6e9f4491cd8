"""Circulations of least cost, and least costs under bounds: equal to the textbook's, also among equals."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.network.bellman_ford import nearest, textbook_circulation

from aipchain.market.network.circulation import Ladder, Step, least_cost_circulation
from aipchain.market.network.least_costs import LeastCosts


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, tuple[Ladder, ...]]:
    """Up to nine nodes and twenty arcs with few costs, so that many ways are equal; some arcs are endless or shut."""
    nodes = draw(st.integers(2, 9))
    ends = st.lists(st.integers(0, nodes - 1), min_size=2, max_size=2, unique=True)
    ladders = []
    for _ in range(draw(st.integers(1, 20))):
        start, end = draw(ends)
        costs = sorted(draw(st.lists(st.integers(-3, 3), max_size=4)))
        steps = [Step(draw(st.integers(1, 4)), cost) for cost in costs]
        endless = [Step(None, max(0, *costs, 0))] if draw(st.booleans()) else []
        ladders.append(Ladder(start, end, (*steps, *endless)))
    return nodes, tuple(ladders)


@st.composite
def markets(draw: st.DrawFn) -> tuple[int, tuple[Ladder, ...]]:
    """Zones with a line each, sellers and buyers, and ways between them of equal cost or of few costs."""
    zones, sellers, buyers = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    first_seller, first_buyer = 1 + zones, 1 + zones + sellers
    costs, units = st.integers(0, draw(st.integers(0, 2))), st.integers(1, 4)
    zone = st.integers(1, zones)
    ladders = [
        Ladder(first_seller + seller, first_buyer + buyer, (Step(None, draw(costs)),))
        for seller in range(sellers)
        for buyer in range(buyers)
    ]
    ladders += [Ladder(draw(zone), first_seller + n, (Step(draw(units), 1 + draw(costs)),)) for n in range(sellers)]
    ladders += [Ladder(first_buyer + n, draw(zone), (Step(draw(units), -2 - draw(costs)),)) for n in range(buyers)]
    for node in range(1, first_seller):
        for start, end in ((0, node), (node, 0)):
            most = draw(st.none() | st.integers(0, 3))
            ladders.append(Ladder(start, end, () if most == 0 else (Step(most, 0),)))
    return first_buyer + buyers, tuple(ladders)


@settings(max_examples=250, deadline=None)
@given(networks() | markets())
def test_a_circulation_is_the_textbooks(network: tuple[int, tuple[Ladder, ...]]) -> None:
    """Unit by unit, whatever ways are equally cheap."""
    assert least_cost_circulation(*network) == textbook_circulation(*network)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 5)), max_size=15),
    st.lists(st.integers(-4, 4), min_size=7, max_size=7),
    st.integers(0, 15),
)
def test_least_costs_are_the_textbooks(bounds: list[tuple[int, int, int]], prices: list[int], cut: int) -> None:
    """Whether bounds are there at first or come one by one; prices make some costs negative, and no circle is."""
    bounds = [(start, end, cost + prices[end] - prices[start]) for start, end, cost in bounds]
    found = LeastCosts(7, 0, bounds[:cut])
    for bound in bounds[cut:]:
        found.add(bound)

    distance, _ = nearest(7, [(*bound, None) for bound in bounds], [1, 0, 0, 0, 0, 0, 0])
    assert found.costs == [distance.get(node) for node in range(7)]
