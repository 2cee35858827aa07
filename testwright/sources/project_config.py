"""Reads what a project configures of Testwright: `testwright.toml`, `[tool.testwright]`, or a key of package.json.

What costs money or leaves the machine (the model, the budget) is not for a repository to say: whoever wrote it may be
a stranger.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pathspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from testwright.domain.configuration import ProjectConfig
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.paths import accept_path
from testwright.domain.ports import ProjectView
from testwright.domain.sessions import CoverageGoal, TestType

OWN_FILE = "testwright.toml"
FILES = (OWN_FILE, "pyproject.toml", "package.json")
_PLACES = {
    OWN_FILE: OWN_FILE,
    "pyproject.toml": "pyproject.toml [tool.testwright]",
    "package.json": "package.json testwright",
}
_MOST_INSTRUCTIONS = 4000
_SEE = "See docs/configuration.md for what can be said there; `testwright config` prints what holds."


def _pattern(text: str) -> str:
    pathspec.GitIgnoreSpec.from_lines([text])  # raises ValueError
    return text


def _suite_pattern(text: str) -> str:
    if "{name}" not in text and "{Name}" not in text:
        raise ValueError("has to hold {name} or {Name}, or all sources would have one suite")
    return accept_path(text.replace("{", "").replace("}", "")) and text


class CommandTable(BaseModel):
    """How the tests of a language are run that no framework is built in for. In `run`, `one` and `shuffled` the signs
    {suite}, {suiteName}, {test} and {seed} are filled in; in `suite`, {folder}, {name} and {Name} of the source.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    run: list[str] = Field(min_length=1, max_length=50, description="The command, word by word; no shell reads it.")
    report: str = Field(min_length=1, description="Where it leaves JUnit XML or TAP (a pattern), or - if it prints it.")
    suite: Annotated[str, AfterValidator(_suite_pattern)] = Field(description="Where the suite of a source belongs.")
    sources: str = Field(default="", description="The folder that {folder} is counted from, such as src/main/java.")
    coverage: str = Field(default="", description="Where it leaves LCOV, Cobertura or JaCoCo (a pattern).")
    one: list[str] = Field(default=[], max_length=50, description="Added to run a single test, {test}.")
    shuffled: list[str] = Field(default=[], max_length=50, description="Added to run tests in the order of {seed}.")


class ConfigFile(BaseModel):
    """What a project may configure. The same names as the options of a request."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, title="Testwright")

    framework: str | dict[Literal["python", "javascript", "typescript"], str] | None = Field(
        default=None, description="The test framework, or one for each language."
    )
    commands: dict[Literal["rust", "java", "go", "ruby"], CommandTable] | None = Field(
        default=None, description="Commands that run the tests of further languages; only in testwright.toml."
    )
    exclude: list[Annotated[str, AfterValidator(_pattern)]] | None = Field(
        default=None, description="Files that get no tests unless they are named; patterns as in .gitignore."
    )
    test_types: list[Literal["unit", "integration"]] | None = Field(default=None, min_length=1, max_length=10)
    coverage: Literal["basic", "comprehensive"] | None = None
    include_edge_cases: bool | None = None
    mock_external: bool | None = None
    max_repairs: int | None = Field(default=None, ge=0, le=5, description="How often a failing draft is repaired.")
    instructions: str | None = Field(
        default=None, max_length=_MOST_INSTRUCTIONS, description="Free text for the writer."
    )


def schema() -> dict[str, Any]:
    """The JSON schema of a configuration, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ConfigFile.model_json_schema(by_alias=True)}


def read_config(view: ProjectView) -> ProjectConfig:
    """What holds for the project at the view's root. Raises InputError `bad_config` that names file, key and remedy.

    Several files may each say a part; two that say different things of the same are refused.
    """
    said: dict[str, tuple[Any, str]] = {}
    for path, table in _tables(view):
        for name, value in _checked(path, table):
            if name in said and said[name][0] != value:
                raise _bad(path, to_camel(name), f"is something else in {said[name][1]}", "Say it in one of them.")
            said.setdefault(name, (value, _PLACES[path]))
    return _config(said)


def _tables(view: ProjectView) -> Iterator[tuple[str, Any]]:
    for path in FILES:
        text = view.text(path) if view.exists(path) else None
        if text is None:
            continue
        try:
            whole: Any = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            if path == OWN_FILE:  # the others are broken for everybody, and not ours to complain of
                raise InputError(f"{path} cannot be read: {error}.", code="bad_config", hint=_SEE) from error
            continue
        table = whole
        for name in {"pyproject.toml": ("tool", "testwright"), "package.json": ("testwright",)}.get(path, ()):
            table = table.get(name) if isinstance(table, dict) else None
        if table is not None:
            yield path, table


def _checked(path: str, table: Any) -> Iterator[tuple[str, Any]]:
    try:
        found = ConfigFile.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        if first["type"] == "extra_forbidden":
            raise _bad(path, key, f"is not known{_perhaps(key)}") from error
        raise _bad(path, f"{key}:", first["msg"][:1].lower() + first["msg"][1:]) from error
    if found.commands is not None and path != OWN_FILE:
        raise _bad(path, "commands", f"belongs into {OWN_FILE}", f"Move the table to {OWN_FILE}.")
    for name in found.model_fields_set:
        yield name, getattr(found, name)


def _bad(path: str, key: str, problem: str, remedy: str = _SEE) -> InputError:
    return InputError(
        f"{_PLACES[path]}: {key} {problem}.",
        code="bad_config",
        hint=remedy,
        fields=(FieldProblem(f"{path}:{key.rstrip(':')}", problem),),
    )


def _perhaps(key: str) -> str:
    known = [to_camel(name) for name in ConfigFile.model_fields]
    near = difflib.get_close_matches(to_camel(key.replace("-", "_")), known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _config(said: Mapping[str, tuple[Any, str]]) -> ProjectConfig:
    values = {name: value for name, (value, _) in said.items() if value is not None}
    framework, exclude = values.pop("framework", {}), values.pop("exclude", ())
    values.pop("commands", None)  # read where tests are run: `domain.commands`
    if "test_types" in values:
        values["test_types"] = tuple(dict.fromkeys(TestType(name) for name in values["test_types"]))
    if "coverage" in values:
        values["coverage"] = CoverageGoal(values["coverage"])
    return ProjectConfig(
        frameworks={"": framework} if isinstance(framework, str) else framework,
        options=values,
        exclude=tuple(exclude),
        origins={name: place for name, (_, place) in said.items()},
    )


def left_in(config: ProjectConfig, paths: list[str]) -> list[str]:
    """The paths that no pattern of the project's excludes."""
    if not config.exclude:
        return paths
    spec = pathspec.GitIgnoreSpec.from_lines(config.exclude)
    return [path for path in paths if not spec.match_file(path)]
