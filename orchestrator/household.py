"""A household in the market: its meter as it counts, and the orders its agent places."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from aipchain.ai.forecast import daily_persistence
from aipchain.market.book import ReferencePrice
from aipchain.metering.gateway import Registers
from aipchain.metering.packs import Home
from aipchain.runtime_bridge.keys import AccountKey, DeviceKey
from aipchain.runtime_bridge.types import MeterId, NewOrder, Side
from aipchain.units import Wh

__all__ = ["Household", "MeasuredHome"]


class MeasuredHome:
    """A home of a data pack as its meter sees it: registers count from the start of the pack."""

    def __init__(self, home: Home) -> None:
        self.name = home.name
        steps = range(len(home.load_wh))
        self._net_wh = [home.load_wh[step] - home.pv_wh[step] for step in steps]
        self._imports = list(accumulate((home.import_wh(step) for step in steps), initial=0))
        self._exports = list(accumulate((home.export_wh(step) for step in steps), initial=0))

    def registers_before(self, step: int) -> Registers:
        """Return the registers at the start of `step` [Wh]."""
        return Registers(Wh(self._imports[step]), Wh(self._exports[step]))

    def measured_net_wh(self, before_step: int) -> Sequence[int]:
        """Return net energy of all steps before `before_step`, oldest first; generation is negative [Wh]."""
        return self._net_wh[: max(0, before_step)]


@dataclass(frozen=True, slots=True)
class Household:
    """A member with a meter and an agent that trades for it."""

    home: MeasuredHome
    account: AccountKey
    device: DeviceKey
    meter: MeterId

    def orders(
        self, step: int, steps_ahead: int, steps_per_day: int, reference: ReferencePrice
    ) -> tuple[NewOrder, ...]:
        """Return the orders for `step`, forecast from what was measured `steps_ahead` steps before it.

        The agent bids what the grid would cost it: retail for what it lacks, feed-in for what it has left. With a rule
        that sets one price between the two, no other limit earns a household more.
        """
        measured = self.home.measured_net_wh(step - steps_ahead + 1)
        net = daily_persistence(measured, steps_per_day, steps_ahead)
        if not net:
            return ()
        side, limit = (Side.BID, reference.retail) if net > 0 else (Side.OFFER, reference.feed_in)
        return (NewOrder(id=0, meter=self.meter, side=side, wh=Wh(abs(net)), limit_price=limit),)
