"""Where an audit reads a chain that it does not trust: block by block from a node, and the state that it starts from.

Nothing here believes what it is told; `reexecution.py` compares. Only finalised blocks are read, so that a block that
the node takes back later is a broken promise and not bad luck.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import build_genesis
from aipchain.chain.host.state import CHILD_PREFIX, State
from aipchain.chain.spec import ChainSpec
from aipchain.orchestrator.errors import NoNewBlock, OtherGenesis, UnreadableGenesis, WrongGenesisState
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.errors import RpcRefused
from aipchain.runtime_bridge.submitter import polling

__all__ = ["ChainSource", "FirstBlock", "first_block_built_here", "first_block_read"]

KEYS_PER_PAGE = 512


@dataclass(frozen=True, slots=True)
class FirstBlock:
    """The header of block 0 and a state that has the root it commits to."""

    header: Header
    state: State


class ChainSource:
    """Finalised blocks of one node.

    :param wait: called between two looks for a block that is not there yet, with the number of the look; says whether
        to go on looking.
    """

    def __init__(self, connection: Connection, *, wait: Callable[[int], bool] | None = None) -> None:
        self._connection = connection
        self._wait = polling(patience_s=60) if wait is None else wait
        self._finalised = 0

    def height(self) -> int:
        """Give the number of the newest finalised block."""
        return self._connection.finalised().number

    def block_hash(self, number: int) -> bytes | None:
        """Give the hash of block `number` once it is final; None when the node has later ones and not this one.

        :raises NoNewBlock: it did not become final while waiting.
        """
        attempt = 0
        while number > self._finalised:
            found = self.height()
            attempt = 0 if found > self._finalised else attempt + 1
            self._finalised = found
            if number > found and not self._wait(max(1, attempt)):
                raise NoNewBlock(found, number)
        return self._connection.block_hash(number)

    def block(self, block_hash: bytes) -> Block | None:
        """Give what the node calls the block with this hash.

        :raises ValueError: its answer is no block.
        """
        found = self._connection.rpc("chain_getBlock", _hex(block_hash))
        if found is None:
            return None
        try:
            extrinsics = tuple(_bytes(extrinsic) for extrinsic in found["block"]["extrinsics"])
            return Block(_header(found["block"]["header"]), extrinsics)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the node's answer is no block ({error!r})") from error


def first_block_built_here(
    connection: Connection, spec: ChainSpec, code: bytes, cache_dir: Path | None = None
) -> FirstBlock:
    """Build the first state from a preset, a patch and a runtime that the auditor has.

    :raises OtherGenesis: the node's chain starts from another block.
    :raises BadGenesis: they make no genesis.
    """
    built = build_genesis(Runtime(code, cache_dir), code, spec)
    if built.header.hash != connection.genesis_hash:
        raise OtherGenesis(connection.genesis_hash, built.header.hash, str(spec))
    return FirstBlock(built.header, State(built.live.top, built.live.children))


def first_block_read(connection: Connection) -> FirstBlock:
    """Read the first state from the node, and check it against the hash of its first block.

    :raises UnreadableGenesis: the node no longer has that state.
    :raises WrongGenesisState: what it gives is not the state that its block 0 commits to.
    """
    genesis = connection.genesis_hash
    header = _header(connection.rpc("chain_getHeader", _hex(genesis)))
    if header.hash != genesis or header.number != 0:
        raise WrongGenesisState(genesis, f"the header of block 0 hashes to 0x{header.hash.hex()}")
    try:
        entries = dict(_entries(connection, genesis))
    except RpcRefused as refused:
        raise UnreadableGenesis(refused.message) from refused
    if any(key.startswith(CHILD_PREFIX) for key in entries):
        raise UnreadableGenesis("it has child tries, which are not read over JSON-RPC here")
    state = State(entries, {})
    if state.root() != header.state_root:
        raise WrongGenesisState(
            genesis, f"the state has the root 0x{state.root().hex()}, block 0 says 0x{header.state_root.hex()}"
        )
    return FirstBlock(header, state)


def _entries(connection: Connection, at: bytes) -> Iterator[tuple[bytes, bytes]]:
    start: str | None = None
    while True:
        page = connection.rpc("state_getKeysPaged", "0x", KEYS_PER_PAGE, start, _hex(at))
        if page:
            for key, value in connection.rpc("state_queryStorageAt", page, _hex(at))[0]["changes"]:
                yield _bytes(key), _bytes(value or "0x")
        if len(page) < KEYS_PER_PAGE:
            return
        start = page[-1]


def _header(document: dict[str, object]) -> Header:
    digest = document["digest"]
    logs = digest["logs"] if isinstance(digest, dict) else ()
    return Header(
        parent_hash=_bytes(document["parentHash"]),
        number=int(str(document["number"]), 16),
        state_root=_bytes(document["stateRoot"]),
        extrinsics_root=_bytes(document["extrinsicsRoot"]),
        digest=tuple(_bytes(item) for item in logs),
    )


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _bytes(shown: object) -> bytes:
    return bytes.fromhex(str(shown).removeprefix("0x"))
