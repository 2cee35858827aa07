"""`testwright doctor`: what is there, what is missing, and the command that mends it; and what a project looks like."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from testwright.cli.exits import ALL_PROVEN, SET_UP
from testwright.cli.selecting import project_root
from testwright.domain.errors import PermanentError
from testwright.domain.ports import ProjectView
from testwright.domain.still import Still
from testwright.frameworks import FRAMEWORKS, preferred_because
from testwright.settings import read_settings
from testwright.sources.detecting import Finding, findings
from testwright.sources.folder import FolderView
from testwright.sources.project_config import read_config
from testwright.toolchains.checks import Check
from testwright.wiring import examine as examine_all
from testwright.wiring import language_of, project_framework, worth_testing

_GLYPHS = {"ok": "✓", "warning": "–", "failed": "✕"}


async def examine(folder: Path | None, *, as_json: bool) -> int:
    """Raises InputError where the folder's own configuration cannot be read."""
    checks = await examine_all(read_settings())
    root = await asyncio.to_thread(_root_of, folder) if folder is not None else None
    found = await asyncio.to_thread(lambda: list(detected(Still(FolderView(root))))) if root is not None else []
    if as_json:
        told = [asdict(check) for check in checks]
        project = {"checks": told, "project": [asdict(finding) for finding in found]}
        print(json.dumps(told if root is None else project, indent=2, ensure_ascii=False))
    else:
        _print(checks)
        if root is not None:
            _print_project(root, found)
    return SET_UP if any(check.status == "failed" for check in checks) else ALL_PROVEN


def _root_of(folder: Path) -> Path:
    return project_root(folder.resolve())


def detected(view: ProjectView) -> Iterator[Finding]:
    """What was found out about a project, each with what says so; what it configures goes before what is found."""
    yield from findings(view, language_of)
    config = read_config(view)
    told: set[tuple[str, str]] = set()
    for path in worth_testing(view):
        language = language_of(path) or ""
        name = project_framework(language, view, config, path)
        if (language, name) in told:
            continue
        told.add((language, name))
        preferred, because = preferred_because(language, view, path)
        origin = because if preferred == name and not config.frameworks else config.origins.get("framework", because)
        yield Finding(what=f"framework ({language})", value=name, because=origin)
        try:
            suite = FRAMEWORKS[name].suite_path(path, view)
        except PermanentError:
            continue
        yield Finding(what="tests go to", value=suite, because=f"for {path}, as the project's other tests lie")


def _print(checks: Sequence[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(f"{_GLYPHS[check.status]} {check.name:<{width}}  {check.detail}")
        if check.fix:
            print(f"  {'':<{width}}  → {check.fix}")


def _print_project(root: Path, found: Sequence[Finding]) -> None:
    print(f"\nProject {root}")
    if not found:
        print("  Nothing here that tests can be written for: no source in a language that is known.")
        return
    names, values = (max(len(getattr(one, part)) for one in found) for part in ("what", "value"))
    for one in found:
        print(f"  {one.what:<{names}}  {one.value:<{min(values, 60)}}  {one.because}")
    print("  Wrong? Say it in testwright.toml: docs/configuration.md")
