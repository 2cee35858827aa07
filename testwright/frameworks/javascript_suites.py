"""What vitest and jest have in common: where suites lie, what a test may import, how reports are believed."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name, same_file_key, without_folders
from testwright.domain.ports import ProjectView
from testwright.domain.projects import OUT, WORKSPACE, Completed, Mount, Runner, RunOrder
from testwright.domain.verdicts import CaseOutcome, FileCoverage, NotRun, Outcome, RunReport
from testwright.frameworks.javascript_coverage import claimed

LANGUAGES = frozenset({"javascript", "typescript"})
REPORT = "testwright.json"
SHARED = Mount(host=str(Path(__file__).parent / "assets" / "javascript"), inside="/opt/testwright/javascript")
"""What our parts inside vitest and inside jest have in common."""
_SUITE = re.compile(r"^(?P<stem>.+)\.(?P<word>test|spec)\.(?P<ending>[cm]?[jt]sx?)$")
_SOURCE_ENDING = re.compile(r"\.([cm]?[jt]sx?)$")
_MOST_MESSAGE = 2000
_MOST_TESTS = 5000
_CASE_SECONDS = 10.0
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_LOADER = "This project has nothing that lets Node load TypeScript"
"""As `assets/javascript/loaders.cjs` says it."""
_GONE = re.compile(r"Worker exited unexpectedly|Worker \w+ emitted error|Channel closed|ERR_IPC_CHANNEL_CLOSED")
_ERROR = re.compile(r"\b\w*Error\b|\bFailed\b")
_NOT_FOUND = re.compile(
    r"(?:Cannot find (?:module|package)|Failed to resolve import|Could not resolve|Cannot resolve module)"
    r" ['\"]([^'\"]+)['\"]"
)

BUILTINS = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
MANAGED = frozenset(
    {
        "@testing-library/dom",
        "@testing-library/jest-dom",
        "@testing-library/react",
        "@testing-library/user-event",
        "jsdom",
        "react",
        "react-dom",
    }
)


def suite_path(source_path: str, view: ProjectView) -> str:
    """As the project's other suites are named and placed; beside the source, as `.test`, when there are none.

    No two sources of one project are given the same path, whichever is asked for first.
    """
    if "node_modules" in PurePosixPath(source_path).parts:
        raise PermanentError(
            f"{source_path} lies in node_modules, where no runner looks for tests.",
            code="invalid_path",
            hint="Send the file under a path outside node_modules.",
        )
    if re.search(r"[?#]", source_path):
        raise PermanentError(
            f"{source_path} has a ? or # in its path, and what follows it is no part of a file's name in JavaScript.",
            code="invalid_path",
            hint="Rename the file.",
        )
    word, place = _habits(view)
    taken = {same_file_key(path) for path in view.paths()}
    sources = sorted({source_path, *(path for path in view.paths() if _is_source(path))})
    wanted = {path: next(_suite_paths(path, word, place, is_shared=False)) for path in sources}
    alike = Counter(same_file_key(path) for path in wanted.values())
    given = {path: suite for path, suite in wanted.items() if alike[same_file_key(suite)] == 1}
    given = {path: suite for path, suite in given.items() if same_file_key(suite) not in taken}
    taken |= {same_file_key(suite) for suite in given.values()}
    for path in sources:
        if path not in given:
            suites = _suite_paths(path, word, place, is_shared=alike[same_file_key(wanted[path])] > 1)
            given[path] = next(it for it in suites if same_file_key(it) not in taken and not view.exists(it))
            taken.add(same_file_key(given[path]))
    return given[source_path]


def _is_source(path: str) -> bool:
    name = PurePosixPath(path).name
    return _SOURCE_ENDING.search(name) is not None and _SUITE.match(name) is None and not name.endswith(".d.ts")


def _suite_paths(source_path: str, word: str, place: str, *, is_shared: bool) -> Iterator[str]:
    """Where a suite may be put, the best first; with the whole folder when its mirrored place is wanted by others."""
    source = PurePosixPath(source_path)
    ending = _SOURCE_ENDING.search(source.name)
    stem = source.name[: ending.start()] if ending else source.stem
    suffix = ending[1] if ending else "js"
    folder = source.parent
    if place == "__tests__":
        folder = source.parent / "__tests__"
    elif place not in ("beside", ""):
        folder = PurePosixPath(place, source.parent) if is_shared else _mirrored(source.parent, place)
    for extra in itertools.chain(("", ".more"), (f".more-{number}" for number in itertools.count(2))):
        yield str(folder / f"{stem}{extra}.{word}.{suffix}")


def _mirrored(folder: PurePosixPath, place: str) -> PurePosixPath:
    parts = folder.parts
    if parts and parts[0] in ("src", "lib", "source"):
        parts = parts[1:]
    return PurePosixPath(place, *parts)


def _habits(view: ProjectView) -> tuple[str, str]:
    """How this project's suites are named (test, spec) and where they lie: beside, __tests__, or a folder's name."""
    words: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for path in view.paths():
        parts = PurePosixPath(path).parts
        match = _SUITE.match(parts[-1])
        if match is None or "e2e" in parts or "cypress" in parts:
            continue
        words[match["word"]] += 1
        if "__tests__" in parts:
            places["__tests__"] += 1
        elif parts[0] in ("test", "tests", "spec", "specs"):
            places[parts[0]] += 1
        else:
            places["beside"] += 1
    word = words.most_common(1)[0][0] if words else "test"
    return word, places.most_common(1)[0][0] if places else "beside"


def existing_suites(source_path: str, view: ProjectView) -> tuple[str, ...]:
    """Suites named after the source. A suite in its own test folder counts too, a namesake elsewhere does not."""
    source = PurePosixPath(source_path)
    stem = _SOURCE_ENDING.sub("", source.name)
    twins = [path for path in view.paths() if _SOURCE_ENDING.sub("", PurePosixPath(path).name) == stem]
    alone = sum(_SUITE.match(PurePosixPath(path).name) is None for path in twins) <= 1
    found = []
    for path in view.paths():
        lies = PurePosixPath(path)
        match = _SUITE.match(lies.name)
        in_tests = lies.parts[0] in ("test", "tests", "spec", "specs") or "__tests__" in lies.parts
        if match is None:
            plain = in_tests and lies.parts[-2:-1] == ("__tests__",) and _SOURCE_ENDING.sub("", lies.name) == stem
            if plain and lies.parent.parent == source.parent:
                found.append(path)
            continue
        if match["stem"] != stem:
            continue
        near = lies.parent in (source.parent, source.parent / "__tests__")
        mirrored = in_tests and lies.parent.name in (source.parent.name, lies.parts[0])
        if near or (in_tests and (alone or mirrored)):
            found.append(path)
    return tuple(found)


def known_modules(framework: str, view: ProjectView, runner: Runner) -> frozenset[str]:
    known = set(BUILTINS) | {f"node:{name}" for name in (*BUILTINS, "test", "sqlite")} | {framework}
    if framework == "jest":
        known.add("@jest/globals")
    known |= declared_packages(view)
    known |= {package for package, origin in runner.facts if origin in ("project", "managed")}
    if runner.origin == "managed" and framework in ("vitest", "jest"):
        known |= MANAGED
    return frozenset(known)


def declared_packages(view: ProjectView) -> frozenset[str]:
    """What the project's package.json files name, themselves included."""
    found: set[str] = set()
    for path in view.paths():
        if path != "package.json" and not path.endswith("/package.json"):
            continue
        manifest = json_object(view.text(path) or "")
        for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
            listed = manifest.get(key)
            found |= set(listed) if isinstance(listed, dict) else set()
        if isinstance(manifest.get("name"), str):
            found.add(manifest["name"])
    return frozenset(found)


