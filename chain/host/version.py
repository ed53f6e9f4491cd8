"""What a runtime says about itself: `Core_version`, decoded."""

from dataclasses import dataclass

from aipchain.chain.host.scale import read_compact, read_u32, read_vec

__all__ = ["RuntimeVersion", "decode_version"]

_API_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """The version of a runtime; `apis` are (8-byte id, version), `encoded` is the SCALE form it was read from."""

    spec_name: str
    impl_name: str
    authoring_version: int
    spec_version: int
    impl_version: int
    apis: tuple[tuple[bytes, int], ...]
    transaction_version: int
    system_version: int
    encoded: bytes


def decode_version(encoded: bytes) -> RuntimeVersion:
    """Decode a SCALE `RuntimeVersion`; versions that old runtimes leave out count as 1 (transaction) and 0 (system)."""
    spec_name, at = read_vec(encoded)
    impl_name, at = read_vec(encoded, at)
    authoring_version, at = read_u32(encoded, at)
    spec_version, at = read_u32(encoded, at)
    impl_version, at = read_u32(encoded, at)
    count, at = read_compact(encoded, at)
    apis = []
    for _ in range(count):
        version, end = read_u32(encoded, at + _API_ID_BYTES)
        apis.append((encoded[at : at + _API_ID_BYTES], version))
        at = end
    transaction_version, at = read_u32(encoded, at) if at < len(encoded) else (1, at)
    system_version = encoded[at] if at < len(encoded) else 0
    return RuntimeVersion(
        spec_name.decode(),
        impl_name.decode(),
        authoring_version,
        spec_version,
        impl_version,
        tuple(apis),
        transaction_version,
        system_version,
        encoded,
    )
