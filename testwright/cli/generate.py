"""`testwright generate`: the same pipeline as the service's, walked in this process."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from testwright.api.applying import apply_suites, overtaken_line
from testwright.cli import own_tests
from testwright.cli.choosing import chosen, none_left
from testwright.cli.consent import question_on
from testwright.cli.costs import taken
from testwright.cli.display import show
from testwright.cli.exits import ALL_PROVEN, PARTIAL, STOPPED, exit_status_of
from testwright.cli.installing import offer_installs
from testwright.cli.plans import Plan, agree, announced, plan_for, print_plans, refuse_too_many
from testwright.domain.errors import InputError
from testwright.domain.records import Accepted, FileRecord, TestRecord
from testwright.domain.sessions import FileStatus, Options
from testwright.settings import read_settings
from testwright.sources.keeping import imported_at
from testwright.sources.picking import Choice
from testwright.store import Store
from testwright.wiring import Workbench, open_workbench

_OWNER = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed. `projects` are the files to choose from by the folder of their project.

    `given` are the names of those options that were typed: the others are for the project to say.
    """

    projects: Mapping[Path, list[str]]
    framework: str | None
    options: Options
    given: frozenset[str]
    as_json: bool
    apply: bool
    choice: Choice
    yes: bool = False
    record: Path | None = None
    replay: Path | None = None
    dry_run: bool = False
    as_events: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One project's session, when it is over."""

    root: Path
    session_id: str
    pin: str | None
    files: list[FileRecord]
    tests: dict[str, TestRecord]
    written: tuple[str, ...] = ()
    not_written: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


async def generate_all(wish: Wish) -> int:
    """Generate for every project that the paths lie in. Returns the exit status."""
    settings = read_settings()
    if wish.record is not None or wish.replay is not None:
        settings = settings.model_copy(update={"record": wish.record, "replay": wish.replay})
    _end_as_ctrl_c_does(signal.SIGTERM, signal.SIGHUP)
    ended: list[Ended] = []
    async with open_workbench(settings) as bench:
        projects = await chosen(bench.store, wish.projects, wish.choice)
        if not projects:
            print(none_left(wish.choice), file=sys.stderr)
        _refuse_import(projects, wish)
        refuse_too_many(sum(len(picked) for picked in projects.values()), settings.max_files)
        plans = [
            await plan_for(bench, root, picked, framework=wish.framework, options=wish.options, given=wish.given)
            for root, picked in projects.items()
        ]
        if wish.dry_run:
            print_plans(plans, as_json=wish.as_json)
            return ALL_PROVEN
        terminal = sys.stdin.isatty() and sys.stderr.isatty()
        agree(bench, wish.options, projects, yes=wish.yes, ask=question_on(terminal))
        plans = await offer_installs(plans, bench.tools.toolchains.installable, question_on(terminal))
        for plan in plans:
            session = await bench.store.accept(plan.new)
            try:
                await _walk(bench, session, announced(plan), as_events=wish.as_events)
            except asyncio.CancelledError:
                await bench.store.cancel(session.session_id, _OWNER)
                await bench.workspaces.close_round(session.session_id, session.round)
                ended.append(await _end(bench.store, plan, session.session_id))
                _print(ended, wish)
                print(f"Stopped. Finished files are kept: testwright sessions {session.session_id}", file=sys.stderr)
                return STOPPED
            ended.append(await _end(bench.store, plan, session.session_id))
        if wish.apply:
            ended = [await _applied(bench.store, one) for one in ended]
    _print(ended, wish)
    return _status(ended)


def _refuse_import(projects: Iterable[Path], wish: Wish) -> None:
    """What was imported stays as it came, so that what was found of it stays true."""
    if wish.apply and any(imported_at(root) is not None for root in projects):
        raise InputError(
            "There is no tree of yours to write into.",
            code="no_folder",
            hint="Leave --apply out; testwright sessions SESSION --patch prints what git apply takes.",
        )


