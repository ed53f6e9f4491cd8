"""The genesis patch: RFC 7386's own examples, and what a chain spec refuses."""

import json

import pytest

from aipchain.chain.errors import BadGenesis
from aipchain.chain.host.genesis import merged
from aipchain.chain.spec import ChainSpec


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
        ('{"a":"b"}', '{"a":null}', "{}"),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('["a","b"]', '["c","d"]', '["c","d"]'),
        ('{"a":"b"}', '["c"]', '["c"]'),
        ('{"a":"foo"}', "null", "null"),
        ('{"a":"foo"}', '"bar"', '"bar"'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
        ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
    ],
)
def test_a_merge_patch_does_what_its_rfc_says(target: str, patch: str, result: str) -> None:
    """The examples of RFC 7386, appendix A."""
    assert merged(json.loads(target), json.loads(patch)) == json.loads(result)


def test_merging_leaves_both_sides_alone() -> None:
    """The default genesis of a runtime is not changed by a chain's patch."""
    target = {"a": {"b": 1}}
    merged(target, {"a": {"c": 2}})

    assert target == {"a": {"b": 1}}


def test_a_spec_is_the_same_whatever_the_order_of_its_patch() -> None:
    """Two ways to write one patch are one chain; None and nothing are the same patch."""
    assert ChainSpec.of("local", {"a": 1, "b": 2}) == ChainSpec.of("local", {"b": 2, "a": 1})
    assert ChainSpec.of("local") == ChainSpec.of("local", {})


def test_a_patch_that_is_not_json_is_refused() -> None:
    """What JSON cannot say cannot be a genesis."""
    with pytest.raises(BadGenesis, match="not JSON"):
        ChainSpec.of("local", {"a": float("nan")})
    with pytest.raises(BadGenesis, match="not JSON"):
        ChainSpec.of("local", {"a": b"bytes"})


def test_a_chain_presents_itself() -> None:
    """Wallets read token, decimals and address format; the chain never claims to be live."""
    assert ChainSpec.of("development").chain_name == "AIPCHAIN Development"
    assert ChainSpec.of("local").chain_type == "Local"
    assert ChainSpec.of("local").properties == {"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "AIP"}
