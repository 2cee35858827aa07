"""One symbol is explored: every way into it is searched, and the finds that tell most are picked."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from testwright.writers.explorer.python.probe import replay
from testwright.writers.explorer.python.probe.bench import Bench, Outcome
from testwright.writers.explorer.python.probe.bounds import at_bounds
from testwright.writers.explorer.python.probe.children import Pulse
from testwright.writers.explorer.python.probe.choosing import chosen_for_gains, chosen_that_hold, cost
from testwright.writers.explorer.python.probe.clocks import Clock
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario
from testwright.writers.explorer.python.probe.search import Doubt, Find, Search
from testwright.writers.explorer.python.probe.simplifying import simpler
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.suspicions import Judge
from testwright.writers.explorer.python.probe.switching import Changes
from testwright.writers.explorer.python.probe.telling import told_apart
from testwright.writers.explorer.python.probe.ways import Way, Ways

_DEEPEST_RESULT = 2
_MOST_OF_RESULTS = 8
_MOST_GIVEN = 12
_SECONDS_TO_SIMPLIFY = 0.3
_EACH = 60
_PATIENCE = ((0.25, 300), (0.6, 300), (1.0, 1000), (1.0, 3000))
"""By which share of the time, and after how many calls that brought nothing new, a way is left in each turn; sooner
where little can be found: `_EACH` times as many calls as it has decisions."""
_LAST_PATIENCE = 20_000
"""For what has lines that it has not reached."""


BARE = "it has no function of its own, so there is nothing in it that could go wrong"


def is_bare(member: Any) -> bool:
    """An enumeration or an error without a function of its own: nothing in it could go wrong."""
    if not inspect.isclass(member) or not issubclass(member, (enum.Enum, BaseException)):
        return False
    own = (getattr(value, "fget", None) or getattr(value, "__func__", value) for value in vars(member).values())
    return not any(inspect.isfunction(each) and each.__module__ == member.__module__ for each in own)


@dataclass
class Ground:
    """What the searches of all symbols share. `changes` are what is to be shown, where a suite is made stronger."""

    plan: dict[str, Any]
    facts: Facts
    bench: Bench
    changes: Changes | None = None


@dataclass
class SymbolSearch:
    """`avoid` are calls that ended an earlier search of this symbol."""

    ground: Ground
    name: str
    pulse: Pulse
    avoid: frozenset[str]
    finds: dict[int, list[Find]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    given: list[tuple[Scenario, Any]] = field(default_factory=list)
    searches: dict[int, Search] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    def records(self, seconds: float) -> list[dict[str, Any]]:
        """What was found within about so many seconds, as plain values."""
        ground = self.ground
        self.chance = random.Random(f"{ground.plan['seed']}/{self.name}")
        inputs = Inputs(ground.facts, ground.bench.names, self.chance)
        stubs = Stubs(ground.facts, ground.plan["mock_external"], serves=ground.plan["integration"])
        ways = Ways(inputs, ground.plan["texts"], stubs)
        member = ground.bench.names[self.name]
        if is_bare(member):
            return []
        found = ways.of_class(self.name, member) if inspect.isclass(member) else ways.of_function(self.name, member)
        self._clock, self._seconds = Clock(), seconds
        self._search(found, seconds * 0.6)
        for _ in range(_DEEPEST_RESULT):
            results = [way for scenario, value in self.given[:_MOST_GIVEN] for way in ways.of_result(scenario, value)]
            self.given.clear()
            self._search(results, seconds * 0.75)
            found.extend(results)
        self._search_on(seconds * 0.9)
        if ground.changes is not None:
            return list(self._gaining(ground.changes))
        self.doubts = [doubt for one in self.searches.values() for doubt in one.doubts]
        return [*told_apart(list(self._told(found))), *_doubtful(self.doubts)]

    def silence(self) -> str:
        """Why nothing can be told, where nothing can."""
        if is_bare(self.ground.bench.names[self.name]):
            return BARE
        if not self.searches:
            return "nothing says what it could be called with"
        troubles: Counter[str] = Counter()
        for search in self.searches.values():
            troubles.update(search.troubles)
        calls = sum(len(search.tried) for search in self.searches.values())
        if not calls:
            return "there was no time left to call it"
        most = troubles.most_common(1)
        if not most or not most[0][0]:
            return "what it gives cannot be written down"
        return f"none of {calls} calls came to a result that can be written down; most: {most[0][0]}"

    def _search(self, some: list[Way], end: float) -> None:
        """Each way in turn, for as long as its code is worth; then those again that may have more to tell."""
        searches = [self._search_of(way) for way in some]
        begun = self._clock.now()
        for turn, (share, patience) in enumerate(_PATIENCE):
            until = begun + share * (end - begun)
            left = [one for one in searches if turn == 0 or (one.can_go_on and self._open_ends(one))]
            worth = [self._worth(one.way) if turn == 0 else self._open_ends(one) for one in left]
            for at, one in enumerate(left):
                if self.ground.changes is not None and not self._worth(one.way):
                    continue
                one.run((until - self._clock.now()) * worth[at] / sum(worth[at:]), min(patience, _EACH * worth[at]))
        for one in searches:
            self.given.extend(one.gave_functions)

    def _search_on(self, end: float) -> None:
        """What is left of the time goes to what can reach something that nobody has reached."""
        if self.ground.changes is not None:
            return
        some = [(one, ends) for one in self.searches.values() if one.can_go_on and (ends := self._open_ends(one))]
        for at, (one, ends) in enumerate(some):
            one.run((end - self._clock.now()) * ends / sum(ends for _, ends in some[at:]), _LAST_PATIENCE)

    def _open_ends(self, one: Search) -> int:
        """How much it can reach that nobody's calls have reached; what is to be shown, where that is asked for."""
        if self.ground.changes is not None:
            return self._worth(one.way)
        arcs = {arc for other in self.searches.values() for arc in other.arcs}
        return self.ground.facts.open_ends(one.way.function, arcs)

    def _worth(self, way: Way) -> int:
        """How much there is to find by it; once changes are to be shown, how many of them lie in its code."""
        facts, changes = self.ground.facts, self.ground.changes
        return facts.worth(way.function) if changes is None else changes.open_in(facts.reached_from(way.function))

    def _search_of(self, way: Way) -> Search:
        ground = self.ground
        judge = None if way.is_of_result else Judge(ground.facts, way.symbol, way.function, way.template)
        keep = self.finds.setdefault(id(way), []).append
        one = Search(
            ground.bench, way, self.chance, keep, self.pulse.beat, self.avoid, judge, ground.changes, self.late
        )
        self.searches[id(way)] = one
        return one

    def _told(self, found: list[Way]) -> Iterator[dict[str, Any]]:
        of_results = [find for way in found if way.is_of_result for find in self.finds.pop(id(way), [])]
        groups = [(way, self.finds.get(id(way), []), way.numbers, self.ground.plan["most"]) for way in found]
        seen: set[str] = set()
        for way, group, numbers, most in (*groups, (None, of_results, frozenset[float](), _MOST_OF_RESULTS)):
            picked = chosen_that_hold(group, numbers, most, self._holds_later)
            search = self.searches.get(id(way))
            edges = at_bounds(search, picked, self.ground.plan["edges"]) if search is not None else ()
            for find in (*picked, *edges):
                plain = find if find.scenario.documented or find not in picked else self._simpler(find, way)
                if plain.scenario.key() in seen:
                    continue
                seen.add(plain.scenario.key())
                yield record_of(plain)

    def _holds_later(self, find: Find) -> bool:
        """Whether it tells the same another day, with other random numbers."""
        self.pulse.beat(find.scenario.key())
        with replay.later(self.ground.bench.unit):
            return replay.holds(record_of(find), self.ground.bench)

    def _gaining(self, changes: Changes) -> Iterator[dict[str, Any]]:
        ways = {id(find): self.searches[key].way for key, finds in self.finds.items() for find in finds}
        for find, gains in chosen_for_gains([find for finds in self.finds.values() for find in finds]):
            self.pulse.beat(find.scenario.key())

            def still(scenario: Scenario, outcome: Outcome, gains: frozenset[str] = gains) -> bool:
                return changes.still_shown(gains, scenario, outcome) and self._holds_later(Find(scenario, outcome))

            plain = simpler(find, self.ground.bench, self._left_to_simplify(), still, _first_of(ways[id(find)]))
            record = record_of(plain)
            shown = changes.checks_that_show(gains, plain.scenario, plain.outcome)
            checks = [[check.of, check.how, check.value] for check in shown]
            yield {**record, "checks": checks or record["checks"], "gains": sorted(gains)}

    def _simpler(self, find: Find, way: Way | None) -> Find:
        self.pulse.beat(find.scenario.key())

        def still(scenario: Scenario, outcome: Outcome) -> bool:
            return self._holds_later(Find(scenario, outcome))

        first = _first_of(way) if way is not None else {}
        return simpler(find, self.ground.bench, self._left_to_simplify(), still, first)

    def _left_to_simplify(self) -> float:
        """What is found has to be told in time, plain or not."""
        return min(_SECONDS_TO_SIMPLIFY, self._seconds - self._clock.now())


