"""A market to trade in: the town with rules in both slots, three members and five meters."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from tests.spec.conftest import START, Town

from aipchain.pallets_spec import balances, market, plugin_registry
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.market import ESCROW, Book
from aipchain.pallets_spec.proofs import Certificate, Fault, Nothing
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    Binding,
    Event,
    Hash,
    MeterId,
    NewOrder,
    OrderNumber,
    PostedPrice,
    Role,
    RuleSet,
    Side,
    Slot,
    Terms,
    Trade,
)
from aipchain.units import Balance, Price, UnixSeconds, Wh

NOTHING = Nothing()


@dataclass
class Square:
    """The market of the town, in short words: `ada bid 100@20` is 100 Wh at most 20 base units per Wh.

    Ada has the meters 0 and 3, Ben 1 and 4, Cat 2. The meters 2 and 4 are in zone 0, the others in zone 1.
    """

    town: Town

    @property
    def key(self) -> tuple[int, int]:
        """The key of the book most tests are about."""
        return (self.town.community, START)

    @property
    def book(self) -> Book:
        """The book most tests are about."""
        return self.town.world.market.books[self.town.community, START]

    def order(self, side: str, terms: str, meter: int, order_id: int = 1) -> NewOrder:
        """An order of `wh@price`."""
        wh, price = terms.split("@")
        return NewOrder(order_id, MeterId(meter), Side(side.title()), Wh(int(wh)), Price(int(price)))

    def place(self, who: str, *orders: NewOrder, start: int = START) -> list[Event]:
        """Somebody places orders."""
        return self.town.does(
            who,
            market.place_orders,
            community=self.town.community,
            interval_start=UnixSeconds(start),
            orders=orders,
        )

    def place_refused(self, who: str, *orders: NewOrder, start: int = START) -> SpecError:
        """Somebody places orders in vain."""
        return self.town.refused(
            who,
            market.place_orders,
            community=self.town.community,
            interval_start=UnixSeconds(start),
            orders=orders,
        )

    def rules(self) -> RuleSet:
        """The rules in force."""
        slots = self.town.world.plugin_registry.slots
        here = self.town.community
        return RuleSet(slots[here, Slot.PRICE].active, slots[here, Slot.CLEAR].active)

    def clear(self, *trades: Trade, certificate: Certificate = NOTHING) -> list[Event]:
        """The operator submits the trades."""
        return self.town.does(
            "operator",
            market.submit_clearing,
            community=self.town.community,
            interval_start=START,
            rules=self.rules(),
            trades=trades,
            certificate=certificate,
        )

    def clear_refused(
        self,
        *trades: Trade,
        who: str = "operator",
        rules: RuleSet | None = None,
        certificate: Certificate = NOTHING,
    ) -> SpecError:
        """Somebody submits trades in vain."""
        return self.town.refused(
            who,
            market.submit_clearing,
            community=self.town.community,
            interval_start=START,
            rules=rules or self.rules(),
            trades=trades,
            certificate=certificate,
        )

    def challenge(self, fault: Fault) -> list[Event]:
        """Anybody shows a fault."""
        return self.town.does(
            "stranger", market.challenge_clearing, community=self.town.community, interval_start=START, fault=fault
        )

    def challenge_refused(self, fault: Fault, start: int = START) -> SpecError:
        """Anybody shows a fault in vain."""
        start_ = UnixSeconds(start)
        return self.town.refused(
            "stranger", market.challenge_clearing, community=self.town.community, interval_start=start_, fault=fault
        )

    def settle(self, limit: int = 1_000) -> list[Event]:
        """Anybody settles."""
        return self.town.does(
            "stranger", market.settle, community=self.town.community, interval_start=START, limit=limit
        )

    def settle_refused(self, limit: int = 1_000) -> SpecError:
        """Anybody settles in vain."""
        return self.town.refused(
            "stranger", market.settle, community=self.town.community, interval_start=START, limit=limit
        )

    def void(self, limit: int = 1_000) -> list[Event]:
        """Anybody voids."""
        return self.town.does("stranger", market.void, community=self.town.community, interval_start=START, limit=limit)

    def void_refused(self, limit: int = 1_000) -> SpecError:
        """Anybody voids in vain."""
        return self.town.refused(
            "stranger", market.void, community=self.town.community, interval_start=START, limit=limit
        )

    def posted(self, retail: int, feed_in: int, start: int = START) -> PostedPrice:
        """A reference price."""
        return PostedPrice(UnixSeconds(start), Price(retail), Price(feed_in))

    def read(self, imports: Iterable[tuple[int, int]] = (), exports: Iterable[tuple[int, int]] = ()) -> None:
        """The meters read this much in the interval [Wh], and the readings become final."""
        energy: dict[int, list[int]] = {}
        for place, readings in enumerate((imports, exports)):
            for meter, wh in readings:
                energy.setdefault(meter, [0, 0])[place] = wh
        self.town.at(START + 3_600)
        if energy:
            signed = [self.town.signed(meter, 1_000 + taken, 500 + given) for meter, (taken, given) in energy.items()]
            self.town.submit(*signed)
        self.town.at(self.book.final_at)

    def held(self, who: str) -> int:
        """What somebody has in escrow."""
        return balances.on_hold(self.town.world, ESCROW, self.town.account(who))

    def free(self, who: str) -> int:
        """What somebody has free."""
        return balances.free(self.town.world, self.town.account(who))

    def energy(self, who: str) -> tuple[int, int]:
        """What somebody has of energy, free and held [Wh]."""
        sums = self.town.world.energy.accounts.get(self.town.account(who))
        return (sums.free, sums.held) if sums else (0, 0)


def trade(bid: int, offer: int, wh: int, price: int) -> Trade:
    """A trade between two order numbers."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


def open_square(town: Town, terms: Terms = PLAIN_TERMS) -> Square:
    """Give the town a third member, five meters, and rules in both slots; those for clearings have the terms."""
    town.admit("cat", Role.PRODUCER)
    balances.endow(town.world.money, town.account("cat"), Balance(10**15))
    for owner, zone in (("cat", 0), ("ada", 1), ("ben", 0)):
        town.enrol(owner, zone=zone)
    for slot in Slot:
        bundle = Hash(slot.value.encode().ljust(32))
        town.does("stranger", plugin_registry.register_build, bundle=bundle, name=b"rule", release=1, build=1)
        of_slot = terms if slot is Slot.CLEAR else PLAIN_TERMS
        binding = Binding(bundle, b"{}", b"", of_slot, None)
        town.does("steward", plugin_registry.install, community=town.community, slot=slot, binding=binding)
    town.world.events.clear()
    return Square(town)


@pytest.fixture
def square(town: Town) -> Square:
    """The town's market, an hour before delivery begins."""
    return open_square(town)
