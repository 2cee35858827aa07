import builtins
import random
import re
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import Options
from testwright.writers.explorer.python.importing import joined
from testwright.writers.explorer.python.probe.bench import Check, Outcome
from testwright.writers.explorer.python.probe.choosing import chosen_for_gains
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.fakes import fakes_for
from testwright.writers.explorer.python.probe.learning import Lessons
from testwright.writers.explorer.python.probe.observing import Observer, changed_files, files_in
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find
from testwright.writers.explorer.python.probe.simplifying import simpler
from testwright.writers.explorer.python.probe.spelling import STANDARD, spelled
from testwright.writers.explorer.python.probe.switching import Changes
from testwright.writers.explorer.python.records import Check as ToldCheck
from testwright.writers.explorer.python.records import Record
from testwright.writers.explorer.python.writing import draft_of


class OneFunctionBench:
    """Calls `unit(*arguments)` of the scenario; the outcome's arcs are the lines it says it ran."""

    def __init__(self, unit):
        self.names = dict(STANDARD)
        self.unit = unit

    def run(self, scenario, *, traced=True):
        lines = []
        values = [eval(argument.choice.text) for argument in scenario.arguments]
        value = self.unit(lines, *values)
        arcs = frozenset((1, -1, line) for line in lines)
        return Outcome(call=scenario.call(), checks=(Check("", "equals", repr(value)),), arcs=arcs)


