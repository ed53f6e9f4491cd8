"""Vectors taken by the specification and the compiled runtime together, with what no call brings about."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.steps import BadVector, Fund, Plant, VectorStep
from aipchain.orchestrator.twin.vectors import empty_world, read, take
from aipchain.pallets_spec.balances import Account
from aipchain.pallets_spec.errors import SpecError
from aipchain.runtime_bridge.codec import decode_all
from aipchain.runtime_bridge.protocol import ACCOUNT, TOTAL_ISSUANCE
from aipchain.runtime_bridge.types import AccountInfo

__all__ = ["replay", "take_together"]

_PROVIDERS = 1
"""What keeps an open account open: its own money."""


def replay(program: Program, path: Path) -> int:
    """Take the steps of a vector file, and of those it goes on from, on a new chain; gives how many there are.

    :raises BadVector: there is no such file, or it is none.
    :raises Difference: specification and runtime do not agree.
    """
    steps = _with_grounds(path)
    twin = Twin.at_genesis(program, {}, empty_world().now)
    for step in steps:
        take_together(twin, step)
    found = twin.compare_everything()
    if any(isinstance(step, Plant) for step in steps):
        found = [each for each in found if each.kind != "invariant"]  # a planted state may be unsound on purpose
    if found:
        raise Difference(None, found)
    return len(steps)


def take_together(twin: Twin, step: VectorStep) -> SpecError | None:
    """Take a step of a vector on both sides; says why the call was refused, if it was.

    :raises Difference: they do not agree.
    """
    match step:
        case Plant(pallet, item, key, value):
            twin.plant(pallet, item, key, value)
        case Fund():
            _fund(twin, step)
        case _:
            return twin.take(step)
    return None


def _with_grounds(path: Path, met: tuple[Path, ...] = ()) -> list[VectorStep]:
    vector = read(path)
    if vector.after is None:
        return list(vector.steps)
    here = path.resolve()
    if here in met:
        raise BadVector(f"the vector {path} goes on from itself")
    return _with_grounds(here.parents[1] / f"{vector.after}.json", (*met, here)) + list(vector.steps)


def _fund(twin: Twin, step: Fund) -> None:
    chain, before = twin.chain, twin.world.money.total_issuance
    take(twin.world, step)
    program = chain.program
    holds = [SimpleNamespace(id=reason, amount=amount) for reason, amount in step.holds.items()]
    chain.put(program.holds.key(step.who), program.holds.value(holds) if holds else None)
    accounts = program.metadata.storage(ACCOUNT)
    none = decode_all(accounts.value, accounts.default or b"", accounts.title)
    has = accounts.value.encode(_account_info(step.account, none)) if step.account else None
    chain.put(accounts.key(step.who), has)
    issued = program.metadata.storage(TOTAL_ISSUANCE)
    change = twin.world.money.total_issuance - before
    total = int.from_bytes(chain.read(issued.key()) or b"", "little") + change
    chain.put(issued.key(), total.to_bytes(16, "little"))


def _account_info(account: Account, none: AccountInfo) -> AccountInfo:
    """An account as the runtime keeps it.

    :param none: what the metadata say that an account is which is not stored, with the flags that every account has.
    """
    consumers = account.other_consumers + (account.reserved > 0)
    data = replace(none.data, free=account.free, reserved=account.reserved)
    return replace(none, consumers=consumers, providers=_PROVIDERS, data=data)
