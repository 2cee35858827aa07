"""A real server on this machine, for code that asks one: the same lines serve the probe and the tests."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

NAME = "server"
"""What a test calls it."""
ADDRESS = "server.url"
NEEDS: dict[str, Any] = {
    "BaseHTTPRequestHandler": BaseHTTPRequestHandler,
    "HTTPServer": HTTPServer,
    "SimpleNamespace": SimpleNamespace,
    "Thread": Thread,
    "contextmanager": contextmanager,
    "json": json,
}
TEXT = '''\
@contextmanager
def serving(status, body):
    """A server on this machine that always answers so; it notes what it was asked."""
    server = SimpleNamespace(asked=[], sent=[])

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(f"{self.command} {self.path}")
            size = int(self.headers.get("Content-Length") or 0)
            if size:
                server.sent.append(self.rfile.read(size).decode())
            answer = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *values):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as listener:
        server.url = f"http://127.0.0.1:{listener.server_port}"
        thread = Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()
'''


def serving(status: int, body: Any) -> Any:
    """What a test opens, opened here."""
    names = dict(NEEDS)
    exec(TEXT, names)
    return names["serving"](status, body)
