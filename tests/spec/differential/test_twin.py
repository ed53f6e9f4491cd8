"""The comparison itself: it sees what differs, says what, and makes the calls that lead to it few."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aipchain.orchestrator.twin.campaign import Campaign
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.encoding import NotOfThisType
from aipchain.orchestrator.twin.findings import Finding
from aipchain.orchestrator.twin.moves.town import START, TOWN, account, found
from aipchain.orchestrator.twin.replay import replay
from aipchain.orchestrator.twin.shrink import shortened, shrunk
from aipchain.orchestrator.twin.steps import BadVector, Do, Fund, Moment, Step, to_json
from aipchain.orchestrator.twin.vectors import as_document, read
from aipchain.pallets_spec.errors import Communities
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import Role, Rule
from aipchain.units import Balance, UnixSeconds

GRANT = Do(
    account("steward"), "Communities", "grant_role", {"community": 0, "account": account("ben"), "role": Role.AUDITOR}
)


@pytest.fixture
def twin(campaign: Campaign) -> Twin:
    """Both sides of the town, to go their own way."""
    twin = campaign.town.fork()
    twin.take(Moment(START))
    return twin


def test_a_call_that_both_sides_refuse_alike_is_no_difference(twin: Twin) -> None:
    """A refusal of both by the same name is the outcome of the call."""
    refusal = twin.take(replace(GRANT, origin=account("ben")))

    assert isinstance(refusal, Communities.NotSteward)


def test_another_refusal_is_a_difference(twin: Twin) -> None:
    """One side knows no steward: it refuses what the other accepts."""
    del twin.world.communities.roles[TOWN, account("steward")]

    with pytest.raises(Difference, match=r"outcome: the specification has Communities\.NotSteward, the runtime Ok"):
        twin.take(GRANT)


def test_another_event_is_a_difference(twin: Twin) -> None:
    """One side has counted one member more."""
    facts = twin.world.communities.communities[TOWN]
    twin.world.communities.communities[TOWN] = replace(facts, next_member_index=facts.next_member_index + 1)
    admit = Do(account("steward"), "Communities", "admit", {"community": 0, "account": account("oracle"), "roles": []})

    with pytest.raises(Difference, match=r"event Communities\.Admitted field index: the specification has 5, the"):
        twin.take(admit)


def test_another_stored_value_is_a_difference(twin: Twin) -> None:
    """A value that differs is seen in the call that writes it, also where all else is equal."""
    facts = twin.world.communities.communities[TOWN]
    twin.world.communities.communities[TOWN] = replace(facts, founded_at=UnixSeconds(1))

    with pytest.raises(Difference, match=r"Communities \[0\] field founded_at: the specification has 1, the"):
        twin.take(replace(GRANT, arguments={**GRANT.arguments, "role": Role.STEWARD}))


def test_a_value_that_no_call_touches_is_seen_in_the_end(twin: Twin) -> None:
    """The whole storage is looked at when a sequence is over."""
    twin.world.communities.roles[TOWN, account("penniless")] = Role.AUDITOR.bit

    (finding,) = twin.compare_everything()

    who = account("penniless").hex()
    assert str(finding) == f"storage Communities.Roles [0, 0x{who}]: the specification has 64, the runtime nothing"


def test_other_money_is_a_difference(twin: Twin) -> None:
    """Free money and holds of whoever a call touches are compared."""
    poor = account("poor")
    known = twin.world.money.accounts[poor]
    twin.world.money.accounts[poor] = replace(known, free=Balance(known.free + 1))
    pay = Do(account("ada"), "Balances", "transfer_keep_alive", {"dest": poor, "value": 10**9})

    with pytest.raises(Difference, match=r"money free of .*: the specification has 4000000001, the runtime 4000000000"):
        twin.take(pay)


def test_a_fork_leaves_both_sides_as_they_were(twin: Twin) -> None:
    """What happens in a fork does not happen in what it was taken from."""
    fork = twin.fork()
    fork.take(Moment(START))
    fork.take(GRANT)
    twin.take(Moment(START))

    assert twin.take(GRANT) is None
    assert twin.compare_everything() == []


def test_a_value_of_another_form_is_not_written(program: Program) -> None:
    """The metadata's names decide; a value without them has no bytes."""
    described = program.pallets["Communities"]

    with pytest.raises(NotOfThisType, match="no variant Elected"):
        program.encoder.case(described.event or 0, "Elected")
    with pytest.raises(NotOfThisType, match="is none of Steward"):
        program.encode_call("Communities", "grant_role", {**GRANT.arguments, "role": Rule.SELF_TRADE})


def test_steps_come_back_from_a_vector_file(program: Program, tmp_path: Path) -> None:
    """What was written is what is read, argument by argument, and it agrees to the end."""
    steps: list[Step] = [Moment(START), *found(), Moment(UnixSeconds(START + 1)), replace(GRANT, origin=Root())]
    file = tmp_path / "vector.json"
    file.write_text(as_document(program, steps[1:], None))

    back = [step for step in read(file).steps if not isinstance(step, Fund)]
    assert [to_json(step) for step in back] == [to_json(step) for step in steps]
    assert replay(program, file) == len(read(file).steps)


@pytest.mark.parametrize("text", ["", "{}", '{"steps": [{"call": "Market.found"}]}', '{"steps": [{"call": 3}]}'])
def test_what_is_no_vector_file_is_refused(tmp_path: Path, text: str) -> None:
    """Bad input is named, nothing is run."""
    file = tmp_path / "vector.json"
    file.write_text(text)

    with pytest.raises(BadVector):
        read(file)


def test_shrinking_keeps_only_what_is_needed() -> None:
    """Of a hundred steps the two that matter are left."""
    steps: list[Step] = [Moment(UnixSeconds(second)) for second in range(100)]
    needed = {Moment(UnixSeconds(13)), Moment(UnixSeconds(77))}

    assert shrunk(steps, lambda fewer: needed <= set(fewer)) == [Moment(UnixSeconds(13)), Moment(UnixSeconds(77))]


def test_shrinking_ends_in_the_difference_it_began_with() -> None:
    """Where a step left out makes another difference show, it stays, and the other one is told."""
    first, second, third = (Moment(UnixSeconds(second)) for second in range(3))
    wanted, another = (
        Difference(GRANT, [Finding("outcome", "", "", "Ok", refusal, sort=f"Ok/{refusal}")])
        for refusal in ("Communities.NotSteward", "Communities.NotMember")
    )

    def replay(steps: Sequence[Step]) -> Difference | None:
        if GRANT not in steps:
            return None
        return wanted if second in steps else another

    short = shortened([first, second, third, GRANT], wanted, replay)

    assert (short.steps, short.difference, short.others) == ([second, GRANT], wanted, [another])
