"""The conformance kit: what any plugin author can run on a bundle before asking anybody to vote for it.

    python -m aipchain.plugins.testing FOLDER...            check; exit code 2 and one line per problem
    python -m aipchain.plugins.testing FOLDER... --vectors  write vectors.json and its hash into plugin.toml first

In pytest: `assert conformance_problems(folder) == ()`. Every hook is asked about the same named cases (`cases`): empty,
one-sided, crossed, tied and large books, one owner on both sides, zones, extreme numbers, missing prices. Answers must
be whole numbers inside the envelope, prove what the manifest promises, repeat exactly, not depend on the order of
the book or on what owners are called, leave the inputs as they were, and equal the bundle's test vectors.
`CannotDecide` is a fair answer where the reference or the local price is missing, for a rule that proves an optimum
also where a book has more orders than can be proven, and nowhere else.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from aipchain.errors import AipchainError
from aipchain.market.book import MAX_TRADES, in_canonical_order
from aipchain.market.certificate import Nothing
from aipchain.market.terms import PLAIN_TERMS, Proof, Terms
from aipchain.plugins.bundle import VECTORS_NAME, Bundle, read_bundle
from aipchain.plugins.cases import Case, conformance_cases, same_books
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.errors import ManifestInvalid, PluginFailed
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, ConfigValue, PriceInputs, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear, ask_price
from aipchain.plugins.manifest import MANIFEST_NAME
from aipchain.plugins.vectors import ClearVector, PriceVector, encode_vectors, read_vectors
from aipchain.units import Interval, UnixSeconds

__all__ = ["CHECKED_HOOKS", "conformance_problems", "main", "write_vectors"]

CHECKED_HOOKS: Final = frozenset({"price", "clear"})
"""Names of the hooks this kit checks."""

_NOTHING: Final = Nothing()
_HOUR: Final = Interval(UnixSeconds(1_475_452_800), 3_600)
_VECTOR_CASES: Final = frozenset(
    {"empty", "crossed", "tied", "one_owner_on_both_sides", "no_supply", "many_owners", "full_line"}
)


def conformance_problems(folder: Path, config: Mapping[str, ConfigValue] | None = None) -> tuple[str, ...]:
    """Everything that keeps the bundle in `folder` from being fit to vote on, one sentence each; empty is good.

    :raises AipchainError: the folder is no bundle, or its code cannot be loaded at all.
    """
    bundle = read_bundle(folder)
    problems: list[str] = []
    for plugin in _load(bundle, config or {}):
        for case in conformance_cases():
            problems += [f"case {case.name}: {problem}" for problem in _case_problems(plugin, case)]
        problems += _vector_problems(plugin)
    return tuple(problems)


def write_vectors(folder: Path) -> None:
    """Ask the bundle in `folder`, with default settings, about some cases; write `vectors.json` and its hash.

    :raises ManifestInvalid: `plugin.toml` has no line `vectors_sha256 = "..."` to write to.
    """
    bundle = read_bundle(folder, check_vectors=False)
    cases = [case for case in conformance_cases() if case.name in _VECTOR_CASES]
    asked = [(plugin, _inputs(plugin, case)) for plugin in _load(bundle, {}) for case in cases]
    content = encode_vectors(_vector(plugin, inputs) for plugin, inputs in asked)
    manifest = bundle.files[MANIFEST_NAME].decode("utf-8")
    line = f'vectors_sha256 = "{sha256(content).hexdigest()}"'
    manifest, lines = re.subn(r'^vectors_sha256 = "[0-9a-f]*"', line, manifest, flags=re.MULTILINE)
    if lines != 1:
        raise ManifestInvalid(str(folder / MANIFEST_NAME), 'it needs one line vectors_sha256 = "..."')
    (folder / VECTORS_NAME).write_bytes(content)
    (folder / MANIFEST_NAME).write_bytes(manifest.encode("utf-8"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundles a person names; 0 if all are fit, 2 if not."""
    parser = argparse.ArgumentParser(prog="python -m aipchain.plugins.testing", description="Check plugin bundles.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--vectors", action="store_true", help="write vectors.json and its hash first")
    options = parser.parse_args(arguments)
    return max(_report(folder, vectors=options.vectors) for folder in options.folders)


