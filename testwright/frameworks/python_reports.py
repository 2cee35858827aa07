"""What the reports of our runners for Python have in common: how they are opened, and what stands for a missing one."""

import json
import re
from typing import Any, TypeAlias

from testwright.domain.mutants import ChallengeOrder
from testwright.domain.paths import base_name, without_folders
from testwright.domain.projects import Completed, RunOrder
from testwright.domain.python_modules import hides_standard_module
from testwright.domain.verdicts import NotRun

MOST_MESSAGE = 2000
WHAT_ENDS = "Move what ends the process out of the top level of the file, into a function."
WHAT_LOOPS = "Make the import of the file free of endless or very long work."
CONFTEST = "conftest.py"
_NO_MODULE = re.compile(r"^E\s+ModuleNotFoundError: No module named '(\w{1,100})[.\w]*'\s*$", re.MULTILINE)
_CONFTEST = re.compile(r"ImportError while loading conftest '([^'\n]{1,300})'")
_MOST_REPORT_BYTES = 5 << 20
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_Order: TypeAlias = RunOrder | ChallengeOrder


def loaded(completed: Completed, name: str) -> dict[str, Any] | None:
    raw = completed.reports.get(name)
    if raw is None or len(raw) > _MOST_REPORT_BYTES:
        return None
    try:
        report = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def ended(completed: Completed, order: _Order, report: dict[str, Any] | None, framework: str) -> NotRun:
    """The sandbox ended the run. The report, if one was left, tells which test was running."""
    name = base_name(order.source_path)
    running = clean((report or {}).get("running"))
    culprit = f"{running} was running." if running else "Nothing had been run yet."
    if _is_probe(order):
        running, culprit = "", "It was tried out with many inputs."
    code = completed.reason.replace("-", "_")
    match code:
        case "timeout":
            seconds = f"{order.limits.wall.total_seconds():g}"
            if running:
                message = f"Running the tests of {name} did not end within {seconds} s; {culprit}"
            else:
                message = (
                    f"Loading or running {name} did not end within {seconds} s: does it loop, or is this machine busy?"
                )
            hint = WHAT_LOOPS
        case "memory_limit":
            message = f"Running {name} took more than {order.limits.memory_mib} MiB of memory. {culprit}"
            hint = "Give the tests smaller inputs."
        case "disk_limit":
            message = f"Running {name} wrote more than {order.limits.scratch_mib} MiB of files. {culprit}"
            hint = "Give the tests smaller inputs."
        case "output_limit":
            message = f"Running {name} printed more than a run may. {culprit}"
            hint = "Let the code print less, or the tests capture it."
        case _:
            code = "launch_failed"
            message = f"{framework} could not be started for {name}."
            hint = "Run `testwright doctor` to see what is missing here."
    culprits = (running,) if running and code != "launch_failed" else ()
    return NotRun(code=code, message=message, hint=hint, output=end_of(completed.log), culprits=culprits)


def no_report(completed: Completed, order: _Order, framework: str, report: dict[str, Any] | None = None) -> NotRun:
    """`report` is what was left half-way, where anything was: it tells how far the run had come."""
    name = base_name(order.source_path)
    status = completed.ending
    if "No module named pytest" in completed.log:
        return NotRun(
            code="launch_failed",
            message=f"pytest could not be started for {name}: it is not installed in the project's environment.",
            hint="Install pytest into the project's environment (.venv) and retry.",
            output=end_of(completed.log),
        )
    said = _last_words(completed.log)
    running, loading = clean((report or {}).get("running")), clean((report or {}).get("loading"))
    if running and _is_probe(order):
        return NotRun(
            code="no_report",
            message=f"{name} ended the process while it was tried out ({status}).",
            hint="Guard what ends the process (os._exit, a signal, a crash in native code).",
            output=end_of(completed.log),
        )
    if running:
        return NotRun(
            code="no_report",
            message=f"{running} ended the process ({status}).",
            hint="Guard what ends the process (os._exit, a signal, a crash in native code), or do not call it.",
            output=end_of(completed.log),
            culprits=(running,),
        )
    if loading:
        left, _, line = clean((report or {}).get("left"))[:300].rpartition(", line ")
        culprit = left or (loading if loading == CONFTEST else name)
        culprit = name if culprit == order.source_path else culprit
        where = f", line {line}" if line else ""
        return NotRun(
            code="load_error",
            message=f"{culprit} ended the process while it was imported ({status}{where}).",
            hint=WHAT_ENDS,
            output=end_of(completed.log),
        )
    if (hidden := hides_standard_module(order.source_path)) is not None:
        return NotRun(
            code="load_error",
            message=f"{name} takes the place of Python's own module {hidden}, so that {framework} cannot start{said}",
            hint="Give the file another name, or put it into a package.",
            output=end_of(completed.log),
        )
    if (conftest := _CONFTEST.search(without_folders(clean(completed.log)))) is not None:
        if (missing := _NO_MODULE.search(clean(completed.log))) is not None:
            return NotRun(
                code="missing_package",
                message=f"{conftest[1]} needs the package {missing[1]}, which is not installed here.",
                hint=f"Install it into the project's environment (.venv), e.g. pip install {missing[1]}, and retry.",
                output=end_of(completed.log),
            )
        return NotRun(
            code="no_report",
            message=f"pytest could not load {conftest[1]}{said}",
            hint=f"Make {conftest[1]} load, or leave it out.",
            output=end_of(completed.log),
        )
    return NotRun(
        code="no_report",
        message=f"{framework} ended ({status}) and left no believable report on {name}{said}",
        hint="The project's configuration of its tests, or the code itself, may end the run early.",
        output=end_of(completed.log),
    )


def _is_probe(order: _Order) -> bool:
    """A suite of our own that tries the code out: its one test is nothing that anybody knows by its name."""
    return isinstance(order, RunOrder) and bool(order.extra_reports)


def _last_words(log: str) -> str:
    """The log's last line that says anything, as the end of a sentence."""
    lines = [line.strip() for line in without_folders(clean(log)).splitlines()]
    said = next((line.removeprefix("E ").strip() for line in reversed(lines) if line), "")
    return f": {said[:300]}" if said else "."


def items(report: dict[str, Any], key: str) -> list[Any]:
    value = report.get(key)
    return value if isinstance(value, list) else []


def clean(text: Any) -> str:
    return _CONTROL.sub("", text) if isinstance(text, str) else ""


def end_of(log: str) -> str:
    return _CONTROL.sub("", log)[-MOST_MESSAGE:]
