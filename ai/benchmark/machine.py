"""What a result was made with: the processor, the versions of what computes, the time and the memory that it took."""

import platform
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

__all__ = ["measured_run", "peak_rss_mb", "processor", "versions"]

_PACKAGES: Final = ("aipchain", "numpy", "lightgbm", "torch", "ray", "joblib", "highspy")


@contextmanager
def measured_run() -> Iterator[dict[str, object]]:
    """A document that holds, after the block, what the block took on this machine."""
    document: dict[str, object] = {"processor": processor(), "python": platform.python_version()}
    document["versions"] = versions()
    cpu, wall = _cpu_s(), time.monotonic()
    yield document
    document["cpu_s"] = round(_cpu_s() - cpu, 1)
    document["wall_s"] = round(time.monotonic() - wall, 1)
    document["peak_rss_mb"] = round(peak_rss_mb())


def peak_rss_mb() -> float:
    """The most memory that this process had at a time [MB]."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1_000)  # bytes there, KiB elsewhere


def processor() -> str:
    """The processor's name, as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Of the packages that compute, those that are installed."""
    found = {}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _cpu_s() -> float:
    """Of this process and of its workers that have ended [s]."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
