"""One scenario is run and what it did is written down as lines of a test."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import dataclasses
import functools
import importlib
import inspect
import io
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.error import HTTPError

from testwright.writers.explorer.python.probe.collaborators import neighbours
from testwright.writers.explorer.python.probe.databases import changed_rows, rows_in
from testwright.writers.explorer.python.probe.facts import Facts, OwnRaises
from testwright.writers.explorer.python.probe.guard import Guard, TimeUp
from testwright.writers.explorer.python.probe.learning import Lessons
from testwright.writers.explorer.python.probe.observing import ASKED, Observer, asked_of, changed_files, files_in
from testwright.writers.explorer.python.probe.scenarios import Scenario
from testwright.writers.explorer.python.probe.serving import NAME, serving
from testwright.writers.explorer.python.probe.spelling import STANDARD, spelled

CALL_SECONDS = 0.25
SHORT_SECONDS = 0.05
_MOST_ITEMS = 20
_MOST_MOVED = 3
_LONGEST_TROUBLE = 160
TEST_MODULES: dict[str, Any] = {
    "asyncio": asyncio,
    "json": json,
    "mock": mock,
    "threading": threading,
    "typing": typing,
}
"""Modules that a test imports where it needs them."""
with contextlib.suppress(ImportError):  # not every Python is built with it
    TEST_MODULES["sqlite3"] = importlib.import_module("sqlite3")
_LAZY = (types.GeneratorType, map, filter, zip, enumerate, itertools.chain, itertools.islice)


@dataclass(frozen=True)
class Check:
    """`how` is equals, instance, length, starts or prints; `of` is the expression, empty for the call's result."""

    of: str
    how: str
    value: str


@dataclass(frozen=True)
class Outcome:
    """What a scenario did. `call` is the call as the test will write it, `lines` what comes before it.

    `checks` is empty when the result cannot be written down; `error` is (type, module, message) of an error that the
    project raised on purpose. `arcs` are the jumps between the unit's lines.
    `given` and `subject` are what it was called with and on; `crash` is an error that nobody raised on purpose, and
    `is_inside` says that it came up while the unit's own code ran.
    """

    lines: tuple[str, ...] = ()
    call: str = ""
    checks: tuple[Check, ...] = ()
    error: tuple[str, str, str] | None = None
    arcs: frozenset[tuple[int, int, int]] = frozenset()
    value: Any = field(default=None, compare=False)
    given: tuple[Any, ...] = field(default=(), compare=False)
    subject: Any = field(default=None, compare=False)
    crash: Exception | None = field(default=None, compare=False)
    is_inside: bool = False

    @property
    def can_be_told(self) -> bool:
        return bool(self.checks) or self.error is not None

    @property
    def signature(self) -> str:
        """Equal for results that tell the same; errors of one kind differ by their wording, not by what they quote.

        Every other argument asks a stand-in for something else: that alone is nothing new.
        """
        if self.error is None:
            return repr([check for check in self.checks if not check.of.endswith(ASKED)])
        message = self.error[2]
        for text in sorted((each for each in self.given if isinstance(each, str) and each), key=len, reverse=True):
            message = message.replace(text, "")
        return repr((self.error[0], re.sub(r"(['\"`]).*?\1|\d+|: .*", "", message, flags=re.DOTALL)))


