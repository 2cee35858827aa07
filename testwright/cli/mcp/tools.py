"""What an agent may ask: start, status, results, apply, verify. The same line as the terminal's, in this process."""

import asyncio
import contextlib
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testwright.api.applying import apply_suites, undo
from testwright.cli.choosing import chosen, none_left
from testwright.cli.mcp.protocol import Server, Tell, Tool, serve_standard_streams
from testwright.cli.plans import agree, plan_for, refuse_too_many
from testwright.cli.selecting import select
from testwright.cli.verifying import as_told, judgement, submit, text_of
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.errors import InputError
from testwright.domain.records import Accepted, SessionRecord, TestRecord
from testwright.domain.sessions import Options
from testwright.settings import read_settings
from testwright.sources.keeping import own_tree
from testwright.sources.picking import Choice
from testwright.wiring import Workbench, open_workbench

_INSTRUCTIONS = (
    "Testwright writes tests and proves them: they ran, passed in every order, and fail when the code is broken in"
    " small ways. Call start for source files, then status until it is over, then results; apply writes the suites"
    " into the tree. Call verify for tests that you wrote yourself: it says which do not hold, which lines they miss,"
    " and which changes to the code they do not notice."
)
_MOST_WAIT_SECONDS = 50
_OVER = frozenset({"completed", "partial", "failed", "cancelled"})


