"""Eras and extrinsic hashes, which decide how long and as what an extrinsic lives."""

import pytest
from scalecodec.base import RuntimeConfigurationObject
from scalecodec.type_registry import load_type_registry_preset

from aipchain.runtime_bridge.extrinsics import Era, extrinsic_hash


@pytest.mark.parametrize(
    ("period", "birth", "encoded"), [(64, 42, "a502"), (4, 1, "1100"), (64, 1_000_000, "0500"), (4_096, 4_095, "fbff")]
)
def test_an_era_is_two_bytes(period: int, birth: int, encoded: str) -> None:
    """The exponent of the period below, the phase above."""
    assert Era(period, birth, bytes(32)).encode().hex() == encoded


@pytest.mark.parametrize("period", [4, 64, 256, 4_096])
@pytest.mark.parametrize("birth", [0, 1, 63, 64, 5_000, 123_456])
def test_an_era_is_the_one_substrate_interface_writes(period: int, birth: int) -> None:
    """An independent encoder gives the same bytes."""
    configuration = RuntimeConfigurationObject()
    configuration.update_type_registry(load_type_registry_preset("core"))
    era = configuration.create_scale_object("Era")
    theirs = era.encode({"period": period, "current": birth})
    assert Era(period, birth, bytes(32)).encode() == bytes(theirs.data)
    assert era.birth(birth) == birth
    assert era.death(birth) - 1 == Era(period, birth, bytes(32)).last_block


def test_a_hash_covers_the_length_prefix() -> None:
    """Nodes hash what is sent."""
    assert extrinsic_hash(b"").hex() == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
