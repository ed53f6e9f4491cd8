"""A feeder as text: what is meant, what fits a setting, and what is refused."""

from collections.abc import Callable

import pytest

from aipchain.market.network.errors import (
    BandWithoutRoot,
    FeederLoop,
    FeederTextInvalid,
    LineOutOfRange,
    NetworkError,
    NotConnected,
    VoltageOutOfRange,
)
from aipchain.market.network.feeder import (
    Line,
    NodeId,
    build_feeder,
    fixed_point_impedance,
    highest_squared_voltage,
    lowest_squared_voltage,
)
from aipchain.market.network.feeder_text import (
    ROOT,
    LineType,
    PlacedFeeder,
    VoltageTerms,
    read_feeder,
    read_line_types,
)

TYPES = {"a": LineType(207, 80, 183_000), "r": LineType(8_300, 24_200, 245_000)}
TERMS = VoltageTerms(volt=400, lowest_permille=970, highest_permille=1_030, tan_phi=200)
Act = Callable[[], object]


def fed(parent: int, node: int, kind: str, metres: int) -> Line:
    """A line as the network's own builder takes it."""
    line = TYPES[kind]
    resistance, reactance = (fixed_point_impedance(each * metres, 400) for each in (line.resistance, line.reactance))
    return Line(NodeId(parent), NodeId(node), resistance, reactance, line.rated_w)


def test_types_are_read() -> None:
    """Letter, resistance, reactance, power."""
    assert read_line_types("r=8300/24200/245000,a=207/80/183000") == TYPES
    assert read_line_types("") == {}


def test_a_line_of_text_is_a_feeder() -> None:
    """A transformer, a cable with a meter, one with two, and a branch from node 1."""
    placed = read_feeder("r1,a35:12,a40:13+14,1a20:15", TYPES, TERMS)
    lines = [fed(0, 1, "r", 1), fed(1, 2, "a", 35), fed(2, 3, "a", 40), fed(1, 4, "a", 20)]

    assert placed.nodes == {12: 2, 13: 3, 14: 3, 15: 4}
    assert placed.feeder == build_feeder(
        lines,
        root=ROOT,
        lowest=lowest_squared_voltage(970),
        highest=highest_squared_voltage(1_030),
        tan_phi={NodeId(node): 200 for node in range(1, 5)},
    )


def test_an_empty_text_is_a_grid_without_lines() -> None:
    """Every meter is at the root, and so is a meter that a text does not list."""
    placed = read_feeder("", TYPES, TERMS)

    assert (placed.feeder.nodes, placed.nodes) == ((ROOT,), {})
    assert [PlacedFeeder.node(each, 9) for each in (placed, read_feeder("a1:8", TYPES, TERMS))] == [ROOT, ROOT]  # type: ignore[arg-type]


def test_couplers_and_open_lines_are_lines() -> None:
    """No length means no fall of voltage; no power means that nothing gets through."""
    feeder = read_feeder("a0,b7", {**TYPES, "b": LineType(207, 80, 0)}, TERMS).feeder

    assert (feeder.resistance[1], feeder.rated_w[2]) == (0, 0)


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (lambda: read_line_types("a=1/2"), "'a=1/2' in the text of the feeder: a type is a letter, ="),
        (lambda: read_line_types("aa=1/2/3"), "'aa=1/2/3' in the text"),
        (lambda: read_line_types("a=1/2/3,a=1/2/3"), "type a stands twice"),
        (lambda: read_line_types("a=1.5/2/3"), "three whole numbers"),
        (lambda: read_feeder("a35,", TYPES, TERMS), "'' in the text of the feeder: a line is a type"),
        (lambda: read_feeder("a-35", TYPES, TERMS), "a line is a type, its metres"),
        (lambda: read_feeder("a35:", TYPES, TERMS), "a line is a type, its metres"),
        (lambda: read_feeder("a35:1+", TYPES, TERMS), "a line is a type, its metres"),
        (lambda: read_feeder("a3٥", TYPES, TERMS), "a line is a type, its metres"),
        (lambda: read_feeder("z35", TYPES, TERMS), "there is no type z"),
        (lambda: read_feeder("a35:1,a35:1", TYPES, TERMS), "meter 1 stands twice"),
        (lambda: read_feeder(f"a{10**20}:0", TYPES, TERMS), "too large; at most 100000 m"),
        (lambda: read_feeder("a100001", TYPES, TERMS), "too large; at most 100000 m"),
        (lambda: read_feeder("a" + "9" * 5_000, TYPES, TERMS), "too large; at most 100000 m"),
        (lambda: read_feeder("9" * 5_000 + "a1", TYPES, TERMS), "the number of a node"),
        (lambda: read_feeder("a1:" + "9" * 5_000, TYPES, TERMS), "the number of a meter"),
        (lambda: read_line_types("a=" + "9" * 5_000 + "/1/1"), "at most 1000000 micro-ohm per m"),
        (lambda: read_line_types("a=1/1000001/1"), "at most 1000000 micro-ohm per m"),
        (lambda: read_line_types("a=1/1/100000001"), "at most 100000000 W"),
        (lambda: read_line_types("a=0/0/0"), "type a is no line"),
    ],
)
def test_what_has_no_meaning_is_refused(act: Act, problem: str) -> None:
    """One sentence that shows the entry."""
    with pytest.raises(FeederTextInvalid) as caught:
        act()
    assert problem in str(caught.value)


@pytest.mark.parametrize(("text", "error"), [("1a35", FeederLoop), ("2a35,1a35", FeederLoop), ("9a35", NotConnected)])
def test_what_is_no_tree_is_refused(text: str, error: type[NetworkError]) -> None:
    """As for any feeder: a loop, and a line that nothing feeds."""
    with pytest.raises(error):
        read_feeder(text, TYPES, TERMS)


def test_a_band_without_the_root_is_refused() -> None:
    """The root has 1000 permille; with nobody trading it must be allowed."""
    with pytest.raises(BandWithoutRoot):
        read_feeder("a35", TYPES, VoltageTerms(400, 1_010, 1_030))


def test_a_refused_text_is_not_repeated_at_length() -> None:
    """Whoever pastes a book into a setting gets one sentence back."""
    with pytest.raises(FeederTextInvalid) as caught:
        read_feeder("a" + "9" * 5_000, TYPES, TERMS)
    assert len(str(caught.value)) < 200


def test_bounds_and_leading_zeros_are_read() -> None:
    """The largest numbers are numbers, and noughts before them say nothing."""
    assert read_line_types("a=1000000/1000000/100000000")["a"] == LineType(10**6, 10**6, 10**8)
    assert read_feeder("a" + "0" * 5_000 + "35", TYPES, TERMS) == read_feeder("a35", TYPES, TERMS)
    assert read_feeder(f"a100000:{2**64 - 1}", TYPES, TERMS).nodes == {2**64 - 1: 1}


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ((0, 970, 1_030), VoltageOutOfRange),
        ((-400, 970, 1_030), VoltageOutOfRange),
        ((400, -970, 1_030), VoltageOutOfRange),
        ((400, 970, 10_001), VoltageOutOfRange),
        ((400, 970, 1_030, -1), LineOutOfRange),
        ((400.5, 970, 1_030), TypeError),
        ((400, 970, 1_030, 0.5), TypeError),
    ],
)
def test_voltages_that_no_grid_has_are_refused(terms: tuple[int, ...], error: type[Exception]) -> None:
    """Where they enter, not by a division by zero further on."""
    with pytest.raises(error):
        VoltageTerms(*terms)