class Bench:
    """Runs scenarios against the unit, one after the other, each in fresh names."""

    def __init__(self, unit: types.ModuleType, facts: Facts, root: str, symbols: Sequence[str] = ()) -> None:
        self.unit = unit
        self.file = facts.file
        self.lessons = Lessons(facts.tree)
        self.root = root
        asked_for = {name: getattr(unit, name) for name in symbols if hasattr(unit, name)}
        self.others = neighbours(unit)
        self.names = {**self.others, **STANDARD, **public_names(unit), **asked_for}
        self.others = {name: kind for name, kind in self.others.items() if self.names[name] is kind}
        self.observer = Observer(root, self.names)
        self.raises = OwnRaises(root)
        self._temporary = tempfile.gettempdir()
        self.scratch = tempfile.mkdtemp(prefix="explore-")
        tempfile.tempdir = self.scratch  # what the code puts into a temporary file is harmless
        self.guard = Guard(self.scratch)
        self.guard.modules = (builtins, *facts.imported())
        self._folders = itertools.count()
        self.trouble = ""
        """Why nothing can be told of the call before, as far as that is known."""
        self.was_late = False
        """Whether the call before had to be ended."""

    def close(self) -> None:
        tempfile.tempdir = None
        shutil.rmtree(self.scratch, ignore_errors=True)

    def run(self, scenario: Scenario, seconds: float = CALL_SECONDS, *, traced: bool = True) -> Outcome | None:
        """None when the call did not end, was refused something, or failed in a way nobody meant."""
        # A folder that an earlier process closed against itself is still there: no other call may get its name.
        folder = Path(self.scratch, f"run-{os.getpid()}-{next(self._folders)}")
        if "tmp_path" in scenario.key():
            folder.mkdir()
        self.names["tmp_path"] = folder
        names = {"HTTPError": HTTPError, **self.names, **TEST_MODULES, "tmp_path": folder}
        arcs: set[tuple[int, int, int]] = set()
        outcome: Outcome | None = None
        self.was_late = False
        try:
            with self.guard.watching(seconds) as printed:
                outcome = self._observe(scenario, names, arcs if traced else None, printed.getvalue)
        except (Exception, TimeUp, SystemExit, KeyboardInterrupt) as error:
            self.trouble = _trouble(error)
            self.was_late = isinstance(error, TimeUp)
        finally:
            self.guard.active = False
            if folder.exists():
                shutil.rmtree(folder, ignore_errors=True)
        if outcome is not None and outcome.error is not None:
            kind, module, message = outcome.error
            for place in self._places(scenario, folder)[:-3]:
                message = without_place(message, place)
            outcome = dataclasses.replace(outcome, error=(kind, module, message))
        if self.guard.refused:
            self.trouble = f"asks for what is refused while code is explored ({self.guard.refused_event})"
        if (
            outcome is None
            or self.guard.refused
            or self._is_local(f"{(outcome.checks, outcome.error)!r}{scenario.call()}", scenario, folder)
        ):
            return None
        self.trouble = _trouble(outcome.crash) if outcome.crash is not None else ""
        return dataclasses.replace(outcome, arcs=frozenset(arcs))

    def _places(self, scenario: Scenario, folder: Path) -> list[str]:
        """What is another one the next time, of this test first."""
        serves = any(not patch.target for patch in scenario.patches) and NAME in self.names
        address = [self.names[NAME].url.partition("//")[2]] if serves else []
        return [str(folder), *address, os.path.expanduser("~"), self.root, self._temporary]

    def _is_local(self, told: str, scenario: Scenario, folder: Path) -> bool:
        """Whether a result names a place of this machine, or a function of this test: another one the next time."""
        places = self._places(scenario, folder)
        return "<lambda>" in told or any(len(place) > 1 and place in told for place in places)

    def _observe(
        self,
        scenario: Scenario,
        names: dict[str, Any],
        arcs: set[tuple[int, int, int]] | None,
        printed: Callable[[], str],
    ) -> Outcome:
        lines = scenario.lines()
        with contextlib.ExitStack() as patches:
            for patch in scenario.patches:
                names[patch.name] = patches.enter_context(replaced(patch.target, patch.given, self.guard))
                if not patch.target:
                    self.names[NAME] = names[NAME]
                for line in patch.lines:
                    exec(line, names)
            for line in lines:
                exec(_compiled(line, "exec"), names)
            subject = scenario.subject
            given = [f"given_{at}" for at in range(len(scenario.arguments))]
            for name, argument in zip(given, scenario.arguments, strict=True):
                names[name] = eval(_compiled(argument.choice.text, "eval"), names)
            before = {name: self._content(names[name])[1] for name in given if _can_change(names[name])}
            state = self.observer.state(names.get(scenario.subject), scenario.subject)
            files, tables = files_in(self.names["tmp_path"]), rows_in(names)
            call = scenario.call()
            try:
                with self._watched(arcs):
                    value = performed(scenario.call(tuple(given)), names)
                    value, call = _settled(value, call)
            except Exception as error:
                meant = self._meant(error)
                told = Outcome(
                    lines=lines, call=call, error=meant, given=_values(given, names), subject=names.get(subject)
                )
                return told if meant else dataclasses.replace(told, crash=error, is_inside=self._is_inside(error))
        checks = () if scenario.is_statement else self._checks(value)
        around = {"value": value, "given": _values(given, names), "subject": names.get(subject)}
        now = self.observer.state(names.get(subject), subject)
        # what the call itself reads is its result
        moved = tuple(Check(of, "equals", text) for of, text in now.items() if state.get(of) != text and of != call)
        filed = tuple(Check(*change) for change in changed_files(files, files_in(self.names["tmp_path"])))
        kept = tuple(Check(*change) for change in changed_rows(tables, rows_in(names)))
        asked = tuple(Check(*each) for each in asked_of([patch.name for patch in scenario.patches], names, self.names))
        moved = (*moved, *kept, *filed, *asked)[:_MOST_MOVED]
        if value is None or not checks:
            changed = [name for name, text in before.items() if self._content(names[name])[1] != text]
            if moved:
                return Outcome(lines=lines, call=call, checks=moved, **around)
            if changed:
                hoisted = self._hoisted(scenario, lines, given.index(changed[0]), names[changed[0]], value)
                return dataclasses.replace(hoisted, **around)
            if value is None and checks and (left := _left_alone(files)):
                return Outcome(lines=lines, call=call, checks=left, **around)
            if printed() and value is None and not scenario.is_statement:
                shown = spelled(printed(), self.names)
                checks = (Check("", "prints", shown),) if shown else checks
        return Outcome(lines=lines, call=call, checks=(*checks, *moved), **around)

    @contextlib.contextmanager
    def _watched(self, arcs: set[tuple[int, int, int]] | None) -> Iterator[None]:
        if arcs is None:
            yield
            return
        with self.lessons.listening(), tracing(self.file, arcs, self.lessons.look):
            yield

    def _hoisted(self, scenario: Scenario, lines: tuple[str, ...], at: int, now: Any, value: Any) -> Outcome:
        """An argument was changed in place: it gets a name, and its new value is what is checked."""
        argument = scenario.arguments[at]
        name, (part, text) = argument.parameter, self._content(now)
        if text is None:
            return Outcome(lines=lines)
        texts = [other.choice.text for other in scenario.arguments]
        texts[at] = name
        return Outcome(
            lines=(*lines, f"{name} = {argument.choice.text}"),
            call=scenario.call(tuple(texts)),
            checks=(Check(f"{name}{part}", "equals", text),),
            value=value,
        )

    def _content(self, value: Any) -> tuple[str, str | None]:
        """How a test asks for what is in it, and the text of that."""
        is_stream = isinstance(value, (io.StringIO, io.BytesIO)) and not value.closed
        return (".getvalue()", spelled(value.getvalue(), self.names)) if is_stream else ("", spelled(value, self.names))

    def _checks(self, value: Any) -> tuple[Check, ...]:
        if isinstance(value, float) and value != value:
            return ()  # NaN: more likely a slip than a wish
        text = spelled(value, self.names)
        if text is not None:
            return (Check("", "equals", text),)
        if isinstance(value, (str, bytes, list)) and len(value) > 20:
            beginning = spelled(value[:40] if not isinstance(value, list) else value[:3], self.names)
            starts = (Check("", "starts", beginning),) if beginning else ()
            return (Check("", "length", str(len(value))), *starts)
        told = tuple(Check(of, how, text) for of, how, text in self.observer.told(value))
        kind = type(value)
        is_known = self.names.get(kind.__name__) is kind and kind.__module__ != "builtins"
        return (Check("", "instance", kind.__name__), *told) if told and is_known else told

    def _is_inside(self, error: Exception) -> bool:
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.file:
                return True
            trace = trace.tb_next
        return False

    def _meant(self, error: Exception) -> tuple[str, str, str] | None:
        """The error's type, where that can be imported from, and its message, if the project raised it itself."""
        trace = error.__traceback__
        last = None
        while trace is not None:
            last, trace = trace, trace.tb_next
        if last is None or not self.raises.made(os.path.realpath(last.tb_frame.f_code.co_filename), last.tb_lineno):
            return None
        kind = type(error)
        if isinstance(error, (NotImplementedError, StopIteration)) or kind.__name__.startswith("_"):
            return None
        message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        if kind.__module__ == "builtins":
            return kind.__name__, "", message
        if getattr(self.unit, kind.__name__, None) is kind:
            return kind.__name__, self.unit.__name__, message
        if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
            return kind.__name__, kind.__module__, message
        return None


