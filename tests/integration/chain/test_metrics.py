"""A node tells Prometheus how far it is."""

from urllib.request import urlopen

import pytest

from aipchain.chain.errors import MetricsPortInUse, MetricsUnservable
from aipchain.chain.metrics import serve_metrics
from aipchain.chain.node import Node, SimulatedClock


def test_metrics_follow_the_head() -> None:
    """The height has Substrate's name and moves with each block."""
    with Node.open(None, clock=SimulatedClock(1_700_000_000_000)) as node:
        metrics = serve_metrics(node, "127.0.0.1", 0)
        node.author()
        with urlopen(f"http://127.0.0.1:{metrics.port}/metrics") as answer:
            told = answer.read().decode()
        metrics.stop()

    assert 'substrate_block_height{status="best"} 1.0' in told
    assert 'substrate_block_height{status="finalized"} 1.0' in told
    assert "substrate_number_of_transactions_total 2.0" in told
    assert "aipchain_chain_time_seconds 1.7e+09" in told


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_is_no_taken_port(host: str, port: int) -> None:
    """What is wrong is said as it is."""
    with (
        Node.open(None, clock=SimulatedClock(1_700_000_000_000)) as node,
        pytest.raises(MetricsUnservable, match="Metrics cannot be served"),
    ):
        serve_metrics(node, host, port)


def test_a_taken_port_is_named() -> None:
    """The sentence says which port, and what to do."""
    with Node.open(None, clock=SimulatedClock(1_700_000_000_000)) as node:
        metrics = serve_metrics(node, "127.0.0.1", 0)
        with pytest.raises(MetricsPortInUse, match=str(metrics.port)):
            serve_metrics(node, "127.0.0.1", metrics.port)
        metrics.stop()
