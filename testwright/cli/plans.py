"""What is about to be done, and what it will take, before any of it begins."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.api.estimates import Estimate, Spending, estimate, expected_spending, in_words
from testwright.cli.costs import taken
from testwright.domain.records import NewSession
from testwright.sources.git_history import commit_of
from testwright.sources.keeping import imported_at
from testwright.sources.picking import Picked
from testwright.wiring import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One project's session before it is accepted. `pin` is the commit, or the archive's hash, that it looks at."""

    root: Path
    picked: Sequence[Picked]
    new: NewSession
    time: Estimate
    spending: Spending
    pin: str | None = None


async def expectations(bench: Workbench, writer: str, frameworks: Sequence[str]) -> Estimate:
    return await estimate(bench.store, writer=writer, frameworks=frameworks, width=bench.settings.width)


async def planned(bench: Workbench, root: Path, picked: Sequence[Picked], new: NewSession, time: Estimate) -> Plan:
    models = bench.models
    spending = await expected_spending(bench.store, new, lambda name: models.price_of(models.named(name)))
    imported = imported_at(root)
    pin = imported.pin if imported is not None else await asyncio.to_thread(commit_of, root)
    return Plan(root=root, picked=picked, new=new, time=time, spending=spending, pin=pin)


def announced(plan: Plan) -> str:
    """One line: how many files, how long, and what a model will take."""
    files = f"{len(plan.picked)} {'file' if len(plan.picked) == 1 else 'files'}"
    time = f"about {in_words(plan.time.seconds)} ({in_words(plan.time.low)} to {in_words(plan.time.high)})"
    asked = f", about {taken(plan.spending.tokens, plan.spending.usd)}" if plan.new.model is not None else ""
    return f"{plan.root.name}: {files}, {time}{asked}"


def print_plans(plans: Sequence[Plan], *, as_json: bool) -> None:
    """For `--dry-run`: every file with what speaks for it."""
    if as_json:
        print(json.dumps({"projects": [_as_json(plan) for plan in plans]}, indent=2, ensure_ascii=False))
        return
    for plan in plans:
        print(announced(plan))
        frameworks = {file.path: file.framework for file in plan.new.files}
        for one in plan.picked:
            print(f"  {one.path}  {', '.join((frameworks[one.path], *one.because))}")
    print("Nothing was started: that was a dry run.", file=sys.stderr)


def _as_json(plan: Plan) -> Mapping[str, Any]:
    frameworks = {file.path: file.framework for file in plan.new.files}
    return {
        "project": plan.root.name,
        "files": [
            {"path": one.path, "framework": frameworks[one.path], "because": list(one.because)} for one in plan.picked
        ],
        "pin": plan.pin,
        "writer": plan.new.writer,
        "model": plan.new.model,
        "seconds": plan.time.seconds,
        "secondsLow": plan.time.low,
        "secondsHigh": plan.time.high,
        "tokens": plan.spending.tokens,
        "costUsd": plan.spending.usd,
    }
