"""One exploration: the probe is run, and run again without the calls that ended it."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.domain.drafts import Skipped
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import WORKSPACE
from testwright.writers.explorer.javascript.plan import MARKER, PATIENCE, REPORT, Target
from testwright.writers.explorer.javascript.printing import brief
from testwright.writers.explorer.javascript.probing import probe_text

_FORGIVEN = 3
"""So many calls are left out for themselves; a further one, and a second of one target among others, takes its target
with it."""
_MOST_RESTARTS = 15
_LEAST_SECONDS = 4.0
_ENDLESS = b'"endless"\n'
_LATE = b'"late"'
"""As `probe/watch.js` says them."""
_SLOW_START = 60.0
"""Seconds that a page and its libraries may take to load on a busy machine, beside what any runner may take."""


@dataclass(slots=True)
class Seen:
    """What the probe told, and which calls it could not make; `silent` says of targets why nothing is told of them."""

    told: list[dict[str, Any]]
    skipped: list[Skipped] = field(default_factory=list)
    silent: dict[int, str] = field(default_factory=dict)


async def observed(task: WritingTask, plan: dict[str, Any], targets: tuple[Target, ...], seconds: float) -> Seen:
    """A call that never returns, or ends the process, costs one run and is left out of the next."""
    skipped: list[Skipped] = []
    for _ in range(_MOST_RESTARTS + 1):
        explored = await task.probe(probe_text(task, plan), (REPORT, MARKER), seconds=PATIENCE * seconds + _SLOW_START)
        found = _report(explored, targets)
        if found is not None:
            return replace(found, skipped=[*skipped, *found.skipped])
        if explored.reports.get(MARKER) == _ENDLESS:
            raise _loops(base_name(task.source.path))
        culprit = _culprit(explored)
        if culprit is None or not _left_out(plan, culprit, targets, skipped):
            raise _no_observations(explored)
        plan["seconds"] = max(min(_LEAST_SECONDS, seconds), plan["seconds"] - culprit.spent)
    raise _no_observations(explored)


@dataclass(frozen=True, slots=True)
class _Culprit:
    """The call that was under way when the run ended, and the seconds of work that the run had done before."""

    target: int
    args: list[Any]
    steps: list[Any]
    change: int
    spent: float
    is_late: bool


def _culprit(explored: Explored) -> _Culprit | None:
    try:
        first, _, rest = explored.reports[MARKER].partition(b"\n")
        target, args, steps, change, spent = json.loads(first)
        return _Culprit(int(target), list(args), list(steps), int(change), float(spent), rest.startswith(_LATE))
    except (KeyError, ValueError, TypeError, RecursionError):
        return None


def _left_out(plan: dict[str, Any], culprit: _Culprit, targets: tuple[Target, ...], skipped: list[Skipped]) -> bool:
    """Take the call out of the plan, or its whole target when that does not help. False when it was out already."""
    if culprit.change:  # a change that never comes to an end is no fault of the call
        if culprit.change not in plan["changes"]:
            return False
        plan["changes"] = [number for number in plan["changes"] if number != culprit.change]
        return True
    if not any(spec["id"] == culprit.target for spec in plan["targets"]):
        return False
    target = targets[culprit.target]
    ended = "does not come to an end" if culprit.is_late else "ends the process"
    said = f"{call_of(target, culprit.args, culprit.steps)} {ended}"
    before = [each for each in plan["skip"] if each[0] == culprit.target]
    if len(before) >= _FORGIVEN or len(plan["skip"]) >= 2 * _FORGIVEN:
        plan["targets"] = [spec for spec in plan["targets"] if spec["id"] != culprit.target]
        said = f"{said}; nothing more of it was explored"
        skipped[:] = [each for each in skipped if each.symbol != target.symbol.name]
    else:
        # The second time it is no single value: what is like it is left out, too, and the third time more of that.
        plan["skip"] = [*plan["skip"], [culprit.target, culprit.args, culprit.steps, len(before)]]
    skipped.append(Skipped(symbol=target.symbol.name, because=said))
    return True


def call_of(target: Target, args: list[Any], steps: list[Any]) -> str:
    """The call in words: `new Queue(3), then take()`."""
    name = target.symbol.name
    made = f"{'new ' if target.kind == 'class' else ''}{name}({', '.join(brief(arg, 30) for arg in args)})"
    used = [
        f"{step.get('name') or 'calling it'}({', '.join(brief(arg, 20) for arg in step.get('args') or [])})"
        if "name" in step
        else str(step.get("act", "a step"))
        for step in steps
        if isinstance(step, dict)
    ]
    return ", then ".join([made, *used])


def _report(explored: Explored, targets: tuple[Target, ...]) -> Seen | None:
    """What the probe wrote is a stranger's word: only its outline is trusted here, its values are printed as text."""
    try:
        report = json.loads(explored.reports[REPORT])
        told, failure, broken = report["told"], report.get("failure"), report.get("broken")
    except (KeyError, ValueError, TypeError, RecursionError):
        return None
    if isinstance(failure, str):
        raise _not_loaded(failure)
    if isinstance(broken, str):
        raise _broke_off(broken)
    if not isinstance(told, list):
        return None
    seen = Seen([each for each in told if isinstance(each, dict) and "outcome" in each])
    try:
        for target, args, steps, because in report.get("skipped", []):
            call = call_of(targets[target], args, steps)
            seen.skipped.append(Skipped(symbol=targets[target].symbol.name, because=f"{call} {_plain(because)}"))
        seen.silent = {int(target): _plain(because) for target, because in report.get("silent", [])}
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return seen


