"""A program that panics in WebAssembly before and after it joins a Ray cluster; given the cluster's address."""

import sys
from typing import Any

import wasmtime

from aipchain.ai.executors.cluster import Cluster


def panic() -> None:
    """Run into a trap, and tell that it was caught."""
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    module = wasmtime.Module(engine, '(module (func (export "panic") unreachable))')
    exports: Any = wasmtime.Instance(store, module, []).exports(store)
    try:
        exports["panic"](store)
    except wasmtime.Trap:
        print("caught")


if __name__ == "__main__":
    panic()
    Cluster.at(sys.argv[1])
    panic()
