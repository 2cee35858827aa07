"""Tests of things with a life of their own: what was made, used, and asked what it has become."""

from __future__ import annotations

import re
from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, cut_at_a_word, holds, quoted
from testwright.writers.explorer.javascript.scenes import (
    UNDEFINED,
    UNFIT,
    call_text,
    file_checks,
    scenario,
    set_up,
    spy_checks,
    throws,
)
from testwright.writers.explorer.javascript.waiting import emits, event_checks, heard_back, next_event, waits
from testwright.writers.explorer.javascript.writing import Style, Written


def life(each: dict[str, Any], target: Target, style: Style) -> Written | None:
    """A thing: made by `new` or by a call, used, and asked what it has become."""
    name, outcome, results = target.symbol.name, each["outcome"], each.get("lived") or []
    steps = each["steps"][: len(results)]  # a life ends with the step that throws
    setup, needs = set_up(each, style)
    is_class = target.kind == "class"
    made = call_text(f"new {name}" if is_class else name, each["args"], style, 2)
    if is_class and (not steps or not results):
        return _birth(each, target, style, setup, made, needs)
    if not steps or not results:
        return None
    if any(_passes(step) for step in steps):
        needs |= {"real timers"}
        setup = [f"{style.mock}.useFakeTimers()", *setup]
    if _passes(steps[-1]):
        return _in_time(each, target, style, setup, made, needs)
    held = _held(target)
    is_late = bool(each.get("isBornLate"))
    lines = [*setup, f"const {held} = {'await ' if is_late else ''}{made}"]
    is_async = is_late or any(result.get("isAsync") for result in results)
    lines += _on_the_way(held, steps[:-1], results, style)
    needs |= {"events"} if any(emits(step) for step in steps) else set()
    if emits(steps[-1]):
        return _emitted(each, target, style, lines, needs)
    last, result = steps[-1], results[-1]
    call = _step_call(held, last, result, style)
    shown = ", ".join(brief(arg, 30) for arg in last["args"])
    doing = last["name"] if last.get("getter") else f"{last['name'] or held}({shown})"
    after = _after(steps)
    before = bool(after)
    if outcome["kind"] == "throws" and waits(last["args"]):
        return None
    if outcome["kind"] == "throws":
        line, throws_later = throws(call, outcome, style)
        title = f"{doing} throws {quoted(cut_at_a_word(outcome['message']))}{after}"
        return Written(title, [*lines, "", *line], "error", is_async or throws_later, needs)
    tree = _heard_value(outcome["tree"]) if waits(last["args"]) else outcome["tree"]
    if holds(tree, *UNFIT):
        return None
    sights = _sights(each, held, style, () if last.get("getter") else (last["name"],))
    checks = [*spy_checks(each, style), *file_checks(each, style)]
    if result.get("isSelf") or tree == UNDEFINED:
        if not checks and not any(_is_telling(seen, each) for seen in each.get("seen", [])):
            return None
        lines += [f"await {call}" if result.get("isAsync") else call, "", *[line for line, _ in sights], *checks]
        effect = " and ".join(what for _, what in sights[:2]) or _heard(each)
        title = _emitting(each, doing) or f"{doing} leaves {effect}{after}"
        return Written(title, lines, "happy", is_async or _waits(sights), needs)
    subject = f"await {call}" if result.get("isAsync") else call
    moved = {**each, "seen": [seen for seen in each.get("seen", []) if seen.get("moved")]}
    told = [line for line, _ in _sights(moved, held, style, (last["name"],))] if not _is_question(last) else []
    lines += ["", style.words.value(subject, tree), *told, *checks]
    saying = "is" if last.get("getter") else "calls back with" if waits(last["args"]) else "returns"
    title = f"{doing} {saying} {brief(tree)}{after}"
    made_of = ", ".join(brief(arg, 20) for arg in each["args"])
    title += f" {'on' if is_class else 'from'} {name}({made_of})" if made_of and not before else ""
    return Written(title, lines, scenario({"args": last["args"]}), is_async or _waits(sights), needs)


def _on_the_way(held: str, steps: list[dict[str, Any]], results: list[dict[str, Any]], style: Style) -> list[str]:
    """The steps before the one that a test is about."""
    lines = []
    for step, result in zip(steps, results, strict=False):
        call = _step_call(held, step, result, style)
        if emits(step):
            lines.append(next_event(held, step))
        elif not step.get("getter"):
            lines.append(f"await {call}" if result.get("isAsync") else call)
    return lines


