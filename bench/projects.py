"""Public projects as they are found: what is detected in a clean checkout, and how soon a first test is proven there.

    python bench/projects.py FOLDER [WORDS …] [--seconds 420] [--json FILE]

FOLDER holds (or gets) a clone of each; a project is copied from there at the commit below, and nothing is configured.
`testwright doctor` says what was found, which is held against what is written down here; then `testwright generate .
--install` works on the whole project and is stopped at its first proven suite: one that passed all its runs and reached
lines of the file that it is about.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
_PROGRAM = (sys.executable, "-m", "testwright")
_TOO_MANY = "are too many at once"
_RISKIEST = "20"


@dataclass(frozen=True, slots=True)
class Project:
    """`language`, `framework` and `tests` (where a suite belongs) were found by reading the project by hand."""

    name: str
    commit: str
    language: str
    framework: str
    tests: str


# Chosen in November 2026, before any of them was tried: known libraries in several frameworks, layouts and monorepos.
PROJECTS = (
    Project("pallets/click", "2c8cd3ac", "python", "pytest", "tests/test_"),
    Project("more-itertools/more-itertools", "2fe1b2e", "python", "unittest", "tests/test_"),
    Project("jmespath/jmespath.py", "2ad18b0", "python", "pytest", "tests/test_"),
    Project("mahmoud/boltons", "967864f", "python", "pytest", "tests/test_"),
    Project("pypa/packaging", "053c8846", "python", "pytest", "tests/test_"),
    Project("python-attrs/attrs", "c1dc5dcb", "python", "pytest", "tests/test_"),
    Project("marshmallow-code/marshmallow", "341b927f", "python", "pytest", "tests/test_"),
    Project("python-humanize/humanize", "c3a124c", "python", "pytest", "tests/test_"),
    Project("pallets/itsdangerous", "672971d", "python", "pytest", "tests/test_itsdangerous/test_"),
    Project("iamkun/dayjs", "0f6c19e3", "javascript", "jest", "test/"),
    Project("expressjs/express", "a3714473", "javascript", "mocha", "test/"),
    Project("unjs/defu", "80c0146", "typescript", "vitest", "test/"),
    Project("micromatch/micromatch", "8bd704e", "javascript", "mocha", "test/"),
    Project("fastify/fastify-plugin", "f06b46c", "javascript", "node:test", "test/"),
    Project("npm/node-semver", "6e05b76", "javascript", "node:test", "test/"),
    Project("reduxjs/redux-toolkit", "74200d87", "typescript", "vitest", "/tests/"),
    Project("colinhacks/zod", "e516c3baf", "typescript", "vitest", "/tests/"),
    Project("reduxjs/reselect", "93bb490", "typescript", "vitest", "test/"),
    Project("immerjs/immer", "061c242", "typescript", "vitest", "__tests__/"),
    Project("jquense/yup", "ff31eee", "typescript", "vitest", "test/"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was seen of one project. `seconds` are those to the first proven suite, an installation included."""

    project: str
    found: str
    is_right: bool
    command: str
    seconds: float | None
    first: str
    failed: int


def main() -> None:
    asked = _asked()
    chosen = [one for one in PROJECTS if not asked.words or any(word in one.name for word in asked.words)]
    outcomes = []
    with tempfile.TemporaryDirectory() as home:
        for project in chosen:
            with tempfile.TemporaryDirectory() as work:
                copy = Path(work) / project.name.partition("/")[2]
                _check_out(project, asked.folder, copy)
                outcomes.append(asyncio.run(_tried(project, copy, Path(asked.home or home), asked.seconds)))
            print(row_of(outcomes[-1]), flush=True)
    proven = sum(one.seconds is not None for one in outcomes)
    print(f"\nright: {sum(one.is_right for one in outcomes)} of {len(outcomes)}; proven: {proven} of {len(outcomes)}")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1), encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seconds", type=float, default=420)
    parser.add_argument("--home", type=Path, help="Keep Testwright's home there: runners and packages stay installed.")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _check_out(project: Project, folder: Path, copy: Path) -> None:
    clone = folder / copy.name
    if not clone.exists():
        _git("clone", "--quiet", f"https://github.com/{project.name}", str(clone))
    _git("clone", "--quiet", "--shared", "--no-checkout", str(clone), str(copy))
    _git("-C", str(copy), "checkout", "--quiet", project.commit)


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, timeout=600)


