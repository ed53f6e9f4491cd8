"""Which place to work: by the option `--ray`, the variable AIPCHAIN_RAY_ADDRESS, or here."""

import os
from importlib import import_module
from typing import Any, Final

from aipchain.ai.errors import PartMissing
from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess

__all__ = ["RAY_ADDRESS", "choose_executor"]

RAY_ADDRESS: Final = "AIPCHAIN_RAY_ADDRESS"
"""Names the cluster where no option does."""


def choose_executor(ray_address: str | None = None, workers: int = 1) -> Executor:
    """The Ray cluster at the address given or in the environment; else so many processes of this machine.

    One process is this one itself.

    :raises PartMissing: Ray or joblib is not installed.
    :raises ClusterUnreachable: nobody answers at the address.
    """
    address = ray_address or os.environ.get(RAY_ADDRESS)
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
