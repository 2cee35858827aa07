"""Tests of things with a life of their own: objects, components, hooks; and what all kinds of tests share."""

from __future__ import annotations

import re
from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, cut_at_a_word, holds, quoted, returned, source
from testwright.writers.explorer.javascript.writing import Style, Written

UNDEFINED = {"$": "undefined"}
_UNFIT = ("cut", "symbol", "promise", "NaN", "function", "iterator")
_MOST_CHECKS = 5
_MOST_SPIES = 3
_ELEMENTS = {"button": "HTMLButtonElement", "combobox": "HTMLSelectElement"}


def call_text(callee: str, args: list[Any], style: Style, indent: int) -> str:
    line = f"{callee}({', '.join(source(arg, style.mock, -1000) for arg in args)})"
    if len(line) <= 92:
        return line
    shown = [source(arg, style.mock, 0, len(callee) + 1 if len(args) == 1 else 40) for arg in args]
    if len(args) == 1:
        return f"{callee}({shown[0]})"
    return f"{callee}({', '.join(shown)})"


def throws(call: str, outcome: dict[str, Any], style: Style) -> tuple[list[str], bool]:
    return style.words.throws(call, outcome["message"], bool(outcome["isAsync"])), bool(outcome["isAsync"])


def set_up(each: dict[str, Any], style: Style) -> tuple[list[str], set[str]]:
    """Spies and the server's stand-in, as statements; and what they need of the preamble."""
    lines: list[str] = []
    needs: set[str] = set()
    for name, returns in _spies([each["args"], each["steps"]]):
        lines += style.words.spy(name, "" if returns is None else returned(returns, style.mock), style.is_typed)
    answer = each.get("answer")
    if answer is not None and each.get("asked"):
        needs.add("fetch")
        lines.append(call_text("serverAnswers", [answer["status"], answer["body"]], style, 2))
    if lines:
        lines.append("")
    return lines, needs


def with_quiet_callbacks(each: dict[str, Any], heard: set[str]) -> dict[str, Any]:
    """Without the spies that a test says nothing of: functions that nobody listens to stand in their place.

    That a callback was not called says something only where other calls do call it; and before anybody has acted on
    a component, nobody expects it to.
    """
    waits = "states" in each and not each["steps"]
    spies = [
        [name, calls]
        for name, calls in each.get("spies", [])
        if each["outcome"]["kind"] != "throws" and (calls or (name in heard and not waits))
    ][:_MOST_SPIES]
    told = {name for name, _ in spies}
    quiet = {name: returns for name, returns in _spies([each["args"], each["steps"]]) if name not in told}
    return {**each, "spies": spies, "args": _quieted(each["args"], quiet), "steps": _quieted(each["steps"], quiet)}


