"""What the work at hand is about (request, session, round, file, step, attempt), for the lines logged meanwhile."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_SUBJECT: ContextVar[Mapping[str, str | int]] = ContextVar("subject", default={})  # noqa: B039  never changed in place


@contextmanager
def about(**ids: str | int) -> Iterator[None]:
    token = _SUBJECT.set({**_SUBJECT.get(), **ids})
    try:
        yield
    finally:
        _SUBJECT.reset(token)


def subject() -> Mapping[str, str | int]:
    return _SUBJECT.get()