def _step_call(held: str, step: dict[str, Any], result: dict[str, Any], style: Style) -> str:
    if not emits(step) and waits(step.get("args")):
        heard = result.get("tree")
        callee = f"{held}.{step['name']}" if step["name"] else held
        return heard_back(callee, step["args"], heard if isinstance(heard, list) else [], style)
    return "" if emits(step) else step_text(held, step, style)


def _heard_value(heard: Any) -> Any:
    """What a test sees of the arguments that a callback was called with."""
    if not isinstance(heard, list) or not heard:
        return UNDEFINED
    return heard[0] if len(heard) == 1 else heard


def _after(steps: list[dict[str, Any]]) -> str:
    before = [_called(step) for step in steps[:-1] if not step.get("getter")]
    return f" after {' and '.join(dict.fromkeys(before))}" if before else ""


def _emitted(each: dict[str, Any], target: Target, style: Style, lines: list[str], needs: set[str]) -> Written | None:
    """What is waited for after all else, with what it brings and what has changed by then."""
    held, heard = _held(target), each["outcome"].get("tree")
    if each["outcome"]["kind"] != "value" or not isinstance(heard, list):
        return None
    told, title = event_checks(held, each["steps"][-1], heard, style)
    moved = {**each, "seen": [seen for seen in each.get("seen", []) if seen.get("moved")]}
    sights = _sights(moved, held, style, ())
    checks = [*(line for line, _ in sights), *spy_checks(each, style), *file_checks(each, style)]
    if told[-1] == "" and not checks:
        return None
    given = ", ".join(brief(arg) for arg in each["args"])
    title += f" and leaves {sights[0][1]}" if sights else ""
    title += _after(each["steps"]) or (f" for {given}" if given else "")
    return Written(title, [*lines, *told, *checks], "happy", True, needs)


def _emitting(each: dict[str, Any], doing: str) -> str:
    """Where a listener was put up first, the event that it heard is what the step does."""
    first = each["steps"][0]
    if len(each["steps"]) != 2 or not _listens(first):
        return ""
    calls = dict(each["spies"]).get("listener")
    if not calls:
        return ""
    told = f" with {', '.join(brief(arg, 30) for arg in calls[-1])}" if calls[-1] else ""
    return f"{doing} emits {quoted(first['args'][0])}{told}"


def _listens(step: dict[str, Any]) -> bool:
    return step.get("name") == "on" and len(step["args"]) == 2 and isinstance(step["args"][0], str)


def _heard(each: dict[str, Any]) -> str:
    """How often the callback that is looked at was called."""
    name, calls = max(each["spies"], key=lambda spy: len(spy[1]), default=("the callback", []))
    times = {0: "uncalled", 1: "called once", 2: "called twice"}
    return f"{name} {times.get(len(calls), f'called {len(calls)} times')}"


def _waits(sights: list[tuple[str, str]]) -> bool:
    return any("await " in line for line, _ in sights)


def _is_question(step: dict[str, Any]) -> bool:
    return bool(step.get("getter")) or re.match(r"(is|has|get|to|can|count|total|size|list)", step["name"]) is not None


_MAKERS = re.compile(r"(create|make|build|new|get)(?=[A-Z])")
_RESERVED = frozenset(("class", "new", "default", "function", "delete", "import", "with", "in", "of", "case"))


def _held(target: Target) -> str:
    """The name under which a test holds what it made."""
    name = target.symbol.name.rpartition(".")[2]
    given = str(target.spec.get("gives", {}).get("name", ""))
    told = given if re.fullmatch(r"[a-z]\w{2,}", given) else _MAKERS.sub("", name)
    held = re.sub(r"^[A-Z]+", lambda m: m[0].lower(), told)
    return "made" if not re.fullmatch(r"[A-Za-z]\w+", held) or held in (*_RESERVED, target.symbol.name) else held


def _birth(
    each: dict[str, Any], target: Target, style: Style, setup: list[str], made: str, needs: set[str]
) -> Written | None:
    name, outcome = target.symbol.name, each["outcome"]
    shown = ", ".join(brief(arg, 30) for arg in each["args"])
    if outcome["kind"] == "throws":
        line, is_async = throws(made, outcome, style)
        title = f"throws {quoted(cut_at_a_word(outcome['message']))} for new {name}({shown})"
        return Written(title, [*setup, *line], "error", is_async, needs)
    held = _held(target)
    sights = _sights(each, held, style, ())
    heard = spy_checks(each, style)
    if not sights:
        return None
    lines = [*setup, f"const {held} = {made}", "", *[line for line, _ in sights], *heard]
    title = f"starts with {' and '.join(what for _, what in sights[:2])}" + (f" for {shown}" if shown else "")
    return Written(title, lines, scenario(each), _waits(sights), needs)


def _passes(step: dict[str, Any]) -> bool:
    return step.get("act") == "advance"


def _called(step: dict[str, Any]) -> str:
    if emits(step):
        return str(step["event"])
    if _listens(step):
        return f"listening for {quoted(step['args'][0])}"
    return f"{step['ms'] // 1000} s" if _passes(step) else str(step["name"] or "an earlier call")


def _in_time(
    each: dict[str, Any], target: Target, style: Style, setup: list[str], made: str, needs: set[str]
) -> Written | None:
    """What has happened once time has passed after the last call."""
    steps, results, held = each["steps"], each["lived"], _held(target)
    if each["outcome"]["kind"] != "value" or each.get("isBornLate") or len(results) < len(steps):
        return None
    is_alone = all(_passes(step) for step in steps) and target.kind == "function"
    sights = [] if is_alone else _sights({**each, "seen": [s for s in each["seen"] if s.get("moved")]}, held, style, ())
    checks = [line for line, _ in sights] + spy_checks(each, style)
    if not checks:
        return None
    lines = [*setup, made if is_alone else f"const {held} = {made}"]
    for step, result in zip(steps, results, strict=True):
        call = step_text(held, step, style)
        lines.append(f"await {call}" if result.get("isAsync") else call)
    seconds = sum(step["ms"] for step in steps if _passes(step)) // 1000
    asked = [step for step in steps if not _passes(step)]
    last = asked[-1] if asked else {"name": target.symbol.name, "args": each["args"]}
    doing = f"{last['name'] or held}({', '.join(brief(arg, 30) for arg in last['args'])})"
    effect = f"leaves {' and '.join(what for _, what in sights[:2])}" if sights else f"has {_heard(each)}"
    often = f" called {len(asked)} times" if len(asked) > 1 and all(step == asked[0] for step in asked) else ""
    is_async = _waits(sights) or any(result.get("isAsync") for result in results)
    title = f"{doing}{often} {effect} after {seconds} s"
    return Written(title, [*lines, "", *checks], "happy", is_async, needs)


def step_text(held: str, step: dict[str, Any], style: Style) -> str:
    if _passes(step):
        return f"{style.mock}.advanceTimersByTime({step['ms']})"
    if step.get("getter"):
        return f"{held}.{step['name']}"
    return call_text(f"{held}.{step['name']}" if step["name"] else held, step["args"], style, 2)


def _is_telling(seen: dict[str, Any], each: dict[str, Any]) -> bool:
    """Where nothing ever changes, nothing seen afterwards is the step's doing."""
    return bool(seen.get("moved")) or seen["name"] in each.get("lively", ()) or "change" in each


def _sights(each: dict[str, Any], held: str, style: Style, without: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for seen in each.get("seen", []):
        tree = seen["tree"]
        says_nothing = tree == UNDEFINED and not seen.get("moved") and seen["name"] not in each.get("lively", ())
        if seen["name"] in without or says_nothing or holds(tree, *UNFIT):
            continue
        subject = f"{held}.{seen['name']}" if seen["getter"] else f"{held}.{seen['name']}()"
        line = style.words.value(f"await {subject}" if seen["isAsync"] else subject, tree)
        # What the step changed, what other steps change, and last what is always so.
        rank = 0 if seen.get("moved") else 1 if seen["name"] in each.get("lively", ()) else 2
        found.append((rank, len(line) > 120, line, f"{seen['name']} {brief(tree, 24)}"))
    found.sort(key=lambda sight: sight[:2])
    ranks = {rank for rank, *_ in found}
    told = [sight for sight in found if sight[0] < 2 or len(ranks) == 1]
    return [(line, what) for _, _, line, what in told if len(line) < 600][:3]
