"""Which Python type is written in which SCALE layout, read from annotations.

`Annotated[int, U32]` says it itself; quantities are listed in `_QUANTITIES`; a dataclass is a struct of its fields, an
`IntEnum` an enum without fields, a union of dataclasses an enum with fields in the union's order, `X | None` an
option, `tuple[X, ...]` and `Sequence[X]` a vector, `tuple[X, Y]` a tuple; `AtMost` bounds what is written.
"""

import types as python_types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.codec import Layout
from aipchain.runtime_bridge.types import AtMost, CommunityId, Epoch, MeterId, OrderNumber, Permill, ProposalId
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = ["camel", "field_layouts", "layout_of"]

_QUANTITIES: Mapping[object, Layout[Any]] = {
    Wh: codec.U64,
    Price: codec.U64,
    Balance: codec.U128,
    UnixSeconds: codec.U64,
    CommunityId: codec.U32,
    MeterId: codec.U32,
    ProposalId: codec.U32,
    OrderNumber: codec.U64,
    Epoch: codec.U32,
    Permill: codec.U32,
    bool: codec.BOOL,
}


@cache
def layout_of(annotation: Any) -> Layout[Any]:  # noqa: ANN401 - any annotation of the types above
    """Find the layout that `annotation` stands for.

    :raises TypeError: a type that no layout is known for, a mistake in our own declarations.
    """
    if annotation in _QUANTITIES:
        return _QUANTITIES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments)
    if origin in (Union, python_types.UnionType):
        return _union(arguments)
    if origin in (tuple, Sequence):
        return _sequence(arguments, repeated=origin is Sequence or arguments[-1] is Ellipsis)
    if is_dataclass(annotation) and isinstance(annotation, type):
        return codec.struct(annotation, field_layouts(annotation))
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return codec.plain_enum(annotation, [camel(member.name) for member in annotation])
    raise TypeError(f"no SCALE layout for {annotation!r}")


def field_layouts(kind: Any) -> list[tuple[str, Layout[Any]]]:  # noqa: ANN401 - a dataclass type
    """List the name and layout of each field of the dataclass `kind`, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return [(field.name, layout_of(hints[field.name])) for field in fields(kind)]


def _annotated(arguments: tuple[Any, ...]) -> Layout[Any]:
    marks = arguments[1:]
    layout = next((mark for mark in marks if isinstance(mark, Layout)), None) or layout_of(arguments[0])
    limit = next((mark.items for mark in marks if isinstance(mark, AtMost)), None)
    return layout if limit is None else codec.at_most(layout, limit)


def _union(arguments: tuple[Any, ...]) -> Layout[Any]:
    some = [argument for argument in arguments if argument is not type(None)]
    inner = layout_of(some[0]) if len(some) == 1 else _choice(some)
    return codec.option(inner) if len(some) < len(arguments) else inner


def _choice(kinds: Sequence[Any]) -> Layout[Any]:
    return codec.choice([(kind.variant, kind, codec.struct(kind, field_layouts(kind))) for kind in kinds])


def _sequence(arguments: tuple[Any, ...], *, repeated: bool) -> Layout[Any]:
    if repeated:
        return codec.vector(layout_of(arguments[0]))
    return codec.tuple_of([layout_of(argument) for argument in arguments])


def camel(member_name: str) -> str:
    """Give the runtime's name of an enum member: `SELF_TRADE` is `SelfTrade`."""
    return "".join(word.capitalize() for word in member_name.split("_"))