def json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def only_pattern(names: tuple[str, ...]) -> str | None:
    """A regular expression for the runner's full names ("group title"): these titles, at the end, whole."""
    if not names:
        return None
    titles = "|".join(_title_pattern(name) for name in names)
    return f"(^|\\s)(?:{titles})$"


def _title_pattern(title: str) -> str:
    """Rows of an `.each` have their values where the title has `%i` or `$name`."""
    pieces = re.split(r"%[sdifjoOcp#$]|\$[A-Za-z_#][\w.]*", title)
    return "[\\s\\S]*".join(re.sub(r"[.*+?^${}()|\[\]\\/]", r"\\\g<0>", piece) for piece in pieces)


def order_json(order: RunOrder) -> str:
    return json.dumps(
        {
            "root": WORKSPACE,
            "source": order.source_path,
            "suites": list(order.suite_paths),
            "coverage": order.coverage,
            "seed": order.seed,
            "pattern": only_pattern(order.only),
            "hangSeconds": hang_seconds(order),
            "report": f"{OUT}/{REPORT}",
        }
    )


def hang_seconds(order: RunOrder) -> float | None:
    """How long one test may keep its thread to itself; None for a probe, which minds the time itself."""
    return None if order.extra_reports else min(_CASE_SECONDS, order.limits.wall.total_seconds() / 4)


