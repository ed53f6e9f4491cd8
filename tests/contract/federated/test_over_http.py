"""Gateways and a coordinator over HTTP: what is learned, and what becomes of those who die, lie or come twice."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from aipchain.ai.federated.coordinator import Coordinator, serving
from aipchain.ai.federated.errors import (
    CoordinatorUnreachable,
    ForeignCoordinator,
    NotEnlisted,
    NotInvited,
    TooFewAnswers,
)
from aipchain.ai.federated.messages import Answer, Task
from aipchain.runtime_bridge.keys import development_account

Opened = Callable[..., Coordinator]
NAMES = ("north", "east", "south")


def learned(number: float) -> Any:
    """All four are near this number after four rounds that each go half of the way."""
    return pytest.approx([number * 15 / 16] * 4, abs=1e-2)


def test_gateways_learn_the_mean_of_their_numbers(toy: Any, opened: Opened) -> None:
    """Four rounds take the model fifteen sixteenths of the way; own copies stay with their gateways."""
    with serving(opened()) as coordinator, ThreadPoolExecutor() as threads:
        parts = [
            threads.submit(toy.gateway(name, coordinator.address).take_part, toy.Learner(number))
            for name, number in zip(NAMES, (1.0, 2.0, 3.0), strict=True)
        ]
        federation = coordinator.hall.close_rounds()
        told = [part.result() for part in parts]

    assert federation.task.weights.tolist() == learned(2)
    assert [each.own[0] for each in told] == [1.0, 2.0, 3.0]
    assert all(np.array_equal(each.task.weights, federation.task.weights) for each in told)
    assert [report.counted for report in federation.reports] == [tuple(sorted(NAMES))] * 5


def test_a_gateway_that_dies_midway_does_not_stop_the_others(opened: Opened, process_file: Path) -> None:
    """Two of three are enough: the rounds from its death on close at their deadline without it."""
    with serving(opened(round_s=1.0)) as coordinator:
        programs = [
            subprocess.Popen(
                [sys.executable, str(process_file), name, coordinator.address, number, dies_in],
                stdout=subprocess.PIPE,
                text=True,
            )
            for name, number, dies_in in (("north", "2", "-1"), ("east", "4", "-1"), ("south", "90", "1"))
        ]
        coordinator.hall.wait_for_answers(3)
        federation = coordinator.hall.close_rounds()
        told = [program.communicate()[0] for program in programs]

    assert [program.returncode for program in programs] == [0, 0, 9]
    numbers = [float(number) for number in told[0].split()]
    assert numbers[:4] == learned(3)
    assert numbers[4:] == [2.0] * 4
    assert [report.counted for report in federation.reports] == [("east", "north", "south")] + [("east", "north")] * 4


def test_a_second_client_under_one_name_is_refused(toy: Any, opened: Opened) -> None:
    """While the first is there, even with the right key; once it was silent for long, it may come."""
    with serving(opened()) as coordinator:
        coordinator.hall.enlist("north", "0" * 32)
        with pytest.raises(NotEnlisted, match="another client is there as north"):
            toy.gateway("north", coordinator.address, patience_s=0).take_part(toy.Learner(1))
    with serving(opened(silent_s=0)) as coordinator:
        coordinator.hall.enlist("north", "0" * 32)
        coordinator.hall.enlist("north", "1" * 32)


def test_strangers_are_refused(toy: Any, opened: Opened) -> None:
    """A name that is not invited, the key of another, another federation, and a coordinator with a strange key."""
    with serving(opened()) as coordinator:
        north = toy.gateway("north", coordinator.address, patience_s=0)
        for stranger in (replace(north, name="west"), replace(north, key=toy.gateway("east", "").key)):
            with pytest.raises(NotInvited, match="is not invited, or this is not signed with its key"):
                stranger.take_part(toy.Learner(1))
        patient = replace(north, patience_s=1e6)
        for elsewhere in (replace(patient, federation="community-8"), replace(patient, coordinator=north.key.public)):
            with pytest.raises(ForeignCoordinator, match="what answers there does not sign as"):
                elsewhere.take_part(toy.Learner(1))


def test_an_account_signs_as_well_as_a_device(toy: Any, opened: Opened) -> None:
    """With sr25519, whose signatures differ each time; another's are refused."""
    north, south = development_account("Alice"), development_account("Bob")
    with serving(opened(invited={"north": north.public, "east": toy.gateway("east", "").key.public})) as coordinator:
        gateway = replace(toy.gateway("north", coordinator.address, patience_s=0), key=north)
        with ThreadPoolExecutor() as threads:
            told = [
                threads.submit(each.take_part, toy.Learner(number))
                for each, number in ((gateway, 1.0), (toy.gateway("east", coordinator.address), 2.0))
            ]
            federation = coordinator.hall.close_rounds()
            weights = [part.result().task.weights.tolist() for part in told]
        with pytest.raises(NotInvited):
            replace(gateway, key=south).take_part(toy.Learner(1))

    assert weights == [federation.task.weights.tolist()] * 2


