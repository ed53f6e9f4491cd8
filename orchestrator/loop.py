"""The market loop of one community: at each moment, the calls that its services and households owe the chain.

Every step looks at the chain first and returns only what is missing there, so a loop that was killed is simply run
again. Nothing here knows the wall clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from aipchain.market.book import ReferencePrice
from aipchain.metering.gateway import Seat, in_batches, seal, sign_registers
from aipchain.orchestrator.clearing import UNUSABLE_RULE, RuleShelf, decide
from aipchain.orchestrator.desk import Job
from aipchain.orchestrator.founding import Services
from aipchain.orchestrator.household import Household
from aipchain.orchestrator.mandate import first_excess, may_trade
from aipchain.orchestrator.timeline import BLOCK_S, MarketTimes, Moment, Step
from aipchain.plugins.errors import UnknownPlugin
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import BookStatus, CommunityId, NewOrder, PostedPrice, ProxyType
from aipchain.units import Interval, UnixSeconds

__all__ = ["MarketLoop"]

_log = structlog.get_logger(__name__)

MAX_MINT = 500
SETTLE_LIMIT = 500
"""Trades or orders settled in one call."""


@dataclass(frozen=True, slots=True)
class MarketLoop:
    """Everything the loop of one community works with.

    Data steps are counted from the interval that starts at `origin`; tariffs and what meters show are listed by them.
    """

    connection: Connection
    shelf: RuleShelf
    community: CommunityId
    services: Services
    households: Sequence[Household]
    tariffs: Sequence[ReferencePrice]
    origin: int
    interval_s: int
    times: MarketTimes

    def jobs(self, moment: Moment, now: UnixSeconds) -> list[Job]:
        """Return what is due at `moment`, not on chain yet, and not too late in a block after chain time `now` [s]."""
        closes_at = self._closes_at(moment)
        if closes_at is not None and now + BLOCK_S >= closes_at:
            return []
        serve = {Step.BID: self._bid, Step.CLEAR: self._clear, Step.READ: self._read, Step.SETTLE: self._settle}
        return list(serve[moment.step](moment.interval))

    def _closes_at(self, moment: Moment) -> UnixSeconds | None:
        """First second at which the chain refuses a step; None for settlement, which is never too late."""
        interval, times = moment.interval, self.times
        gate = interval.start - times.gate_closure_s
        closing = {Step.BID: gate, Step.CLEAR: gate + times.clearing_window_s, Step.READ: interval.end + times.grace_s}
        return UnixSeconds(closing[moment.step]) if moment.step in closing else None

    def step_of(self, interval: Interval) -> int:
        """Return the data step of an interval."""
        return (interval.start - self.origin) // self.interval_s

    def _bid(self, interval: Interval) -> Iterator[Job]:
        step = self.step_of(interval)
        tariff = self.tariffs[step]
        if reads.reference_price(self.connection, self.community, interval.start) is None:
            posted = PostedPrice(interval.start, tariff.retail, tariff.feed_in)
            call = calls.post_reference_prices(self.connection.metadata, community=self.community, prices=(posted,))
            yield Job(self.services.oracle, call, f"post the reference price of {interval.start}")
        placed = self._placed_by(interval)
        for household in self.households:
            if household.account.public not in placed:
                yield from self._orders(household, interval, household.orders(step, tariff))

    def _orders(self, household: Household, interval: Interval, orders: Sequence[NewOrder]) -> Iterator[Job]:
        """The orders of a household, signed by itself, or by its agent within what it may do."""
        if not orders:
            return
        metadata, mandate = self.connection.metadata, household.mandate
        purpose = f"place the orders of {household.home.name} for {interval.start}"
        call = calls.place_orders(metadata, community=self.community, interval_start=interval.start, orders=orders)
        if mandate is None:
            yield Job(household.account, call, purpose)
            return
        if not may_trade(self.connection, mandate.agent.public, household.account.public):
            _log.info("the household stopped its agent; nothing is ordered", home=household.home.name)
            return
        excess = first_excess(mandate.limits, orders)
        if excess is not None:
            _log.warning("an agent wants more than it may; nothing is ordered", home=household.home.name, reason=excess)
            return
        yield Job(mandate.agent, calls.proxy(metadata, household.account.public, ProxyType.TRADING, call), purpose)

    def _placed_by(self, interval: Interval) -> set[bytes]:
        numbers = reads.book_orders(self.connection, self.community, interval.start)
        orders = (reads.order(self.connection, number) for number in numbers)
        return {order.owner for order in orders if order is not None}

    def _clear(self, interval: Interval) -> Iterator[Job]:
        book = reads.book(self.connection, self.community, interval.start)
        if book is None or book.status is not BookStatus.OPEN:
            return
        try:
            decision = decide(self.connection, self.shelf, self.community, interval)
        except (*UNUSABLE_RULE, UnknownPlugin) as failure:
            _log.warning("no result; the interval will be voided", interval_start=interval.start, reason=str(failure))
            return
        call = calls.submit_clearing(
            self.connection.metadata,
            community=self.community,
            interval_start=interval.start,
            rules=book.rules,
            trades=decision.trades,
            certificate=decision.certificate,
        )
        yield Job(self.services.operator, call, f"clear the interval at {interval.start}")

    def _read(self, interval: Interval) -> Iterator[Job]:
        gateway = self.services.gateway
        seat = Seat(self.connection.genesis_hash, self.community, gateway.public)
        step = self.step_of(interval) + 1
        readings = [
            sign_registers(
                seat, household.device, household.meter, interval.start, household.home.registers_before(step)
            )
            for household in self.households
        ]
        for part in in_batches(readings):
            batch = seal(seat, interval.start, part)
            if reads.batch(self.connection, batch.batch_id) is None:
                call = calls.submit_batch(
                    self.connection.metadata,
                    community=self.community,
                    interval_start=interval.start,
                    batch_id=batch.batch_id,
                    readings=batch.readings,
                )
                yield Job(gateway, call, f"submit the readings of {interval.start}")

    def _settle(self, interval: Interval) -> Iterator[Job]:
        book = reads.book(self.connection, self.community, interval.start)
        operator, metadata = self.services.operator, self.connection.metadata
        if book is not None and book.status is BookStatus.OPEN:
            for _ in range(-(-book.orders // SETTLE_LIMIT)):
                call = calls.void(metadata, community=self.community, interval_start=interval.start, limit=SETTLE_LIMIT)
                yield Job(operator, call, f"void the interval at {interval.start}")
        if book is not None and book.status is BookStatus.CLEARED:
            work = book.trades - book.settled_trades + book.orders - book.closed_orders
            for _ in range(-(-work // SETTLE_LIMIT) or 1):
                call = calls.settle(
                    metadata, community=self.community, interval_start=interval.start, limit=SETTLE_LIMIT
                )
                yield Job(operator, call, f"settle the interval at {interval.start}")
        yield from self._mint(interval)

    def _mint(self, interval: Interval) -> Iterator[Job]:
        unminted = [
            household.meter
            for household in self.households
            if reads.mint(self.connection, household.meter, interval.start) is None
            and self._exported(household, interval)
        ]
        for at in range(0, len(unminted), MAX_MINT):
            meters = unminted[at : at + MAX_MINT]
            call = calls.mint(
                self.connection.metadata, community=self.community, interval_start=interval.start, meters=meters
            )
            yield Job(self.services.operator, call, f"mint the energy of {interval.start}")

    def _exported(self, household: Household, interval: Interval) -> bool:
        reading = reads.reading(self.connection, interval.start, household.meter)
        return reading is not None and reading.export_wh > 0
