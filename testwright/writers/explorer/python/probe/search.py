"""Calls a way again and again with changed arguments, and keeps what reached something new."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from testwright.writers.explorer.python.probe.bench import CALL_SECONDS, SHORT_SECONDS, Bench, Outcome
from testwright.writers.explorer.python.probe.clocks import Clock
from testwright.writers.explorer.python.probe.composing import composed, takes_anything
from testwright.writers.explorer.python.probe.contents import with_another_content
from testwright.writers.explorer.python.probe.mutating import near
from testwright.writers.explorer.python.probe.pairing import pairs
from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario, text_of, value_of
from testwright.writers.explorer.python.probe.spelling import spelled
from testwright.writers.explorer.python.probe.suspicions import Judge, Seen, Suspicion
from testwright.writers.explorer.python.probe.switching import Changes
from testwright.writers.explorer.python.probe.ways import Row, Way

_MOST_KEPT = 120
_MOST_FUNCTIONS = 8
_SWITCHES = ("True", "False", "None")
_MOST_DOUBTS = 60
_MOST_STEPS = 4
_LEARN_EVERY = 100
_MOST_CHOICES = 150
_MOST_FIRST_STEPS = 4
_MOST_CHANGES = 4
_MOST_OTHER_OBJECTS = 24
_LATEST = 8
_MOST_PAIRS = 300
_MOST_REPEATS = 300
_FORGIVEN = 1
"""So many calls of one way may take too long; the further ones get less time."""


@dataclass(frozen=True)
class Find:
    """A scenario whose outcome can be told. `gains` are changes and lines that it alone shows so far."""

    scenario: Scenario
    outcome: Outcome
    foreign: bool = False
    gains: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Doubt:
    """A scenario whose outcome looks like a bug."""

    scenario: Scenario
    outcome: Outcome
    suspicion: Suspicion


class Search:
    """One way's search. `before_call` hears of every call before it is made, `keep` of every find.

    With `changes` only what shows one of them is kept. `late` are calls that did not end, of all searches of a symbol:
    none of them comes before another call.
    """

    def __init__(
        self,
        bench: Bench,
        way: Way,
        chance: random.Random,
        keep: Callable[[Find], None],
        before_call: Callable[[str], None],
        avoid: frozenset[str],
        judge: Judge | None = None,
        changes: Changes | None = None,
        late: set[str] | None = None,
    ) -> None:
        self.bench = bench
        self.late = late if late is not None else set()
        self.way = way
        self.chance = chance
        self.keep = keep
        self.before_call = before_call
        self.avoid = avoid
        self.tried: set[str] = set()
        self.arcs: set[tuple[int, int, int]] = set()
        self.signatures: set[str] = set()
        self.promising: list[Scenario] = []
        self.leading: list[Scenario] = []
        """Those of the promising ones that reached something new themselves."""
        self.gave_functions: list[tuple[Scenario, Any]] = []
        self._followed: set[Any] = set()
        self.judge = judge
        self.changes = changes
        self.doubts: list[Doubt] = []
        self.troubles: Counter[str] = Counter()
        self._first = self._first_tries()
        self._has_begun = False
        """Whether all of the first tries were made."""
        self._rounds = 0
        self._rows: dict[int, list[Row]] = {}
        self._stale = 0
        self._repeats = 0
        self._learnt = 0
        self._heard: list[str] = []
        self._late = 0

    def run(self, seconds: float, patience: int) -> None:
        """Goes on where it stopped, until nothing new has come of so many calls."""
        clock = Clock()
        for scenario, is_foreign in self._first:
            self._try(scenario, is_foreign)
            if clock.now() > seconds:
                return
        self._has_begun = True
        while self.can_go_on and self._stale < patience and clock.now() < seconds:
            if self._rounds % _LEARN_EVERY == 0:
                self._learn()
            self._rounds += 1
            before = len(self.tried)
            fresh = self._try(self._mutant(self._start()))
            self._stale = 0 if fresh else self._stale + 1
            self._repeats = 0 if len(self.tried) > before else self._repeats + 1

    @property
    def can_go_on(self) -> bool:
        """Whether there is anything left to try: what takes nothing does the same every time."""
        way = self.way
        if not self._has_begun:
            return True
        if self._repeats >= _MOST_REPEATS or (self.gave_functions and not self.signatures):
            return False  # all has been tried; or it is what the functions do that it gave
        return bool(self.promising) and bool(way.rows or way.siblings or way.maker or len(way.setups) > 1)

    def _first_tries(self) -> Iterator[tuple[Scenario, bool]]:
        seeds = self.way.seeds()
        yield from ((scenario, False) for scenario in itertools.islice(seeds, 1))
        if self._late:  # another object may come to an end
            yield from ((scenario, False) for scenario in self._on_other_objects())
        yield from ((scenario, False) for scenario in seeds)
        yield from ((scenario, False) for scenario in self._with_short_pasts())
        yield from ((scenario, False) for scenario in self._on_other_objects())
        yield from ((scenario, True) for scenario in self.way.foreign())
        yield from ((scenario, False) for scenario in itertools.islice(pairs(self.way), _MOST_PAIRS))

    def _start(self) -> Scenario:
        """What reached something new last is the likeliest to lead further."""
        draw = self.chance.random()
        if not self.leading or draw < 0.2:
            return self.chance.choice(self.promising)
        return self.chance.choice(self.leading[-_LATEST:] if draw < 0.6 else self.leading)

    def _learn(self) -> None:
        """What the code compares with may be a good argument, or a part of one."""
        learnt = self.bench.lessons.learnt(self.chance)
        self._learnt, told = len(learnt), self._learnt
        self._heard = [value for value in learnt if isinstance(value, str)]
        for value in learnt[told:]:
            text = spelled(value, self.bench.names)
            if text is None:
                continue
            choice = Choice(text, invented=True)
            for way in (self.way, *([self.way.maker] if self.way.maker is not None else []), *self.way.siblings):
                for row in way.rows:
                    takes = any(type(value) is type(value_of(other.text)) for other in row.choices[:12])
                    if takes and choice not in row.choices and len(row.choices) < _MOST_CHOICES:
                        row.choices.append(choice)

    def seen(self, scenario: Scenario) -> Outcome | None:
        """What one more call does, when that can be told and looks like no bug."""
        key = scenario.key()
        if len(key) > 600 or is_avoided(key, self.avoid):
            return None
        self.before_call(key)
        outcome = self.bench.run(scenario)
        if outcome is None or not outcome.can_be_told or self._is_doubtful(scenario, outcome):
            return None
        return outcome

    def _try(self, scenario: Scenario, foreign: bool = False) -> bool:
        """Whether it reached lines in an order not seen before."""
        key = scenario.key()
        if key in self.tried or len(key) > 600 or is_avoided(key, self.avoid):
            return False
        if any(step.call() in self.late for step in scenario.steps):
            return False
        self.tried.add(key)
        self.before_call(key)
        with self.changes.watching() if self.changes else contextlib.nullcontext():
            outcome = self.bench.run(scenario, SHORT_SECONDS if self._late >= _FORGIVEN else CALL_SECONDS)
        self._late += self.bench.was_late
        if self.bench.was_late:
            self._bear_with_it(scenario)
        if outcome is None or not outcome.can_be_told:
            self.troubles[self.bench.trouble] += 1
        if outcome is None or (foreign and outcome.error is None and outcome.arcs <= self.arcs):
            return False  # a value of the wrong kind is worth a test where the code itself has an answer to it
        if inspect.isfunction(outcome.value):
            self._follow(scenario, outcome.value)
        fresh = not outcome.arcs <= self.arcs
        self.arcs |= outcome.arcs
        if fresh and not foreign:
            self.promising.append(scenario)
            self.leading.append(scenario)
        if not foreign and self._is_doubtful(scenario, outcome):
            return fresh
        if self.changes is not None:
            return self._show(self.changes, scenario, outcome, foreign) or fresh
        known = outcome.signature in self.signatures
        at_rim = any(number_of(argument.choice.text) in self.way.numbers for argument in scenario.arguments)
        is_wanted = fresh or ((at_rim or not known) and len(self.signatures) < _MOST_KEPT)
        if outcome.can_be_told and is_wanted:
            self.signatures.add(outcome.signature)
            self.keep(Find(scenario, outcome, foreign))
            if not fresh and not foreign and len(self.promising) < 40:
                self.promising.append(scenario)
        return fresh

    def _bear_with_it(self, scenario: Scenario) -> None:
        """What did not end is not called before anything else; of what has no end, the beginning is enough."""
        if len(scenario.steps) < 2:  # alone, or the one before it is the likeliest
            self.late.add((*scenario.steps, scenario)[0].call())
        if not scenario.steps and self.way.template == "list({target})":
            self.way.template = "list(islice({target}, 5))"
            self._try(dataclasses.replace(scenario, template=self.way.template))

    def _follow(self, scenario: Scenario, given: Any) -> None:
        """A function that a call gave is called in its turn: of each that was made with other options."""
        options = [(each.parameter, each.choice.text in _SWITCHES and each.choice.text) for each in scenario.arguments]
        kind = (given.__code__, frozenset(options))
        if kind not in self._followed and len(self._followed) < _MOST_FUNCTIONS:
            self._followed.add(kind)
            self.gave_functions.append((scenario, given))

    def _show(self, changes: Changes, scenario: Scenario, outcome: Outcome, foreign: bool) -> bool:
        gains = changes.shown_by(scenario, outcome) if outcome.can_be_told else frozenset()
        if gains:
            self.keep(Find(scenario, outcome, foreign, gains))
            self.promising.append(scenario)
        elif outcome.can_be_told and outcome.signature not in self.signatures and len(self.promising) < _MOST_KEPT:
            self.signatures.add(outcome.signature)
            self.promising.append(scenario)
        return bool(gains)

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
        scenario = self._changed(scenario)
        for _ in range(_MOST_CHANGES - 1):
            if self.chance.random() < 0.6:
                break
            scenario = self._changed(scenario)
        return scenario

    def _changed(self, scenario: Scenario) -> Scenario:
        way, chance = self.way, self.chance
        has_past = way.siblings or (way.maker is not None and way.maker.rows)
        if has_past and chance.random() < (0.4 if way.rows else 1.0):
            return self._with_another_past(scenario)
        if len(way.setups) > 1 and chance.random() < 0.2:
            scenario = dataclasses.replace(scenario, setup=chance.choice(way.setups), made=None, documented=False)
        if len(way.patches) > 1 and chance.random() < 0.2:
            scenario = dataclasses.replace(scenario, patches=chance.choice(way.patches))
        return self._with_another_argument(scenario, way)

    def _with_another_past(self, scenario: Scenario) -> Scenario:
        """Its object made in another way, or with a call more or less before."""
        way, chance = self.way, self.chance
        draw = chance.random()
        if way.maker is not None and way.maker.rows and (draw < 0.4 or not way.siblings):
            made = self._with_another_argument(scenario.made or way.maker.base(), way.maker)
            return dataclasses.replace(scenario, made=made, documented=False)
        steps = list(scenario.steps)
        if steps and (draw < 0.6 or len(steps) >= _MOST_STEPS):
            del steps[chance.randrange(len(steps))]
        elif way.siblings:
            sibling = chance.choice(way.siblings)
            steps.insert(chance.randrange(len(steps) + 1), self._with_another_argument(sibling.base(), sibling))
        return dataclasses.replace(scenario, steps=tuple(steps), documented=False)

    def _with_short_pasts(self) -> Iterator[Scenario]:
        """The base call after each of the calls that may change its object."""
        base = self.way.base()
        for sibling in self.way.siblings:
            for step in itertools.islice(sibling.neighbours(sibling.base()), _MOST_FIRST_STEPS):
                yield dataclasses.replace(base, steps=(step,))
            if not sibling.rows:
                yield dataclasses.replace(base, steps=(sibling.base(),))

    def _on_other_objects(self) -> Iterator[Scenario]:
        """The base call on objects that are made of something else."""
        base, maker = self.way.base(), self.way.maker
        if maker is None:
            return
        for row in maker.rows:
            for choice in row.choices[:_MOST_OTHER_OBJECTS]:
                yield dataclasses.replace(base, made=maker.changed(maker.base(), row, choice))

    def _with_another_argument(self, scenario: Scenario, way: Way) -> Scenario:
        if not way.rows:
            return scenario
        row = self.chance.choice(self._weighed(way))
        at = next((at for at, argument in enumerate(scenario.arguments) if argument.parameter == row.parameter), None)
        if at is None or self.chance.random() < 0.4:
            return way.changed(scenario, row, self.chance.choice(row.choices))
        return scenario.with_choice(at, self._mutated(scenario.arguments[at].choice, row.choices))

    def _weighed(self, way: Way) -> list[Row]:
        """What decisions are made by is changed three times as often as the rest."""
        known = self._rows.get(id(way))
        if known is None:
            decisive = self.way.decisive
            known = self._rows[id(way)] = [*way.rows, *2 * [row for row in way.rows if row.parameter in decisive]]
        return known

    def _mutated(self, choice: Choice, others: list[Choice]) -> Choice:
        value = value_of(choice.text)
        if takes_anything(others) and self.chance.random() < 0.6:
            return composed(choice, others, self.chance) or self.chance.choice(others)
        if value is NotImplemented:
            made = with_another_content(choice, self._near_text) if self.chance.random() < 0.8 else None
            return made or self.chance.choice(others)
        heard = [text for other in others if other.invented and (text := text_of(other))]
        is_heard = heard and self.chance.random() < 0.5
        texts = heard if is_heard else [text for other in others if (text := text_of(other))]
        written = spelled(near(value, texts, self.chance), self.bench.names)
        return Choice(written, choice.setup, invented=True) if written is not None else choice

    def _near_text(self, text: str) -> str:
        """A neighbour of a text, or it with something that the code compares with or looks for."""
        found = near(text, self._heard or [text], self.chance)
        return found if isinstance(found, str) else text


def is_avoided(key: str, avoid: frozenset[str]) -> bool:
    """Whether it is one of these calls, or of what is called nowhere any more: `os.abort(`."""
    if not avoid:
        return False
    return key in avoid or any(call.endswith("(") and call in key for call in avoid)


def number_of(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
