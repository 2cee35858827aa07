"""What the Python explorer takes for a possible bug, and the harmless things that look like one."""

import ast
import enum
import textwrap
import types
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from testwright.writers.explorer.python.probe.examples import doubts_of
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.hints import fits
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.suspicions import Judge, Seen, compared


class Colour(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    y: float = 0.0


def judged(tmp_path, code, *texts, documented=False):
    """What is suspected of the call of the one function `code` defines, with arguments as texts."""
    file = tmp_path / "unit_under_doubt.py"
    file.write_text(textwrap.dedent(code))
    unit = types.ModuleType("unit_under_doubt")
    unit.__file__ = str(file)
    exec(compile(file.read_text(), str(file), "exec"), vars(unit))
    facts = Facts.__new__(Facts)
    tree = ast.parse(file.read_text())
    name = next(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    facts.unit, facts.file, facts.tree = unit, str(file), tree
    facts.functions = {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    function = vars(unit)[name]
    names = list(function.__code__.co_varnames)
    arguments = tuple(Argument(names[at], "", Choice(text)) for at, text in enumerate(texts))
    scenario = Scenario(symbol=name, target=name, arguments=arguments, documented=documented)
    given = tuple(eval(text, vars(unit)) for text in texts)
    value: Any = None
    crash = None
    try:
        value = function(*given)
    except Exception as error:
        crash = error
    seen = Seen(scenario, scenario.call(), given, None, value, crash, is_inside=crash is not None)
    return Judge(facts, name, function, "{target}({args})").suspicion(seen)


@pytest.mark.parametrize(
    ("code", "texts", "kind", "assertion"),
    [
        ("def f(x: int) -> str:\n    return x", ["1"], "type", "isinstance(f(1), str)"),
        (
            "def f(x: str) -> list[int]:\n    return list(x)",
            ['"a"'],
            "type",
            'all(isinstance(item, int) for item in f("a"))',
        ),
        ("def f(x: int) -> str:\n    if x: return 'a'", ["0"], "type", "f(0) is not None"),
        ("def f(x: int) -> int:\n    return x / 2", ["2"], "type", "isinstance(f(2), int)"),
        (
            "def mean(xs: list[float]) -> float:\n    return sum(xs) * 1e999 / 1e999",
            ["[1.0]"],
            "value",
            "not math.isnan(mean([1.0]))",
        ),
        (
            'def hi(a: str, b: str | None = None) -> str:\n    return f"hi {b} {a}"',
            ['"x"'],
            "value",
            '"None" not in hi("x")',
        ),
        ("def f(x: str | None) -> str:\n    return x.upper()", ["None"], "type", "f(None)"),
        ("def f(x: list[int]) -> int:\n    return x + 1", ["[1]"], "type", "f([1])"),
        ("def f(x):\n    return y", ["1"], "type", "f(1)"),
        (
            'def first(xs: list[int]) -> int:\n    """Zero for an empty list."""\n    return xs[0]',
            ["[]"],
            "doc",
            "first([])",
        ),
        ("def is_big(x):\n    return 'yes' if x > 1 else ''", ["3"], "name", "isinstance(is_big(3), bool)"),
        ("def has_any(x) -> bool:\n    return len(x)", ['"ab"'], "name", 'isinstance(has_any("ab"), bool)'),
        (
            "def sorted_names(names):\n    return list(names)",
            ['["b", "a", "c"]'],
            "name",
            'sorted_names(["b", "a", "c"]) == sorted(sorted_names(["b", "a", "c"]))',
        ),
    ],
)
def test_a_contradiction_is_suspected_with_the_line_that_would_hold(tmp_path, code, texts, kind, assertion):
    found = judged(tmp_path, code, *texts)

    assert found is not None
    assert (found.kind, found.assertion) == (kind, assertion)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        pytest.param("def f(x) -> str:\n    return x", ["1"], id="nothing is said of what goes in"),
        pytest.param("def f(x: str) -> str:\n    return x", ["1"], id="wrong kind in, wrong kind out"),
        pytest.param("def f(x: int) -> float:\n    return x", ["1"], id="an int is a float"),
        pytest.param("def f(x: int) -> object:\n    return x", ["1"], id="object is anything"),
        pytest.param("def f(x: int) -> str:\n    ...", ["1"], id="a stub"),
        pytest.param("def f(x: int) -> 'str | None':\n    return None", ["1"], id="none is allowed"),
        pytest.param("def f(x: str) -> str:\n    return x.upper()", ["None"], id="none was not asked for"),
        pytest.param("def f(x):\n    return x.upper()", ["None"], id="none into something without a type"),
        pytest.param("def f(x: dict) -> int:\n    return x['a'] + 1", ["{'a': 'b'}"], id="a bare dict"),
        pytest.param("def f(x: list[int]) -> int:\n    return x[0]", ["[]"], id="an index that nobody promised"),
        pytest.param("def f(t: dict[str, int], k: str) -> int:\n    return t[k]", ["{}", '"a"'], id="a lookup"),
        pytest.param("def f(x: int) -> int:\n    '''Raises TypeError.'''\n    return x + ''", ["1"], id="documented"),
        pytest.param("def f(x: str) -> str:\n    return x % 3", ['"NaN"'], id="a format is the caller's"),
        pytest.param("class C: pass\ndef f(x: str) -> str:\n    return getattr(C(), x)", ['"a"'], id="by name"),
        pytest.param(
            'def f(t, k):\n    """Or a default for missing ones."""\n    return t[k]', ["{}", "1"], id="no types"
        ),
        pytest.param("def f(x: float) -> float:\n    return x - x", ["float('inf')"], id="infinity in"),
        pytest.param("def f(x: int) -> float:\n    '''NaN for 0.'''\n    return 1e999 * x", ["0"], id="nan documented"),
        pytest.param("def f(x: int) -> float:\n    return float('nan')", ["0"], id="nan on purpose"),
        pytest.param("def f(x):\n    return f'hi {x}'", ["None"], id="none put in by us"),
        pytest.param("def f(x: str) -> str:\n    return x.replace('ñ', 'N')", ['"señone"'], id="letters of the input"),
        pytest.param("def f(x: int = 0) -> str:\n    return 'None' if not x else ''", ["0"], id="the word itself"),
        pytest.param("def to_repr(x: int | None) -> str:\n    return f'x {x}'", ["None"], id="writes python"),
        pytest.param("def f(x: int | None) -> str:\n    return f'f(x={x})'", ["None"], id="looks like code"),
        pytest.param("import re\ndef is_number(x):\n    return re.match('1', x)", ['"1"'], id="a match object"),
        pytest.param("def is_set(x):\n    return x and bool(x)", ['""'], id="the empty input itself"),
        pytest.param("def is_a(x):\n    if x: return True", ["0"], id="none for no"),
        pytest.param("def has_b(x):\n    '''Returns the number of them.'''\n    return 2", ["1"], id="says otherwise"),
        pytest.param("def isolate(x):\n    return x", ["1"], id="no question"),
        pytest.param("def island(x):\n    return x", ["1"], id="no question either"),
        pytest.param("def sorted_by_age(xs):\n    return xs", ["[3, 1, 2]"], id="another order"),
        pytest.param(
            "def sorted_xs(xs):\n    '''In order of arrival.'''\n    return xs", ["[3, 1, 2]"], id="order told"
        ),
        pytest.param("def sorted_xs(xs):\n    return sorted(xs, key=len)", ['["b", "aa", "a"][1:]'], id="two"),
        pytest.param("def sorted_xs(xs):\n    return sorted(xs, reverse=True)", ["[3, 1, 2]"], id="descending"),
        pytest.param("def sort_words(xs):\n    return sorted(xs, key=str.lower)", ['["B", "a", "C"]'], id="case"),
    ],
)
def test_harmless_oddities_are_left_alone(tmp_path, code, texts):
    assert judged(tmp_path, code, *texts) is None


@pytest.mark.parametrize(
    ("value", "hint", "answer"),
    [
        (1, int, True), ("a", int, False), (True, int, True), (1, float, True), (None, None, True),
        (None, str | None, True), (1, str | None, False), ([1], list[int], True), ([1, "a"], list[int], False),
        ((1, "a"), tuple[int, str], True), ((1,), tuple[int, str], False), ((1, 2), tuple[int, ...], True),
        ({"a": 1}, dict[str, int], True), ({"a": "b"}, dict[str, int], False), ([], list, True), ([1], list, None),
        ("a", Literal["a", "b"], True), ("c", Literal["a", "b"], False), (Colour.RED, Colour, True),
        (Point(1), Point, True), (Point("a"), Point, False), (1, Any, None), (1, object, None), (print, "Later", None),
    ],
)  # fmt: skip
def test_values_are_held_against_annotations(value, hint, answer):
    assert fits(value, hint) is answer


@pytest.mark.parametrize(
    ("value", "expected", "same"),
    [
        (1 / 3, 0.333, True), (0.34, 0.333, False), ((1, 2), [1, 2], True), ([1, 3], [1, 2], False), (1, 1.0, True),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, True), ("a", "b", False), (None, None, True), (2, 2.5, False),
    ],
)  # fmt: skip
def test_a_result_is_compared_as_people_read_examples(value, expected, same):
    assert compared(value, expected) is same


class Hours:
    """A clock that jumps by an hour after so many looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def now(self) -> float:
        self._looks -= 1
        return 0.0 if self._looks >= 0 else 3600.0


def test_doubts_of_examples_are_kept_when_the_time_is_over():
    claims = [{"symbol": "f", "call": f"f({number})"} for number in range(4)]

    found = doubts_of(claims, lambda claim: {"call": claim["call"]}, lambda symbol: False, Hours(2))

    assert [doubt["call"] for doubt in found] == ["f(0)", "f(1)"]


def test_whether_the_machine_decides_is_asked_once_for_a_symbol():
    asked: list[str] = []
    claims = [{"symbol": symbol, "call": f"{symbol}({number})"} for number in range(3) for symbol in ("f", "now")]

    def is_decided(symbol: str) -> bool:
        asked.append(symbol)
        return symbol == "now"

    found = doubts_of(claims, lambda claim: {"call": claim["call"]}, is_decided, Hours(9))

    assert asked == ["f", "now"]
    assert [doubt["call"] for doubt in found] == ["f(0)", "f(1)", "f(2)"]
