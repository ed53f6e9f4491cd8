"""One node shows that a published state is wrong, and no node does when it is right."""

from dataclasses import replace

import pytest
from tests.unit.market.network.sample import sample_feeder, sample_orders

from aipchain.market.book import OrderNumber, ReferencePrice, Side
from aipchain.market.network.challenge import LineChallenge, LineFault, fault_at, first_challenge, is_fraud, node_claims
from aipchain.market.network.clearing import GridClearing, clear_grid
from aipchain.market.network.grid_book import GridBook, grid_book, injections
from aipchain.market.network.lp import HighsSolver
from aipchain.market.network.sweep import sweep
from aipchain.units import Price, Wh

REFERENCE = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))


@pytest.fixture
def case() -> tuple[GridBook, GridClearing]:
    """A feeder whose limits bind, cleared."""
    sample = sample_feeder(14, 3, homes=40, band_permille=6)
    orders, nodes = sample_orders(sample, 5)
    book = grid_book(sample.feeder, orders, nodes, reference=REFERENCE, interval_s=900)
    return book, clear_grid(book, seed=1, solver=HighsSolver())


def test_a_true_state_cannot_be_challenged(case: tuple[GridBook, GridClearing]) -> None:
    """The claims are the sweep's state, and every node follows from its neighbours."""
    book, clearing = case
    claims, power = node_claims(book, clearing.fills), injections(book, clearing.fills)
    state = sweep(book.feeder, power.load_w, power.generation_w)

    assert tuple(claim.flow_w for claim in claims) == state.flow_w
    assert tuple(claim.squared_voltage for claim in claims) == state.squared_voltage
    assert first_challenge(book, clearing.fills, claims) is None
    assert not any(is_fraud(book, clearing.fills, claims, LineChallenge(position)) for position in range(-1, 20))


@pytest.mark.parametrize(
    ("field", "fault"),
    [("flow_w", LineFault.POWER), ("reactive", LineFault.POWER), ("squared_voltage", LineFault.VOLTAGE)],
)
def test_a_wrong_number_is_shown_by_its_node(case: tuple[GridBook, GridClearing], field: str, fault: LineFault) -> None:
    """One unit too much anywhere is found at a node."""
    book, clearing = case
    for position in range(len(book.feeder.nodes)):
        claims = list(node_claims(book, clearing.fills))
        claims[position] = replace(claims[position], **{field: getattr(claims[position], field) + 1})
        challenge = first_challenge(book, clearing.fills, claims)
        assert challenge is not None
        assert is_fraud(book, clearing.fills, claims, challenge)
        assert fault_at(book, clearing.fills, claims, position) is fault


def test_a_state_beyond_limits_is_shown(case: tuple[GridBook, GridClearing]) -> None:
    """Everybody served in full is beyond the band; true claims cannot hide it, nor can an overfilled order."""
    book, clearing = case
    everything = {order.number: order.wh for order in book.orders}
    claims = node_claims(book, everything)
    faults = {fault_at(book, everything, claims, position) for position in range(len(claims))}
    assert LineFault.OUT_OF_BAND in faults or LineFault.OVERLOADED in faults

    overfilled = {**clearing.fills, OrderNumber(0): Wh(book.orders[0].wh + 1)}
    assert fault_at(book, overfilled, node_claims(book, overfilled), book.positions[0]) is LineFault.FILL


@pytest.mark.parametrize("claimed", [0, 1, -1])
def test_a_state_of_another_length_is_fraud(case: tuple[GridBook, GridClearing], claimed: int) -> None:
    """Nothing published, too little, or a node too many: shown at the root, whatever is hidden behind it."""
    book, clearing = case
    claims = node_claims(book, clearing.fills)
    wrong = (*claims, claims[0]) if claimed < 0 else claims[:claimed]

    assert first_challenge(book, clearing.fills, wrong) == LineChallenge(0)
    assert fault_at(book, clearing.fills, wrong, 0) is LineFault.INCOMPLETE
    assert fault_at(book, clearing.fills, wrong, len(book.feeder.nodes)) is None


def test_an_order_of_no_book_is_shown(case: tuple[GridBook, GridClearing]) -> None:
    """Served energy of a number that nobody placed."""
    book, clearing = case
    invented = {**clearing.fills, OrderNumber(9_999): Wh(1)}

    assert fault_at(book, invented, node_claims(book, clearing.fills), 0) is LineFault.UNKNOWN_ORDER


def test_without_an_outside_the_community_must_balance(case: tuple[GridBook, GridClearing]) -> None:
    """What is drawn beyond what is fed in comes from nowhere."""
    alone = replace(case[0], reference=None)
    bid = next(order for order in alone.orders if order.side is Side.BID)
    fills = {bid.number: Wh(1)}

    assert fault_at(alone, fills, node_claims(alone, fills), 0) is LineFault.IMBALANCE
    assert fault_at(alone, {}, node_claims(alone, {}), 0) is None


def test_an_overloaded_line_is_shown(case: tuple[GridBook, GridClearing]) -> None:
    """The line is named by the node it feeds."""
    book, clearing = case
    weak = replace(book, feeder=replace(book.feeder, rated_w=(0,) * len(book.feeder.nodes)))

    assert fault_at(weak, clearing.fills, node_claims(weak, clearing.fills), 1) is LineFault.OVERLOADED
