"""What the check of an auction can find wrong; `certificate`, which looks for it, gives it on under its own name."""

from enum import StrEnum

__all__ = ["Fault"]


class Fault(StrEnum):
    """What can be wrong with a clearing or its proof, in the order in which it is looked for."""

    MALFORMED = "Malformed"
    """What was handed in is no proof: not of its type, numbers that are not whole, or columns of unequal length."""
    INCOMPLETE = "Incomplete"
    """The certificate does not have one fill per order of the book."""
    FILL_OUT_OF_RANGE = "FillOutOfRange"
    BETTER_ORDER_NOT_FULL = "BetterOrderNotFull"
    WORSE_ORDER_FILLED = "WorseOrderFilled"
    SIDES_DIFFER = "SidesDiffer"
    UNKNOWN_ORDER = "UnknownOrder"
    ZERO_ENERGY = "ZeroEnergy"
    OTHER_PRICE = "OtherPrice"
    SELF_TRADE = "SelfTrade"
    LISTED_TWICE = "ListedTwice"
    TRADES_EXCEED_FILL = "TradesExceedFill"
    ENERGY_MISSING = "EnergyMissing"
    """A fill is not traded, and it is not one owner's unavoidable self-supply."""
    OTHER_INTERVAL = "OtherInterval"
    """Low and high are not the ends of the interval of equilibrium prices."""
    OTHER_BLEND = "OtherBlend"
    """The price is not the blend of low and high that was voted."""
    TIE_LEFT_OPEN = "TieLeftOpen"
    """A bid and an offer that meet at one price are both not served in full."""
    TIE_NOT_BY_LOT = "TieNotByLot"
    """Of equal orders a later one is served before an earlier one is full."""
