"""From a base path to a chain that can go on: founded anew, or found there and known to be sound.

An existing file is trusted only when its state has the root that its last block commits to, and nothing is written to
it before that is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aipchain.chain.artifact import load_artifact
from aipchain.chain.errors import CorruptChainFile, OtherChain
from aipchain.chain.host.block import Header
from aipchain.chain.host.chain_file import BasePath
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import CODE, build_genesis
from aipchain.chain.host.runtimes import Runtimes
from aipchain.chain.host.state import State
from aipchain.chain.host.storage import ChainStore
from aipchain.chain.spec import DEFAULT_PRESET, ChainSpec

__all__ = ["OpenedChain", "WantedChain", "open_chain"]


@dataclass(frozen=True, slots=True)
class WantedChain:
    """What somebody asks for.

    `preset` None is whatever is there; `wasm` None is the committed artifact for a new chain and any code for one
    that is there; `patch` None is no patch for a new chain and any for one that is there.
    """

    preset: str | None
    wasm: bytes | None
    patch: Mapping[str, object] | None
    cache_dir: Path


@dataclass(frozen=True, slots=True)
class OpenedChain:
    """A sound chain: how it was founded, its first hash, its store, its last header, the state after it, its runtimes.

    `base` is the locked folder, None in memory.
    """

    spec: ChainSpec
    genesis_hash: bytes
    store: ChainStore
    head: Header
    state: State
    runtimes: Runtimes
    base: BasePath | None


def open_chain(base_path: Path | None, wanted: WantedChain, *, create: bool) -> OpenedChain:
    """Open the chain at `base_path`, or found it there or in memory.

    On any failure the folder is free again and an existing file as it was.

    :raises InputError: the leaves in `aipchain.chain.errors` say what is wrong with path, file, artifact or genesis.
    """
    if base_path is None:
        store = ChainStore.in_memory()
        _found(wanted, _code(wanted), store)
        return _opened(store, wanted, None)
    base = BasePath(base_path, create=create)
    try:
        code = _code(wanted) if create else b""
        return _reopened(base, wanted) if base.holds_chain else _made(base, wanted, code)
    except BaseException:
        base.release()
        raise


def _made(base: BasePath, wanted: WantedChain, code: bytes) -> OpenedChain:
    store = base.make(partial(_found, wanted, code))
    return _opened(store, wanted, base)


def _reopened(base: BasePath, wanted: WantedChain) -> OpenedChain:
    looked_at = base.look()
    try:
        _check_same_chain(base.file, looked_at, wanted)
        state = _state_of(looked_at)
    finally:
        looked_at.close()
    return _opened(base.open(), wanted, base, state)


def _opened(store: ChainStore, wanted: WantedChain, base: BasePath | None, state: State | None = None) -> OpenedChain:
    return OpenedChain(
        spec=store.spec(),
        genesis_hash=_genesis_hash_of(store),
        store=store,
        head=_head_of(store),
        state=state or _state_of(store),
        runtimes=Runtimes(store, wanted.cache_dir),
        base=base,
    )


def _code(wanted: WantedChain) -> bytes:
    return load_artifact().code if wanted.wasm is None else wanted.wasm


def _found(wanted: WantedChain, code: bytes, store: ChainStore) -> None:
    spec = ChainSpec.of(wanted.preset or DEFAULT_PRESET, wanted.patch)
    genesis = build_genesis(Runtime(code, wanted.cache_dir), code, spec)
    store.found(spec, genesis.header, genesis.live)


def _check_same_chain(file: Path, store: ChainStore, wanted: WantedChain) -> None:
    found = store.spec()
    asked = ChainSpec.of(wanted.preset or found.preset, wanted.patch)
    if asked.preset != found.preset or (wanted.patch is not None and asked.patch != found.patch):
        raise OtherChain(file, str(found), str(asked))
    if wanted.wasm is not None and store.value(CODE, 0) != wanted.wasm:
        raise OtherChain(file, "another runtime in its genesis", "the given one")


def _state_of(store: ChainStore) -> State:
    """Rebuild the state after the head, and trust it only when it has the root that the head says."""
    head = _head_of(store)
    live = store.live()
    state = State(live.top, live.children)
    if state.root() != head.state_root:
        raise CorruptChainFile(Path(store.name), f"its state is not the one that block {head.number} commits to")
    return state


def _genesis_hash_of(store: ChainStore) -> bytes:
    found = store.block_hash(0)
    if found is None:
        raise CorruptChainFile(Path(store.name), "it has no block 0")
    return found


def _head_of(store: ChainStore) -> Header:
    number = store.head()
    head = store.header(number)
    if head is None or head.number != number or head.hash != store.block_hash(number):
        raise CorruptChainFile(Path(store.name), f"its last block, {number}, is missing or altered")
    return head