def _report(folder: Path, *, vectors: bool) -> int:
    """Say on the terminal whether a bundle is fit."""
    try:
        if vectors:
            write_vectors(folder)
        problems = conformance_problems(folder)
        bundle = read_bundle(folder)
    except AipchainError as error:
        problems = (str(error),)
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        return 2
    sys.stdout.write(f"{bundle.label} is fit: {bundle.id}\n")
    return 0


def _load(bundle: Bundle, config: Mapping[str, ConfigValue]) -> Iterator[LoadedPlugin]:
    content = encode_config(bundle.manifest, config)
    for slot in bundle.manifest.slots:
        terms = Terms(bundle.manifest.proof.proof) if slot is Slot.CLEAR else PLAIN_TERMS
        yield LoadedPlugin.load(Catalogue((bundle,)), Activation(slot, bundle.id, content, terms))


def _case_problems(plugin: LoadedPlugin, case: Case) -> Iterator[str]:
    try:
        inputs = _inputs(plugin, case)
        answer = _expected(_vector(plugin, inputs))
        before = deepcopy(inputs)
        if _answer(plugin, inputs) != answer:
            yield "the same question has another answer the second time"
        if before != inputs:
            yield "it changed its inputs"
        for what, orders in same_books(case.orders):
            if _answer(plugin, replace(inputs, orders=orders)) != answer:
                yield f"the answer depends on {what}"
    except PluginFailed as failure:
        if not (case.may_decline(plugin.terms.proof) and isinstance(failure.__cause__, CannotDecide)):
            yield str(failure)


def _vector_problems(plugin: LoadedPlugin) -> Iterator[str]:
    vectors = read_vectors(plugin.bundle)
    asked: Sequence[PriceVector | ClearVector] = vectors.price if plugin.slot is Slot.PRICE else vectors.clear
    if not asked:
        yield f"{VECTORS_NAME} has no vectors for the slot {plugin.slot.value}"
    for index, vector in enumerate(asked):
        if _answer(plugin, vector.inputs) != _expected(vector):
            yield f"test vector {index} of slot {plugin.slot.value} has another answer than {VECTORS_NAME} says"


def _vector(plugin: LoadedPlugin, inputs: PriceInputs | ClearInputs) -> PriceVector | ClearVector:
    """A question and the answer as the market loop gets it."""
    if isinstance(inputs, PriceInputs):
        return PriceVector(inputs, ask_price(plugin, inputs))
    cleared = ask_clear(plugin, inputs)
    return ClearVector(inputs, tuple(cleared.trades), cleared.certificate)


def _expected(vector: PriceVector | ClearVector) -> object:
    """The answer of a vector: a price, or trades and their certificate."""
    return vector.expected if isinstance(vector, PriceVector) else (vector.expected, vector.certificate)


def _answer(plugin: LoadedPlugin, inputs: PriceInputs | ClearInputs) -> object:
    """The bare answer, trades in canonical order and the certificate as far as it is demanded."""
    answer = plugin.ask(inputs)
    if not (isinstance(answer, Clearing) and isinstance(inputs, ClearInputs)):
        return answer
    certificate = _NOTHING if inputs.terms.proof is Proof.ENVELOPE else answer.certificate
    return in_canonical_order(answer.trades), certificate


def _inputs(plugin: LoadedPlugin, case: Case) -> PriceInputs | ClearInputs:
    config = dict(plugin.config)
    if plugin.slot is Slot.PRICE:
        return PriceInputs(_HOUR, case.reference, case.orders, config)
    return ClearInputs(
        _HOUR, case.reference, case.orders, case.price, MAX_TRADES, config, case.terms(plugin.terms.proof)
    )


if __name__ == "__main__":
    sys.exit(main())
