"""One suite for the actors of every place: warm ones, errors of asking and making, and actors that are killed."""

from functools import partial
from pathlib import Path

import pytest
from executor_work import (
    Mortal,
    Warm,
    ask,
    ask_mortal,
    ask_to_die,
    ask_to_meet,
    ask_to_refuse,
    refuse_to_be_made,
    refuse_with_fields,
)

from aipchain.ai.errors import PartMissing, UnusablePanel, WorkLost
from aipchain.ai.executors.executor import Executor


def test_actors_stay_warm(executor: Executor) -> None:
    """Twelve items in two rounds are asked of at most as many actors as there are workers, each made once."""
    with executor.actors(Warm) as pool:
        told = [*pool.map(ask, range(5)), *pool.map(ask, range(5, 12))]

    assert [item for item, _, _ in told] == list(range(12))
    assert len({process for _, _, process in told}) <= executor.workers
    assert sum(asked == 1 for _, asked, _ in told) == len({process for _, _, process in told})


def test_actors_work_at_a_time(elsewhere: Executor, tmp_path: Path) -> None:
    """Two of them wait for one another."""
    with elsewhere.actors(partial(str, tmp_path)) as pool:
        assert len({*pool.map(ask_to_meet, range(2))} - {"nobody came"}) == 2


def test_nothing_to_ask_is_answered(executor: Executor) -> None:
    """No item, no answer."""
    with executor.actors(Warm) as pool:
        assert pool.map(ask, []) == []


def test_an_error_of_an_ask_comes_as_it_was(executor: Executor) -> None:
    """Its kind, its words and its fields; and the actors answer on."""
    with executor.actors(Warm) as pool:
        with pytest.raises(UnusablePanel, match=r"^item 2 cannot be used"):
            pool.map(ask_to_refuse, range(5))
        with pytest.raises(PartMissing, match=r"^sundial is not installed") as told:
            pool.map(refuse_with_fields, [0])
        assert (str(told.value), told.value.extra) == ("sundial is not installed: pip install 'aipchain[sun]'", "sun")
        assert [item for item, _, _ in pool.map(ask, range(3))] == [0, 1, 2]


def test_an_actor_that_cannot_be_made_says_why(executor: Executor) -> None:
    """The error of making it comes when it is first asked."""
    with (
        executor.actors(refuse_to_be_made) as pool,
        pytest.raises(UnusablePanel, match=r"^there is nothing to keep warm"),
    ):
        pool.map(ask, range(3))


def test_a_killed_actor_is_made_anew_and_loses_nothing(elsewhere: Executor, tmp_path: Path) -> None:
    """What it was asked is asked again."""
    with elsewhere.actors(partial(Mortal, str(tmp_path / "died"))) as pool:
        assert pool.map(ask_mortal, range(8)) == [item * item for item in range(8)]
    assert (tmp_path / "died").exists()


def test_an_ask_that_kills_every_actor_is_lost(elsewhere: Executor) -> None:
    """After four tries, with a sentence; and the same actors' block answers the next."""
    with elsewhere.actors(Warm) as pool:
        with pytest.raises(WorkLost, match="ended its worker 4 times"):
            pool.map(ask_to_die, range(3))
        assert pool.map(ask_to_die, [2, 3]) == [2, 3]
