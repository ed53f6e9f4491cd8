"""What the code of an exact plugin may not contain, found by reading its syntax tree; nothing is run.

Clocks, randomness, files, networks, fractions and hash-dependent values would make two operators disagree. This is a
fence against mistakes, not a wall against malice: walls are the sandbox runner's business.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Finding", "check_source"]

_ALLOWED_MODULES: Final = frozenset(
    {
        "__future__", "abc", "bisect", "collections", "collections.abc", "dataclasses", "enum", "functools", "heapq",
        "itertools", "operator", "typing", "aipchain.units", "aipchain.plugins.hookspecs",
    }
)  # fmt: skip
_ALLOWED_ROOMS: Final = ("aipchain.market",)
_WHOLE_NUMBER_MATH: Final = frozenset({"comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod"})
_BANNED_NAMES: Final = frozenset(
    {
        "__import__", "breakpoint", "compile", "complex", "delattr", "eval", "exec", "float", "getattr", "globals",
        "hash", "id", "input", "locals", "open", "print", "setattr", "vars",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may not be there."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


def check_source(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Findings in all Python files of a bundle, by path and line."""
    return tuple(found for path in sorted(files) if path.endswith(".py") for found in _check_file(path, files[path]))


def _check_file(path: str, content: bytes) -> Iterator[Finding]:
    try:
        tree = ast.parse(content, filename=path)
    except (SyntaxError, ValueError, RecursionError) as error:
        yield Finding(path, getattr(error, "lineno", None) or 1, f"not valid Python: {error}")
        return
    problems = [(getattr(node, "lineno", 1), problem) for node in ast.walk(tree) for problem in _problems(node)]
    yield from (Finding(path, line, problem) for line, problem in sorted(problems))


def _problems(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (f"import of {alias.name}" for alias in names if not _may_import(alias.name))
        case ast.ImportFrom(level=0, module="math", names=names):
            inexact = [alias.name for alias in names if alias.name not in _WHOLE_NUMBER_MATH]
            yield from (f"math.{name} is not a whole-number function" for name in inexact)
        case ast.ImportFrom(level=0, module=str(module)) if not _may_import(module):
            yield f"import from {module}"
        case ast.Constant(value=float() | complex() as fraction):
            yield f"the fraction {fraction!r}; use whole numbers, for example permille"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            yield "division with / gives a fraction; use // and say how it rounds"
        case ast.Name(id=name) if name in _BANNED_NAMES:
            yield f"use of {name}"
        case ast.Attribute(attr=name) if name.startswith("__") and name.endswith("__"):
            yield f"use of {name}"


def _may_import(module: str) -> bool:
    in_room = any(module == room or module.startswith(room + ".") for room in _ALLOWED_ROOMS)
    return in_room or module in _ALLOWED_MODULES
