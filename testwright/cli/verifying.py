"""`testwright verify`: tests that somebody else wrote, before the same court as ours."""

import asyncio
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.cli.exits import ALL_PROVEN, PARTIAL, exit_status_of
from testwright.cli.selecting import project_root
from testwright.domain.errors import InputError
from testwright.domain.records import Accepted, FileRecord, NewSession, TestRecord
from testwright.domain.sessions import PERSON, Options, SourceFile, Suite
from testwright.settings import read_settings
from testwright.sources.folder import FolderView
from testwright.sources.pinning import pin_of
from testwright.sources.project_config import read_config
from testwright.wiring import Workbench, framework_for, language_of, open_workbench

_OWNER = "local"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`test` is None when the tests were refused; then `problem` says why, and `refused` test by test."""

    session_id: str
    test: TestRecord | None
    problem: dict[str, Any] | None
    refused: list[dict[str, str]]
    """Of each test that does not hold its `name`, the `gate` that it did not pass and the `reason`."""


async def verify_file(source: Path, suite: Path, framework: str | None, *, as_json: bool) -> int:
    """Run a suite that lies in a file. Returns the exit status: 0 when every test of it holds. Raises InputError."""
    text = await asyncio.to_thread(text_of, suite)
    async with open_workbench(read_settings()) as bench:
        accepted = await submit(bench, source, text, framework, lies_at=suite)
        print(f"{suite} is being run against {source}", file=sys.stderr)
        await bench.walk_round(accepted)
        judged = await judgement(bench, accepted.session_id)
    if as_json:
        print(json.dumps(as_told(judged), indent=2, ensure_ascii=False))
    else:
        _print(judged)
    if judged.problem is not None:
        return PARTIAL if judged.problem["code"] == "edit_refused" else exit_status_of(str(judged.problem["code"]))
    return ALL_PROVEN if judged.test is not None and judged.test.evidence["verified"] else PARTIAL


def text_of(suite: Path) -> str:
    """Raises InputError."""
    if not suite.is_file():
        raise InputError(f"{suite} is no file.", hint="Give the source and then the file with its tests.")
    if suite.stat().st_size > _MOST_BYTES:
        raise InputError(f"{suite} is larger than 1 MiB.", code="too_large", hint="Verify it in parts.")
    try:
        return suite.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{suite} cannot be read as UTF-8 text.", hint="Save it as UTF-8.") from error


async def submit(
    bench: Workbench, source: Path, text: str, framework: str | None, *, lies_at: Path | None = None
) -> Accepted:
    """Accept a session that verifies this suite. Where it lies in the project already, it is set aside there."""
    new = await asyncio.to_thread(_session_of, source, text, framework, lies_at)
    return await bench.store.accept(new)


def _session_of(source: Path, text: str, framework: str | None, lies_at: Path | None) -> NewSession:
    here = source.resolve()
    if not here.is_file() or language_of(here.name) is None:
        raise InputError(
            f"{source} is no source file.", hint="Give a file in a language that tests can be written for."
        )
    if len(text.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        raise InputError("The tests are larger than 1 MiB.", code="too_large", hint="Verify them in parts.")
    root = project_root(here.parent)
    path, view = here.relative_to(root).as_posix(), FolderView(root)
    content = view.text(path)
    if content is None:
        raise InputError(f"{source} is not UTF-8 text of at most 1 MiB.", hint="Name another file.")
    chosen = framework_for(path, view, framework, read_config(view))
    aside = None
    if lies_at is not None and lies_at.resolve().is_relative_to(root):
        aside = lies_at.resolve().relative_to(root).as_posix()
    suite = Suite(text=text, aside=aside)
    return NewSession(
        owner=_OWNER,
        repository_id=root.name,
        repository_root=str(root),
        branch=None,
        framework=chosen,
        files=(SourceFile(path=path, text=content, framework=chosen, from_folder=True),),
        options=Options(),
        writer=PERSON,
        model=None,
        estimate_seconds=30,
        request_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        driver="cli",
        pin=pin_of(str(root), {path: content}),
        suites={path: suite},
    )


async def judgement(bench: Workbench, session_id: str) -> Judged:
    tests = await bench.store.tests(session_id)
    files: list[FileRecord] = await bench.store.files(session_id)
    problem = next((dict(file.error) for file in files if file.error), None)
    test = tests[0] if tests and problem is None else None
    refused = [] if test is not None else await _refused(bench, session_id)
    return Judged(session_id=session_id, test=test, problem=problem, refused=refused)


async def _refused(bench: Workbench, session_id: str) -> list[dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    after = 0
    while events := await bench.store.events_after(session_id, after):
        told |= {drop["name"]: drop for event in events for drop in event.payload.get("dropped") or ()}
        after = events[-1].id
    return list(told.values())


def as_told(judged: Judged) -> dict[str, Any]:
    """For machines: what was seen of the tests, or why they do not hold."""
    told: dict[str, Any] = {"sessionId": judged.session_id, "holds": judged.test is not None}
    if judged.test is None:
        return told | {"problem": judged.problem, "refused": judged.refused}
    unnoticed = [mutant for mutant in judged.test.mutants if mutant.get("status") == "survived"]
    return told | {
        "holds": bool(judged.test.evidence.get("verified")),
        "evidence": dict(judged.test.evidence),
        "missedLines": list(judged.test.coverage.get("missed") or ()),
        "unnoticed": [{key: one[key] for key in ("line", "before", "after")} for one in unnoticed],
    }


def _print(judged: Judged) -> None:
    if judged.test is None:
        problem = judged.problem or {"message": "It was stopped."}
        if not judged.refused:
            print(f"✕ {problem['message']}")
            if hint := problem.get("hint"):
                print(f"  {hint}")
            return
        tests = "1 test does" if len(judged.refused) == 1 else f"{len(judged.refused)} tests do"
        print(f"✕ {tests} not hold:")
        for one in judged.refused:
            print(f"  {one['name']} ({one['gate']}): {one['reason']}")
        return
    evidence = judged.test.evidence
    if not evidence["verified"]:
        print(f"○ not verified: {evidence['reason']}")
        return
    after, mutants = evidence["coverage"]["after"]["lines"], evidence.get("mutants")
    covered = "coverage not measured" if after is None else f"lines {after:g} %"
    noticed = f", notice {mutants['killed']} of {mutants['sampled']} changes" if mutants else ""
    runs = f"passed {evidence['passedRuns']} of {evidence['runs']} runs"
    print(f"● {judged.test.file_path}  {evidence['testCount']} tests, {runs}, {covered}{noticed}")
    for one in as_told(judged)["unnoticed"]:
        print(f"  no test notices line {one['line']}: {one['before']} becomes {one['after']}")


def run(source: Path, suite: Path, framework: str | None, *, as_json: bool) -> int:
    return asyncio.run(verify_file(source, suite, framework, as_json=as_json))
