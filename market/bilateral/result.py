"""A bilateral trade: what the chain records, and the charge that comes on top of it."""

from dataclasses import dataclass

from aipchain.market.book import BookOrder, Trade
from aipchain.units import Balance, Price, cost

__all__ = ["BilateralTrade", "trade_price"]


@dataclass(frozen=True, slots=True)
class BilateralTrade:
    """A `trade` between buyer and seller, and the `charge` of carrying its energy [base units per Wh]."""

    trade: Trade
    charge: Price

    @property
    def buyer_pays(self) -> Balance:
        """Price and charge of all energy [base units]; within the bid's limit."""
        return cost(self.trade.wh, Price(self.trade.price + self.charge))

    @property
    def seller_gets(self) -> Balance:
        """Price of all energy [base units]; at or above the offer's limit."""
        return cost(self.trade.wh, self.trade.price)

    @property
    def carrier_gets(self) -> Balance:
        """Charge of all energy [base units]."""
        return cost(self.trade.wh, self.charge)


def trade_price(bid: BookOrder, offer: BookOrder, charge: int, advantage: int) -> Price:
    """The price that leaves a seller its `advantage` above its limit [base units per Wh], as far as the bid allows."""
    return Price(min(offer.limit_price + advantage, bid.limit_price - charge))
