"""Keeps a tried call from doing harm: no network, no processes, no files but temporary ones, and a time limit.

The sandbox is what protects the machine. This is what keeps observations repeatable: a call that was refused something
is not written down.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from testwright.writers.explorer.python.probe.clocks import PATIENCE

_REFUSED = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.kill",
    "os.killpg", "signal.pthread_kill", "webbrowser.open", "pty.spawn",
)  # fmt: skip
_TO_SERVERS = ("socket.connect", "socket.bind", "socket.getaddrinfo")
_CHANGES_FILES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
)
_LOOKS_AROUND = ("os.listdir", "os.scandir")
_WHO_IS_HERE = {"pwd": ("getpwnam", "getpwuid"), "grp": ("getgrnam", "getgrgid")}
_MOST_SLEEPS = 12
_LONGEST_SLEEP = 0.3
_SOON = 0.003
_LINES = 7
_IDLE = 0.02
"""A call that works for less than this share of its time waits for something that does not come."""
_OURS = ((lambda: None).__code__.co_filename, contextlib.__file__)
"""By its code, since a module that travels inside a text has no `__file__`."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _is_import() -> bool:
    """Whether it is Python itself that looks for a module."""
    return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """What is there is compared by itself first, so that this costs little; what cannot be compared differs."""
    try:
        return one == other
    except Exception:
        return False


class TimeUp(BaseException):
    """The call took too long. Not an Exception, so that the code under test does not catch it by accident."""


