"""The chapter of energy: minting, holding for settlement, moving, retiring."""

from typing import TYPE_CHECKING, Any

import pytest

from aipchain.pallets_spec import energy
from aipchain.pallets_spec.energy import EnergySums, LotState, Mint, Minted, Moved, Retired
from aipchain.pallets_spec.errors import BadOrigin, Energy, SpecError
from aipchain.pallets_spec.market import Book, BookStatus
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import (
    NO_HASH,
    U64_MAX,
    U128_MAX,
    CommunityId,
    MeterId,
    PartsPerMillion,
    RuleSet,
    Source,
)
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town

START = UnixSeconds(1_800_000_000)
END = START + 3_600
FINAL = UnixSeconds(END + 1_800)
ADA, BEN = MeterId(0), MeterId(1)
FIRST = Wh(500)


@pytest.fixture
def sunny(town: "Town") -> "Town":
    """Ben's meter delivered 2,000 Wh, Ada's took 400 Wh, and both readings are final."""
    town.at(END)
    town.submit(town.signed(ADA, 1_400, 500), town.signed(BEN, 1_000, 2_500))
    town.at(FINAL)
    return town


def _mint(town: "Town", *meters: int, **changed: object) -> dict[str, Any]:
    return {
        "community": town.community,
        "interval_start": START,
        "meters": [MeterId(each) for each in meters],
        **changed,
    }


def _retire(wh: int, **changed: object) -> dict[str, Any]:
    return {"meter": BEN, "interval_start": START, "first_wh": FIRST, "wh": Wh(wh), **changed}


def _lots(town: "Town") -> dict[int, tuple[str, int, LotState]]:
    """The lots of Ben's meter by their first watt-hour: whose, how much, in which state."""
    names = {town.account(name): name for name in ("ada", "ben")}
    lots = sorted((key[2], lot) for key, lot in town.world.energy.lots.items())
    return {first_wh: (names[lot.owner], lot.wh, lot.state) for first_wh, lot in lots}


def _sums(town: "Town", name: str) -> EnergySums:
    return town.world.energy.accounts.get(town.account(name), EnergySums())


def test_anyone_mints_a_final_reading_once(sunny: "Town") -> None:
    """Ben's export is one free lot of his; import is nothing to mint, and a second mint is skipped."""
    ben = sunny.account("ben")
    told = sunny.does("stranger", energy.mint, **_mint(sunny, ADA, BEN, BEN, 7))
    assert told == [Minted(BEN, START, ben, FIRST, Wh(2_000))]
    assert sunny.does("stranger", energy.mint, **_mint(sunny, BEN)) == []

    assert sunny.world.energy.mints == {
        (BEN, START): Mint(sunny.community, ben, Source.SOLAR, 1, FIRST, Wh(2_000), FIRST, Wh(0))
    }
    assert _lots(sunny) == {500: ("ben", 2_000, LotState.FREE)}
    assert _sums(sunny, "ben") == EnergySums(free=Wh(2_000))
    assert sunny.world.energy.total_minted == 2_000


def test_a_meter_of_another_community_is_skipped(sunny: "Town") -> None:
    """A mint is about one community."""
    state = sunny.world.communities
    hill = CommunityId(1)
    state.communities[hill] = state.communities[sunny.community]
    state.parameter_sets[hill] = state.parameter_sets[sunny.community]
    assert sunny.does("ada", energy.mint, **_mint(sunny, BEN, community=hill)) == []
    del sunny.world.communities.communities[hill]
    del sunny.world.communities.parameter_sets[hill]


def test_who_mints_what_is_checked(sunny: "Town") -> None:
    """Root is no account, an unknown community has no energy."""
    assert isinstance(sunny.refused(Root(), energy.mint, **_mint(sunny, BEN)), BadOrigin)
    unknown = _mint(sunny, BEN, community=CommunityId(9))
    assert isinstance(sunny.refused("ada", energy.mint, **unknown), Energy.UnknownCommunity)


