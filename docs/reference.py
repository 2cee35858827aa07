"""Writes the pages of docs/reference/ from the code: the command line, the settings, the HTTP interface, the events.

`python docs/reference.py` writes them, `--check` only says whether they are as the code is (exit status 1 if not).
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import typer
from fastapi import FastAPI

from testwright.api import openapi
from testwright.api.app import create_app
from testwright.api.services import ApiServices
from testwright.cli.app import app
from testwright.cli.configured import variables_of
from testwright.domain.events import STEP_OF, TERMINAL_TYPES
from testwright.settings import Settings
from testwright.sources.project_config import schema

PLACE = Path(__file__).parent / "reference"
_MADE = "<!-- Made by docs/reference.py. Change the code, not this page. -->\n\n"


def pages(api: FastAPI) -> dict[str, str]:
    """Each page's text by its name."""
    made = {
        "cli.md": "\n".join(_commands()),
        "settings.md": "\n".join(_settings()),
        "configuration.md": "\n".join(_configuration()),
        "api.md": "\n".join(_api(api)),
        "events.md": "\n".join(_events()),
    }
    return {name: f"{_MADE}{text}\n" for name, text in made.items()}


def _commands() -> Iterator[str]:
    yield "# The command line\n"
    root = typer.main.get_command(app)
    yield from _command(root, "testwright")


def _command(command: Any, name: str) -> Iterator[str]:
    inside = getattr(command, "commands", None)
    if inside:
        for each in sorted(inside):
            if not inside[each].hidden:
                yield from _command(inside[each], f"{name} {each}")
        return
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    words = [f"[{one.name}]" if not one.required else one.name for one in arguments]
    yield f"## {name}\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    yield f"```\n{' '.join([name, *words])}\n```\n"
    options = [each for each in command.params if each.param_type_name == "option" and each.name != "help"]
    if arguments or options:
        yield "| what | meaning |\n| --- | --- |"
    for one in arguments:
        yield f"| `{one.name}` | {_cell(getattr(one, 'help', None) or '')} |"
    for one in options:
        names = "`, `".join((*one.opts, *one.secondary_opts))
        yield f"| `{names}` | {_cell(one.help or '')} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Environment variables, or lines of `.env` in Testwright's home; [what they do](../settings.md).\n"
    yield "| names | usual |\n| --- | --- |"
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            usual = "as the machine is"
        else:
            usual = "–" if field.default in (None, ()) else f"`{field.default}`"
        yield f"| `{'`, `'.join(dict.fromkeys(variables_of(name, field.validation_alias)))}` | {usual} |"


def _configuration() -> Iterator[str]:
    yield "# A project's configuration\n\nKeys of `testwright.toml`; [where and why](../configuration.md).\n"
    yield "| key | what |\n| --- | --- |"
    for key, about in schema()["properties"].items():
        yield f"| `{key}` | {_cell(about.get('description') or _form(about))} |"


def _form(about: dict[str, Any]) -> str:
    choices = [choice for choice in about.get("anyOf", [about]) if choice.get("type") != "null"]
    said = [", ".join(one["enum"]) if "enum" in one else str(one.get("type", "")) for one in choices]
    return " or ".join(said)


def _api(api: FastAPI) -> Iterator[str]:
    document = openapi.describe(api)
    yield "# The HTTP interface\n"
    yield "The whole of it, with every field, is at `/docs` and `/api/openapi.json` of a running service.\n"
    yield "| request | what |\n| --- | --- |"
    for path, methods in sorted(document["paths"].items()):
        for method, about in methods.items():
            yield f"| `{method.upper()} {path}` | {_cell(about.get('summary', ''))} |"


def _events() -> Iterator[str]:
    yield "# Events\n\nWhat the stream tells, in the order of a session's life. `step` groups them for a reader.\n"
    yield "| type | step | ends the round |\n| --- | --- | --- |"
    for kind, step in STEP_OF.items():
        yield f"| `{kind}` | {step} | {'yes' if kind in TERMINAL_TYPES else ''} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def described() -> FastAPI:
    """The application with nothing behind it: to be described, not asked."""
    nothing = SimpleNamespace(access=None)
    return create_app(cast(ApiServices, SimpleNamespace(settings=Settings(), store=nothing, web_build=None)))


def main(words: list[str]) -> int:
    made = pages(described())
    stale = [name for name, text in made.items() if not (PLACE / name).is_file() or (PLACE / name).read_text() != text]
    if "--check" not in words:
        PLACE.mkdir(exist_ok=True)
        for name in stale:
            (PLACE / name).write_text(made[name])
    for name in stale:
        print(f"{'is not as the code is' if '--check' in words else 'written'}: docs/reference/{name}")
    return 1 if stale and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
