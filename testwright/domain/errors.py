"""What can go wrong, with one branch per reaction.

`message` says what happened and `hint` what to do next, one sentence each; both may be shown to anybody, so they never
hold a secret, a stack trace or an absolute path of the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of a request, as a dotted path such as `files[0].path`, and what is wrong with it."""

    path: str
    problem: str


class TestwrightError(Exception):
    """The root of our own errors. `code` is stable and part of the HTTP contract."""

    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class InputError(TestwrightError):
    """The caller can fix it: HTTP 4xx."""

    code = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        hint: str | None = None,
        fields: Sequence[FieldProblem] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.status = status
        self.fields = tuple(fields)


class TransientError(TestwrightError):
    """Trying again may help: the job retries, after `retry_after_seconds` where the other side named a delay.

    `hint` is read only when the last try has failed too, so it says what a person can do, never that we go on.
    """

    code = "temporary"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class PermanentError(TestwrightError):
    """Trying the same again cannot help: the file (or the round) fails with this message.

    `retryable` says whether a person who followed the hint may press Retry.
    """

    code = "failed"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str | None = None, retryable: bool = False
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retryable = retryable


CURED_BY_AN_EDIT = frozenset(
    {"unparseable", "nothing_to_test", "load_error", "source_does_not_load", "no_report", "timeout", "memory_limit"}
)
"""Codes of a file's failure that nothing but another text of the file helps against."""


ENDS_THE_FILE = frozenset({"replay_missing", "recording_failed"})
"""Codes of a writer's failure that end the file even where tests that pass are there: going on would hide it."""


class EngineUnreachable(TestwrightError):
    """The job engine did not answer and nothing was started: HTTP 503."""

    code = "engine_unreachable"


class Cancelled(TestwrightError):
    """Somebody stopped the session; not a failure."""

    code = "cancelled"


class SandboxUnavailable(PermanentError):
    """No sandbox could be proved here, so nothing that is not trusted may run. `hint` is the command that fixes it."""

    code = "sandbox_unavailable"
