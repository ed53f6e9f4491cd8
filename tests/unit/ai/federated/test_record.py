"""The record of a federation: what was kept is gone on with, what is foreign or damaged is refused."""

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.errors import ForeignRecord, MessageRefused, NotEnlisted, RecordUnusable, UnusablePlan
from aipchain.ai.federated.hall import Hall, Hours
from aipchain.ai.federated.messages import Answer, answer_to_bytes
from aipchain.ai.federated.privacy import NoiseKey, Privacy
from aipchain.ai.federated.record import Record, held, kept_session
from aipchain.ai.federated.rounds import Federation, Plan, RoundReport, begun, closed
from aipchain.ai.federated.schema import Schema
from aipchain.ai.models.federation import Terms, opened

SESSION = "0" * 32


@pytest.fixture
def federation(schema: Schema) -> Federation:
    """In its second round."""
    first = begun(Plan(rounds=3, seed=5), schema, 2, np.arange(4, dtype=np.float32))
    return replace(
        first,
        task=replace(first.task, round=2, normaliser=np.ones(4, dtype=np.float32)),
        reports=(RoundReport(0, ("a",), {"b": "nonsense"}),),
    )


def test_what_was_written_is_gone_on_with(federation: Federation, tmp_path: Path) -> None:
    """The task, the reports, and the answers of this round alone."""
    record = Record(tmp_path)
    record.keep(1, "a", b"of the first round")
    record.keep(2, "b-1", b"of this round")
    record.write(federation)
    first = begun(federation.plan, federation.model, 2, np.zeros(4, dtype=np.float32))
    again = record.resumed(first)

    assert (again.task.round, again.task.weights.tolist(), again.reports) == (2, [0, 1, 2, 3], federation.reports)
    assert (record.answers(1), record.answers(2)) == ({}, {"b-1": b"of this round"})


def test_an_empty_folder_begins_anew(federation: Federation, tmp_path: Path) -> None:
    """With what is given."""
    assert Record(tmp_path / "none").resumed(federation) == federation


def test_the_record_of_another_plan_is_refused(federation: Federation, tmp_path: Path) -> None:
    """Other rounds, another seed, another model."""
    Record(tmp_path).write(federation)
    others = (
        replace(federation, plan=Plan(rounds=4, seed=5)),
        replace(federation, plan=Plan(rounds=3, seed=6)),
        replace(federation, model=Schema("other numbers", federation.model.tables)),
    )
    for other in others:
        with pytest.raises(ForeignRecord, match="is of another plan or model: give the right folder"):
            Record(tmp_path).resumed(other)


@pytest.mark.parametrize("cut", [0, 10, 500])
def test_a_damaged_record_is_refused(federation: Federation, tmp_path: Path, cut: int) -> None:
    """Wherever it ends."""
    Record(tmp_path).write(federation)
    file = tmp_path / "federation.npz"
    file.write_bytes(file.read_bytes()[:cut])

    with pytest.raises(ForeignRecord, match="cannot be read"):
        Record(tmp_path).resumed(federation)


def test_a_name_may_be_taken_again_after_a_silence(federation: Federation, tmp_path: Path) -> None:
    """By a clock that is given; until then a second client is refused, and the first after it."""
    now = [0.0]
    hall = Hall(federation, {"a": b"key"}, Record(tmp_path), Hours(silent_s=100), lambda: now[0])
    hall.enlist("a", SESSION)
    now[0] = 99.0
    with pytest.raises(NotEnlisted, match="another client is there as a"):
        hall.enlist("a", "1" * 32)
    now[0] = 100.0
    hall.enlist("a", "1" * 32)

    with pytest.raises(NotEnlisted, match="a is not enlisted with this session"):
        hall.task("a", SESSION, -1, 0.0)


def test_the_first_answer_of_a_round_counts(federation: Federation, tmp_path: Path) -> None:
    """One that is sent again is taken as sent; one of a closed round is told so."""
    hall = Hall(federation, {"a": b"key"}, Record(tmp_path))
    hall.enlist("a", SESSION)
    with pytest.raises(MessageRefused, match="no npz archive"):
        hall.answer("a", SESSION, 2, b"nonsense")
    hall.answer("a", SESSION, 2, b"something else")

    assert hall.answered == ("a",)
    with pytest.raises(MessageRefused, match="round 1 is closed"):
        hall.answer("a", SESSION, 1, b"late")


@pytest.mark.parametrize("invited", [{"A": b"1"}, {"../a": b"1"}, {"": b"1"}, {}, {"a": b"1", "b": b"1"}])
def test_invitations_that_cannot_be_are_refused(
    federation: Federation, tmp_path: Path, invited: dict[str, bytes]
) -> None:
    """Names that are no names of files, nobody, and two with one key."""
    with pytest.raises(UnusablePlan):
        Hall(federation, invited, Record(tmp_path))


