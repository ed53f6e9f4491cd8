"""Block 0: the runtime builds its own first state from a preset, a patch over it, and its own code.

As the stock node does it: the preset is merged into the runtime's default genesis (RFC 7386), the runtime builds the
state from that JSON, `:code` is the blob as it was given. So the same preset, patch and blob give the same genesis
hash on both hosts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aipchain.chain.errors import BadGenesis
from aipchain.chain.host.block import ZERO_HASH, Header
from aipchain.chain.host.errors import RuntimePanicked
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import option, read_compact, read_vec, vec
from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.storage import LiveState
from aipchain.chain.host.trie import EMPTY_ROOT, Trie
from aipchain.chain.spec import ChainSpec

__all__ = ["CODE", "Genesis", "build_genesis", "merged"]

CODE = b":code"
"""Where the state keeps the runtime's blob."""

_ACCEPTED = b"\x00"


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first header and all entries of the state under it."""

    header: Header
    live: LiveState


def build_genesis(runtime: Runtime, code: bytes, spec: ChainSpec) -> Genesis:
    """Let `runtime`, whose blob is `code`, build the first state of the chain that `spec` describes.

    :raises BadGenesis: there is no such preset, or the runtime does not accept the outcome.
    """
    configuration = merged(_default(runtime), _preset(runtime, spec.preset))
    configuration = merged(configuration, json.loads(spec.patch))
    overlay = Overlay(State())
    argument = vec(json.dumps(configuration, separators=(",", ":")).encode())
    try:
        answer = runtime.call("GenesisBuilder_build_state", argument, overlay)
    except RuntimePanicked as error:
        raise BadGenesis(f"the runtime does not accept {spec}: {error.panic}") from error
    if answer != _ACCEPTED:
        raise BadGenesis(f"the runtime does not accept {spec}: {_text(answer[1:])}")
    overlay.set(CODE, code)
    live = _entries(overlay.drain())
    root = State(live.top, live.children).root()
    return Genesis(Header(ZERO_HASH, 0, root, EMPTY_ROOT), live)


def merged(target: object, patch: object) -> object:
    """Return `target` with a JSON merge patch (RFC 7386) applied; neither argument changes."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _entries(changes: Changes) -> LiveState:
    """Turn changes to an empty state into its entries, the roots of child tries among them."""
    children = {name: _present(below) for name, below in changes.children.items()}
    roots = {CHILD_PREFIX + name: Trie(entries).root() for name, entries in children.items() if entries}
    return LiveState(_present(changes.top) | roots, children)


def _present(changes: Mapping[bytes, bytes | None]) -> dict[bytes, bytes]:
    return {key: value for key, value in changes.items() if value is not None}


def _default(runtime: Runtime) -> object:
    found = _json_of(runtime, None)
    return {} if found is None else found


def _preset(runtime: Runtime, name: str) -> object:
    found = _json_of(runtime, name)
    if found is None:
        known = ", ".join(_preset_names(runtime)) or "none"
        raise BadGenesis(f"the runtime has no preset {name!r}; it has {known}")
    return found


def _json_of(runtime: Runtime, preset: str | None) -> object | None:
    identifier = option(None if preset is None else vec(preset.encode()))
    answer = runtime.call("GenesisBuilder_get_preset", identifier, Overlay(State()))
    return json.loads(read_vec(answer, 1)[0]) if answer[:1] == b"\x01" else None


def _preset_names(runtime: Runtime) -> list[str]:
    answer = runtime.call("GenesisBuilder_preset_names", b"", Overlay(State()))
    count, at = read_compact(answer)
    names = []
    for _ in range(count):
        name, at = read_vec(answer, at)
        names.append(name.decode())
    return names


def _text(encoded: bytes) -> str:
    return read_vec(encoded)[0].decode(errors="replace")
