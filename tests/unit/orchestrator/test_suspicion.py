"""Suspicions: what detectors are fed from folded facts, who stands for the honest, and what meters are told."""

import json
from collections.abc import Iterator
from importlib import resources

import numpy as np
import pytest

from aipchain.ai.anomaly.sybil import clusters
from aipchain.ai.benchmark.homes import HomesYear, year_of
from aipchain.ai.panel import DAY_S, Panel
from aipchain.metering.packs import load_pack
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.activity import FIRST_BLOCK, Span, activity_of, public_funders, unsettled_books
from aipchain.orchestrator.suspicion.honest import KEPT_FILE, chosen, kept
from aipchain.orchestrator.suspicion.keeping import accounts_of, meters_until
from aipchain.orchestrator.suspicion.look import Question, look
from aipchain.orchestrator.suspicion.meters import check_generation, check_theft
from aipchain.orchestrator.suspicion.panels import metered
from aipchain.orchestrator.suspicion.report import Check, Checked
from aipchain.orchestrator.suspicion.standard import Standard
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import CommunityId, MeterId, OrderNumber, Role, RuleSet, Side
from aipchain.units import Balance, Price, UnixSeconds, Wh

HERE, THERE = CommunityId(0), CommunityId(1)
HOUR = 3_600
MONDAY = UnixSeconds(1_475_452_800)
"""2016-10-03 00:00 UTC."""

FIRST_DAY = Span(MONDAY, UnixSeconds(MONDAY + DAY_S))
ANN, BEN, CAT, DAN, EVE, ZOE = (letter.encode() * 32 for letter in "abcdez")
TREASURY = b"modlpy/trsry".ljust(32, b"\0")


@pytest.fixture
def projection() -> Iterator[Projection]:
    """A community of three, whose steward is Zoe, in block 1, and another one."""
    opened = Projection(None, bytes(32))
    members = [facts.Admitted(HERE, account, number) for number, account in enumerate((ANN, BEN, CAT))]
    fold(opened, facts.Founded(HERE, ZOE), *members, facts.Founded(THERE, EVE))
    yield opened
    opened.close()


def fold(projection: Projection, *events: facts.Event) -> None:
    """Fold the next block, a minute after the last."""
    number = projection.height + 1
    told = [Fact(index, 2, event) for index, event in enumerate(events)]
    projection.fold(number, number.to_bytes(32, "big"), UnixSeconds(MONDAY + 60 * number), told)


def placed(number: int, owner: bytes, side: Side, hour: int, community: CommunityId = HERE) -> facts.OrderPlaced:
    """An order of 500 Wh."""
    at = UnixSeconds(MONDAY + hour * HOUR)
    return facts.OrderPlaced(community, at, OrderNumber(number), owner, number, MeterId(0), side, Wh(500), Price(30))


def traded(index: int, buyer: bytes, seller: bytes, hour: int, community: CommunityId = HERE) -> facts.TradeSettled:
    """A trade of 500 Wh, of which 20 were delivered."""
    at = UnixSeconds(MONDAY + hour * HOUR)
    return facts.TradeSettled(community, at, index, buyer, seller, Wh(500), Wh(20), Price(30), Balance(600))


def paid(payer: bytes, payee: bytes, *, born: bool) -> tuple[facts.Event, ...]:
    """A transfer, which may bring the payee to life."""
    moved = facts.OtherEvent("Balances", "Transfer", {"from": payer, "to": payee, "amount": 7})
    endowed = facts.OtherEvent("Balances", "Endowed", {"account": payee, "free_balance": 7})
    return (endowed, moved) if born else (moved,)


