"""The village of the orchestrator's tests, a second community beside it, and a served chain for the command line.

The room holds at least one test for each defect `a` to `q` that another market was found to have (`test_room.py` lists
them). Each is put to the compiled runtime, or to the client that people use, and the other market would fail it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.integration.cli.conftest import wilderness
from tests.integration.orchestrator.village import HOUR, Resident, Village, founded, unruled, village

from aipchain.orchestrator.founding import Charter, Services, Settler, community_of, founding_steps, meters_by_owner
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.keys import development_device
from aipchain.runtime_bridge.metadata import Call
from aipchain.units import Price, Wh

__all__ = ["Neighbours", "founded", "neighbours", "unruled", "village", "wilderness"]

NAME = "Elm Close"


@dataclass(frozen=True)
class Neighbours:
    """A second community on the village's chain: the same people, services, interval and rules, and other meters."""

    village: Village
    here: t.CommunityId
    meters: Mapping[bytes, t.MeterId]

    def places(self, whose: Resident, side: t.Side, wh: int) -> t.OrderNumber:
        """Place one order at the village's tariff in this community, and give its number."""
        village = self.village
        order = t.NewOrder(0, self.meters[whose.key.public], side, Wh(wh), Price(village.tariff))
        call = calls.place_orders(
            village.metadata, community=self.here, interval_start=village.interval, orders=(order,)
        )
        (placed,) = [event for event in village.does(whose.key, call) if isinstance(event, facts.OrderPlaced)]
        return placed.number

    def clearing(self, *trades: t.Trade) -> Call:
        """The call that submits a result for this community's book."""
        village = self.village
        book = reads.book(village.connection, self.here, village.interval)
        assert book is not None
        return calls.submit_clearing(
            village.metadata,
            community=self.here,
            interval_start=village.interval,
            rules=book.rules,
            trades=trades,
            certificate=t.Nothing(),
        )


@pytest.fixture
def neighbours(village: Village) -> Neighbours:
    """Founded by the stranger, and served by the service of the village."""
    services = Services(village.stranger, village.service, village.service, village.service)
    settlers = [
        Settler(
            account=each.key.public,
            device_key=development_device(f"{NAME}/{each.key.address}").public,
            source=t.Source.SOLAR,
            connection_limit_w=10_000,
            import_register_wh=Wh(0),
            export_register_wh=Wh(0),
        )
        for each in village.residents
    ]
    for step in founding_steps(_charter(village), services, settlers):
        for job in step(village.connection):
            village.submitter.submit(job.call, job.key)
    here = community_of(village.connection, NAME, village.stranger)
    return Neighbours(village, here, meters_by_owner(village.connection, here))


def _charter(village: Village) -> Charter:
    find = village.catalogue.find
    return Charter(
        name=NAME,
        interval_s=HOUR,
        epoch_s=village.epoch_s,
        zones=("home",),
        parameters=village.parameters,
        tracks={},
        builds=(),
        plugins={t.Slot.PRICE: find("mid-market-rate"), t.Slot.CLEAR: find("pro-rata")},
        reads_from=village.interval,
    )