def test_fewer_answers_may_be_asked_for_when_it_goes_on(federation: Federation, tmp_path: Path) -> None:
    """How many a round needs is the one thing that a coordinator may change."""
    Record(tmp_path).write(federation)
    fewer = replace(federation, plan=replace(federation.plan, least_answers=3))

    assert Record(tmp_path).resumed(fewer).task.round == federation.task.round


def test_a_folder_belongs_to_one_process(tmp_path: Path) -> None:
    """A second one is told; after the first it may."""
    with (
        held(tmp_path / "state"),
        pytest.raises(RecordUnusable, match="another process works with it"),
        held(tmp_path / "state"),
    ):
        pass
    with held(tmp_path / "state"):
        pass


def test_a_folder_that_cannot_keep_anything_is_told(federation: Federation, tmp_path: Path) -> None:
    """Below a file there is no folder."""
    (tmp_path / "file").touch()
    with pytest.raises(RecordUnusable, match="cannot keep the state of a federation"), held(tmp_path / "file"):
        pass
    with pytest.raises(RecordUnusable, match="give another folder"):
        Record(tmp_path / "file").write(federation)


def test_a_session_is_known_again_until_it_ended_well(tmp_path: Path) -> None:
    """After a failure the same one; then a new one; what is no session in the file is not taken for one."""

    def session() -> str:
        with kept_session(tmp_path) as drawn:
            return drawn

    with pytest.raises(MessageRefused), kept_session(tmp_path) as first:
        raise MessageRefused
    assert session() == first
    assert session() != first
    (tmp_path / "session").write_text("0" * 31)
    assert len(session()) == 32


def test_who_has_the_final_model_is_not_waited_for_again(federation: Federation, tmp_path: Path) -> None:
    """A client that leaves after the last round has it, also for a coordinator that is started anew; one that leaves
    before has not."""
    over = replace(federation, task=replace(federation.task, round=4))
    for state, waited_for in ((federation, ("a", "b")), (over, ("b",))):
        folder = tmp_path / str(state.task.round)
        hall = Hall(state, {"a": b"1", "b": b"2"}, Record(folder))
        hall.enlist("a", SESSION)
        hall.leave("a", SESSION)
        assert hall.wait_until_left(0.0) == waited_for
        again = Hall(state, {"a": b"1", "b": b"2"}, Record(folder))
        assert again.wait_until_left(0.0) == waited_for
    with pytest.raises(NotEnlisted):
        hall.leave("a", SESSION)


def test_the_key_of_noise_is_kept_for_its_owner(tmp_path: Path) -> None:
    """It is drawn once, others may not read it, and one that is lost or cut is told."""
    record = Record(tmp_path / "one")
    key, file = record.noise_key(), tmp_path / "one" / "noise-key"

    assert record.noise_key() == key != Record(tmp_path / "other").noise_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"cut")
    with pytest.raises(ForeignRecord, match="has no usable noise-key"):
        record.noise_key()


def test_a_coordinator_that_died_in_a_round_says_what_it_would_have_said(schema: Schema, tmp_path: Path) -> None:
    """The same answers and the key that is kept give the same sum with the same noise; another key is refused."""
    plan, first = Plan(rounds=2, rule=Rule.MEAN, privacy=Privacy(1.0)), np.zeros(4, dtype=np.float32)
    answer = answer_to_bytes(Answer(1, 30, np.ones(4, dtype=np.float32)), schema, half=False)
    told = []
    for _ in range(2):
        record = Record(tmp_path)
        hall = Hall(begun(plan, schema, 2, first, noise_key=record.noise_key()), {"a": b"key"}, record)
        hall.enlist("a", SESSION)
        hall.answer("a", SESSION, 1, answer)
        told.append(closed(hall.federation, record.answers(1), 1).task.weights.tobytes())

    assert told[0] == told[1]
    with pytest.raises(ForeignRecord, match="is of another plan or model"):
        Record(tmp_path).resumed(begun(plan, schema, 2, first, noise_key=NoiseKey(bytes(16))))
    (tmp_path / "noise-key").unlink()
    with pytest.raises(ForeignRecord, match="has lost its noise-key"):
        Record(tmp_path).noise_key()


def test_a_coordinator_of_homes_has_a_key_where_the_plan_has_privacy(tmp_path: Path) -> None:
    """In its own folder, and none without privacy."""
    for folder, privacy in ((tmp_path / "private", Privacy(1.0)), (tmp_path / "plain", None)):
        terms = Terms("homes", Plan(rule=Rule.MEAN, privacy=privacy), Hours(), 24, 0.0)
        hall = opened(terms, {"a": b"key"}, folder)

        assert (hall.federation.noise_key is None) == (privacy is None)
        assert (folder / "noise-key").exists() == (privacy is not None)
