"""A session's events on a terminal: one live bar a file, or plain timestamped lines where nobody watches."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from testwright.cli.costs import Meter
from testwright.domain.events import SHARE_DONE, TERMINAL_TYPES

_GLYPHS = {"test_generated": ("●", "blue"), "file_failed": ("✕", "red"), "retry_scheduled": ("◌", "yellow")}


async def show(events: AsyncIterator[Mapping[str, Any]], *, title: str) -> Mapping[str, Any] | None:
    """Show events until the terminal one, and return that; None when they end before it. Writes to stderr only."""
    if is_live(sys.stderr.isatty(), os.environ):
        return await _show_bars(events, title)
    return await _show_lines(events, title)


def is_live(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether bars can be drawn: not in CI, not for a dumb terminal, not where colour is unwanted."""
    plain = "CI" in environment or "NO_COLOR" in environment or environment.get("TERM") == "dumb"
    return is_terminal and not plain


async def _show_lines(events: AsyncIterator[Mapping[str, Any]], title: str) -> Mapping[str, Any] | None:
    print(title, file=sys.stderr, flush=True)
    meter = Meter()
    async for event in events:
        at = datetime.fromisoformat(event["timestamp"]).astimezone().strftime("%H:%M:%S")
        place = f"{event['filePath']}: " if "filePath" in event else ""
        print(
            f"{at} {event['progress']:3d}%  {place}{_plain(event['message'])}{meter.heard(event)}",
            file=sys.stderr,
            flush=True,
        )
        if event["type"] in TERMINAL_TYPES:
            return event
    return None


async def _show_bars(events: AsyncIterator[Mapping[str, Any]], title: str) -> Mapping[str, Any] | None:
    console = Console(stderr=True)
    console.print(Text(title, style="bold"))
    columns = (
        SpinnerColumn(finished_text=Text("●", style="blue")),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[words]}", markup=False),
        TimeElapsedColumn(),
    )
    bars: dict[str, TaskID] = {}
    meter = Meter()
    with Progress(*columns, console=console, transient=True) as progress:
        async for event in events:
            path = event.get("filePath")
            if path is not None:
                _advance(progress, bars, path, event, meter.heard(event))
            if event["type"] in _GLYPHS:
                glyph, style = _GLYPHS[event["type"]]
                line = Text(f"{glyph} ", style=style)
                console.print(line.append(f"{path}  {_plain(event['message'])}", style="default"))
            if event["type"] in TERMINAL_TYPES:
                return event
    return None


def _advance(progress: Progress, bars: dict[str, TaskID], path: str, event: Mapping[str, Any], so_far: str) -> None:
    if path not in bars:
        bars[path] = progress.add_task(path, total=1.0, words="")
    share = SHARE_DONE.get(event["type"])
    words = _plain(event["message"]) + so_far
    if share is None:
        progress.update(bars[path], words=words)
    else:
        progress.update(bars[path], completed=share, words=words, visible=share < 1.0)


def _plain(message: str) -> str:
    """Messages may quote hostile output: no terminal codes reach the terminal."""
    return "".join(character if character.isprintable() else " " for character in message)
