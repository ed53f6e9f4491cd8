"""A lived rehearsal that tests share, and villages of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from tests.integration.orchestrator.village import founded, unruled, village

from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.rehearsal import Progress, Rehearsal, Settings
from aipchain.orchestrator.results import Results
from aipchain.runtime_bridge.connection import Connection, connect

__all__ = ["Leave", "Live", "Lived", "founded", "leave", "live", "lived", "one_day", "settings", "unruled", "village"]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Four homes, two days, seed 1."""
    pack = load_pack()
    return Settings(pack, choose_homes(pack, "4"), date(2016, 10, 3), 2, 1)


@dataclass(frozen=True)
class Lived:
    """A rehearsal that is over: its settings, its results, and its chain to read."""

    settings: Settings
    results: Results
    connection: Connection


Live = Callable[..., Results]
"""Lives a rehearsal, with a chain of its own or in the given folder, to its end."""

Leave = Callable[[Settings, Path, int], None]
"""Lives a rehearsal in a folder, and stops it after so many turns."""


class Stopped(Exception):
    """The rehearsal was stopped on the way."""


@pytest.fixture(scope="session")
def live() -> Live:
    """See `Live`."""

    def to_its_end(settings: Settings, base_path: Path | None = None) -> Results:
        with closing(Rehearsal(settings, base_path)) as stage:
            return stage.run(lambda _: None)

    return to_its_end


@pytest.fixture(scope="session")
def leave() -> Leave:
    """See `Leave`."""

    def after(settings: Settings, base_path: Path, turns: int) -> None:
        def stop(progress: Progress) -> None:
            if progress.done == turns:
                raise Stopped

        with closing(Rehearsal(settings, base_path)) as stage, pytest.raises(Stopped):
            stage.run(stop)

    return after


@contextmanager
def living(settings: Settings) -> Iterator[Lived]:
    """Live a rehearsal in memory, and keep its chain open."""
    stage = Rehearsal(settings, None)
    results = stage.run(lambda _: None)
    with connect(LocalTransport(stage.node)) as connection:
        yield Lived(settings, results, connection)
    stage.close()


@pytest.fixture(scope="session")
def lived(settings: Settings) -> Iterator[Lived]:
    """The shared rehearsal; only for reading."""
    with living(settings) as over:
        yield over


@pytest.fixture(scope="session")
def one_day(settings: Settings) -> Iterator[Lived]:
    """A shorter one: the first three homes on the first day."""
    with living(replace(settings, homes=settings.homes[:3], days=1)) as over:
        yield over
