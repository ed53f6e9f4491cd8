"""Money: what an account has free, and what is on hold for a purpose.

This chapter retells as much of the runtime's stock balances pallet as the other chapters touch.

An account is *open* while it has at least the existential deposit (0.001 AIP) free, and *closed* otherwise: it has no
entry then. Money on hold is still the account's, but only the purpose it is held for can give it back or pay it out.
A hold needs an open account and leaves the existential deposit free, so an account with a hold stays open.

Money is neither made nor lost by a hold, a release or a payment. Only a payment that leaves its payer with less than
the existential deposit closes that account and burns the rest, the *dust*.
"""

from aipchain.pallets_spec.balances.accounts import can_deposit, free
from aipchain.pallets_spec.balances.events import (
    BalancesEvent,
    BurnedDebt,
    DustLost,
    Endowed,
    Held,
    KilledAccount,
    NewAccount,
    Released,
    SystemEvent,
    Transfer,
    TransferOnHold,
)
from aipchain.pallets_spec.balances.holds import hold, on_hold, release, transfer_on_hold
from aipchain.pallets_spec.balances.payments import transfer_allow_death, transfer_keep_alive
from aipchain.pallets_spec.balances.state import EXISTENTIAL_DEPOSIT, Account, HoldReason, Money, endow

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