def silent_ones(seen: Seen, targets: tuple[Target, ...], told_of: frozenset[str]) -> list[Skipped]:
    """A word on each target of which no test could be written, unless one was said already."""
    known = {each.symbol for each in seen.skipped} | told_of
    return [
        Skipped(symbol=target.symbol.name, because=seen.silent[target.id])
        for target in targets
        if target.id in seen.silent and target.symbol.name not in known
    ]


def _plain(said: object) -> str:
    return _one_line(str(said))


def _loops(name: str) -> PermanentError:
    return PermanentError(
        f"{name}, or a file that it loads, does not come to an end while it is loaded.",
        code="timeout",
        hint="Move what loops, or takes long, out of the top level of the file, into a function.",
    )


def _no_observations(explored: Explored) -> PermanentError:
    problem = explored.problem
    if problem is None:
        return PermanentError(
            "The run in which the code is tried ended before it could say what it saw.",
            code="no_report",
            hint="See whether the code ends the process or uses up the memory when it is called, "
            "or use a model to write tests for this file.",
            retryable=True,
        )
    return PermanentError(problem.message, code=problem.code, hint=problem.hint, retryable=True)


def _broke_off(said: str) -> PermanentError:
    return PermanentError(
        f"Testwright's own search for tests broke off: {_one_line(said)}",
        code="search_failed",
        hint="Use a model to write tests for this file, and report these words with the file: it should not happen.",
        retryable=True,
    )


_MISSING = re.compile(r"(?:Cannot find (?:module|package)|Failed to resolve import) ['\"]([^'\"./][^'\"]*)['\"]")


def _not_loaded(said: str) -> PermanentError:
    missing = _MISSING.search(said)
    if missing is not None:
        parts = missing[1].split("/")
        package = "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
        return PermanentError(
            f"The package '{package}' is not installed.",
            code="missing_package",
            hint=f"Run `npm i {package}` in the project, or retry with the option `install` if its lock file names it.",
            retryable=True,
        )
    return PermanentError(
        f"The file cannot be loaded: {_one_line(said)}",
        code="load_error",
        hint="Make it load on its own (environment variables, missing build output), then try again.",
        retryable=True,
    )


def _one_line(said: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", said).replace(f"{WORKSPACE}/", "").strip()[:300]
