"""Who makes a call: an account that signed it, or the root of the chain (its governance)."""

from dataclasses import dataclass
from typing import TypeAlias

from aipchain.pallets_spec.errors import BadOrigin
from aipchain.pallets_spec.types import AccountId

__all__ = ["Origin", "Root", "ensure_signed", "ensure_signed_or_root"]


@dataclass(frozen=True, slots=True)
class Root:
    """The root of the chain; no account."""


Origin: TypeAlias = AccountId | Root
"""The account that signed, or root."""


def ensure_signed(origin: Origin) -> AccountId:
    """The account that signed the call.

    :raises BadOrigin: root makes a call that only an account can make.
    """
    if isinstance(origin, Root):
        raise BadOrigin
    return origin


def ensure_signed_or_root(origin: Origin) -> AccountId | None:
    """The account that signed the call, nothing for root."""
    return None if isinstance(origin, Root) else origin
