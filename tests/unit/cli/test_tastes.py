"""What households tell their agents, as it is written on the command line."""

import pytest

from aipchain.ai.agents.settings import Taste
from aipchain.cli.errors import Misread
from aipchain.cli.tastes import read_tastes

HOMES = ("home_01", "home_02")


def test_what_is_said_of_all_holds_for_those_nothing_else_is_said_of() -> None:
    """The later word of one home replaces the earlier one of all."""
    told = read_tastes(["risk=30%,reserve=20%", "home_02:green=12.5%"], HOMES)

    assert told == (Taste(risk_aversion_ppm=300_000, reserve_ppm=200_000), Taste(green_ppm=125_000))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write risk, reserve or green"),
        ("comfort=10%", "write risk, reserve or green"),
        ("risk=10%,risk=20%", "write risk, reserve or green"),
        ("risk=0.3", "write percent from 0% to 100%"),
        ("risk=101%", "write percent from 0% to 100%"),
        ("home_09:risk=10%", "choose a home from home_01, home_02"),
        (":risk=10%", "choose a home from home_01, home_02"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, told: str) -> None:
    """With what to write."""
    with pytest.raises(Misread, match=told):
        read_tastes([text], HOMES)
