"""The three places to work; Ray is a cluster of two nodes on this machine, started once."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
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
        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for _ in range(2):
            nodes.add_node(num_cpus=1)
        yield nodes
        nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray


@pytest.fixture(scope="package")
def on_ray(two_nodes: Nodes) -> Cluster:
    """Joined once."""
    return Cluster.at(two_nodes.address)


@pytest.fixture(params=["in process", "joblib", "ray"])
def executor(request: pytest.FixtureRequest) -> Executor:
    """Each place in turn."""
    return InProcess() if request.param == "in process" else _elsewhere(request)


@pytest.fixture(params=["joblib", "ray"])
def elsewhere(request: pytest.FixtureRequest) -> Executor:
    """Each place with two workers in processes of their own, which can be lost."""
    return _elsewhere(request)


def _elsewhere(request: pytest.FixtureRequest) -> Executor:
    place: Executor = request.getfixturevalue("on_ray") if request.param == "ray" else Cores(2)
    return place
