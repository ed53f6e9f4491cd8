"""What an account has, can take in and is given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec.balances.events import Endowed, NewAccount
from aipchain.pallets_spec.balances.state import EXISTENTIAL_DEPOSIT, NOTHING, Account
from aipchain.pallets_spec.types import U128_MAX, AccountId
from aipchain.units import Balance

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["can_deposit", "deposit", "free", "shift", "tell_of_closed"]


def free(world: World, who: AccountId) -> Balance:
    """The free money of an account, 0 for a closed one [base units]."""
    account = world.money.accounts.get(who)
    return account.free if account else NOTHING


def can_deposit(world: World, who: AccountId, amount: Balance) -> bool:
    """Whether an account can take in `amount`: it is open, or the sum opens it; the total must be a number."""
    account = world.money.accounts.get(who, Account(NOTHING))
    more = account.free + amount
    return amount == 0 or EXISTENTIAL_DEPOSIT <= more <= U128_MAX - account.reserved


def deposit(world: World, who: AccountId, amount: Balance) -> None:
    """Give an account free money; a closed one opens by it."""
    if who in world.money.accounts or amount == 0:
        shift(world, who, free=amount)
        return
    world.money.accounts[who] = Account(free=amount)
    world.emit(NewAccount(who))
    world.emit(Endowed(who, amount))


def tell_of_closed(world: World, who: AccountId) -> None:
    """A closed account pays or gets back nothing: it stays closed, but the runtime tells of it all the same."""
    world.emit(Endowed(who, NOTHING))


def shift(world: World, who: AccountId, *, free: int = 0, reserved: int = 0) -> None:
    """Change what an open account has; nothing changes for a closed one, which is only ever given nothing."""
    account = world.money.accounts.get(who)
    if account:
        more = replace(account, free=Balance(account.free + free), reserved=Balance(account.reserved + reserved))
        world.money.accounts[who] = more
