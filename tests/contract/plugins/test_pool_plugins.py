"""The pool's plugins: fit with other settings than the defaults, and the numbers of their pages."""

from collections.abc import Mapping

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.plugins.catalogue import BUILTIN_FOLDER, Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.hookspecs import ConfigValue, Slot
from aipchain.plugins.manager import Activation, Rule
from aipchain.plugins.testing import conformance_problems
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(3_600), 3_600)
REFERENCE = ReferencePrice(retail=Price(400), feed_in=Price(100))
BOOK = (
    BookOrder(OrderNumber(0), AccountId("ann"), MeterId(0), Side.BID, Wh(1_000), Price(400)),
    BookOrder(OrderNumber(1), AccountId("ben"), MeterId(1), Side.OFFER, Wh(500), Price(0)),
)


@pytest.mark.parametrize(
    "config",
    [
        {"curve": "concentrated"},
        {"low_permille": 250, "width_permille": 500},
        {"low_permille": 1_000},
        {"curve": "concentrated", "width_permille": 0},
    ],
)
def test_the_batched_amm_is_fit_for_every_curve_and_band(config: Mapping[str, ConfigValue]) -> None:
    """No two settings contradict each other."""
    assert conformance_problems(BUILTIN_FOLDER / "batched_amm", config) == ()


@pytest.mark.parametrize(
    ("name", "config", "price"),
    [
        ("mid-market-rate", {}, 250),
        ("supply-demand-ratio", {}, 160),  # 100 x 400 / (300 / 2 + 100)
        ("bill-sharing", {}, 0),
        ("batched-amm", {}, 300),  # u = 1/3 of the way from 400 to 100
        ("batched-amm", {"curve": "concentrated"}, 225),
        ("batched-amm", {"low_permille": 500, "width_permille": 500}, 300),  # from 325 to 250, u = 1/3
        ("batched-amm", {"low_permille": 1_000}, 400),
    ],
)
def test_one_book_under_every_price_rule(name: str, config: Mapping[str, ConfigValue], price: int) -> None:
    """500 Wh for 1,000 Wh between 100 and 400: the local price of each rule, traded pro rata and in equal shares."""
    catalogue = Catalogue.discover()
    bundle = catalogue.find(name)
    settings = encode_config(bundle.manifest, config)
    for clear in ("pro-rata", "equal-shares"):
        rule = Rule.load(
            catalogue,
            price=Activation(Slot.PRICE, bundle.id, settings),
            clear=Activation(Slot.CLEAR, catalogue.find(clear).id),
        )
        done = rule.run(interval=HOUR, reference=REFERENCE, orders=BOOK)

        assert done.price == price
        assert [(trade.wh, trade.price) for trade in done.trades] == [(500, price)]
