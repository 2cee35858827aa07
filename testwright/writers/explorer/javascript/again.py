"""Tests that draw a component or a hook again, with something else than before."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, source
from testwright.writers.explorer.javascript.scenes import call_text
from testwright.writers.explorer.javascript.writing import Style

_MISSING: dict[str, Any] = {"$": "left out"}
_MOST_TOLD = 3


def redraws(step: dict[str, Any]) -> bool:
    return step.get("act") == "rerender"


def drawn_hook(target: Target, each: dict[str, Any], call: str, style: Style) -> str:
    """`given` are the arguments of the hook as a list, or its only one."""
    if not any(map(redraws, each["steps"])):
        return f"const {{ result }} = renderHook(() => {call})"
    name, args = target.symbol.name, each["args"]
    is_one = len(args) == 1
    parameter, spread = _given(name, is_one, style), "given" if is_one else "...given"
    first = source(args[0] if is_one else args, style.mock, -1000)
    inner = f"renderHook(({parameter}) => {name}({spread}), {{ initialProps: {first} }})"
    return f"const {{ result, rerender }} = {inner}"


def hook_again(step: dict[str, Any], style: Style) -> str:
    args = step["args"]
    return call_text("rerender", [args[0] if len(args) == 1 else args], style, 2)


def host_lines(target: Target, each: dict[str, Any], call: str, style: Style) -> list[str]:
    """An element on which the hook's result is spread."""
    if not any(map(redraws, each["steps"])):
        element = f"<div {{...{call}}}>host</div>" if style.has_jsx else f"createElement('div', {call}, 'host')"
        return [f"const Host = () => {element}", f"render({'<Host />' if style.has_jsx else 'createElement(Host)'})"]
    name, is_one = target.symbol.name, len(each["args"]) == 1
    again = f"{name}({'given' if is_one else '...given'})"
    element = f"<div {{...{again}}}>host</div>" if style.has_jsx else f"createElement('div', {again}, 'host')"
    typed = f": {{ {_given(name, is_one, style)} }}" if style.is_typed else ""
    return [
        f"const Host = ({{ given }}{typed}) => {element}",
        f"const {{ rerender }} = render({hosted(each['args'], style)})",
    ]


def hosted(args: list[Any], style: Style) -> str:
    given = source(args[0] if len(args) == 1 else args, style.mock, -1000)
    return f"<Host given={{{given}}} />" if style.has_jsx else f"createElement(Host, {{ given: {given} }})"


def _given(name: str, is_one: bool, style: Style) -> str:
    return f"given: Parameters<typeof {name}>{'[0]' if is_one else ''}" if style.is_typed else "given"


def again_words(step: dict[str, Any], args: list[Any]) -> str:
    """`drawing it again with delta 20`: what is another thing than at first."""
    told = [word for mine, before in zip(step["args"], args, strict=False) for word in _changed(mine, before)]
    return " ".join(["drawing it again", ", ".join(told[:_MOST_TOLD])]).rstrip()


def _changed(mine: Any, before: Any) -> list[str]:
    if not (_is_object(mine) and _is_object(before)):
        return [f"with {brief(mine, 30)}"] if mine != before else []
    old, new = dict(before["v"]), dict(mine["v"])
    changed = [f"with {key} {brief(value, 24)}" for key, value in new.items() if old.get(key, _MISSING) != value]
    return [*changed, *(f"without {key}" for key in old if key not in new)]


def _is_object(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("$") == "object"
