"""What the chain keeps of every account: its nonce and its money."""

from dataclasses import dataclass
from typing import Annotated

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.types.scalars import U32
from aipchain.units import Balance

__all__ = ["AccountBalance", "AccountInfo"]


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's money [base units]: free, of which `frozen` cannot leave, and on hold (`reserved`)."""

    free: Balance
    reserved: Balance
    frozen: Balance
    flags: Annotated[int, codec.U128]


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What the System pallet keeps of an account: the next nonce, why it exists, and its money."""

    nonce: U32
    consumers: U32
    providers: U32
    sufficients: U32
    data: AccountBalance
