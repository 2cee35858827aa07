"""Tests that wait: for a callback that is called later, for an event that something emits."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, holds, quoted
from testwright.writers.explorer.javascript.scenes import UNFIT, call_text, file_checks, scenario, spy_checks
from testwright.writers.explorer.javascript.titles import given_words
from testwright.writers.explorer.javascript.writing import Style, Written

AWAITED = "awaited"


def waits(args: list[Any] | None) -> bool:
    """Whether one of the arguments is the callback that is waited for."""
    return any(isinstance(arg, dict) and arg.get("$") == AWAITED for arg in args or [])


def is_waiting(each: dict[str, Any]) -> bool:
    """Whether the test would wait for something: each change that keeps it from coming costs the court seconds."""
    return waits(each["args"]) or any(emits(step) or waits(step.get("args")) for step in each["steps"])


def heard_back(callee: str, args: list[Any], heard: list[Any], style: Style) -> str:
    """The call as a promise of what its callback hears: one value, or a list of several."""
    resolving = "(...args) => resolve(args)" if len(heard) > 1 else "resolve"
    if not heard and style.is_typed:
        resolving = "() => resolve(undefined)"
    given = [{"$": "code", "v": resolving} if waits([arg]) else arg for arg in args]
    return f"new Promise((resolve) => {call_text(callee, given, style, 2)})"


def emits(step: dict[str, Any]) -> bool:
    return step.get("act") == "emits"


def next_event(held: str, step: dict[str, Any]) -> str:
    return f"await once({held}, {quoted(step['event'])})"


def event_checks(held: str, step: dict[str, Any], heard: list[Any], style: Style) -> tuple[list[str], str]:
    """The statements that wait for an event and look at what it brings, and the words for it."""
    waiting, title = next_event(held, step), f"emits {quoted(step['event'])}"
    if not heard or holds(heard, *UNFIT):
        return [waiting, ""], title
    if len(heard) == 1 and isinstance(heard[0], dict) and heard[0].get("$") == "error":
        check = style.words.value("error", heard[0])
        return [f"const [error] = {waiting}", "", check], f"{title} with {quoted(heard[0]['message'])}"
    return ["", style.words.value(waiting, heard)], f"{title} with {', '.join(map(brief, heard))}"


def heard_later(
    each: dict[str, Any], target: Target, style: Style, setup: list[str], needs: set[str]
) -> Written | None:
    """What a callback hears that is called once the call itself is over."""
    outcome = each["outcome"]
    heard = outcome.get("tree")
    if outcome["kind"] != "value" or not isinstance(heard, list) or holds(heard, *UNFIT):
        return None
    checks = [*spy_checks(each, style), *file_checks(each, style)]
    about = given_words([arg for arg in each["args"] if not waits([arg])], [], target)
    subject = f"await {heard_back(target.symbol.name, each['args'], heard, style)}"
    if not heard:
        what = "changes the file, then calls back" if each.get("files") else "calls back"
        return Written(f"{what}{about}", [*setup, subject, "", *checks], "happy", True, needs) if checks else None
    value = heard[0] if len(heard) == 1 else heard
    lines = [*setup, f"const heard = {subject}", "", style.words.value("heard", value), *checks]
    title = f"calls back with {', '.join(brief(arg) for arg in heard)}{about}"
    return Written(title, lines, scenario(each), True, needs)
