"""Vector files: what happens on a chain, step by step, and what the specification says comes of each step.

`pallets_spec/vectors/README.md` describes the format for those who write an implementation of their own. Its files come
from the tests of the specification; `aip spec fuzz` writes a difference in the same format, so that it can be put
beside them and stays tried. What comes of a step is never read back: :func:`written` asks the specification anew.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aipchain.orchestrator.twin.chain import GENESIS_HASH, Program
from aipchain.orchestrator.twin.compare import Difference
from aipchain.orchestrator.twin.moves.town import ENDOWMENTS, START
from aipchain.orchestrator.twin.steps import (
    CHAPTERS,
    BadVector,
    Do,
    Fund,
    Moment,
    Plant,
    Step,
    VectorStep,
    from_json,
    function_of,
    funds,
    plain,
    to_json,
)
from aipchain.orchestrator.twin.storage import snake
from aipchain.pallets_spec.balances import Account, Money
from aipchain.pallets_spec.errors import BalanceError, SpecError
from aipchain.pallets_spec.types import AccountId, Event
from aipchain.pallets_spec.world import World, dispatch
from aipchain.runtime_bridge.keys import verify_device_signature
from aipchain.runtime_bridge.protocol import OWN_PALLETS
from aipchain.units import Balance, UnixSeconds

__all__ = ["Vector", "after_steps", "as_document", "empty_world", "holds_of", "read", "take", "written"]

_WIDTH = 140
"""Characters of a line, unless a single value is longer."""
_PREFIX = 32
"""Bytes of pallet and item before each key of it."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One story: what it shows, what it goes on from, and its steps."""

    name: str
    """One sentence."""
    steps: Sequence[VectorStep]
    after: str | None = None
    """The vector whose steps come first, by its file under the folder of vectors, without `.json`."""
    findings: tuple[str, ...] = ()
    """On what the specification and the runtime did not agree, when it was found."""


def empty_world() -> World:
    """A chain before its first step: nobody has anything, and nothing is stored."""
    return World(verify=verify_device_signature, genesis_hash=GENESIS_HASH, now=UnixSeconds(0))


def take(world: World, step: VectorStep) -> SpecError | None:
    """Take a step in the specification; says why the call was refused, if it was."""
    match step:
        case Moment(now):
            world.now = now
        case Fund():
            _fund(world.money, step)
        case Plant(pallet, item, key, value):
            _plant(getattr(world, snake(pallet)), snake(item), key, value)
        case Do():
            return dispatch(world, step.origin, function_of(step.pallet, step.name), **step.arguments)
    return None


def after_steps(steps: Sequence[VectorStep], ground: World) -> World:
    """The world after the steps, taken on a copy of `ground`."""
    world = ground.copy()
    for step in steps:
        take(world, step)
    return world


def written(program: Program, vector: Vector, ground: World) -> str:
    """The text of a vector file.

    :param ground: the world that the first step meets.
    """
    world = ground.copy()
    described = {
        "name": vector.name,
        **({"after": vector.after} if vector.after else {}),
        **({"findings": list(vector.findings)} if vector.findings else {}),
        "steps": [_with_outcome(program, world, step) for step in vector.steps],
    }
    return _laid_out(described) + "\n"


