"""Mutants: the specification with one small change, found in its sources and put into the running modules.

Left out is what no call depends on: types and annotations, texts for people (docstrings, what a refusal says beside its
name), what always holds (`invariants`: checks of a state, not rules of a call; `tests/spec` breaks states for them),
and constants that no line of the specification reads.
"""

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import FunctionType, ModuleType

from operators import Neighbours, changes

from aipchain import pallets_spec

__all__ = ["PACKAGE", "Mutant", "NotViable", "all_mutants", "put_in"]

PACKAGE = pallets_spec.__name__
_SOURCES = Path(pallets_spec.__path__[0])
_NO_RULES = ("errors", "invariants", "events", "__init__")
"""Modules that only name things, or check."""
_SKIPPED_FIELDS = ("annotation", "returns", "decorator_list", "type_comment", "bases", "pattern", "ctx", "op", "ops")


class NotViable(Exception):
    """The mutant cannot be imported."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node hangs: in a field of its parent, or at an index of the list there."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Mutant:
    """One change in one place."""

    module: str
    """Relative to the specification: `market.orders`."""
    function: str
    """The function or class; nothing for a constant of the module."""
    node: ast.AST
    other: ast.AST
    place: _Place
    tree: ast.Module
    lines: range | None
    """The lines of its statement; whoever runs one of them may meet the change. None: it holds from the import on."""
    time: int = 1
    """Which of the equal changes in the function it is, from 1."""

    @property
    def chapter(self) -> str:
        """The part of the book."""
        return self.module.split(".", maxsplit=1)[0]

    @cached_property
    def name(self) -> str:
        """What is changed, in words that stay the same while the lines around it move."""
        where = f"{self.module}.{self.function}" if self.function else self.module
        return f"{where}: {self.change}" + (f" ({self.time})" if self.time > 1 else "")

    @cached_property
    def change(self) -> str:
        """The change as text."""
        if isinstance(self.node, ast.Match) and isinstance(self.other, ast.Match):
            (gone,) = [each for each in self.node.cases if each not in self.other.cases]
            return f"without `case {ast.unparse(gone.pattern)}`"
        if isinstance(self.other, ast.Pass):
            return f"without `{_shown(self.node)}`"
        return f"`{_shown(self.node)}` -> `{_shown(self.other)}`"


def all_mutants() -> list[Mutant]:
    """Every mutant of the modules with rules, in the order of the sources."""
    trees = {_module_name(path): ast.parse(path.read_text()) for path in sorted(_SOURCES.rglob("*.py"))}
    chosen = [name for name in trees if name.split(".")[-1] not in _NO_RULES]
    neighbours, read = _neighbours(trees.values()), _names_read(trees[name] for name in chosen)
    return [mutant for name in chosen for mutant in _numbered(_Walk(name, trees[name], neighbours, read).all())]


def put_in(mutant: Mutant) -> None:
    """Change the specification in this process, in place: whoever imported a function of it has the changed one.

    :raises NotViable: the changed module cannot be imported.
    """
    name = f"{PACKAGE}.{mutant.module}"
    mutant.place.put(mutant.other)
    changed = ModuleType(name)
    try:
        exec(compile(ast.fix_missing_locations(mutant.tree), name, "exec"), changed.__dict__)
    except Exception as error:
        raise NotViable(repr(error)) from error
    _take_over(importlib.import_module(name), changed, name)


# finding


@dataclass
class _Walk:
    module: str
    tree: ast.Module
    neighbours: Neighbours
    read: set[str]

    def all(self) -> Iterator[Mutant]:
        yield from self._below(self.tree, "", None)

    def _below(self, parent: ast.AST, function: str, lines: range | None) -> Iterator[Mutant]:
        for field, value in ast.iter_fields(parent):
            if field in _SKIPPED_FIELDS:
                continue
            for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(node, ast.AST) and not self._is_skipped(node):
                    yield from self._at(_Place(parent, field, index), node, function, lines)

    def _at(self, place: _Place, node: ast.AST, function: str, lines: range | None) -> Iterator[Mutant]:
        if name := _defined(node, inside=lines is not None):
            function = f"{function}.{name}".lstrip(".")
        if isinstance(node, ast.FunctionDef) or (isinstance(node, ast.stmt) and lines is not None):
            lines = _lines(node)
        if isinstance(node, ast.arguments):
            lines = None
        for other in changes(node, self.neighbours):
            if ast.dump(other) == ast.dump(node):
                continue
            yield Mutant(self.module, function, node, other, place, self.tree, lines)
        if isinstance(node, ast.Raise):
            yield from self._below_raise(node, function, lines)
        else:
            yield from self._below(node, function, lines)

    def _below_raise(self, node: ast.Raise, function: str, lines: range | None) -> Iterator[Mutant]:
        """Only the name of a refusal and what the runtime tells with it; keyword arguments are for people."""
        named: ast.AST = node
        field = "exc"
        if isinstance(node.exc, ast.Call):
            named, field = node.exc, "func"
            for index, each in enumerate(node.exc.args):
                yield from self._at(_Place(node.exc, "args", index), each, function, lines)
        refusal = getattr(named, field)
        if refusal is not None:
            yield from self._at(_Place(named, field, None), refusal, function, lines)

    def _is_skipped(self, node: ast.AST) -> bool:
        match node:
            case ast.FunctionDef(name=name):
                return name.endswith("invariants") or name == "__str__"
            case ast.Expr(ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                return True
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                return True
            case ast.Assign(value=ast.Call(ast.Name("NewType"))) | ast.AnnAssign(annotation=ast.Name("TypeAlias")):
                return True
            case ast.Assign([ast.Name(name)]) if name.isupper():
                return name not in self.read
        return False


def _defined(node: ast.AST, *, inside: bool) -> str:
    """The name of a function or a class, and of a constant or a field outside of functions."""
    match node:
        case ast.FunctionDef(name) | ast.ClassDef(name):
            return name
        case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)) if not inside:
            return name
    return ""


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(_SOURCES).with_suffix("").parts)


def _numbered(found: Iterable[Mutant]) -> Iterator[Mutant]:
    times: Counter[str] = Counter()
    for mutant in found:
        times[mutant.name] += 1
        yield replace(mutant, time=times[mutant.name])


def _neighbours(trees: Iterable[ast.Module]) -> Neighbours:
    """For enums the next member, for a group of refusals the next one; after the last comes the first."""
    found: dict[tuple[str, str], str] = {}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                members = [each.name for each in node.body if isinstance(each, ast.ClassDef)]
                if any(isinstance(base, ast.Name) and base.id == "Enum" for base in node.bases):
                    members = [each.targets[0].id for each in node.body if isinstance(each, ast.Assign)]  # type: ignore[attr-defined]
                found |= {
                    (node.name, one): other for one, other in zip(members, members[1:] + members[:1], strict=True)
                }
    return found


def _names_read(trees: Iterable[ast.Module]) -> set[str]:
    return {
        node.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _lines(statement: ast.AST) -> range:
    """The lines of a statement, without those of the statements in it."""
    first, last = statement.lineno, statement.end_lineno  # type: ignore[attr-defined]
    inner = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if isinstance(inner, list):
        begin = inner[0].pattern.lineno if isinstance(inner[0], ast.match_case) else inner[0].lineno
        last = max(first, begin - 1)
    return range(first, last + 1)


def _shown(node: ast.AST) -> str:
    """A node as text; of a compound statement its head."""
    text = ast.unparse(node).splitlines()
    return text[0] if isinstance(node, ast.stmt) else " ".join(line.strip() for line in text)


# putting in


def _take_over(module: ModuleType, changed: ModuleType, name: str) -> None:
    """Give the functions of the module the changed code, and everybody the changed constants."""
    for each, new in vars(changed).items():
        old = vars(module).get(each)
        if getattr(old, "__module__", None) == name and isinstance(old, FunctionType | type):
            _change(old, new)
        elif not isinstance(old, ModuleType) and not each.startswith("__") and (ours := _as_ours(old, new)) != old:
            _rebind(module, each, old, ours)


def _change(old: object, new: object) -> None:
    match old:
        case FunctionType():
            old.__code__ = new.__code__  # type: ignore[attr-defined]
            old.__kwdefaults__ = new.__kwdefaults__  # type: ignore[attr-defined]
            if old.__defaults__:
                pairs = zip(old.__defaults__, new.__defaults__, strict=True)  # type: ignore[attr-defined]
                old.__defaults__ = tuple(_as_ours(ours, theirs) for ours, theirs in pairs)
        case property():
            _change(old.fget, new.fget)  # type: ignore[attr-defined]
        case type():
            for name, value in list(vars(old).items()):
                if isinstance(value, FunctionType | property):
                    _change(value, vars(new)[name])
                elif isinstance(value, Enum) and not issubclass(old, Enum):
                    setattr(old, name, _as_ours(value, vars(new)[name]))


def _as_ours(ours: object, theirs: object) -> object:
    """A changed value; of a class of the changed module the same of our class, if it is an enum's or a dataclass's."""
    if isinstance(ours, Enum):
        return type(ours)[theirs.name]  # type: ignore[attr-defined]
    if is_dataclass(ours) and not isinstance(ours, type):
        parts = {each.name: _as_ours(getattr(ours, each.name), getattr(theirs, each.name)) for each in fields(ours)}
        return replace(ours, **parts)
    return theirs if type(ours) is type(theirs) else ours


def _rebind(module: ModuleType, name: str, old: object, new: object) -> None:
    """A constant is imported under its own name, and only a public one."""
    setattr(module, name, new)
    for each, other in list(sys.modules.items()):
        if each.startswith(PACKAGE) and not name.startswith("_") and vars(other).get(name) == old:
            setattr(other, name, new)
