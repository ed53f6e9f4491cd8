"""A world in the middle of everything, sound, to be spoilt in one place at a time."""

import pytest
from tests.spec.conftest import HOUR, START, Town
from tests.spec.market.conftest import open_square, trade

from aipchain.pallets_spec import community_governance, market
from aipchain.pallets_spec.types import (
    NO_HASH,
    OrderNumber,
    Parameters,
    ParametersChange,
    PartsPerMillion,
    ProposalId,
    TrackKind,
    TrackSettings,
)
from aipchain.units import UnixSeconds

HALF = PartsPerMillion(500_000)
SETTINGS = TrackSettings(
    notice_s=100, decide_s=1_000, confirm_s=300, timelock_s=500, min_turnout=HALF, min_approval=HALF
)
LONGER_GRACE = ParametersChange(Parameters(900, 300, 3_600, PartsPerMillion(0)))


@pytest.fixture
def grown(town: Town) -> Town:
    """A town with a book half settled, another open, meters read twice, and a vote about to pass."""
    _trade(town)
    _vote(town)
    return town


def _trade(town: Town) -> None:
    square, later = open_square(town), UnixSeconds(START + HOUR)
    square.place("ada", square.order("bid", "100@20", 0))
    square.place("cat", square.order("bid", "100@20", 2))
    square.place("ben", square.order("offer", "200@10", 1))
    square.place("ada", square.order("bid", "100@20", 0), start=later)
    square.place("ben", *(square.order("offer", "50@10", 4, order_id) for order_id in (1, 2)), start=later)
    town.does("ben", market.cancel_order, number=OrderNumber(5))
    town.at(START - 900)
    square.clear(trade(0, 2, 100, 15), trade(1, 2, 100, 15))
    town.at(START + HOUR)
    town.submit(town.signed(0, 1_100, 500), town.signed(1, 1_000, 750), town.signed(2, 1_100, 500))
    town.at(START + 2 * HOUR)
    town.submit(town.signed(0, 1_150, 500, later), town.signed(1, 1_000, 800, later), batch="later", start=later)
    square.settle(limit=1)


def _vote(town: Town) -> None:
    here, kind = town.community, TrackKind.PARAMETER
    town.does("steward", community_governance.set_track, community=here, kind=kind, settings=SETTINGS)
    town.does("ada", community_governance.propose, community=here, change=LONGER_GRACE, predecessor=NO_HASH)
    town.at(START + 2 * HOUR + SETTINGS.notice_s)
    proposal = ProposalId(0)
    bound_to = town.world.community_governance.proposals[proposal].binding_hash
    for name in ("ada", "ben"):
        town.does(name, community_governance.vote, proposal=proposal, binding_hash=bound_to, aye=True)
