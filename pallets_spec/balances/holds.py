"""Holds: money goes on hold for a purpose, comes back, or is paid out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.balances.accounts import can_deposit, deposit, free, shift, tell_of_closed
from aipchain.pallets_spec.balances.events import Held, Released, TransferOnHold
from aipchain.pallets_spec.balances.state import EXISTENTIAL_DEPOSIT, NOTHING, HoldReason
from aipchain.pallets_spec.errors import Token
from aipchain.pallets_spec.types import AccountId
from aipchain.units import Balance

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["hold", "on_hold", "release", "transfer_on_hold"]


def on_hold(world: World, reason: HoldReason, who: AccountId) -> Balance:
    """What an account has on hold for one purpose [base units]."""
    return world.money.holds.get((who, reason), NOTHING)


def hold(world: World, reason: HoldReason, who: AccountId, amount: Balance) -> None:
    """Put free money on hold. The existential deposit stays free.

    :raises Token.FundsUnavailable: less than `amount` is free above the existential deposit.
    :raises Token.CannotCreateHold: nothing is put on hold for a closed account.
    """
    if amount > max(free(world, who) - EXISTENTIAL_DEPOSIT, 0):
        raise Token.FundsUnavailable(account=who, needed=amount)
    if who not in world.money.accounts:
        raise Token.CannotCreateHold(account=who)
    shift(world, who, free=-amount)
    _shift_hold(world, reason, who, amount)
    world.emit(Held(reason, who, amount))


def release(world: World, reason: HoldReason, who: AccountId, amount: Balance) -> None:
    """Give money on hold back to its account.

    :raises Token.CannotCreate: the account is closed, and `amount` would not open it.
    :raises Token.FundsUnavailable: less than `amount` is on hold for this purpose.
    """
    if not can_deposit(world, who, amount):
        raise Token.CannotCreate(account=who, amount=amount)
    _take_hold(world, reason, who, amount)
    if who in world.money.accounts:
        shift(world, who, free=amount)
    else:
        tell_of_closed(world, who)
    world.emit(Released(reason, who, amount))


def transfer_on_hold(world: World, reason: HoldReason, source: AccountId, dest: AccountId, amount: Balance) -> None:
    """Pay money on hold to another account, where it is free.

    :raises Token.Frozen: the payer has less than `amount` on hold at all.
    :raises Token.FundsUnavailable: less than `amount` is on hold for this purpose.
    :raises Token.CannotCreate: the payee's account is closed, and `amount` would not open it.
    """
    payer = world.money.accounts.get(source)
    if amount > (payer.reserved if payer else 0):
        raise Token.Frozen(account=source, needed=amount)
    if amount > on_hold(world, reason, source):
        raise Token.FundsUnavailable(account=source, needed=amount)
    if not can_deposit(world, dest, amount):
        raise Token.CannotCreate(account=dest, amount=amount)
    _take_hold(world, reason, source, amount)
    deposit(world, dest, amount)
    world.emit(TransferOnHold(reason, source, dest, amount))


def _take_hold(world: World, reason: HoldReason, who: AccountId, amount: Balance) -> None:
    if amount > on_hold(world, reason, who):
        raise Token.FundsUnavailable(account=who, needed=amount)
    _shift_hold(world, reason, who, -amount)


def _shift_hold(world: World, reason: HoldReason, who: AccountId, change: int) -> None:
    left = Balance(on_hold(world, reason, who) + change)
    if left > 0:
        world.money.holds[who, reason] = left
    else:
        world.money.holds.pop((who, reason), None)
    shift(world, who, reserved=change)
