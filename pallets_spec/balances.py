"""Money: what an account has free, and what is on hold for a purpose.

This chapter retells as much of the runtime's stock balances pallet as the other chapters touch.

An account is *open* while it has at least the existential deposit (0.001 AIP) free, and *closed* otherwise: it has no
entry then. Money on hold is still the account's, but only the purpose it is held for can give it back or pay it out.
A hold needs an open account and leaves the existential deposit free, so an account with a hold stays open.

Money is neither made nor lost by a hold, a release or a payment. Only a payment that leaves its payer with less than
the existential deposit closes that account and burns the rest, the *dust*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Arithmetic, Token
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import U128_MAX, AccountId, Event
from aipchain.units import Balance

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "EXISTENTIAL_DEPOSIT",
    "Account",
    "BalancesEvent",
    "BurnedDebt",
    "DustLost",
    "Endowed",
    "Held",
    "HoldReason",
    "KilledAccount",
    "Money",
    "NewAccount",
    "Released",
    "SystemEvent",
    "Transfer",
    "TransferOnHold",
    "can_deposit",
    "endow",
    "free",
    "hold",
    "on_hold",
    "release",
    "transfer_allow_death",
    "transfer_keep_alive",
    "transfer_on_hold",
]

EXISTENTIAL_DEPOSIT = Balance(10**9)
"""The least an open account has free: 0.001 AIP [base units]."""

_NOTHING = Balance(0)


@dataclass(frozen=True, slots=True)
class HoldReason:
    """The purpose of a hold, and the chapter it belongs to."""

    pallet: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """The money of an open account [base units]."""

    free: Balance
    """What the account can spend, but for the existential deposit while anything needs the account open."""
    reserved: Balance = _NOTHING
    """What is on hold, for all purposes together."""
    other_consumers: int = 0
    """What else needs the account to stay open, for example the session keys of a block author."""

    @property
    def can_close(self) -> bool:
        """Whether nothing needs the account to stay open."""
        return self.reserved == 0 and self.other_consumers == 0


@dataclass(slots=True)
class Money:
    """All money of the chain."""

    total_issuance: Balance = _NOTHING
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    """The open accounts."""
    holds: dict[tuple[AccountId, HoldReason], Balance] = field(default_factory=dict)
    """What is on hold for each purpose, more than 0."""

    def invariants(self) -> Iterator[str]:
        """What does not hold though it always should."""
        if self.total_issuance != sum(account.free + account.reserved for account in self.accounts.values()):
            yield "the money issued is not what the accounts have"
        for who, account in self.accounts.items():
            if account.free < EXISTENTIAL_DEPOSIT:
                yield "an open account has less than the existential deposit"
            if account.reserved != sum(amount for (owner, _), amount in self.holds.items() if owner == who):
                yield "the money on hold of an account is not the sum of its holds"
        if any(amount <= 0 for amount in self.holds.values()):
            yield "a hold of nothing is stored"
        if any(who not in self.accounts for who, _ in self.holds):
            yield "a closed account has money on hold"


class BalancesEvent(Event):
    """A fact about money."""

    __slots__ = ()
    pallet = "Balances"


class SystemEvent(Event):
    """A fact about accounts."""

    __slots__ = ()
    pallet = "System"


@dataclass(frozen=True, slots=True)
class NewAccount(SystemEvent):
    """An account opened."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class KilledAccount(SystemEvent):
    """An account closed."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class Endowed(BalancesEvent):
    """An account got its first money."""

    account: AccountId
    free_balance: Balance


@dataclass(frozen=True, slots=True)
class DustLost(BalancesEvent):
    """A closed account left less than the existential deposit."""

    account: AccountId
    amount: Balance


@dataclass(frozen=True, slots=True)
class BurnedDebt(BalancesEvent):
    """Money is gone: the dust of a closed account."""

    amount: Balance


@dataclass(frozen=True, slots=True)
class Transfer(BalancesEvent):
    """Free money was paid."""

    from_: AccountId
    to: AccountId
    amount: Balance


@dataclass(frozen=True, slots=True)
class Held(BalancesEvent):
    """Free money went on hold."""

    reason: HoldReason
    who: AccountId
    amount: Balance


@dataclass(frozen=True, slots=True)
class Released(BalancesEvent):
    """Money on hold became free."""

    reason: HoldReason
    who: AccountId
    amount: Balance


@dataclass(frozen=True, slots=True)
class TransferOnHold(BalancesEvent):
    """Money on hold was paid out, free, to another account."""

    reason: HoldReason
    source: AccountId
    dest: AccountId
    amount: Balance


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


def endow(money: Money, who: AccountId, amount: Balance) -> None:
    """Give an account of the chain's first state its money [base units], at least the existential deposit."""
    money.accounts[who] = Account(free=amount)
    money.total_issuance = Balance(money.total_issuance + amount)


