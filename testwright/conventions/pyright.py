"""How pyright (or basedpyright) is asked about a suite, and how its answer is read."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from testwright.conventions.jsonc import json_object
from testwright.conventions.looking import is_named_by, texts_in, toml_table
from testwright.domain.conventions import Check, CheckOrder, Complaint, NotChecked
from testwright.domain.ports import ProjectView
from testwright.domain.projects import WORKSPACE, Command, Completed, InstalledTool, Limits, Runner

_LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=60), memory_mib=3072)
_UNRESOLVED = frozenset({"reportMissingImports", "reportMissingModuleSource", "reportMissingTypeStubs"})


class Pyright:
    name = "pyright"
    packages: tuple[tuple[str, str], ...] = (("npm", "pyright"), ("pypi", "pyright"))
    languages = frozenset({"python"})
    on_purpose = "pyright: ignore"

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        config = _configuration(view)
        if config is None:
            return False
        include = texts_in(config.get("include")) or (".",)
        return any(is_named_by(place, suite_path) for place in include) and not any(
            is_named_by(place, suite_path) for place in texts_in(config.get("exclude"))
        )

    def check(self, order: CheckOrder, tool: InstalledTool, runner: Runner, view: ProjectView) -> Check:
        """Files that are named take the place of `include`; everything else is as configured."""
        mounts = {mount.inside: mount for mount in (*tool.mounts, *runner.mounts)}
        argv = (*tool.program, "--outputjson", "--pythonpath", runner.program[0], order.suite_path, *order.samples)
        return Check(
            command=Command(argv=argv, workspace=view.root, mounts=tuple(mounts.values()), env=tool.env, limits=_LIMITS)
        )

    def read(self, completed: Completed, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked:
        if completed.reason != "exit":
            return NotChecked(reason=f"ended with {completed.reason.replace('-', ' ')}")
        begin, end = completed.log.find("{"), completed.log.rfind("}")
        try:
            report = json.loads(completed.log[begin : end + 1]) if completed.exit_status in (0, 1) else None
        except (ValueError, RecursionError):
            report = None
        if not isinstance(report, dict) or not isinstance(report.get("generalDiagnostics"), list):
            said = next((line for line in completed.log.splitlines() if line.strip()), completed.ending)
            return NotChecked(reason=f"stops: {said}")
        return tuple(_complaints(report["generalDiagnostics"]))


class BasedPyright(Pyright):
    name = "basedpyright"
    packages = (("pypi", "basedpyright"),)


def _complaints(entries: list[Any]) -> Iterator[Complaint]:
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("severity") != "error":
            continue
        code, line = str(entry.get("rule", "")), _line_of(entry)
        yield Complaint(
            path=str(entry.get("file", "")).removeprefix(f"{WORKSPACE}/"),
            line=line,
            code=code,
            message=str(entry.get("message", "")),
            is_unresolved=code in _UNRESOLVED,
        )


def _line_of(entry: dict[str, Any]) -> int:
    """Its lines count from 0."""
    try:
        return int(entry["range"]["start"]["line"]) + 1
    except (KeyError, TypeError, ValueError):
        return 1


def _configuration(view: ProjectView) -> dict[str, Any] | None:
    if view.exists("pyrightconfig.json"):
        return json_object(view.text("pyrightconfig.json"))
    pyproject = view.text("pyproject.toml")
    own = toml_table(pyproject, "tool", "pyright")
    return own if own is not None else toml_table(pyproject, "tool", "basedpyright")
