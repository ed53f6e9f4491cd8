"""A model over HTTP: answers for those who ask rightly, and a sentence for those who do not."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from aipchain.ai.models.service import model_service
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel


@pytest.fixture
def port(trained: TrainedModel, three_homes: Panel) -> Iterator[int]:
    """Where the model answers."""
    with model_service(trained, three_homes, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def _asked(port: int, path: str) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_a_home_is_forecast(port: int) -> None:
    """Whole watt-hours by step, at nine levels."""
    status, told = _asked(port, "/forecast?home=b&day=2016-10-27")

    assert (status, told["day"], len(told["levels"])) == (200, "2016-10-27", 9)
    assert [home["home"] for home in told["homes"]] == ["b"]
    assert [len(step) for step in told["homes"][0]["quantiles_wh"]] == [9] * 24


def test_all_homes_and_the_card(port: int) -> None:
    """Without a home all are told; the card is what was saved."""
    assert len(_asked(port, "/forecast?day=2016-10-27")[1]["homes"]) == 3
    assert _asked(port, "/card")[1]["homes"] == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/forecast?home=z&day=2016-10-27", 400, "there is no home 'z'"),
        ("/forecast?home=&day=2016-10-27", 400, "there is no home ''"),
        ("/forecast?home=a", 400, "one day is needed"),
        ("/forecast?home=a&day=tomorrow", 400, "day 'tomorrow' is none"),
        ("/forecast?home=a&day=2016-W43-4", 400, "write YYYY-MM-DD"),
        ("/forecast?home=a&day=20161027", 400, "write YYYY-MM-DD"),
        ("/forecast?home=a&day=2016-10-20", 400, "up to which the model learned"),
        ("/forecast?home=a&day=2030-01-01", 400, "choose a day from"),
        ("/forecast?home=a&day=2016-10-27&horizon=9", 400, "nothing but homes beside it"),
        ("/", 404, "ask for /forecast"),
    ],
)
def test_bad_questions_are_told(port: int, path: str, status: int, problem: str) -> None:
    """A sentence under `error`."""
    found, told = _asked(port, path)

    assert found == status
    assert problem in told["error"]
