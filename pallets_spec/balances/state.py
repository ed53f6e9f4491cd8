"""What the chapter of money remembers: open accounts, and what is on hold for a purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aipchain.pallets_spec.types import AccountId
from aipchain.units import Balance

__all__ = ["EXISTENTIAL_DEPOSIT", "NOTHING", "Account", "HoldReason", "Money", "endow"]

EXISTENTIAL_DEPOSIT = Balance(10**9)
"""The least an open account has free: 0.001 AIP [base units]."""

NOTHING = Balance(0)


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
    reserved: Balance = NOTHING
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

    total_issuance: Balance = NOTHING
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


def endow(money: Money, who: AccountId, amount: Balance) -> None:
    """Give an account of the chain's first state its money [base units], at least the existential deposit."""
    money.accounts[who] = Account(free=amount)
    money.total_issuance = Balance(money.total_issuance + amount)
