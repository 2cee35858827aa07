"""How reports of JavaScript runners are believed: a report is a claim, and one that does not add up is none."""

import json
import re
from dataclasses import replace
from typing import Any

from testwright.domain.paths import base_name, without_folders
from testwright.domain.projects import WORKSPACE, Completed, RunOrder, Turn
from testwright.domain.verdicts import CaseOutcome, FileCoverage, NotRun, Outcome, RunReport
from testwright.frameworks.javascript_coverage import claimed, coverage_of
from testwright.frameworks.javascript_suites import REPORT, UNENDING, hang_seconds, json_object

_MOST_MESSAGE = 2000
_MOST_TESTS = 5000
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LEFT_AT_HOME = (
    "It leaves files in the home folder ({names}), which is a person's own when the suite is run by hand; set HOME to a"
    " temporary folder, or replace what writes there."
)
_NO_LOADER = "This project has nothing that lets Node load TypeScript"
"""As `assets/javascript/loaders.cjs` says it."""
_GONE = re.compile(r"Worker exited unexpectedly|Worker \w+ emitted error|Channel closed|ERR_IPC_CHANNEL_CLOSED")
_ERROR = re.compile(r"\b\w*Error\b|\bFailed\b")
_NOT_FOUND = re.compile(
    r"(?:Cannot find (?:module|package)|Failed to resolve import|Could not resolve|Cannot resolve module)"
    r" ['\"]([^'\"]+)['\"]"
)


def plain(text: object, most: int = _MOST_MESSAGE) -> str:
    """Text from a sandbox, fit to be shown: no control codes, no more than `most` characters, no sandbox paths."""
    cleaned = _CONTROL.sub("", str(text)[: most * 4]).replace(f"{WORKSPACE}/", "")
    return cleaned[:most].strip()


def read_measured(completed: Completed, order: RunOrder, framework: str) -> RunReport | NotRun:
    """As `read`, where the report itself carries istanbul's counters."""
    report = parsed(completed.reports.get(REPORT))
    maps = report.get("coverage") if isinstance(report, dict) else None
    coverage = coverage_of(maps, order.source_path) if order.coverage and isinstance(maps, list) else None
    return read(completed, order, coverage, framework)


def read(completed: Completed, order: RunOrder, coverage: FileCoverage | None, framework: str) -> RunReport | NotRun:
    """Believe a report only where it is whole and the exit status says the same; of each turn, too."""
    if (unending := _unending(completed, framework)) is not None:
        return unending
    if (ended := cut_short(completed)) is not None:
        return ended
    report = json_object(completed.reports.get(REPORT, b"").decode("utf-8", "replace"))
    listed = report.get("turns")
    told = [each if isinstance(each, dict) else {} for each in (listed if isinstance(listed, list) else [])]
    told = (told + [{}] * len(order.turns))[: len(order.turns)]
    ill = any(each.get("status") not in (0, None) for each in told)
    found = _believed(report, completed, order, coverage, framework, ill=ill)
    if isinstance(found, NotRun) or not order.turns:
        return found
    pairs = zip(order.turns, told, strict=True)
    return replace(found, turns=tuple(_read_turn(turn, each, completed, order, framework) for turn, each in pairs))


def _read_turn(
    turn: Turn, told: dict[str, Any], completed: Completed, order: RunOrder, framework: str
) -> RunReport | NotRun:
    status, report = told.get("status"), told.get("report")
    own = replace(order, turns=(), alone=False, only=(), seed=turn.seed, frozen=turn.frozen)
    ended = replace(completed, exit_status=status if isinstance(status, int) else None)
    return _believed(report if isinstance(report, dict) else {}, ended, own, None, framework)


