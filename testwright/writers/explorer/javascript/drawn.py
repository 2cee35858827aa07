"""Tests of components and hooks, as a person meets them."""

from __future__ import annotations

import re
from typing import Any

from testwright.writers.explorer.javascript.again import (
    again_words,
    drawn_hook,
    hook_again,
    host_lines,
    hosted,
    redraws,
)
from testwright.writers.explorer.javascript.looks import (
    ROOT,
    asks_the_root,
    changed_looks,
    element_at,
    fired,
    first_looks,
)
from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, cut_at_a_word, holds, quoted, source
from testwright.writers.explorer.javascript.scenes import UNDEFINED, UNFIT, call_text, set_up, spy_checks, throws
from testwright.writers.explorer.javascript.writing import Style, Written

_MOST_CHECKS = 5
_MOST_PROPS = 4
_ELEMENTS = {"button": "HTMLButtonElement", "combobox": "HTMLSelectElement"}


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
    looks = changed_looks(states[-2], states[-1]) if steps else first_looks(states[-1])
    needs_root = asks_the_root(looks) or any(step.get("at") == ROOT for step in steps)
    held = [*(["container"] if needs_root else []), *(["rerender"] if any(map(redraws, steps)) else [])]
    holding = f"const {{ {', '.join(held)} }} = " if held else ""
    lines.append(f"{holding}render({element})")
    needs |= {"timers"} if target.spec["isTimed"] else set()
    for step in steps:
        if redraws(step):
            lines.append(f"rerender({_element(target.symbol.name, step['args'][0], style)})")
            continue
        if step["act"] in ("advance", "deed"):
            lines.append(_outside(step, style))
            continue
        if step["act"] == "fire":
            given = f", {source(step['init'], style.mock)}" if step["init"]["v"] else ""
            lines.append(f"fireEvent.{step['event']}({element_at(step['at'], style.is_typed)}{given})")
            continue
        found = f"screen.getByRole({quoted(step['role'])}, {{ name: {quoted(step['name'])} }})"
        if step["act"] == "click":
            lines.append(f"fireEvent.click({found})")
        else:
            lines.append(f"fireEvent.change({found}, {{ target: {{ value: {quoted(step['text'])} }} }})")
    checks, title = _changes(states[-2], states[-1], style) if steps else _first_sight(states[-1], style)
    heard = spy_checks(each, style)
    called = [name for name, calls in each["spies"] if calls]
    if not checks and not called and not looks:
        return None
    if looks and not checks:
        title = " and ".join(words for _, words in looks[:2])
    if called:
        title = " and ".join([*[f"calls {name}" for name in called], *([title] if checks or looks else [])])
    title += _deeds_title(steps, each["args"]) if steps else ""
    given = _props_title(each, title)
    title += f", at first{given}" if given and any(map(redraws, steps)) else given
    told = [*checks[:_MOST_CHECKS], *(line for line, _ in looks), *heard]
    return Written(title, [*lines, "", *told], "happy", False, needs)


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
    more = " and more" if len(told) > _MOST_PROPS else ""
    return f" with {', '.join(told[:_MOST_PROPS])}{more}" if told else ""


def _deeds_title(steps: list[dict[str, Any]], args: list[Any]) -> str:
    told: list[str] = []
    for step in steps:
        if step["act"] in ("advance", "deed", "rerender"):
            told.append(_told(step, args))
        elif step["act"] == "fire":
            told.append(fired(step))
        elif step["act"] == "click":
            told.append(f"clicking {step['name']}")
        else:
            told.append(f"typing {quoted(step['text'])} into {step['name']}")
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
    for text in after["repeated"]:
        if text not in before["repeated"]:
            checks.append(f"expect(screen.getAllByText({quoted(text)}).length).toBeGreaterThan(1)")
            shown.append(f"shows {text} more than once")
    for text in before["texts"]:
        if text not in (*after["texts"], *after["repeated"]) and not any(text in line for line in checks):
            checks.append(f"expect(screen.queryByText({quoted(text)})).toBeNull()")
            shown.append(f"no longer shows {text}")
    return checks, " and ".join(shown[:2]) or "changes what it shows"


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(first[key] == second[key] for key in ("disabled", "checked", "value"))


