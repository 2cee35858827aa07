"""Small changes to a Python source, and the text that carries many of them as switches.

A switch is an insertion before a piece of code and one behind it, on the same lines: the piece itself stays as it was
written, and so does every line number. `ast` is used, not the parser of the rest, because the result has to compile.
A source that this Python cannot read has no mutants.
"""

import ast
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from testwright.domain.mutants import SWITCH, Mutant, column_of
from testwright.domain.sessions import SourceFile
from testwright.languages.python.mutant_places import changes_in
from testwright.languages.python.mutant_text import Change, Text

_BYTE_ORDER_MARK = "\ufeff"
_MOST_CHARACTERS = 500_000
_FILES_AT_ONCE = 8


class _Numbered(NamedTuple):
    number: int
    change: Change


def mutants(source: SourceFile) -> tuple[Mutant, ...]:
    """Every change worth trying, numbered from 1 in the order of the text."""
    body = _body(source)
    text = body.encode(errors="replace")  # what cannot be written down cannot be read, and has no mutants
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
        for number, change in _numbered(body)
    )


def switched(source: SourceFile, mutants: Sequence[Mutant]) -> str:
    """The source with these of its own mutants built in, all asleep. No line moves."""
    body = _body(source)
    wanted = {mutant.number for mutant in mutants}
    chosen = [numbered for numbered in _numbered(body) if numbered.number in wanted]
    if not chosen:
        return source.text
    mark = _BYTE_ORDER_MARK if source.text.startswith(_BYTE_ORDER_MARK) else ""
    return mark + _with_switches(body, chosen)


def _body(source: SourceFile) -> str:
    return source.text.removeprefix(_BYTE_ORDER_MARK)


@lru_cache(maxsize=_FILES_AT_ONCE)
def _numbered(body: str) -> tuple[_Numbered, ...]:
    """Changes that parse together as switches; where they do not, those that parse alone.

    Remembered: whoever asks for a file's mutants asks for some of them built in next.
    """
    tree = _parsed(body) if len(body) <= _MOST_CHARACTERS else None
    if tree is None:
        return ()
    try:
        changes = changes_in(tree, Text(body))
    except RecursionError:  # somebody else's nesting
        return ()
    found = sorted(_distinct(changes), key=lambda change: (change.start, -change.end))
    numbered = tuple(_Numbered(number, change) for number, change in enumerate(found, start=1))
    if _parsed(_with_switches(body, numbered)) is not None:
        return numbered
    alone = [each.change for each in numbered if _parsed(_with_switches(body, [each])) is not None]
    numbered = tuple(_Numbered(number, change) for number, change in enumerate(alone, start=1))
    return numbered if _parsed(_with_switches(body, numbered)) is not None else ()


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "invalid escape sequence" is the author's business
        try:
            tree = ast.parse(text)
            compile(tree, "source", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return tree


def _distinct(changes: Iterable[Change]) -> list[Change]:
    kept: dict[tuple[int, int, bool, str], Change] = {}
    for change in changes:
        kept.setdefault((change.start, change.end, change.is_statement, change.replacement), change)
    return list(kept.values())


def _with_switches(body: str, chosen: Sequence[_Numbered]) -> str:
    """Everything is an insertion, so nesting needs no care beyond the order of insertions at one place."""
    places: dict[tuple[int, int, bool], list[_Numbered]] = {}
    for each in chosen:
        places.setdefault((each.change.start, each.change.end, each.change.is_statement), []).append(each)
    # At one place: what ends there (innermost first), then what starts there (outermost first).
    insertions: list[tuple[tuple[int, int, int], str]] = []
    for (start, end, is_statement), group in places.items():
        if is_statement:
            insertions.append(((start, 1, -len(body) * 8), _unless(group)))
        else:
            opening, closing = _instead(group)
            if start == end:  # a bare `except` has no expression to wrap
                insertions.append(((start, 1, 0), f" {opening}BaseException{closing}"))
            else:
                insertions.append(((start, 1, -end), opening))
                insertions.append(((end, 0, -start), closing))
    encoded, position, parts = body.encode(), 0, []
    for (place, _, _), text in sorted(insertions):
        parts += [encoded[position:place], text.encode()]
        position = place
    return b"".join([*parts, encoded[position:]]).decode()


def _instead(group: Sequence[_Numbered]) -> tuple[str, str]:
    choices = "".join(f"({each.change.replacement}) if {SWITCH}({each.number}) else " for each in group)
    return f"({choices}(", "))"


def _unless(group: Sequence[_Numbered]) -> str:
    reasons = [
        f"{SWITCH}({each.number})" + (f" and {each.change.replacement}" if each.change.replacement else "")
        for each in group
    ]
    return f"if not ({' or '.join(reasons)}): "
