"""From observations to tests that a reviewer would wave through: few, simple, and each with its own point."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from testwright.domain.analysis import SymbolKind
from testwright.domain.drafts import Case, Draft, Writing
from testwright.domain.ports import WritingTask
from testwright.domain.sessions import CoverageGoal, TestType
from testwright.domain.suspects import Because, Suspect
from testwright.writers.explorer.javascript import drawn, laws, lives, openings, scenes, serving
from testwright.writers.explorer.javascript.admitting import on_purpose, type_checks
from testwright.writers.explorer.javascript.effects import by_effect
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.neighbours import closure_of, homes_in, remembers
from testwright.writers.explorer.javascript.openings import OF_NODE
from testwright.writers.explorer.javascript.pages import stand_ins_for
from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, cut_at_a_word, holds, quoted
from testwright.writers.explorer.javascript.sharing import shared
from testwright.writers.explorer.javascript.suites import HELPERS, code_of, preamble_of
from testwright.writers.explorer.javascript.suspecting import Doubt, doubt_of
from testwright.writers.explorer.javascript.titles import given_words, shown_beside, unique
from testwright.writers.explorer.javascript.trips import trips_of
from testwright.writers.explorer.javascript.waiting import heard_later, is_waiting, waits
from testwright.writers.explorer.javascript.writing import Style, Written

MOST_CASES = 30
_FULL = 90
_MOST_WAITING = 4
_WITH_EXPECT = ("vitest", "jest")
"""A possible bug is so far told in the words of these alone."""
_FUNCTION = {"$": "function"}
Told = dict[str, Any]


def writing_of(told: list[Told], targets: tuple[Target, ...], task: WritingTask, module: Module) -> Writing:
    """Ordinary observations as tests, and apart from them what looks like a bug."""
    style = _style(task, module)
    sound, doubts = _weighed(told, targets, module, style)
    return Writing(
        draft=draft_of(sound, targets, task, style),
        suspects=tuple(_suspects(doubts, task, style)) if task.framework in _WITH_EXPECT else (),
    )


def further_writing_of(
    told: list[Told], targets: tuple[Target, ...], task: WritingTask, module: Module, draft: Draft
) -> Writing | None:
    """Each observation shows a change that the draft's tests do not notice: all are told, under names that are new."""
    style = _style(task, module)
    sound, _ = _weighed(told, targets, module, style)
    further = draft_of(sound, targets, task, style, draft)
    return Writing(draft=further) if further.cases else None


def _weighed(
    told: list[Told], targets: tuple[Target, ...], module: Module, style: Style
) -> tuple[list[Told], list[tuple[Target, Doubt]]]:
    """What may be written down as it was seen, and what looks like a bug. Nothing is both, however it was come by."""
    doubts: list[tuple[Target, Doubt]] = []
    sound: list[Told] = []
    contradicted: set[str] = set()
    for each in told:
        doubt = doubt_of(each, targets[each["target"]], module, style)
        if doubt is not None:
            doubts.append((targets[each["target"]], doubt))
            contradicted |= {_call_key(each)} if doubt.claim is not None else set()
        elif "claim" not in each and (each["outcome"]["kind"] != "throws" or each["outcome"]["own"]):
            sound.append(each)
    return [each for each in sound if _call_key(each) not in contradicted], doubts


def _numbered(title: str, names: set[str]) -> str:
    """Inputs tell possible bugs apart, so a number is hardly ever needed."""
    numbers = itertools.count(2)
    name = title
    while name in names:
        name = f"{title} ({next(numbers)})"
    return name


def _in_full(title: str, each: Told) -> str:
    """What a title had no room for tells a test from its namesake of an earlier round."""
    last = each["steps"][-1].get("args", each["args"]) if each["steps"] else each["args"]
    more = ", ".join(brief(arg, _FULL) for arg in last)
    return title if not more or more in title else _one_line(f"{title}, given {more}")


def _call_key(each: Told) -> str:
    return json.dumps([each["target"], each["args"], each["steps"]])


