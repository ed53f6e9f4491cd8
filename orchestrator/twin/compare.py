"""The specification and the runtime side by side: every call goes to both, and everything they show is compared.

After a call these are the same, or a :class:`Difference` names what is not: the refusal by pallet and name, its
details included; every event of our pallets and every event about money, with all fields in order; the whole storage
of our pallets; the free money and the holds of every account, and the money issued.

Storage is compared where either side changed it, against what both agreed on before, so that the whole of it is equal
after every call; :meth:`Twin.compare_everything` looks at all of it anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Protocol

from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.orchestrator.twin.chain import CARRIER, GENESIS_HASH, Chain, Heard, Outcome, Program, RuntimeFailed
from aipchain.orchestrator.twin.encoding import NotOfThisType
from aipchain.orchestrator.twin.findings import Difference, Finding
from aipchain.orchestrator.twin.steps import Do, Moment, Step, function_of
from aipchain.orchestrator.twin.storage import Item
from aipchain.orchestrator.twin.values import parted, readable
from aipchain.pallets_spec.balances import Account, HoldReason, endow
from aipchain.pallets_spec.errors import BalanceError, SpecError
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import AccountId, Event
from aipchain.pallets_spec.world import World, dispatch, invariants
from aipchain.runtime_bridge.keys import verify_device_signature
from aipchain.runtime_bridge.protocol import ACCOUNT, TOTAL_ISSUANCE
from aipchain.runtime_bridge.registry import Variant
from aipchain.runtime_bridge.storage_keys import storage_prefix
from aipchain.units import Balance, UnixSeconds

__all__ = ["Difference", "RuntimeSide", "Twin"]

_ACCOUNTS = storage_prefix("System", "Account")
_HOLDS = storage_prefix("Balances", "Holds")
_ACCOUNT_BYTES = 32


class RuntimeSide(Protocol):
    """What is held against the specification: the compiled runtime, or a record of its answers."""

    @property
    def program(self) -> Program:
        """The runtime's metadata, and how values are written by them."""

    def fork(self) -> "RuntimeSide":
        """The same side once more, to go its own way."""

    def stand_at(self, second: int) -> None:
        """Let it be that time [s]."""

    def apply(self, call: bytes, signer: bytes | None) -> Outcome:
        """Make a call, as root without a signer."""

    def read(self, key: bytes) -> bytes | None:
        """The value stored under a key now."""

    def keys(self, prefix: bytes) -> list[bytes]:
        """All keys that begin with `prefix` now."""

    def put(self, key: bytes, value: bytes | None) -> None:
        """Store a value that no call brought there; `None` removes what is there."""


