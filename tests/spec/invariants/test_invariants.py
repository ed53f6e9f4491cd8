"""What always holds: the same checks in specification and runtime, and each of them seen to notice what it is about.

The spoilt worlds are vectors, too: there `broken` says which checks must notice, and the runtime's try-state does.
"""

import ast
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from tests.spec.invariants import communities, community_governance, energy, market, metering, money, plugin_registry
from tests.spec.invariants.spoilt import Checks, Spoil

from aipchain import pallets_spec
from aipchain.pallets_spec.world import invariants
from aipchain.runtime_bridge.protocol import OWN_PALLETS

if TYPE_CHECKING:
    from tests.spec.conftest import Town

SPECIFICATION = Path(pallets_spec.__file__).resolve().parent
PALLETS = SPECIFICATION.parent / "chain" / "pallets"
CHAPTERS = [re.sub(r"(?<!^)(?=[A-Z])", "_", pallet).lower() for pallet in OWN_PALLETS]
TABLES = MappingProxyType[str, Checks](
    {
        "communities": communities.CHECKS,
        "metering": metering.CHECKS,
        "energy": energy.CHECKS,
        "market": market.CHECKS,
        "plugin_registry": plugin_registry.CHECKS,
        "community_governance": community_governance.CHECKS,
    }
)


def in_specification(chapter: str) -> set[str]:
    """What a chapter's invariants can say: nothing else yields texts."""
    folder = SPECIFICATION / chapter
    sources = folder.glob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source.read_text("utf-8")))]
    yielded = [node.value for node in nodes if isinstance(node, ast.Yield)]
    return {each.value for each in yielded if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def in_runtime(chapter: str) -> set[str]:
    """What a pallet's try-state can say."""
    (source,) = [
        text.split("fn do_try_state", 1)[1]
        for text in (file.read_text("utf-8") for file in (PALLETS / chapter / "src").glob("*.rs"))
        if "fn do_try_state" in text
    ]
    return set(re.findall(r'"([^"]+)"', source))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_both_sides_check_the_same_and_each_check_is_tried(chapter: str) -> None:
    """A check that one side has and the other lacks is found by its name, and so is one that no spoilt world is for."""
    tried = {name for name, _ in TABLES[chapter]}

    assert in_specification(chapter) == in_runtime(chapter) == tried != set()


def test_each_check_of_money_is_tried() -> None:
    """The runtime's side of these is the stock module, which has checks of its own."""
    assert in_specification("balances") == {name for name, _ in money.CHECKS} != set()


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        pytest.param(name, spoil, id=f"{chapter}-{spoil.__name__}")
        for chapter, table in TABLES.items()
        for name, spoil in table
    ],
)
def test_a_spoilt_world_is_noticed(grown: "Town", name: str, spoil: Spoil) -> None:
    """Sound but for one thing, it is noticed by the check that is about this, once, and by no other."""
    unsound = grown.world.copy()
    spoil(unsound)
    grown.recorder.keep(unsound)

    assert list(invariants(grown.world)) == []
    assert list(invariants(unsound)) == [name]


@pytest.mark.parametrize(("name", "spoil"), [pytest.param(*each, id=each[1].__name__) for each in money.CHECKS])
def test_unsound_money_is_noticed(grown: "Town", name: str, spoil: Spoil) -> None:
    """The same of money, of which no vector can say that it does not add up."""
    unsound = grown.world.copy()
    spoil(unsound)

    assert list(invariants(unsound)) == [name]
