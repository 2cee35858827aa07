"""What is found by chance is made plain again: shorter texts, fewer arguments, fewer calls before."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench, Check, Outcome
from testwright.writers.explorer.python.probe.clocks import Clock
from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find
from testwright.writers.explorer.python.probe.spelling import spelled

_PLAIN_TEXT = 3
_ODD = re.compile(r"[^A-Za-z0-9\s]", re.ASCII)
_LETTER = "a"
_EMPTY = frozenset({"None", "[]", "()", "{}", "set()", '""', "0", "False"})


def simpler(
    find: Find,
    bench: Bench,
    seconds: float,
    still: Callable[[Scenario, Outcome], bool],
    first: Mapping[str, Choice] | None = None,
) -> Find:
    """A plainer scenario that does the same jumps, and of which `still` holds.

    `first` are the plainest choices for the call's own parameters: what does not matter is one of these.
    """
    clock = Clock()
    changed = True
    while changed and clock.now() < seconds:
        changed = False
        for plainer in _plainer(find.scenario, bench.names, first or {}):
            outcome = bench.run(plainer)
            if outcome is not None and _alike(outcome, find.outcome) and still(plainer, outcome):
                find, changed = dataclasses.replace(find, scenario=plainer, outcome=outcome), True
                break
            if clock.now() > seconds:
                break
    return find


def _alike(one: Outcome, other: Outcome) -> bool:
    """The same jumps, and as much to say of them: what was changed is still changed, and nothing got empty."""
    if not one.can_be_told or one.arcs != other.arcs or (one.error is None) != (other.error is None):
        return False
    return [_kind(check) for check in one.checks] == [_kind(check) for check in other.checks]


def _kind(check: Check) -> tuple[str, str, bool]:
    return check.of, check.how, check.value in _EMPTY


def _plainer(scenario: Scenario, names: dict[str, Any], first: Mapping[str, Choice]) -> Iterator[Scenario]:
    """One thing less, the largest things first."""
    for at, argument in enumerate(scenario.arguments):
        plain = first.get(argument.parameter)
        if argument.choice.invented and plain is not None and argument.label != "*":
            yield scenario.with_choice(at, plain)
    for at in range(len(scenario.steps)):
        steps = (*scenario.steps[:at], *scenario.steps[at + 1 :])
        yield dataclasses.replace(scenario, steps=steps)
    if scenario.made is not None:
        if scenario.setup:
            yield dataclasses.replace(scenario, made=None)
        for made in _with_less(scenario.made, names):
            yield dataclasses.replace(scenario, made=made)
    yield from _with_less(scenario, names)
    for at, step in enumerate(scenario.steps):
        for plainer in _with_less(step, names):
            yield dataclasses.replace(scenario, steps=(*scenario.steps[:at], plainer, *scenario.steps[at + 1 :]))


def _with_less(scenario: Scenario, names: dict[str, Any]) -> Iterator[Scenario]:
    for at, argument in enumerate(scenario.arguments):
        if argument.label:
            arguments = (*scenario.arguments[:at], *scenario.arguments[at + 1 :])
            yield dataclasses.replace(scenario, arguments=arguments, documented=False)
    for at, argument in enumerate(scenario.arguments):
        for text in _shorter(argument.choice, names):
            choice = dataclasses.replace(argument.choice, text=text, invented=True)
            yield scenario.with_choice(at, choice)


def _shorter(choice: Choice, names: dict[str, Any]) -> Iterator[str]:
    """What mutation made up is cut; what somebody wrote, a literal or an example, reads best whole."""
    if not choice.invented:
        return
    try:
        value = ast.literal_eval(choice.text)
    except (ValueError, SyntaxError):
        return
    for shorter in (*_less_of(value), *_plain_letters(value)):
        text = spelled(shorter, names)
        if text is not None:
            yield text


def _plain_letters(value: Any) -> Iterator[Any]:
    """Texts with a letter for each sign that does not matter: all at once, or one after the other."""
    if isinstance(value, (list, tuple)):
        for at, item in enumerate(value):
            yield from (type(value)((*value[:at], plain, *value[at + 1 :])) for plain in _plain_letters(item))
    if not isinstance(value, str):
        return
    odd = [at for at, letter in enumerate(value) if _ODD.match(letter)]
    if len(odd) > 1:
        yield _ODD.sub(_LETTER, value)
    yield from (value[:at] + _LETTER + value[at + 1 :] for at in odd)


def _less_of(value: Any) -> Iterator[Any]:
    if isinstance(value, (str, bytes)):
        if len(value) > _PLAIN_TEXT:
            yield from _without_a_piece(value)
    elif isinstance(value, (list, tuple)):
        for at in range(len(value)):
            yield type(value)((*value[:at], *value[at + 1 :]))
        for at, item in enumerate(value):
            for less in _less_of(item):
                yield type(value)((*value[:at], less, *value[at + 1 :]))
    elif isinstance(value, dict):
        for key in value:
            yield {other: item for other, item in value.items() if other != key}


def _without_a_piece(text: Any) -> Iterator[Any]:
    step = len(text) // 2
    while step:
        for start in range(0, len(text), step):
            yield text[:start] + text[start + step :]
        step //= 2
