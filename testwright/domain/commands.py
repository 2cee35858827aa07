"""A project's own word on how tests of a language are run, for languages that no framework is built in for."""

import json
import tomllib
from dataclasses import dataclass
from typing import Any

from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView

OWN_FILE = "testwright.toml"
PREFIX = "command:"
"""Begins the name of a framework that is a project's own command; the language follows."""
BY_COMMAND = ("rust", "java", "go", "ruby")
"""The languages that such a command can be named for."""
ON_OUTPUT = "-"
"""Stands for a report that the command prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCommand:
    """How a suite of one language is run, what it leaves behind, and where a new suite goes.

    `run` is an argument list, `one` is added to it for a single test, `shuffled` for another order; in all of them
    `{suite}`, `{suiteName}`, `{test}` and `{seed}` are filled in. `report` is JUnit XML or TAP, `coverage` LCOV,
    Cobertura or JaCoCo; both are patterns below the project, and `report` may be ON_OUTPUT. `suite` is a path in which
    `{folder}`, `{name}` and `{Name}` stand for the source's folder and its name without its ending; `sources` is what
    of the folder comes before that which the tests repeat.
    """

    language: str
    run: tuple[str, ...]
    report: str
    suite: str
    sources: str = ""
    coverage: str = ""
    one: tuple[str, ...] = ()
    shuffled: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        return base_name(self.run[0])

    def filled(self, suite_path: str, *more: str, test: str = "", seed: int = 0) -> list[str]:
        """The argument list for a suite."""
        stem = base_name(suite_path).rpartition(".")[0]
        found = []
        for word in (*self.run, *more):
            for sign, value in (
                ("{suite}", suite_path),
                ("{suiteName}", stem),
                ("{test}", test),
                ("{seed}", str(seed)),
            ):
                word = word.replace(sign, value)
            found.append(word)
        return found

    def suite_for(self, source_path: str) -> str:
        folder, _, name = source_path.rpartition("/")
        stem = name.rpartition(".")[0] or name
        inner = f"{folder}/".removeprefix(f"{self.sources.strip('/')}/") if self.sources else f"{folder}/"
        title = "".join(part[:1].upper() + part[1:] for part in stem.split("_"))
        path = self.suite.replace("{folder}", inner.strip("/")).replace("{name}", stem).replace("{Name}", title)
        return "/".join(part for part in path.split("/") if part)


def command_named(framework: str) -> str | None:
    """The language of a framework that is a project's own command."""
    return framework.removeprefix(PREFIX) if framework.startswith(PREFIX) else None


def command_for(language: str, view: ProjectView) -> TestCommand | None:
    """What the project names for a language; None without it. What it says wrongly is told where it is first read."""
    try:
        whole = tomllib.loads(view.text(OWN_FILE) or "")
    except ValueError:
        return None
    table: Any = whole.get("commands")
    table = table.get(language) if isinstance(table, dict) else None
    return _command(language, table) if isinstance(table, dict) else None


def command_from(text: str) -> TestCommand:
    """The inverse of `command_text`."""
    table = json.loads(text)
    command = _command(str(table["language"]), table)
    if command is None:
        raise ValueError("That is no command for tests.")
    return command


def command_text(command: TestCommand) -> str:
    return json.dumps({name: getattr(command, name) for name in TestCommand.__slots__})


def _command(language: str, table: dict[str, Any]) -> TestCommand | None:
    run, report, suite = _words(table.get("run")), table.get("report"), table.get("suite")
    if not run or not isinstance(report, str) or not isinstance(suite, str):
        return None
    return TestCommand(
        language=language,
        run=run,
        report=report,
        suite=suite,
        sources=str(table.get("sources", "")),
        coverage=str(table.get("coverage", "")),
        one=_words(table.get("one")),
        shuffled=_words(table.get("shuffled")),
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
