"""LightGBM's text of trees, held against what LightGBM takes for granted before it gets it.

Handed a text that was cut or written by somebody else, LightGBM ends the process, reads outside of its tables or goes
round in circles. So every number that it follows is looked at: sizes of trees, lengths of tables, features and children
that exist. What stands behind the trees (importances, parameters) is no part of a forecast and is not handed on.

Source: the text format `v4` of LightGBM 4 (gbdt_model_text.cpp, tree.cpp).
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

__all__ = ["checked_trees"]

_END: Final = "end of trees\n"
_HEAD: Final = re.compile(
    r"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=(?P<last>[0-9]{1,6})\n"
    r"objective=quantile\nfeature_names=(?P<names>[ -~]*)\nfeature_infos=(?P<known>[ -~]*)\n"
    r"tree_sizes=(?P<sizes>[0-9 ]{1,100000})\n\n"
)
_BODY: Final = re.compile(r"Tree=[0-9]{1,6}\n(?:[a-z_]+=[ -~]*\n)+\n\n")
_WHOLE: Final = re.compile(r"-?[0-9]{1,10}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?")
_OF_SPLITS: Final = (
    *("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child"),
    *("internal_value", "internal_weight", "internal_count"),
)
_OF_LEAVES: Final = ("leaf_value", "leaf_weight", "leaf_count")
_OF_CLASSES: Final = ("cat_boundaries", "cat_threshold")
_SINGLE: Final = ("num_leaves", "num_cat", "is_linear", "shrinkage")
_MOST_LEAVES: Final = 1_024
_LARGEST: Final = 1e6
"""A leaf tells a multiple of a home's usual energy; a forecast of a model is far below."""
_CLASSES, _MOST_KIND = 1, 11
"""Of a split: bit 0 where it is by classes, bit 1 where what is missing goes left, bits 2 and 3 what is missing."""

_Tables = Mapping[str, list[str]]


def checked_trees(text: str, columns: int) -> str:
    """The part of a text that forecasts, which LightGBM reads without harm.

    :param columns: of the rows that are forecast.
    :raises ValueError: it is no text of trees for these columns; says what is wrong.
    """
    head = _HEAD.match(text)
    if not head:
        raise ValueError("it does not begin as a text of trees")
    counts = (int(head["last"]) + 1, len(head["names"].split(" ")), len(head["known"].split(" ")))
    if set(counts) != {columns}:
        raise ValueError(f"trees are of {counts[0]} columns where there are {columns}")
    place = head.end()
    for number, size in enumerate(int(each) for each in _wholes(head["sizes"].split(" "))):
        tree = text[place : place + size]
        if not tree.startswith(f"Tree={number}\n") or not _BODY.fullmatch(tree):
            raise ValueError(f"tree {number} is not whole")
        _refuse_odd_tree(_tables(tree), columns, number)
        place += size
    if not text.startswith(_END, place):
        raise ValueError("it does not end where its trees end")
    return text[:place] + _END + "\npandas_categorical:null\n"


def _tables(tree: str) -> _Tables:
    lines = [line.partition("=") for line in tree.split("\n")[1:] if line]
    found = {name: told.split(" ") if told else [] for name, _, told in lines}
    if len(found) < len(lines):
        raise ValueError("a tree tells something twice")
    return found


def _refuse_odd_tree(tables: _Tables, columns: int, number: int) -> None:
    try:
        _refuse_odd_lengths(tables)
        _refuse_odd_numbers(tables, columns)
        _refuse_odd_shape(_wholes(tables["left_child"]), _wholes(tables["right_child"]))
        _refuse_odd_classes(tables)
    except (ValueError, KeyError) as error:
        raise ValueError(f"tree {number} cannot be followed ({error})") from error


def _refuse_odd_lengths(tables: _Tables) -> None:
    (leaves,), (classes,) = _wholes(tables["num_leaves"]), _wholes(tables["num_cat"])
    if not 1 <= leaves <= _MOST_LEAVES or not 0 <= classes < leaves or tables["is_linear"] != ["0"]:
        raise ValueError("of another kind or size")
    if tables.keys() != {*_SINGLE, *_OF_SPLITS, *_OF_LEAVES, *(_OF_CLASSES if classes else ())}:
        raise ValueError("tables of other names")
    lengths = dict.fromkeys(_OF_SPLITS, leaves - 1) | dict.fromkeys(_OF_LEAVES, leaves) | dict.fromkeys(_SINGLE, 1)
    if leaves == 1:
        lengths |= {"leaf_weight": len(tables["leaf_weight"][:1]), "leaf_count": len(tables["leaf_count"][:1])}
    for name, length in lengths.items():
        if len(tables[name]) != length:
            raise ValueError(f"{len(tables[name])} of {name} where there are {length}")


def _refuse_odd_numbers(tables: _Tables, columns: int) -> None:
    if not all(_NUMBER.fullmatch(told) for each in tables.values() for told in each):
        raise ValueError("something that is no number")
    if any(abs(float(value)) > _LARGEST for value in (*tables["leaf_value"], *tables["shrinkage"])):
        raise ValueError("a leaf beyond all measure")
    if not all(0 <= feature < columns for feature in _wholes(tables["split_feature"])):
        raise ValueError("a column that there is not")
    if not all(0 <= kind <= _MOST_KIND for kind in _wholes(tables["decision_type"])):
        raise ValueError("a split of unknown kind")


def _refuse_odd_shape(left: list[int], right: list[int]) -> None:
    """Every split but the first, and every leaf, is the child of one split before it."""
    for split, children in enumerate(zip(left, right, strict=True)):
        if any(0 <= child <= split for child in children):
            raise ValueError("a split below itself")
    if left and sorted(left + right) != [*range(-len(left) - 1, 0), *range(1, len(left))]:
        raise ValueError("splits or leaves that nothing leads to, or more than one")


def _refuse_odd_classes(tables: _Tables) -> None:
    (classes,) = _wholes(tables["num_cat"])
    kinds = _wholes(tables["decision_type"])
    chosen = [told for told, kind in zip(tables["threshold"], kinds, strict=True) if kind & _CLASSES]
    if sorted(_wholes(chosen)) != list(range(classes)):
        raise ValueError("classes that no split asks for, or that are not there")
    if classes:
        bounds = _wholes(tables["cat_boundaries"])
        rising = all(low < high for low, high in pairwise(bounds))
        if len(bounds) != classes + 1 or bounds[0] != 0 or not rising or bounds[-1] != len(tables["cat_threshold"]):
            raise ValueError("classes that are not in a row")
        if not all(0 <= bits < 2**32 for bits in _wholes(tables["cat_threshold"])):
            raise ValueError("classes that are none")


def _wholes(told: list[str]) -> list[int]:
    if not all(_WHOLE.fullmatch(each) for each in told):
        raise ValueError("something that is no whole number")
    return [int(each) for each in told]
