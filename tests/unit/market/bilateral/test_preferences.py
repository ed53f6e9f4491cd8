"""Preferences and requirements: points by hand, what narrows really narrows, and nothing is lost as text."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs
from aipchain.market.bilateral.charges import Connection, Place, by_distance, distance_m
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.preferences import Criterion, Meeting, Requirements, Standing, Wishes, bonus, points
from aipchain.market.bilateral.wishes_text import decode_wishes, encode_wishes
from aipchain.market.book import BookOrder, MeterId, ReferencePrice
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
REFERENCE = ReferencePrice(retail=Price(30), feed_in=Price(10))
ANN, BEN, CAT, DAN = (MeterId(number) for number in range(4))


@pytest.fixture
def orders(book: Book) -> tuple[BookOrder, ...]:
    """Two buyers, two sellers; meters are numbered like the orders."""
    return book("bid ann 25@5", "bid ben 25@5", "offer cat 12@5", "offer dan 20@9")


def traded(orders: tuple[BookOrder, ...], surroundings: Surroundings) -> list[tuple[int, int, int]]:
    """Bid, offer and energy of the clearing."""
    found = BilateralBook(orders, candidate_pairs(orders, surroundings))
    return [(each.trade.bid, each.trade.offer, each.trade.wh) for each in clear_bilateral(found, 1).trades]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (Criterion.PREFERRED_PARTNER, 666),  # second of three partners
        (Criterion.LEAST_LOSS, 960),
        (Criterion.MOST_RELIABLE, 900),
        (Criterion.GREENEST, 700),
        (Criterion.CHEAPEST, 900),  # 1000 (30 - 12) / (30 - 10)
        (Criterion.REPUTATION, 800),
    ],
)
def test_points_of_each_criterion(orders: tuple[BookOrder, ...], criterion: Criterion, expected: int) -> None:
    """Each criterion gives 0 to 1000 points by its documented rule."""
    wishes = Wishes(partners=(DAN, CAT, BEN), weights={criterion: 3})
    meeting = Meeting(orders[2], Standing(900, 700, 800), Connection(Price(1), 40), REFERENCE)

    assert points(criterion, wishes, meeting) == expected
    assert bonus(wishes, meeting) == 3 * expected


def test_cheapest_is_kept_in_its_range(book: Book) -> None:
    """An offer below feed-in has all points, one above retail none; without reference prices nobody has any."""
    cheap, dear = book("offer ann 9@1", "offer ben 31@1")
    flat = ReferencePrice(Price(10), Price(10))
    asked = [(cheap, REFERENCE), (dear, REFERENCE), (cheap, None), (cheap, flat)]
    meetings = [Meeting(offer, Standing(), Connection(Price(0)), reference) for offer, reference in asked]

    assert [points(Criterion.CHEAPEST, Wishes(), meeting) for meeting in meetings] == [1_000, 0, 0, 0]


def test_preferred_list_narrows(orders: tuple[BookOrder, ...]) -> None:
    """A buyer who accepts one partner is held against that partner alone, and trades with nobody else."""
    asked: list[tuple[MeterId, MeterId]] = []

    def connections(seller: MeterId, buyer: MeterId) -> Connection:
        asked.append((seller, buyer))
        return Connection(Price(0))

    only_dan = Wishes((DAN,), {}, Requirements(only_partners=True))

    assert traded(orders, Surroundings(connections, {ANN: only_dan})) == [(0, 3, 5), (1, 2, 5)]
    assert [pair for pair in asked if pair[1] == ANN] == [(DAN, ANN)]


def test_requirements_survive_serialisation(orders: tuple[BookOrder, ...]) -> None:
    """A requirement that was written down and read again excludes the same sellers as before."""
    wishes = Wishes(
        (DAN, CAT),
        {Criterion.GREENEST: 5, Criterion.PREFERRED_PARTNER: 0},
        Requirements(True, 1, 800, 3, 40, Price(2**70)),
    )
    again = decode_wishes(encode_wishes(wishes))
    standing = {CAT: Standing(1_000, 799, 1_000), DAN: Standing(1_000, 800, 1_000)}
    results = [
        traded(orders, Surroundings(wishes={ANN: each, BEN: each}, standing=standing)) for each in (wishes, again)
    ]

    assert again == wishes
    assert results[0] == results[1]
    assert {offer for _, offer, _ in results[0]} == {3}


def test_an_order_that_its_partner_serves_in_part_meets_others(orders: tuple[BookOrder, ...]) -> None:
    """Ben prefers Cat, who has too little; the rest comes from Dan in the same clearing."""
    likes_cat = Wishes((CAT,), {Criterion.PREFERRED_PARTNER: 1})
    more = (replace(orders[1], wh=Wh(8)), *orders[2:])

    assert traded(more, Surroundings(wishes={BEN: likes_cat})) == [(1, 2, 5), (1, 3, 3)]


def test_a_preferred_partner_is_met_first(orders: tuple[BookOrder, ...]) -> None:
    """Ann prefers the dearer Dan by more than the difference in price, so Cat is left to Ben."""
    likes_dan = Wishes((DAN,), {Criterion.PREFERRED_PARTNER: 1})

    assert traded(orders, Surroundings(wishes={ANN: likes_dan})) == [(0, 3, 5), (1, 2, 5)]


@pytest.mark.parametrize(
    "requirements",
    [
        Requirements(least_reliability=501),
        Requirements(least_green=501),
        Requirements(least_reputation=501),
        Requirements(most_loss=49),
        Requirements(most_charge=Price(1)),
        Requirements(only_partners=True),
    ],
)
def test_each_requirement_excludes(orders: tuple[BookOrder, ...], requirements: Requirements) -> None:
    """A seller who misses a requirement by one is no candidate."""
    standing = dict.fromkeys((CAT, DAN), Standing(500, 500, 500))

    def connections(_seller: MeterId, _buyer: MeterId) -> Connection:
        return Connection(Price(2), 50)

    wishes = {ANN: Wishes(requirements=requirements)}

    assert {bid for bid, *_ in traded(orders, Surroundings(connections, wishes, standing))} == {1}
    assert len(candidate_pairs(orders, Surroundings(connections, {}, standing))) == 4


def test_nearest_keeps_the_least_charge(orders: tuple[BookOrder, ...]) -> None:
    """Each bid keeps its nearest seller; asking for none is refused."""
    places = {ANN: Place(0, 0), BEN: Place(1_000, 0), CAT: Place(0, 100), DAN: Place(900, 0)}
    found = candidate_pairs(orders, Surroundings(by_distance(places, Price(1))), nearest=1)

    assert [(pair.bid, pair.offer, pair.charge) for pair in found] == [(0, 2, 1), (1, 3, 1)]
    with pytest.raises(ValueError, match="at least one"):
        candidate_pairs(orders, Surroundings(), nearest=0)


def test_self_trades_are_no_candidates(book: Book) -> None:
    """Ann's bid is not held against her own offer."""
    orders = book("bid ann 20@5", "offer ann 5@5", "offer cat 6@5")

    assert [(pair.bid, pair.offer) for pair in candidate_pairs(orders, Surroundings())] == [(0, 2)]


