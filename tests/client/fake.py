"""A server that answers as a test says, and a line that breaks when a test says."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

CHUNK: Final = 65_536


@dataclass
class Answer:
    """What is answered once: JSON, or bytes as they are; `closes` ends the line without a word."""

    status: int = 200
    told: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False


@dataclass
class Asked:
    """What was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Fake:
    """Gives its answers in order, the last one for ever; `asked` is what came."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.lines = 0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                fake.lines += 1

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"null")
                fake.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                self.give(fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0])

            do_GET = do_POST  # noqa: N815 - the name the library asks for

            def give(self, answer: Answer) -> None:
                told = answer.told
                body = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = answer.closes

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def refusal(status: int, code: str, **more: Any) -> Answer:
    """Return a problem document (RFC 9457)."""
    told = {"type": f"urn:troth:problem:{code}", "status": status, "detail": "No.", **more}
    return Answer(status, told)


class Line:
    """A way to a server on which so many answers are lost after the server has given them."""

    def __init__(self, port: int, lost: int) -> None:
        self._port, self.lost = port, lost
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        """Carry one line after the other."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed: the test has ended
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._port)) as far:
            threading.Thread(target=_copy, args=(near, far), daemon=True).start()
            while answer := far.recv(CHUNK):
                if self.lost:
                    self.lost -= 1
                    near.shutdown(socket.SHUT_RDWR)  # as another thread waits on it, too
                    return
                near.sendall(answer)

    def close(self) -> None:
        """Carry nothing more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while sent := source.recv(CHUNK):
            target.sendall(sent)
    except OSError:  # the other way has ended
        return


@contextmanager
def line(port: int, lost: int = 0) -> Iterator[Line]:
    """Lay a line to a server."""
    laid = Line(port, lost)
    threading.Thread(target=laid.serve, daemon=True).start()
    yield laid
    laid.close()
