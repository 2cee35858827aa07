"""How mypy is asked about a suite, and how its answer is read."""

import re
from datetime import timedelta
from typing import Any

from testwright.conventions.looking import folders_above, ini_section, is_named_by, texts_in, toml_table
from testwright.domain.conventions import Check, CheckOrder, Complaint, NotChecked
from testwright.domain.ports import ProjectView
from testwright.domain.projects import WORKSPACE, Command, Completed, InstalledTool, Limits, Runner
from testwright.domain.python_modules import import_root

_LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=60))
_PLAIN = (
    "--no-incremental",
    "--cache-dir=/tmp/mypy",
    "--no-error-summary",
    "--hide-error-context",
    "--no-color-output",
    "--no-pretty",
    "--show-error-codes",
)
_COMPLAINT = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+)(?::\d+)*: error: (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$"
)
_UNRESOLVED = frozenset({"import", "import-not-found", "import-untyped"})


class Mypy:
    name = "mypy"
    packages = (("pypi", "mypy"),)
    languages = frozenset({"python"})
    on_purpose = "type: ignore"

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """Where the configuration names what is to be checked, the suite has to be among it."""
        found = _configuration(suite_path, view)
        return found is not None and _takes_in(found[1], suite_path)

    def check(self, order: CheckOrder, tool: InstalledTool, runner: Runner, view: ProjectView) -> Check:
        found = _configuration(order.suite_path, view)
        assert found is not None
        root = import_root(order.source_path, view)
        return Check(
            command=Command(
                argv=(*tool.program, f"--config-file={found[0]}", *_PLAIN, order.suite_path, *order.samples),
                workspace=view.root,
                mounts=tool.mounts,
                env=(*tool.env, ("MYPYPATH", f"{WORKSPACE}/{root}".rstrip("/"))),
                limits=_LIMITS,
            )
        )

    def read(self, completed: Completed, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked:
        if completed.reason != "exit":
            return NotChecked(reason=f"ended with {completed.reason.replace('-', ' ')}")
        found = [match for line in completed.log.splitlines() if (match := _COMPLAINT.match(line))]
        complaints = tuple(
            Complaint(
                path=match["path"],
                line=int(match["line"]),
                code=match["code"] or "",
                message=match["message"],
                is_unresolved=match["code"] in _UNRESOLVED,
            )
            for match in found
        )
        is_answer = completed.exit_status in (0, 1) or any(each.path == order.suite_path for each in complaints)
        if not is_answer or (completed.exit_status != 0 and not complaints):
            said = next((line for line in completed.log.splitlines() if line.strip()), completed.ending)
            return NotChecked(reason=f"stops: {said}")
        return complaints


def _configuration(suite_path: str, view: ProjectView) -> tuple[str, dict[str, Any]] | None:
    """The file that configures mypy, the nearest first, and what it says."""
    for folder in folders_above(suite_path):
        start = f"{folder}/" if folder else ""
        for name in ("mypy.ini", ".mypy.ini", "setup.cfg"):
            table = ini_section(view.text(f"{start}{name}"), "mypy") if view.exists(f"{start}{name}") else None
            if table is not None:
                return f"{start}{name}", dict(table)
        table = toml_table(view.text(f"{start}pyproject.toml"), "tool", "mypy")
        if table is not None:
            return f"{start}pyproject.toml", table
    return None


def _takes_in(config: dict[str, Any], suite_path: str) -> bool:
    if any(_is_left_out(pattern, suite_path) for pattern in _listed(config.get("exclude"))):
        return False
    files, packages = _listed(config.get("files")), _listed(config.get("packages"))
    modules = _listed(config.get("modules"))
    if not files and not packages and not modules:
        return True
    dotted = suite_path.removesuffix(".py").replace("/", ".")
    return any(is_named_by(place, suite_path) for place in files) or any(
        dotted == name or dotted.startswith(f"{name}.") for name in (*packages, *modules)
    )


def _listed(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(each for each in re.split(r"[,\n]\s*", value.strip()) if each)
    return texts_in(value)


def _is_left_out(pattern: str, path: str) -> bool:
    try:
        return re.search(pattern, path) is not None
    except re.error:
        return False
