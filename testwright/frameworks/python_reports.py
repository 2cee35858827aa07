"""What the reports of our runners for Python have in common: how they are opened, and what stands for a missing one."""

import json
import re
from typing import Any, TypeAlias

from testwright.domain.mutants import ChallengeOrder
from testwright.domain.paths import base_name
from testwright.domain.projects import Completed, RunOrder
from testwright.domain.verdicts import NotRun

MOST_MESSAGE = 2000
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
    code = completed.reason.replace("-", "_")
    match code:
        case "timeout":
            seconds = f"{order.limits.wall.total_seconds():g}"
            if running:
                message = f"Running the tests of {name} did not end within {seconds} s; {culprit}"
            else:
                message = f"Loading or running {name} did not end within {seconds} s: does it loop at import?"
            hint = "Make the import of the file free of endless or very long work."
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
    return NotRun(code=code, message=message, hint=hint, output=end_of(completed.log))


def no_report(completed: Completed, order: _Order, framework: str) -> NotRun:
    name = base_name(order.source_path)
    if "No module named pytest" in completed.log:
        return NotRun(
            code="launch_failed",
            message=f"pytest could not be started for {name}: it is not installed in the project's environment.",
            hint="Install pytest into the project's environment (.venv) and retry.",
            output=end_of(completed.log),
        )
    return NotRun(
        code="no_report",
        message=f"{framework} ended with status {completed.exit_status} and left no believable report on {name}.",
        hint="Look at the output: the project's configuration of its tests or the code itself may end the run early.",
        output=end_of(completed.log),
    )


def items(report: dict[str, Any], key: str) -> list[Any]:
    value = report.get(key)
    return value if isinstance(value, list) else []


def clean(text: Any) -> str:
    return _CONTROL.sub("", text) if isinstance(text, str) else ""


def end_of(log: str) -> str:
    return _CONTROL.sub("", log)[-MOST_MESSAGE:]
