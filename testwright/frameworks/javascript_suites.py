"""What vitest and jest have in common: where suites lie, what a test may import, how reports are believed."""

import json
import re
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

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
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_LOADER = "This project has nothing that lets Node load TypeScript"
"""As `assets/javascript/loaders.cjs` says it."""
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
    """As the project's other suites are named and placed; beside the source, as `.test`, when there are none."""
    source = PurePosixPath(source_path)
    ending = _SOURCE_ENDING.search(source.name)
    stem = source.name[: ending.start()] if ending else source.stem
    suffix = ending[1] if ending else "js"
    word, place = _habits(view)
    folder = source.parent
    if place == "__tests__":
        folder = source.parent / "__tests__"
    elif place not in ("beside", ""):
        folder = _mirrored(source.parent, place)
    for extra in ("", ".more", *(f".more-{number}" for number in range(2, 1000))):
        path = str(folder / f"{stem}{extra}.{word}.{suffix}")
        if not view.exists(path):
            return path
    raise ValueError(f"no free name for a suite of {source_path}")


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
            "report": f"{OUT}/{REPORT}",
        }
    )


def plain(text: object, most: int = _MOST_MESSAGE) -> str:
    """Text from a sandbox, fit to be shown: no control codes, no more than `most` characters, no sandbox paths."""
    cleaned = _CONTROL.sub("", str(text)[: most * 4]).replace(f"{WORKSPACE}/", "")
    return cleaned[:most].strip()


def read(completed: Completed, order: RunOrder, coverage: FileCoverage | None, framework: str) -> RunReport | NotRun:
    """Believe a report only where it is whole and the exit status says the same."""
    if (ended := cut_short(completed)) is not None:
        return ended
    report = json_object(completed.reports.get(REPORT, b"").decode("utf-8", "replace"))
    tests = report.get("tests")
    problems = [each for each in report.get("errors") or [] if isinstance(each, dict)]
    if not isinstance(tests, list) or len(tests) > _MOST_TESTS:
        return no_report(completed, framework)
    if not tests or any(each.get("kind") in ("load", "start") for each in problems):
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
        message = f"{framework} ended with an error although every test passed: {plain(said, 400) or 'no reason given'}"
        return NotRun(
            code="load_error",
            message=message,
            hint="Look for a promise that nobody awaits, or something left open.",
            output=_end(completed),
        )
    return RunReport(outcomes=outcomes, coverage=coverage, duration_ms=round(completed.seconds * 1000))


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
    return NotRun(
        code="no_report",
        message=f"{framework} ended without a whole report (exit status {completed.exit_status}).",
        hint="Something ended the process; look for process.exit, or run the project's own tests.",
        output=_end(completed),
    )


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
    first = next((line.strip() for line in said.splitlines() if line.strip()), "no reason given")
    return NotRun(
        code="load_error",
        message=f"The suite did not load in {framework}: {first[:400]}",
        output=said or _end(completed),
    )


def _end(completed: Completed) -> str:
    return plain(completed.log[-_MOST_MESSAGE:])


def parsed(report: bytes | None) -> Any:
    try:
        return json.loads(report) if report else None
    except (ValueError, RecursionError):
        return None
