"""What a model is told beside the unit itself, most telling first, as far as there is room.

Whatever there was no room for is listed, and stands in the evidence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from testwright.domain.ports import Language, WritingTask
from testwright.domain.redaction import cut_short
from testwright.writers import places
from testwright.writers.model import usage
from testwright.writers.model.sizes import tokens

ROOM = 3_000
"""Tokens of context in one question."""
_SAMPLE_LINES = 40
_LONGEST_LINE = 200
_MOST_EXAMPLES = 2
_MOST_CALLS = 3
_MOST_FACTS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A piece of context under the title it is shown with."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    items: tuple[Item, ...] = ()
    left_out: tuple[str, ...] = ()


def gather(
    task: WritingTask, language: Language, focus: frozenset[str], shown: str, *, for_new: bool = True, room: int = ROOM
) -> Context:
    """Context for what is `shown` of the unit. Reads files of the project, so it may take a moment.

    Tests that are not new have their style and their examples already: then only what the unit uses is told.
    """
    items: list[Item] = []
    left_out: list[str] = []
    for item in _items(task, language, focus, shown) if for_new else _imported(task, language, shown):
        size = tokens(item.text)
        if size > room:
            left_out.append(f"{item.title}, about {size} tokens")
            continue
        room -= size
        items.append(item)
    return Context(items=tuple(items), left_out=tuple(left_out))


def _items(task: WritingTask, language: Language, focus: frozenset[str], shown: str) -> Iterator[Item]:
    names = focus or frozenset(symbol.name for symbol in task.analysis.symbols)
    yield from _imported(task, language, shown)
    sample = _sample(task)
    if sample is not None:
        yield sample
    for number, (path, block) in enumerate(usage.documented(names, task.view)):
        if number < _MOST_EXAMPLES:
            yield Item(title=f"{path} (an example)", text=block)
    for number, (path, lines) in enumerate(usage.calls(task.source.path, names, task.view)):
        if number < _MOST_CALLS:
            yield Item(title=f"{path} (a call)", text=lines)


def _imported(task: WritingTask, language: Language, shown: str) -> Iterator[Item]:
    """Outlines of what the shown part of the unit uses of the project's other files, where it is defined."""
    told: set[tuple[str, str]] = set()
    for taken in language.imports(task.source.text, task.source.path):
        place = places.place_of(taken.module, task.source.path, task.view)
        names = tuple(name for name in taken.names if name in ("*", "default") or _is_used(name, shown))
        if place is None or place == task.source.path or not names:
            continue
        wanted = () if "*" in names else names
        for path, outline in places.defining(place, wanted, language, task.view):
            if path != task.source.path and (path, outline) not in told:
                told.add((path, outline))
                yield Item(title=f"{path} (what the unit uses of it)", text=outline)


def _is_used(name: str, shown: str) -> bool:
    """An imported name may have another one here; then its import alone mentions it, and that is enough."""
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", shown) is not None


def _sample(task: WritingTask) -> Item | None:
    """The beginning of a test of the project's own: how tests are written here."""
    sample = task.sample
    if sample is None or not sample.text.strip():
        return None
    title = f"{sample.path} (a test that is here already: write in its style)"
    return Item(title=title, text=_beginning(sample.text))


def _beginning(text: str) -> str:
    lines = text.strip("\n").split("\n")
    return "\n".join(cut_short(line, _LONGEST_LINE) for line in lines[:_SAMPLE_LINES])
