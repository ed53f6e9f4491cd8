"""Gates: which product takes an order when."""

import pytest

from aipchain.market.products.errors import GateClosed, ProductError, ScheduleInvalid, UnknownProduct
from aipchain.market.products.schedule import (
    Gate,
    GateRule,
    Product,
    Schedule,
    open_product,
    require_open,
    schedule_of,
)
from aipchain.units import Interval, UnixSeconds

HOUR = Interval(UnixSeconds(360_000), 3_600)
RULES = (
    GateRule(Product.DAY_AHEAD, -129_600, -43_200),
    GateRule(Product.INTRADAY, -43_200, -300, carries=False),
    GateRule(Product.BALANCING, 0, 3_000),
    GateRule(Product.POST_DELIVERY, 3_600, 90_000),
)


def gate(product: Product, opens: int, closes: int) -> Gate:
    """A gate at absolute times."""
    return Gate(product, UnixSeconds(opens), UnixSeconds(closes))


@pytest.mark.parametrize(
    ("offset", "product"),
    [
        (-129_601, None),
        (-129_600, Product.DAY_AHEAD),
        (-43_201, Product.DAY_AHEAD),
        (-43_200, Product.INTRADAY),  # a gate is open from its first second until before its last
        (-300, None),
        (0, Product.BALANCING),
        (3_000, None),
        (3_600, Product.POST_DELIVERY),
        (90_000, None),
    ],
)
def test_one_product_at_a_time_takes_orders(offset: int, product: Product | None) -> None:
    """By seconds after the interval's start."""
    assert open_product(schedule_of(HOUR, RULES), UnixSeconds(360_000 + offset)) is product


def test_a_closed_gate_says_when_it_opens() -> None:
    """Too early, too late, and while another product is open."""
    schedule = schedule_of(HOUR, RULES)

    require_open(schedule, Product.BALANCING, UnixSeconds(360_000))
    with pytest.raises(GateClosed, match="balancing takes no orders at 359000 s: its gate opens at 360000") as early:
        require_open(schedule, Product.BALANCING, UnixSeconds(359_000))
    assert early.value.opens_at == 360_000
    with pytest.raises(GateClosed, match="will not open again"):
        require_open(schedule, Product.DAY_AHEAD, UnixSeconds(360_000))
    assert issubclass(GateClosed, ProductError)


@pytest.mark.parametrize(
    ("gates", "problem"),
    [
        ([gate(Product.INTRADAY, 10, 10)], "closes at 10, but opens at 10"),
        ([gate(Product.DAY_AHEAD, 10, 360_001)], "closes at 360001, later than 360000"),
        ([gate(Product.INTRADAY, 10, 360_001)], "closes at 360001, later than 360000"),
        ([gate(Product.BALANCING, 10, 363_601)], "closes at 363601, later than 363600"),
        ([gate(Product.POST_DELIVERY, 363_599, 400_000)], "opens at 363599, before the interval ends at 363600"),
        ([gate(Product.INTRADAY, 10, 20), gate(Product.DAY_AHEAD, 20, 30)], "comes after the one of intraday"),
        ([gate(Product.DAY_AHEAD, 10, 20), gate(Product.DAY_AHEAD, 20, 30)], "comes after the one of day-ahead"),
        ([gate(Product.DAY_AHEAD, 10, 20), gate(Product.INTRADAY, 19, 30)], "opens before the one of day-ahead closes"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(gates: list[Gate], problem: str) -> None:
    """Products follow one another and fit the interval."""
    with pytest.raises(ScheduleInvalid, match=problem):
        Schedule(HOUR, tuple(gates))


def test_a_community_may_have_few_products_or_none() -> None:
    """Day-ahead alone; and a schedule without gates takes nothing."""
    assert open_product(schedule_of(HOUR, RULES[:1]), UnixSeconds(360_000)) is None
    assert open_product(Schedule(HOUR, ()), UnixSeconds(360_000)) is None


def test_a_product_that_is_none_is_refused() -> None:
    """Also the plain text of one that is: asked for, or in a schedule."""
    day = schedule_of(HOUR, RULES)
    for product in ("junk", "day-ahead"):
        with pytest.raises(UnknownProduct, match="take one of day-ahead, intraday, balancing, post-delivery"):
            require_open(day, product, UnixSeconds(0))  # type: ignore[arg-type]
        with pytest.raises(UnknownProduct):
            Schedule(HOUR, (gate(product, 0, 1),))  # type: ignore[arg-type]


def test_a_gate_opens_at_a_whole_second() -> None:
    """Times are chain seconds."""
    with pytest.raises(TypeError, match="not a whole number"):
        Schedule(HOUR, (gate(Product.DAY_AHEAD, 0.5, 1),))  # type: ignore[arg-type]