async def _tried(project: Project, copy: Path, home: Path, seconds: float) -> Outcome:
    env = {**os.environ, "TESTWRIGHT_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    found, is_right = _detected(project, copy, env)
    words = ["generate", ".", "--install"]
    seen = await _until_proven(words, copy, env, seconds)
    if _TOO_MANY in seen.said:
        words += ["--riskiest", _RISKIEST]
        seen = await _until_proven(words, copy, env, seconds)
    return Outcome(
        project=f"{project.name.partition('/')[2]} {project.commit[:7]}",
        found=found,
        is_right=is_right,
        command=" ".join(words),
        seconds=seen.seconds,
        first=seen.first or f"none: {seen.said}",
        failed=seen.failed,
    )


def _detected(project: Project, copy: Path, env: Mapping[str, str]) -> tuple[str, bool]:
    argv = [*_PROGRAM, "doctor", ".", "--json"]
    ended = subprocess.run(argv, cwd=copy, env=env, capture_output=True, timeout=300)
    told = json.loads(ended.stdout)["project"]
    first = next(one["value"] for one in told if one["what"] == "language")
    at = next(n for n, one in enumerate(told) if one["what"] == f"framework ({project.language})")
    framework = told[at]
    tests = next((one["value"] for one in told[at + 1 :] if one["what"] == "tests go to"), "")
    is_right = (
        first == project.language
        and framework["value"] == project.framework
        and f"/{project.tests.strip('/')}" in f"/{tests}"
    )
    return f"{first}, {framework['value']} ({framework['because']}), {tests}", is_right


@dataclass(slots=True)
class _Seen:
    seconds: float | None = None
    first: str = ""
    said: str = ""
    failed: int = 0


async def _until_proven(words: Sequence[str], copy: Path, env: Mapping[str, str], seconds: float) -> _Seen:
    started, seen = time.monotonic(), _Seen()
    with tempfile.TemporaryFile() as complaints:
        process = await asyncio.create_subprocess_exec(
            *_PROGRAM,
            *words,
            "--ndjson",
            cwd=copy,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            limit=1 << 26,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(seconds):
                await _read(process.stdout, seen)
            if seen.first:
                seen.seconds = round(time.monotonic() - started, 1)
        except TimeoutError:
            seen.said = f"not within {seconds:.0f} s; last: {seen.said}"
        finally:
            await _end(process)
        complaints.seek(0)
        if not seen.first and not seen.said:
            seen.said = complaints.read().decode(errors="replace").strip().splitlines()[0]
    return seen


async def _read(events: asyncio.StreamReader | None, seen: _Seen) -> None:
    assert events is not None
    async for line in events:
        event = json.loads(line)
        if event["type"] == "test_generated" and (first := _proven(event)):
            seen.first = first
            return
        if event["type"] == "file_failed":
            seen.failed += 1
            seen.said = f"{event['filePath']}: {event['error']['message']}"


def _proven(event: Mapping[str, Any]) -> str:
    """In words; empty where nothing was proven."""
    evidence = event["generatedTest"]["evidence"]
    lines = ((evidence.get("coverage") or {}).get("after") or {}).get("lines") or 0
    if not evidence.get("verified") or not lines:
        return ""
    mutants = evidence.get("mutants") or {}
    noticed = f", {mutants['killed']} of {mutants['sampled']} changes noticed" if mutants.get("sampled") else ""
    return f"{evidence['testCount']} for {event['filePath']}, {lines:g} % of its lines{noticed}"


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            await process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def row_of(outcome: Outcome) -> str:
    took = f"{outcome.seconds:.0f} s" if outcome.seconds is not None else "–"
    right = "yes" if outcome.is_right else "no"
    cells = (outcome.project, outcome.found, right, f"`{outcome.command}`", took, outcome.first, str(outcome.failed))
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ')[:300] for cell in cells)} |"


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is needed")
    main()
