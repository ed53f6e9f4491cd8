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

from aipchain.errors import OperationError
from aipchain.orchestrator.twin.chain import CARRIER, GENESIS_HASH, Chain, Heard, Outcome, Program
from aipchain.orchestrator.twin.encoding import NotOfThisType
from aipchain.orchestrator.twin.steps import Do, Moment, Step, function_of
from aipchain.orchestrator.twin.storage import Item
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

__all__ = ["Difference", "Twin"]

_ACCOUNTS = storage_prefix("System", "Account")
_HOLDS = storage_prefix("Balances", "Holds")
_ACCOUNT_BYTES = 32


class Difference(OperationError):
    """The specification and the runtime do not agree; `findings` say on what."""

    def __init__(self, step: Step, findings: list[str]) -> None:
        shown = step.title if isinstance(step, Do) else f"at {step.now}"
        super().__init__(f"specification and runtime differ after {shown}: " + "; ".join(findings))
        self.step, self.findings = step, tuple(findings)


@dataclass
class Twin:
    """Both sides of one sequence. `fork` gives both anew from here."""

    chain: Chain
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
        :param value: nothing takes away what is there.
        """
        item = next(item for item in self.chain.program.items if (item.pallet, item.name) == (pallet, name))
        raw_key, raw = item.key(key), None if value is None else item.value(value)
        item.put(self.world, key, value)
        self.chain.overlay.set(raw_key, raw)
        _put(self.stored, raw_key, raw)

    def compare_everything(self) -> list[str]:
        """What differs in all storage and all money, read anew; and what does not hold though it always should."""
        expected = dict(self._expected_of_all())
        findings = [note for item in self.chain.program.items for note in self._item_differences(item, expected)]
        findings += self._money_differences(self._known_accounts())
        return findings + list(invariants(self.world))

    # one call

    def _call(self, step: Do) -> SpecError | None:
        self.world.events.clear()
        before = copy(self.world)  # a call that succeeds puts new dictionaries in place of these
        signer = None if isinstance(step.origin, Root) else step.origin
        encoded = self.chain.program.encode_call(step.pallet, step.name, step.arguments)
        refusal = dispatch(self.world, step.origin, function_of(step.pallet, step.name), **step.arguments)
        outcome = self.chain.apply(encoded, signer)
        findings = list(self._differences(refusal, outcome, before))
        if findings:
            raise Difference(step, findings)
        return refusal

    def _differences(self, refusal: SpecError | None, outcome: Outcome, before: World) -> Iterator[str]:
        try:
            yield from self._refusal_differences(refusal, outcome)
            yield from self._event_differences(outcome.events)
            yield from self._storage_differences(before, outcome)
            yield from self._money_differences(self._touched_accounts(before, outcome))
        except NotOfThisType as other_form:
            yield str(other_form)

    def _refusal_differences(self, refusal: SpecError | None, outcome: Outcome) -> Iterator[str]:
        ours, theirs = self._our_refusal(refusal), self._their_refusal(outcome.refusal)
        if ours != theirs:
            yield f"the specification says {ours or 'Ok'}, the runtime {theirs or 'Ok'}"

    def _our_refusal(self, refusal: SpecError | None) -> str | None:
        if refusal is None:
            return None
        name = f"{refusal.pallet}.{refusal.name}"
        if refusal.pallet == "System" or isinstance(refusal, BalanceError):
            return name
        program = self.chain.program
        case = program.encoder.case(program.pallets[refusal.pallet].error or 0, refusal.name)
        details = program.encoder.fields(case.fields)(refusal) if case.fields else b""
        return f"{name} {details.hex()}".rstrip()

    def _their_refusal(self, error: Variant | None) -> str | None:
        match error:
            case None:
                return None
            case Variant("Module", {"index": index, "error": raw}):
                pallet, name = self.chain.program.error_name(index, raw)
                program = self.chain.program
                has_details = program.encoder.case(program.pallets[pallet].error or 0, name).fields
                return f"{pallet}.{name} {raw[1:].hex()}" if has_details else f"{pallet}.{name}"
            case Variant(kind, None):
                return f"System.{kind}"
            case Variant(kind, name):
                return f"{kind}.{name}"

    def _event_differences(self, heard: tuple[Heard, ...]) -> Iterator[str]:
        told = self.world.events
        for place in range(max(len(told), len(heard))):
            ours = told[place] if place < len(told) else None
            theirs = heard[place] if place < len(heard) else None
            if ours is None or theirs is None or self._encoded_event(ours) != theirs.raw:
                yield f"event {place}: the specification tells {ours}, the runtime {_shown_event(theirs)}"
                return

    def _encoded_event(self, event: Event) -> bytes:
        program = self.chain.program
        described = program.pallets[event.pallet]
        case = program.encoder.case(described.event or 0, type(event).__name__)
        return bytes((described.index, case.index)) + (
            program.encoder.fields(case.fields)(event) if case.fields else b""
        )

    # storage

    def _storage_differences(self, before: World, outcome: Outcome) -> Iterator[str]:
        items = self.chain.program.items
        expected: dict[bytes, bytes | None] = {}
        for item in items:
            expected.update(self._changed(item, before))
        for key in [*expected, *(key for key in outcome.written if key not in expected)]:
            where = self.chain.program.item_of(key)
            if where is None:
                continue
            ours = expected.get(key, self.stored.get(key))
            theirs = self.chain.read(key)
            if (ours or where.default) != (theirs or where.default):
                yield f"{where.title}: the specification has {where.show(ours)}, the runtime {where.show(theirs)}"
            _put(self.stored, key, theirs)

    def _changed(self, item: Item, before: World) -> Iterator[tuple[bytes, bytes | None]]:
        """What the specification changed of an item: the runtime's key, and the value it should have."""
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

    def _item_differences(self, item: Item, expected: Mapping[bytes, bytes]) -> Iterator[str]:
        theirs = {key: self.chain.read(key) for key in self.chain.keys(item.prefix)}
        for key in {**theirs, **{key: None for key in expected if key.startswith(item.prefix)}}:
            if (expected.get(key) or item.default) != (theirs.get(key) or item.default):
                ours = item.show(expected.get(key))
                yield f"{item.title}: the specification has {ours}, the runtime {item.show(theirs.get(key))}"

    # money

    def _money_differences(self, accounts: Iterable[AccountId]) -> Iterator[str]:
        money, metadata = self.world.money, self.chain.program.metadata
        for who in accounts:
            ours, theirs = self._our_money(who), self._their_money(who)
            if ours != theirs:
                yield f"0x{who.hex()}: the specification has {ours}, the runtime {theirs} (open, free, reserved, holds)"
        issued = metadata.storage(TOTAL_ISSUANCE)
        if issued.read(self.chain.read(issued.key())) != money.total_issuance:
            yield f"the money issued is {money.total_issuance} in the specification only"

    def _our_money(self, who: AccountId) -> tuple[object, ...]:
        account = self.world.money.accounts.get(who)
        holds = {reason: sum_ for (holder, reason), sum_ in self.world.money.holds.items() if holder == who}
        return (account is not None, *((account.free, account.reserved) if account else (0, 0)), holds)

    def _their_money(self, who: AccountId) -> tuple[object, ...]:
        item = self.chain.program.metadata.storage(ACCOUNT)
        account = item.read(self.chain.read(item.key(who)))
        if account is None:
            return (False, 0, 0, {})
        program = self.chain.program
        held = {
            HoldReason(each["id"].name, each["id"].value): each["amount"]
            for each in program.holds.decode(self.chain.read(program.holds.key(who)) or b"\0", 0)[0]
        }
        return (account.providers > 0, account.data.free, account.data.reserved, held)

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


def _shown_event(heard: Heard | None) -> str:
    return "nothing" if heard is None else f"{heard.name}({heard.values})"


def _put(stored: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    if value is None:
        stored.pop(key, None)
    else:
        stored[key] = value
