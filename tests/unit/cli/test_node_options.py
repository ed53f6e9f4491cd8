"""`aip node run` takes the stock node's command lines as far as they can mean something here."""

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Aip = Callable[..., Any]


@pytest.mark.parametrize("option", ["--port", "--node-key", "--telemetry-url"])
def test_options_of_a_network_are_refused(aip: Aip, option: str) -> None:
    """One sentence that says what to do; nothing is started."""
    ended = aip("node", "run", "--tmp", option, "30333")

    assert (ended.code, ended.out) == (2, "")
    assert ended.sentence == (
        f"{option} is for a node with a network, and the embedded node has none: leave it out, or run the stock node "
        "from the file that `aip node spec` writes"
    )


def test_options_that_hold_anyway_are_taken() -> None:
    """A node started as the stock node is, and stopped by a signal."""
    script = "from aipchain.cli.app import main; main()"
    options = ["--validator", "--no-telemetry", "--rpc-methods", "safe", "--rpc-port", "0", "--no-prometheus"]
    with subprocess.Popen(
        [sys.executable, "-c", script, "node", "run", "--dev", "--tmp", *options], stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout is not None
        told = node.stdout.readline() + node.stdout.readline()
        node.send_signal(signal.SIGTERM)
        assert node.wait(60) == 0
    assert "JSON-RPC at ws://127.0.0.1:" in told