def _left_alone(files: dict[str, tuple[str, str]]) -> tuple[Check, ...]:
    """A file that is as it was: more than that nothing came back."""
    kept = [Check(of, how, text) for of, (how, text) in files.items() if of.endswith(".read_text()")]
    return tuple(kept[:1])


def without_place(message: str, folder: str) -> str:
    """The longest part of a message that names no place of this test's; the whole, where it names none.

    What stands at an address stands elsewhere the next time: the message ends before it, and before a function that
    got into it by a slip.
    """
    message = re.split(r"\s?(?:\bat )?0x[0-9a-f]{6,}|\s?<(?:bound method|built-in|function) ", message)[0]
    if folder not in message:
        return message
    parts = [part.strip(" '\"`,:;()") for part in re.split(rf"\S*{re.escape(folder)}\S*", message)]
    longest = max(parts, key=len)
    if len(longest.split()) > 1:
        return longest
    return message if longest else ""


def _trouble(error: BaseException) -> str:
    if isinstance(error, TimeUp):
        return f"does not come to an end within {CALL_SECONDS} s of work"
    if isinstance(error, SystemExit):
        return "ends the program (SystemExit)"
    return f"ends with {type(error).__name__}: {error}"[:_LONGEST_TROUBLE].rstrip(": ")


