"""How honest accounts come to life, move money and review each other.

Hard on detectors here: everybody gets the same amount from the treasury, a landlord brings tenants to life on one day,
some homes bring their partner's account to life, homes send each other money, and some write many reviews.
"""

from collections.abc import Iterator
from typing import Final

from aipchain.ai.anomaly.activity import Payment, Review
from aipchain.ai.anomaly.attacks.community import DAY, EXCHANGE, HOUR, START, TREASURY, Community
from aipchain.units import AIP, Balance, UnixSeconds

__all__ = ["bring_to_life", "review"]

ONBOARDED: Final = UnixSeconds(START - 30 * DAY * HOUR)
LATER_PAYMENTS: Final = 1.5
"""Of an account in the span, mean."""


def bring_to_life(community: Community) -> None:
    """First money: most from the treasury, some from an exchange, tenants from a landlord, a partner from a home."""
    rng, homes = community.rng, community.homes
    tenants = max(len(homes) // 12, 3)
    for number, home in enumerate(homes):
        at = UnixSeconds(ONBOARDED + int(rng.integers(0, DAY * HOUR)))
        next_day = UnixSeconds(at + DAY * HOUR)
        if 1 <= number <= tenants:
            first = Payment(homes[0], home, Balance(50 * AIP), next_day)
        elif number > tenants + 1 and rng.random() < 0.08:
            first = Payment(homes[number - 1], home, Balance(20 * AIP), next_day)
        elif rng.random() < 0.2:
            first = Payment(EXCHANGE, home, Balance(int(rng.integers(10, 300)) * AIP), at)
        else:
            first = Payment(TREASURY, home, Balance(50 * AIP), at)
        community.payments.extend([first, *_later_payments(community, home)])


def review(community: Community) -> None:
    """After a trade either side may review the other; some seldom do, some often."""
    rng = community.rng
    eager = dict(zip(community.homes, rng.beta(1, 12, len(community.homes)), strict=True))
    for trade in community.trades:
        for author, subject in ((trade.buyer, trade.seller), (trade.seller, trade.buyer)):
            if rng.random() < eager[author]:
                stars = int(rng.choice([1, 3, 4, 5], p=[0.05, 0.1, 0.35, 0.5]))
                community.reviews.append(Review(author, subject, stars, trade.interval.end))


def _later_payments(community: Community, home: str) -> Iterator[Payment]:
    rng = community.rng
    for _ in range(int(rng.poisson(LATER_PAYMENTS))):
        other = EXCHANGE if rng.random() < 0.7 else community.homes[int(rng.integers(0, len(community.homes)))]
        payer, payee = (other, home) if rng.random() < 0.6 else (home, other)
        if payer != payee:
            yield Payment(payer, payee, Balance(int(rng.integers(5, 60)) * AIP), community.some_time())