def test_orders_and_trades_of_the_span_and_the_community_count(projection: Projection) -> None:
    """Not those of the next day or of others; trades have what was agreed, orders their times."""
    fold(projection, placed(0, ANN, Side.OFFER, 23), placed(1, BEN, Side.BID, 23), placed(2, BEN, Side.BID, 24))
    fold(projection, placed(3, EVE, Side.BID, 23, THERE), facts.OrderCancelled(OrderNumber(1)))
    fold(projection, traded(0, BEN, ANN, 23), traded(0, BEN, ANN, 24), traded(0, BEN, EVE, 23, THERE))
    fold(projection, facts.OrderClosed(OrderNumber(0), ANN, Wh(500), Balance(0)))

    found = activity_of(projection, HERE, HOUR, FIRST_DAY, frozenset())

    ann, ben = address_of(ANN), address_of(BEN)
    assert [(each.buyer, each.seller, each.energy, each.price) for each in found.trades] == [(ben, ann, 500, 30)]
    assert found.trades[0].interval.end == FIRST_DAY.end
    assert [(each.account, each.side, each.traded) for each in found.orders] == [(ann, "sell", 500), (ben, "buy", 0)]
    assert [(each.placed - MONDAY, each.cancelled and each.cancelled - MONDAY) for each in found.orders] == [
        (120, None),
        (120, 180),
    ]
    assert not found.reviews


def test_money_is_followed_to_where_it_came_from(projection: Projection) -> None:
    """Over go-betweens who are no members; what others pay each other is not the community's."""
    fold(projection, *paid(EVE, DAN, born=True))
    for member in (ANN, BEN):
        fold(projection, *paid(DAN, member, born=True))
    fold(projection, *paid(EVE, b"y" * 32, born=True))

    found = activity_of(projection, HERE, HOUR, FIRST_DAY, frozenset())

    pairs = {(each.payer, each.payee) for each in found.payments} - {(FIRST_BLOCK, address_of(EVE))}
    dan = address_of(DAN)
    assert pairs == {(address_of(EVE), dan), (dan, address_of(ANN)), (dan, address_of(BEN))}
    assert clusters(found) == [(address_of(EVE), *sorted((address_of(ANN), address_of(BEN), dan)))]


def test_who_had_money_before_was_not_brought_to_life_by_a_neighbour(projection: Projection) -> None:
    """Accounts of the first block that are paid later are nobody's."""
    for member in (ANN, BEN, CAT):
        fold(projection, *paid(EVE, member, born=False))

    found = activity_of(projection, HERE, HOUR, FIRST_DAY, frozenset())

    assert clusters(found) == []
    assert {each.payee for each in found.payments if each.payer == FIRST_BLOCK} == {
        address_of(each) for each in (ANN, BEN, CAT)
    }


def test_payments_after_the_span_are_not_known_in_it(projection: Projection) -> None:
    """A look at an earlier day comes out the same whenever it is taken."""
    before = activity_of(projection, HERE, HOUR, Span(MONDAY, UnixSeconds(MONDAY + 120)), frozenset())
    fold(projection, *paid(EVE, ANN, born=True))

    assert activity_of(projection, HERE, HOUR, Span(MONDAY, UnixSeconds(MONDAY + 120)), frozenset()) == before


def test_stewards_pallets_and_those_who_are_named_fund_anybody(projection: Projection) -> None:
    """The steward of another community does not."""
    fold(projection, *paid(TREASURY, ANN, born=True), *paid(EVE, BEN, born=True))
    fold(projection, facts.RoleGranted(HERE, CAT, Role.AUDITOR))

    found = public_funders(projection, HERE, {DAN})

    assert found == {address_of(ZOE), address_of(TREASURY), address_of(DAN)}


def test_one_person_behind_many_accounts_is_found(projection: Projection) -> None:
    """Eve brought four members to life who deal with each other only; the steward did so for six who trade with all."""
    sybils, honest = ([letter.encode() * 32 for letter in letters] for letters in ("pqrs", "ghijkl"))
    for number, member in enumerate((*sybils, *honest), start=3):
        payer = EVE if member in sybils else ZOE
        fold(projection, facts.Admitted(HERE, member, number), *paid(payer, member, born=True))
    for hour in range(24):
        pairs = [(one, other) for one in honest[:3] for other in honest[3:]]
        pairs += [(sybils[hour % 4], sybils[(hour + 1) % 4])] if hour < 4 else []
        fold(projection, *(traded(place, *pair, hour) for place, pair in enumerate(pairs)))
    projection.fold(projection.height + 1, b"last" * 8, FIRST_DAY.end, [])

    asked = Question(HERE, HOUR, MONDAY, MONDAY, 1, 0.01, Standard.KEPT)
    (found,) = [each for each in look(projection, asked).checked if each.check is Check.SYBIL]

    assert {alarm.subject for alarm in found.alarms} == {address_of(each) for each in (EVE, *sybils)}
    assert found.alarms[0].reason.endswith("5 accounts of one origin")


