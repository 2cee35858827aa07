"""Calls a way again and again with changed arguments, and keeps what reached something new."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench, Outcome
from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario
from testwright.writers.explorer.python.probe.spelling import spelled
from testwright.writers.explorer.python.probe.suspicions import Judge, Seen, Suspicion
from testwright.writers.explorer.python.probe.ways import Way

_STALE_AFTER = 600
_MOST_KEPT = 120
_MOST_FUNCTIONS = 2
_MOST_DOUBTS = 60
_LETTERS = "aB1 -_.,:/\n"


@dataclass(frozen=True)
class Find:
    """A scenario whose outcome can be told."""

    scenario: Scenario
    outcome: Outcome
    foreign: bool = False


@dataclass(frozen=True)
class Doubt:
    """A scenario whose outcome looks like a bug."""

    scenario: Scenario
    outcome: Outcome
    suspicion: Suspicion


class Search:
    """One way's search. `before_call` hears of every call before it is made, `keep` of every find."""

    def __init__(
        self,
        bench: Bench,
        way: Way,
        chance: random.Random,
        keep: Callable[[Find], None],
        before_call: Callable[[str], None],
        avoid: frozenset[str],
        judge: Judge | None = None,
    ) -> None:
        self.bench = bench
        self.way = way
        self.chance = chance
        self.keep = keep
        self.before_call = before_call
        self.avoid = avoid
        self.tried: set[str] = set()
        self.arcs: set[tuple[int, int, int]] = set()
        self.signatures: set[str] = set()
        self.promising: list[Scenario] = []
        self.gave_functions: list[tuple[Scenario, Any]] = []
        self.judge = judge
        self.doubts: list[Doubt] = []

    def run(self, seconds: float) -> int:
        """How many calls were made."""
        until = time.monotonic() + seconds
        for scenario in self.way.seeds():
            if time.monotonic() > until:
                return len(self.tried)
            self._try(scenario)
        for scenario in self.way.foreign():
            self._try(scenario, foreign=True)
        stale = 0
        while self.promising and stale < _STALE_AFTER and time.monotonic() < until:
            fresh = self._try(self._mutant(self.chance.choice(self.promising)))
            stale = 0 if fresh else stale + 1
        return len(self.tried)

    def _try(self, scenario: Scenario, foreign: bool = False) -> bool:
        """Whether it reached lines in an order not seen before."""
        key = scenario.key()
        if key in self.tried or key in self.avoid or len(key) > 600:
            return False
        self.tried.add(key)
        self.before_call(key)
        outcome = self.bench.run(scenario)
        if outcome is None or (foreign and outcome.error is None and outcome.arcs <= self.arcs):
            return False  # a value of the wrong kind is worth a test where the code itself has an answer to it
        if inspect.isfunction(outcome.value) and len(self.gave_functions) < _MOST_FUNCTIONS:
            self.gave_functions.append((scenario, outcome.value))
        fresh = not outcome.arcs <= self.arcs
        self.arcs |= outcome.arcs
        if fresh and not foreign:
            self.promising.append(scenario)
        if not foreign and self._is_doubtful(scenario, outcome):
            return fresh
        known = outcome.signature in self.signatures
        at_rim = any(number_of(argument.choice.text) in self.way.numbers for argument in scenario.arguments)
        if outcome.can_be_told and (fresh or at_rim or not known) and len(self.signatures) < _MOST_KEPT:
            self.signatures.add(outcome.signature)
            self.keep(Find(scenario, outcome, foreign))
            if not fresh and not foreign and len(self.promising) < 40:
                self.promising.append(scenario)
        return fresh

    def _is_doubtful(self, scenario: Scenario, outcome: Outcome) -> bool:
        """Whether it looks like a bug, which then is kept apart: nobody should write it down as a promise."""
        if self.judge is None or outcome.error is not None:
            return False
        suspicion = self.judge.suspicion(
            Seen(
                scenario=scenario,
                call=outcome.call,
                given=outcome.given,
                subject=outcome.subject,
                value=outcome.value,
                crash=outcome.crash,
                is_inside=outcome.is_inside,
            )
        )
        if suspicion is not None and len(self.doubts) < _MOST_DOUBTS:
            self.doubts.append(Doubt(scenario, outcome, suspicion))
        return suspicion is not None

    def _mutant(self, scenario: Scenario) -> Scenario:
        for _ in range(1 + (self.chance.random() < 0.4)):
            scenario = self._changed(scenario)
        return scenario

    def _changed(self, scenario: Scenario) -> Scenario:
        if len(self.way.setups) > 1 and self.chance.random() < 0.2:
            scenario = dataclasses.replace(scenario, setup=self.chance.choice(self.way.setups), documented=False)
        if len(self.way.patches) > 1 and self.chance.random() < 0.2:
            scenario = dataclasses.replace(scenario, patches=self.chance.choice(self.way.patches))
        if not self.way.rows:
            return scenario
        row = self.chance.choice(self.way.rows)
        at = next((at for at, argument in enumerate(scenario.arguments) if argument.parameter == row.parameter), None)
        if at is None or self.chance.random() < 0.4:
            return self.way.changed(scenario, row, self.chance.choice(row.choices))
        choice = self._mutated(scenario.arguments[at].choice, row.choices)
        return scenario.with_choice(at, choice)

    def _mutated(self, choice: Choice, others: list[Choice]) -> Choice:
        try:
            value = ast.literal_eval(choice.text)
        except (ValueError, SyntaxError):
            return self.chance.choice(others)
        text = spelled(self._near(value, others), self.bench.names)
        return Choice(text, invented=True) if text is not None else choice

    def _near(self, value: Any, others: list[Choice]) -> Any:
        chance = self.chance
        if isinstance(value, bool):
            return not value
        if isinstance(value, (int, float)):
            return chance.choice(
                [value + 1, value - 1, -value, value * 10, value // 2 if value == value else 0, value * 2]
            )
        if isinstance(value, str):
            return self._near_text(value, others)
        if isinstance(value, (list, tuple)):
            items = list(value)
            if items and chance.random() < 0.5:
                at = chance.randrange(len(items))
                items[at] = self._near(items[at], others)
            elif items and chance.random() < 0.5:
                items.pop(chance.randrange(len(items)))
            elif items:
                items.append(chance.choice(items))
            return type(value)(items)
        if isinstance(value, dict) and value:
            changed = dict(value)
            key = chance.choice(list(changed))
            if chance.random() < 0.3:
                del changed[key]
            else:
                changed[key] = self._near(changed[key], others)
            return changed
        return value

    def _near_text(self, value: str, others: list[Choice]) -> str:
        chance = self.chance
        at = chance.randrange(len(value) + 1)
        way = chance.randrange(7)
        if way == 0:
            return value[:at] + value[at + 1 :]
        if way == 1:
            return value[:at] + chance.choice(_LETTERS + "".join(value[:20])) + value[at:]
        if way == 2:
            return value[:at] + chance.choice(_LETTERS) + value[at + 1 :]
        if way == 3:
            return value.swapcase() if value.lower() != value.upper() else value + value
        if way == 4:
            return value[:at]
        other = _text_of(chance.choice(others))
        return value[:at] + other + value[at:] if way == 5 else f"{value} {other}"


def simpler(find: Find, bench: Bench, seconds: float) -> Find:
    """The same jumps with shorter strings, where that is possible."""
    until = time.monotonic() + seconds
    changed = any(_is_odd(_text_of(argument.choice)) for argument in find.scenario.arguments)
    while changed and time.monotonic() < until:
        changed = False
        for shorter in _shorter(find.scenario):
            outcome = bench.run(shorter)
            if outcome is not None and outcome.can_be_told and _alike(outcome, find.outcome):
                find, changed = dataclasses.replace(find, scenario=shorter, outcome=outcome), True
                break
            if time.monotonic() > until:
                break
    return find


def _alike(one: Outcome, other: Outcome) -> bool:
    return one.arcs == other.arcs and (one.error is None) == (other.error is None)


def _shorter(scenario: Scenario) -> Iterator[Scenario]:
    for at, argument in enumerate(scenario.arguments):
        text = _text_of(argument.choice)
        if len(text) < 2:
            continue
        step = len(text) // 2
        while step:
            for start in range(0, len(text), step):
                yield scenario.with_choice(at, Choice(repr_of(text[:start] + text[start + step :]), invented=True))
            step //= 2


def _is_odd(text: str) -> bool:
    """Long, or with many signs: not something a person would have chosen."""
    plain = sum(letter.isalnum() or letter == " " for letter in text)
    return len(text) > 30 or len(text) - plain > 2


def number_of(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def repr_of(text: str) -> str:
    return spelled(text, {}) or repr(text)


def _text_of(choice: Choice) -> str:
    try:
        value = ast.literal_eval(choice.text)
    except (ValueError, SyntaxError):
        return ""
    return value if isinstance(value, str) else ""