def _values(names: list[str], known: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(known[name] for name in names)


def replaced(target: str, given: str, guard: Guard) -> Any:
    """What a test opens so that something outside is another one meanwhile; without a target, what `given` opens."""
    if not target:
        return _served(eval(given, {"serving": serving}), guard)
    return eval(f"mock.patch.dict({target!r}, {given})", {"mock": mock}) if given else mock.patch(target)


@contextlib.contextmanager
def _served(opened: Any, guard: Guard) -> Iterator[Any]:
    guard.server_port = 0
    try:
        with opened as server:
            guard.server_port = int(server.url.rpartition(":")[2])
            yield server
    finally:
        guard.server_port = None


def performed(text: str, names: dict[str, Any]) -> Any:
    """The value of an expression; None for a statement, such as `cache["a"] = 1`."""
    try:
        code = _compiled(text, "eval")
    except SyntaxError:
        exec(_compiled(text, "exec"), names)
        return None
    return eval(code, names)


@functools.lru_cache(maxsize=4096)
def _compiled(text: str, mode: str) -> types.CodeType:
    return compile(text.strip(), "<call>", mode)


def public_names(unit: types.ModuleType) -> dict[str, Any]:
    listed = set(getattr(unit, "__all__", ()))
    return {name: value for name, value in vars(unit).items() if name in listed or not name.startswith("_")}


@contextlib.contextmanager
def tracing(
    file: str, arcs: set[tuple[int, int, int]], look: Callable[[types.FrameType], None] | None = None
) -> Iterator[None]:
    """Collects jumps between lines of the file, each with the function it belongs to; -1 stands for leaving.

    `look` is shown the frame before each line.
    """

    def enter(frame: types.FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != file:
            return None
        function = frame.f_code.co_firstlineno
        last = -1

        def step(frame: types.FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                arcs.add((function, last, frame.f_lineno))
                if look is not None:
                    look(frame)
                last = frame.f_lineno
            elif event == "return":
                arcs.add((function, last, -1))
            return step

        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)


def _settled(value: Any, call: str) -> tuple[Any, str]:
    """Coroutines are awaited and lazy results are read, and the call says so."""
    if inspect.iscoroutine(value):
        value, call = asyncio.run(value), f"asyncio.run({call})"
    if isinstance(value, _LAZY) or (hasattr(value, "__next__") and type(value).__module__ in ("builtins", "itertools")):
        items = list(itertools.islice(value, _MOST_ITEMS + 1))
        if len(items) <= _MOST_ITEMS:
            return items, f"list({call})"
        return items[:5], f"list(islice({call}, 5))"
    return value, call


def _can_change(value: Any) -> bool:
    return isinstance(value, (list, dict, set, bytearray)) or (hasattr(value, "__dict__") and not callable(value))
