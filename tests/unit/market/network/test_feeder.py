"""Feeders: what a tree is, what is refused, and power and voltage worked out by hand."""

from itertools import permutations

import pytest
from tests.unit.market.network.sample import SIZES, sample_feeder, sample_orders

from aipchain.market.network.errors import (
    BandWithoutRoot,
    FeederLoop,
    LineOutOfRange,
    NotConnected,
    TwoParents,
    UnknownNode,
)
from aipchain.market.network.feeder import (
    ONE_PU2,
    Feeder,
    Line,
    NodeId,
    build_feeder,
    fixed_point_impedance,
    highest_squared_voltage,
    lowest_squared_voltage,
)
from aipchain.market.network.sweep import GridLimit, GridState, LimitKind, exceeded, sweep


def line(parent: int, node: int, resistance: int = 1, reactance: int = 0, rated_w: int = 100) -> Line:
    """A line of round numbers."""
    return Line(NodeId(parent), NodeId(node), resistance, reactance, rated_w)


def feeder(*lines: Line, lowest: int = 0, highest: int = 2 * ONE_PU2, tan_phi: int = 0) -> Feeder:
    """A feeder from node 0 with a wide band."""
    nodes = [each.node for each in lines]
    shares = dict.fromkeys(nodes, tan_phi)
    return build_feeder(lines, root=NodeId(0), lowest=lowest, highest=highest, tan_phi=shares)


def test_equal_grids_are_equal_objects() -> None:
    """The order in which lines are listed does not matter; nodes follow the one that feeds them."""
    lines = [line(0, 5), line(5, 3), line(5, 1), line(1, 2)]
    built = {feeder(*arranged) for arranged in permutations(lines)}

    assert len(built) == 1
    assert built.pop().nodes == (0, 5, 1, 3, 2)


def test_a_loop_is_refused() -> None:
    """Three lines in a ring, hanging free or fed by the root."""
    with pytest.raises(FeederLoop, match="open one of its lines"):
        feeder(line(0, 1), line(2, 3), line(3, 4), line(4, 2))
    with pytest.raises(FeederLoop):
        feeder(line(0, 1), line(1, 2), line(2, 0))
    with pytest.raises(FeederLoop):
        feeder(line(1, 1))


def test_a_loop_names_its_nodes_only() -> None:
    """The way that leads to the ring is not part of it."""
    with pytest.raises(FeederLoop) as caught:
        feeder(line(0, 1), line(8, 9), line(9, 8), line(8, 7))  # 7 hangs from the ring of 8 and 9

    assert set(caught.value.nodes) == {8, 9}


def test_a_node_fed_twice_is_refused() -> None:
    """Two lines to node 2, also when they are the same."""
    with pytest.raises(TwoParents, match="node 2 is fed from 0 and 1"):
        feeder(line(0, 1), line(1, 2), line(0, 2))
    with pytest.raises(TwoParents):
        feeder(line(0, 1), line(0, 1))


def test_a_part_that_nothing_feeds_is_refused() -> None:
    """Node 5 has a line to 6 but none comes to it; nor may anything feed the root."""
    with pytest.raises(NotConnected, match="node 5 is not reached from the root 0"):
        feeder(line(0, 1), line(5, 6))
    with pytest.raises(NotConnected, match="node 9"):
        feeder(line(9, 0))


def test_numbers_out_of_range_are_refused() -> None:
    """Negative impedances, limits and tan phi, a tan phi nowhere, a band that leaves out the root."""
    with pytest.raises(LineOutOfRange, match="resistance -1"):
        line(0, 1, resistance=-1)
    with pytest.raises(LineOutOfRange, match="rated_w -5"):
        line(0, 1, rated_w=-5)
    with pytest.raises(LineOutOfRange, match="tan phi"):
        feeder(line(0, 1), tan_phi=-1)
    with pytest.raises(UnknownNode, match="node 4"):
        build_feeder([line(0, 1)], root=NodeId(0), lowest=0, highest=ONE_PU2, tan_phi={NodeId(4): 1})
    with pytest.raises(BandWithoutRoot):
        feeder(line(0, 1), lowest=ONE_PU2 + 1)


