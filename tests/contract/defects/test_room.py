"""Each defect of the other market has its test here, by letter and name."""

import ast
from pathlib import Path

CASES = {
    "a": "price_within_both_limits",
    "b": "same_market",
    "c": "zero_energy_refused",
    "d": "residual_is_kept",
    "e": "residual_can_settle",
    "f": "order_twice_in_batch",
    "g": "collateral_reserved_per_order",
    "h": "sellers_lock_their_share_only",
    "i": "inner_errors_propagate",
    "j": "wrong_origin_is_an_error",
    "k": "owner_is_signer",
    "l": "penalties_read_both_meters",
    "m": "weight_follows_length",
    "n": "cleanup_needs_authority",
    "o": "trades_registry_keeps_all",
    "p": "rate_is_price_per_unit",
    "q": "no_default_dev_keys",
}


def test_every_defect_has_its_test() -> None:
    """All of a to q, under the names by which the defects are known."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in Path(__file__).parent.glob("test_*.py")]
    defined = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert {f"test_{letter}_{case}" for letter, case in CASES.items()} - defined == set()
