"""Where in a test file new tests belong: in the group that is about the same thing, else at its end."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from testwright.domain.drafts import Case
from testwright.domain.insertions import Insertion
from testwright.domain.styles import Style
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, walk
from testwright.languages.javascript.pruning import mentions
from testwright.languages.javascript.suites import (
    head_of,
    indented,
    modifiers,
    opening_beside,
    step_of,
    test_calls,
    title_beside,
)
from testwright.languages.javascript.taking import row_end, taken_by

GROUPS = frozenset({"describe", "suite", "context"})
_HOOK = re.compile(r"^(?:before|after)(?:Each|All)?\(")


def placed(cases: Sequence[Case], shared: Sequence[str], root: Node, source: bytes, style: Style) -> list[Insertion]:
    """The tests by their groups. What they share (hooks, helpers) goes with them into groups of their own."""
    host = _Suite(root, source, style)
    found: list[Insertion] = []
    rest: list[str] = []
    groups = _by_group(cases)
    titles = [group for group, _ in groups]
    for (group, setting), members in groups.items():
        own = [*shared, setting] if setting else shared
        home = _home(group, members, titles, host) if not own else None
        if home is not None:
            found.append(_in_group(home[0], group if home[1] else None, members, host))
        else:
            rest += _at_the_end(group, members, own, host)
    if rest:
        body = source.rstrip()
        gap = "\n" * max(0, 2 - source[len(body) :].count(b"\n"))
        ended = "\n" if source.endswith(b"\n") else ""
        found.append(Insertion(at=len(source), text=gap + "\n\n".join(rest) + ended))
    return found


def declared(statement: Node) -> list[str]:
    """The names that a statement declares."""
    if statement.type in ("lexical_declaration", "variable_declaration"):
        names = [field(each, "name") for each in statement.named_children if each.type == "variable_declarator"]
        return [
            text_of(node)
            for name in names
            if name is not None
            for node in walk(name)
            if node.type in ("identifier", "shorthand_property_identifier_pattern")
        ]
    name = field(statement, "name")
    return [text_of(name)] if name is not None and name.type in ("identifier", "type_identifier") else []


@dataclass(frozen=True, slots=True)
class _Suite:
    root: Node
    source: bytes
    style: Style


def _in_group(place: "_Group", own: str | None, cases: Sequence[Case], host: _Suite) -> Insertion:
    """Behind the group's last member; in a group `own` of their own when that is given."""
    codes = [case.code.strip("\n") for case in cases]
    blocks = codes if own is None else [_block(own, codes, host)]
    last = place.body.named_children[-1]
    start = host.source.rfind(b"\n", 0, last.start_byte) + 1
    line = host.source[start : last.start_byte].decode("utf-8", "replace")
    margin = line[: len(line) - len(line.lstrip(" \t"))]
    text = "".join(f"\n\n{indented(block, margin)}" for block in blocks)
    return Insertion(at=_behind(last, place.body, host), text=text)


def _at_the_end(group: str | None, cases: Sequence[Case], shared: Sequence[str], host: _Suite) -> list[str]:
    codes = [case.code.strip("\n") for case in cases]
    if group is None and not shared:
        return codes
    title = group or next((target for case in cases for target in case.targets), "more")
    return [_block(title, codes, host, _needed(shared, codes))]


@dataclass(frozen=True, slots=True)
class _Group:
    """A `describe` of the host that new tests can stand in."""

    title: str
    call: Node
    body: Node
    is_only: bool


def _groups(host: _Suite) -> Iterator[_Group]:
    calls = [call for call in test_calls(host.root) if head_of(call) in GROUPS]
    outer = [call for call in calls if _owner(call) is None]
    lone = outer[0] if len(outer) == 1 and _all_inside(outer[0], host) else None
    for call in calls:
        body = _body_of(call)
        if modifiers(call) or body is None or not body.named_children or _has_hooks(body):
            continue
        arguments = field(call, "arguments")
        title = string_value(arguments.named_children[0]) if arguments is not None else None
        yield _Group(title or "", call, body, lone is not None and call == lone)


def _owner(call: Node) -> Node | None:
    above = call.parent
    while above is not None:
        if above.type == "call_expression" and head_of(above) in GROUPS:
            return above
        above = above.parent
    return None


def _all_inside(group: Node, host: _Suite) -> bool:
    return all(
        group.start_byte <= call.start_byte and call.end_byte <= group.end_byte for call in test_calls(host.root)
    )


def _body_of(call: Node) -> Node | None:
    arguments = field(call, "arguments")
    last = arguments.named_children[-1] if arguments is not None and arguments.named_children else None
    body = field(last, "body") if last is not None and last.type in ("arrow_function", "function_expression") else None
    if body is None or body.type != "statement_block" or body.end_point.row == body.start_point.row:
        return None
    return body


def _has_hooks(body: Node) -> bool:
    return any(_HOOK.match(text_of(node)) for node in body.named_children)


def _home(
    group: str | None, cases: Sequence[Case], groups: Iterable[str | None], host: _Suite
) -> tuple[_Group, bool] | None:
    """The host's group for these, and whether they need one of their own within it."""
    found = [each for each in _groups(host) if not _hides(each.body, cases)]
    named = [each for each in found if group is not None and _plain(each.title) == _plain(group)]
    if named:
        return named[-1], False
    others = {_plain(other) for other in groups if other is not None}
    if group is not None:  # `describe('chunk')` is about the function of that name, not about what stands beside it
        others |= {_plain(one.local) for node in host.root.named_children for one in taken_by(node)}
    lone = next((each for each in found if each.is_only and _plain(each.title) not in others), None)
    return (lone, group is not None) if lone is not None else None


def _plain(title: str) -> str:
    return re.sub(r"\W+|\(.*", "", title).lower()


def _hides(body: Node, cases: Sequence[Case]) -> bool:
    """Whether a name that the tests mention means something else inside this group."""
    block: Node | None = body
    names: set[str] = set()
    while block is not None:
        if block.type == "statement_block":
            names |= {name for node in block.named_children for name in declared(node)}
        block = block.parent
    return any(mentions(case.code, name) for case in cases for name in names)


def _by_group(cases: Sequence[Case]) -> dict[tuple[str | None, str], list[Case]]:
    groups: dict[tuple[str | None, str], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.group, case.setting), []).append(case)
    return groups


def _behind(last: Node, body: Node, host: _Suite) -> int:
    """The end of the row on which the last member ends, unless the group ends there too."""
    end = row_end(host.source, last.end_byte)
    return last.end_byte if end > body.end_byte - 1 else end


def _block(title: str, codes: Sequence[str], host: _Suite, shared: Sequence[str] = ()) -> str:
    step = host.style.indent or step_of("\n".join(codes))
    inside = "\n\n".join(indented(code, step) for code in (*shared, *codes))
    end = "" if host.style.semicolons is False else ";" if host.style.semicolons or codes[0].endswith(";") else ""
    return f"describe({title_beside(title, list(codes))}, {opening_beside(list(codes))}\n{inside}\n}}){end}"


def _needed(shared: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Hooks are for all; of the rest what the tests, or what they need, mention."""
    found = list(shared)
    for _ in shared:
        used = "\n".join([*codes, *found])
        kept = []
        for text in found:
            names = [name for node in parse(text).named_children for name in declared(node)]
            others = used.replace(text, "", 1)
            if not names or any(mentions(others, name) for name in names):
                kept.append(text)
        if len(kept) == len(found):
            break
        found = kept
    return found