def test_a_sweep_by_hand() -> None:
    """10 W at node 1, 20 W less 5 W at node 2: 25 W over the first line, 15 W over the second; tan phi 0.2."""
    tree = feeder(line(0, 1, 3, 2), line(1, 2, 5, 1), tan_phi=200)
    state = sweep(tree, [0, 10, 20], [0, 0, 5])
    first = ONE_PU2 - 3_000 * 25 - 2 * 200 * 30
    second = first - 5_000 * 15 - 1 * 200 * 20

    assert state == GridState((25, 25, 15), (ONE_PU2, first, second))


def test_zero_impedance_is_a_coupler() -> None:
    """Without impedance the voltage does not fall, however much flows."""
    assert sweep(feeder(line(0, 1, 0)), [0, 10**9], [0, 0]).squared_voltage == (ONE_PU2, ONE_PU2)


def test_limits_are_exceeded_by_more_than_themselves() -> None:
    """Power equal to the rating and voltage equal to the band are fine; one more is not."""
    tree = feeder(line(0, 1, 1, 0, 100), lowest=ONE_PU2 - 100_000, highest=ONE_PU2 + 100_000)

    assert list(exceeded(tree, sweep(tree, [0, 100], [0, 0]))) == []
    assert list(exceeded(tree, sweep(tree, [0, 0], [0, 100]))) == []
    assert dict(exceeded(tree, sweep(tree, [0, 101], [0, 0]))) == {
        GridLimit(LimitKind.POWER_DOWN, 1): 1,
        GridLimit(LimitKind.VOLTAGE_LOW, 1): 1_000,
    }
    assert dict(exceeded(tree, sweep(tree, [0, 0], [0, 103]))) == {
        GridLimit(LimitKind.POWER_UP, 1): 3,
        GridLimit(LimitKind.VOLTAGE_HIGH, 1): 3_000,
    }


def test_tightening_ends_at_doing_nothing() -> None:
    """Margins wider than the limits leave no room, but never forbid to do nothing."""
    tree = feeder(line(0, 1, rated_w=5), lowest=ONE_PU2 - 10, highest=ONE_PU2 + 10).tightened(50, 8)

    assert (tree.lowest, tree.highest, tree.rated_w) == (ONE_PU2, ONE_PU2, (0, 0))


def test_fixed_point_numbers() -> None:
    """0.1 ohm at 400 V is 1.25e-6 pu^2 per W; 0.97 and 1.03 pu are rounded into the band."""
    assert fixed_point_impedance(100_000, 400) == round(1.25e-6 * 2**48)
    assert lowest_squared_voltage(970) * 1_000_000 >= 970**2 * ONE_PU2
    assert highest_squared_voltage(1_030) * 1_000_000 <= 1_030**2 * ONE_PU2
    assert highest_squared_voltage(1_000) == lowest_squared_voltage(1_000) == ONE_PU2


@pytest.mark.parametrize(("size", "homes"), SIZES)
def test_sample_feeders_are_trees_with_homes(size: int, homes: int) -> None:
    """As many nodes and homes as asked for, the same for the same seed, another for another."""
    sample = sample_feeder(size, 1, homes=homes)
    orders, nodes = sample_orders(sample, 1)

    assert (len(sample.feeder.nodes), len(sample.homes), len(nodes)) == (size, homes, homes)
    assert homes < len(orders) < 2 * homes
    assert sample == sample_feeder(size, 1, homes=homes)
    assert sample != sample_feeder(size, 2, homes=homes)


def test_a_sample_feeder_needs_a_home() -> None:
    """Root and busbar alone are no feeder."""
    with pytest.raises(ValueError, match="2 nodes"):
        sample_feeder(2, 1)
