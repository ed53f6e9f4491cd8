"""What always holds has the same names in the specification and in the try-state checks of the runtime."""

import ast
import re
from pathlib import Path

import pytest

from aipchain import pallets_spec
from aipchain.runtime_bridge.protocol import OWN_PALLETS

SPECIFICATION = Path(pallets_spec.__file__).resolve().parent
PALLETS = SPECIFICATION.parent / "chain" / "pallets"
CHAPTERS = [re.sub(r"(?<!^)(?=[A-Z])", "_", pallet).lower() for pallet in OWN_PALLETS]


def in_specification(chapter: str) -> set[str]:
    """What a chapter's invariants can say."""
    folder = SPECIFICATION / chapter
    source = folder / "invariants.py" if folder.is_dir() else folder.with_suffix(".py")
    yielded = [node.value for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Yield)]
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
def test_both_sides_check_the_same(chapter: str) -> None:
    """A check that one side has and the other lacks is found by its name."""
    assert in_specification(chapter)
    assert in_specification(chapter) == in_runtime(chapter)
