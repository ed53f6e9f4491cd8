"""A household in the market: its meter as it counts, and the orders its agent places."""

from dataclasses import dataclass, field
from typing import Final

from aipchain.market.book import ReferencePrice
from aipchain.metering.gateway import Registers
from aipchain.orchestrator.conduct import Conduct, Wanted
from aipchain.orchestrator.mandate import Mandate
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey
from aipchain.runtime_bridge.types import MeterId, NewOrder, Side
from aipchain.units import Wh

__all__ = ["Household", "MeasuredHome"]

_NOTHING: Final = Registers(Wh(0), Wh(0))


@dataclass(slots=True)
class MeasuredHome:
    """A home of a data pack as its meter sees it: registers count from the start of the pack."""

    conduct: Conduct
    _registers: list[Registers] = field(default_factory=lambda: [_NOTHING])

    @property
    def name(self) -> str:
        """The home's name."""
        return self.conduct.name

    def wanted(self, step: int) -> Wanted:
        """Return what the home orders for `step`; see `Conduct`."""
        return self.conduct.wanted(step)

    def registers_before(self, step: int) -> Registers:
        """Return the registers at the start of `step` [Wh]."""
        for at in range(len(self._registers) - 1, step):
            net, shown = self.conduct.net_wh(at), self._registers[-1]
            self._registers.append(Registers(Wh(shown.import_wh + max(0, net)), Wh(shown.export_wh + max(0, -net))))
        return self._registers[step]


@dataclass(frozen=True, slots=True)
class Household:
    """A member with a meter and an agent that trades for it."""

    home: MeasuredHome
    account: AccountKey
    device: DeviceKey
    meter: MeterId
    mandate: Mandate | None = None
    """What an agent with a key of its own may do; None where the household signs itself."""

    def orders(self, step: int, reference: ReferencePrice) -> tuple[NewOrder, ...]:
        """Return the orders for `step`.

        The agent bids what the grid would cost it: retail for what it lacks, feed-in for what it has left. With a rule
        that sets one price between the two, no other limit earns a household more.
        """
        wanted = self.home.wanted(step)
        sides = ((Side.BID, wanted.bid_wh, reference.retail), (Side.OFFER, wanted.offer_wh, reference.feed_in))
        told = [(side, Wh(wh), limit) for side, wh, limit in sides if wh]
        return tuple(NewOrder(number, self.meter, side, wh, limit) for number, (side, wh, limit) in enumerate(told))
