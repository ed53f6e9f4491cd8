"""Payments: free money moves from one account to another, and may close the one it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.balances.accounts import can_deposit, deposit, free, shift, tell_of_closed
from aipchain.pallets_spec.balances.events import BurnedDebt, DustLost, KilledAccount, Transfer
from aipchain.pallets_spec.balances.state import EXISTENTIAL_DEPOSIT
from aipchain.pallets_spec.errors import Arithmetic, Token
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import AccountId
from aipchain.units import Balance

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["transfer_allow_death", "transfer_keep_alive"]


def transfer_allow_death(world: World, origin: Origin, *, dest: AccountId, value: Balance) -> None:
    """Pay `value` to `dest`; the payer's account may close.

    :raises Token.FundsUnavailable: the payer has less.
    :raises Token.Frozen: something needs the payer's account open.
    :raises Token.BelowMinimum: the payee's account is closed and would not open.
    :raises Arithmetic.Underflow: there is not so much money.
    """
    _transfer(world, ensure_signed(origin), dest, value, keep_alive=False)


def transfer_keep_alive(world: World, origin: Origin, *, dest: AccountId, value: Balance) -> None:
    """Pay `value` to `dest`; the payer's account stays open.

    :raises Token.FundsUnavailable: the payer has less.
    :raises Token.Frozen: something needs the payer's account open.
    :raises Token.NotExpendable: the payer's account would close.
    :raises Token.BelowMinimum: the payee's account is closed and would not open.
    :raises Arithmetic.Underflow: there is not so much money.
    """
    _transfer(world, ensure_signed(origin), dest, value, keep_alive=True)


def _transfer(world: World, source: AccountId, dest: AccountId, amount: Balance, *, keep_alive: bool) -> None:
    _ensure_can_withdraw(world, source, amount, keep_alive=keep_alive)
    if not can_deposit(world, dest, amount):
        raise Token.BelowMinimum(account=dest, amount=amount)
    if source == dest:
        return
    if amount > 0:
        _withdraw(world, source, amount)
        deposit(world, dest, amount)
    elif source not in world.money.accounts:
        tell_of_closed(world, source)
    world.emit(Transfer(source, dest, amount))


def _ensure_can_withdraw(world: World, who: AccountId, amount: Balance, *, keep_alive: bool) -> None:
    if amount == 0:
        return
    if amount > world.money.total_issuance:
        raise Arithmetic.Underflow(amount=amount)
    rest = free(world, who) - amount
    if rest < 0:
        raise Token.FundsUnavailable(account=who, needed=amount)
    if rest < EXISTENTIAL_DEPOSIT and not world.money.accounts[who].can_close:
        raise Token.Frozen(account=who, needed=amount)
    if rest < EXISTENTIAL_DEPOSIT and keep_alive:
        raise Token.NotExpendable(account=who, needed=amount)


def _withdraw(world: World, who: AccountId, amount: Balance) -> None:
    rest = Balance(free(world, who) - amount)
    if rest >= EXISTENTIAL_DEPOSIT:
        shift(world, who, free=-amount)
        return
    del world.money.accounts[who]
    world.emit(KilledAccount(who))
    if rest > 0:
        world.emit(DustLost(who, rest))
        world.money.total_issuance = Balance(world.money.total_issuance - rest)
        world.emit(BurnedDebt(rest))