@dataclass
class Twin:
    """Both sides of one sequence. `fork` gives both anew from here."""

    chain: RuntimeSide
    world: World
    stored: dict[bytes, bytes] = field(default_factory=dict)
    """What our pallets have in storage, as both sides agreed."""

    @classmethod
    def at_genesis(cls, program: Program, endowments: Mapping[AccountId, Balance], now: UnixSeconds) -> "Twin":
        """Both sides of a new chain where the given accounts have money, at `now` [s]."""
        chain = Chain(program, program.genesis(endowments))
        twin = cls(chain, World(verify=verify_device_signature, genesis_hash=GENESIS_HASH, now=now))
        twin._take_over_money()
        twin.take(Moment(now))
        return twin

    def fork(self) -> "Twin":
        """Both sides once more, to go their own way from here."""
        return Twin(self.chain.fork(), self.world.copy(), dict(self.stored))

    def take(self, step: Step) -> SpecError | None:
        """Take a step on both sides; says why the call was refused, if it was.

        :raises Difference: they do not agree.
        """
        if isinstance(step, Do):
            return self._call(step)
        self.world.now = step.now
        self.chain.stand_at(step.now)
        return None

    def plant(self, pallet: str, name: str, key: object, value: object) -> None:
        """Put a value into the storage of both sides, to stand where no sequence of calls comes in good time.

        :param key: as the specification has it; `()` for an item with one value.
        :param value: `None` removes what is there.
        """
        item = next(item for item in self.chain.program.items if (item.pallet, item.name) == (pallet, name))
        raw_key, raw = item.key(key), None if value is None else item.value(value)
        item.put(self.world, key, value)
        self.chain.put(raw_key, raw)
        _put(self.stored, raw_key, raw)

    def compare_everything(self) -> list[Finding]:
        """What differs in all storage and all money, read anew; and what does not hold though it always should."""
        expected = dict(self._expected_of_all())
        found = [finding for item in self.chain.program.items for finding in self._item_differences(item, expected)]
        found += self._money_differences(self._known_accounts())
        return found + [Finding("invariant", "", "", broken, "not asked") for broken in invariants(self.world)]

    # one call

    def _call(self, step: Do) -> SpecError | None:
        self.world.events.clear()
        before = copy(self.world)  # a call that succeeds puts new dictionaries in place of these
        signer = None if isinstance(step.origin, Root) else step.origin
        encoded = self.chain.program.encode_call(step.pallet, step.name, step.arguments)
        try:
            refusal = dispatch(self.world, step.origin, function_of(step.pallet, step.name), **step.arguments)
        except Exception as fault:
            raise Difference(step, [Finding("stop", type(fault).__name__, "", str(fault), "not asked")]) from fault
        try:
            outcome = self.chain.apply(encoded, signer)
        except (RuntimePanicked, HostCallFailed, RuntimeFailed) as fault:
            answer = _told_refusal(self._our_refusal(refusal))
            raise Difference(step, [Finding("stop", type(fault).__name__, "", answer, str(fault))]) from fault
        found = list(self._differences(refusal, outcome, before))
        if found:
            raise Difference(step, found)
        return refusal

    def _differences(self, refusal: SpecError | None, outcome: Outcome, before: World) -> Iterator[Finding]:
        try:
            other_outcome = list(self._refusal_differences(refusal, outcome))
            if other_outcome:  # all else would only say so again
                yield from other_outcome
                return
            yield from self._event_differences(outcome.events)
            yield from self._storage_differences(before, outcome)
            yield from self._money_differences(self._touched_accounts(before, outcome))
        except NotOfThisType as other_form:
            yield Finding("form", "", "", str(other_form), "as the metadata say")

    def _refusal_differences(self, refusal: SpecError | None, outcome: Outcome) -> Iterator[Finding]:
        ours, theirs = self._our_refusal(refusal), self._their_refusal(outcome.refusal)
        if ours != theirs:
            names = [each[0] if each else "Ok" for each in (ours, theirs)]
            yield Finding("outcome", "", "", _told_refusal(ours), _told_refusal(theirs), sort="/".join(names))

    def _our_refusal(self, refusal: SpecError | None) -> "_Refused | None":
        """Name and details of the specification's refusal."""
        if refusal is None:
            return None
        name = f"{refusal.pallet}.{refusal.name}"
        if refusal.pallet == "System" or isinstance(refusal, BalanceError):
            return name, None
        program = self.chain.program
        case = program.encoder.case(program.pallets[refusal.pallet].error or 0, refusal.name)
        if not case.fields:
            return name, None
        raw = program.encoder.fields(case.fields)(refusal.details)
        return name, program.error_details(refusal.pallet, case.index, raw)

    def _their_refusal(self, error: Variant | None) -> "_Refused | None":
        """The same of the runtime's."""
        match error:
            case None:
                return None
            case Variant("Module", {"index": index, "error": raw}):
                pallet, name = self.chain.program.error_name(index, raw)
                return f"{pallet}.{name}", self.chain.program.error_details(pallet, raw[0], raw[1:])
            case Variant(kind, None):
                return f"System.{kind}", None
            case Variant(kind, name):
                return f"{kind}.{name}", None

    def _event_differences(self, heard: tuple[Heard, ...]) -> Iterator[Finding]:
        told = self.world.events
        for place in range(max(len(told), len(heard))):
            ours = told[place] if place < len(told) else None
            theirs = heard[place] if place < len(heard) else None
            if ours is None or theirs is None or self.chain.program.encode_event(ours) != theirs.raw:
                yield from self._event_difference(place, ours, theirs)
                return

    def _event_difference(self, place: int, ours: Event | None, theirs: Heard | None) -> Iterator[Finding]:
        our_name = f"{ours.pallet}.{type(ours).__name__}" if ours else "nothing"
        their_name = f"{theirs.pallet}.{theirs.name}" if theirs else "nothing"
        our_values = self.chain.program.event_values(ours.pallet, self.chain.program.encode_event(ours)) if ours else {}
        their_values = theirs.values if theirs else {}
        if our_name != their_name:
            told, heard = f"{our_name} {readable(our_values)}", f"{their_name} {readable(their_values)}"
            yield Finding("event", "", f"{place}", told, heard, sort=f"{our_name}/{their_name}")
            return
        for field_, a, b in parted(our_values, their_values):
            yield Finding("event", our_name, f"field {field_}", str(readable(a)), str(readable(b)))

    # storage

    def _storage_differences(self, before: World, outcome: Outcome) -> Iterator[Finding]:
        expected: dict[bytes, bytes | None] = {}
        for item in self.chain.program.items:
            expected.update(self._changed(item, before))
        for key in [*expected, *(key for key in outcome.written if key not in expected)]:
            item_of_it = self.chain.program.item_of(key)
            if item_of_it is None:
                continue
            theirs = self.chain.read(key)
            yield from _value_differences(item_of_it, key, expected.get(key, self.stored.get(key)), theirs)
            _put(self.stored, key, theirs)

    def _changed(self, item: Item, before: World) -> Iterator[tuple[bytes, bytes | None]]:
        """What the specification changed of an item: the runtime's key, and the value it should have."""
        if item.chapter_of(before) is item.chapter_of(self.world):
            return
        old, new = item.of(before), item.of(self.world)
        if old == new:
            return
        for key in {**old, **new}:
            if old.get(key) is not new.get(key):
                yield item.key(key), item.value(new[key]) if key in new else None

    def _expected_of_all(self) -> Iterator[tuple[bytes, bytes]]:
        for item in self.chain.program.items:
            for key, value in item.of(self.world).items():
                yield item.key(key), item.value(value)

    def _item_differences(self, item: Item, expected: Mapping[bytes, bytes]) -> Iterator[Finding]:
        theirs = {key: self.chain.read(key) for key in self.chain.keys(item.prefix)}
        for key in {**theirs, **{key: None for key in expected if key.startswith(item.prefix)}}:
            yield from _value_differences(item, key, expected.get(key), theirs.get(key))

    # money

    def _money_differences(self, accounts: Iterable[AccountId]) -> Iterator[Finding]:
        money, metadata = self.world.money, self.chain.program.metadata
        for who in accounts:
            for field_, ours, theirs in parted(self._our_money(who), self._their_money(who)):
                yield Finding("money", field_, f"of 0x{who.hex()}", str(ours), str(theirs))
        issued = metadata.storage(TOTAL_ISSUANCE)
        theirs = issued.read(self.chain.read(issued.key()))
        if theirs != money.total_issuance:
            yield Finding("money", "issued", "", str(money.total_issuance), str(theirs))

    def _our_money(self, who: AccountId) -> Mapping[str, object]:
        account = self.world.money.accounts.get(who)
        held = {_reason(reason): sum_ for (holder, reason), sum_ in self.world.money.holds.items() if holder == who}
        return _purse(account is not None, *((account.free, account.reserved) if account else (0, 0)), held)

    def _their_money(self, who: AccountId) -> Mapping[str, object]:
        item = self.chain.program.metadata.storage(ACCOUNT)
        account = item.read(self.chain.read(item.key(who)))
        if account is None:
            return _purse(False, 0, 0, {})
        holds = self.chain.program.holds
        listed = holds.decode(self.chain.read(holds.key(who)) or b"\0", 0)[0]
        held = {_reason(HoldReason(each["id"].name, each["id"].value)): each["amount"] for each in listed}
        return _purse(account.providers > 0, account.data.free, account.data.reserved, held)

    def _touched_accounts(self, before: World, outcome: Outcome) -> Iterator[AccountId]:
        touched = {key[-_ACCOUNT_BYTES:]: None for key in outcome.written if key.startswith((_ACCOUNTS, _HOLDS))}
        old, new = before.money.accounts, self.world.money.accounts
        if old != new:
            touched |= {who: None for who in {**old, **new} if old.get(who) != new.get(who)}
        yield from (AccountId(who) for who in touched if who != CARRIER.public)

    def _known_accounts(self) -> Iterator[AccountId]:
        theirs = {key[-_ACCOUNT_BYTES:]: None for key in self.chain.keys(_ACCOUNTS)}
        yield from (
            AccountId(who) for who in theirs | dict.fromkeys(self.world.money.accounts) if who != CARRIER.public
        )

    def _take_over_money(self) -> None:
        item = self.chain.program.metadata.storage(ACCOUNT)
        for key in self.chain.keys(_ACCOUNTS):
            account, who = item.read(self.chain.read(key)), AccountId(key[-_ACCOUNT_BYTES:])
            if account is not None and account.data.free:
                endow(self.world.money, who, account.data.free)
                kept = self.world.money.accounts[who]
                self.world.money.accounts[who] = Account(kept.free, other_consumers=account.consumers)


_Refused = tuple[str, object]
"""A refusal by pallet and name, with its details."""


def _told_refusal(refused: _Refused | None) -> str:
    if refused is None:
        return "Ok"
    name, details = refused
    return name if details is None else f"{name} {readable(details)}"


def _purse(is_open: bool, free: int, reserved: int, held: Mapping[str, int]) -> Mapping[str, object]:
    return {"open": is_open, "free": free, "reserved": reserved, "holds": held}


def _reason(reason: HoldReason) -> str:
    return f"{reason.pallet}.{reason.name}"


def _value_differences(item: Item, key: bytes, ours: bytes | None, theirs: bytes | None) -> Iterator[Finding]:
    if (ours or item.default) == (theirs or item.default):
        return
    place = item.show_key(key)
    if ours is None or theirs is None:
        yield Finding("storage", item.title, place, item.show(ours), item.show(theirs))
        return
    for field_, a, b in parted(item.value_of(ours), item.value_of(theirs)):
        where = f"{place} field {field_}" if field_ else place
        yield Finding("storage", item.title, where, str(readable(a)), str(readable(b)))


def _put(stored: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    if value is None:
        stored.pop(key, None)
    else:
        stored[key] = value
