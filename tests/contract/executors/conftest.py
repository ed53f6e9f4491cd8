"""The three places to work; Ray is a cluster of two nodes on this machine, started once."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster as Nodes

from aipchain.ai.executors.cluster import Cluster
from aipchain.ai.executors.cores import Cores
from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess

HERE = str(Path(__file__).parent)
"""Where workers find `executor_work`, as this process does: joblib passes the path on, nodes of Ray the environment."""
sys.path.insert(0, HERE)


@pytest.fixture(scope="package")
def two_nodes() -> Iterator[Nodes]:
    """A head without cores and two nodes with one core each."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 0})
        for _ in range(2):
            nodes.add_node(num_cpus=1)
        yield nodes
        ray.shutdown()
        nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray


@pytest.fixture(params=["in process", "joblib", "ray"])
def executor(request: pytest.FixtureRequest) -> Executor:
    """Each place in turn."""
    if request.param == "ray":
        return Cluster.at(request.getfixturevalue("two_nodes").address)
    return Cores(2) if request.param == "joblib" else InProcess()
