"""One client's conversation with the node in JSON-RPC 2.0: requests, notifications, batches in; answers and news out.

Knows no transport: messages come in through `handle`, leave through `send`, which must not block. A request is carried
out under the node's lock, so its answer goes out before any news that it causes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import structlog

from aipchain.chain.node import Node
from aipchain.chain.rpc import author, chain, payment, state, system
from aipchain.chain.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RpcError,
    answer_to,
)
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.subscriptions import Subscriptions
from aipchain.errors import AipchainError

__all__ = ["MAX_BATCH", "METHODS", "Session"]

MAX_BATCH = 1000
"""Most requests in one batch."""
_BATCH_TOO_LARGE = -32010

METHODS = MethodTable(author.METHODS, chain.METHODS, payment.METHODS, state.METHODS, system.METHODS)
"""Every method but `rpc_methods`, which lists them."""

_log = structlog.get_logger(__name__)


@METHODS.method("rpc_methods")
def _rpc_methods(node: Node) -> object:
    return {"methods": sorted(METHODS)}


@dataclass(frozen=True, slots=True)
class _News:
    """A notification that waits for the answer of the request being carried out."""

    subscription: str
    message: str
    is_finality: bool


class Session:
    """Guards: an answer leaves before news about what it answers; news of a request that failed never leaves."""

    def __init__(
        self, node: Node, send: Callable[[str], None], *, send_finality: Callable[[str], None] | None = None
    ) -> None:
        """Serve one client.

        :param send: takes a message for the client at once.
        :param send_finality: takes the news that a transaction is final; `send` when not given.
        """
        self._node = node
        self._send = send
        self._send_finality = send_finality or send
        self._waiting: list[_News] | None = None
        self._subscriptions = Subscriptions(node, self._notify, self._forget)

    def handle(self, message: str) -> None:
        """Carry out one message of the client: a request, a notification, or a batch of them."""
        try:
            given = json.loads(message)
        except (ValueError, RecursionError):
            self._send(_dump(_failed(None, RpcError(PARSE_ERROR, "Parse error"))))
            return
        with self._node.lock:
            self._waiting = []
            try:
                answer = self._answer_batch(given) if isinstance(given, list) else self._answer(given)
                if answer is not None:
                    self._send(_dump(answer))
            finally:
                waiting, self._waiting = self._waiting, None
            for news in waiting:
                self._send_news(news)

    def close(self) -> None:
        """End every subscription of this client."""
        with self._node.lock:
            self._subscriptions.end_all()

    def _answer_batch(self, requests: list[object]) -> object:
        if not requests:
            return _failed(None, RpcError(INVALID_REQUEST, "Invalid request"))
        if len(requests) > MAX_BATCH:
            text = f"Exceeded max limit of {MAX_BATCH}"
            return _failed(None, RpcError(_BATCH_TOO_LARGE, "The batch request was too large", text))
        answers = [answer for request in requests if (answer := self._answer(request)) is not None]
        return answers or None

    def _answer(self, request: object) -> dict[str, object] | None:
        if not isinstance(request, dict) or not _is_request(request):
            return _failed(_id_of(request), RpcError(INVALID_REQUEST, "Invalid request"))
        is_notification = "id" not in request
        try:
            result = self._carry_out(request["method"], request.get("params"), is_notification=is_notification)
        except RpcError as refusal:
            return None if is_notification else _failed(request["id"], refusal)
        return None if is_notification else {"jsonrpc": "2.0", "id": request["id"], "result": result}

    def _carry_out(self, name: str, params: object, *, is_notification: bool) -> object:
        method = METHODS.get(name)
        if method is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        arguments = method.parameters.read(params)
        if method.subscribes and is_notification:
            return None  # nobody could ever learn the subscription's id
        try:
            return method.answer(self._subscriptions if method.subscribes else self._node, **arguments)
        except AipchainError as failure:
            raise answer_to(failure) from failure
        except RpcError:
            raise
        except Exception as mistake:
            _log.exception("rpc_method_failed", method=name)
            raise RpcError(INTERNAL_ERROR, "Internal error") from mistake

    def _notify(self, method: str, subscription: str, result: object) -> None:
        params = {"subscription": subscription, "result": result}
        is_finality = method == "author_extrinsicUpdate" and isinstance(result, dict) and "finalized" in result
        news = _News(subscription, _dump({"jsonrpc": "2.0", "method": method, "params": params}), is_finality)
        if self._waiting is None:
            self._send_news(news)
        else:
            self._waiting.append(news)

    def _send_news(self, news: _News) -> None:
        send = self._send_finality if news.is_finality else self._send
        send(news.message)

    def _forget(self, subscription: str) -> None:
        if self._waiting is not None:
            self._waiting = [news for news in self._waiting if news.subscription != subscription]


def _is_request(request: dict[str, object]) -> bool:
    has_version = request.get("jsonrpc") == "2.0"
    return has_version and isinstance(request.get("method"), str) and _is_id(request.get("id"))


def _is_id(identifier: object) -> bool:
    if isinstance(identifier, float):
        return isfinite(identifier)
    return identifier is None or (isinstance(identifier, str | int) and not isinstance(identifier, bool))


def _id_of(request: object) -> object:
    identifier = request.get("id") if isinstance(request, dict) else None
    return identifier if _is_id(identifier) else None


def _failed(identifier: object, refusal: RpcError) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": identifier, "error": refusal.to_json()}


def _dump(message: object) -> str:
    return json.dumps(message, separators=(",", ":"))
