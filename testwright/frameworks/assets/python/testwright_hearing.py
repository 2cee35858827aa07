"""Whether an assertion failed while its test passed, or waited in a coroutine that nobody awaited: in a thread, in a
callback, behind an `except`, in a result that is thrown away. The runner hears nothing of these.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import dis
import os
import threading
import unittest
import warnings
from types import CodeType
from typing import Any

__unittest = True  # frames of this file are none of the test's

MOST_SHOWN = 200


class Hearing:
    """What the test that runs now has said to nobody."""

    def __init__(self) -> None:
        self._failed: list[str] = []
        self._unawaited: list[str] = []

    def begin(self) -> None:
        self._failed.clear()
        self._unawaited.clear()

    def failed(self, what: object) -> None:
        lines = str(what).strip().splitlines()
        self._failed.append(lines[0][:MOST_SHOWN] if lines else "no message")

    def expected(self, kinds: object) -> None:
        """The test says itself that an assertion has to fail, which is how helpers that assert are tested."""
        if AssertionError in (kinds if isinstance(kinds, tuple) else (kinds,)):
            self._failed.clear()

    def unawaited(self, code: CodeType) -> None:
        if asserts(code):
            self._unawaited.append(code.co_name)

    def complaint(self) -> str:
        """What to say of a test that has passed; empty when it was right to."""
        if self._failed:
            return (
                f"An assertion failed where nobody heard it ({self._failed[0]}), and the test passed all the same;"
                " assert where a failure fails the test."
            )
        if self._unawaited:
            return f"{self._unawaited[0]} was never awaited, so that its assertions did not run; await it."
        return ""


def asserts(code: CodeType) -> bool:
    if any(name == "AssertionError" or name.startswith("assert") for name in code.co_names):
        return True
    steps = dis.get_instructions(code)
    return any(step.opname == "LOAD_ASSERTION_ERROR" or step.argrepr == "AssertionError" for step in steps)


def listen_everywhere(own: str) -> None:
    """`own` is the folder whose files' coroutines count: others leave theirs to whoever reads the warning."""
    listen_to_unittest()
    listen_to_threads()
    with contextlib.suppress(AttributeError):
        listen_to_coroutines(own)


def listen_to_unittest() -> None:
    case, context = unittest.TestCase, unittest.case._AssertRaisesContext
    told, fail, left = case._formatMessage, case.fail, context.__exit__

    def tell(self: unittest.TestCase, msg: Any, standardMsg: str) -> str:
        text: str = told(self, msg, standardMsg)
        HEARING.failed(text)
        return text

    def fail_aloud(self: unittest.TestCase, msg: Any = None) -> Any:
        HEARING.failed(msg)
        return fail(self, msg)

    def leave(self: Any, kind: Any, error: Any, trace: Any) -> Any:
        if kind is not None and issubclass(kind, AssertionError):
            HEARING.expected(self.expected)
        return left(self, kind, error, trace)

    case._formatMessage, case.fail, context.__exit__ = tell, fail_aloud, leave  # type: ignore[method-assign]


def listen_to_threads() -> None:
    before = threading.excepthook

    def hook(told: Any) -> None:
        if issubclass(told.exc_type, AssertionError):
            HEARING.failed(told.exc_value)
        before(told)

    threading.excepthook = hook


def listen_to_coroutines(own: str) -> None:
    before = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]

    def warn(coroutine: Any) -> None:
        code = getattr(coroutine, "cr_code", None)
        if code is not None and os.path.realpath(code.co_filename).startswith(own):
            HEARING.unawaited(code)
        before(coroutine)

    warnings._warn_unawaited_coroutine = warn  # type: ignore[attr-defined]


def listen_to_pytest() -> None:
    """What its rewritten `assert` makes of a failure is made before anything can catch it."""
    from _pytest.assertion import rewrite as module

    rewrite: Any = module

    explained = rewrite._format_explanation

    def explain(explanation: str) -> str:
        text: str = explained(explanation)
        HEARING.failed(text)
        return text

    rewrite._format_explanation = explain
    for place, name in (("_pytest.raises", "RaisesExc"), ("_pytest.python_api", "RaisesContext")):
        with contextlib.suppress(ImportError, AttributeError):
            listen_to_raises(getattr(__import__(place, fromlist=[name]), name))
            return


def listen_to_raises(context: Any) -> None:
    left = context.__exit__

    def leave(self: Any, kind: Any, error: Any, trace: Any) -> Any:
        if kind is not None and issubclass(kind, AssertionError):
            HEARING.expected(getattr(self, "expected_exceptions", None) or getattr(self, "expected_exception", None))
        return left(self, kind, error, trace)

    context.__exit__ = leave


HEARING = Hearing()
