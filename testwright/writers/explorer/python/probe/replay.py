"""Every pick is run again in fresh processes: what depends on time, chance or its neighbours is not written down."""

from __future__ import annotations

import contextlib
import datetime
import math
import random
import time
import types
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from testwright.writers.explorer.python.probe.bench import TEST_MODULES, Bench, performed, replaced
from testwright.writers.explorer.python.probe.children import Pulse, in_child
from testwright.writers.explorer.python.probe.guard import TimeUp

_DAYS_LATER = 400
_SECONDS_EACH = 1.0
_SECONDS_TO_AGREE = 15.0
_OTHER_SEEDS = range(1, 21)


def steady(bench: Bench, records: list[dict[str, Any]], until: float) -> list[dict[str, Any]]:
    """Records that hold together, in another order at another time with other random numbers, and each alone."""
    records = _together(bench, records, until)
    alone = []
    for record in records:
        if time.monotonic() < until:
            answer, _ = in_child(partial(_alone, record, bench), 3.0)
            if answer is not True:
                continue
        alone.append(record)
    return alone


def _alone(record: dict[str, Any], bench: Bench, pulse: Pulse) -> bool:
    """Holds in a fresh process, and with any random numbers: of many calls one comes out alike twice by chance."""
    if not holds(record, bench):
        return False
    return not bench.guard.drew or all(holds(record, bench, seed) for seed in _OTHER_SEEDS)


def _together(bench: Bench, records: list[dict[str, Any]], until: float) -> list[dict[str, Any]]:
    def work(pulse: Pulse) -> list[bool]:
        results = [False] * len(records)
        with later(bench.unit):
            for at in reversed(range(len(records))):
                pulse.beat(str(at))
                results[at] = holds(records[at], bench)
        return results

    end = until + _SECONDS_TO_AGREE
    while records and time.monotonic() < end:
        answer, ended = in_child(work, max(5.0, until - time.monotonic()))
        culprit = ended.doing
        if answer is not None:
            return [record for record, held in zip(records, answer, strict=True) if held]
        if not culprit.isdigit():
            return []
        records = [record for at, record in enumerate(records) if at != int(culprit)]
    return []


def holds(record: dict[str, Any], bench: Bench, seed: int = 0) -> bool:
    """Whether the record's call, run as the test will run it, gives what was observed."""
    bench.guard.seed = seed
    folder = Path(bench.scratch, f"replay-{time.monotonic_ns()}")
    folder.mkdir()
    names = {"HTTPError": HTTPError, **bench.names, **TEST_MODULES, "tmp_path": folder}
    try:
        with bench.guard.watching(_SECONDS_EACH) as printed, contextlib.ExitStack() as patches:
            for target, name, lines, given in record["patches"]:
                names[name] = patches.enter_context(replaced(target, given, bench.guard))
                for line in lines:
                    exec(line, names)
            for line in record["lines"]:
                exec(line, names)
            if "suspicion" in record:
                return _is_still_doubtful(record["suspicion"], names)
            try:
                result = performed(record["call"], names)
            except Exception as error:
                return record["error"] is not None and _is_that(error, record["error"])
            if record["error"] is not None:
                return False
            checked = all(_check(check, result, names, printed.getvalue()) for check in record["checks"])
        return checked and not bench.guard.refused
    except (Exception, TimeUp, SystemExit, KeyboardInterrupt):
        return False
    finally:
        bench.guard.active = False


def _is_still_doubtful(suspicion: dict[str, str], names: dict[str, Any]) -> bool:
    try:
        return not performed(suspicion["assertion"], {**names, "math": math}) and not suspicion["expected"].startswith(
            "no internal"
        )
    except Exception as error:
        return suspicion["observed"].startswith(type(error).__name__)


def _is_that(error: Exception, told: list[str]) -> bool:
    message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return type(error).__name__ == told[0] and told[2] in message


def _check(check: list[str], result: Any, names: dict[str, Any], printed: str) -> bool:
    of, how, value = check
    if how == "prints":
        return bool(printed == eval(value, names))
    if of.startswith((".", "[")):
        actual = eval(f"result{of}", {**names, "result": result})
    elif of == "len()":
        actual = len(result)
    else:
        actual = eval(of, names) if of else result
    if how == "instance":
        return type(actual).__name__ == value
    if how == "length":
        return len(actual) == int(value)
    wanted = eval(value, names)
    if how == "starts":
        return bool(actual[: len(wanted)] == wanted)
    return type(actual) is type(wanted) and bool(actual == wanted)


@contextlib.contextmanager
def later(unit: types.ModuleType) -> Any:
    """Another time, and other random numbers, as far as the unit's own names and `time` reach."""
    shift = datetime.timedelta(days=_DAYS_LATER, seconds=12_345)
    now, now_ns = time.time, time.time_ns

    class LaterDate(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:  # type: ignore[override]
            return datetime.date.today() + shift

    class LaterDatetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.now(tz) + shift

        @classmethod
        def today(cls) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.today() + shift

        @classmethod
        def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.utcnow() + shift

    module = types.SimpleNamespace(**{**vars(datetime), "datetime": LaterDatetime, "date": LaterDate})
    instead = {id(datetime.datetime): LaterDatetime, id(datetime.date): LaterDate, id(datetime): module}
    changed = {name: value for name, value in vars(unit).items() if id(value) in instead}
    for name, value in changed.items():
        if _asks_the_time(unit):
            setattr(unit, name, instead[id(value)])
    time.time = lambda: now() + shift.total_seconds()
    time.time_ns = lambda: now_ns() + int(shift.total_seconds()) * 1_000_000_000
    seed = random.seed
    random.seed = _unseeded  # type: ignore[assignment]
    seed(987_654_321)
    try:
        yield
    finally:
        time.time, time.time_ns, random.seed = now, now_ns, seed
        for name, value in changed.items():
            setattr(unit, name, value)


def _unseeded(*values: Any) -> None:
    """Stands for random.seed, so that a later call does not bring the first run's numbers back."""


def _asks_the_time(unit: types.ModuleType) -> bool:
    """The stand-ins are no exact copies (isinstance, repr), so they are used only where the clock is read."""
    try:
        text = Path(unit.__file__ or "").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return any(word in text for word in (".now(", ".today(", ".utcnow("))
