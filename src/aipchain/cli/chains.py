"""Which chain a command talks to: a node at a WebSocket address, or a chain file opened in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from aipchain.chain.node import Node, Sealing, SystemClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.errors import InputError
from aipchain.runtime_bridge.connection import Connection, connect

__all__ = ["DEFAULT_URL", "BasePathOption", "UrlOption", "open_chain_file", "reading"]

DEFAULT_URL = "ws://127.0.0.1:9944"

UrlOption = Annotated[
    str | None, typer.Option("--url", help=f"A node's JSON-RPC address; {DEFAULT_URL} if nothing is given.")
]
BasePathOption = Annotated[Path | None, typer.Option("--base-path", help="Read the chain kept here instead.")]


@contextmanager
def open_chain_file(base_path: Path) -> Iterator[Node]:
    """Open the chain kept at `base_path`, whatever genesis it has; never makes one."""
    with Node.open(base_path, clock=SystemClock(), sealing=Sealing.MANUAL, preset=None, create=False) as node:
        yield node


@contextmanager
def reading(url: str | None, base_path: Path | None) -> Iterator[Connection]:
    """Connect for reading to a running node or to a chain file."""
    if url is not None and base_path is not None:
        raise InputError("--url and --base-path exclude each other: give one of them")
    if base_path is None:
        with connect(url or DEFAULT_URL) as connection:
            yield connection
        return
    with open_chain_file(base_path) as node, connect(LocalTransport(node)) as connection:
        yield connection
