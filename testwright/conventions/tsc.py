"""How TypeScript's own compiler is asked about a suite, and how its answer is read."""

import json
import re
from dataclasses import replace
from datetime import timedelta

from testwright.conventions.typescript_projects import (
    checks_javascript,
    declarations,
    is_javascript,
    project_of,
)
from testwright.domain.conventions import Check, CheckOrder, Complaint, NotChecked
from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView
from testwright.domain.projects import WORKSPACE, Command, Completed, InstalledTool, Limits, Runner, SuiteFile

_LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=60), memory_mib=3072)
_OURS = "tsconfig.testwright.json"
_COMPLAINT = re.compile(r"^(?P<path>[^\s(][^(\n]*)\((?P<line>\d+),\d+\): error TS(?P<code>\d+): (?P<message>.*)$")
_GLOBAL = re.compile(r"^(?:.*\.json\(\d+,\d+\): )?error TS\d+: (?P<message>.*)$")
_SETUP = re.compile(r"setup", re.IGNORECASE)
_SOURCE = re.compile(r"\.[cm]?[jt]sx?$")

_NO_TYPES = frozenset({"2580", "2581", "2582", "2583", "2584", "2591", "2592", "2593", "2868", "7016"})
"""No types for Node, for the runner, for a package: the project gets along without them."""
_NO_SUCH_NAME = frozenset({"2304", "2503", "2552", "2708"})
_OF_A_RUNNER = re.compile(r"'(?:expect|vi|jest|assert|chai|(?:before|after)(?:Each|All)?)'")
_NO_SUCH_PACKAGE = re.compile(r"Cannot find module '[^./]")


class Tsc:
    name = "tsc"
    packages = (("npm", "typescript"),)
    languages = frozenset({"typescript", "javascript"})
    on_purpose = "@ts-expect-error"

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """JavaScript is checked only where the project says `checkJs`."""
        project = project_of(suite_path, view)
        return project is not None and (not is_javascript(suite_path) or checks_javascript(project, view))

    def check(self, order: CheckOrder, tool: InstalledTool, runner: Runner, view: ProjectView) -> Check:
        """With the project's own settings, but only the suite and what it needs: ambient declarations and set-up files
        of tests count without being imported."""
        project = project_of(order.suite_path, view)
        assert project is not None
        folder = project.path.rpartition("/")[0]
        start = f"{folder}/" if folder else ""
        setups = [path for path in view.paths() if path.startswith(start) and _is_setup(path)]
        config = {
            "extends": f"./{base_name(project.path)}",
            "files": [_from(folder, path) for path in (order.suite_path, *order.samples, *setups)],
            "include": declarations(project),
            "references": [],
            # Nothing is written, so what is said about where to write it must not get in the way.
            "compilerOptions": {
                "noEmit": True,
                "composite": False,
                "incremental": False,
                "emitDeclarationOnly": False,
                "rootDir": None,
                "tsBuildInfoFile": None,
            },
        }
        place = f"{start}{_OURS}"
        return Check(
            command=Command(
                argv=(*tool.program, "-p", f"{WORKSPACE}/{place}", "--pretty", "false"),
                workspace=view.root,
                mounts=tool.mounts,
                env=tool.env,
                limits=_LIMITS,
            ),
            texts=(SuiteFile(path=place, text=json.dumps(config)),),
        )

    def read(self, completed: Completed, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked:
        """A complaint about no file, or about a configuration, means that the files were not looked at."""
        if completed.reason != "exit":
            return NotChecked(reason=f"ended with {completed.reason.replace('-', ' ')}")
        complaints: list[Complaint] = []
        for line in completed.log.splitlines():
            if found := _GLOBAL.match(line):
                return NotChecked(reason=f"stops at the project's configuration: {found['message'].rstrip('.')}")
            if found := _COMPLAINT.match(line):
                complaints.append(
                    Complaint(
                        path=found["path"],
                        line=int(found["line"]),
                        code=f"TS{found['code']}",
                        message=found["message"],
                        is_unresolved=_is_unresolved(found["code"], found["message"]),
                    )
                )
            elif complaints and line.startswith("  "):
                last = complaints.pop()
                complaints.append(_with_more(last, line))
        if not complaints and completed.exit_status != 0:
            return NotChecked(reason=f"ended ({completed.ending}) without an answer")
        return tuple(complaints)


def _is_unresolved(code: str, message: str) -> bool:
    if code == "2307":
        return _NO_SUCH_PACKAGE.match(message) is not None
    return code in _NO_TYPES or (code in _NO_SUCH_NAME and _OF_A_RUNNER.search(message) is not None)


def _with_more(complaint: Complaint, line: str) -> Complaint:
    return replace(complaint, message=f"{complaint.message}\n{line}")


def _is_setup(path: str) -> bool:
    """What a runner loads before every test often declares more matchers."""
    name = base_name(path)
    return _SETUP.search(name) is not None and _SOURCE.search(name) is not None and not is_javascript(name)


def _from(folder: str, path: str) -> str:
    if not folder:
        return path
    if path.startswith(f"{folder}/"):
        return path[len(folder) + 1 :]
    return f"{'../' * (folder.count('/') + 1)}{path}"