def _first_of(way: Way) -> dict[str, Choice]:
    """The plainest choice of each parameter, but what mutation made up itself."""
    return {row.parameter: row.choices[0] for row in way.rows if not row.choices[0].invented}


def _doubtful(doubts: list[Doubt]) -> Iterator[dict[str, Any]]:
    """The simplest call for each thing that looks wrong."""
    simplest: dict[tuple[str, str, str], Doubt] = {}
    for doubt in sorted(doubts, key=lambda doubt: cost(Find(doubt.scenario, doubt.outcome), frozenset())):
        crash = type(doubt.outcome.crash).__name__
        simplest.setdefault((doubt.scenario.symbol, doubt.suspicion.kind, crash), doubt)
    for doubt in simplest.values():
        yield {
            **record_of(Find(doubt.scenario, dataclasses.replace(doubt.outcome, checks=()))),
            "suspicion": dataclasses.asdict(doubt.suspicion),
        }


def record_of(find: Find) -> dict[str, Any]:
    scenario, outcome = find.scenario, find.outcome
    return {
        "symbol": scenario.symbol,
        "lines": list(outcome.lines),
        "call": outcome.call,
        "checks": [[check.of, check.how, check.value] for check in outcome.checks],
        "error": list(outcome.error) if outcome.error else None,
        "patches": [[patch.target, patch.name, list(patch.lines), patch.given] for patch in scenario.patches],
        "arguments": [[argument.parameter, argument.label, argument.choice.text] for argument in scenario.arguments],
        "documented": scenario.documented,
        "foreign": find.foreign,
        "subject": scenario.subject,
        "jumps": len(outcome.arcs),
    }