def test_books_that_are_not_settled_are_counted(projection: Projection) -> None:
    """Their trades are not known yet; a voided one has none."""
    for hour in (0, 1, 2, 24):
        fold(projection, facts.BookOpened(HERE, UnixSeconds(MONDAY + hour * HOUR), RuleSet(bytes(32), bytes(32))))
    fold(projection, facts.BookVoided(HERE, MONDAY))
    fold(projection, facts.BookSettled(HERE, UnixSeconds(MONDAY + HOUR), Wh(0), Balance(0)))

    assert unsettled_books(projection, HERE, FIRST_DAY) == 1


def test_meters_become_panels_of_whole_days(projection: Projection) -> None:
    """From the midnight before the first reading; what was not read is a gap, never a zero."""
    fold(projection, *(facts.MeterEnrolled(MeterId(number), HERE, owner) for number, owner in ((3, ANN), (5, BEN))))
    for at, readings in ((5, [(3, 40, 0)]), (24, [(3, 60, 7), (5, 1, 2)]), (48, [(3, 9, 9)])):
        start = UnixSeconds(MONDAY + at * HOUR)
        told = tuple((MeterId(meter), Wh(drawn), Wh(given)) for meter, drawn, given in readings)
        fold(projection, facts.ReadingsAccepted(HERE, start, told))

    found = metered(projection, HERE, HOUR, UnixSeconds(MONDAY + 2 * DAY_S))

    assert found is not None
    drawn, given = found
    assert drawn.homes == (f"meter 3 of {address_of(ANN)}", f"meter 5 of {address_of(BEN)}")
    assert (drawn.start, drawn.days, drawn.steps_per_day) == (MONDAY, 2, 24)
    assert {tuple(place): int(drawn.energy_wh[tuple(place)]) for place in np.argwhere(~drawn.missing)} == {
        (0, 0, 5): 40,
        (0, 1, 0): 60,
        (1, 1, 0): 1,
    }
    assert (given.energy_wh.sum(), given.missing.tolist()) == (9, drawn.missing.tolist())
    assert metered(projection, THERE, HOUR, UnixSeconds(MONDAY + 2 * DAY_S)) is None


# who stands for the honest


def test_the_past_is_taken_where_it_is_long_enough() -> None:
    """Nineteen honest ones tell one in twenty, eighteen do not."""
    enough = chosen(Check.WASH, lambda: [0.0] * 19, Standard.AUTO, 0.05)
    short = chosen(Check.WASH, lambda: [0.0] * 18, Standard.AUTO, 0.05)

    assert enough.told == "19 of this community's own, of the days before"
    assert enough.calibration is not None
    assert enough.calibration.score(0.1) == 9_500
    assert short == kept(Check.WASH)
    assert chosen(Check.WASH, lambda: [0.0] * 18, Standard.PAST, 0.05).calibration is None


def test_a_share_that_no_honest_ones_can_tell_is_not_made_up() -> None:
    """Fourteen hundred accounts do not tell one in ten thousand."""
    found = chosen(Check.WASH, list, Standard.KEPT, 0.0001)

    assert found.calibration is None
    assert found.told.endswith("homes over 7 days; 9999 honest ones are needed")