def _end_as_ctrl_c_does(*numbers: signal.Signals) -> None:
    """A closed terminal or a cancelled CI job must not leave a session that seems to go on for ever."""
    task = asyncio.current_task()
    assert task is not None
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _walk(bench: Workbench, session: Accepted, title: str, *, as_events: bool) -> None:
    async with aclosing(_events(bench.store, session.session_id)) as events, asyncio.TaskGroup() as group:
        group.create_task(bench.walk_round(session))
        group.create_task(_printed(events) if as_events else _shown(events, title))


async def _printed(events: AsyncIterator[Mapping[str, Any]]) -> None:
    async for event in events:
        print(json.dumps(event, ensure_ascii=False), flush=True)


async def _shown(events: AsyncIterator[Mapping[str, Any]], title: str) -> None:
    last = await show(events, title=title)
    summary = (last or {}).get("summary") or {}
    if summary and (summary.get("tokens") or summary.get("costUsd") is None):
        print(f"The model took {taken(summary.get('tokens') or 0, summary.get('costUsd'))}.", file=sys.stderr)


async def _events(store: Store, session_id: str) -> AsyncGenerator[Mapping[str, Any], None]:
    last = 0
    async with store.watch(session_id) as news:
        while True:
            for event in await store.events_after(session_id, last):
                last = event.id
                yield event.payload
                if event.is_terminal:
                    return
            await news.wait(1.0)


async def _end(store: Store, plan: Plan, session_id: str) -> Ended:
    tests = {test.file_path: test for test in await store.tests(session_id)}
    files = await store.files(session_id)
    return Ended(root=plan.root, session_id=session_id, pin=plan.new.pin, files=files, tests=tests)


async def _applied(store: Store, ended: Ended) -> Ended:
    outcome = await apply_suites(store, ended.session_id, ended.root, ended.tests.values())
    refused = tuple(f"{one.path}: {one.problem}" for one in outcome.refused)
    written = (*outcome.changed, *outcome.unchanged)
    return replace(ended, written=written, not_written=refused, warned=outcome.overtaken)


def _print(ended: Sequence[Ended], wish: Wish) -> None:
    if wish.as_events:
        return
    if wish.as_json:
        print(json.dumps({"sessions": [_as_json(one) for one in ended]}, indent=2, ensure_ascii=False))
        return
    for one in ended:
        for file in one.files:
            test = one.tests.get(file.path)
            print(line_of(file, test))
            for line in (
                *_without_the_model(test),
                *_suspicions(test),
                *skipped_lines(test),
                *(own_tests.notes(test) if test else ()),
            ):
                print(line)
        for line in _how_to_run(one) if wish.apply else ():
            print(line, file=sys.stderr)
        for problem in one.not_written:
            print(f"not written  {problem}", file=sys.stderr)
        for path in one.warned:
            print(overtaken_line(path), file=sys.stderr)
        suites = [test for test in one.tests.values() if test.test_code]
        if not wish.apply:
            for test in suites:
                print(f"\n{own_tests.shown(test)}", end="")
            if suites:
                print("\nNothing was written. Add --apply to put the suites into the tree.", file=sys.stderr)


def _how_to_run(ended: Ended) -> list[str]:
    """One line for each runner: what to type, and whether the project lacks it."""
    written = [test.evidence for test in ended.tests.values() if test.test_file_path in ended.written]
    commands: dict[str, list[str]] = {}
    for evidence in written:
        if evidence["verified"]:
            program, _, path = evidence["runWith"].rpartition(" ")
            commands.setdefault(program, []).append(path)
    brought = {evidence["runner"] for evidence in written if evidence.get("runnerFrom") == "testwright"}
    lines = [f"Run them with: {program} {' '.join(paths)}" for program, paths in commands.items()]
    if brought and ended.written:
        lines.append(f"The project has no {' and no '.join(sorted(brought))} installed: install it first.")
    return lines


