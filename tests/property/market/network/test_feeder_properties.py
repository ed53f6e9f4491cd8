"""Sweeps of random trees against dense linear algebra, and the array form against the plain one."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.errors import OutsideArrayRange
from aipchain.market.network import sweep as plain
from aipchain.market.network.arrays import array_feeder, compiled_check, keeps_limits, sweep_arrays
from aipchain.market.network.feeder import ONE_PU2, Feeder, Line, NodeId, build_feeder
from aipchain.market.network.sweep import exceeded, sweep

impedances = st.integers(0, 2**27)


@st.composite
def feeders(draw: st.DrawFn) -> Feeder:
    """Trees of up to eight nodes with numbers of any order, given in any order."""
    count = draw(st.integers(1, 7))
    lines = [
        Line(
            NodeId(draw(st.integers(0, node - 1))),
            NodeId(node),
            draw(impedances),
            draw(impedances),
            draw(st.integers(0, 10**6)),
        )
        for node in range(1, count + 1)
    ]
    shares = {line.node: draw(st.integers(0, 1_000)) for line in lines}
    return build_feeder(
        draw(st.permutations(lines)),
        root=NodeId(0),
        lowest=ONE_PU2 - draw(st.integers(0, ONE_PU2 // 4)),
        highest=ONE_PU2 + draw(st.integers(0, ONE_PU2 // 4)),
        tan_phi=shares,
    )


@st.composite
def loaded(draw: st.DrawFn) -> tuple[Feeder, list[int], list[int]]:
    """A feeder with loads and generation."""
    feeder = draw(feeders())
    watts = st.lists(st.integers(0, 10**6), min_size=len(feeder.nodes), max_size=len(feeder.nodes))
    return feeder, draw(watts), draw(watts)


def dense_voltages(feeder: Feeder, load: list[int], generation: list[int]) -> list[Fraction]:
    """The same state from its definition: solve the incidence equations for flows, then for voltages, in fractions."""
    count = len(feeder.nodes)
    incidence = [[Fraction(int(i == k)) for k in range(1, count)] for i in range(1, count)]
    for node in range(1, count):
        if feeder.parent[node] > 0:
            incidence[feeder.parent[node] - 1][node - 1] -= 1
    active = solved(incidence, [Fraction(load[i] - generation[i]) for i in range(1, count)])
    reactive = solved(incidence, [Fraction(load[i] * feeder.tan_phi[i], 1_000) for i in range(1, count)])
    falls = [
        Fraction(feeder.resistance[i]) * active[i - 1] + 1_000 * feeder.reactance[i] * reactive[i - 1]
        for i in range(1, count)
    ]
    transposed = [list(column) for column in zip(*incidence, strict=True)]
    return [feeder.root_voltage - fall for fall in [Fraction(0), *solved(transposed, falls)]]


def solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss and Jordan, in fractions."""
    rows = [[*line, side] for line, side in zip(matrix, right, strict=True)]
    for step in range(len(rows)):
        pivot = next(i for i in range(step, len(rows)) if rows[i][step])
        rows[step], rows[pivot] = rows[pivot], rows[step]
        rows[step] = [each / rows[step][step] for each in rows[step]]
        for i, row in enumerate(rows):
            if i != step:
                rows[i] = [a - row[step] * b for a, b in zip(row, rows[step], strict=True)]
    return [row[-1] for row in rows]


@given(loaded())
def test_the_sweep_is_the_solution_of_the_equations(case: tuple[Feeder, list[int], list[int]]) -> None:
    """Two passes over the tree give exactly what dense elimination gives."""
    feeder, load, generation = case

    assert list(sweep(feeder, load, generation).squared_voltage) == dense_voltages(feeder, load, generation)


@given(loaded())
def test_the_array_form_is_the_plain_form(case: tuple[Feeder, list[int], list[int]]) -> None:
    """Equal flows, equal voltages, equal verdict; or a clear refusal of what does not fit into 64 bits."""
    feeder, load, generation = case
    table, columns = array_feeder(feeder), (np.array(load), np.array(generation))
    state = sweep(feeder, load, generation)
    if not table.holds(sum(load) + sum(generation)):
        with pytest.raises(OutsideArrayRange, match="plain form"):
            sweep_arrays(table, *columns)
        return
    flow, voltage = sweep_arrays(table, *columns)

    assert (tuple(flow.tolist()), tuple(voltage.tolist())) == (state.flow_w, state.squared_voltage)
    assert keeps_limits(table, *columns) == (next(exceeded(feeder, state), None) is None)


@given(loaded(), st.sampled_from([1, 1_000, 2**40, 2**64]))
def test_the_compiled_check_has_the_plain_verdict(case: tuple[Feeder, list[int], list[int]], factor: int) -> None:
    """Whatever the power, also beyond 64 bits, whether the grid binds is decided alike; twice, by kept tables."""
    feeder, load, generation = case
    load, generation = [each * factor for each in load], [each * factor for each in generation]

    for same in (feeder, replace(feeder)):
        assert compiled_check(same, load, generation) is plain.keeps_limits(feeder, load, generation)


def test_feeders_that_differ_in_one_number_are_told_apart_by_the_check() -> None:
    """Kept tables are found by the whole feeder: impedance, limits and power factor too."""
    base = build_feeder(
        [Line(NodeId(0), NodeId(1), 10, 10, 100)], root=NodeId(0), lowest=ONE_PU2 - 10**6, highest=ONE_PU2 + 10**6
    )
    others = (
        replace(base, rated_w=(0, 99)),
        replace(base, resistance=(0, 10**6)),
        replace(base, reactance=(0, 10**6), tan_phi=(0, 1)),
        replace(base, lowest=ONE_PU2),
    )

    assert compiled_check(base, [0, 100], [0, 0])
    assert not any(compiled_check(other, [0, 100], [0, 0]) for other in others)


def test_numbers_beyond_64_bits_are_refused_by_the_array_form() -> None:
    """Impedances or power that could leave int64 go to the plain form."""
    huge = build_feeder([Line(NodeId(0), NodeId(1), 2**60, 0, 1)], root=NodeId(0), lowest=0, highest=ONE_PU2)
    usual = build_feeder([Line(NodeId(0), NodeId(1), 1, 1, 1)], root=NodeId(0), lowest=0, highest=ONE_PU2)
    ones = np.array([0, 1])

    with pytest.raises(OutsideArrayRange):
        sweep_arrays(array_feeder(huge), ones, ones)
    with pytest.raises(OutsideArrayRange):
        sweep_arrays(array_feeder(usual), ones * 2**62, ones)
