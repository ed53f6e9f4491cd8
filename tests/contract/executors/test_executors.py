"""One suite for every place to work: the same results, the same errors, in the same order."""

import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from executor_work import column_mean, die, die_once, meet, refuse, refuse_with_fields, slowly, threads, times
from ray.cluster_utils import Cluster as Nodes

from aipchain.ai.errors import ClusterUnreachable, PartMissing, UnusablePanel, WorkLost
from aipchain.ai.executors.choose import RAY_ADDRESS, choose_executor
from aipchain.ai.executors.cluster import Cluster
from aipchain.ai.executors.executor import Executor
from aipchain.errors import InputError

PANEL = np.arange(240_000, dtype=np.int64).reshape(10, 24_000)


def test_results_come_in_the_order_of_the_items_with_the_same_bytes(executor: Executor) -> None:
    """Whoever was ready first."""
    told = list(executor.map(column_mean, range(10), PANEL))

    assert [each.tobytes() for each in told] == [column_mean(PANEL, item).tobytes() for item in range(10)]


def test_nothing_to_do_is_done(executor: Executor) -> None:
    """No item, no result."""
    assert list(executor.map(column_mean, [], PANEL)) == []


def test_an_error_of_the_work_comes_as_it_was(executor: Executor) -> None:
    """Its kind and its words, whichever process raised it."""
    with pytest.raises(UnusablePanel, match="item 2 cannot be used"):
        list(executor.map(refuse, range(5), None))
    with pytest.raises(UnusablePanel, match="item 2 cannot be used"):
        executor.submit(refuse, None, 2).result()
    with pytest.raises(PartMissing) as told:
        list(executor.map(refuse_with_fields, [0], None))
    assert (str(told.value), told.value.extra) == ("sundial is not installed: pip install 'aipchain[sun]'", "sun")


def test_a_piece_that_was_submitted_gives_its_result(executor: Executor) -> None:
    """More than once, if asked."""
    pending = executor.submit(times, 6, 7)

    assert (pending.result(), pending.result()) == (42, 42)


def test_a_worker_computes_with_one_thread(elsewhere: Executor) -> None:
    """Cores are shared by pieces."""
    assert set(elsewhere.map(threads, range(4), None)) == {"1"}


def test_all_workers_work_at_a_time(elsewhere: Executor, tmp_path: Path) -> None:
    """Two pieces wait for one another."""
    assert len({*elsewhere.map(meet, range(2), str(tmp_path))} - {"nobody came"}) == 2


def test_a_killed_worker_loses_nothing(elsewhere: Executor, tmp_path: Path) -> None:
    """Its pieces are done again by another."""
    assert list(elsewhere.map(die_once, range(8), str(tmp_path / "died"))) == [item * item for item in range(8)]


def test_work_that_kills_every_worker_is_lost(elsewhere: Executor) -> None:
    """After four tries, with a sentence; and the next work is done."""
    with pytest.raises(WorkLost, match="ended its worker 4 times"):
        list(elsewhere.map(die, [1], None))
    assert elsewhere.submit(times, 6, 7).result() == 42


def test_where_to_work_is_chosen(two_nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option's cluster or number of processes; the environment's cluster; else this process."""
    monkeypatch.delenv(RAY_ADDRESS, raising=False)
    assert [choose_executor().name, choose_executor(workers=2).name] == ["in process", "joblib"]
    assert choose_executor(two_nodes.address).name == "ray"
    monkeypatch.setenv(RAY_ADDRESS, two_nodes.address)
    assert [choose_executor().name, choose_executor(workers=2).name] == ["ray", "joblib"]


def test_a_cluster_and_a_number_of_processes_are_too_much() -> None:
    """Neither is dropped in silence, and nobody is asked."""
    with pytest.raises(InputError, match="give one of the two"):
        choose_executor("127.0.0.1:1", workers=2)


def test_a_node_that_is_lost_loses_nothing(two_nodes: Nodes, on_ray: Cluster) -> None:
    """A third node goes away while pieces are worked on; others do them again."""
    third = two_nodes.add_node(num_cpus=1)
    told = on_ray.map(slowly, range(12), 0.3)
    first = next(told)
    two_nodes.remove_node(third)

    assert [first, *told] == [item * item for item in range(12)]


def test_a_trap_of_a_runtime_is_still_caught_beside_ray(two_nodes: Nodes) -> None:
    """Ray's driver replaces the handlers of crashes, so it has a process of its own."""
    script = [sys.executable, str(Path(__file__).parent / "trap_beside_ray.py"), two_nodes.address]
    done = subprocess.run(script, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.split()) == (0, ["caught", "caught"])


def test_an_address_where_nobody_listens_is_told_in_a_sentence() -> None:
    """A port that is taken and does not listen: Ray is not even asked, which would go on for minutes."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        script = f"from aipchain.ai.executors.cluster import Cluster\nCluster.at({address!r})"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)

    assert done.stderr.splitlines()[-1].endswith(
        f"ClusterUnreachable: no Ray cluster answers at {address} (Connection refused): check the address, or leave "
        "--ray and AIPCHAIN_RAY_ADDRESS out to work on this machine"
    )


def test_what_is_no_head_node_is_told_in_a_sentence() -> None:
    """A web server, such as the port of Ray's dashboard would be."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        script = f"from aipchain.ai.executors.cluster import Cluster\nCluster.at({address!r})"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
        server.shutdown()

    told = done.stderr.splitlines()[-1]
    assert f"no Ray cluster answers at {address} (what listens there is no head node): check the address" in told


@pytest.mark.parametrize("address", ["127.0.0.1:70000", "no-such-host.invalid:6379"])
def test_an_address_that_cannot_be_is_told_in_a_sentence(address: str) -> None:
    """A port beyond all ports, a host that has no address."""
    with pytest.raises(ClusterUnreachable, match=f"no Ray cluster answers at {address} "):
        Cluster.at(address)


def test_an_address_of_a_client_is_refused_with_the_right_one() -> None:
    """The cluster is not blamed for it."""
    with pytest.raises(InputError, match="ray://head:10001 is an address for Ray's client, which is not used here"):
        Cluster.at("ray://head:10001")
