"""Worlds that a check of the energy must notice.

Ben's meter 1 gave 250 Wh: 100 moved to Ada, 100 are held for Cat's trade, 50 are Ben's.
"""

from dataclasses import replace

from tests.spec.invariants.spoilt import ADA, BEN, NEVER, START, Checks

from aipchain.pallets_spec.energy import EnergySums, Lot, LotState, Mint
from aipchain.pallets_spec.metering import Reading
from aipchain.pallets_spec.types import MeterId
from aipchain.pallets_spec.world import World
from aipchain.units import Wh

CHECKS = Checks()
METER, UNMINTED = MeterId(1), MeterId(0)
MINTED = (METER, START)
FIRST, HELD, SPARE, END = Wh(500), Wh(600), Wh(700), Wh(750)
"""Where the lots begin, and where the last one ends."""


def _change_reading(world: World, **changed: int) -> None:
    reading: Reading = world.metering.readings[START, METER]
    world.metering.readings[START, METER] = replace(reading, **changed)  # type: ignore[arg-type]


def _change_mint(world: World, **changed: object) -> None:
    minted: Mint = world.energy.mints[MINTED]
    world.energy.mints[MINTED] = replace(minted, **changed)  # type: ignore[arg-type]


@CHECKS.notice("a mint without a final reading")
def a_mint_out_of_nothing(world: World) -> None:
    """Of an interval that was never read; nothing was minted."""
    empty = replace(world.energy.mints[MINTED], wh=Wh(0), held_from_wh=FIRST, held_wh=Wh(0))
    world.energy.mints[UNMINTED, NEVER] = empty


@CHECKS.notice("a mint without a final reading")
def a_mint_before_its_reading_is_final(world: World) -> None:
    """The reading may still be another."""
    _change_reading(world, final_at=world.now + 1)


@CHECKS.notice("a mint is not the reading")
def a_reading_has_less_than_was_minted(world: World) -> None:
    """A watt-hour was never read."""
    _change_reading(world, export_wh=249)


@CHECKS.notice("a mint is not where the reading is")
def a_reading_began_elsewhere(world: World) -> None:
    """A watt-hour before the mint."""
    _change_reading(world, export_register_wh=499)


@CHECKS.notice("the lots of a mint overlap or leave a hole")
def a_lot_of_nothing(world: World) -> None:
    """Behind the others, so that they cover the mint all the same."""
    world.energy.lots[*MINTED, END] = Lot(BEN, Wh(0), LotState.FREE)


@CHECKS.notice("the lots of a mint overlap or leave a hole")
def a_hole_between_two_lots(world: World) -> None:
    """Ada's lot lacks its last watt-hour, and so does her sum."""
    world.energy.lots[*MINTED, FIRST] = Lot(ADA, Wh(99), LotState.FREE)
    world.energy.accounts[ADA] = EnergySums(free=Wh(99))


@CHECKS.notice("the lots of a mint do not cover it")
def the_last_watt_hour_is_gone(world: World) -> None:
    """Ben's lot lacks it, and so does his sum."""
    world.energy.lots[*MINTED, SPARE] = Lot(BEN, Wh(49), LotState.FREE)
    world.energy.accounts[BEN] = EnergySums(free=Wh(49), held=Wh(100))


@CHECKS.notice("a mint has a hold that is not the producer's")
def the_producer_is_another(world: World) -> None:
    """The held lot is Ben's."""
    _change_mint(world, producer=ADA)


@CHECKS.notice("the held lot is not where the mint says")
def the_hold_begins_elsewhere(world: World) -> None:
    """A watt-hour behind the lot's first."""
    _change_mint(world, held_from_wh=HELD + 1)


@CHECKS.notice("the held lot is not where the mint says")
def the_mint_knows_of_no_hold(world: World) -> None:
    """There is a held lot all the same."""
    _change_mint(world, held_wh=0)


@CHECKS.notice("the energy minted is not the sum of the mints")
def more_was_minted_than_there_is(world: World) -> None:
    """A watt-hour more."""
    world.energy.total_minted += 1


@CHECKS.notice("a lot of no mint")
def a_lot_out_of_nothing(world: World) -> None:
    """Where nothing was minted; of nothing, so that the sums stay."""
    world.energy.lots[UNMINTED, START, FIRST] = Lot(BEN, Wh(0), LotState.FREE)


@CHECKS.notice("the energy of an account is not the sum of its lots")
def ada_has_more_than_her_lots(world: World) -> None:
    """A watt-hour more."""
    world.energy.accounts[ADA] = EnergySums(free=Wh(101))


@CHECKS.notice("the energy of an account is not the sum of its lots")
def the_sum_of_an_account_is_gone(world: World) -> None:
    """Ada has a lot."""
    del world.energy.accounts[ADA]
