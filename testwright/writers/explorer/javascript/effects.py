"""Tests of calls that give nothing back: what they changed, and whom they called."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript import scenes
from testwright.writers.explorer.javascript.printing import holds, source
from testwright.writers.explorer.javascript.writing import Style, Written


def by_effect(
    each: dict[str, Any],
    callee: str,
    setup: list[str],
    checks: list[str],
    changed: list[tuple[int, Any]],
    is_async: bool,
    needs: set[str],
    style: Style,
    about: str,
) -> Written | None:
    lines, args = list(setup), list(each["args"])
    names = {index: f"given{index + 1}" if len(changed) > 1 else "given" for index, _ in changed}
    for index, name in names.items():
        lines.append(f"const {name} = {source(args[index], style.mock, 0, len(name) + 9)}")
        args[index] = {"$": "code", "v": name}
    call = scenes.call_text(callee, args, style, 2)
    lines += [f"await {call}" if is_async else call, ""]
    lines += [style.words.value(names[index], now) for index, now in changed]
    if any(holds(now, "cut", "NaN", "function") for _, now in changed):
        return None
    what = "changes what it is given" if changed else "changes the file" if each.get("files") else "calls back"
    return Written(f"{what}{about}", [*lines, *checks], scenes.scenario(each), is_async, needs)
