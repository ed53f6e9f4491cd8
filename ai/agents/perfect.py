"""What a community would pay if it knew the future: the bound that plans are measured by."""

import numpy as np

from aipchain.ai.agents.plan import WEAR_PRICE
from aipchain.ai.agents.program import Program, solve
from aipchain.ai.agents.settlement import summed
from aipchain.ai.agents.simulation import Community

__all__ = ["perfect_bill"]


def perfect_bill(community: Community, steps: range) -> int:
    """The least bill of the steps [base units], all batteries planned as one from empty to empty.

    :raises NoPlan: the solver gave up.
    """
    span = slice(steps.start, steps.stop)
    net, pooled = community.net_wh[:, span].sum(axis=0), community.fleet.pooled
    imports, exports = community.import_price[span], community.export_price[span]
    program = Program(
        net_wh=net.astype(np.float64),
        import_price=imports.astype(np.float64),
        export_price=exports.astype(np.float64),
        battery=pooled,
        stored_wh=0,
        reserve_wh=0,
        most_wh=pooled.most_wh(community.step_s),
        wear_price=WEAR_PRICE,
        end_price=0,
    )
    return summed(net + np.rint(solve(program).battery_wh).astype(np.int64), imports, exports)
