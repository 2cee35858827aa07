"""The docs say what the program does: made pages are as the code is, and every command in them is one it takes."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from docs.reference import PLACE, described, pages
from testwright.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?testwright( .*)?$")
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            for line in block.splitlines():
                match = _COMMAND.match(line)
                if match:
                    found.append((page.name, (match[1] or "").split("  #")[0].split(" # ")[0].strip()))
    return found


def test_the_made_pages_are_as_the_code_is():
    made = pages(described())

    stale = [name for name, text in made.items() if (PLACE / name).read_text() != text]
    assert stale == [], "python docs/reference.py"


def test_there_are_commands_to_look_at():
    assert len(commands()) > 20


@pytest.mark.parametrize(("page", "words"), commands())
def test_every_command_in_the_docs_is_one_that_the_program_takes(page, words):
    command: Any = typer.main.get_command(app)
    rest = shlex.split(words)
    while getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        command = command.commands[rest.pop(0)]
    context = command.context_class(command, info_name="testwright")

    given, others, _ = command.make_parser(context).parse_args(args=rest)

    arguments = [one for one in command.params if one.param_type_name == "argument"]
    assert not others or any(one.nargs == -1 for one in arguments)
    assert len(others) == 0 or arguments
    assert all(given.get(one.name) not in (None, ()) for one in arguments if one.required)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page):
    broken = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]

    assert broken == []


def test_every_page_has_its_place_in_the_site():
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text())

    def places(entries: list[Any]) -> list[str]:
        return [
            place
            for entry in entries
            for value in (entry.values() if isinstance(entry, dict) else [entry])
            for place in (places(value) if isinstance(value, list) else [value])
        ]

    named = {place for place in places(site["nav"]) if not place.startswith("http")}
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert named == there


def test_the_site_loads_nothing_from_elsewhere():
    """The plug-in for reading it without a server would fetch its shim from unpkg, were none named."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    loaded = [*site["extra"]["polyfills"], *site.get("extra_javascript", ()), *site.get("extra_css", ())]

    assert "offline" in site["plugins"]
    assert site["theme"]["font"] is False
    assert any("iframe-worker" in place for place in loaded)
    assert [place for place in loaded if not (ROOT / "docs" / place).is_file()] == []