def test_earlier_spans_reach_back_to_the_founding_or_twelve_weeks() -> None:
    """Equal ones, without a gap; a founding in the middle of a day counts as that day."""

    def starts(day: int, days: int) -> list[int]:
        first = UnixSeconds(MONDAY + day * DAY_S)
        asked = Question(HERE, HOUR, UnixSeconds(MONDAY + HOUR), first, days, 0.01)
        return [(span.start - MONDAY) // DAY_S for span in asked.before()]

    assert starts(7, 3) == [4, 1]
    assert starts(6, 3) == [3, 0]
    assert starts(0, 3) == []
    assert starts(700, 14) == [686, 672, 658, 644, 630, 616]


@pytest.fixture(scope="module")
def year() -> HomesYear:
    """The homes that ship with the package."""
    return year_of(load_pack())


def test_what_is_kept_comes_out_again(year: HomesYear) -> None:
    """One part of each check; who changes a detector makes the file anew."""
    file = resources.files("aipchain.orchestrator.suspicion") / KEPT_FILE
    checks = json.loads(file.read_text(encoding="utf-8"))["checks"]
    weeks = meters_until(year, 112)[Check.THEFT]
    days = meters_until(year, 28)[Check.GENERATION]
    made = {(check, "10 homes"): part for check, part in accounts_of(10).items()}

    for (check, part), found in {
        **made,
        (Check.THEFT, "days until 112"): weeks,
        (Check.GENERATION, "days until 28"): days,
    }.items():
        assert _expanded(found) == pytest.approx(_expanded(checks[check]["parts"][part]), abs=0.0021), (check, part)


def _expanded(counted: list[list[float]]) -> list[float]:
    return [strength for strength, count in counted for _ in range(int(count))]


# meters


@pytest.fixture(scope="module")
def street() -> Panel:
    """Six meters over fourteen weeks, with the evening in which people are at home, and noise from a fixed seed."""
    rng = np.random.default_rng(3)
    evening = np.where((np.arange(24) >= 18) & (np.arange(24) < 23), 1_500, 300)
    energy = np.rint(evening * rng.uniform(0.6, 1.4, (6, 98, 24))).astype(np.int64)
    return Panel(tuple("abcdef"), MONDAY, energy, np.zeros(energy.shape, dtype=np.bool_))


def changed(panel: Panel, home: int, days: slice, factor: float) -> Panel:
    """The same, with one meter that shows so many times as much on some days."""
    energy = panel.energy_wh.copy()
    energy[home, days] = np.rint(energy[home, days] * factor)
    return Panel(panel.homes, panel.start, energy, panel.missing)


def told(checked: Checked) -> dict[tuple[str, int], tuple[int | None, bool]]:
    """Score and alarm by meter and first day."""
    return {(each.subject, (each.span.start - MONDAY) // DAY_S): (each.score, each.alarm) for each in checked.verdicts}


def test_a_meter_that_shows_half_is_found_by_the_week(street: Panel) -> None:
    """Against the street's own past; the rest of the week's meters are not accused, and six days are no week."""
    stolen = changed(street, 2, slice(91, 98), 0.5)
    found = check_theft(stolen, range(84, 98), Standard.PAST, 0.05)

    assert {place for place, (_, alarm) in told(found).items() if alarm} == {("c", 91)}
    assert len(found.verdicts) == 12
    assert check_theft(stolen, range(84, 90), Standard.PAST, 0.05).verdicts == ()


def test_a_young_community_is_not_scored_for_theft(street: Panel) -> None:
    """In its third week, whoever stands for the honest."""
    for standard in (Standard.PAST, Standard.KEPT):
        found = check_theft(street.until(21), range(14, 21), standard, 0.05)
        assert found.judged == 0
        assert all(each.reason.startswith("not enough history: ") for each in found.verdicts)


def test_a_roof_that_reports_more_is_found_by_the_day() -> None:
    """Under one sky for all; a meter that never exported is left out."""
    rng = np.random.default_rng(4)
    sun = np.maximum(np.sin(np.pi * (np.arange(24) - 6) / 12), 0)
    energy = 4_000 * sun * rng.uniform(0.2, 1, (1, 60, 1)) * rng.uniform(0.95, 1.05, (7, 60, 1))
    energy[6] = 0
    roofs = Panel(tuple("abcdefg"), MONDAY, np.rint(energy).astype(np.int64), np.zeros(energy.shape, dtype=np.bool_))
    found = check_generation(changed(roofs, 1, slice(59, 60), 1.5), range(58, 60), Standard.PAST, 0.02)

    assert {place for place, (_, alarm) in told(found).items() if alarm} == {("b", 59)}
    assert {subject for subject, _ in told(found)} == set("abcdef")
    assert " Wh, where 5 neighbours' generation lets expect " in found.alarms[0].reason
