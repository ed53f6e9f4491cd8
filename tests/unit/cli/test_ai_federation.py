"""`aip ai federation`: whatever cannot be used is told in a sentence before anything is learned."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aipchain.runtime_bridge.keys import create_account

Aip = Callable[..., Any]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with keys, an invitation of a gateway, and a pack of thirteen days."""
    address = create_account(tmp_path / "north.key").address
    create_account(tmp_path / "coordinator.key")
    (tmp_path / "invited.toml").write_text(f'north = "{address}"\n')
    hours = [datetime(2020, 1, 1) + timedelta(hours=hour) for hour in range(13 * 24)]
    (tmp_path / "homes.csv").write_text("home\na\n")
    for name in ("load_wh", "pv_wh"):
        (tmp_path / f"{name}.csv").write_text("start_local,a\n" + "".join(f"{hour},5\n" for hour in hours))
    head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
    (tmp_path / "grid.csv").write_text(head + "".join(f"{hour},220000,150\n" for hour in hours))
    return tmp_path


def options(given: dict[str, object]) -> list[object]:
    """As they are written on a command line."""
    return [part for name, value in given.items() for part in (f"--{name}", value)]


@pytest.fixture
def coordinate(aip: Aip, place: Path) -> Aip:
    """Coordinate with some options changed."""

    def run(**changed: object) -> Any:
        usual = {"federation": "community-7", "key-file": place / "coordinator.key", "invited": place / "invited.toml"}
        given = {**usual, "out": place / "model", "port": 0, **changed}
        return aip("ai", "federation", "coordinate", *options(given))

    return run


@pytest.fixture
def join(aip: Aip, place: Path) -> Aip:
    """Join with some options changed; the homes are those of the package."""

    def run(**changed: object) -> Any:
        key = (place / "invited.toml").read_text().split('"')[1]
        usual = {"coordinator": "http://127.0.0.1:1", "coordinator-key": key, "federation": "community-7"}
        own = {"name": "north", "key-file": place / "north.key", "out": place / "model", "patience": "0s"}
        given = {**usual, **own, "homes": "1", "until": "2016-08-20", **changed}
        return aip("ai", "federation", "join", *options(given))

    return run


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"key-file": "nowhere.key"}, "the keystore file nowhere.key cannot be read"),
        ({"invited": "nowhere.toml"}, "nowhere.toml cannot be read"),
        ({"federation": "Community 7"}, "'Community 7' is no name: use a to z"),
        ({"rounds": 0}, "a federation has 1 to 100 rounds"),
        ({"noise": 3}, "noise of privacy is measured for the mean, not the trimmed mean"),
        ({"noise": -1, "rule": "mean"}, "is of no use: give a multiplier above 0"),
        ({"least": 2}, "1 clients are invited and a round needs 2 answers"),
        ({"steps": 7}, "a day of 7 steps cannot be learned: give 24 or 96"),
        ({"round-time": "soon"}, "--round-time 'soon' cannot be read"),
        ({"host": "no such host"}, "cannot be listened on"),
        ({"out": "/"}, "/ cannot take a model"),
    ],
)
def test_a_coordinator_says_what_it_cannot_use(
    coordinate: Aip, place: Path, changed: dict[str, object], told: str
) -> None:
    """Before anybody is let in; there is no model."""
    ended = coordinate(**changed)

    assert (ended.code, told in ended.sentence) == (2, True), ended
    assert not (place / "model").exists()


@pytest.mark.parametrize(
    ("invited", "told"),
    [
        ("north is invited", "invited.toml is no TOML"),
        ('north = "5F"', "invited.toml says of 'north': '5F' is no address of this network"),
        ("north = 7", "invited.toml says of 'north': '7' is no address of this network"),
        ('"../north" = "{address}"', "'../north' is no name"),
        ('north = "{address}"\neast = "{address}"', "invite as many, each with a key of its own"),
        ("", "0 clients are invited and a round needs 1 answers"),
    ],
)
def test_invitations_that_are_none_are_told(coordinate: Aip, place: Path, invited: str, told: str) -> None:
    """With the file and the gateway."""
    file = place / "invited.toml"
    address = file.read_text().split('"')[1]
    file.write_text(invited.replace("{address}", address))
    ended = coordinate()

    assert (ended.code, told in ended.sentence) == (2, True), ended


def test_a_port_that_is_taken_is_told(coordinate: Aip) -> None:
    """With what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = coordinate(port=port)

    assert ended.code == 2
    assert ended.sentence.startswith(f"127.0.0.1:{port} cannot be listened on (Address already in use)")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "no coordinator answers at http://127.0.0.1:1 ("),
        ({"key-file": "nowhere.key"}, "the keystore file nowhere.key cannot be read"),
        ({"coordinator": "127.0.0.1:8095"}, "write http://HOST:PORT or https://HOST"),
        ({"coordinator": "http://127.0.0.1:port"}, "write http://HOST:PORT or https://HOST"),
        ({"coordinator-key": "0x00"}, "'0x00' is no address of this network"),
        ({"name": "no/rth"}, "'no/rth' is no name"),
        ({"homes": "nobody"}, "home 'nobody' is not in the data"),
        ({"until": "2016-08-13"}, "13 days are too few to learn from: give at least 14"),
        ({"until": "2031-01-01"}, "--until 2031-01-01 is not in the pack"),
        ({"patience": "long"}, "--patience 'long' cannot be read"),
        ({"pack": "nowhere"}, "nowhere is no folder"),
    ],
)
def test_a_gateway_says_what_it_cannot_use(join: Aip, place: Path, changed: dict[str, object], told: str) -> None:
    """A coordinator that is away, keys, names, homes and days; there is no model."""
    ended = join(**changed)

    assert (ended.code, told in ended.sentence) == (2, True), ended
    assert not (place / "model").exists()


def test_a_pack_that_is_too_short_teaches_nothing(join: Aip, place: Path) -> None:
    """Thirteen days, where fourteen are the least."""
    assert join(pack=place, until="").sentence == "13 days are too few to learn from: give at least 14"


@pytest.mark.parametrize("command", ["coordinate", "join"])
def test_a_folder_that_cannot_be_written_is_told_first(
    request: pytest.FixtureRequest, command: str, place: Path
) -> None:
    """One that holds other things is left alone; below a file there is no folder."""
    run: Aip = request.getfixturevalue(command)
    (place / "photos").mkdir()
    (place / "photos" / "holiday.jpg").write_bytes(b"beach")
    for out, cause in ((place / "photos", "is something else"), (place / "homes.csv" / "model", "Not a directory")):
        ended = run(out=out)
        assert (ended.code, cause in ended.sentence) == (2, True), ended
    assert [file.name for file in (place / "photos").iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize("command", ["coordinate", "join"])
def test_no_key_is_taken_by_itself(aip: Aip, command: str) -> None:
    """Who does not name a keystore is asked for one; there is no well-known key."""
    told = aip("ai", "federation", command, "--federation", "community-7")

    assert told.code == 2
    assert "--dev" not in aip("ai", "federation", command, "--help").out
