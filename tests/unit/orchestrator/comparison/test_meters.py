"""Settings that name meters which no home has are told, whichever rule they are of; settings that fit are not."""

import pytest

from aipchain.orchestrator.comparison.meters import unmetered_sentences
from aipchain.orchestrator.comparison.rules import choose_rules, rules_of
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config

CATALOGUE = Catalogue.discover()
MANY = ",".join(f"{meter}=0" for meter in range(20))


def told(plugin: str, key: str, text: str, homes: int) -> list[str]:
    """The sentences about one setting, in whichever rules the plugin is."""
    bundle = CATALOGUE.find(plugin)
    configs = {bundle.id: encode_config(bundle.manifest, {key: text})}
    return list(unmetered_sentences(choose_rules(rules_of(CATALOGUE, configs), plugin), homes))


@pytest.mark.parametrize(
    ("plugin", "key", "text", "named"),
    [
        ("location-aware", "places", "1=5/5,99=0/0", "meter 99"),
        ("preferred-partner", "partners", "77>66;1>2", "meters 66, 77"),
        ("allocation-key", "shares", "77=600", "meter 77"),
        ("allocation-key", "tiers", MANY, "meters 3, 4, 5, 6, 7, 8, 9, 10 and 9 more"),
        ("allocation-key", "producer_shares", "7>1=400;1>8=600", "meters 7, 8"),
        ("low-voltage-grid", "lines", "r1,a35:2,a40:3+14", "meters 3, 14"),
    ],
)
def test_meters_that_no_home_has_are_named(plugin: str, key: str, text: str, named: str) -> None:
    """With the table that names them; where there are homes enough, nothing is said."""
    assert told(plugin, key, text, 3) == [
        f"{plugin}.{key} names {named}, which no home here has: homes have meters 0 to 2"
    ]
    assert told(plugin, key, text, 100) == []


def test_the_first_meter_may_be_the_only_one() -> None:
    """Then it is not called a range."""
    (sentence,) = told("location-aware", "places", "1=0/0", 1)

    assert sentence.endswith("names meter 1, which no home here has: homes have meter 0")


def test_a_partner_of_itself_is_told() -> None:
    """A trade with itself is none."""
    assert told("preferred-partner", "partners", "0>0;1>2,1;2>0", 3) == [
        "preferred-partner.partners names meters 0, 1 as partner of itself: nobody trades with itself"
    ]


def test_rules_as_they_are_have_nothing_to_say() -> None:
    """Every built-in rule with its defaults."""
    assert list(unmetered_sentences(rules_of(CATALOGUE), 1)) == []
