"""A Ray cluster of nodes on this machine, each with one core, to measure what another worker brings."""

from collections.abc import Iterator
from contextlib import contextmanager

import ray
from ray.cluster_utils import Cluster

__all__ = ["cluster_of_this_machine"]


@contextmanager
def cluster_of_this_machine() -> Iterator[Cluster]:
    """A head without a core; nodes are added while it runs."""
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        yield nodes
    finally:
        ray.shutdown()
        nodes.shutdown()  # type: ignore[no-untyped-call]  # Ray
