"""An audit proves the history it reads before it replays anything."""

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aipchain.cli.app import app
from aipchain.errors import StateError
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.rehearsal import Rehearsal, Settings
from aipchain.runtime_bridge.events import EVENTS_KEY


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsed day of two homes in a file."""
    folder = tmp_path_factory.mktemp("rehearsed")
    pack = load_pack()
    rehearsal = Rehearsal(Settings(pack, choose_homes(pack, "2"), date(2016, 10, 3), 1, 1), folder)
    rehearsal.run(lambda _: None)
    rehearsal.close()
    return folder


def test_every_clearing_of_an_honest_file_comes_out_equal(chain: Path) -> None:
    """Twenty-four hours, twenty-four clearings."""
    result = CliRunner().invoke(app, ["audit", "replay", "--base-path", str(chain)])

    assert (result.exit_code, "24 of 24 clearings" in result.stdout) == (0, True)


def test_a_rewritten_past_is_not_replayed(chain: Path, tmp_path: Path) -> None:
    """Erasing the events of old blocks does not make their clearings unseen."""
    altered = tmp_path / "altered"
    shutil.copytree(chain, altered)
    with sqlite3.connect(altered / "chain.sqlite") as database:
        changed = database.execute(
            "UPDATE past SET value = x'00' WHERE key = ? AND until BETWEEN 40 AND 60", (EVENTS_KEY,)
        ).rowcount
    database.close()

    audited = CliRunner().invoke(app, ["audit", "replay", "--base-path", str(altered)])
    examined = CliRunner().invoke(app, ["doctor", "--base-path", str(altered)])

    assert changed > 0
    assert isinstance(audited.exception, StateError)
    assert examined.exit_code == 3
