"""Stops the clock that Python code reads: another date, another time zone, and no second passes.

Or a thousandth of one with each reading, where a "+" stands behind the moment.

`time.monotonic`, `time.perf_counter` and `time.sleep` stay real, because runners, event loops and limits wait by them.
Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import importlib.util
import itertools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

OTHERS = ("time_machine",)
"""They take the clock apart in C, and expect it as Python made it."""


class Stopped:
    """Stands for a function of `time`. No function: as an attribute of a class it must not become a method."""

    def __init__(self, real: Any, answer: Any) -> None:
        self.__name__ = real.__name__
        self.__doc__ = real.__doc__
        self._answer = answer

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._answer(*arguments, **named)


def stop_clock() -> bool:
    """Do what TESTWRIGHT_CLOCK (seconds since 1970) asks for, and say whether it could be done."""
    wanted = os.environ.pop("TESTWRIGHT_CLOCK", "")
    if not wanted or sys.implementation.name != "cpython" or any(map(importlib.util.find_spec, OTHERS)):
        return False
    seconds = float(wanted.rstrip("+"))
    read = _reading(seconds, 0.001 if wanted.endswith("+") else 0.0)
    try:
        _stop_datetime(read)
    except (AttributeError, IndexError, OSError, TypeError, ValueError):
        return False
    _stop_time(read)
    return abs(datetime.datetime.now().timestamp() - seconds) < 1 and abs(time.time() - seconds) < 1


def _reading(seconds: float, step: float) -> Callable[[], float]:
    readings = itertools.count()
    return lambda: seconds + step * next(readings)


def _stop_datetime(read: Callable[[], float]) -> None:
    """In the class itself, which then is the same one for everybody: a stand-in for it would be found out."""
    kind = datetime.datetime
    (attributes,) = gc.get_referents(kind.__dict__)

    def now(cls: Any, tz: Any = None) -> Any:
        return cls.fromtimestamp(read(), tz)

    def utcnow(cls: Any) -> Any:
        return cls.fromtimestamp(read(), datetime.timezone.utc).replace(tzinfo=None)  # noqa: UP017  (before Python 3.11)

    attributes["now"], attributes["utcnow"] = classmethod(now), classmethod(utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def _stop_time(read: Callable[[], float]) -> None:
    """`date.today` and `datetime.today` ask `time.time` themselves."""
    localtime, strftime, clock_gettime = time.localtime, time.strftime, getattr(time, "clock_gettime", None)
    by_seconds = {name: getattr(time, name) for name in ("localtime", "gmtime", "ctime")}

    def given(real: Any) -> Any:
        return lambda moment=None: real(read() if moment is None else moment)

    answers: dict[str, Any] = {
        "time": read,
        "time_ns": lambda: round(read() * 1000) * 1_000_000,
        "asctime": lambda moment=None, real=time.asctime: real(localtime(read()) if moment is None else moment),
        "strftime": lambda form, moment=None: strftime(form, localtime(read()) if moment is None else moment),
        **{name: given(real) for name, real in by_seconds.items()},
    }
    if clock_gettime is not None:
        answers["clock_gettime"] = lambda which: read() if which == time.CLOCK_REALTIME else clock_gettime(which)
    for name, answer in answers.items():
        setattr(time, name, Stopped(getattr(time, name), answer))