def free(world: World, who: AccountId) -> Balance:
    """The free money of an account, 0 for a closed one [base units]."""
    account = world.money.accounts.get(who)
    return account.free if account else _NOTHING


def on_hold(world: World, reason: HoldReason, who: AccountId) -> Balance:
    """What an account has on hold for one purpose [base units]."""
    return world.money.holds.get((who, reason), _NOTHING)


def hold(world: World, reason: HoldReason, who: AccountId, amount: Balance) -> None:
    """Put free money on hold. The existential deposit stays free.

    :raises Token.FundsUnavailable: less than `amount` is free above the existential deposit.
    :raises Token.CannotCreateHold: nothing is put on hold for a closed account.
    """
    if amount > max(free(world, who) - EXISTENTIAL_DEPOSIT, 0):
        raise Token.FundsUnavailable(account=who, needed=amount)
    if who not in world.money.accounts:
        raise Token.CannotCreateHold(account=who)
    _shift(world, who, free=-amount)
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
        _shift(world, who, free=amount)
    else:
        _tell_of_closed(world, who)
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
    _deposit(world, dest, amount)
    world.emit(TransferOnHold(reason, source, dest, amount))


def can_deposit(world: World, who: AccountId, amount: Balance) -> bool:
    """Whether an account can take in `amount`: it is open, or the sum opens it; the total must be a number."""
    account = world.money.accounts.get(who, Account(_NOTHING))
    more = account.free + amount
    return amount == 0 or EXISTENTIAL_DEPOSIT <= more <= U128_MAX - account.reserved


def _transfer(world: World, source: AccountId, dest: AccountId, amount: Balance, *, keep_alive: bool) -> None:
    _ensure_can_withdraw(world, source, amount, keep_alive=keep_alive)
    if not can_deposit(world, dest, amount):
        raise Token.BelowMinimum(account=dest, amount=amount)
    if source == dest:
        return
    if amount > 0:
        _withdraw(world, source, amount)
        _deposit(world, dest, amount)
    elif source not in world.money.accounts:
        _tell_of_closed(world, source)
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
        _shift(world, who, free=-amount)
        return
    del world.money.accounts[who]
    world.emit(KilledAccount(who))
    if rest > 0:
        world.emit(DustLost(who, rest))
        world.money.total_issuance = Balance(world.money.total_issuance - rest)
        world.emit(BurnedDebt(rest))


def _deposit(world: World, who: AccountId, amount: Balance) -> None:
    if who in world.money.accounts or amount == 0:
        _shift(world, who, free=amount)
        return
    world.money.accounts[who] = Account(free=amount)
    world.emit(NewAccount(who))
    world.emit(Endowed(who, amount))


def _tell_of_closed(world: World, who: AccountId) -> None:
    """A closed account pays or gets back nothing: it stays closed, but the runtime tells of it all the same."""
    world.emit(Endowed(who, _NOTHING))


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
    _shift(world, who, reserved=change)


def _shift(world: World, who: AccountId, *, free: int = 0, reserved: int = 0) -> None:
    """Change what an open account has; nothing changes for a closed one, which is only ever given nothing."""
    account = world.money.accounts.get(who)
    if account:
        more = replace(account, free=Balance(account.free + free), reserved=Balance(account.reserved + reserved))
        world.money.accounts[who] = more
