"""Auction plugins are fit for votes at either end of their settings, not only with the defaults."""

import pytest

from aipchain.plugins.catalogue import BUILTIN_FOLDER, Catalogue
from aipchain.plugins.testing import conformance_problems


@pytest.mark.parametrize(
    ("folder", "config"),
    [
        ("minimum_fill", {"minimum_fill_permille": 0, "k_permille": 0}),
        ("minimum_fill", {"minimum_fill_permille": 1_000, "most_nodes": 0}),
    ],
)
def test_an_auction_is_fit_at_the_ends_of_its_settings(folder: str, config: dict[str, int]) -> None:
    """Every case of the kit, in particular that the order of the book and names of owners do not matter."""
    assert conformance_problems(BUILTIN_FOLDER / folder, config) == ()


def test_the_continuous_auction_has_no_settings() -> None:
    """A least fill for everybody dropped every order, because each finds less than it wants when it comes first."""
    assert Catalogue.discover().find("continuous-auction").manifest.config == {}
