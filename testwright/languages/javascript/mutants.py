"""Mutants of JavaScript and TypeScript: which changes are worth trying, and the text that has them all built in."""

from collections.abc import Sequence
from functools import lru_cache

from testwright.domain.edges import Edge
from testwright.domain.mutants import Mutant, column_of
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript.grammar import parse
from testwright.languages.javascript.mutations import changes_in
from testwright.languages.javascript.switches import Change, built, loop_guards
from testwright.languages.javascript.watching import watched

_FILES_AT_ONCE = 8


def mutants(source: SourceFile) -> tuple[Mutant, ...]:
    """The same for the same text. None at all when the text does not parse."""
    text = source.text.encode("utf-8", "replace")
    return tuple(
        Mutant(
            number=number,
            operator=change.operator,
            line=change.line,
            end_line=change.end_line,
            before=change.before,
            after=change.after,
            column=column_of(text, change.start),
        )
        for number, change in _numbered(source)
    )


def switched(source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
    """Number 0 is called in every loop: no mutant, it lets whoever runs the text count the rounds of an endless one."""
    wanted = {mutant.number for mutant in mutants}
    chosen = [(number, change) for number, change in _numbered(source) if number in wanted]
    watchers = [(0, change) for change in watched(parse(source.text, source.path), source.path, edges)]
    text = _built(source, [*watchers, *chosen])
    return _built(source, chosen) if watchers and parse(text, source.path).has_error else text


@lru_cache(maxsize=_FILES_AT_ONCE)
def _numbered(source: SourceFile) -> tuple[tuple[int, Change], ...]:
    """Remembered: whoever asks for a file's mutants asks for some of them built in next."""
    root = parse(source.text, source.path)
    if root.has_error:
        return ()
    changes = sorted(changes_in(root), key=lambda change: (change.start, -change.end, change.rank))
    return tuple(enumerate(_fitting(source, changes), start=1))


def _fitting(source: SourceFile, changes: list[Change]) -> list[Change]:
    """Those that leave a text which parses. Halving finds the odd one out, should there be one."""
    if not changes or _parses(source, changes):
        return changes
    if len(changes) == 1:
        return []
    middle = len(changes) // 2
    kept = _fitting(source, changes[:middle]) + _fitting(source, changes[middle:])
    return kept if _parses(source, kept) else []


def _parses(source: SourceFile, changes: list[Change]) -> bool:
    return not parse(_built(source, list(enumerate(changes, start=1))), source.path).has_error


def _built(source: SourceFile, numbered: Sequence[tuple[int, Change]]) -> str:
    root = parse(source.text, source.path)
    if root.has_error:
        return source.text
    return built(source.text, root, [*((0, guard) for guard in loop_guards(root)), *numbered])
