"""Worlds that a check of the money must notice."""

from dataclasses import replace

from tests.spec.invariants.spoilt import ADA, NOBODY, Checks

from aipchain.pallets_spec.balances import EXISTENTIAL_DEPOSIT, Account, HoldReason
from aipchain.pallets_spec.world import World
from aipchain.units import Balance

CHECKS = Checks()
PURPOSE = HoldReason("Session", "Keys")


@CHECKS.notice("the money issued is not what the accounts have")
def money_out_of_nothing(world: World) -> None:
    """A base unit."""
    world.money.total_issuance = Balance(world.money.total_issuance + 1)


@CHECKS.notice("an open account has less than the existential deposit")
def an_account_of_dust(world: World) -> None:
    """A base unit less than keeps an account open."""
    dust = Balance(EXISTENTIAL_DEPOSIT - 1)
    world.money.accounts[NOBODY] = Account(dust)
    world.money.total_issuance = Balance(world.money.total_issuance + dust)


@CHECKS.notice("the money on hold of an account is not the sum of its holds")
def money_held_for_nothing(world: World) -> None:
    """A base unit of Ada's."""
    has = world.money.accounts[ADA]
    world.money.accounts[ADA] = replace(has, free=Balance(has.free - 1), reserved=Balance(has.reserved + 1))


@CHECKS.notice("a hold of nothing is stored")
def an_empty_hold(world: World) -> None:
    """Ada's, for a purpose that needs nothing."""
    world.money.holds[ADA, PURPOSE] = Balance(0)


@CHECKS.notice("a closed account has money on hold")
def a_hold_without_an_account(world: World) -> None:
    """A base unit."""
    world.money.holds[NOBODY, PURPOSE] = Balance(1)
