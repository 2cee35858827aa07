"""One application on the API's port and on the page's, and a quick end."""

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from testwright.api.collecting import seldom_full_collections
from testwright.api.services import ApiSettings
from testwright.domain.access import is_loopback
from testwright.domain.errors import PermanentError

_MOST_CONNECTIONS = 8192
"""Each open stream holds some 50 kB; who comes when all are taken hears 503."""
_FEWEST_CONNECTIONS = 256
_OTHER_FILES = 1024
"""What the databases, the sandboxes and the models' connections may hold open beside them."""
_TURN_SECONDS = 0.0005
"""So long the event loop may compute while a thread that is back from the disk waits for it. A step goes to a thread a
dozen times: Python's own 5 ms each time were more than all the rest of it."""
_LAST_WORDS_SECONDS = 0.3
"""How long an open answer may take to end once its stream was told to."""


async def serve(
    app: ASGIApp,
    settings: ApiSettings,
    *,
    close_streams: Callable[[], None],
    is_locked: bool = False,
    once_up: Callable[[str, str], Awaitable[None]] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM, then return within a second, open streams or not.

    `is_locked` says that every request needs a key: only then may other machines reach it. `close_streams` makes all
    open streams end. `once_up` hears the addresses of the API and of the page as soon as both answer; what it raises
    ends the service. Raises PermanentError when the service may not or cannot listen.
    """
    if not is_locked and not is_loopback(settings.host):
        raise PermanentError(
            f"{settings.host} would open Testwright to other machines, and there is no key yet.",
            code="host_not_allowed",
            hint="Make one with `testwright keys add NAME`, or unset TESTWRIGHT_HOST.",
        )
    sockets, ports = _listen(settings)
    config = uvicorn.Config(
        app,
        lifespan="auto",
        ws="none",
        # Our own lines: uvicorn's hold the query, and with it tickets.
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=room_for_connections(_open_files()),
        timeout_graceful_shutdown=_LAST_WORDS_SECONDS,  # type: ignore[arg-type]  # handed to asyncio.wait_for as it is
    )
    server = _Server(config, close_streams)
    api, page = (f"http://localhost:{port}" for port in ports)
    greeting = asyncio.create_task(_greet(server, once_up, api, page)) if once_up else None
    try:
        async with seldom_full_collections():
            with _short_turns():
                await server.serve(sockets=sockets)
    finally:
        for listening in sockets:
            listening.close()
        if greeting:
            await _end(greeting)


class _Server(uvicorn.Server):
    """Uvicorn, but it tells open streams to end, and leaves the process to its owner when it is done."""

    def __init__(self, config: uvicorn.Config, close_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._close_streams = close_streams
        self._loop = asyncio.get_running_loop()
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # Not from here: a signal may come in the middle of anything.
        self._loop.call_soon_threadsafe(self._close_streams)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Here too: there is not always a signal. Uvicorn waits for open answers, and a stream never ends by itself.
        self._close_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """As uvicorn's, but the signal is not raised again: our caller still has a store and an engine to close."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _short_turns() -> Generator[None, None, None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


async def _greet(server: _Server, once_up: Callable[[str, str], Awaitable[None]], api: str, page: str) -> None:
    try:
        await server.up.wait()
        await once_up(api, page)
    except Exception:
        server.should_exit = True
        raise


async def _end(greeting: asyncio.Task[None]) -> None:
    greeting.cancel()
    with suppress(asyncio.CancelledError):
        await greeting


def room_for_connections(open_files: int | None) -> int:
    """How many may be open at once, of so many files that the process may have open; None is no limit."""
    if open_files is None:
        return _MOST_CONNECTIONS
    return max(_FEWEST_CONNECTIONS, min(_MOST_CONNECTIONS, open_files - _OTHER_FILES))


def _open_files() -> int | None:
    """How many files this process may have open. Systems allow few at first, and more to who asks: so we ask."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        return None
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY or allowed >= wanted:
        return wanted
    wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    with suppress(OSError, ValueError):  # a system that says no leaves it as it was
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _listen(settings: ApiSettings) -> tuple[list[socket.socket], tuple[int, int]]:
    """Open all sockets before anything starts; a port that is taken is found out here."""
    sockets: list[socket.socket] = []
    try:
        api_port = _open(sockets, settings.host, settings.api_port, "TESTWRIGHT_API_PORT")
        if settings.page_port == settings.api_port != 0:
            return sockets, (api_port, api_port)
        return sockets, (api_port, _open(sockets, settings.host, settings.page_port, "TESTWRIGHT_PAGE_PORT"))
    except BaseException:
        for opened in sockets:
            opened.close()
        raise


def _open(sockets: list[socket.socket], host: str, port: int, setting: str) -> int:
    """Listen on a port; on ::1 too when the host is this machine by its usual name. Returns the port."""
    usual = host in ("127.0.0.1", "localhost")
    try:
        first = _socket("127.0.0.1" if usual else host.strip("[]"), port)
        sockets.append(first)
        taken = int(first.getsockname()[1])
        if usual:
            # Browsers try ::1 first for "localhost": what listens there must not be somebody else.
            try:
                sockets.append(_socket("::1", taken))
            except OSError as error:
                if error.errno == errno.EADDRINUSE and port:
                    raise
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise PermanentError(
                f"Testwright cannot listen on {host}: {error.strerror}.",
                code="host_not_allowed",
                hint="Check TESTWRIGHT_HOST.",
            ) from error
        reason = "is taken by another program" if error.errno == errno.EADDRINUSE else "may not be used by you"
        raise PermanentError(
            f"Port {port} {reason}.", code="port_in_use", hint=f"Choose another one, such as {setting}={port + 10}."
        ) from error
    return taken


def _socket(host: str, port: int) -> socket.socket:
    # TCP by name: asyncio switches Nagle's algorithm off only where it stands, else small writes wait for 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix" and sys.platform != "cygwin":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # A restart need not wait for old connections.
        opened.bind((host, port))
        opened.listen(2048)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened
