"""Language models that do as they are told: real HTTP servers on loopback, scripted call by call, faults included.

    with ModelServer(OPENAI, answer('{"tests": []}'), refusal(503)) as server:
        ...  # point a client at server.url; afterwards look at server.calls

When the script runs out its last reply is given again. What differs between providers is a `Dialect`.
"""

import json
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Protocol

Usage = tuple[int, int] | None
Reply = Callable[["Handler"], None]


class Dialect(Protocol):
    """How one provider says things. `finish` is stop, length, declined or malformed; another word is said as it is."""

    name: str
    key_header: str

    def knows(self, path: str) -> bool: ...

    def counts(self, path: str, tokens: int) -> dict[str, Any] | None:
        """What it says to a request for the tokens of a question; None where the path asks for something else."""
        ...

    def streams(self, path: str, body: dict[str, Any]) -> bool: ...

    def prompt(self, body: dict[str, Any]) -> str: ...

    def whole(self, text: str, finish: str | None, usage: Usage) -> dict[str, Any]: ...

    def stream(self, pieces: Sequence[str], finish: str | None, usage: Usage) -> bytes:
        """The whole body of a streamed answer."""
        ...

    def error(self, status: int, message: str, *, daily: bool = False, delay: str | None = None) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it arrived."""

    path: str
    key: str
    body: dict[str, Any]
    raw: str
    at: float
    prompt: str
    streams: bool


class ModelServer:
    """Counts what it was asked; `calls` may be read at any time, and `counted`: what it was to count the tokens of."""

    counts_as = 100

    def __init__(self, dialect: Dialect, *script: Reply) -> None:
        self.dialect = dialect
        self.script = script
        self.calls: list[Call] = []
        self.counted: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._http = _Listening(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._http.fake = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def calls_by_prompt(self) -> Counter[str]:
        return Counter(call.prompt for call in self.calls)

    def take(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            return self.script[min(len(self.calls), len(self.script)) - 1]

    def __enter__(self) -> "ModelServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


class _Listening(ThreadingHTTPServer):
    request_queue_size = 128  # fifty callers at once are part of a test


class Handler(BaseHTTPRequestHandler):
    """One connection of the fake; replies write through it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body, dialect = json.loads(raw), self.fake.dialect
        if (counted := dialect.counts(self.path, self.fake.counts_as)) is not None:
            self.fake.counted.append(body)
            self.send(200, counted)
            return
        if not dialect.knows(self.path):
            self.send(404, dialect.error(404, "no such method"))
            return
        self.call = Call(
            path=self.path,
            key=self.headers.get(dialect.key_header, "").removeprefix("Bearer "),
            body=body,
            raw=raw.decode(),
            at=time.monotonic(),
            prompt=dialect.prompt(body),
            streams=dialect.streams(self.path, body),
        )
        self.fake.take(self.call)(self)

    def do_GET(self) -> None:
        """Only servers on this machine are asked what they have."""
        if self.path == "/v1/models" and self.fake.dialect.name == "openai":
            self.send(200, {"object": "list", "data": [{"id": "qwen3-coder:30b"}, {"id": "gpt-oss:20b"}]})
            return
        if self.path != "/api/tags" or self.fake.dialect.name != "ollama":
            self.send(404, {"error": "not found"})
            return
        self.send(200, {"models": [{"name": "qwen2.5-coder:7b"}, {"name": "llama3.2:latest"}]})

    @property
    def fake(self) -> ModelServer:
        server: ModelServer = self.server.fake  # type: ignore[attr-defined]
        return server

    def send(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.send_bytes(status, json.dumps(body).encode(), "application/json; charset=UTF-8", headers)

    def send_bytes(self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the caller has heard enough

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: test output is for tests."""


def answer(text: str, *, finish: str | None = "stop", usage: Usage = (11, 7), after_seconds: float = 0.0) -> Reply:
    """The text, in one piece or (when it is asked to stream) in three."""

    def reply(handler: Handler) -> None:
        handler.fake.closing.wait(after_seconds)
        dialect = handler.fake.dialect
        if not handler.call.streams:
            handler.send(200, dialect.whole(text, finish, usage))
            return
        third = max(1, len(text) // 3)
        pieces = [text[:third], text[third : 2 * third], text[2 * third :]]
        handler.send_bytes(200, dialect.stream(pieces, finish, usage), "text/event-stream")

    return reply


def refusal(status: int, *, message: str = "refused", headers: dict[str, str] | None = None) -> Reply:
    return lambda handler: handler.send(status, handler.fake.dialect.error(status, message), headers)


def overloaded(*, retry_after: str | None = None, retry_delay: str | None = None) -> Reply:
    """429 for this minute, with the delay in the header or (where the provider has that) in the body."""
    headers = {"Retry-After": retry_after} if retry_after is not None else None
    return lambda handler: handler.send(429, handler.fake.dialect.error(429, "slow down", delay=retry_delay), headers)


def quota_of_the_day() -> Reply:
    return lambda handler: handler.send(429, handler.fake.dialect.error(429, "quota exceeded", daily=True))


def bad_key(key: str, status: int = 401) -> Reply:
    """The key is in the message, as Gemini does it, and must not get any further."""
    return refusal(status, message=f"API key not valid: {key}. Please pass a valid API key.")


def hang() -> Reply:
    """Take the request and never answer."""
    return _close_after_wait


def trickle(text: str = "x" * 1000, *, seconds_a_byte: float = 0.05) -> Reply:
    """An answer that comes byte by byte."""

    def reply(handler: Handler) -> None:
        body = json.dumps(handler.fake.dialect.whole(text, "stop", (1, 1))).encode()
        _begin(handler, len(body))
        for byte in body:
            if handler.fake.closing.wait(seconds_a_byte):
                break
            try:
                handler.wfile.write(bytes([byte]))
            except OSError:
                break
        handler.close_connection = True

    return reply


def reset_in_body() -> Reply:
    """Half an answer, then a TCP reset."""

    def reply(handler: Handler) -> None:
        body = json.dumps(handler.fake.dialect.whole("never seen", "stop", (1, 1))).encode()
        _begin(handler, len(body))
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return reply


def truncated_json() -> Reply:
    def reply(handler: Handler) -> None:
        body = json.dumps(handler.fake.dialect.whole("never seen", "stop", (1, 1))).encode()
        handler.send_bytes(200, body[: len(body) // 2], "application/json")

    return reply


def html_page(status: int = 200) -> Reply:
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return lambda handler: handler.send_bytes(status, page, "text/html")


def invalid_utf8() -> Reply:
    return lambda handler: handler.send_bytes(200, b'{"candidates": [{"content": "\xff\xfe\x00', "application/json")


def huge(size: int = 5 << 20) -> Reply:
    return answer("x" * size)


def json_answer(body: dict[str, Any]) -> Reply:
    """A 200 whose JSON is given as it is, as an event when it is asked to stream."""

    def reply(handler: Handler) -> None:
        if handler.call.streams:
            handler.send_bytes(200, f"data: {json.dumps(body)}\n\n".encode(), "text/event-stream")
        else:
            handler.send(200, body)

    return reply


def _begin(handler: Handler, length: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _close_after_wait(handler: Handler) -> None:
    handler.fake.closing.wait(60)
    handler.close_connection = True