def line_of(file: FileRecord, test: TestRecord | None) -> str:
    if test is None or file.status is not FileStatus.COMPLETED:
        error = file.error or {"message": f"{file.path} was {file.status.value}."}
        said = " ".join(_sentence(part) for part in (error["message"], error.get("hint")) if part)
        return f"✕ {file.path}  {said}"
    evidence = test.evidence
    if not evidence["verified"]:
        return f"○ {file.path} → {test.test_file_path}  not verified: {evidence['reason']}"
    before, after = evidence["coverage"]["before"]["lines"], evidence["coverage"]["after"]["lines"]
    covered = "coverage not measured" if after is None else f"lines {_percent(before)} → {_percent(after)}"
    runs = f"passed {evidence['passedRuns']} of {evidence['runs']} runs"
    tests = f"{evidence['testCount']} {'test' if evidence['testCount'] == 1 else 'tests'}"
    how = "  added" if "addedTo" in evidence else " "
    edges = _edge_cases(evidence)
    return f"● {file.path} → {test.test_file_path}{how} {tests}, {runs}, {covered}{edges}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _edge_cases(evidence: Mapping[str, Any]) -> str:
    edges = evidence.get("edgeCases") or ()
    return f", edge cases {sum(bool(edge['coveredBy']) for edge in edges)} of {len(edges)}" if edges else ""


def _suspicions(test: TestRecord | None) -> Iterator[str]:
    """Possible bugs, each in one line; the whole of it is in the answer for machines and on the page."""
    suspects = test.suspects if test is not None else ()
    if not suspects:
        return
    number = f"{len(suspects)} suspected {'bug' if len(suspects) == 1 else 'bugs'}"
    yield f"  ? {number}, kept apart and never applied (as tests: testwright sessions SESSION --suspects):"
    for suspect in suspects:
        place = f"{suspect['symbol']}, line {suspect['line']}"
        yield f"    {place}: {suspect['input']} gives {suspect['observed']}; expected: {suspect['expected']}"


def _without_the_model(test: TestRecord | None) -> Iterator[str]:
    """Why a model wrote less than it was to, or nothing."""
    problem = test.evidence.get("modelProblem") if test is not None else None
    if problem:
        more = " Again with a higher --max-cost-usd goes on." if _is_over_budget(test) else ""
        share = "less than it was to" if test and test.evidence.get("tokens") else "nothing here"
        yield f"  ! The model wrote {share}: {_sentence(str(problem))}{more}"


def _is_over_budget(test: TestRecord | None) -> bool:
    return test is not None and test.evidence.get("modelProblemCode") == "budget_reached"


_MOST_SKIPPED = 5


def skipped_lines(test: TestRecord | None) -> Iterator[str]:
    """What the explorer had to leave alone, a line each."""
    skipped = test.evidence.get("skipped", ()) if test is not None else ()
    for each in skipped[:_MOST_SKIPPED]:
        yield f"  ! skipped{' ' if each['symbol'] else ''}{each['symbol']}, because {each['because']}"
    if len(skipped) > _MOST_SKIPPED:
        yield f"  ! and {len(skipped) - _MOST_SKIPPED} more"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:g} %"


def _as_json(ended: Ended) -> dict[str, Any]:
    return {
        "sessionId": ended.session_id,
        "project": ended.root.name,
        "pin": ended.pin,
        "files": [
            {
                "path": file.path,
                "status": file.status.value,
                "framework": file.framework,
                "error": file.error,
                "test": None if (test := ended.tests.get(file.path)) is None else _test_json(test, ended),
            }
            for file in ended.files
        ],
    }


def _test_json(test: TestRecord, ended: Ended) -> dict[str, Any]:
    return {
        "testId": test.test_id,
        "testFilePath": test.test_file_path,
        "testCode": test.test_code,
        "written": test.test_file_path in ended.written,
        "evidence": test.evidence,
        "dropped": list(test.dropped),
        "suspects": list(test.suspects),
    }


def _status(ended: Sequence[Ended]) -> int:
    files = [(one, file) for one in ended for file in one.files]
    proven = [
        file for one, file in files if file.status is FileStatus.COMPLETED and one.tests[file.path].evidence["verified"]
    ]
    unwritten = any(one.not_written for one in ended)
    if len(proven) == len(files):
        return PARTIAL if unwritten else ALL_PROVEN
    codes = {str(file.error["code"]) for _, file in files if file.error}
    if not proven and len(codes) == 1 and exit_status_of(next(iter(codes))) in (3, 4):
        return exit_status_of(next(iter(codes)))
    return PARTIAL
