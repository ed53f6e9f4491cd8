"""How the chain's things look in JSON: hex strings, headers, blocks, versions, as a Substrate node writes them."""

from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.version import RuntimeVersion

__all__ = ["block_json", "header_json", "hex_json", "optional_hex", "version_json"]


def hex_json(content: bytes) -> str:
    """Bytes as 0x and hex digits."""
    return f"0x{content.hex()}"


def optional_hex(content: bytes | None) -> str | None:
    """The same, null for nothing."""
    return None if content is None else hex_json(content)


def header_json(header: Header) -> dict[str, object]:
    """A header; its number is a hex quantity."""
    return {
        "parentHash": hex_json(header.parent_hash),
        "number": hex(header.number),
        "stateRoot": hex_json(header.state_root),
        "extrinsicsRoot": hex_json(header.extrinsics_root),
        "digest": {"logs": [hex_json(item) for item in header.digest]},
    }


def block_json(block: Block) -> dict[str, object]:
    """A block as `chain_getBlock` gives it; an embedded chain has no justifications."""
    extrinsics = [hex_json(extrinsic) for extrinsic in block.extrinsics]
    return {"block": {"header": header_json(block.header), "extrinsics": extrinsics}, "justifications": None}


def version_json(version: RuntimeVersion) -> dict[str, object]:
    """A runtime version; `stateVersion` is the older name of `systemVersion`, which clients still read."""
    return {
        "specName": version.spec_name,
        "implName": version.impl_name,
        "authoringVersion": version.authoring_version,
        "specVersion": version.spec_version,
        "implVersion": version.impl_version,
        "apis": [[hex_json(identifier), number] for identifier, number in version.apis],
        "transactionVersion": version.transaction_version,
        "systemVersion": version.system_version,
        "stateVersion": version.system_version,
    }