def scenario_of(*texts, labels=None):
    labels = labels or [""] * len(texts)
    arguments = [
        Argument(f"p{at}", label, Choice(text)) for at, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    return Scenario(symbol="f", target="f", arguments=tuple(arguments))


def switch(number):
    return builtins.__testwright_mutant__(number)


def is_adult(lines, age):
    lines.append(2)
    return age > 18 if switch(7) else age >= 18


@pytest.fixture
def asleep():
    """The switch stands in builtins while code with switches runs; nothing of it may stay."""
    yield
    vars(builtins).pop("__testwright_mutant__", None)


def test_a_change_is_shown_by_the_input_on_which_it_makes_a_difference(asleep):
    bench = OneFunctionBench(is_adult)
    changes = Changes(bench, {7: 2}, [])

    def gains(text):
        with changes.watching():
            outcome = bench.run(scenario_of(text))
        return changes.shown_by(scenario_of(text), outcome)

    assert gains("30") == frozenset()
    assert gains("18") == {"change 7"}
    assert gains("18") == frozenset()
    assert changes.are_all_shown


def test_a_line_that_no_test_reached_is_a_gain_once(asleep):
    bench = OneFunctionBench(is_adult)
    changes = Changes(bench, {}, [2, 9])
    with changes.watching():
        outcome = bench.run(scenario_of("3"))

    assert changes.shown_by(scenario_of("3"), outcome) == {"line 2"}
    assert changes.missed == {9}


def test_what_one_search_showed_the_next_does_not_look_for():
    changes = Changes(OneFunctionBench(is_adult), {7: 2, 8: 2}, [2])

    changes.forget({"change 7", "line 2"})

    assert list(changes.left) == [8]
    assert changes.missed == set()


def test_a_change_is_looked_for_only_where_its_code_is_run(tmp_path):
    found, unit = facts_of(
        "def f(x):\n    return helper(x)\ndef helper(x):\n    return x + 1\ndef other(x):\n    return x\n", tmp_path
    )
    changes = Changes(OneFunctionBench(is_adult), {7: 4, 8: 99}, [4])

    assert changes.open_in(found.reached_from(unit.f)) == 2
    assert changes.open_in(found.reached_in("other")) == 0


def test_what_a_foreign_base_may_call_counts_as_reached(tmp_path):
    found, unit = facts_of(
        "from textwrap import TextWrapper\nclass W(TextWrapper):\n    def _split(self, text):\n        return [text]\n"
        "    def wrap(self, text):\n        return super().wrap(text)\nclass P:\n    def a(self):\n        return 1\n"
        "    def b(self):\n        return 2\n",
        tmp_path,
    )
    lines = Changes(OneFunctionBench(is_adult), {}, [4, 11])

    assert lines.open_in(found.reached_from(unit.W.wrap)) == 1
    assert lines.open_in(found.reached_from(unit.P.a)) == 0


def test_every_gain_is_picked_once_by_what_is_plain():
    def find(text, *gains):
        outcome = Outcome(call=f"f({text})", checks=(Check("", "equals", "1"),))
        return Find(scenario_of(text), outcome, gains=frozenset(gains))

    both, one, long = find("1", "change 1", "line 4"), find("2", "change 1"), find('"' + "x" * 300 + '"', "change 2")

    assert chosen_for_gains([one, long, both]) == [
        (both, frozenset({"change 1", "line 4"})),
        (long, frozenset({"change 2"})),
    ]


def test_an_input_is_cut_down_while_it_does_the_same():
    def has_a_digit(lines, text, verbose=False):
        lines.append(3 if any(letter.isdigit() for letter in text) else 4)
        return len(lines)

    bench = OneFunctionBench(has_a_digit)
    scenario = scenario_of("").with_choice(0, Choice('"?[27x]:list"', invented=True))
    find = Find(scenario, bench.run(scenario))

    plain = simpler(find, bench, 5.0, lambda scenario, outcome: True)

    assert len(eval(plain.scenario.arguments[0].choice.text)) <= 3
    assert plain.outcome.arcs == find.outcome.arcs


def test_what_nobody_made_up_stays_whole():
    bench = OneFunctionBench(lambda lines, name: f"Hello, {name}")
    find = Find(scenario_of('"Alice"'), bench.run(scenario_of('"Alice"')))

    assert simpler(find, bench, 5.0, lambda scenario, outcome: True) == find


def test_cutting_down_leaves_something_to_say():
    def copied(lines, values):
        return list(values)

    bench = OneFunctionBench(copied)
    scenario = scenario_of("").with_choice(0, Choice("[3, 1, 2]", invented=True))
    find = Find(scenario, bench.run(scenario))

    assert simpler(find, bench, 5.0, lambda scenario, outcome: True).outcome.checks[0].value != "[]"


def facts_of(text, tmp_path):
    file = tmp_path / "unit.py"
    file.write_text(text)
    unit = types.ModuleType("unit")
    unit.__file__ = str(file)
    exec(compile(text, str(file), "exec"), unit.__dict__)
    return Facts(unit), unit


def test_a_stand_in_has_what_the_code_reads_of_it_and_one_thing_varies_at_a_time(tmp_path):
    found, unit = facts_of(
        "def f(state):\n    if state.outcome.failed:\n        return state.outcome.exception()\n"
        "    return state.count\n",
        tmp_path,
    )

    made = fakes_for(found.use(unit.f, "state"))

    assert made[0] == (
        'SimpleNamespace(outcome=SimpleNamespace(failed=True, exception=lambda *args: ValueError("wrong")), count=3)'
    )
    assert "SimpleNamespace(outcome=None, count=3)" in made
    assert unit.f(eval(made[0], {"SimpleNamespace": SimpleNamespace})).args == ("wrong",)


def test_what_is_compared_and_compiled_while_code_runs_is_learnt(tmp_path):
    text = (
        "import re\ndef f(x, table):\n    key = 'go' + 'ld'\n    if x == key:\n        return 1\n"
        "    return re.compile('^(' + '|'.join(table) + '):$').match(x)\n"
    )
    found, unit = facts_of(text, tmp_path)
    lessons = Lessons(found.tree)

    def trace(frame, event, argument):
        if frame.f_code.co_filename != found.file:
            return None
        if event == "line":
            lessons.look(frame)
        return trace

    before = sys.gettrace()
    with lessons.listening():
        sys.settrace(trace)
        try:
            unit.f("x", ["Args"])
        finally:
            sys.settrace(before)
    learnt = lessons.learnt(random.Random(1))

    assert "gold" in learnt
    assert "Args:" in learnt
    assert lessons.learnt(random.Random(2)) == learnt
    assert re.compile("x").pattern == "x"


@dataclass
class Inner:
    label: object = field(default_factory=object)
    size: int = 2


class Outer:
    def __init__(self):
        self.items = [Inner()]
        self.name = "box"
        self._hidden = 1


def test_an_object_is_told_by_what_it_is_made_of():
    observer = Observer(str(__file__), dict(STANDARD))

    assert observer.told(Outer()) == [
        (".items", "length", "1"),
        (".items[0].size", "equals", "2"),
        (".name", "equals", '"box"'),
    ]


def test_what_a_call_did_to_a_folder_is_told_by_its_entries(tmp_path):
    (tmp_path / "kept.txt").write_text("a")
    (tmp_path / "gone.txt").write_text("a")
    before = files_in(tmp_path)
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "new").mkdir()
    (tmp_path / "kept.txt").write_text("b")

    assert changed_files(before, files_in(tmp_path)) == [
        ('(tmp_path / "kept.txt").read_text()', "equals", '"b"'),
        ('(tmp_path / "new").exists()', "equals", "True"),
        ('(tmp_path / "gone.txt").exists()', "equals", "False"),
    ]


