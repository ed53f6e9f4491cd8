"""Fractions and seeds that are none are refused where they enter the rooms of the grid."""

from collections.abc import Callable

import pytest

from aipchain.market.network.clearing import clear_grid
from aipchain.market.network.feeder import ONE_PU2, Line, NodeId, build_feeder
from aipchain.market.network.feeder_text import PlacedFeeder
from aipchain.market.network.feeder_trades import clear_feeder
from aipchain.market.network.grid_book import grid_book
from aipchain.market.network.line_clearing import clear_lines
from aipchain.market.network.tariff import Relief, grid_tariff
from aipchain.market.terms import PLAIN_TERMS

LINE = Line(NodeId(0), NodeId(1), 1, 1, 100)
FEEDER = build_feeder([LINE], root=NodeId(0), lowest=ONE_PU2 - 1, highest=ONE_PU2 + 1)
Act = Callable[[], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda: Line(NodeId(0), NodeId(1), 0.5, 1, 100),  # type: ignore[arg-type]
        lambda: Line(NodeId(0), NodeId(1), 1, 0.5, 100),  # type: ignore[arg-type]
        lambda: Line(NodeId(0), NodeId(1), 1, 1, 99.5),  # type: ignore[arg-type]
        lambda: build_feeder([LINE], root=NodeId(0), lowest=0.5, highest=ONE_PU2),  # type: ignore[arg-type]
        lambda: build_feeder([LINE], root=NodeId(0), lowest=0, highest=ONE_PU2, tan_phi={NodeId(1): 0.5}),  # type: ignore[dict-item]
        lambda: grid_tariff([[1.5]]),  # type: ignore[list-item]
        lambda: grid_tariff([[1]], loss_permille=[[0.5]], loss_price=1),  # type: ignore[list-item]
        lambda: grid_tariff([[1]], loss_price=0.5),  # type: ignore[arg-type]
        lambda: Relief(same_zone=0.5),  # type: ignore[arg-type]
    ],
)
def test_a_fraction_is_no_number_of_a_grid(act: Act) -> None:
    """Impedance, limit, voltage, tan phi, fee, loss and relief are whole."""
    with pytest.raises(TypeError, match="not a whole number"):
        act()


@pytest.mark.parametrize("seed", [-1, 2**64])
@pytest.mark.parametrize(
    "clear",
    [
        lambda seed: clear_grid(grid_book(FEEDER, [], {}, reference=None, interval_s=900), seed=seed),
        lambda seed: clear_feeder(PlacedFeeder(FEEDER, {}), [], interval_s=900, seed=seed),
        lambda seed: clear_lines([], PLAIN_TERMS, seed=seed),
    ],
)
def test_a_seed_that_is_none_is_refused(clear: Callable[[int], object], seed: int) -> None:
    """The public number of an interval has 64 bits, also for an empty book."""
    with pytest.raises(ValueError, match="the seed is"):
        clear(seed)
