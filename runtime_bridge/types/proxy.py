"""Who may act for an account: the SDK's proxy pallet with the proxy types of our runtime."""

from dataclasses import dataclass
from enum import IntEnum

from aipchain.runtime_bridge.types.scalars import U32, AccountId

__all__ = ["ProxyDefinition", "ProxyType"]


class ProxyType(IntEnum):
    """What a delegate may do for the account."""

    ANY = 0
    NON_TRANSFER = 1
    TRADING = 2
    """Place and cancel orders, nothing else."""


@dataclass(frozen=True, slots=True)
class ProxyDefinition:
    """A delegate; `delay` is how many blocks before an action it must be announced."""

    delegate: AccountId
    proxy_type: ProxyType
    delay: U32
