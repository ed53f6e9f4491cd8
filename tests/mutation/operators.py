"""What can be wrong in one place of a specification: the small changes of an expression or a statement.

The usual set of mutation testing (borders, comparisons, arithmetic, logic, constants, conditions, left-out statements),
and what a protocol can get wrong beside it: a refusal or a variant of an enum under its neighbour's name, arguments in
another order, a field that `replace` forgets, a division rounded the other way.

No library makes them, because those do not know refusals, and start a test command for each mutant: a trial here takes
a few hundredths of a second in a process that is running already.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import TypeAlias

__all__ = ["Neighbours", "changes"]

Neighbours: TypeAlias = Mapping[tuple[str, str], str]
"""The next member of each enum and the next refusal of each chapter: `("Side", "BID")` has the neighbour `OFFER`."""

_COMPARISONS: Mapping[type[ast.cmpop], Sequence[type[ast.cmpop]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_ANY_ORDER = ("min", "max", "isinstance")
"""Functions whose arguments are not swapped: it would change nothing, or only break. Nor is the world swapped."""


def changes(node: ast.AST, neighbours: Neighbours) -> Iterator[ast.AST]:
    """Everything to try in place of a node; `ast.Pass` for a statement means that it is left out."""
    for kind, change in _CHANGES.items():
        if isinstance(node, kind):
            yield from change(node, neighbours)


def _with(node: ast.AST, **changed: object) -> ast.AST:
    other = copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other


# expressions


def _comparison(node: ast.Compare, _: Neighbours) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _logic(node: ast.BoolOp, _: Neighbours) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield _with(node, values=rest) if len(rest) > 1 else rest[0]


def _sign(node: ast.UnaryOp, _: Neighbours) -> Iterator[ast.AST]:
    yield node.operand


def _arithmetic(node: ast.BinOp, _: Neighbours) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())
    if isinstance(node.op, ast.FloorDiv):
        down = _with(node, left=ast.UnaryOp(ast.USub(), node.left))
        yield ast.UnaryOp(ast.USub(), down)  # type: ignore[arg-type] # rounded up


def _constant(node: ast.Constant, _: Neighbours) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case bytes(value) if value:
            yield ast.Constant(value[:-1] + bytes((value[-1] ^ 1,)))


def _choice(node: ast.IfExp, _: Neighbours) -> Iterator[ast.AST]:
    yield _with(node, body=node.orelse, orelse=node.body)


def _member(node: ast.Attribute, neighbours: Neighbours) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in neighbours:
        yield _with(node, attr=neighbours[node.value.id, node.attr])


def _call(node: ast.Call, _: Neighbours) -> Iterator[ast.AST]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in _NAMES:
        yield _with(node, func=ast.Name(_NAMES[name], ast.Load()))
    if name == "replace":
        for place in range(len(node.keywords)):
            yield _with(node, keywords=[*node.keywords[:place], *node.keywords[place + 1 :]])
    for place in range(len(node.args) - 1):
        first, second = node.args[place : place + 2]
        if name not in _ANY_ORDER and not any(map(_stays_in_place, (first, second))):
            yield _with(node, args=[*node.args[:place], second, first, *node.args[place + 2 :]])


def _stays_in_place(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Starred) or (isinstance(argument, ast.Name) and argument.id == "world")


def _filter(node: ast.comprehension, _: Neighbours) -> Iterator[ast.AST]:
    for place in range(len(node.ifs)):
        yield _with(node, ifs=[*node.ifs[:place], *node.ifs[place + 1 :]])


# statements


def _left_out(node: ast.stmt, _: Neighbours) -> Iterator[ast.AST]:
    """A statement that writes, tells or refuses."""
    match node:
        case ast.Expr(ast.Call()) | ast.Delete() | ast.Raise() | ast.Return(None):
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]) | ast.AugAssign():
            yield ast.Pass()


def _step(node: ast.AugAssign, _: Neighbours) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())


def _condition(node: ast.If | ast.While, _: Neighbours) -> Iterator[ast.AST]:
    """The test turned round, where that is not a change of the test itself."""
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _loop(node: ast.For, _: Neighbours) -> Iterator[ast.AST]:
    yield _with(node, iter=ast.Tuple([], ast.Load()))


def _end_of_round(node: ast.Continue | ast.Break, _: Neighbours) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


def _cases(node: ast.Match, _: Neighbours) -> Iterator[ast.AST]:
    for place in range(len(node.cases)):
        if len(node.cases) > 1:
            yield _with(node, cases=[*node.cases[:place], *node.cases[place + 1 :]])


_Change: TypeAlias = Callable[..., Iterator[ast.AST]]
_CHANGES: Mapping[type[ast.AST] | tuple[type[ast.AST], ...], _Change] = {
    ast.Compare: _comparison,
    ast.BoolOp: _logic,
    ast.UnaryOp: _sign,
    ast.BinOp: _arithmetic,
    ast.Constant: _constant,
    ast.IfExp: _choice,
    ast.Attribute: _member,
    ast.Call: _call,
    ast.comprehension: _filter,
    ast.stmt: _left_out,
    ast.AugAssign: _step,
    (ast.If, ast.While): _condition,
    ast.For: _loop,
    (ast.Continue, ast.Break): _end_of_round,
    ast.Match: _cases,
}