def _suspects(doubts: list[tuple[Target, Doubt]], task: WritingTask, style: Style) -> Iterator[Suspect]:
    """The simplest call for each thing that looks wrong; of examples every one."""
    simplest: dict[tuple[str, str, str], tuple[Target, Doubt]] = {}
    for target, doubt in sorted(doubts, key=lambda pair: len(pair[1].input)):
        told = doubt.input if doubt.claim is not None else ""
        simplest.setdefault((doubt.symbol, doubt.kind, told), (target, doubt))
    accused = tuple({target.id: target for target, _ in simplest.values()}.values())
    preamble = preamble_of(accused, task, style, set(), (), style.stand_ins) if accused else ""
    names: set[str] = set()
    for target, doubt in simplest.values():
        name = _numbered(_one_line(f"{_PROMISES[doubt.kind]} for {doubt.input}"), names)
        names.add(name)
        written = Written(name, list(doubt.lines), is_async=doubt.is_async)
        symbol = target.methods.get(doubt.symbol.split(".", 1)[-1], target.symbol)
        claim = doubt.claim
        yield Suspect(
            name=name,
            symbol=doubt.symbol,
            line=symbol.line,
            expected=doubt.expected,
            observed=doubt.observed,
            because=Because(
                kind=doubt.kind,
                text=doubt.text,
                line=claim.line if claim is not None else symbol.line,
                path=claim.path if claim is not None else None,
            ),
            input=doubt.input,
            code=code_of(name, written, style),
            preamble=preamble,
        )


_PROMISES = {
    "example": "does what is documented",
    "type": "keeps to its types",
    "name": "keeps to its name",
    "value": "gives a sound result",
}


def draft_of(
    told: list[Told], targets: tuple[Target, ...], task: WritingTask, style: Style, beside: Draft | None = None
) -> Draft:
    """`beside` is what the cases will stand with: its names are taken, and its preamble's helpers stay."""
    cases: list[Case] = []
    taken = {case.name for case in beside.cases} if beside is not None else set()
    needs = {need for need, mark in HELPERS.items() if beside is not None and mark in beside.preamble}
    names: dict[str, tuple[Told, Target]] = {}
    for target in targets:
        mine = [each for each in told if each["target"] == target.id]
        for each, written in _worth_keeping(mine, target, task, style, targets):
            title = unique(_one_line(written.title), names, each, target)
            name = _numbered(_in_full(title, each) if title in taken else title, taken)
            names[name] = (each, target)
            needs |= written.needs
            cases.append(
                Case(
                    name=name,
                    code=code_of(name, written, style),
                    group=target.symbol.name,
                    targets=(target.symbol.name, *_givers(each, targets)),
                    scenario=_scenario(each, written, target, task),
                    tabled=not style.is_typed or (task.framework not in OF_NODE and _takes_any_plain_value(target)),
                )
            )
    lent = homes_in([[each["args"], each["steps"]] for each, _ in names.values()])
    used = _used_by(names.values(), targets) if style.is_forgetful else targets
    return Draft(preamble=preamble_of(used, task, style, needs, lent, style.stand_ins), cases=tuple(cases))


