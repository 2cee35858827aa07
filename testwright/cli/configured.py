"""`testwright config`: what holds for a project and for this installation, and who said so."""

import json
import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from testwright.cli.selecting import project_root
from testwright.domain.configuration import ProjectConfig
from testwright.domain.sessions import Options
from testwright.settings import Settings, own_file, read_settings
from testwright.sources.folder import FolderView
from testwright.sources.project_config import read_config, schema
from testwright.wiring import language_of, project_framework

Line = tuple[str, str, str]
_FOUND, _USUAL = "found in the project's files", "usual"


def print_config(folder: Path, *, show_origin: bool) -> None:
    root = project_root(folder.resolve())
    _print(f"Project {root}", project_lines(root), show_origin)
    _print("Settings", setting_lines(), show_origin)


def print_schema() -> None:
    print(json.dumps(schema(), indent=2))


def project_lines(root: Path) -> Iterator[Line]:
    """Name, value and origin of all that a project can say. Raises InputError `bad_config`."""
    view = FolderView(str(root))
    config = read_config(view)
    languages = sorted({language for path in view.paths() if (language := language_of(path))})
    for language in languages:
        origin = config.origins.get("framework", _FOUND) if _names(config, language) else _FOUND
        yield f"framework ({language})", project_framework(language, view, config), origin
    yield "exclude", _shown(config.exclude), config.origins.get("exclude", _USUAL)
    options = config.applied(Options(), frozenset())
    for name in ("test_types", "coverage", "include_edge_cases", "mock_external", "max_repairs", "instructions"):
        yield to_camel(name), _shown(getattr(options, name)), config.origins.get(name, _USUAL)


def _names(config: ProjectConfig, language: str) -> bool:
    return language in config.frameworks or "" in config.frameworks


def setting_lines() -> Iterator[Line]:
    """The same of this installation's settings. Secrets are said to be set, never shown. Raises InputError."""
    settings = read_settings()
    in_file = {name.upper() for name in dotenv_values(own_file())} if own_file().exists() else set[str]()
    for name, field in Settings.model_fields.items():
        names = variables_of(name, field.validation_alias)
        set_in = next((each for each in names if each in os.environ), None)
        origin = f"environment, {set_in}" if set_in else str(own_file()) if in_file.intersection(names) else _USUAL
        yield names[0], _shown(getattr(settings, name)), origin


def variables_of(name: str, alias: Any) -> list[str]:
    """The environment variables that a setting is read from, the usual one first."""
    choices = getattr(alias, "choices", None) or ([alias] if isinstance(alias, str) else [f"TESTWRIGHT_{name}"])
    return [str(choice).upper() for choice in choices]


def _shown(value: Any) -> str:
    match value:
        case None | ():
            return "–"
        case SecretStr():
            return "set"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case tuple():
            return ", ".join(map(_shown, value))
        case _:
            return str(value)


def _print(title: str, lines: Iterator[Line], show_origin: bool) -> None:
    rows = list(lines)
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    print(title)
    for name, value, origin in rows:
        print(
            f"  {name:<{widths[0]}}  {value:<{min(widths[1], 40)}}  {origin}".rstrip()
            if show_origin
            else f"  {name:<{widths[0]}}  {value}"
        )