def _believed(
    report: dict[str, Any],
    completed: Completed,
    order: RunOrder,
    coverage: FileCoverage | None,
    framework: str,
    *,
    ill: bool = False,
) -> RunReport | NotRun:
    """`ill` says that something else than its tests gives the process reason to end with an error."""
    culprits = _running(report)
    if report.get("hangs") is True and culprits and (seconds := hang_seconds(order)) is not None:
        return NotRun(
            code="timeout",
            message=f"{culprits[-1]} did not end within {seconds:g} s",
            hint="Look for an endless loop.",
            output=_end(completed),
            culprits=culprits,
        )
    if "tests" not in report and culprits:  # left before the test began, and nothing came after it
        return _process_ended(order, completed, culprits)
    tests = report.get("tests")
    problems = [each for each in report.get("errors") or [] if isinstance(each, dict)]
    if not isinstance(tests, list) or len(tests) > _MOST_TESTS:
        return no_report(completed, framework)
    if any(each.get("kind") == "start" for each in problems):
        return _not_started(problems, completed, framework)
    if any(_GONE.search(str(each.get("message"))) for each in problems):
        return _process_ended(order, completed, culprits)
    if not tests or any(each.get("kind") == "load" for each in problems):
        said = next((str(each.get("message", "")) for each in problems), "")
        return not_loaded(said, completed, framework)
    if report.get("finished") is not True:
        return no_report(completed, framework)
    outcomes = _outcomes([each for each in tests if isinstance(each, dict)], coverage)
    failed = any(outcome.outcome is Outcome.FAILED for outcome in outcomes)
    if completed.exit_status == 0 and (failed or ill):
        return NotRun(
            code="no_report", message=f"{framework} reported a failure and success at once.", output=_end(completed)
        )
    if completed.exit_status != 0 and not failed and not ill:
        said = next((str(each.get("message", "")) for each in problems), "")
        first = first_line(plain(said, 400)) or _said(completed) or f"it ended {completed.ending}, without a word"
        message = f"{framework} ended with an error although every test passed: {first}"
        return NotRun(
            code="load_error",
            message=message,
            hint="Look for a promise that nobody awaits, or something left open.",
            output=_end(completed),
        )
    if not order.extra_reports:  # a probe looks at what code does with no promise of its own
        outcomes = _without_trespassers(outcomes, [each for each in tests if isinstance(each, dict)])
    took = round(completed.seconds * 1000)
    return RunReport(outcomes=outcomes, coverage=coverage, duration_ms=took, frozen=order.frozen is not None)


def _running(report: dict[str, Any]) -> tuple[str, ...]:
    """What the test that was running may be called: in full where it has namesakes, by its title else."""
    running = report.get("running")
    titles = _titles(running) if isinstance(running, dict) else []
    if not isinstance(running, dict) or not titles:
        return ()
    if running.get("template"):
        return (plain(running["template"], 500),)
    return tuple(dict.fromkeys((" > ".join(titles)[:500], titles[-1][:500])))


def _outcomes(tests: list[dict[str, Any]], coverage: FileCoverage | None) -> tuple[CaseOutcome, ...]:
    """One outcome per title; the rows of an `.each` are one test, which passes when all rows do."""
    merged: dict[str, CaseOutcome] = {}
    for name, each in zip(case_names(tests), tests, strict=True):
        outcome = CaseOutcome(
            name=name,
            outcome=_OUTCOMES.get(str(each.get("state")), Outcome.SKIPPED),
            message=plain(each.get("message") or "") if each.get("state") == "failed" else "",
            duration_ms=_number(each.get("ms")),
            lines=claimed(each.get("lines"), coverage.lines_covered) if coverage else None,
            branches=claimed(each.get("branches"), coverage.branches_covered) if coverage else None,
        )
        merged[name] = _worse(merged[name], outcome) if name in merged else outcome
    return tuple(merged.values())


def _without_trespassers(outcomes: tuple[CaseOutcome, ...], tests: list[dict[str, Any]]) -> tuple[CaseOutcome, ...]:
    """A test that leaves something in the home folder does not pass: run by hand, that is a person's own."""
    left: dict[str, str] = {}
    for name, each in zip(case_names(tests), tests, strict=True):
        home = each.get("home")
        if isinstance(home, list) and home:
            left[name] = LEFT_AT_HOME.format(names=", ".join(plain(path, 100) for path in home[:3]))
    return tuple(
        replace(outcome, outcome=Outcome.FAILED, message=left[outcome.name])
        if outcome.name in left and outcome.outcome is Outcome.PASSED
        else outcome
        for outcome in outcomes
    )


def case_names(tests: list[dict[str, Any]]) -> list[str]:
    """What each reported test is called: by its title, rows by their table's; of namesakes the later ones in full."""
    titles = [str((_titles(each) or ["?"])[-1]) for each in tests]
    paths: dict[str, set[str]] = {}
    for title, each in zip(titles, tests, strict=True):
        paths.setdefault(title, set()).add(" > ".join(_titles(each)))
    names: list[str] = []
    seen: set[str] = set()
    for title, each in zip(titles, tests, strict=True):
        template = each.get("template")
        name = str(template) if template else title
        if name in seen and not template and len(paths[title]) > 1:
            name = " > ".join(_titles(each) or [title])
        seen.add(name)
        names.append(name[:500])
    return names


def _titles(test: dict[str, Any]) -> list[str]:
    titles = test.get("titles")
    return [str(title) for title in titles] if isinstance(titles, list) else []


_OUTCOMES = {"passed": Outcome.PASSED, "failed": Outcome.FAILED}


