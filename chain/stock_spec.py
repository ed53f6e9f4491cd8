"""The chain specification file of the stock node (`polkadot-omni-node`) for a chain of ours.

Plain, it names the runtime and the genesis as JSON, and the stock node lets the runtime build the state as
`genesis.py` does here; raw, it lists the state itself. Either way both hosts come to the same genesis hash.
"""

import json

from aipchain.chain.errors import BadGenesis
from aipchain.chain.host.genesis import CODE, merged
from aipchain.chain.host.scale import option, read_u32, read_vec, vec
from aipchain.chain.host.state import CHILD_PREFIX
from aipchain.chain.node import Node
from aipchain.chain.rpc.answers import hex_json

__all__ = ["DEFAULT_RELAY_CHAIN", "stock_spec"]

DEFAULT_RELAY_CHAIN = "rococo-local"
"""The relay chain that a stock node in development mode plays; it is never connected to."""


def stock_spec(node: Node, *, raw: bool = False, relay_chain: str = DEFAULT_RELAY_CHAIN) -> dict[str, object]:
    """Return the specification of the chain that `node` runs, from its first block alone.

    :param raw: list every key of the first state instead of the JSON that it is built from.
    :raises BadGenesis: the first state cannot be written this way.
    """
    spec = node.spec
    return {
        "name": node.chain_name,
        "id": f"aipchain-{spec.preset}",
        "chainType": spec.chain_type,
        "bootNodes": [],
        "telemetryEndpoints": None,
        "protocolId": f"aip-{node.genesis_hash.hex()[:8]}",
        "properties": spec.properties,
        "relay_chain": relay_chain,
        "para_id": read_u32(node.call("GetParachainInfo_parachain_id", at=node.genesis_hash))[0],
        "codeSubstitutes": {},
        "genesis": {"raw": _raw(node)} if raw else {"runtimeGenesis": _plain(node)},
    }


def _plain(node: Node) -> dict[str, object]:
    """Give the code and the whole configuration, so that nothing depends on what the reader merges it into."""
    code = node.state_at(node.genesis_hash).get(CODE) or b""
    preset = merged(_preset(node, None), _preset(node, node.spec.preset))
    return {"code": hex_json(code), "config": merged(preset, json.loads(node.spec.patch))}


def _raw(node: Node) -> dict[str, object]:
    state = node.state_at(node.genesis_hash)
    if state.keys(CHILD_PREFIX, None, 1):
        raise BadGenesis("its first state has child tries, which a raw specification here does not list")
    top = {hex_json(key): hex_json(state.get(key) or b"") for key in state.keys(b"", None, None)}
    return {"top": top, "childrenDefault": {}}


def _preset(node: Node, name: str | None) -> object:
    argument = option(None if name is None else vec(name.encode()))
    answer = node.call("GenesisBuilder_get_preset", argument, at=node.genesis_hash)
    return json.loads(read_vec(answer, 1)[0]) if answer[:1] == b"\x01" else {}
