"""What a node tells Prometheus, under Substrate's names where it has them.

`substrate_block_height{status}`, `substrate_ready_transactions_number` and `substrate_number_of_transactions` (in all
blocks since the start) are theirs; `aipchain_chain_time_seconds` and `aipchain_state_changes_total` are ours.
"""

from errno import EADDRINUSE
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from aipchain.chain.errors import MetricsPortInUse, MetricsUnservable
from aipchain.chain.host.inherents import storage_prefix
from aipchain.chain.host.scale import read_u64
from aipchain.chain.node import ImportedBlock, Node

__all__ = ["DEFAULT_PORT", "RunningMetrics", "serve_metrics"]

DEFAULT_PORT = 9_615
_LAST_PORT = 65_535
_NOW = storage_prefix("Timestamp", "Now")
"""Key of the chain time [ms]."""


class RunningMetrics:
    """Metrics that are served until they are stopped."""

    def __init__(self, node: Node, server: WSGIServer, thread: Thread, registry: CollectorRegistry) -> None:
        self._server, self._thread, self._node = server, thread, node
        self._height = Gauge("substrate_block_height", "Block height", ["status"], registry=registry)
        self._ready = Gauge("substrate_ready_transactions_number", "Ready transactions in the pool", registry=registry)
        self._extrinsics = Counter("substrate_number_of_transactions", "Extrinsics in blocks", registry=registry)
        self._changes = Counter("aipchain_state_changes", "State keys changed by blocks", registry=registry)
        self._time = Gauge("aipchain_chain_time_seconds", "Chain time of the newest block", registry=registry)
        self._ready.set_function(self._ready_count)
        self._show_head()
        self._unsubscribe = node.subscribe(self._on_block)

    @property
    def port(self) -> int:
        """Where the metrics are."""
        return int(self._server.server_port)

    def stop(self) -> None:
        """Stop serving."""
        self._unsubscribe()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _ready_count(self) -> int:
        with self._node.lock:  # the thread that serves asks while others submit
            return len(self._node.pool.ready())

    def _on_block(self, imported: ImportedBlock) -> None:
        self._extrinsics.inc(len(imported.block.extrinsics))
        self._changes.inc(len(imported.changes.top))
        self._show_head()

    def _show_head(self) -> None:
        head = self._node.head
        for status in ("best", "finalized"):
            self._height.labels(status=status).set(head.number)
        now = self._node.state_at().get(_NOW)
        self._time.set(0 if now is None else read_u64(now)[0] / 1_000)


def serve_metrics(node: Node, host: str, port: int) -> RunningMetrics:
    """Serve the node's metrics over HTTP at `/metrics`.

    :raises MetricsPortInUse: another program listens there.
    :raises MetricsUnservable: the address is not ours to listen on.
    """
    if not 0 <= port <= _LAST_PORT:
        raise MetricsUnservable(host, port, f"a port is a number from 0 to {_LAST_PORT}")
    registry = CollectorRegistry()
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as fault:
        if fault.errno == EADDRINUSE:
            raise MetricsPortInUse(host, port) from fault
        raise MetricsUnservable(host, port, fault.strerror or str(fault)) from fault
    return RunningMetrics(node, server, thread, registry)