def _used_by(told: Iterable[tuple[Told, Target]], targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets that tests are about, and those that they call on the way."""
    kept = list(told)
    called = {step["path"][0] for each, _ in kept for step in each["steps"] if step.get("act") == "deed"}
    about = {target.id for _, target in kept}
    return tuple(target for target in targets if target.id in about or target.path[0] in called)


def _scenario(each: Told, written: Written, target: Target, task: WritingTask) -> str:
    """A result that other modules of the project had a hand in is a test of both, where such are asked for."""
    wants_seams = TestType.INTEGRATION in task.options.test_types
    goes_through = bool(target.seams) and not each["steps"] and each["outcome"]["kind"] == "value"
    goes_through = goes_through or "files" in written.needs or serving.NEED in written.needs
    return "integration" if wants_seams and goes_through and written.scenario == "happy" else written.scenario


def _takes_any_plain_value(target: Target) -> bool:
    """In a table a checker of types sees any text where a test has a certain one; in a loop, one type for all cells."""
    return target.kind == "function" and all(
        parameter["shape"]["k"] in ("string", "number", "boolean") for parameter in target.spec["params"]
    )


def _givers(each: Told, targets: tuple[Target, ...]) -> tuple[str, ...]:
    return (targets[each["from"]["target"]].symbol.name,) if "from" in each else ()


def _style(task: WritingTask, module: Module) -> Style:
    lines = [line.rstrip() for line in task.source.text.splitlines() if len(line.strip()) > 3]
    with_end = sum(line.endswith(";") for line in lines)
    is_module = re.search(r"^\s*(import|export)\b", task.source.text, re.M) is not None
    return Style(
        mock="jest" if task.framework == "jest" else "vi",
        words=openings.words_for(task),
        end=";" if with_end * 5 > len(lines) else "",
        is_module=is_module or task.framework == "vitest" or openings.is_loaded_as_module(task),
        has_jsx=task.suite_path.endswith("x"),
        is_typed=task.suite_path.endswith((".ts", ".tsx", ".mts")),
        enums=module.exported_enums,
        is_forgetful=task.framework == "vitest" and _draws(task) and any(map(remembers, closure_of(module))),
        stand_ins=tuple((name, code) for name, code in stand_ins_for(module)),
    )


def _draws(task: WritingTask) -> bool:
    return any(symbol.kind in (SymbolKind.COMPONENT, SymbolKind.HOOK) for symbol in task.analysis.symbols)


def _worth_keeping(
    mine: list[Told], target: Target, task: WritingTask, style: Style, targets: tuple[Target, ...]
) -> list[tuple[Told, Written]]:
    options = task.options
    reached: set[str] = set()
    answers: dict[str, int] = {}
    kept: list[tuple[Told, Written]] = []
    per_step: dict[str, int] = {}
    per_way: dict[str, int] = {}
    has_results = any(each["outcome"].get("tree") not in (None, scenes.UNDEFINED) for each in mine)
    heard = {name for each in mine for name, calls in each.get("spies") or [] if calls}
    lively = {sight["name"] for each in mine if each["steps"] for sight in each.get("seen") or () if sight.get("moved")}
    for seen in mine:
        quiet = scenes.with_quiet_callbacks(seen, heard)
        each = {**quiet, "beside": kept[0][0] if kept else None, "lively": lively}
        if style.is_typed and each["outcome"]["kind"] == "throws":
            each = on_purpose(each, target)
        if len(kept) >= MOST_CASES + 3 * len(target.spec["methods"]):
            break
        if "from" in each or "law" in each or (style.is_typed and not type_checks(each, target, targets)):
            continue
        if _is_blurred(each, task):
            continue
        written = _written(each, target, style, has_results)
        if written is not None and each.get("served"):
            written = serving.with_server(each, written, style)
        if written is None or (written.scenario != "happy" and not options.include_edge_cases):
            continue
        if options.coverage is CoverageGoal.BASIC and written.scenario != "happy":
            continue
        fresh = set(each["branches"]) - reached or "change" in each
        answer = json.dumps(
            [
                each["outcome"],
                each.get("states"),
                each.get("given"),
                each.get("seen"),
                each.get("spies"),
                each["steps"][-1:] if each["steps"] else 0,
            ]
        )
        if not fresh and answers.get(answer, 0) > 0:
            continue
        way = " ".join([*each["branches"], str(target.kind in ("component", "hook") and len(each["steps"]))])
        if not fresh and per_way.get(way, 0) >= _most_of_one_way(written, target):
            continue
        per_way[way] = per_way.get(way, 0) + 1
        if (
            is_waiting(each)
            and (not fresh or "change" in each)
            and sum(is_waiting(other) for other, _ in kept) >= _MOST_WAITING
        ):
            continue
        last = _last_step(each, target)
        if last is not None and not fresh and per_step.get(last, 0) >= 3:
            continue
        if last is not None:
            per_step[last] = per_step.get(last, 0) + 1
        reached |= set(each["branches"])
        answers[answer] = answers.get(answer, 0) + 1
        kept.append((each, written))
    kept = _without_bare_functions(kept)
    trips = trips_of(mine, target, style, targets)
    if options.coverage is CoverageGoal.BASIC:
        return [*_one_per_member(kept, target), *trips[:1]]
    kept += [*trips, *laws.laws_of(mine, target, style, targets)]
    order = {"happy": 0, "edge": 1, "error": 2, "integration": 3}
    return sorted(kept, key=lambda pair: order[pair[1].scenario])


def _without_bare_functions(kept: list[tuple[Told, Written]]) -> list[tuple[Told, Written]]:
    """That a function came back is no news where others call it, unless that call went where none of them did."""
    reached = {branch for each, _ in kept if each["outcome"].get("tree") != _FUNCTION for branch in each["branches"]}
    if not any(each["steps"] and each["outcome"].get("tree") != _FUNCTION for each, _ in kept):
        return kept
    return [
        (each, written)
        for each, written in kept
        if each["outcome"].get("tree") != _FUNCTION or "change" in each or set(each["branches"]) - reached
    ]


def _is_blurred(each: Told, task: WritingTask) -> bool:
    """A text in which an object has lost itself is an accident, unless the code is about such texts."""
    return "[object " in json.dumps(each["outcome"].get("tree")) and "[object " not in task.source.text


def _last_step(each: Told, target: Target) -> str | None:
    """The member that a life is about: "" for a birth, None for a plain call."""
    if not each["steps"]:
        return "" if target.kind == "class" else None
    return str(each["steps"][-1].get("name")) if target.kind in ("class", "function") else None


def _most_of_one_way(written: Written, target: Target) -> int:
    if written.scenario == "error":
        return 2
    return 6 if target.kind == "function" else 4


def _one_per_member(kept: list[tuple[Told, Written]], target: Target) -> list[tuple[Told, Written]]:
    seen: dict[str, tuple[Told, Written]] = {}
    for each, written in kept:
        member = _last_step(each, target) or ""
        seen.setdefault(member, (each, written))
    return list(seen.values())


def _written(each: Told, target: Target, style: Style, has_results: bool) -> Written | None:
    if holds(each["args"], "cut", "symbol"):
        return None
    match target.kind:
        case "function" if each["steps"]:
            return lives.life(each, target, style)
        case "function":
            return _function(each, target, style, has_results)
        case "class":
            return lives.life(each, target, style)
        case "component":
            return drawn.component(each, target, style)
        case "hook":
            return drawn.hook(each, target, style)
    return None


def _function(each: Told, target: Target, style: Style, has_results: bool) -> Written | None:
    outcome = each["outcome"]
    callee = target.symbol.name
    setup, needs = scenes.set_up(each, style)
    call = scenes.call_text(callee, each["args"], style, 4)
    if waits(each["args"]):
        return heard_later(each, target, style, setup, needs)
    beside = each["beside"] or {"args": [], "outcome": {}}
    about = given_words(each["args"], beside["args"], target)
    told: list[str] = []
    if each.get("answer") is not None and each.get("asked"):
        about += f" when the server answers {each['answer']['status']}"
        if not holds(each["asked"], "cut", "function"):
            told.append(style.words.asked(each["asked"][0]))
    if outcome["kind"] == "throws":
        line, is_async = scenes.throws(call, outcome, style)
        return Written(
            f"throws {quoted(cut_at_a_word(outcome['message']))}{about}", [*setup, *line], "error", is_async, needs
        )
    tree = outcome["tree"]
    if holds(tree, "cut", "symbol", "promise", "NaN") or (holds(tree, "function") and tree != _FUNCTION):
        return None
    lines, title = list(setup), f"returns {shown_beside([tree], [beside['outcome'].get('tree')])}{about}"
    is_async = bool(outcome["isAsync"])
    changed = scenes.changes(each, style)
    if not changed:  # what is changed is no longer what was given
        named, given, tree = shared(each["args"], tree, {target.imported, "result"}, style)
        lines += named
        call = scenes.call_text(callee, given, style, 4)
    subject = f"await {call}" if is_async else call
    checks = [*scenes.spy_checks(each, style), *scenes.file_checks(each, style)]
    if isinstance(tree, dict) and tree["$"] == "undefined" and (checks or changed):
        return by_effect(each, callee, setup, checks, changed, is_async, needs, style, about)
    if isinstance(tree, dict) and tree["$"] == "undefined" and (not has_results or not each["args"]):
        return None
    if tree == _FUNCTION:
        lines.append(style.words.is_function(subject))
        title = f"returns a function{about}"
    elif isinstance(tree, dict) and tree["$"] == "iterator":
        if holds(tree["v"], "cut"):
            return None
        lines.append(style.words.value(f"[...{subject}]", tree["v"]))
        title = f"yields {brief(tree['v'])}{about}"
    elif len(subject) > 70 or "\n" in subject:
        lines += [f"const result = {subject}", "", style.words.value("result", tree)]
    else:
        lines.append(style.words.value(subject, tree))
    return Written(title, [*lines, *checks, *told], scenes.scenario(each), is_async, needs)


def _one_line(title: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", title)).strip()