def plain(text: object, most: int = _MOST_MESSAGE) -> str:
    """Text from a sandbox, fit to be shown: no control codes, no more than `most` characters, no sandbox paths."""
    cleaned = _CONTROL.sub("", str(text)[: most * 4]).replace(f"{WORKSPACE}/", "")
    return cleaned[:most].strip()


def read(completed: Completed, order: RunOrder, coverage: FileCoverage | None, framework: str) -> RunReport | NotRun:
    """Believe a report only where it is whole and the exit status says the same."""
    if (ended := cut_short(completed)) is not None:
        return ended
    report = json_object(completed.reports.get(REPORT, b"").decode("utf-8", "replace"))
    culprits = _running(report)
    if report.get("hangs") is True and culprits and (seconds := hang_seconds(order)) is not None:
        return NotRun(
            code="timeout",
            message=f"{culprits[-1]} did not end within {seconds:g} s",
            hint="Look for an endless loop.",
            output=_end(completed),
            culprits=culprits,
        )
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
    if completed.exit_status == 0 and failed:
        return NotRun(
            code="no_report", message=f"{framework} reported a failure and success at once.", output=_end(completed)
        )
    if completed.exit_status != 0 and not failed:
        said = next((str(each.get("message", "")) for each in problems), "")
        first = first_line(plain(said, 400)) or "no reason given"
        message = f"{framework} ended with an error although every test passed: {first}"
        return NotRun(
            code="load_error",
            message=message,
            hint="Look for a promise that nobody awaits, or something left open.",
            output=_end(completed),
        )
    return RunReport(outcomes=outcomes, coverage=coverage, duration_ms=round(completed.seconds * 1000))


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


def no_report(completed: Completed, framework: str) -> NotRun:
    lines = [line.strip() for line in without_folders(_end(completed)).splitlines() if line.strip()]
    said = next((line for line in lines if _ERROR.search(line)), lines[-1] if lines else "")[:400]
    end = f": {said}" if said else "."
    return NotRun(
        code="no_report",
        message=f"{framework} ended ({completed.ending}) without a whole report{end}",
        hint="Its configuration may not load, or something ended the process, such as process.exit or process.kill.",
        output=_end(completed),
    )


def _not_started(problems: list[dict[str, Any]], completed: Completed, framework: str) -> NotRun:
    said = next(plain(each.get("message") or "") for each in problems if each.get("kind") == "start")
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
    missing = _NOT_FOUND.search(said)
    if missing and not missing[1].startswith((".", "/", "@/", "~/", "#", "src/")):
        parts = missing[1].split("/")
        package = "/".join(parts[:2]) if missing[1].startswith("@") else parts[0]
        return NotRun(
            code="missing_package",
            message=f"The package '{package}' is not installed.",
            hint=f"Run `npm i {package}` in the project, or add it to package.json and install.",
            output=said,
        )
    return NotRun(
        code="load_error",
        message=f"The suite did not load in {framework}: {first_line(said)[:400] or 'no reason given'}",
        hint="Make the file load on its own (environment variables, missing build output), then try again.",
        output=said or _end(completed),
    )


def _end(completed: Completed) -> str:
    return plain(completed.log[-_MOST_MESSAGE:])


def parsed(report: bytes | None) -> Any:
    try:
        return json.loads(report) if report else None
    except (ValueError, RecursionError):
        return None
