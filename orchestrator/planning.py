"""An agent that plans a home's battery; imported only where agents plan, as it needs the extras `ai` and `market`."""

from dataclasses import dataclass, field

from aipchain.ai.agents.plan import plan
from aipchain.ai.agents.settings import Taste
from aipchain.orchestrator.conduct import Ahead, Planned
from aipchain.orchestrator.outlooks import outlook_on

__all__ = ["CheapestPlan"]

SOONER = 1_000
"""Each step that an import lies ahead makes it a thousandth cheaper in the plan."""


@dataclass(frozen=True, slots=True)
class CheapestPlan:
    """The cheapest way through what is expected, by the tariffs of the grid and the household's taste.

    What is saved sooner counts a little more: where a plan could as well wait, what is stored now may have no room for
    the sun of tomorrow.
    """

    taste: Taste = field(default_factory=Taste)

    def plan(self, ahead: Ahead) -> Planned:
        """See `Manager.plan`."""
        outlook = outlook_on(
            ahead.expected,
            [each.retail - each.retail * steps // SOONER for steps, each in enumerate(ahead.tariffs)],
            [each.feed_in for each in ahead.tariffs],
            ahead.step_s,
        )
        step = plan(outlook, ahead.battery, ahead.stored_wh, self.taste).first
        return Planned(step.charge_wh - step.discharge_wh, step.net_wh)

    def carry_out(self, plan: Planned | None, net_wh: int) -> int:
        """What the plan is after, with the energy that is really there: all that is left is stored, and where the plan
        takes from store, all that lacks is taken, or no more than planned by a household that keeps a reserve. See
        `Manager.carry_out`."""
        if plan is None or (plan.battery_wh < 0 and not self.taste.reserve_ppm):
            return -net_wh
        return max(-net_wh, plan.battery_wh)
