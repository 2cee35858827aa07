"""`testwright github-action`: what `action.yml` runs. Tests for the diff, a job summary, one comment, annotations.

All that it is told comes from the environment, as GitHub's runner sets it. What pull requests of strangers hold (names
of files, code) goes into files and messages only as data.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.api.applying import sources_of
from testwright.cli.exits import ALL_PROVEN, PARTIAL, USAGE
from testwright.cli.storage import open_store
from testwright.domain.errors import InputError, TestwrightError
from testwright.domain.records import TestRecord
from testwright.sources.export import as_patch, files_to_export, not_rejected
from testwright.sources.github import GitHub, Place
from testwright.sources.reports import REPORTS, as_markdown

MARK = "<!-- testwright: tests for this diff -->"
_OWNER = "local"
_NO_COMMIT = "0" * 40
_MOST_ANNOTATIONS = 10
_MOST_LETTERS = 60_000
"""GitHub takes 65,536 in a comment."""
_FAIL_ON = ("never", "unproven", "possible-bug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the run left: its exit status, the sessions, and their suites."""

    status: int
    sessions: Sequence[Mapping[str, Any]]
    tests: Sequence[TestRecord]
    sources: Mapping[str, str]

    @property
    def unproven(self) -> list[Mapping[str, Any]]:
        files = [file for session in self.sessions for file in session["files"]]
        return [file for file in files if not (file["test"] or {}).get("evidence", {}).get("verified")]


def run(environment: Mapping[str, str]) -> int:
    """Returns the exit status of the step. Raises InputError when it was set up wrongly."""
    fail_on = _said(environment, "FAIL_ON") or "never"
    if fail_on not in _FAIL_ON:
        raise InputError(f"fail-on cannot be {fail_on}.", hint=f"Use one of: {', '.join(_FAIL_ON)}.")
    event = _event(environment)
    base = base_of(environment, event)
    found = _generated(command_for(environment, base))
    if found.status not in (ALL_PROVEN, PARTIAL):
        return found.status
    summary = summary_of(found, base)
    _append(environment, "GITHUB_STEP_SUMMARY", summary)
    _outputs(environment, found)
    for line in annotations(found.tests):
        print(line)
    number = (event.get("pull_request") or {}).get("number")
    if number is not None and _is_on(environment, "COMMENT"):
        asyncio.run(_comment(environment, int(number), summary))
    bugs = sum(len(test.suspects) for test in found.tests)
    failed = (fail_on == "unproven" and bool(found.unproven)) or (fail_on == "possible-bug" and bugs > 0)
    return PARTIAL if failed else ALL_PROVEN


def base_of(environment: Mapping[str, str], event: Mapping[str, Any]) -> str | None:
    """What to compare with; None for everything. Raises InputError when the event tells of nothing."""
    wanted = _said(environment, "SINCE")
    if wanted == "all":
        return None
    of_request = ((event.get("pull_request") or {}).get("base") or {}).get("sha")
    pushed = event.get("before")
    base = wanted or of_request or (pushed if pushed != _NO_COMMIT else None)
    if not base:
        raise InputError(
            "This event has no base to compare with.", hint="Give `since` a branch or commit, or `all` for every file."
        )
    return str(base)


def command_for(environment: Mapping[str, str], base: str | None) -> list[str]:
    words = ["generate", "--json", "--yes"]
    for name in ("RISKIEST", "MODEL", "MAX_COST_USD"):
        said = _said(environment, name)
        words += [f"--{name.lower().replace('_', '-')}={said}"] if said else []
    words += [f"--since={base}"] if base is not None else []
    words += ["--untested"] if _is_on(environment, "UNTESTED") else []
    words += ["--apply"] if _is_on(environment, "APPLY") else []
    return [*words, "--", *(_said(environment, "PATHS") or ".").split()]


def summary_of(found: Found, base: str | None) -> str:
    since = f" since `{base[:12]}`" if base else ""
    if not found.sessions:
        return f"### Testwright\n\nNo source file has changed{since}.\n"
    text = f"### Testwright: tests for what changed{since}\n\n{as_markdown(found.tests)}"
    if found.unproven:
        text += "\nWithout proven tests:\n\n"
        for file in found.unproven:
            error = file["error"] or {}
            reason = error.get("message") or (file["test"] or {}).get("evidence", {}).get("reason") or "stopped"
            text += f"- `{_flat(file['path'])}`: {_flat(reason)}\n"
    return text


