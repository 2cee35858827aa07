"""The unit with changes built in as switches: on which calls does a change show?"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.machinery
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench, Check, Outcome
from testwright.writers.explorer.python.probe.scenarios import Scenario

_SWITCH = "__testwright_mutant__"
_MOST_TRIED_EACH = 12


class _SwitchedLoader(importlib.machinery.SourceFileLoader):
    """Loads a text in place of the file's own; no line of it moves, so everything else stays true."""

    text = ""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class _Finder:
    def __init__(self, module: str, text: str) -> None:
        self.module = module
        self.text = text

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        spec: ModuleSpec | None = importlib.machinery.PathFinder.find_spec(name, path) if name == self.module else None
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            loader = _SwitchedLoader(name, spec.loader.path)
            loader.text = self.text
            spec.loader = loader
        return spec


def install(module: str, text: str) -> None:
    """From now on the module is loaded with the switches in it, all asleep. Too late for one that is loaded already."""
    setattr(builtins, _SWITCH, _asleep)
    if text:
        sys.meta_path.insert(0, _Finder(module, text))


def _asleep(number: int) -> None:
    return None


class Changes:
    """The changes that nothing noticed so far, by number; those that a scenario shows are taken away."""

    def __init__(self, bench: Bench, lines: Mapping[int, int], missed: Sequence[int]) -> None:
        """`lines` are where the changes are, by their numbers."""
        self.bench = bench
        self.lines = lines
        self.left = dict.fromkeys(lines, 0)
        self.missed = set(missed)
        self.reached: set[int] = set()

    @property
    def are_all_shown(self) -> bool:
        return not self.left and not self.missed

    def open_in(self, trees: Sequence[ast.AST]) -> int:
        """How much of what is left lies in the code of these."""
        within = {
            line
            for tree in trees
            for line in range(getattr(tree, "lineno", 0), (getattr(tree, "end_lineno", 0) or 0) + 1)
        }
        return sum(self.lines[number] in within for number in self.left) + len(self.missed & within)

    def forget(self, gains: set[str]) -> None:
        """Others show these."""
        for gain in gains:
            kind, number = gain.split()
            if kind == "line":
                self.missed.discard(int(number))
            else:
                self.left.pop(int(number), None)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Notes which changes the code asks for meanwhile."""
        self.reached.clear()
        setattr(builtins, _SWITCH, self.reached.add)
        try:
            yield
        finally:
            setattr(builtins, _SWITCH, _asleep)

    def shown_by(self, scenario: Scenario, outcome: Outcome) -> frozenset[str]:
        """What the scenario brings that nothing brought before: `change 7`, `line 12`."""
        reached = [number for number in self.reached if number in self.left]
        shown = []
        for number in sorted(reached, key=lambda number: (self.left[number], number))[:_MOST_TRIED_EACH]:
            self.left[number] += 1
            if self.is_shown(number, scenario, outcome):
                shown.append(number)
                del self.left[number]
        lines = self.missed & {line for _, *ends in outcome.arcs for line in ends}
        self.missed -= lines
        return frozenset([*(f"change {number}" for number in shown), *(f"line {line}" for line in lines)])

    def _with_change(self, number: int, scenario: Scenario) -> Outcome | None:
        setattr(builtins, _SWITCH, number.__eq__)
        try:
            return self.bench.run(scenario, traced=False)
        finally:
            setattr(builtins, _SWITCH, _asleep)

    def checks_that_show(self, gains: frozenset[str], scenario: Scenario, outcome: Outcome) -> list[Check]:
        """What a test has to look at, so that it fails with each of these changes; nothing where all of it matters."""
        needed: set[Check] = set()
        for gain in gains:
            changed = self._with_change(int(gain.split()[1]), scenario) if gain.startswith("change") else None
            if changed is not None and not changed.error:
                needed.update(set(outcome.checks) - set(changed.checks))
        kinds = [check for check in outcome.checks if check.how == "instance"] if needed else []
        return [check for check in outcome.checks if check in needed or check in kinds]

    def is_shown(self, number: int, scenario: Scenario, outcome: Outcome) -> bool:
        """Whether a test of this outcome would fail with the change at work."""
        changed = self._with_change(number, scenario)
        if changed is None:
            return True  # it did not end, or failed in a way that nobody meant
        if outcome.error is not None or changed.error is not None:
            return changed.error != outcome.error
        return changed.checks != outcome.checks

    def still_shown(self, gains: frozenset[str], scenario: Scenario, outcome: Outcome) -> bool:
        lines = {f"line {line}" for _, *ends in outcome.arcs for line in ends}
        return all(
            gain in lines if gain.startswith("line") else self.is_shown(int(gain.split()[1]), scenario, outcome)
            for gain in gains
        )
