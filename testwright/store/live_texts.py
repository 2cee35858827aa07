"""Texts that are shown while they are written: to those who watch just then, and kept nowhere.

They are no events: what a draft came to is told by one. Who reads slowly, or comes late, sees the newest end of a text
and misses what lies before it. Where another process does the work there is nothing to see.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from testwright.domain.ports import OnText
from testwright.domain.redaction import redacted

MOST_SHOWN = 4_000
"""Characters: the end of what is being written for a file."""
SECONDS_BETWEEN = 0.1
_BEGINS_JSON = re.compile(r"\s*(?:```(?:json)?\s*)?[{\[]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.?))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "  ", "r": "", "b": "", "f": ""}


class Onlooker:
    """One who watches a session. `ring` is called when there is something to see, ten times a second at most."""

    def __init__(self, texts: Mapping[str, "_Passages"], ring: Callable[[], None]) -> None:
        self._texts = texts
        self._changed = set(texts)
        self._is_due = bool(texts)
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None
        self._looked_at = 0.0

    def note(self, path: str) -> None:
        self._changed.add(path)
        if self._timer is None and not self._is_due:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._looked_at + SECONDS_BETWEEN), self._fall_due)

    def look(self) -> dict[str, str]:
        """The texts that changed since the last look, by path; empty for one that is written no more."""
        if not self._is_due:
            return {}
        self._is_due, self._looked_at = False, asyncio.get_running_loop().time()
        changed, self._changed = self._changed, set()
        return {path: self._texts[path].shown() if path in self._texts else "" for path in sorted(changed)}

    def leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _fall_due(self) -> None:
        self._timer, self._is_due = None, True
        self._ring()


class LiveTexts:
    """Who watches which session, and what is being written in it. For one event loop."""

    def __init__(self) -> None:
        self._onlookers: dict[str, set[Onlooker]] = {}
        self._texts: dict[str, dict[str, _Passages]] = {}

    @contextmanager
    def watch(self, session_id: str, ring: Callable[[], None]) -> Iterator[Onlooker]:
        onlooker = Onlooker(self._texts.setdefault(session_id, {}), ring)
        self._onlookers.setdefault(session_id, set()).add(onlooker)
        try:
            yield onlooker
        finally:
            onlooker.leave()
            self._onlookers[session_id].discard(onlooker)
            self._forget(session_id)

    @contextmanager
    def passage(self, session_id: str, path: str) -> Iterator[OnText | None]:
        """What hears a text about this file while it is written; None when nobody watches the session."""
        if not self._onlookers.get(session_id):
            yield None
            return
        texts = self._texts.setdefault(session_id, {})
        passages = texts.setdefault(path, _Passages())
        number = passages.begin()

        async def hear(piece: str) -> None:
            passages.add(number, piece)
            self._note(session_id, path)

        try:
            yield hear
        finally:
            passages.under_way -= 1
            if not passages.under_way:
                del texts[path]
                self._note(session_id, path)
                self._forget(session_id)

    def _note(self, session_id: str, path: str) -> None:
        for onlooker in self._onlookers.get(session_id, ()):
            onlooker.note(path)

    def _forget(self, session_id: str) -> None:
        if not self._onlookers.get(session_id) and not self._texts.get(session_id):
            self._onlookers.pop(session_id, None)
            self._texts.pop(session_id, None)


@dataclass
class _Passage:
    """The end of one text. `is_json` says that code in it is quoted; None before that can be told."""

    end: str = ""
    is_json: bool | None = None

    def add(self, piece: str) -> None:
        self.end += piece
        if self.is_json is None and len(self.end.strip()) > len("```json"):
            self.is_json = _BEGINS_JSON.match(self.end) is not None
        self.end = self.end[-MOST_SHOWN:]

    def shown(self) -> str:
        return _ESCAPE.sub(_unquoted, self.end) if self.is_json else self.end


class _Passages:
    """What is being written for one file: its parts are asked about at once."""

    def __init__(self) -> None:
        self.under_way = 0
        self._all: list[_Passage] = []

    def begin(self) -> int:
        self.under_way += 1
        self._all.append(_Passage())
        return len(self._all) - 1

    def add(self, number: int, piece: str) -> None:
        self._all[number].add(piece)

    def shown(self) -> str:
        written = [text for passage in self._all if (text := passage.shown())]
        each = MOST_SHOWN // max(1, len(written))
        return redacted("\n\n".join(text[-each:] for text in written))


def _unquoted(escape: re.Match[str]) -> str:
    if escape[1] is not None:
        return chr(int(escape[1], 16))
    return _CONTROLS.get(escape[2], escape[2])
