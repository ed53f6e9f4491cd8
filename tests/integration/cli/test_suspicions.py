"""`aip audit suspicions` and `congestion`: what they say of a quiet community, and what they refuse."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.integration.cli.conftest import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli.conftest import Village

DAY = 86_400
MIDNIGHT = NOON + DAY // 2


@pytest.fixture
def next_day(village: Village) -> Village:
    """The village, with a bid of Bob's, after midnight."""
    bid = ("2016-10-03T14:00", "bid", "--energy", "1kWh", "--limit", "0.25", "--dev", "Bob")
    assert village.aip("order", "place", 0, *bid).code == 0
    village.wait_until(MIDNIGHT)
    assert village.aip("community", "grant", 0, "Dave", "auditor", "--dev", "Alice").code == 0
    return village


def test_a_quiet_community_is_told_as_such(next_day: Village) -> None:
    """One order is too little to score anybody by; the open book and the day of the founding are counted."""
    ended = next_day.aip("audit", "suspicions", 0, "--from", "2016-10-03", "--days", 1)

    assert ended.code == 0
    for sentence in (
        "wash trading: nobody was scored, mostly as in: not enough history: 0 trades, 10 are needed",
        "theft: not looked for, as no meter was read by the first of these days",
        "reputation pumping: not looked for, as this runtime keeps no reviews",
        "1 books of these days are not settled yet; their trades are not counted",
    ):
        assert sentence in ended.out.replace("\n", "")


def test_public_funders_are_named(next_day: Village, address: object) -> None:
    """The steward is one; the others are given."""
    assert callable(address)
    asked = ("audit", "suspicions", 0, "--from", "2016-10-03", "--days", 1, "--public-funder", "Eve", "--json")

    assert set(next_day.aip(*asked).document["public_funders"]) == {address("Alice"), address("Eve")}


REFUSED: dict[tuple[object, ...], str] = {
    (1, "--from", "2016-10-03"): "there is no community 1 on this chain: it has only 0",
    (0, "--from", "2016-10-03", "--days", "2"): "these days are not all on the chain, which tells of this community",
    (0, "--from", "2016-10-02", "--days", "1"): "from 2016-10-03 12:00 to 2016-10-04 00:0",
    (0, "--from", "2016-10-03T05:00"): "--from '2016-10-03T05:00' cannot be read: write the day",
    (0, "--from", "yesterday"): "--from 'yesterday' cannot be read",
    (0, "--from", "2016-10-03", "--false-alarms", "0.01"): "--false-alarms '0.01' cannot be read: write percent",
    (0, "--from", "2016-10-03", "--false-alarms", "60%"): "'60%' cannot be read: give 0.01 % to 50 %",
    (0, "--from", "2016-10-03", "--days", "1", "--public-funder", "nobody"): "nobody",
}


UNTOLD: dict[tuple[object, ...], str] = {
    (1, "--from", "2016-10-03", "--limit", "25kWh"): "there is no community 1",
    (0, "--from", "2016-10-03", "--limit", "25"): "--limit '25' cannot be read",
    (0, "--from", "2016-10-03", "--limit", "25kWh"): "--zone '' is no zone of this community: choose from north, south",
    (0, "--from", "2016-10-03", "--limit", "25kWh", "--zone", "south"): "zone 'south', as none of its meters was read",
}


def test_bad_input_is_told_in_a_sentence(next_day: Village) -> None:
    """Unknown community or zone, days that are not there, what cannot be read."""
    for command, refused in (("suspicions", REFUSED), ("congestion", UNTOLD)):
        for arguments, sentence in refused.items():
            ended = next_day.aip("audit", command, *arguments)
            assert (ended.code, ended.out) == (2, ""), arguments
            assert sentence in ended.sentence


def test_without_the_extra_it_says_what_to_install(chain_file: Path) -> None:
    """Other audits need no numpy, so only this one asks for it."""
    told = "import sys; sys.modules['numpy'] = None; from aipchain.cli.app import main; main()"
    asked = ("audit", "suspicions", "0", "--from", "2016-10-03", "--base-path", str(chain_file))
    done = subprocess.run([sys.executable, "-c", told, *asked], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "numpy is not installed: pip install 'aipchain[ai]'" in done.stderr
