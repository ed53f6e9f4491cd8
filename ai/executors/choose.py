"""Which place to work: by the option `--ray`, the variable AIPCHAIN_RAY_ADDRESS, or here."""

import os
from importlib import import_module
from typing import Any, Final

from aipchain.ai.errors import PartMissing
from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess
from aipchain.errors import InputError

__all__ = ["RAY_ADDRESS", "choose_executor"]

RAY_ADDRESS: Final = "AIPCHAIN_RAY_ADDRESS"
"""Names the cluster where no option says where to work."""


def choose_executor(ray_address: str | None = None, workers: int = 1) -> Executor:
    """The Ray cluster at the address given; else so many processes of this machine; one is this process itself.

    What is given goes before the environment, whose cluster takes the work where neither is given.

    :raises InputError: an address and more than one worker are given: a cluster has workers of its own.
    :raises PartMissing: Ray or joblib is not installed.
    :raises ClusterUnreachable: nobody answers at the address.
    """
    if ray_address and workers > 1:
        raise InputError("--ray takes all cores of a cluster, --workers some of this machine: give one of the two")
    address = ray_address or (os.environ.get(RAY_ADDRESS) if workers == 1 else None)
    if address:
        cluster: Executor = _part("cluster", "ray").Cluster.at(address)
        return cluster
    if workers > 1:
        cores: Executor = _part("cores", "ai").Cores(workers)
        return cores
    return InProcess()


def _part(module: str, extra: str) -> Any:  # noqa: ANN401  # a module
    try:
        return import_module(f"aipchain.ai.executors.{module}")
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or module, extra) from error
