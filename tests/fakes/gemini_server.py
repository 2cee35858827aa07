"""A Gemini that does as it is told: a real HTTP server on loopback, scripted call by call, faults included.

    with GeminiServer(answer('{"tests": []}'), refusal(503)) as server:
        ...  # point a client at server.url; afterwards look at server.calls

When the script runs out its last reply is given again.
"""

import json
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

Reply = Callable[["GeminiHandler"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it arrived."""

    path: str
    key: str
    body: dict[str, Any]
    raw: str
    at: float

    @property
    def prompt(self) -> str:
        return str(self.body["contents"][0]["parts"][0]["text"])

    @property
    def streams(self) -> bool:
        return ":streamGenerateContent" in self.path


@dataclass
class GeminiServer:
    """Counts what it was asked; `calls` may be read at any time."""

    script: Sequence[Reply]
    calls: list[Call] = field(default_factory=list)

    def __init__(self, *script: Reply) -> None:
        self.script = script
        self.calls = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), GeminiHandler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._http.gemini = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def calls_by_prompt(self) -> Counter[str]:
        return Counter(call.prompt for call in self.calls)

    def take(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            return self.script[min(len(self.calls), len(self.script)) - 1]

    def __enter__(self) -> "GeminiServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


class GeminiHandler(BaseHTTPRequestHandler):
    """One connection of the fake; replies write through it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        call = Call(
            path=self.path,
            key=self.headers.get("x-goog-api-key", ""),
            body=json.loads(raw),
            raw=raw.decode(),
            at=time.monotonic(),
        )
        self.call = call
        if not self.path.startswith("/v1beta/models/") or ":" not in self.path:
            self.send(404, {"error": {"code": 404, "message": "no such method", "status": "NOT_FOUND"}})
            return
        self.gemini.take(call)(self)

    @property
    def gemini(self) -> GeminiServer:
        server: GeminiServer = self.server.gemini  # type: ignore[attr-defined]
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
        self.wfile.write(body)

    def send_events(self, bodies: Sequence[dict[str, Any]]) -> None:
        events = "".join(f"data: {json.dumps(body)}\r\n\r\n" for body in bodies)
        self.send_bytes(200, events.encode(), "text/event-stream")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: test output is for tests."""


def response_body(
    text: str, *, finish: str | None = "STOP", usage: tuple[int, int] | None = (11, 7), thought: str | None = None
) -> dict[str, Any]:
    """The JSON of one answer; `usage` is tokens in and out."""
    parts: list[dict[str, Any]] = [{"text": thought, "thought": True}] if thought else []
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [*parts, {"text": text}]}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    body: dict[str, Any] = {"candidates": [candidate], "modelVersion": "fake"}
    if usage is not None:
        body["usageMetadata"] = {
            "promptTokenCount": usage[0],
            "candidatesTokenCount": usage[1],
            "totalTokenCount": sum(usage),
        }
    return body


def answer(text: str, **options: Any) -> Reply:
    """The text, in one piece or (when it is asked to stream) in three."""

    def reply(handler: GeminiHandler) -> None:
        if not handler.call.streams:
            handler.send(200, response_body(text, **options))
            return
        third = max(1, len(text) // 3)
        pieces = [text[:third], text[third : 2 * third], text[2 * third :]]
        bodies = [response_body(piece, finish=None, usage=None) for piece in pieces[:-1]]
        handler.send_events([*bodies, response_body(pieces[-1], **options)])

    return reply


def json_answer(body: dict[str, Any]) -> Reply:
    """A 200 whose JSON is given as it is."""

    def reply(handler: GeminiHandler) -> None:
        if handler.call.streams:
            handler.send_events([body])
        else:
            handler.send(200, body)

    return reply


def no_candidates() -> Reply:
    return json_answer({"candidates": [], "usageMetadata": {"promptTokenCount": 11, "totalTokenCount": 11}})


def blocked_prompt(reason: str = "SAFETY") -> Reply:
    return json_answer({"promptFeedback": {"blockReason": reason}})


def refusal(
    status: int,
    *,
    message: str = "refused",
    reason: str = "UNAVAILABLE",
    headers: dict[str, str] | None = None,
    details: Sequence[dict[str, Any]] = (),
) -> Reply:
    body = {"error": {"code": status, "message": message, "status": reason, "details": list(details)}}
    return lambda handler: handler.send(status, body, headers)


def overloaded(*, retry_after: str | None = None, retry_delay: str | None = None) -> Reply:
    """429 for this minute, with the delay in the header or in RetryInfo."""
    details: list[dict[str, Any]] = [_quota("GenerateRequestsPerMinutePerProjectPerModel")]
    if retry_delay is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry_delay})
    headers = {"Retry-After": retry_after} if retry_after is not None else None
    return refusal(429, message="slow down", reason="RESOURCE_EXHAUSTED", headers=headers, details=details)


def quota_of_the_day() -> Reply:
    details = [_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")]
    return refusal(429, message="quota exceeded", reason="RESOURCE_EXHAUSTED", details=details)


def _quota(quota_id: str) -> dict[str, Any]:
    violation = {"quotaMetric": "generativelanguage.googleapis.com/requests", "quotaId": quota_id}
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}


def bad_key(key: str) -> Reply:
    """As Gemini says it, with the key in the message, which must not get any further."""
    return refusal(400, message=f"API key not valid: {key}. Please pass a valid API key.", reason="INVALID_ARGUMENT")


def hang() -> Reply:
    """Take the request and never answer."""
    return lambda handler: _close_after_wait(handler)


def trickle(text: str = "x" * 1000, *, seconds_a_byte: float = 0.05) -> Reply:
    """An answer that comes byte by byte."""

    def reply(handler: GeminiHandler) -> None:
        body = json.dumps(response_body(text)).encode()
        _begin(handler, len(body))
        for byte in body:
            if handler.gemini.closing.wait(seconds_a_byte):
                break
            try:
                handler.wfile.write(bytes([byte]))
            except OSError:
                break
        handler.close_connection = True

    return reply


def reset_in_body() -> Reply:
    """Half an answer, then a TCP reset."""

    def reply(handler: GeminiHandler) -> None:
        body = json.dumps(response_body("never seen")).encode()
        _begin(handler, len(body))
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return reply


def truncated_json() -> Reply:
    body = json.dumps(response_body("never seen")).encode()
    return lambda handler: handler.send_bytes(200, body[: len(body) // 2], "application/json")


def html_page(status: int = 200) -> Reply:
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return lambda handler: handler.send_bytes(status, page, "text/html")


def invalid_utf8() -> Reply:
    return lambda handler: handler.send_bytes(200, b'{"candidates": [{"content": "\xff\xfe\x00', "application/json")


def huge(size: int = 5 << 20) -> Reply:
    return answer("x" * size)


def _begin(handler: GeminiHandler, length: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _close_after_wait(handler: GeminiHandler) -> None:
    handler.gemini.closing.wait(60)
    handler.close_connection = True
