"""What the types of all pallets are made of: numbers and texts as the chain encodes them, and who is meant by which."""

from dataclasses import dataclass
from typing import Annotated, NewType, TypeAlias

from aipchain.runtime_bridge import codec

__all__ = [
    "U16",
    "U32",
    "U64",
    "AccountId",
    "AtMost",
    "Bytes",
    "CommunityId",
    "Epoch",
    "Hash",
    "MeterId",
    "OrderNumber",
    "Permill",
    "ProposalId",
    "Signature",
    "Text",
]


@dataclass(frozen=True, slots=True)
class AtMost:
    """Marks a vector, bytes or text that the runtime bounds to so many items or bytes."""

    items: int


CommunityId = NewType("CommunityId", int)
MeterId = NewType("MeterId", int)
ProposalId = NewType("ProposalId", int)
OrderNumber = NewType("OrderNumber", int)
Epoch = NewType("Epoch", int)
Permill = NewType("Permill", int)

AccountId: TypeAlias = Annotated[bytes, codec.fixed(32)]
Hash: TypeAlias = Annotated[bytes, codec.fixed(32)]
Signature: TypeAlias = Annotated[bytes, codec.fixed(64)]
Bytes: TypeAlias = Annotated[bytes, codec.BYTES]
Text: TypeAlias = Annotated[str, codec.TEXT]
U16: TypeAlias = Annotated[int, codec.U16]
U32: TypeAlias = Annotated[int, codec.U32]
U64: TypeAlias = Annotated[int, codec.U64]
