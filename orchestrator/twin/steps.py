"""What a sequence is made of, and how it is written to a vector file and read back.

A step is a call (`origin` is an account in hex or `root`, `call` is `Pallet.name`, arguments by name), a moment (`at`,
unix seconds), what an account has from then on (`money`), or a value put into storage (`plant`). Bytes are hex with
`0x`, a whole number beyond 2^53 is a decimal string, one of several variants is an object with `is` beside its fields.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from aipchain.errors import InputError
from aipchain.orchestrator.twin.storage import snake
from aipchain.pallets_spec import balances, communities, community_governance, energy, market, metering, plugin_registry
from aipchain.pallets_spec.balances import Account, HoldReason
from aipchain.pallets_spec.origin import Origin, Root
from aipchain.pallets_spec.types import AccountId
from aipchain.pallets_spec.world import World
from aipchain.units import Balance, UnixSeconds

__all__ = [
    "CHAPTERS",
    "BadVector",
    "Do",
    "Fund",
    "Moment",
    "Plant",
    "Step",
    "VectorStep",
    "from_json",
    "function_of",
    "funds",
    "plain",
    "state_of",
    "to_json",
]

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


@dataclass(frozen=True, slots=True)
class Fund:
    """An account has this much from now on, out of nothing; what is missing to what it had is gone."""

    who: AccountId
    account: Account | None
    """`None` closes the account."""
    holds: Mapping[HoldReason, Balance]
    """What is on hold for each purpose [base units]."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A value is in storage from now on, to stand where no sequence of calls comes in good time."""

    pallet: str
    item: str
    key: Any
    """As the specification has it; `()` for an item with one value."""
    value: Any
    """Nothing takes away what is there."""

    @property
    def title(self) -> str:
        """The storage item for people."""
        return f"{self.pallet}.{self.item}"


Step: TypeAlias = Do | Moment
"""What can happen on a chain."""
VectorStep: TypeAlias = Step | Fund | Plant
"""What a vector may have besides."""

_EXACT = 2**53
"""Up to here every reader of JSON reads whole numbers as they are."""


def function_of(pallet: str, name: str) -> Callable[..., None]:
    """The specification's function of a call.

    :raises BadVector: there is none.
    """
    found = getattr(CHAPTERS.get(pallet), name, None)
    if found is None:
        raise BadVector(f"the specification has no call {pallet}.{name}")
    return found  # type: ignore[no-any-return]


def state_of(pallet: str) -> type:
    """The state of a pallet's chapter.

    :raises BadVector: there is none.
    """
    found = getattr(CHAPTERS.get(pallet), f"{pallet}State", None)
    if found is None:
        raise BadVector(f"the specification keeps nothing for a pallet {pallet}")
    return found  # type: ignore[no-any-return]


def to_json(step: VectorStep) -> dict[str, object]:
    """A step as a JSON object."""
    match step:
        case Moment(now):
            return {"at": now}
        case Fund(who, account, holds):
            return {"money": {plain(who): funds(account, holds)}}
        case Plant(_, _, key, value):
            return {"plant": step.title, "key": plain(key), "value": plain(value)}
    origin = "root" if isinstance(step.origin, Root) else plain(step.origin)
    arguments = {name: plain(value) for name, value in step.arguments.items()}
    return {"origin": origin, "call": step.title, "arguments": arguments}


def funds(account: Account | None, holds: Mapping[HoldReason, Balance]) -> dict[str, object] | None:
    """What an account has, as a JSON object; nothing for a closed one."""
    if account is None:
        return None
    needed = {"other_consumers": account.other_consumers} if account.other_consumers else {}
    held = {plain(reason): plain(amount) for reason, amount in sorted(holds.items(), key=str)}
    return {"free": plain(account.free), "held": held, **needed}


def from_json(described: Mapping[str, Any]) -> VectorStep:
    """Read a step back.

    :raises BadVector: it is no step.
    """
    try:
        if "at" in described:
            return Moment(UnixSeconds(int(described["at"])))
        if "plant" in described:
            return _read_plant(described)
        return _read_call(described) if "call" in described else _read_fund(described)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise BadVector(f"this is no step of a vector: {described} ({error!r})") from error


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON can say
    """A value of the specification as JSON has it."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, HoldReason):
        return f"{value.pallet}.{value.name}"
    if is_dataclass(value):
        return {"is": type(value).__name__} | {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)
    return [plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _read_call(described: Mapping[str, Any]) -> Do:
    pallet, name = described["call"].split(".")
    hints = _hints(pallet, name)
    arguments = {key: _read(hints[key], value) for key, value in described["arguments"].items()}
    origin = described["origin"]
    return Do(Root() if origin == "root" else AccountId(_bytes(origin)), pallet, name, arguments)


def _read_fund(described: Mapping[str, Any]) -> Fund:
    ((who, has),) = described["money"].items()
    if has is None:
        return Fund(AccountId(_bytes(who)), None, {})
    holds = {HoldReason(*reason.split(".")): Balance(int(amount)) for reason, amount in has["held"].items()}
    account = Account(Balance(int(has["free"])), Balance(sum(holds.values())), has.get("other_consumers", 0))
    return Fund(AccountId(_bytes(who)), account, holds)


def _read_plant(described: Mapping[str, Any]) -> Plant:
    pallet, item = described["plant"].split(".")
    key, value = described["key"], described["value"]
    hint = get_type_hints(state_of(pallet))[snake(item)]
    if get_origin(hint) is not dict:
        return Plant(pallet, item, (), _read(hint, value))
    key_hint, value_hint = get_args(hint)
    return Plant(pallet, item, _read(key_hint, key), None if value is None else _read(value_hint, value))


@cache
def _hints(pallet: str, name: str) -> dict[str, Any]:
    return get_type_hints(function_of(pallet, name), localns={"World": World})


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401 - any type of the specification
    hint = getattr(hint, "__supertype__", hint)
    arguments = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _read(_meant(arguments, value), value)
    if arguments and (len(arguments) == 1 or arguments[-1] is Ellipsis):
        return tuple(_read(arguments[0], each) for each in value)
    if arguments:
        return tuple(_read(part, each) for part, each in zip(arguments, value, strict=True))
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
