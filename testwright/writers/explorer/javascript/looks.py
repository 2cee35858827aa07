"""What a test says of attributes: of classes, styles, links and states that a page tells to those who cannot see it."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.printing import brief, quoted

_MOST = 5
_BRIEF = 30
ROOT = {"by": "root"}
Checks = list[tuple[str, str]]
"""Lines, each with its words for a title."""


def first_looks(state: dict[str, Any]) -> Checks:
    """Of everything that stands there, the least first: what is of one element says more than a long style."""
    found = [
        (len(value), name in ("class", "style"), look["at"], name, value)
        for look in state.get("looks", [])
        for name, value in look["attributes"]
    ]
    ordered = sorted(found, key=lambda each: (each[1], each[0]))
    return [(_check(at, name, value), f"has {name} {brief(value, _BRIEF)}") for _, _, at, name, value in ordered][
        :_MOST
    ]


def changed_looks(before: dict[str, Any], after: dict[str, Any]) -> Checks:
    """Attributes that came, went or became another, of elements that still are there; then those of new ones."""
    known = [(look["at"], dict(look["attributes"])) for look in before.get("looks", [])]
    found: Checks = []
    fresh = []
    for look in after.get("looks", []):
        old = next((attributes for at, attributes in known if at == look["at"]), None)
        if old is None:
            fresh.append(look)
            continue
        new = dict(look["attributes"])
        for name in [*new, *(each for each in old if each not in new)]:
            if new.get(name) != old.get(name):
                words = f"{name} becomes {brief(new[name], _BRIEF)}" if name in new else f"{name} goes away"
                found.append((_check(look["at"], name, new.get(name)), words))
    return [*found, *first_looks({"looks": fresh})][:_MOST]


def asks_the_root(checks: Checks) -> bool:
    return any("(container." in line for line, _ in checks)


def element_at(at: dict[str, Any], is_typed: bool) -> str:
    """The element as something to fire events on."""
    found = _found(at)
    return f"{found} as Element" if at["by"] in ("root", "around") and is_typed else found


def fired(step: dict[str, Any]) -> str:
    """`keyDown Enter on Save`."""
    key = dict(step["init"]["v"]).get("key")
    where = step["at"].get("name") or step["at"].get("text")
    return f"{step['event']}{f' {key}' if key else ''}{f' on {where}' if where else ''}"


def _check(at: dict[str, Any], name: str, value: str | None) -> str:
    wanted = "toBeNull()" if value is None else f"toBe({quoted(value)})"
    reached = "?." if at["by"] in ("root", "around") else "."
    return f"expect({_found(at)}{reached}getAttribute({quoted(name)})).{wanted}"


def _found(at: dict[str, Any]) -> str:
    match at["by"]:
        case "role":
            return f"screen.getByRole({quoted(at['role'])}, {{ name: {quoted(at['name'])} }})"
        case "text":
            return f"screen.getByText({quoted(at['text'])})"
        case "around":
            return f"screen.getByText({quoted(at['text'])}).parentElement"
        case _:
            return "container.firstElementChild"