def _quieted(tree: Any, quiet: dict[str, Any]) -> Any:
    if isinstance(tree, list):
        return [_quieted(item, quiet) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("$") == "spy" and tree["v"] in quiet:
        return {"$": "quiet", "v": tree["v"], "returns": quiet[tree["v"]]}
    return {key: _quieted(value, quiet) for key, value in tree.items()}


def _spies(tree: Any) -> list[tuple[str, Any]]:
    found: dict[str, Any] = {}

    def look(each: Any) -> None:
        if isinstance(each, list):
            for item in each:
                look(item)
        elif isinstance(each, dict) and each.get("$") == "spy":
            found.setdefault(str(each["v"]), each.get("returns"))
        elif isinstance(each, dict):
            for item in each.values():
                look(item)

    look(tree)
    return list(found.items())


def spy_checks(each: dict[str, Any], style: Style) -> list[str]:
    lines = []
    for name, calls in each.get("spies", []):
        # Nothing was handed over: that it was called is all there is to say.
        tellable = not holds(calls, *_UNFIT) and len(calls) <= 20 and calls != [[]]
        lines += style.words.heard(name, calls, tellable)
    return lines


def changes(each: dict[str, Any], style: Style) -> list[tuple[int, Any]]:
    """Arguments that the call changed, with what they became."""
    return [(index, after["now"]) for index, after in enumerate(each.get("after") or []) if after is not None]


def scenario(each: dict[str, Any]) -> str:
    """Empty, missing, zero and negative inputs are edges; all else is everyday."""
    for arg in each["args"]:
        if arg in ("", [], 0, None, UNDEFINED) or arg == {"$": "object", "v": []}:
            return "edge"
        if isinstance(arg, int | float) and not isinstance(arg, bool) and arg < 0:
            return "edge"
    return "happy"


def life(each: dict[str, Any], target: Target, style: Style) -> Written | None:
    """An object: made, used, and asked what it has become."""
    name, outcome, results = target.symbol.name, each["outcome"], each.get("lived") or []
    steps = each["steps"][: len(results)]  # a life ends with the step that throws
    setup, needs = set_up(each, style)
    made = call_text(f"new {name}", each["args"], style, 2)
    if not steps or not results:
        return _birth(each, target, style, setup, made, needs)
    held = re.sub(r"^[A-Z]+", lambda m: m[0].lower(), name) or "made"
    if held in ("class", "new", "default", name):
        held = "made"
    lines = [*setup, f"const {held} = {made}"]
    is_async = any(result.get("isAsync") for result in results)
    for step, result in zip(steps[:-1], results[:-1], strict=False):
        call = step_text(held, step, style)
        if not step.get("getter"):
            lines.append(f"await {call}" if result.get("isAsync") else call)
    last, result = steps[-1], results[-1]
    call = step_text(held, last, style)
    shown = ", ".join(brief(arg, 30) for arg in last["args"])
    doing = last["name"] if last.get("getter") else f"{last['name']}({shown})"
    before = [step["name"] for step in steps[:-1] if not step.get("getter")]
    after = f" after {' and '.join(dict.fromkeys(before))}" if before else ""
    if outcome["kind"] == "throws":
        line, throws_later = throws(call, outcome, style)
        title = f"{doing} throws {quoted(cut_at_a_word(outcome['message']))}{after}"
        return Written(title, [*lines, "", *line], "error", is_async or throws_later, needs)
    tree = outcome["tree"]
    if holds(tree, *_UNFIT):
        return None
    sights = _sights(each, held, style, () if last.get("getter") else (last["name"],))
    checks = spy_checks(each, style)
    if result.get("isSelf") or tree == UNDEFINED:
        if not sights and not checks:
            return None
        lines += [f"await {call}" if result.get("isAsync") else call, "", *[line for line, _ in sights], *checks]
        effect = " and ".join(what for _, what in sights[:2]) or "calls back"
        return Written(f"{doing} leaves {effect}{after}", lines, "happy", is_async or _waits(sights), needs)
    subject = f"await {call}" if result.get("isAsync") else call
    moved = {**each, "seen": [seen for seen in each.get("seen", []) if seen.get("moved")]}
    told = [line for line, _ in _sights(moved, held, style, (last["name"],))] if not _is_question(last) else []
    lines += ["", style.words.value(subject, tree), *told, *checks]
    title = f"{doing} {'is' if last.get('getter') else 'returns'} {brief(tree)}{after}"
    made_of = ", ".join(brief(arg, 20) for arg in each["args"])
    title += f" on {name}({made_of})" if made_of and not before else ""
    return Written(title, lines, scenario({"args": last["args"]}), is_async or _waits(sights), needs)


def _waits(sights: list[tuple[str, str]]) -> bool:
    return any("await " in line for line, _ in sights)


def _is_question(step: dict[str, Any]) -> bool:
    return bool(step.get("getter")) or re.match(r"(is|has|get|to|can|count|total|size|list)", step["name"]) is not None


def _birth(
    each: dict[str, Any], target: Target, style: Style, setup: list[str], made: str, needs: set[str]
) -> Written | None:
    name, outcome = target.symbol.name, each["outcome"]
    shown = ", ".join(brief(arg, 30) for arg in each["args"])
    if outcome["kind"] == "throws":
        line, is_async = throws(made, outcome, style)
        title = f"throws {quoted(cut_at_a_word(outcome['message']))} for new {name}({shown})"
        return Written(title, [*setup, *line], "error", is_async, needs)
    held = re.sub(r"^[A-Z]+", lambda m: m[0].lower(), name) or "made"
    held = "made" if held == name else held
    sights = _sights(each, held, style, ())
    heard = spy_checks(each, style)
    if not sights:
        return None
    lines = [*setup, f"const {held} = {made}", "", *[line for line, _ in sights], *heard]
    title = f"starts with {' and '.join(what for _, what in sights[:2])}" + (f" for {shown}" if shown else "")
    return Written(title, lines, scenario(each), _waits(sights), needs)


def step_text(held: str, step: dict[str, Any], style: Style) -> str:
    if step.get("getter"):
        return f"{held}.{step['name']}"
    return call_text(f"{held}.{step['name']}", step["args"], style, 2)


def _sights(each: dict[str, Any], held: str, style: Style, without: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for seen in each.get("seen", []):
        tree = seen["tree"]
        if seen["name"] in without or tree == UNDEFINED or holds(tree, *_UNFIT):
            continue
        subject = f"{held}.{seen['name']}" if seen["getter"] else f"{held}.{seen['name']}()"
        line = style.words.value(f"await {subject}" if seen["isAsync"] else subject, tree)
        found.append((line, f"{seen['name']} {brief(tree, 24)}", len(line), bool(seen.get("moved"))))
    found.sort(key=lambda sight: (not sight[3], sight[2] > 120))
    return [(line, what) for line, what, length, _ in found if length < 600][:3]


def component(each: dict[str, Any], target: Target, style: Style) -> Written | None:
    """A component as a person meets it."""
    outcome, states, steps = each["outcome"], each.get("states") or [], each["steps"]
    setup, needs = set_up(each, style)
    setup = [line for line in setup if line]
    element = _element(target.symbol.name, each["args"][0] if each["args"] else {"$": "object", "v": []}, style)
    if outcome["kind"] == "throws":
        line, _ = throws(f"render({element})", outcome, style)
        return Written(f"throws {quoted(cut_at_a_word(outcome['message']))}", [*setup, *line], "error", False, needs)
    if not states or len(states) != len(steps) + 1:
        return None
    lines = [*setup]
    if not steps and states[-1]["isEmpty"]:
        lines += [f"const {{ container }} = render({element})", "", "expect(container.innerHTML).toBe('')"]
        return Written(f"shows nothing{_props_title(each, '')}", lines, "edge", False, needs)
    lines.append(f"render({element})")
    for step in steps:
        found = f"screen.getByRole({quoted(step['role'])}, {{ name: {quoted(step['name'])} }})"
        if step["act"] == "click":
            lines.append(f"fireEvent.click({found})")
        else:
            lines.append(f"fireEvent.change({found}, {{ target: {{ value: {quoted(step['text'])} }} }})")
    checks, title = _changes(states[-2], states[-1], style) if steps else _first_sight(states[-1], style)
    heard = spy_checks(each, style)
    called = [name for name, calls in each["spies"] if calls]
    if not checks and not called:
        return None
    if called:
        title = " and ".join([*[f"calls {name}" for name in called], *([title] if checks else [])])
    title += _deeds_title(steps) if steps else ""
    title += _props_title(each, title)
    return Written(title, [*lines, "", *checks[:_MOST_CHECKS], *heard], "happy", False, needs)


def _element(name: str, props: dict[str, Any], style: Style) -> str:
    if not style.has_jsx:
        return f"createElement({name}, {source(props, style.mock)})" if props["v"] else f"createElement({name})"
    children = next((value for key, value in props["v"] if key == "children"), None)
    parts = [name]
    for key, value in props["v"]:
        if key == "children" and isinstance(children, str) and children and not re.search(r"[{}<>\n]", children):
            continue
        if isinstance(value, str) and not re.search(r"[\"\n\\&]", value):
            parts.append(f'{key}="{value}"')
        elif value is True:
            parts.append(key)
        else:
            parts.append(f"{key}={{{source(value, style.mock, -1000)}}}")
    opened = " ".join(parts)
    if isinstance(children, str) and children and not re.search(r"[{}<>\n]", children):
        return f"<{opened}>{children}</{name}>"
    return f"<{opened} />"


def _props_title(each: dict[str, Any], title: str) -> str:
    """What the component was given, but for a text of its own that the title shows already."""
    props = each["args"][0]["v"] if each["args"] and isinstance(each["args"][0], dict) else []
    told = [
        f"{key} {brief(value, 20)}"
        for key, value in props
        if not (isinstance(value, dict) and value["$"] in ("spy", "quiet"))
        and not (key == "children" and isinstance(value, str) and value and value in title)
    ]
    return f" with {', '.join(told)}" if told else ""


def _deeds_title(steps: list[dict[str, Any]]) -> str:
    told: list[str] = []
    for step in steps:
        typed = f"typing {quoted(step.get('text', ''))} into {step['name']}"
        told.append(f"clicking {step['name']}" if step["act"] == "click" else typed)
    counted = [f"{deed}{f' {told.count(deed)} times' if told.count(deed) > 1 else ''}" for deed in dict.fromkeys(told)]
    return " after " + ", then ".join(counted)


def _first_sight(state: dict[str, Any], style: Style) -> tuple[list[str], str]:
    checks: list[str] = []
    shown: list[str] = []
    for role in state["roles"]:
        if role["name"] is None:
            continue
        found = f"screen.getByRole({quoted(role['role'])}, {{ name: {quoted(role['name'])} }})"
        checks += _role_checks(found, role, style)
        shown.append(f"the {role['role']} {role['name']}" + (" disabled" if role["disabled"] else ""))
    named = {role["name"] for role in state["roles"]}
    for text in state["texts"]:
        if text not in named:
            checks.append(f"expect(screen.getByText({quoted(text)})).toBeTruthy()")
            shown.append(text)
    return checks, "shows " + " and ".join(shown[:2])


def _role_checks(found: str, role: dict[str, Any], style: Style) -> list[str]:
    checks, plain = [], found
    if style.is_typed:
        found = found.replace("getByRole(", f"getByRole<{_ELEMENTS.get(role['role'], 'HTMLInputElement')}>(")
    if role["className"]:
        checks.append(f"expect({plain}.className).toBe({quoted(role['className'])})")
    if role["role"] in ("button", "textbox", "checkbox", "radio", "combobox", "switch"):
        checks.append(f"expect({found}.disabled).toBe({'true' if role['disabled'] else 'false'})")
    if role["role"] in ("checkbox", "radio", "switch"):
        checks.append(f"expect({found}.checked).toBe({'true' if role['checked'] else 'false'})")
    if role["value"] is not None:
        checks.append(f"expect({found}.value).toBe({quoted(role['value'])})")
    return checks or [f"expect({plain}).toBeTruthy()"]


def _changes(before: dict[str, Any], after: dict[str, Any], style: Style) -> tuple[list[str], str]:
    """What a person would notice: texts that came or went, controls that changed."""
    checks: list[str] = []
    shown: list[str] = []
    for text in after["texts"]:
        if text not in before["texts"]:
            checks.append(f"expect(screen.getByText({quoted(text)})).toBeTruthy()")
            shown.append(f"shows {text}")
    known = {(role["role"], role["name"]): role for role in before["roles"]}
    for role in after["roles"]:
        old = known.get((role["role"], role["name"]))
        if role["name"] is None or (old is not None and _same(old, role)):
            continue
        found = f"screen.getByRole({quoted(role['role'])}, {{ name: {quoted(role['name'])} }})"
        checks += _role_checks(found, role, style)
        if old is not None and old["disabled"] != role["disabled"]:
            shown.append(f"{'disables' if role['disabled'] else 'enables'} {role['name']}")
    for text in before["texts"]:
        if text not in after["texts"] and not any(text in line for line in checks):
            checks.append(f"expect(screen.queryByText({quoted(text)})).toBeNull()")
            shown.append(f"no longer shows {text}")
    return checks, " and ".join(shown[:2]) or "changes what it shows"


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(first[key] == second[key] for key in ("disabled", "checked", "value", "className"))


def hook(each: dict[str, Any], target: Target, style: Style) -> Written | None:
    outcome, states, steps = each["outcome"], each.get("states") or [], each["steps"]
    setup, needs = set_up(each, style)
    call = call_text(target.symbol.name, each["args"], style, 2)
    if outcome["kind"] == "throws":
        line, _ = throws(f"renderHook(() => {call})", outcome, style)
        return Written(f"throws {quoted(cut_at_a_word(outcome['message']))}", [*setup, *line], "error", False, needs)
    if not states or len(states) != len(steps) + 1:
        return None
    if any(step["act"] == "advance" for step in steps):
        needs.add("timers")
    lines = [*setup, f"const {{ result }} = renderHook(() => {call})"]
    for step in steps:
        if step["act"] == "advance":
            lines.append(f"act(() => {{\n  {style.mock}.advanceTimersByTime({step['ms']}){style.end}\n}})")
        else:
            path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in step["path"])
            args = ", ".join(source(arg, style.mock, -1000) for arg in step["args"])
            lines.append(f"act(() => {{\n  result.current{path}({args}){style.end}\n}})")
    checks = _hook_checks(states[-1], style)
    checks += spy_checks(each, style)
    if not checks:
        return None
    shown = ", ".join(brief(arg) for arg in each["args"])
    told = [f"{step['ms'] // 1000} s" if step["act"] == "advance" else _called(step) for step in steps]
    title = f"gives {brief(_without_functions(states[-1]))}" + (f" for {shown}" if shown else "")
    return Written(
        title + (f" after {', then '.join(told)}" if told else ""), [*lines, "", *checks], "happy", False, needs
    )


def _called(step: dict[str, Any]) -> str:
    where = ".".join(str(key) for key in step["path"]) or "it"
    return f"{where}({', '.join(brief(arg, 16) for arg in step['args'])})"


def _hook_checks(tree: Any, style: Style) -> list[str]:
    if isinstance(tree, list):
        pairs = [(f"result.current[{index}]", item) for index, item in enumerate(tree)]
    elif isinstance(tree, dict) and tree["$"] == "object" and holds(tree, "function"):
        pairs = [(f"result.current.{key}", item) for key, item in tree["v"]]
    else:
        pairs = [("result.current", tree)]
    return [style.words.value(subject, item) for subject, item in pairs if not holds(item, *_UNFIT)][:6]


def _without_functions(tree: Any) -> Any:
    if isinstance(tree, list):
        return [item for item in tree if not holds(item, "function")]
    if isinstance(tree, dict) and tree["$"] == "object":
        return {"$": "object", "v": [[key, item] for key, item in tree["v"] if not holds(item, "function")]}
    return tree