def hook(each: dict[str, Any], target: Target, style: Style) -> Written | None:
    outcome, states, steps = each["outcome"], each.get("states") or [], each["steps"]
    setup, needs = set_up(each, style)
    call = call_text(target.symbol.name, each["args"], style, 2)
    if outcome["kind"] == "throws":
        line, _ = throws(f"renderHook(() => {call})", outcome, style)
        return Written(f"throws {quoted(cut_at_a_word(outcome['message']))}", [*setup, *line], "error", False, needs)
    if any(step["act"] == "event" for step in steps):
        return _on_host(each, target, call, setup, style)
    if not states or len(states) != len(steps) + 1:
        return None
    needs |= {"timers"} if target.spec["isTimed"] else set()
    lines = [*setup, drawn_hook(target, each, call, style)]
    answers = _answers(each, states)
    for step in steps[:-1] if answers else steps:
        if step["act"] in ("advance", "deed"):
            lines.append(_outside(step, style))
        elif redraws(step):
            lines.append(hook_again(step, style))
        else:
            lines.append(_acted(_call_of(step, style), style))
    checks = (
        [style.words.value(_call_of(steps[-1], style), each["given"])] if answers else _hook_checks(states[-1], style)
    )
    checks += spy_checks(each, style)
    if not checks:
        return None
    shown = ", ".join(brief(arg) for arg in each["args"])
    told = [_told(step, each["args"]) for step in steps]
    title = f"gives {brief(_without_functions(states[-1]))}" + (f" for {shown}" if shown else "")
    if answers:
        title = f"{told.pop()} returns {brief(each['given'])}" + (f" for {shown}" if shown else "")
    return Written(
        title + (f" after {', then '.join(told)}" if told else ""), [*lines, "", *checks], "happy", False, needs
    )


def _answers(each: dict[str, Any], states: list[Any]) -> bool:
    """Whether the last call gave something and changed nothing: then what it gave is what the test is about."""
    given = each.get("given", UNDEFINED)
    called = bool(each["steps"]) and each["steps"][-1]["act"] == "call"
    return called and given != UNDEFINED and not holds(given, *UNFIT) and states[-1] == states[-2]


def _call_of(step: dict[str, Any], style: Style) -> str:
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in step["path"])
    return call_text(f"result.current{path}", step["args"], style, 4)


def _acted(call: str, style: Style) -> str:
    inner = call.replace("\n", "\n  ")
    return f"act(() => {{\n  {inner}{style.end}\n}})"


def _outside(step: dict[str, Any], style: Style) -> str:
    """Time that passes, or what another part of the project does."""
    if step["act"] == "advance":
        return _acted(f"{style.mock}.advanceTimersByTime({step['ms']})", style)
    return _acted(call_text(step["name"], step["args"], style, 4), style)


def _on_host(each: dict[str, Any], target: Target, call: str, setup: list[str], style: Style) -> Written | None:
    """A hook whose result is spread on an element: what its callbacks hear when a person touches that."""
    checks = spy_checks(each, style)
    called = [name for name, calls in each["spies"] if calls]
    if not called:
        return None
    deeds = [
        f"rerender({hosted(step['args'], style)})"
        if redraws(step)
        else f"fireEvent.{step['event']}(host, {source(step['init'], style.mock)})".replace(", {})", ")")
        for step in each["steps"]
    ]
    lines = [*setup, *host_lines(target, each, call, style), "const host = screen.getByText('host')", ""]
    done = [again_words(step, each["args"]) if redraws(step) else _gesture(step) for step in each["steps"]]
    title = f"calls {_listed(called)} after {', '.join(done)}"
    title += _props_title(each, title)
    return Written(title, [*lines, *deeds, "", *checks], "happy", False, set())


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _gesture(step: dict[str, Any]) -> str:
    """`touchMove to 20, 100`."""
    init = dict(step["init"]["v"])
    touches = init.get("touches", [])
    if len(touches) > 1:
        return f"{step['event']} with {len(touches)} fingers"
    place = dict(touches[0]["v"]) if touches else init
    return f"{step['event']} at {place['clientX']}, {place['clientY']}" if "clientX" in place else step["event"]


def _told(step: dict[str, Any], args: list[Any]) -> str:
    if redraws(step):
        return again_words(step, args)
    if step["act"] == "advance":
        return f"{step['ms'] // 1000} s"
    where = step["name"] if step["act"] == "deed" else ".".join(str(key) for key in step["path"]) or "it"
    return f"{where}({', '.join(brief(arg, 40) for arg in step['args'])})"


def _hook_checks(tree: Any, style: Style) -> list[str]:
    if isinstance(tree, list):
        pairs = [(f"result.current[{index}]", item) for index, item in enumerate(tree)]
    elif isinstance(tree, dict) and tree["$"] == "object" and holds(tree, "function"):
        pairs = [(f"result.current.{key}", item) for key, item in tree["v"]]
    else:
        pairs = [("result.current", tree)]
    return [style.words.value(subject, item) for subject, item in pairs if not holds(item, *UNFIT)][:6]


def _without_functions(tree: Any) -> Any:
    if isinstance(tree, list):
        return [item for item in tree if not holds(item, "function")]
    if isinstance(tree, dict) and tree["$"] == "object":
        return {"$": "object", "v": [[key, item] for key, item in tree["v"] if not holds(item, "function")]}
    return tree