def test_nothing_is_minted_before_the_readings_are_final(sunny: "Town") -> None:
    """One second earlier readings are still taken."""
    sunny.at(FINAL - 1)
    assert isinstance(sunny.refused("ada", energy.mint, **_mint(sunny, BEN)), Energy.NotFinal)


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        (BookStatus.OPEN, True),
        (BookStatus.CLEARED, True),
        (BookStatus.VOIDED, False),
        (BookStatus.SETTLED, False),
    ],
)
def test_a_mint_waits_for_the_settlement(sunny: "Town", status: BookStatus, waits: bool) -> None:
    """What was sold is the buyers', so an open or cleared book comes first."""
    rules = RuleSet(NO_HASH, NO_HASH)
    times = (UnixSeconds(START - 3_600), UnixSeconds(START - 900), UnixSeconds(START - 600), FINAL)
    book = Book(rules, *times, collateral=PartsPerMillion(0), status=status)
    sunny.world.market.books[sunny.community, START] = book
    if waits:
        assert isinstance(sunny.refused("ada", energy.mint, **_mint(sunny, BEN)), Energy.AwaitsSettlement)
    else:
        assert len(sunny.does("ada", energy.mint, **_mint(sunny, BEN))) == 1
    del sunny.world.market.books[sunny.community, START]


def test_an_owner_retires_the_front_of_a_free_lot(sunny: "Town") -> None:
    """The rest stays a free lot behind it; the whole lot can be retired too."""
    sunny.does("ada", energy.mint, **_mint(sunny, BEN))
    ben = sunny.account("ben")
    assert sunny.does("ben", energy.retire, **_retire(300)) == [Retired(BEN, START, FIRST, Wh(300), ben)]
    assert _lots(sunny) == {500: ("ben", 300, LotState.RETIRED), 800: ("ben", 1_700, LotState.FREE)}
    assert _sums(sunny, "ben") == EnergySums(free=Wh(1_700), retired=Wh(300))

    sunny.does("ben", energy.retire, **_retire(1_700, first_wh=Wh(800)))
    assert _lots(sunny) == {500: ("ben", 300, LotState.RETIRED), 800: ("ben", 1_700, LotState.RETIRED)}
    assert _sums(sunny, "ben") == EnergySums(retired=Wh(2_000))


@pytest.mark.parametrize(
    ("who", "arguments", "refusal"),
    [
        ("ben", _retire(0, first_wh=Wh(501)), Energy.ZeroEnergy),
        ("ben", _retire(1, first_wh=Wh(501)), Energy.UnknownLot),
        ("ben", _retire(1, meter=ADA), Energy.UnknownLot),
        ("ben", _retire(1, interval_start=UnixSeconds(END)), Energy.UnknownLot),
        ("ada", _retire(2_001), Energy.NotOwner),
        ("ben", _retire(2_001), Energy.InsufficientEnergy),
    ],
)
def test_a_bad_retirement_is_refused(
    sunny: "Town", who: str, arguments: dict[str, Any], refusal: type[SpecError]
) -> None:
    """Energy, lot, owner and size are checked in this order."""
    sunny.does("ada", energy.mint, **_mint(sunny, BEN))
    assert type(sunny.refused(who, energy.retire, **arguments)) is refusal


def test_only_a_free_lot_is_retired_and_not_by_root(sunny: "Town") -> None:
    """A held lot waits for settlement, a retired one is gone."""
    energy.mint_and_hold(sunny.world, BEN, START, Wh(1_000))
    assert isinstance(sunny.refused("ben", energy.retire, **_retire(1_001)), Energy.LotNotFree)
    sunny.does("ben", energy.retire, **_retire(10, first_wh=Wh(1_500)))
    assert isinstance(sunny.refused("ben", energy.retire, **_retire(10, first_wh=Wh(1_500))), Energy.LotNotFree)
    assert isinstance(sunny.refused(Root(), energy.retire, **_retire(1)), BadOrigin)


@pytest.mark.parametrize(("asked", "held"), [(1_500, 1_500), (2_000, 2_000), (2_001, 2_000)])
def test_settlement_holds_the_front_of_a_mint(sunny: "Town", asked: int, held: int) -> None:
    """At most what was produced is held; the same question again gives the same answer."""
    assert energy.mint_and_hold(sunny.world, BEN, START, Wh(asked)) == held
    assert energy.mint_and_hold(sunny.world, BEN, START, Wh(asked)) == held
    assert _sums(sunny, "ben") == EnergySums(free=Wh(2_000 - held), held=Wh(held))
    assert len(sunny.world.energy.mints) == 1


