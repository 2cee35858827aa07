"""Replacing what is under test proves nothing about it; replacing what it uses is fine."""

from collections.abc import Collection

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.languages.python.calling import Names, arguments, calls, full_name
from testwright.languages.python.syntax import at, string_value, text_of, walk

_PATCHERS = ("patch", "patch.object", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr", "setattr")
_INSIDES = ("__code__", "__defaults__", "__kwdefaults__", "__wrapped__", "__globals__")


def replaced_unit(root: Node, names: Names, analysis: Analysis, called: Collection[str]) -> str | None:
    """A function that the test does not call is what its subject uses, where it calls another one of the file."""
    known = {symbol.name for symbol in analysis.symbols}
    others = {name.rpartition(".")[2] for name in known}
    for call, patcher in calls(root, names):
        if not any(patcher == each or patcher.endswith(f".{each}") for each in _PATCHERS):
            continue
        target = _target(call, names, known)
        if target is None or target not in known:
            continue
        is_used_by_another = "." not in target and target not in called and not others.isdisjoint(called)
        if not is_used_by_another:
            return f"{at(call)} replaces {target}, which is what the test is for; replace only what it uses."
    for node in walk(root):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if left is None:
            continue
        if left.type == "subscript":  # f.__globals__["name"]
            left = left.child_by_field_name("value") or left
        if left.type == "attribute":
            owner, _, attribute = text_of(left).rpartition(".")
            inner = _owner_of_insides(left, attribute, names, others)
            symbol = f"{owner.rpartition('.')[2]}.{attribute}"
            if inner or symbol in known or (attribute in known and owner.islower() and owner.isidentifier()):
                return f"{at(node)} replaces {inner or attribute}, which is what the test is for."
    return None


def _target(call: Node, names: Names, known: Collection[str]) -> str | None:
    given = arguments(call)
    values = [string_value(argument) for argument in given[:2]]
    if values and values[0] is not None:
        parts = values[0].split(".")
        if parts[-1] in _INSIDES:
            parts.pop()
        return ".".join(parts[-2:]) if ".".join(parts[-2:]) in known else parts[-1]
    if len(values) > 1 and values[1] is not None:
        owner = full_name(given[0], names).split(".")
        if values[1] in _INSIDES:
            return ".".join(owner[-2:]) if ".".join(owner[-2:]) in known else owner[-1]
        return f"{owner[-1]}.{values[1]}" if owner[-1] in known else values[1]
    return None


def _owner_of_insides(left: Node, attribute: str, names: Names, others: Collection[str]) -> str:
    """The function of the unit whose insides are exchanged; else nothing."""
    owner = full_name(left.child_by_field_name("object"), names).rpartition(".")[2]
    return owner if attribute in _INSIDES and owner in others else ""
