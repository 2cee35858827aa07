"""What is about to be done, and what it will take, before any of it begins."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.api.estimates import Estimate, Spending, estimate, expected_spending, in_words
from testwright.cli.consent import ask_consent
from testwright.cli.costs import taken
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.configuration import ProjectConfig
from testwright.domain.errors import InputError
from testwright.domain.ports import ProjectView
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.still import Still
from testwright.sources.folder import FolderView
from testwright.sources.picking import Picked
from testwright.sources.pinning import pin_of, texts_of
from testwright.sources.project_config import read_config
from testwright.wiring import Workbench, framework_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One project's session before it is accepted."""

    root: Path
    picked: Sequence[Picked]
    new: NewSession
    time: Estimate
    spending: Spending


async def plan_for(
    bench: Workbench,
    root: Path,
    picked: Sequence[Picked],
    *,
    framework: str | None,
    options: Options,
    given: frozenset[str],
) -> Plan:
    """`given` are the names of those options that somebody chose: the others are for the project to say."""
    view = Still(FolderView(root))
    config = read_config(view)
    options = config.applied(options, given)
    files = tuple(_source(view, one.path, framework, config) for one in picked)
    writer, model = bench.writer_for(options)
    names = [file.framework for file in files]
    time = await estimate(bench.store, writer=writer, frameworks=names, width=bench.settings.width)
    new = NewSession(
        owner=LOCAL_OWNER,
        repository_id=root.name,
        repository_root=str(root),
        branch=None,
        framework=names[0] if len(set(names)) == 1 else "",
        files=files,
        options=options,
        writer=writer,
        model=model,
        estimate_seconds=time.seconds,
        request_hash=hashlib.sha256(repr((files, options)).encode("utf-8", "surrogatepass")).hexdigest(),
        driver="cli",
        pin=await asyncio.to_thread(pin_of, str(root), texts_of(files)),
    )
    models = bench.models
    spending = await expected_spending(bench.store, new, lambda name: models.price_of(models.named(name)))
    return Plan(root=root, picked=picked, new=new, time=time, spending=spending)


def _source(view: ProjectView, path: str, framework: str | None, config: ProjectConfig) -> SourceFile:
    text = view.text(path)
    if text is None:
        raise InputError(f"{path} is not UTF-8 text of at most 1 MiB.", hint="Leave it out.")
    chosen = framework_for(path, view, framework, config)
    return SourceFile(path=path, text=text, framework=chosen, from_folder=True)


def refuse_too_many(count: int, most: int) -> None:
    if count > most:
        raise InputError(
            f"{count} files are too many at once; the limit is {most}.",
            hint="Take the --riskiest of them or a smaller folder, or raise TESTWRIGHT_MAX_FILES.",
        )


def agree(
    bench: Workbench, options: Options, projects: Iterable[Path], *, yes: bool, ask: Callable[[str], str] | None
) -> None:
    """Raises InputError `consent_needed`. Nothing of any project has been sent by then."""
    _, model = bench.writer_for(options)
    if model is not None and bench.models.replays is not None:
        print(f"Replaying {bench.models.replays.folder}: {bench.models.replays.note}", file=sys.stderr)
    receiver = bench.models.receiver(bench.models.named(model)) if model is not None else None
    if receiver is not None:
        for root in projects:
            ask_consent(bench.settings.home, root, receiver, yes=yes, ask=ask)


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
        "pin": plan.new.pin,
        "writer": plan.new.writer,
        "model": plan.new.model,
        "seconds": plan.time.seconds,
        "secondsLow": plan.time.low,
        "secondsHigh": plan.time.high,
        "tokens": plan.spending.tokens,
        "costUsd": plan.spending.usd,
    }
