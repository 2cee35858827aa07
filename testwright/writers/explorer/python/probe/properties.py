"""Laws that a function keeps on all that was tried and on whatever Hypothesis thinks of, in projects that use it.

What is found becomes one test for all inputs, beside those for single ones.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import Pulse, in_child
from testwright.writers.explorer.python.probe.opposites import are_opposite

_LEAST_INPUTS = 3
_MOST_LAWS = 12
_EXAMPLES = 60
_SECONDS = 8.0
_One = Callable[[Any], Any]
_STRATEGIES: dict[type, tuple[str, str]] = {
    str: ("text", "strategies.text()"),
    bytes: ("data", "strategies.binary()"),
    int: ("number", "strategies.integers()"),
}
_LISTS = {str: "strategies.lists(strategies.text())", int: "strategies.lists(strategies.integers())"}


def laws(records: list[dict[str, Any]], bench: Bench) -> list[dict[str, Any]]:
    """One record for each law that holds: its `call` is what is true, its `given` says what of."""
    if not records or importlib.util.find_spec("hypothesis") is None:
        return []

    def guess(pulse: Pulse) -> list[dict[str, Any]]:
        with bench.guard.watching(_SECONDS / 2):
            return list(itertools.islice(_guesses(_inputs_of(records, bench), bench), _MOST_LAWS))

    guessed, _ = in_child(guess, _SECONDS)
    _warm_up({strategy for law in guessed or () for _, _, strategy in law["arguments"]})
    return [law for law in guessed or () if in_child(partial(_holds, law, bench), _SECONDS)[0] is True]


def _inputs_of(records: list[dict[str, Any]], bench: Bench) -> dict[str, list[Any]]:
    """Of each function that takes one plain value: all that it was given, and took."""
    found: dict[str, list[Any]] = {}
    for record in records:
        name, arguments = record["symbol"], record["arguments"]
        is_plain = not (record["error"] or record["lines"] or record["patches"]) and len(arguments) == 1
        if not is_plain or not inspect.isfunction(bench.names.get(name)) or record["call"] != _call(name, arguments):
            continue
        try:
            found.setdefault(name, []).append(ast.literal_eval(arguments[0][2]))
        except (ValueError, SyntaxError):
            continue
    return {name: values for name, values in found.items() if len(values) >= _LEAST_INPUTS}


def _call(name: str, arguments: list[list[str]]) -> str:
    return f"{name}({arguments[0][2]})"


def _guesses(inputs: dict[str, list[Any]], bench: Bench) -> Iterator[dict[str, Any]]:
    for name, values in inputs.items():
        told, function = _strategy(values), bench.names[name]
        if told is None:
            continue
        word, strategy = told
        others = [other for other in bench.names if are_opposite(name, other)]
        for other in others:
            if _comes_back(values, function, bench.names[other]) and _changes(function, values):
                yield _law(name, f"{other}({name}({word})) == {word}", word, strategy, f"is_undone_by_{other}")
        if _rests(values, function):
            if _changes(function, values):
                law = f"{name}({name}({word})) == {name}({word})"
                yield _law(name, law, word, strategy, "leaves_its_own_result_alone")
        elif _comes_back(values, function, function):
            yield _law(name, f"{name}({name}({word})) == {word}", word, strategy, "undoes_itself")


def _law(name: str, law: str, word: str, strategy: str, says: str) -> dict[str, Any]:
    return {
        "symbol": name,
        "lines": [],
        "call": law,
        "checks": [],
        "error": None,
        "patches": [],
        "arguments": [[word, "", strategy]],
        "documented": False,
        "foreign": False,
        "subject": "",
        "says": says,
    }


def _strategy(values: list[Any]) -> tuple[str, str] | None:
    kinds = {type(value) for value in values}
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind is not list:
        return _STRATEGIES.get(kind)
    inner = {type(item) for value in values for item in value}
    return ("items", _LISTS[inner.pop()]) if len(inner) == 1 and inner <= set(_LISTS) else None


def _changes(function: _One, values: list[Any]) -> bool:
    return any(function(value) != value for value in values)


def _comes_back(values: list[Any], there: _One, back: _One) -> bool:
    try:
        return all(back(there(value)) == value for value in values)
    except Exception:
        return False


def _rests(values: list[Any], function: _One) -> bool:
    """Whether a second time changes nothing more; results of another kind are no inputs."""
    try:
        results = [function(value) for value in values]
        return all(
            type(one) is type(value) and function(one) == one for one, value in zip(results, values, strict=True)
        )
    except Exception:
        return False


def _quick() -> Any:
    from hypothesis import HealthCheck, settings

    return settings(
        max_examples=_EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


def _warm_up(wanted: set[str]) -> None:
    """What Hypothesis reads and writes down for itself is not held against the code, nor the time it takes.

    Of strategies that are wanted alone: for texts it goes through all of Unicode, which takes seconds and 200 MB.
    """
    for strategy in sorted(wanted):
        from hypothesis import given, strategies

        of_each: Any = given(eval(strategy, {"strategies": strategies}))
        _quick()(of_each(lambda value: None))()


def _holds(law: dict[str, Any], bench: Bench, pulse: Pulse) -> bool:
    """As the test itself will ask."""
    from hypothesis import given, strategies

    ((word, _, strategy),) = law["arguments"]
    names = {**bench.names, "strategies": strategies}
    compiled, quick = compile(law["call"], "law", "eval"), _quick()

    def check(value: Any) -> None:
        pulse.beat(law["call"])
        assert eval(compiled, {**names, word: value})

    try:
        with bench.guard.watching(_SECONDS / 2):
            of_each: Any = given(eval(strategy, names))
            quick(of_each(check))()
    except BaseException:
        return False
    return not bench.guard.refused
