"""Facts about money and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from aipchain.pallets_spec.balances.state import HoldReason
from aipchain.pallets_spec.types import AccountId, Event
from aipchain.units import Balance

__all__ = [
    "BalancesEvent",
    "BurnedDebt",
    "DustLost",
    "Endowed",
    "Held",
    "KilledAccount",
    "NewAccount",
    "Released",
    "SystemEvent",
    "Transfer",
    "TransferOnHold",
]


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