def read(path: Path) -> Vector:
    """Read a vector file.

    :raises BadVector: there is no such file, or it is none.
    """
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        steps = tuple(from_json(step) for step in described["steps"])
        return Vector(described["name"], steps, described.get("after"), tuple(described.get("findings", ())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadVector(f"{path} cannot be read as a vector file ({error!r})") from error


def as_document(program: Program, steps: Sequence[Step], difference: Difference | None) -> str:
    """The text of a vector file with steps that were made up, from the founding of their town on."""
    findings = tuple(str(finding) for finding in difference.findings) if difference else ()
    endowed = [Fund(who, Account(money), {}) for who, money in ENDOWMENTS.items()]
    vector = Vector("Found by `aip spec fuzz`.", (*endowed, Moment(START), *steps), findings=findings)
    return written(program, vector, empty_world())


def holds_of(money: Money, who: AccountId) -> dict[Any, Balance]:
    """What an account has on hold for each purpose [base units]."""
    return {reason: amount for (holder, reason), amount in money.holds.items() if holder == who}


# one step


def _fund(money: Money, step: Fund) -> None:
    had = money.accounts.pop(step.who, None)
    for reason in holds_of(money, step.who):
        del money.holds[step.who, reason]
    if step.account:
        money.accounts[step.who] = step.account
    money.holds.update({(step.who, reason): amount for reason, amount in step.holds.items()})
    change = sum(account.free + account.reserved for account in (step.account,) if account)
    change -= had.free + had.reserved if had else 0
    money.total_issuance = Balance(money.total_issuance + change)


def _plant(state: Any, name: str, key: object, value: object) -> None:  # noqa: ANN401 - a chapter's state
    if key == ():
        setattr(state, name, value)
    elif value is None:
        getattr(state, name).pop(key, None)
    else:
        getattr(state, name)[key] = value


def _with_outcome(program: Program, world: World, step: VectorStep) -> dict[str, object]:
    """The step and what comes of it; `world` takes it."""
    before = world.copy()
    world.events.clear()
    refusal = take(world, step)
    described = to_json(step)
    if isinstance(step, Do):
        described["scale"] = plain(program.encode_call(step.pallet, step.name, step.arguments))
        described |= _refused(program, refusal) if refusal else {"events": [_told(program, e) for e in world.events]}
    changed = dict(_changed(program, before, world))
    money = {} if isinstance(step, Fund) else dict(_money_changed(before.money, world.money))
    broken = dict(_broken(world))
    return described | ({"changed": changed} if changed else {}) | money | ({"broken": broken} if broken else {})


def _refused(program: Program, refusal: SpecError) -> dict[str, object]:
    named = {"refusal": f"{refusal.pallet}.{refusal.name}"}
    if refusal.pallet == "System" or isinstance(refusal, BalanceError):
        return dict(named)
    case = program.encoder.case(program.pallets[refusal.pallet].error or 0, refusal.name)
    if not case.fields:
        return dict(named)
    return {**named, "details": plain(program.encoder.fields(case.fields)(refusal.details))}


def _told(program: Program, event: Event) -> dict[str, object]:
    values = {name.rstrip("_"): value for name, value in plain(event).items() if name != "is"}
    named = f"{event.pallet}.{type(event).__name__}"
    return {"event": named, "fields": values, "scale": plain(program.encode_event(event))}


def _changed(program: Program, before: World, world: World) -> Iterator[tuple[str, str | None]]:
    """Each storage entry that is another now: its item and the rest of its key, and its value."""
    for item in program.items:
        old, new = item.of(before), item.of(world)
        found = {item.key(key): new.get(key) for key in {**old, **new} if old.get(key) != new.get(key)}
        for raw in sorted(found):
            value = found[raw]
            yield f"{item.title} 0x{raw[_PREFIX:].hex()}", None if value is None else plain(item.value(value))


def _money_changed(before: Money, money: Money) -> Iterator[tuple[str, object]]:
    accounts = {
        plain(who): now
        for who in sorted({**before.accounts, **money.accounts})
        if (now := funds(money.accounts.get(who), holds_of(money, who)))
        != funds(before.accounts.get(who), holds_of(before, who))
    }
    if accounts:
        yield "money", accounts
    if before.total_issuance != money.total_issuance:
        yield "issued", plain(money.total_issuance)


def _broken(world: World) -> Iterator[tuple[str, list[str]]]:
    """What does not hold though it always should, by pallet."""
    for pallet in OWN_PALLETS:
        found = sorted(set(CHAPTERS[pallet].invariants(world)))
        if found:
            yield pallet, found


def _laid_out(value: object, margin: str = "") -> str:
    """JSON with what fits on a line on one line, so that a change shows as the lines it changes."""
    short = json.dumps(value)
    if len(margin) + len(short) <= _WIDTH or not isinstance(value, dict | list):
        return short
    deeper = margin + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + _laid_out(each, deeper) for each in value) + f"\n{margin}]"
    parts = (f"{deeper}{json.dumps(key)}: {_laid_out(each, deeper)}" for key, each in value.items())
    return "{\n" + ",\n".join(parts) + f"\n{margin}}}"