def test_an_answer_that_cannot_be_kept_is_sent_again(toy: Any, opened: Opened, tmp_path: Path) -> None:
    """While the coordinator's folder cannot be written, gateways wait; then it goes on as if nothing had been."""
    answers, waits = tmp_path / "record" / "answers", Event()

    def told(sentence: str) -> None:
        if "cannot keep the state" in sentence:
            waits.set()

    with serving(opened()) as coordinator, ThreadPoolExecutor() as threads:
        answers.touch()
        first = replace(toy.gateway("north", coordinator.address), told=told)
        parts = [threads.submit(first.take_part, toy.Learner(1))]
        waits.wait()
        answers.unlink()
        parts += [
            threads.submit(toy.gateway(name, coordinator.address).take_part, toy.Learner(number))
            for name, number in (("east", 2.0), ("south", 3.0))
        ]
        federation = coordinator.hall.close_rounds()
        weights = [part.result().task.weights.tolist() for part in parts]

    assert weights == [federation.task.weights.tolist()] * 3
    assert weights[0] == learned(2)


def test_nobody_answers(toy: Any) -> None:
    """A sentence with the address."""
    with pytest.raises(CoordinatorUnreachable, match=r"no coordinator answers at http://127\.0\.0\.1:1 "):
        toy.gateway("north", "http://127.0.0.1:1", patience_s=0).take_part(toy.Learner(1))


def test_answers_that_cannot_be_used_are_told_and_left_out(toy: Any, opened: Opened) -> None:
    """Numbers that are none in round 1, and more bytes than allowed in round 2: counted as refused, and it goes on."""

    class Faulty(toy.Learner):  # type: ignore[misc]  # of a module that is loaded here
        def answer(self, task: Task) -> Answer:
            wrong = {1: np.full(4, np.nan, dtype=np.float32), 2: np.zeros(10_000, dtype=np.float32)}
            told: Answer = super().answer(task)
            return replace(told, change=wrong.get(task.round, told.change))

    with serving(opened()) as coordinator, ThreadPoolExecutor() as threads:
        learners = (toy.Learner(2), toy.Learner(4), Faulty(3))
        parts = [
            threads.submit(toy.gateway(name, coordinator.address).take_part, learner)
            for name, learner in zip(NAMES, learners, strict=True)
        ]
        federation = coordinator.hall.close_rounds()
        refused = parts[2].result().refused

    assert refused == {
        1: "change has 4 values that are no finite numbers, the first at 0",
        2: "the message has more bytes than the 4,000 that are allowed",
    }
    assert [dict(report.refused) for report in federation.reports[1:3]] == [
        {"south": refused[1]},
        {"south": refused[2]},
    ]
    assert federation.task.weights.tolist() == learned(3)


def test_a_coordinator_that_is_started_anew_goes_on_with_its_round(toy: Any, opened: Opened) -> None:
    """What was answered is kept, clients come back by themselves, and the result is as if nothing had been."""
    with ThreadPoolExecutor() as threads, serving(opened()) as coordinator:
        first = threads.submit(toy.gateway("north", coordinator.address).take_part, toy.Learner(1))
        coordinator.hall.wait_for_answers(1)
        port = int(coordinator.server_address[1])
        coordinator.shutdown()
        coordinator.server_close()
        with serving(opened(port=port)) as again:
            assert again.hall.answered == ("north",)
            others = [
                threads.submit(toy.gateway(name, again.address).take_part, toy.Learner(number))
                for name, number in (("east", 2.0), ("south", 3.0))
            ]
            federation = again.hall.close_rounds()
            weights = [each.result().task.weights.tolist() for each in (first, *others)]

    assert weights == [federation.task.weights.tolist()] * 3
    assert weights[0] == learned(2)
    assert len(federation.reports) == 5


def test_too_few_answers_stop_the_federation(opened: Opened) -> None:
    """Nobody comes: it says so after the time that was agreed on."""
    with serving(opened(round_s=0.0, give_up_s=0.01)) as coordinator:  # noqa: SIM117  # the server closes, too
        with pytest.raises(TooFewAnswers, match="round 0 had 0 usable answers and 0 refused ones, 2 are needed"):
            coordinator.hall.close_rounds()
