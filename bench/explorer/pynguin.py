"""Pynguin beside the explorer: its suite for the same file, searched inside the same sandbox, scored in the same way.

Kept in a virtual environment of its own in the cache. Pynguin 0.48 wants Python 3.10 or newer; it is installed for
the Python that runs this bench, so that both write for the same one.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from development import CACHE, Target
from walking import Scored, scored

from testwright.domain.projects import OUT, WORKSPACE, Command, Limits, Mount
from testwright.sources.folder import FolderView
from testwright.toolchains.python import project_interpreter
from testwright.wiring import Workbench

VERSION = "0.48.0"
_START_AND_ASSERTIONS = timedelta(seconds=420)
"""What it may take around its search: most of it for its assertions, which it checks against mutants."""
_SMALL_STACKS = ("/bin/sh", "-c", 'ulimit -s 1024; exec "$@"', "sh")
"""It leaves a thread behind for each test that did not end in time: with stacks of the usual size a thousand of them
are more memory than a sandbox allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """`score` is None when it left no suite; `problem` then says how it ended."""

    seconds: float
    score: Scored | None
    suite: str = ""
    problem: str = ""


async def searched(bench: Workbench, target: Target, seconds: int) -> Rival:
    """Let Pynguin search for so many seconds, then run what it wrote with pytest.

    What it wrote is kept in the cache: the same seed gives about the same suite, and it takes minutes.
    """
    kept = CACHE / f"pynguin-{VERSION}" / "suites" / f"{target.module}-{target.version}-{seconds}s.json"
    if not kept.exists():
        found = await _searched(bench, target, seconds)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(found)), encoding="utf-8")
    rival = Rival(**json.loads(kept.read_text(encoding="utf-8")))
    if not rival.suite:
        return rival
    path = bench.tools.frameworks["pytest"].suite_path(target.path, FolderView(str(target.folder)))
    score = await scored(bench, replace(target, framework="pytest"), path, rival.suite, reruns=0)
    return replace(rival, score=score)


async def _searched(bench: Workbench, target: Target, seconds: int) -> Rival:
    interpreter = project_interpreter(str(installed()))
    if interpreter is None:
        raise SystemExit("Pynguin's virtual environment cannot be mounted")
    name = f"test_{target.module.rpartition('.')[2]}.py"
    needs = sorted(target.folder.glob(".venv/lib/python3*/site-packages"))
    limit = timedelta(seconds=seconds) + _START_AND_ASSERTIONS
    arguments = {
        "--project-path": WORKSPACE,
        "--module-name": target.module,
        "--output-path": OUT,
        "--report-dir": "/tmp/pynguin",
        "--maximum-search-time": str(seconds),
        "--seed": "1",
        # All assertions: choosing among them by mutants takes minutes, and can only lose kills.
        "--assertion-generation": "SIMPLE",
    }
    command = Command(
        argv=(
            *_SMALL_STACKS,
            interpreter.path,
            "-m",
            "pynguin",
            *(word for pair in arguments.items() for word in pair),
        ),
        workspace=str(target.folder),
        reports=(name,),
        mounts=(*interpreter.mounts, *(Mount(host=str(place), inside="/opt/needs") for place in needs)),
        env=(("PYNGUIN_DANGER_AWARE", "1"), ("PYTHONPATH", "/opt/needs"), ("PYTHONHASHSEED", "0")),
        limits=Limits(wall=limit, cpu=2 * limit, memory_mib=12288, processes=8192),
    )
    started = time.monotonic()
    completed = await bench.tools.sandbox.run(command)
    suite = completed.reports.get(name, b"").decode("utf-8", "replace")
    words = (completed.log.strip().splitlines() or ["no word"])[-1]
    problem = "" if suite.strip() else f"{completed.reason}, {completed.ending}: {words[:200]}"
    return Rival(seconds=time.monotonic() - started, score=None, suite=suite, problem=problem)


def installed() -> Path:
    """The folder that holds its `.venv`."""
    home = CACHE / f"pynguin-{VERSION}"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home / ".venv")], check=True)
        python = str(home / ".venv" / "bin" / "python")
        command = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", f"pynguin=={VERSION}"]
        subprocess.run(command, check=True, capture_output=True)
        (home / "ready").touch()
    return home
