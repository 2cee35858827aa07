"""A git server on loopback: git's own `http-backend` behind a small web server that can also misbehave."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class GitServer:
    """`token` is asked for where it is set; `leads_to` redirects everything; `asked` are the paths that were asked."""

    root: Path
    port: int = 0
    token: str | None = None
    leads_to: str | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def git_server(root: Path) -> Iterator[GitServer]:
    server = GitServer(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("content-length", 0))))

        def _answer(self, body: bytes) -> None:
            server.asked.append(self.path)
            wanted = server.token and f"Basic {base64.b64encode(f'x-access-token:{server.token}'.encode()).decode()}"
            if server.leads_to is not None:
                self.send_response(301)
                self.send_header("Location", server.leads_to + self.path)
                self.end_headers()
            elif wanted and self.headers.get("authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
            else:
                self._from_backend(body)

        def _from_backend(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            environment = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("content-type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("git-protocol", ""),
            }
            ended = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, capture_output=True, timeout=30, check=False
            )
            head, _, rest = ended.stdout.partition(b"\r\n\r\n")
            fields = [line.split(": ", 1) for line in head.decode().splitlines()]
            status = next((value for name, value in fields if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(rest)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = web.server_address[1]
    thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
