"""What a sequence is made of: calls and moments, and how they are written to a file and read back.

A vector file is JSON: the accounts that have money at first, and the steps. A step is a call (`origin` is an account
in hex or `root`, `call` is `Pallet.name`, arguments by name) or a moment (`at`, unix seconds). Bytes are hex with
`0x`, one of several variants is an object with `is` beside its fields.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from aipchain.errors import InputError
from aipchain.pallets_spec import balances, communities, community_governance, energy, market, metering, plugin_registry
from aipchain.pallets_spec.origin import Origin, Root
from aipchain.pallets_spec.types import AccountId
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

__all__ = ["CHAPTERS", "BadVector", "Do", "Moment", "Step", "from_json", "function_of", "to_json"]

CHAPTERS: Mapping[str, types.ModuleType] = {
    "Balances": balances,
    "Communities": communities,
    "Metering": metering,
    "Energy": energy,
    "Market": market,
    "PluginRegistry": plugin_registry,
    "CommunityGovernance": community_governance,
}
"""The chapter of the specification for each pallet."""


class BadVector(InputError):
    """A vector file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Do:
    """Somebody makes a call."""

    origin: Origin
    pallet: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The call for people, without its arguments."""
        return f"{self.pallet}.{self.name}"


@dataclass(frozen=True, slots=True)
class Moment:
    """It is that time now [s]."""

    now: UnixSeconds


Step: TypeAlias = Do | Moment


def function_of(pallet: str, name: str) -> Callable[..., None]:
    """The specification's function of a call.

    :raises BadVector: there is none.
    """
    found = getattr(CHAPTERS.get(pallet), name, None)
    if found is None:
        raise BadVector(f"the specification has no call {pallet}.{name}")
    return found  # type: ignore[no-any-return]


def to_json(step: Step) -> dict[str, object]:
    """A step as a JSON object."""
    if isinstance(step, Moment):
        return {"at": step.now}
    origin = "root" if isinstance(step.origin, Root) else f"0x{step.origin.hex()}"
    arguments = {name: _plain(value) for name, value in step.arguments.items()}
    return {"origin": origin, "call": step.title, "arguments": arguments}


def from_json(described: Mapping[str, Any]) -> Step:
    """Read a step back.

    :raises BadVector: it is no step.
    """
    try:
        if "at" in described:
            return Moment(UnixSeconds(int(described["at"])))
        pallet, name = described["call"].split(".")
        hints = _hints(pallet, name)
        arguments = {key: _read(hints[key], value) for key, value in described["arguments"].items()}
        origin = described["origin"]
        return Do(Root() if origin == "root" else AccountId(_bytes(origin)), pallet, name, arguments)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise BadVector(f"this is no step of a vector: {described} ({error!r})") from error


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {"is": type(value).__name__} | {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


@cache
def _hints(pallet: str, name: str) -> dict[str, Any]:
    return get_type_hints(function_of(pallet, name), localns={"World": World})


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401 - any type of the specification's calls
    hint = getattr(hint, "__supertype__", hint)
    arguments = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _read(_meant(arguments, value), value)
    if arguments:
        return tuple(_read(arguments[0], each) for each in value)
    if hint is bytes:
        return _bytes(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{each.name: _read(hints[each.name], value[each.name]) for each in fields(hint)})
    return hint(value)


def _meant(kinds: Sequence[Any], value: Any) -> Any:  # noqa: ANN401 - the types of a union
    some = [kind for kind in kinds if kind is not type(None)]
    return some[0] if len(some) == 1 else next(kind for kind in some if kind.__name__ == value["is"])


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
