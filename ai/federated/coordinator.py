"""The coordinator of a federation over HTTP: clients come in, fetch tasks, and send answers.

    POST /enlist/NAME/SESSION          come in; SESSION is 32 hexadecimal digits that the client drew
    GET  /task/NAME/SESSION/AFTER      the task of a round after AFTER (-1 for any), or 204 after a while
    POST /answer/NAME/SESSION/ROUND    the body is an answer
    POST /leave/NAME/SESSION           go; after the last round, with the final model

Each request is signed by its client, with the digest of its body in a head, and the tasks by the coordinator. Whatever
is refused is told in a sentence: 403 not the client it says, 409 not enlisted or another in its place, 400 an answer
that cannot be used or comes late, 413 one that is too large, which is not even read, 503 the answer cannot be kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Thread
from typing import Final

from aipchain.ai.federated.errors import MessageRefused, NotEnlisted, RecordUnusable
from aipchain.ai.federated.hall import Hall
from aipchain.ai.federated.identity import DIGEST, SIGNATURE, Signer, bytes_of, digest_of, signed_words, verified

__all__ = ["Coordinator", "serving"]

TASK_WAIT_S: Final = 20.0
"""So long a client that asks for a task is kept waiting for the next round [s]."""

_SOCKET_S: Final = 30.0
"""So long a connection may say nothing [s]."""

_MOST_CONNECTIONS: Final = 256
_MOST_SKIPPED: Final = 2**24
_PIECE: Final = 2**16


class Coordinator(ThreadingHTTPServer):
    """Serves a hall.

    :param federation: its name, which all clients know.
    """

    daemon_threads = True

    def __init__(self, federation: str, hall: Hall, key: Signer, host: str = "127.0.0.1", port: int = 0) -> None:
        self.federation, self.hall, self.key = federation, hall, key
        self.free = BoundedSemaphore(_MOST_CONNECTIONS)
        super().__init__((host, port), _Request)

    @property
    def address(self) -> str:
        """Where clients find it."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


@contextmanager
def serving(coordinator: Coordinator) -> Iterator[Coordinator]:
    """Serve until the end of the block."""
    thread = Thread(target=coordinator.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield coordinator
    finally:
        coordinator.shutdown()
        coordinator.server_close()
        thread.join()


class _Request(BaseHTTPRequestHandler):
    server: Coordinator
    timeout = _SOCKET_S

    def handle(self) -> None:
        """Answer one request, unless too many are being answered."""
        if self.server.free.acquire(blocking=False):
            try:
                super().handle()
            except (TimeoutError, ConnectionError):
                self.close_connection = True
            finally:
                self.server.free.release()

    def do_GET(self) -> None:  # http.server's name
        """A task."""
        self._answered(("task",))

    def do_POST(self) -> None:  # http.server's name
        """A client that comes in or goes, or an answer."""
        self._answered(("enlist", "answer", "leave"))

    def log_message(self, *_: object) -> None:
        """Nothing: reports of rounds say who was refused, and why."""

    def _answered(self, kinds: tuple[str, ...]) -> None:
        try:
            kind, name, session, number = self._path(kinds)
            told = getattr(self, f"_{kind}")(name, session, number)
            self._reply(200 if told is not None else 204, told or b"")
        except _Refused as refused:
            self._reply(refused.status, str(refused).encode())
        except NotEnlisted as error:
            self._reply(409, str(error).encode())
        except MessageRefused as error:
            self._reply(400, str(error).encode())
        except RecordUnusable as error:
            self._reply(503, str(error).encode())

    def _path(self, kinds: tuple[str, ...]) -> tuple[str, str, str, int]:
        kind, name, session, number = (*self.path.strip("/").split("/"), "0", "", "", "")[:4]
        if kind not in kinds or len(session) != 32 or not number.removeprefix("-").isdecimal():
            raise _Refused(404, f"there is nothing at {self.path[:200]!r}")
        public, length = self.server.hall.invited.get(name), self._length()
        words = signed_words(self.server.federation, self.path, length, self.headers.get(DIGEST, ""))
        if public is None or not verified(public, words, bytes_of(self.headers.get(SIGNATURE, ""))):
            raise _Refused(403, f"{name[:63]!r} is not invited, or this is not signed with its key")
        return kind, name, session, int(number)

    def _length(self) -> int:
        told = self.headers.get("Content-Length", "0")
        if not told.isdecimal() or len(told) > 12:
            raise _Refused(411, "the length of the body is missing")
        return int(told)

    def _enlist(self, name: str, session: str, _: int) -> bytes:
        self.server.hall.enlist(name, session)
        return b""

    def _leave(self, name: str, session: str, _: int) -> bytes:
        self.server.hall.leave(name, session)
        return b""

    def _task(self, name: str, session: str, after: int) -> bytes | None:
        return self.server.hall.task(name, session, after, TASK_WAIT_S)

    def _answer(self, name: str, session: str, round_: int) -> bytes:
        length = self._length()
        if length > self.server.hall.federation.plan.most_bytes:
            self._skip(length)
            self.server.hall.too_large(name, session, round_)
        body = self.rfile.read(length)
        if digest_of(body) != self.headers.get(DIGEST):
            raise _Refused(403, "the body is not what was signed")
        self.server.hall.answer(name, session, round_, body)
        return b""

    def _skip(self, length: int) -> None:
        """Read what is too large and forget it, so that the client hears why; not more than is sensible."""
        left = min(length, _MOST_SKIPPED)
        while left > 0 and (read := self.rfile.read1(min(left, _PIECE))):
            left -= len(read)

    def _reply(self, status: int, body: bytes) -> None:
        digest = digest_of(body)
        words = signed_words(self.server.federation, f"{status} {self.path}", len(body), digest)
        self.send_response(status)
        for head, told in ((DIGEST, digest), (SIGNATURE, self.server.key.sign(words).hex())):
            self.send_header(head, told)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Refused(Exception):
    def __init__(self, status: int, told: str) -> None:
        self.status = status
        super().__init__(told)
