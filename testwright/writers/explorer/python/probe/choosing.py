"""Which finds become tests: every jump once, then further results, the plainest inputs first."""

from __future__ import annotations

import re
from collections.abc import Callable

from testwright.writers.explorer.python.probe.scenarios import Argument
from testwright.writers.explorer.python.probe.search import Find, number_of

_PLAIN = re.compile(r"[\w .,:/@-]", re.ASCII)
_WORDS = re.compile(r"[\"'][A-Za-z]{3}")
_ADDRESS = re.compile(r"(\w+_)?ur[li]|endpoint")
_PER_PATH = 5
_MOST_EXTRAS = 20


def chosen_that_hold(
    finds: list[Find], numbers: frozenset[float], most: int, holds: Callable[[Find], bool]
) -> list[Find]:
    """The chosen ones among those that hold: what does not, such as an age as of today, takes nobody's place."""
    held: list[Find] = []
    while True:
        picked = chosen(finds, numbers, most)
        moody = [find for find in picked if find not in held and not holds(find)]
        if not moody:
            return picked
        held = [find for find in picked if find not in moody]
        finds = [find for find in finds if find not in moody]


def chosen(finds: list[Find], numbers: frozenset[float], most: int) -> list[Find]:
    """A greedy cover of the jumps, then up to `_PER_PATH` different results for each path, `most` in all."""
    if not any(_tells(find) for find in finds):
        finds = [find for find in finds if not _is_nothing(find)]
    costs = {id(find): cost(find, numbers) for find in finds}
    ordered = sorted(finds, key=lambda find: costs[id(find)])
    left = list(ordered)
    picked: list[Find] = []
    covered: set[tuple[int, int, int]] = set()
    while len(picked) < most:
        left = [find for find in left if not find.outcome.arcs <= covered]
        if not left:
            break
        best = max(left, key=lambda find: len(find.outcome.arcs - covered) / costs[id(find)])
        picked.append(best)
        covered |= best.outcome.arcs
    needed = len(picked)
    told = {find.outcome.signature for find in picked}
    paths: dict[frozenset[tuple[int, int, int]], int] = {}
    for find in picked:
        paths[find.outcome.arcs] = paths.get(find.outcome.arcs, 0) + 1
    for find in ordered:
        path = find.outcome.arcs
        if len(picked) >= min(most, needed + _MOST_EXTRAS):
            break
        if find.outcome.signature not in told and paths.get(path, 0) < _PER_PATH and not find.foreign:
            picked.append(find)
            told.add(find.outcome.signature)
            paths[path] = paths.get(path, 0) + 1
    return picked


def chosen_for_gains(finds: list[Find]) -> list[tuple[Find, frozenset[str]]]:
    """Every gain once, by the find that is easiest to read for what it brings; with each, what it is there for."""
    left = {gain for find in finds for gain in find.gains}
    picked: list[tuple[Find, frozenset[str]]] = []
    while left:
        best = max(finds, key=lambda find: len(find.gains & left) / cost(find, frozenset()))
        picked.append((best, best.gains & left))
        left -= best.gains
    return picked


def cost(find: Find, numbers: frozenset[float]) -> float:
    """How hard a find is to read, in units of one plain call."""
    scenario, outcome = find.scenario, find.outcome
    told = "".join(check.value for check in outcome.checks)
    text = scenario.key() + told
    odd = sum(not _PLAIN.match(letter) for letter in "".join(a.choice.text.strip("\"'") for a in scenario.arguments))
    price = 1.0 + len(text) / 80 + odd / 5 + 0.3 * len(scenario.lines()) + 0.3 * bool(scenario.patches)
    price += 0.5 * ("islice(" in outcome.call) + 0.15 * sum(not _WORDS.match(a.choice.text) for a in _texts(find))
    price += 0.3 * sum(argument.choice.invented for argument in scenario.arguments)
    price += sum(_ADDRESS.fullmatch(a.parameter) is not None and "://" not in a.choice.text for a in _texts(find))
    if scenario.documented:
        price *= 0.5
    if find.foreign:
        price *= 1.5
    if any(number_of(argument.choice.text) in numbers for argument in scenario.arguments):
        price *= 0.7
    return price


def _texts(find: Find) -> list[Argument]:
    return [argument for argument in find.scenario.arguments if argument.choice.text[:1] in "\"'"]


def _tells(find: Find) -> bool:
    """A result, or what the call changed; what is printed says nothing of the other calls."""
    checks = find.outcome.checks
    return bool(checks) and checks[0].how != "prints" and not _is_nothing(find)


def _is_nothing(find: Find) -> bool:
    """None as the result tells something only where other calls give something else."""
    checks = find.outcome.checks
    return len(checks) == 1 and not checks[0].of and checks[0].how == "equals" and checks[0].value == "None"