def test_charges_by_distance() -> None:
    """Distances round down, charges up, losses down."""
    places = {ANN: Place(0, 0), CAT: Place(3_000, 4_001)}
    near = by_distance(places, Price(7), 30)

    assert distance_m(places[ANN], places[CAT]) == 5_000
    assert near(CAT, ANN) == Connection(Price(35), 150)
    assert by_distance({ANN: Place(0, 0), CAT: Place(1, 0)}, Price(7))(CAT, ANN).charge == 1


def test_what_is_lost_is_charged_at_its_price() -> None:
    """To the millionth of the energy, rounded up, though losses are told in whole permille; at most all of it."""
    places = {ANN: Place(0, 0), BEN: Place(60, 80), CAT: Place(-40_000, 30_000)}
    lossy = by_distance(places, Price(7), 25, loss_price=Price(1_000))

    assert lossy(BEN, ANN) == Connection(Price(1 + 3), 2)  # 100 m: 0.7 for the way, 2.5 permille of 1000
    assert lossy(CAT, ANN) == Connection(Price(350 + 1_000), 1_000)  # 50 km: more than all would be lost


def test_unknown_places_are_refused() -> None:
    """A meter without a place is named."""
    with pytest.raises(PreferencesInvalid, match="meter 2: its place is unknown"):
        by_distance({ANN: Place(0, 0)}, Price(1))(CAT, ANN)
    with pytest.raises(PreferencesInvalid, match="must not be negative"):
        Connection(Price(-1))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"partner":[1]}', "'partner' is unknown"),
        ('{"requirements":{"least_gren":1}}', "'least_gren' is unknown"),
        ('{"requirements":{"least_green":1001}}', "0..1000"),
        ('{"requirements":{"least_green":0.5}}', "0.5 is a fraction"),
        ('{"requirements":{"only_partners":1}}', "true or false"),
        ('{"weights":{"greenest":-1}}', "must be a whole number in 0.."),
        ('{"partners":[1],"partners":[2]}', "'partners' stands twice; say it once"),
        ('{"requirements":{"least_green":800,"least_green":0}}', "'least_green' stands twice; say it once"),
        ('{"weights":{"greenest":' + "9" * 4_301 + "}}", "a number has 4301 digits; none has more than 39"),
        ('{"weights":{"greenest":' + str(2**128) + "}}", "must be a whole number in 0.."),
        ('{"partners":[-' + "9" * 40 + "]}", "a number has 40 digits; none has more than 39"),
        ('{"partners":[-1]}', "partners: -1 must be a whole number in 0.."),
        ('{"partners":[18446744073709551616]}', "partners: 18446744073709551616 must be a whole number in 0.."),
        ('{"requirements":{"most_charge":0.0}}', "0.0 is a fraction"),
        ('{"weights":{"greenest":true}}', "whole number"),
        ('{"partners":[1,1]}', "listed twice"),
        ('{"partners":["1"]}', "list of meter numbers"),
        ('{"weights":{"greenest":NaN}}', "fraction"),
    ],
)
def test_wishes_that_mean_nothing_are_refused(text: str, problem: str) -> None:
    """What is not known is never dropped in silence."""
    with pytest.raises(PreferencesInvalid, match=problem):
        decode_wishes(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Requirements(most_charge=Price(0.0)),  # type: ignore[arg-type]
        lambda: Requirements(only_partners=1),  # type: ignore[arg-type]
        lambda: Requirements(least_green=0.0),  # type: ignore[arg-type]
        lambda: Wishes((1.0,)),  # type: ignore[arg-type]
        lambda: Wishes(weights={Criterion.GREENEST: 1.0}),  # type: ignore[dict-item]
        lambda: Standing(green=1.0),  # type: ignore[arg-type]
    ],
)
def test_wishes_are_whole_however_they_are_made(make: Callable[[], object]) -> None:
    """What text may not say, objects may not either."""
    with pytest.raises(PreferencesInvalid):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Place(1.5, 2),  # type: ignore[arg-type]
        lambda: Place(1, 2.0),  # type: ignore[arg-type]
        lambda: Connection(1.5),  # type: ignore[arg-type]
        lambda: Connection(Price(1), 1.0),  # type: ignore[arg-type]
        lambda: by_distance({}, 1.5),  # type: ignore[arg-type]
        lambda: by_distance({}, Price(1), 0.5),  # type: ignore[arg-type]
        lambda: by_distance({}, Price(1), loss_price=0.5),  # type: ignore[arg-type]
    ],
)
def test_ways_are_measured_in_whole_numbers(make: Callable[[], object]) -> None:
    """Metres, charges and losses."""
    with pytest.raises(TypeError, match="which is not a whole number"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: by_distance({}, Price(-1)),
        lambda: by_distance({}, Price(1), -1),
        lambda: by_distance({}, Price(1), loss_price=Price(-1)),
    ],
)
def test_distance_is_never_paid_for(make: Callable[[], object]) -> None:
    """A charge below zero would round to nothing on short ways, and be refused on long ones."""
    with pytest.raises(PreferencesInvalid, match="-1 must not be negative"):
        make()


def test_a_standing_outside_permille_is_refused() -> None:
    """Standing is in permille."""
    with pytest.raises(PreferencesInvalid, match="standing, green"):
        Standing(green=1_001)
