"""A cluster that goes away midway is told in a sentence, and the process that works with it lives on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from executor_work import Warm, slowly, times
from ray.cluster_utils import Cluster as Nodes

from aipchain.ai.errors import WorkLost
from aipchain.ai.executors.choose import RAY_ADDRESS
from aipchain.ai.executors.cluster import Cluster

HERE = str(Path(__file__).parent)


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    """A head without cores, to be lost."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        yield nodes
        nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray


def test_a_cluster_that_is_lost_midway_is_work_lost(nodes: Nodes) -> None:
    """First the only node that works, then the head: this process is there to say so, each time it is asked again."""
    worker, address = nodes.add_node(num_cpus=1), nodes.address
    cluster = Cluster.at(address)
    told = cluster.map(slowly, range(50), 0.2)
    assert next(told) == 0

    nodes.remove_node(worker)
    with pytest.raises(WorkLost, match=r"^the cluster has no core left: look at `ray status`"):
        list(told)

    pending = cluster.submit(times, 6, 7)
    nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray
    sentence = f"^the Ray cluster at {address} was lost before the work was done .*: look at `ray status`"
    with pytest.raises(WorkLost, match=sentence):
        pending.result()
    with pytest.raises(WorkLost, match=sentence):
        list(cluster.map(slowly, [1], 0.0))
    with pytest.raises(WorkLost, match=sentence), cluster.actors(Warm):
        pass


def test_a_training_whose_cluster_is_lost_ends_with_a_sentence(nodes: Nodes, tmp_path: Path) -> None:
    """No model is written, not even half of one."""
    nodes.add_node(num_cpus=1)
    address = nodes.address
    command = [str(Path(sys.executable).with_name("aip")), "ai", "train", "--out", "model", "--until", "2016-10-10"]
    training = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, RAY_ADDRESS: address},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with training:
        assert training.stderr is not None
        before = next(line for line in training.stderr if "learning from" in line)
        nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray
        said, lost = training.communicate(timeout=120)

    assert before.startswith("aip: ray: learning from ")
    assert lost.startswith(f"aip: the Ray cluster at {address} was lost before the work was done (")
    assert (training.returncode, said, len(lost.splitlines())) == (1, "", 1)
    assert list(tmp_path.iterdir()) == []