class Guard:
    """One for the whole process, since an audit hook cannot be removed again."""

    def __init__(self, free_folder: str) -> None:
        self.free_folder = os.path.realpath(free_folder)
        self.active = False
        self.refused = False
        self.refused_event = ""
        self.seed = 0
        self.server_port: int | None = None
        """Of a server of the test's own, which may be asked; 0 while it begins, None where there is none."""
        self.drew = False
        self.has_new_environment = False
        self.modules: tuple[ModuleType, ...] = ()
        """Others' modules, whose functions a call has to leave as they are; they are put back where it does not."""
        self._environment = dict(os.environ)
        sys.addaudithook(self._hear)
        self._began, self._worked, self._until = 0.0, 0.0, 0.0
        self._sleeps, self._slept, self._is_late, self._rings = 0, 0.0, False, 0
        self._caller: FrameType | None = None
        time.sleep = self._short(time.sleep)  # type: ignore[assignment]
        for source, give in ((os, "urandom"), (random, "_urandom")):
            setattr(source, give, self._counted(getattr(source, give)))
        for name, lookups in _WHO_IS_HERE.items():
            module = importlib.import_module(name)
            for lookup in lookups:
                setattr(module, lookup, self._only_found(getattr(module, lookup)))

    def _only_found(self, lookup: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A user who does not exist here may exist elsewhere: nothing is written down of a look-up that failed."""

        @functools.wraps(lookup)
        def find(key: Any) -> Any:
            try:
                return lookup(key)
            except KeyError:
                self.refused = self.refused or self.active
                raise

        return find

    def _short(self, real: Callable[[float], None]) -> Callable[[float], None]:
        """What sleeps for long, or again and again, has its time up at once."""

        @functools.wraps(real)
        def sleep(seconds: float) -> None:
            if self.active:
                self._sleeps, self._slept = self._sleeps + 1, self._slept + max(float(seconds), 0.0)
                if self._sleeps > _MOST_SLEEPS or self._slept > _LONGEST_SLEEP:
                    raise TimeUp
            real(seconds)

        return sleep

    def _ring(self, number: int, frame: FrameType | None) -> None:
        """The time for work is up, or that on the clock; or the call has done nothing for a while but wait."""
        now = time.monotonic()
        waits = time.process_time() - self._worked < _IDLE * (now - self._began)
        if self.active and (self._is_late or number == signal.SIGVTALRM or waits or now >= self._until):
            signal.setitimer(signal.ITIMER_REAL, _SOON, _SOON)
            self._rings += self._is_late
            self._is_late = True
            if self._is_under_way(frame):
                if self._rings % 2 == 0:
                    raise TimeUp
                self._end_between_lines(frame, 1 + self._rings // 2 % _LINES)

    def _end_between_lines(self, frame: FrameType | None, left: int) -> None:
        """Code that catches even this and goes on meets the next one so many lines later: one of them is outside of
        its `try`, where a signal hardly ever arrives.
        """

        def trace(at: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            left -= event == "line"
            if left <= 0 and self._is_under_way(at):
                raise TimeUp
            return trace

        if frame is not None:
            frame.f_trace = trace
            sys.settrace(trace)

    def _is_under_way(self, frame: FrameType | None) -> bool:
        """Whether the call is still at work. Where it is being put away already, nothing may be broken off."""
        while frame is not None and frame is not self._caller:
            if frame.f_code.co_filename not in _OURS:
                return True
            frame = frame.f_back
        return False

    def _counted(self, real: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """What `secrets` and `uuid4` ask for is another one every time."""

        def give(size: int) -> bytes:
            self.drew = True
            return real(size)

        return give

    @contextlib.contextmanager
    def watching(self, seconds: float) -> Iterator[io.StringIO]:
        """Yields what the call prints. `seconds` are of work; a few times as many may pass.

        Afterwards the environment, the working folder and stdout are as before, and `drew` says whether the call has
        drawn random numbers: `random` begins with `seed`.
        """
        printed = io.StringIO()
        environment, folder = self._environment, os.getcwd()
        before_it = [(module, dict(vars(module))) for module in self.modules]
        kept = sys.stdout, sys.stderr, sys.stdin, sys.argv
        sys.stdout, sys.stderr, sys.stdin, sys.argv = printed, io.StringIO(), io.StringIO(), ["pytest"]
        random.seed(self.seed)
        numbers, self.drew = random.getstate(), False
        self._caller = sys._getframe(2)  # above this one, and what makes it a context
        self._began, self._worked = time.monotonic(), time.process_time()
        self._until = self._began + PATIENCE * seconds
        self._sleeps, self._slept, self._is_late, self._rings = 0, 0.0, False, 0
        tracer = sys.gettrace()
        before = [(number, signal.signal(number, self._ring)) for number in (signal.SIGALRM, signal.SIGVTALRM)]
        self.refused, self.refused_event, self.active = False, "its surroundings", True
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 2)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
        try:
            yield printed
        finally:
            self.active, self._caller = False, None
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if self._rings:
                sys.settrace(tracer)
            self.drew = self.drew or random.getstate() != numbers
            for number, handler in before:
                signal.signal(number, handler)
            sys.stdout, sys.stderr, sys.stdin, sys.argv = kept
            for module, names in before_it:
                self._put_back(module, names)
            if self.has_new_environment and dict(os.environ) != environment:
                self.refused = True  # a test of it would leave this behind for the others
                os.environ.clear()
                os.environ.update(environment)
            self.has_new_environment = False
            if os.getcwd() != folder:
                self.refused = True
                os.chdir(folder)

    def _put_back(self, module: ModuleType, names: dict[str, Any]) -> None:
        now = vars(module)
        if _is_same(names, now):
            return
        for name, value in names.items():
            if callable(value) and now.get(name) is not value:
                now[name] = value
                self.refused, self.refused_event = True, f"replacing {module.__name__}.{name}"

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event in ("os.putenv", "os.unsetenv"):
            self.has_new_environment = True
        if event in _TO_SERVERS and self._is_our_server(arguments):
            return
        if event in _REFUSED or (event in _CHANGES_FILES and not self._is_free(arguments[0])):
            self._refuse(event)
        if event in _LOOKS_AROUND and not self._is_free(arguments[0]) and not _is_import():
            # What lies there is another machine's business; how the code goes on is worth to see.
            self.refused, self.refused_event = True, f"{event} outside of a temporary folder"
        if event == "sqlite3.connect" and arguments[0] != ":memory:" and not self._is_free(arguments[0]):
            self._refuse(event)
        if event == "open":
            path, mode, flags = arguments
            writes = (
                any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITING)
            )
            if writes and not self._is_free(path):
                self._refuse(event)

    def _is_our_server(self, arguments: tuple[Any, ...]) -> bool:
        """Of `bind` and `connect` the address stands second; of a look-up its two parts stand first."""
        place = arguments[1] if isinstance(arguments[1], tuple) else arguments[:2]
        host, port = (*place, None)[:2]
        return host == "127.0.0.1" and self.server_port is not None and port == self.server_port

    def _refuse(self, event: str) -> None:
        self.refused, self.refused_event = True, event
        raise PermissionError(f"{event} is not allowed while code is explored")

    def _is_free(self, path: Any) -> bool:
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, (str, os.PathLike)):
            return isinstance(path, int)
        place = os.path.realpath(path)  # a temporary file tells only its folder while it is opened
        return place == self.free_folder or place.startswith(self.free_folder + os.sep) or str(path) == os.devnull
