"""A model behind HTTP on this machine: `GET /forecast?home=NAME&day=YYYY-MM-DD` and `GET /card`, answers in JSON.

It listens on the loopback address only and has no keys: whoever is logged in on the machine may ask. What cannot be
answered is a 400 with a sentence under `error`; another path is a 404.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.models.answer import Answer, forecast_day
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel
from aipchain.days import day_written
from aipchain.errors import InputError

__all__ = ["answer_document", "model_service"]

_LOOPBACK: Final = "127.0.0.1"
_HELP: Final = "ask for /forecast?home=NAME&day=YYYY-MM-DD (home may be left out) or /card"


def model_service(model: TrainedModel, panel: Panel, port: int) -> ThreadingHTTPServer:
    """A server that listens; 0 is any free port. It forecasts from what is in the panel.

    :raises OSError: the port is taken.
    """
    return ThreadingHTTPServer((_LOOPBACK, port), type("_Handler", (_Questions,), {"model": model, "panel": panel}))


def answer_document(day: date, answers: Sequence[Answer]) -> dict[str, object]:
    """Answers as JSON: energy [Wh] by home and step of the day, at each of the levels."""
    return {"day": day.isoformat(), "levels": LEVELS, "homes": [asdict(answer) for answer in answers]}


class _Questions(BaseHTTPRequestHandler):
    model: TrainedModel
    panel: Panel

    def do_GET(self) -> None:
        """Answer one question."""
        asked = urlsplit(self.path)
        if asked.path == "/card":
            self._tell(200, asdict(self.model.card))
        elif asked.path == "/forecast":
            try:
                self._tell(200, _forecast(self.model, self.panel, parse_qs(asked.query, keep_blank_values=True)))
            except InputError as refused:
                self._tell(400, {"error": str(refused)})
        else:
            self._tell(404, {"error": _HELP})

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: what homes are asked about is nobody's business."""

    def _tell(self, status: int, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _forecast(model: TrainedModel, panel: Panel, asked: Mapping[str, Sequence[str]]) -> dict[str, object]:
    odd = [name for name in asked if name not in ("home", "day")]
    if odd or len(asked.get("day", ())) != 1:
        raise UnusablePanel(f"one day is needed, and nothing but homes beside it: {_HELP}")
    try:
        day = day_written(asked["day"][0])
    except ValueError as error:
        raise UnusablePanel(f"day {asked['day'][0]!r} is none ({error}): write YYYY-MM-DD") from error
    return answer_document(day, forecast_day(model, panel, day, asked.get("home")))