def test_nothing_is_held_where_nothing_was_produced(sunny: "Town") -> None:
    """No export, no meter, and no final reading hold nothing and mint nothing."""
    assert energy.mint_and_hold(sunny.world, ADA, START, Wh(10)) == 0
    assert energy.mint_and_hold(sunny.world, MeterId(9), START, Wh(10)) == 0
    sunny.at(FINAL - 1)
    assert energy.mint_and_hold(sunny.world, BEN, START, Wh(10)) == 0
    assert sunny.world.energy.mints == {}


def test_energy_that_was_minted_free_is_not_promised_any_more(sunny: "Town") -> None:
    """Its owner may have retired it; asking for nothing is fine."""
    sunny.does("ada", energy.mint, **_mint(sunny, BEN))
    assert energy.mint_and_hold(sunny.world, BEN, START, Wh(0)) == 0
    with pytest.raises(Energy.AlreadyMinted):
        energy.mint_and_hold(sunny.world, BEN, START, Wh(1))


def test_held_energy_moves_to_its_buyers_from_the_front(sunny: "Town") -> None:
    """Each move is a lot of the buyer's; what is left of the hold becomes the producer's, free."""
    ada, ben = sunny.account("ada"), sunny.account("ben")
    energy.mint_and_hold(sunny.world, BEN, START, Wh(1_500))
    sunny.world.events.clear()
    energy.move_held(sunny.world, BEN, START, ada, Wh(600))
    assert sunny.world.events == [Moved(BEN, START, FIRST, Wh(600), ben, ada)]
    assert _lots(sunny) == {
        500: ("ada", 600, LotState.FREE),
        1_100: ("ben", 900, LotState.HELD),
        2_000: ("ben", 500, LotState.FREE),
    }
    assert energy.mint_and_hold(sunny.world, BEN, START, Wh(1_500)) == 1_500
    energy.move_held(sunny.world, BEN, START, ben, Wh(100))
    energy.free_held(sunny.world, BEN, START)
    assert _lots(sunny) == {
        500: ("ada", 600, LotState.FREE),
        1_100: ("ben", 100, LotState.FREE),
        1_200: ("ben", 800, LotState.FREE),
        2_000: ("ben", 500, LotState.FREE),
    }
    assert (_sums(sunny, "ada"), _sums(sunny, "ben")) == (EnergySums(free=Wh(600)), EnergySums(free=Wh(1_400)))


def test_moving_and_freeing_nothing_does_nothing(sunny: "Town") -> None:
    """No mint, no hold, no energy: no change and no event."""
    before = sunny.world.copy()
    energy.move_held(sunny.world, BEN, START, sunny.account("ada"), Wh(0))
    energy.free_held(sunny.world, BEN, START)
    assert sunny.world == before
    sunny.does("ada", energy.mint, **_mint(sunny, BEN))
    before = sunny.world.copy()
    energy.free_held(sunny.world, BEN, START)
    assert sunny.world == before


def test_a_producer_that_sold_all_keeps_an_empty_entry(sunny: "Town") -> None:
    """The runtime keeps the entry of an account that once had energy."""
    energy.mint_and_hold(sunny.world, BEN, START, Wh(2_000))
    energy.move_held(sunny.world, BEN, START, sunny.account("ada"), Wh(2_000))
    assert sunny.world.energy.accounts[sunny.account("ben")] == EnergySums()


def test_no_more_moves_than_is_held(sunny: "Town") -> None:
    """Nothing minted is an unknown lot; a little too much is refused."""
    ada = sunny.account("ada")
    with pytest.raises(Energy.UnknownLot):
        energy.move_held(sunny.world, BEN, START, ada, Wh(1))
    energy.mint_and_hold(sunny.world, BEN, START, Wh(10))
    with pytest.raises(Energy.InsufficientEnergy):
        energy.move_held(sunny.world, BEN, START, ada, Wh(11))


def test_sums_have_an_end(sunny: "Town") -> None:
    """Neither an account nor the chain can have more than the largest number; the mint is refused whole."""
    ben = sunny.account("ben")
    sunny.world.energy.accounts[ben] = EnergySums(free=Wh(U64_MAX - 1_999))
    assert isinstance(sunny.refused("ada", energy.mint, **_mint(sunny, BEN)), Energy.Overflow)
    del sunny.world.energy.accounts[ben]
    sunny.world.energy.total_minted = U128_MAX - 1_999
    assert isinstance(sunny.refused("ada", energy.mint, **_mint(sunny, BEN)), Energy.Overflow)
    sunny.world.energy.total_minted = 0