def test_places_below_the_temporary_folder_are_written_as_such(tmp_path):
    names = {**STANDARD, "tmp_path": tmp_path}

    assert spelled(tmp_path / "a" / "b", names) == 'tmp_path / "a/b"'
    assert spelled(str(tmp_path / "a"), names) == 'str(tmp_path / "a")'
    assert spelled(str(tmp_path) + "x", names) != 'str(tmp_path / "x")'


def test_imports_of_two_preambles_become_one():
    one = "import re\n\nimport pytest\n\nfrom shop import Cart, price"
    other = "import json\n\nfrom shop import price, total"

    assert joined(one, other) == "import json\nimport re\n\nimport pytest\n\nfrom shop import Cart, price, total"
    assert joined("import numpy as np", "import re") == "import numpy as np\nimport re"


def test_what_is_added_takes_no_name_that_is_there():
    record = Record(
        symbol="price",
        lines=(),
        call="price(3)",
        checks=(ToldCheck(of="", how="equals", value="6"),),
        error=None,
        patches=(),
        arguments=(("count", "3"),),
        documented=False,
        foreign=False,
        subject="",
    )
    first = draft_of([record], "shop", Options(), "pytest")
    beside = Draft(preamble="import json", cases=(Case(name=first.cases[0].name, code=""),))

    added = draft_of([record], "shop", Options(), "pytest", beside=beside)

    assert added.cases[0].name == f"{first.cases[0].name}_2"
    assert added.preamble == "import json\n\nfrom shop import price"


def test_what_does_not_matter_is_the_plainest_choice():
    bench = OneFunctionBench(lambda lines, name, path: name.upper())
    made_up = Argument("path", "", Choice('"td/x"', invented=True))
    scenario = scenario_of('"Alice"')
    scenario = replace(scenario, arguments=(*scenario.arguments, made_up))
    find = Find(scenario, bench.run(scenario))

    plain = simpler(find, bench, 5.0, lambda scenario, outcome: True, {"path": Choice('"readme"')})

    assert [argument.choice.text for argument in plain.scenario.arguments] == ['"Alice"', '"readme"']


def test_signs_that_do_not_matter_are_letters():
    def has_a_dash(lines, text):
        lines.append(3 if "-" in text else 4)
        return True

    bench = OneFunctionBench(has_a_dash)
    scenario = scenario_of("").with_choice(0, Choice('"[-"', invented=True))

    plain = simpler(Find(scenario, bench.run(scenario)), bench, 5.0, lambda scenario, outcome: True)

    assert plain.scenario.arguments[0].choice.text == '"a-"'


class _Sorted(Sequence):
    def __init__(self, *items):
        self._items = sorted(items)

    def __getitem__(self, at):
        return self._items[at]

    def __len__(self):
        return len(self._items)


def test_what_is_in_a_sequence_of_the_project_is_told_up_to_twenty_items():
    here = str(Path(__file__).parent)

    assert Observer(here, {}).state(_Sorted(3, 1), "numbers") == {"list(numbers)": "[1, 3]"}
    assert Observer(here, {}).state(_Sorted(*range(21)), "numbers") == {"len(numbers)": "21"}