class Tools:
    """The tools of one client, and the sessions that it has started."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._walks: dict[str, asyncio.Task[None]] = {}

    def listed(self) -> list[Tool]:
        return [
            Tool(
                name="start",
                title="Generate tests",
                description="Write, run and prove tests for source files. Returns sessions at once: ask status",
                parameters=_object(
                    paths=_list("Source files or folders."),
                    since=_text("Only files that changed since this branch, tag or commit."),
                    untested=_flag("Only files without tests of their own."),
                    riskiest=_number("Only so many files of each project, the riskiest first.", least=1),
                    framework=_text("pytest, unittest, vitest, jest, mocha or node:test; found when left out."),
                    model=_text("A model's name, or explorer to ask none; as this installation is set when left out."),
                    max_cost_usd={**_number("What a session may spend on a model.", least=0), "type": "number"},
                    required=["paths"],
                ),
                call=self.start,
            ),
            Tool(
                name="status",
                title="How far a session is",
                description="State, progress and files of a session. Waits for its end, up to wait_seconds.",
                parameters=_object(
                    session_id=_text("As start gave it."),
                    wait_seconds=_number(f"0 to {_MOST_WAIT_SECONDS}; 0 when left out.", least=0),
                    required=["session_id"],
                ),
                call=self.status,
                reads_only=True,
            ),
            Tool(
                name="results",
                title="Suites with their evidence",
                description="Every suite of a session: its text, and what was seen of it.",
                parameters=_object(
                    session_id=_text("As start or verify gave it."),
                    path=_text("Of this source file alone."),
                    required=["session_id"],
                ),
                call=self.results,
                reads_only=True,
            ),
            Tool(
                name="apply",
                title="Write suites into the tree",
                description="New files, and tests added to suites; nothing is written over. undo takes that back.",
                parameters=_object(
                    session_id=_text("As start gave it."),
                    undo=_flag("Take back what was written."),
                    required=["session_id"],
                ),
                call=self.apply,
            ),
            Tool(
                name="verify",
                title="Put tests before the court",
                description=(
                    "Run tests that you wrote: in order, shuffled, each alone, and against small changes to the source."
                    " Nothing is written into the tree. Every test has to hold; the answer says which do not and why."
                ),
                parameters=_object(
                    source=_text("The source file that the tests are about."),
                    tests=_text("The text of the test file."),
                    tests_path=_text("Instead of tests: where the test file lies."),
                    framework=_text("Found when left out."),
                    required=["source"],
                ),
                call=self.verify,
            ),
        ]

    async def start(self, given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        bench = self._bench
        choice = Choice(since=given.get("since"), untested=bool(given.get("untested")), most=given.get("riskiest"))
        options = Options(model=given.get("model"), max_cost_usd=given.get("max_cost_usd"))
        names = frozenset(name for name in ("model", "max_cost_usd") if given.get(name) is not None)
        paths = [self._allowed(path) for path in given["paths"]]
        projects = await chosen(bench.store, await asyncio.to_thread(select, paths), choice)
        if not projects:
            return {"sessions": [], "message": none_left(choice)}
        refuse_too_many(sum(len(picked) for picked in projects.values()), bench.settings.max_files)
        agree(bench, options, projects, yes=False, ask=None)
        started = []
        for root, picked in projects.items():
            plan = await plan_for(bench, root, picked, framework=given.get("framework"), options=options, given=names)
            accepted = await bench.store.accept(plan.new)
            self._walk(accepted)
            started.append(
                {
                    "sessionId": accepted.session_id,
                    "project": root.name,
                    "files": [{"path": one.path, "because": list(one.because)} for one in picked],
                    "estimateSeconds": plan.time.seconds,
                }
            )
        return {"sessions": started}

    async def status(self, given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        session = await self._session(given["session_id"])
        waits = min(float(given.get("wait_seconds") or 0), _MOST_WAIT_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(waits):
                await self._followed(session.session_id, tell)
        session = await self._session(session.session_id)
        files = await self._bench.store.files(session.session_id)
        return {
            "sessionId": session.session_id,
            "status": session.status.value,
            "isOver": session.status.value in _OVER,
            "progress": session.progress,
            "message": session.current_message,
            "files": [
                {"path": one.path, "status": one.status.value, "error": dict(one.error) if one.error else None}
                for one in files
            ],
        }

    async def results(self, given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        session = await self._session(given["session_id"])
        tests = [
            test
            for test in await self._bench.store.tests(session.session_id)
            if given.get("path") in (None, test.file_path)
        ]
        return {
            "sessionId": session.session_id,
            "status": session.status.value,
            "suites": [_suite(one) for one in tests],
        }

    async def apply(self, given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        session = await self._session(given["session_id"])
        root = own_tree(session.repository_root)
        if root is None:
            raise InputError("This session has no folder to write into.", hint="Ask results for the texts.")
        store = self._bench.store
        if given.get("undo"):
            outcome = await undo(store, session.session_id, root)
        else:
            outcome = await apply_suites(store, session.session_id, root, await store.tests(session.session_id))
        return {
            "takenBack" if given.get("undo") else "written": list(outcome.changed),
            "thereAlready": list(outcome.unchanged),
            "leftAlone": [{"path": one.path, "problem": one.problem} for one in outcome.refused],
            "sourcesChangedSince": list(outcome.overtaken),
        }

    async def verify(self, given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        if ("tests" in given) == ("tests_path" in given):
            raise InputError("Give tests or tests_path, one of them.")
        lies_at = self._allowed(given["tests_path"]) if "tests_path" in given else None
        text = given.get("tests")
        if lies_at is not None:
            text = await asyncio.to_thread(text_of, lies_at)
        accepted = await submit(
            self._bench, self._allowed(given["source"]), str(text), given.get("framework"), lies_at=lies_at
        )
        self._walk(accepted)
        try:
            await self._followed(accepted.session_id, tell)
        except asyncio.CancelledError:
            await self._stop(accepted.session_id)
            raise
        return as_told(await judgement(self._bench, accepted.session_id))

    async def close(self) -> None:
        """The client is gone: nothing goes on that nobody would hear of."""
        for session_id in list(self._walks):
            await self._stop(session_id)

    def _walk(self, accepted: Accepted) -> None:
        walk = asyncio.create_task(self._bench.walk_round(accepted))
        self._walks[accepted.session_id] = walk
        walk.add_done_callback(lambda _: self._walks.pop(accepted.session_id, None))

    async def _stop(self, session_id: str) -> None:
        walk = self._walks.get(session_id)
        if walk is None:
            return
        walk.cancel()
        await asyncio.gather(walk, return_exceptions=True)
        await self._bench.store.cancel(session_id, LOCAL_OWNER)

    async def _followed(self, session_id: str, tell: Tell) -> None:
        store, last = self._bench.store, 0
        async with store.watch(session_id) as news:
            while True:
                for event in await store.events_after(session_id, last):
                    last = event.id
                    await tell(float(event.payload["progress"]) / 100, str(event.payload["message"]))
                    if event.is_terminal:
                        return
                await news.wait(1.0)

    async def _session(self, session_id: str) -> SessionRecord:
        session = await self._bench.store.session(session_id, LOCAL_OWNER)
        if session is None:
            raise InputError(f"There is no session {session_id[:80]}.", hint="start gives one.")
        return session

    def _allowed(self, path: str) -> Path:
        """Raises InputError for what does not lie below one of the folders that are served."""
        place = Path(path)
        try:
            real = place.resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{path[:200]} is no path.") from error
        if not any(real.is_relative_to(root.expanduser().resolve()) for root in self._bench.settings.roots):
            raise InputError(
                f"{path[:200]} does not lie below a folder that is served.",
                hint="Start the server in the project's folder, or list it in TESTWRIGHT_ROOTS.",
            )
        return place


def _suite(test: TestRecord) -> dict[str, Any]:
    return {
        "path": test.file_path,
        "testFilePath": test.test_file_path,
        "testCode": test.test_code,
        "evidence": dict(test.evidence),
        "dropped": [dict(one) for one in test.dropped],
        "possibleBugs": [dict(one) for one in test.suspects],
    }


def _object(*, required: Sequence[str], **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"properties": properties, "required": list(required)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _flag(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


def _number(description: str, *, least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "description": description}


def _list(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": description}


async def serve() -> int:
    """Until the client closes our input. Only the protocol's messages go to standard output."""
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    with contextlib.redirect_stdout(sys.stderr):
        async with open_workbench(read_settings()) as bench:
            tools = Tools(bench)
            try:
                await serve_standard_streams(Server(tools.listed(), _INSTRUCTIONS, out=out))
            finally:
                await tools.close()
    return 0