def _worse(first: CaseOutcome, second: CaseOutcome) -> CaseOutcome:
    order = (Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
    worst = min(first, second, key=lambda each: order.index(each.outcome))
    return CaseOutcome(
        name=worst.name,
        outcome=worst.outcome,
        message=worst.message,
        duration_ms=first.duration_ms + second.duration_ms,
        lines=None if first.lines is None or second.lines is None else first.lines | second.lines,
        branches=None if first.branches is None or second.branches is None else first.branches | second.branches,
    )


def _number(value: object) -> float:
    return round(float(value), 3) if isinstance(value, int | float) and 0 <= value < 1e9 else 0.0


def cut_short(completed: Completed) -> NotRun | None:
    message, hint = {
        "timeout": ("The tests did not end in time.", "Look for an endless loop, or a promise that never settles."),
        "memory-limit": ("The tests used more memory than they may.", "Use smaller inputs."),
        "disk-limit": ("The tests wrote more to disk than they may.", None),
        "output-limit": ("The tests printed more than can be kept.", "Print less."),
        "launch-failed": ("The test runner could not be started.", "Run `testwright doctor`."),
    }.get(completed.reason, (None, None))
    if message is None:
        return None
    return NotRun(code=completed.reason.replace("-", "_"), message=message, hint=hint, output=_end(completed))


def _unending(completed: Completed, framework: str) -> NotRun | None:
    found = json_object(completed.reports.get(UNENDING, b"").decode("utf-8", "replace"))
    if not (file := plain(found.get("file") or "", 300)):
        return None
    return NotRun(
        code="load_error",
        message=f"{file} does not come to an end while {framework} loads it.",
        hint="Move what loops, or takes long, out of the top level of the file, into a function.",
        output=_end(completed),
    )


def no_report(completed: Completed, framework: str) -> NotRun:
    said = _said(completed)
    end = f": {said}" if said else "."
    return NotRun(
        code="no_report",
        message=f"{framework} ended ({completed.ending}) without a whole report{end}",
        hint="Its configuration may not load, or something ended the process, such as process.exit or process.kill.",
        output=_end(completed),
    )


def _said(completed: Completed) -> str:
    """What the log says of an error, or its last line."""
    lines = [line.strip() for line in without_folders(_end(completed)).splitlines() if line.strip()]
    return next((line for line in lines if _ERROR.search(line)), lines[-1] if lines else "")[:400]


def _not_started(problems: list[dict[str, Any]], completed: Completed, framework: str) -> NotRun:
    said = next(plain(each.get("message") or "") for each in problems if each.get("kind") == "start")
    if (package := _missing_package(said)) is not None:
        needs = f"The configuration of {framework} needs the package '{package}', which is not installed."
        return _not_installed(needs, package, said)
    return NotRun(
        code="no_report",
        message=f"{framework} could not start: {first_line(said)[:400]}",
        hint=f"Correct the configuration of {framework}, or leave it out.",
        output=said or _end(completed),
    )


def _process_ended(order: RunOrder, completed: Completed, culprits: tuple[str, ...]) -> NotRun:
    name = base_name(order.source_path)
    when = f"while {culprits[-1]} was running" if culprits else f"while {name} was loaded or run"
    return NotRun(
        code="no_report",
        message=f"The process was ended from within {when}",
        hint="Look for process.kill, process.abort, or a crash in native code.",
        output=_end(completed),
        culprits=culprits,
    )


def first_line(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "")


def not_loaded(said: str, completed: Completed, framework: str) -> NotRun:
    said = plain(said) or plain(completed.log[-_MOST_MESSAGE:])
    if _NO_LOADER in said:
        return NotRun(
            code="load_error",
            message=f"{_NO_LOADER}.",
            hint="Install tsx (npm i -D tsx), or name a loader in the test runner's configuration, then retry.",
            output=said,
        )
    if (package := _missing_package(said)) is not None:
        return _not_installed(f"The package '{package}' is not installed.", package, said)
    return NotRun(
        code="load_error",
        message=f"The suite did not load in {framework}: {first_line(said)[:400] or 'no reason given'}",
        hint="Make the file load on its own (environment variables, missing build output), then try again.",
        output=said or _end(completed),
    )


def _missing_package(said: str) -> str | None:
    missing = _NOT_FOUND.search(said)
    if missing is None or missing[1].startswith((".", "/", "@/", "~/", "#", "src/")):
        return None
    parts = missing[1].split("/")
    return "/".join(parts[:2]) if missing[1].startswith("@") else parts[0]


def _not_installed(message: str, package: str, said: str) -> NotRun:
    return NotRun(
        code="missing_package",
        message=message,
        hint=f"Run `npm i {package}` in the project, or retry with the option `install` if its lock file names it.",
        output=said,
    )


def _end(completed: Completed) -> str:
    return plain(completed.log[-_MOST_MESSAGE:])


def parsed(report: bytes | None) -> Any:
    try:
        return json.loads(report) if report else None
    except (ValueError, RecursionError):
        return None
