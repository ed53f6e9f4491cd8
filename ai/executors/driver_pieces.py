"""Pieces of work on a Ray cluster, as its driver and its workers see them: bytes that only workers read."""

from collections.abc import Sequence
from pickle import PickleBuffer
from typing import Any, Final

import ray

from aipchain.ai.errors import WorkLost
from aipchain.ai.executors.executor import ENDED
from aipchain.ai.executors.packing import Parcel, packed, unpacked
from aipchain.ai.executors.settled import Settled, settle

__all__ = ["apart", "cores", "first_of", "got", "piece"]

_LOOK_S: Final = 10.0
"""After so long without a result it is looked whether the cluster still has a core [s]."""


def piece(put: tuple[bytes, Parcel], item: bytes) -> bytes:
    """In a worker: one piece of work."""
    return packed(settle(_worked, *put, item))


def _worked(work: bytes, shared: Parcel, item: bytes) -> object:
    return unpacked(work)(unpacked(*shared), unpacked(item))


def apart(parcel: Parcel) -> Parcel:
    """Tables came through the pipe as bytes; the object store keeps them as they are if it is told that they may."""
    return parcel[0], [PickleBuffer(table) for table in parcel[1]]


def first_of(begun: Sequence[Any]) -> Any:  # noqa: ANN401  # Ray has no types
    """Wait for one of them, as long as there is a core that could do it.

    :raises WorkLost: the cluster has none left.
    """
    while True:
        done, _ = ray.wait(list(begun), num_returns=1, timeout=_LOOK_S)
        if done:
            return done[0]
        if not cores():
            raise WorkLost("the cluster has no core left: look at `ray status`, and join machines before you try again")


def got(begun: Any) -> bytes:  # noqa: ANN401  # Ray has no types
    """What came of a piece, or of an ask.

    :raises RayActorError: the actor was lost.
    :raises WorkLost: its workers were, again and again.
    :raises SystemExit: the cluster was.
    """
    try:
        found: bytes = ray.get(begun)
    except ray.exceptions.RayTaskError as error:  # such as a result that cannot be pickled
        return packed(Settled(None, error.cause))
    except ray.exceptions.RayActorError:
        raise
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError) as error:
        raise WorkLost(ENDED) from error
    except ray.exceptions.LocalRayletDiedError as error:  # Ray will end this process at any moment
        raise SystemExit from error
    return found


def cores() -> float:
    """How many the cluster has now."""
    told: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]  # Ray's own
    return told.get("CPU", 0.0)