def annotations(tests: Sequence[TestRecord]) -> list[str]:
    """At their lines in the diff: possible bugs first, then changes that no test notices."""
    bugs = [
        _annotation(
            "warning",
            test.file_path,
            suspect["line"],
            "Possible bug",
            f"{suspect['input']} gives {suspect['observed']}; expected: {suspect['expected']}",
        )
        for test in tests
        for suspect in test.suspects
    ]
    open_points = [
        _annotation(
            "notice",
            test.file_path,
            mutant["line"],
            "No test notices",
            f"{mutant['before']} changed to {mutant['after']}",
        )
        for test in tests
        for mutant in test.mutants
        if mutant.get("status") == "survived"
    ]
    return [*bugs[:_MOST_ANNOTATIONS], *open_points[:_MOST_ANNOTATIONS]]


def _annotation(kind: str, path: str, line: int, title: str, message: str) -> str:
    place = ",".join(
        f"{name}={_escaped(str(value), ',:')}" for name, value in (("file", path), ("line", line), ("title", title))
    )
    return f"::{kind} {place}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """So that what comes from code can neither end a command to the runner nor begin another."""
    for letter in "%\r\n" + more:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("`", "ˋ").replace("<", "‹").replace("|", "\\|")


def _generated(words: Sequence[str]) -> Found:
    ended = subprocess.run([sys.executable, "-m", "testwright", *words], stdout=subprocess.PIPE, check=False)
    try:
        sessions = json.loads(ended.stdout)["sessions"] if ended.stdout.strip() else []
    except (ValueError, KeyError):
        sessions = []
    return asyncio.run(_found(ended.returncode, sessions))


async def _found(status: int, sessions: Sequence[Mapping[str, Any]]) -> Found:
    tests: list[TestRecord] = []
    sources: dict[str, str] = {}
    async with open_store() as store:
        for session in sessions:
            kept = not_rejected(await store.tests(session["sessionId"]))
            tests += kept
            sources |= await sources_of(store, session["sessionId"], kept)
    return Found(status=status, sessions=sessions, tests=tests, sources=sources)


def _outputs(environment: Mapping[str, str], found: Found) -> None:
    place = Path(environment.get("RUNNER_TEMP") or ".")
    patch, sarif = place / "testwright.patch", place / "testwright.sarif"
    patch.write_text(as_patch(files_to_export(found.tests)), encoding="utf-8", newline="")
    sarif.write_text(REPORTS["sarif"].write(found.tests, found.sources), encoding="utf-8")
    told = {
        "tests": sum(len(test.evidence.get("tests") or ()) for test in found.tests),
        "possible-bugs": sum(len(test.suspects) for test in found.tests),
        "patch": patch,
        "sarif": sarif,
    }
    mark = f"end-{secrets.token_hex(8)}"
    _append(environment, "GITHUB_OUTPUT", "".join(f"{name}<<{mark}\n{value}\n{mark}\n" for name, value in told.items()))


async def _comment(environment: Mapping[str, str], number: int, summary: str) -> None:
    """A fork's token may not comment: then the job's summary has to do, and the step goes on."""
    token = environment.get("GITHUB_TOKEN")
    owner, _, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
    if not token or not name:
        return
    body = f"{MARK}\n{summary}"
    if len(body) > _MOST_LETTERS:
        body = body[:_MOST_LETTERS] + "\n\n… the rest is in the job's summary.\n"
    try:
        async with GitHub(environment.get("GITHUB_API_URL") or "https://api.github.com", token) as github:
            await github.comment_once(Place(owner=owner, name=name), number, body, MARK)
    except TestwrightError as error:
        print(f"::warning title=No comment::{_escaped(error.message)}")


def _event(environment: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _append(environment: Mapping[str, str], name: str, text: str) -> None:
    if environment.get(name):
        with Path(environment[name]).open("a", encoding="utf-8") as file:
            file.write(text)


def _said(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"INPUT_{name}", "").strip()


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return _said(environment, name).lower() == "true"


def main() -> int:
    try:
        return run(os.environ)
    except InputError as error:
        print(f"::error title=Testwright::{_escaped(f'{error.message} {error.hint or str()}')}")
        return USAGE
