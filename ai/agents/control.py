"""What a battery does within a step, while the home's own meter runs.

The rule keeps the meter at zero: it stores what is left of the sun and gives it back when the home needs more. A plan
says what the battery is to do if all comes as expected. What comes otherwise is balanced by the battery where the plan
keeps the connection at zero; where it leaves something to trade, only what goes beyond that is.
"""

import numpy as np

from aipchain.ai.agents.fleet import Whole

__all__ = ["by_rule", "following"]


def by_rule(net_wh: Whole) -> Whole:
    """Charge what is left over, discharge what is missing: the self-consumption rule, shape (homes) [Wh]."""
    return -net_wh


def following(planned_wh: Whole, expected_wh: Whole, spare_wh: Whole, net_wh: Whole) -> Whole:
    """What to ask of batteries whose plan expected another net load than the meter shows, shape (homes) [Wh].

    :param planned_wh: charge less discharge by plan.
    :param expected_wh: net load that the plan expected, without the battery.
    :param spare_wh: what the plan leaves to be imported (above zero) or exported: a home's own, or its part of the
        community's.
    :param net_wh: net load that the meter shows, without the battery.
    """
    apart = net_wh - expected_wh
    beyond_import, beyond_export = np.minimum(apart + spare_wh, 0), np.maximum(apart + spare_wh, 0)
    return planned_wh - np.where(spare_wh > 0, beyond_import, np.where(spare_wh < 0, beyond_export, apart))
