"""A call is all or nothing, and the arithmetic of time that all chapters share."""

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec.balances import transfer_keep_alive
from aipchain.pallets_spec.errors import Communities, Market, SpecError
from aipchain.pallets_spec.origin import Origin
from aipchain.pallets_spec.types import (
    U32_MAX,
    U64_MAX,
    CommunityId,
    Event,
    Parameters,
    PartsPerMillion,
    Role,
    Rule,
    epoch_of,
    interval_end,
    is_aligned,
)
from aipchain.pallets_spec.world import World, dispatch
from aipchain.units import Balance, UnixSeconds

if TYPE_CHECKING:
    from tests.spec.conftest import Town

PARAMETERS = Parameters(gate_closure_s=900, clearing_window_s=300, grace_s=1_800, collateral=PartsPerMillion(0))


def _half_way(world: World, origin: Origin, *, dest: bytes) -> None:
    """A call that changes every chapter's state and is refused then."""
    for each in fields(world):
        state = getattr(world, each.name)
        for own in fields(state) if hasattr(state, "__dataclass_fields__") else ():
            kept = getattr(state, own.name)
            if isinstance(kept, dict):
                kept.clear()
                kept["anything"] = dest
            else:
                setattr(state, own.name, 77)
    world.emit(Event())
    raise Communities.NoZones(dest=dest)


def test_a_refused_call_leaves_everything_as_it_was(town: "Town") -> None:
    """Whatever it did before it was refused: storage of every chapter, money, and events."""
    refusal = town.refused("ada", _half_way, dest=b"x")
    assert isinstance(refusal, Communities.NoZones)


def test_a_call_that_succeeds_is_kept_with_its_events(town: "Town") -> None:
    """The same call twice is two changes."""
    ben = town.account("ben")
    before = town.world.money.accounts[ben].free
    for _ in range(2):
        assert dispatch(town.world, town.account("ada"), transfer_keep_alive, dest=ben, value=Balance(5)) is None
    assert town.world.money.accounts[ben].free == before + 10
    assert len(town.world.events) == 2


def test_a_fault_of_the_program_is_no_refusal(town: "Town") -> None:
    """Only a refusal is an answer; a mistake in a call is raised."""

    def broken(world: World, origin: Origin) -> None:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        dispatch(town.world, town.account("ada"), broken)


def test_a_refusal_tells_chapter_cause_and_values() -> None:
    """The name is the runtime's; accounts are shown in hexadecimal."""
    refusal: SpecError = Communities.AlreadyMember(account=b"\xab\xcd", community=CommunityId(3))
    assert (refusal.pallet, refusal.name) == ("Communities", "AlreadyMember")
    expected = "Communities.AlreadyMember: The account is a member already. (account 0xabcd, community 3)"
    assert str(refusal) == expected


def test_a_refused_trade_tells_its_place_and_rule() -> None:
    """The place counts from 0."""
    refused = Market.TradeRefused(7, Rule.SELF_TRADE)
    assert (refused.index, refused.rule) == (7, Rule.SELF_TRADE)
    assert str(refused) == "Market.TradeRefused: A trade breaks a rule. (index 7, rule SelfTrade)"


def test_epochs_are_counted_from_1970() -> None:
    """One second before the boundary is the epoch before; the count has an end."""
    at = [epoch_of(UnixSeconds(time), 3_600) for time in (0, 3_599, 3_600, U64_MAX)]
    assert at == [0, 0, 1, U32_MAX]


def test_intervals_start_at_multiples_of_their_length() -> None:
    """Nothing starts a second later, and an interval's end does not leave the numbers."""
    assert [is_aligned(UnixSeconds(start), 900) for start in (0, 900, 901)] == [True, True, False]
    assert interval_end(UnixSeconds(900), 900) == 1_800
    assert interval_end(UnixSeconds(U64_MAX), 900) == U64_MAX


def test_the_times_of_an_interval_follow_from_the_parameters() -> None:
    """Gate, deadline and finality; an interval at the beginning of time closes then."""
    start = UnixSeconds(7_200)
    assert PARAMETERS.closes_at(start) == 6_300
    assert PARAMETERS.deadline(start) == 6_600
    assert PARAMETERS.final_at(start, 3_600) == 12_600
    assert PARAMETERS.closes_at(UnixSeconds(0)) == 0
    assert PARAMETERS.final_at(UnixSeconds(U64_MAX), 3_600) == U64_MAX
    assert replace(PARAMETERS, gate_closure_s=0).deadline(UnixSeconds(U64_MAX)) == U64_MAX


def test_each_role_is_a_bit() -> None:
    """Eight roles, from 1 to 128."""
    assert [role.bit for role in Role] == [1, 2, 4, 8, 16, 32, 64, 128]
