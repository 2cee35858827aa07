"""How far the search gets: what it keeps, what it hears, and what it takes for a good input."""

import os
import random
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from testwright.domain.sessions import Options
from testwright.writers.explorer.python.layout import broken
from testwright.writers.explorer.python.naming import name_of
from testwright.writers.explorer.python.probe.annotations import hints_of
from testwright.writers.explorer.python.probe.bench import Bench, Check, Outcome, without_place
from testwright.writers.explorer.python.probe.children import in_child
from testwright.writers.explorer.python.probe.composing import composed, takes_anything
from testwright.writers.explorer.python.probe.contents import with_another_content
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.learning import Lessons
from testwright.writers.explorer.python.probe.plain import callables_for
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.scenarios import Patch as ProbePatch
from testwright.writers.explorer.python.probe.search import Search
from testwright.writers.explorer.python.probe.signatures import parameters_of
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.telling import shared_out
from testwright.writers.explorer.python.probe.ways import Row, Way, Ways
from testwright.writers.explorer.python.records import Check as ToldCheck
from testwright.writers.explorer.python.records import Patch, Record
from testwright.writers.explorer.python.writing import draft_of


class CountingBench:
    """`f(n)` gives n; only with 999 it jumps to another line."""

    trouble, was_late, names = "", False, {}

    def run(self, scenario, seconds):
        number = scenario.arguments[0].choice.text
        arcs = {(1, 1, 2), (1, 2, 3)} if number == "999" else {(1, 1, 2)}
        return Outcome(call=scenario.call(), checks=(Check("", "equals", number),), arcs=frozenset(arcs))


def test_what_reaches_something_new_is_kept_however_many_results_are_known():
    kept = []
    way = Way("f", "f", None, [Row("n", "", [Choice(str(n)) for n in (*range(400), 999)])])
    search = Search(CountingBench(), way, random.Random(1), kept.append, lambda key: None, frozenset())

    search.run(5.0, 0)

    assert "f(999)" in [find.scenario.call() for find in kept]
    assert len(kept) < 200


class HangingBench(CountingBench):
    """Every call hangs."""

    was_late = True

    def run(self, scenario, seconds):
        return None


def test_a_call_that_did_not_end_comes_before_no_other():
    late = set()
    way = Way("f", "f", None, [Row("n", "", [Choice("1")])])
    search = Search(HangingBench(), way, random.Random(1), print, lambda key: None, frozenset(), late=late)
    search.run(1.0, 0)
    tried = []
    after = Way("g", "g", None, siblings=[way])

    Search(CountingBench(), after, random.Random(1), print, tried.append, frozenset(), late=late)._try(
        Scenario("g", "g", steps=(way.base(),))
    )

    assert "f(1)" in late
    assert tried == []


def test_an_annotation_that_cannot_be_read_costs_none_of_the_others(loaded):
    unit = loaded(
        "from typing import TYPE_CHECKING, Optional\n"
        "if TYPE_CHECKING:\n"
        "    from decimal import Decimal\n"
        "def f(a: 'Nowhere', b: Optional['int'], c: 'Decimal') -> 'str': ...\n"
    )

    hints = hints_of(unit.f)

    assert {name: getattr(hint, "__name__", str(hint)) for name, hint in hints.items()} == {
        "b": "Optional",
        "c": "Decimal",
        "return": "str",
    }


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("def f(value):\n    return g(value)\ndef g(text):\n    return text.strip()\n", lambda unit: unit.f),
        (
            "class Base:\n    def __init__(self, label):\n        self.label = label.strip()\n"
            "class Other(Base):\n    def __init__(self, value):\n        Base.__init__(self, value)\n",
            lambda unit: unit.Other.__init__,
        ),
        (
            "class Base:\n    def __init__(self, label):\n        self.label = label.strip()\n"
            "class Other(Base):\n    def __init__(self, value):\n        super().__init__(label=value)\n",
            lambda unit: unit.Other.__init__,
        ),
    ],
)
def test_a_parameter_is_what_those_take_it_for_to_whom_it_is_handed_on(loaded, text, function):
    unit = loaded(text)

    assert Facts(unit).kinds(function(unit), "value") == ["str"]


def test_patterns_that_the_code_looks_for_are_heard(loaded):
    unit = loaded("import re\nTITLES = re.compile('(Args|Returns):')\ndef f(text):\n    return TITLES.search(text)\n")
    lessons = Lessons(Facts(unit).tree)

    lessons.look(SimpleNamespace(f_lineno=4, f_locals={"text": "a"}, f_globals=vars(unit)))

    assert {"Args:", "Returns:"} <= set(lessons.learnt(random.Random(1)))


def test_an_object_is_made_by_a_method_of_its_class_that_says_so(loaded):
    unit = loaded(
        "class Box:\n    def __init__(self, parts): self.parts = parts.parts\n"
        "    @classmethod\n    def of(cls, size: int) -> 'Box':\n        return cls.__new__(cls)\n"
    )
    inputs = Inputs(Facts(unit), {"Box": unit.Box}, random.Random(1))

    assert "Box.of(3)" in [choice.text for choice in inputs.of_type(unit.Box, None, "box", 0)]


PROTOCOLS = """import json
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Writes(Protocol[T]):
    def dumps(self, value: Any) -> T: ...


class Box(Generic[T]):
    pass


class Ink:
    def dumps(self, value: Any) -> str:
        return "ink"


def written(value: int, writes: Writes[str]) -> str:
    return writes.dumps(value)
"""


def test_a_protocol_is_met_by_what_has_all_it_asks_for_or_by_a_stand_in_with_just_that(loaded):
    unit = loaded(PROTOCOLS)
    names = {"Box": unit.Box, "Ink": unit.Ink, "Writes": unit.Writes, "json": unit.json}
    inputs = Inputs(Facts(unit), names, random.Random(1))

    texts = [choice.text for choice in inputs.of_type(hints_of(unit.written)["writes"], unit.written, "writes", 0)]

    assert texts[:2] == ["json", "Ink()"]
    assert any(text.startswith("SimpleNamespace(dumps=lambda *args: ") for text in texts)
    assert "Box()" not in texts


def test_what_may_be_anything_is_an_object_of_the_project_as_early_as_it_is_a_text(loaded):
    words = ", ".join(f"'word{at}'" for at in range(60))
    unit = loaded(
        "from typing import Any\nclass Rule:\n    pass\n"
        f"def check(rule: Any):\n    return rule.strip() in ({words}) or isinstance(rule, Rule)\n"
    )
    inputs = Inputs(Facts(unit), {"Rule": unit.Rule, "check": unit.check}, random.Random(1))
    (parameter,) = parameters_of(unit.check, inputs.facts)

    texts = [choice.text for choice in inputs.choices(unit.check, parameter, parameter.annotation)]

    assert "Rule()" in texts[:20]
    assert texts[0].startswith('"')


def test_a_function_that_carries_others_gets_a_name_and_is_called_before_them(loaded):
    unit = loaded(
        "def counted(function):\n"
        "    def wrapper(value):\n        wrapper.calls += 1\n        return function(value)\n"
        "    def reset():\n        wrapper.calls = 0\n"
        "    wrapper.calls, wrapper.reset = 0, reset\n    return wrapper\n"
    )
    facts = Facts(unit)
    ways = Ways(Inputs(facts, {"counted": unit.counted}, random.Random(1)), [], Stubs(facts, False))
    scenario = Scenario("counted", "counted", (Argument("function", "", Choice("str")),))

    found = ways.of_result(scenario, unit.counted(str))

    assert [way.target for way in found] == ["decorated", "decorated.reset"]
    assert found[1].setups == [("decorated = counted(str)",)]
    assert found[0] in found[1].siblings


def test_options_that_are_only_handed_on_are_those_of_what_gets_them(loaded):
    unit = loaded(
        "class Box:\n    def __init__(self, size: int = 1, *, lid: 'bool' = True, **more): ...\n"
        "def boxed(item, **options):\n    return Box(**options)\n"
        "def plain(item):\n    return Box()\n"
    )
    facts = Facts(unit)

    told = [(each.name, each.kind.name, each.annotation) for each in parameters_of(unit.boxed, facts)]

    assert told[0][0] == "item"
    assert told[2:] == [("size", "KEYWORD_ONLY", int), ("lid", "KEYWORD_ONLY", bool)]
    assert [each.name for each in parameters_of(unit.plain, facts)] == ["item"]


def test_code_that_asks_for_coroutines_gets_one():
    asked = callables_for(frozenset({"inspect.iscoroutinefunction"}))

    assert "mock.AsyncMock(return_value=3)" in asked
    assert "mock.AsyncMock(return_value=3)" not in callables_for(frozenset())


def test_expressions_are_put_into_each_other_and_stay_short():
    choices = [Choice("Or(int, str)"), Choice("[1]"), Choice('{"a": 1}'), Choice("int")]
    chance = random.Random(3)

    made = [each.text for _ in range(60) if (each := composed(chance.choice(choices), choices, chance)) is not None]

    assert takes_anything(choices)
    assert not takes_anything([Choice("1"), Choice("[1]")])
    assert any(text.count("Or(") == 2 for text in made)
    assert "[int]" in made
    assert max(map(len, made)) <= 110
    for text in made:
        compile(text, "made", "eval")


def test_where_there_is_too_much_to_tell_every_symbol_keeps_its_first():
    records = [{"symbol": symbol, "call": f"{symbol}({at})"} for symbol in "ab" for at in range(3)]

    assert [record["call"] for record in shared_out(records, 3)] == ["a(0)", "a(1)", "b(0)"]
    assert shared_out(records, 9) == records


def test_the_text_in_a_stream_or_a_file_is_changed_where_it_stands():
    stream = Choice('StringIO("a=1")')
    file = Choice("file", ('file = tmp_path / "f"', 'file.write_text("a=1")'))

    assert with_another_content(stream, str.upper).text == 'StringIO("A=1")'
    assert with_another_content(file, str.upper).setup == ('file = tmp_path / "f"', 'file.write_text("A=1")')
    assert with_another_content(Choice("Box(1)"), str.upper) is None


def test_a_call_that_sleeps_for_long_or_waits_for_nothing_is_ended_soon(loaded):
    unit = loaded(
        "import threading, time\ndef nap():\n    time.sleep(30)\ndef wait():\n    threading.Event().wait(30)\n"
        "def blink():\n    time.sleep(0.01)\n    return 1\n"
    )

    def work(pulse):
        bench = Bench(unit, Facts(unit), os.getcwd())
        began = time.monotonic()
        told = [bench.run(Scenario(name, name)) is not None for name in ("nap", "wait", "blink")]
        bench.close()
        return [told, time.monotonic() - began]

    (told, seconds), _ = in_child(work, 20.0)

    assert told == [False, False, True]
    assert seconds < 5


def test_a_loop_that_catches_everything_is_ended_all_the_same(loaded):
    unit = loaded(
        "def again():\n    while True:\n        try:\n            sum(range(999))\n"
        "        except BaseException:\n            pass\n"
    )

    def work(pulse):
        bench = Bench(unit, Facts(unit), os.getcwd())
        outcome = bench.run(Scenario("again", "again"), traced=False)
        bench.close()
        return [outcome is None, bench.was_late]

    assert in_child(work, 20.0)[0] == [True, True]


def test_code_may_write_temporary_files(loaded):
    unit = loaded(
        "import tempfile\ndef copy():\n    with tempfile.NamedTemporaryFile('w') as file:\n"
        "        return file.write('abc')\n"
    )

    def work(pulse):
        bench = Bench(unit, Facts(unit), os.getcwd())
        outcome = bench.run(Scenario("copy", "copy"))
        bench.close()
        return outcome is not None and [check.value for check in outcome.checks]

    assert in_child(work, 20.0)[0] == ["3"]


def test_processes_that_share_a_bench_share_no_folder(loaded):
    unit = loaded("def size(path):\n    return len(path.name)\n")

    def work(pulse):
        bench = Bench(unit, Facts(unit), os.getcwd())

        def folder(pulse):
            bench.run(Scenario("size", "size", (Argument("path", "", Choice("tmp_path")),)))
            return str(bench.names["tmp_path"])

        folders = [in_child(folder, 10.0)[0] for _ in range(2)]
        bench.close()
        return folders

    one, other = in_child(work, 20.0)[0]

    assert one != other


def test_a_message_ends_before_an_address():
    assert without_place("failed: <Future at 0x7fb31033dc90 state=finished>", "/tmp/x") == "failed: <Future"


def test_a_message_ends_before_a_method_that_got_into_it_by_a_slip():
    said = "Unable to create the directory: <bound method Path.as_posix of PosixPath('/tmp/x')>"

    assert without_place(said, "/tmp/x") == "Unable to create the directory:"


def test_what_a_property_gives_is_asserted_once_where_it_was_not_there_before(loaded, tmp_path):
    unit = loaded(
        """
class Wrapper:
    def __init__(self, indent=""):
        self._indent, self._length = indent, None

    @property
    def indent_length(self):
        if self._length is None:
            self._length = len(self._indent)
            raise AttributeError("not yet")
        return self._length
"""
    )
    bench = Bench(unit, Facts(unit), str(tmp_path), ["Wrapper"])
    made = Scenario("Wrapper", "Wrapper", (Argument("indent", "", Choice('"ab"')),))

    outcome = bench.run(
        Scenario("Wrapper.indent_length", "wrapper.indent_length", made=made, subject="wrapper", template="{target}")
    )

    bench.close()
    assert [check.of for check in outcome.checks if check.value == "2"] == [""]


def test_a_block_keeps_its_own_indentation():
    assert broken("with lock:\n    pass", 4) == "    with lock:\n        pass"


def test_a_file_that_is_as_it_was_is_said_to_be_left_alone():
    record = Record(
        symbol="touch", lines=('file = tmp_path / "file.txt"', 'file.write_text("a")'), call="touch(file)",
        checks=(ToldCheck(of='(tmp_path / "file.txt").read_text()', how="equals", value='"a"'),), error=None,
        patches=(), arguments=(("path", "file"),), documented=False, foreign=False, subject="",
    )  # fmt: skip

    assert name_of(record, {}) == "test_touch_leaves_file_txt_alone_for_file"


def test_a_long_key_stays_what_it_is():
    line = f'cache["{"a" * 90}"] = 1'
    names = {"cache": {}}

    exec(broken(line, 0), names)

    assert list(names["cache"]) == ["a" * 90]


def test_brackets_that_only_group_stay_such():
    line = f'assert (tmp_path / "file.txt").read_text() == "{"a" * 70}"'

    assert broken(line, 0) == line
    assert broken(f"call({'a' * 90})", 0) == f"call(\n    {'a' * 90},\n)"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((("sleep", "None"),), "test_copy_returns_3_for_no_sleep"),
        (
            (("fn", 'mock.Mock(side_effect=[ValueError("wrong"), 3])'),),
            "test_copy_returns_3_for_function_that_fails_first",
        ),
        ((("parts", '[Part("a"), Part("b")]'),), "test_copy_returns_3_for_2_parts"),
        ((("parts", 'iter([Part("a")])'),), "test_copy_returns_3_for_one_part"),
        ((("parts", "[int, str]"),), "test_copy_returns_3_for_2_items"),
        ((("attempt", 'Future.construct(3, "hello", True)'),), "test_copy_returns_3_for_future"),
    ],
)
def test_names_say_what_was_given(arguments, name):
    record = Record(
        symbol="copy", lines=(), call="copy()", checks=(ToldCheck(of="", how="equals", value="3"),), error=None,
        patches=(), arguments=arguments, documented=False, foreign=False, subject="",
    )  # fmt: skip

    assert name_of(record, {}) == name


def test_code_that_asks_for_variables_is_called_without_and_with_each(loaded):
    unit = loaded(
        "import os\ndef mode():\n    if os.environ.get('NO_COLOR'):\n        return 'never'\n"
        "    return os.getenv('COLORS', 'auto')\n"
    )

    patches = [patch.given for (patch,) in Stubs(Facts(unit), False)(unit.mode)]

    assert patches[:2] == ["{}, clear=True", '{"NO_COLOR": "1"}, clear=True']
    assert '{"COLORS": "never"}, clear=True' in patches


def test_a_variable_is_set_for_the_call_alone_and_said_in_the_name():
    record = Record(
        symbol="mode", lines=(), call="mode()", checks=(ToldCheck(of="", how="equals", value='"never"'),), error=None,
        patches=(Patch(target="os.environ", name="", lines=(), given='{"NO_COLOR": "1"}, clear=True'),), arguments=(),
        documented=False, foreign=False, subject="",
    )  # fmt: skip

    (case,) = draft_of([record], "colors", Options(), "pytest").cases

    assert case.code == (
        "def test_mode_returns_never_with_no_color():\n"
        '    with mock.patch.dict("os.environ", {"NO_COLOR": "1"}, clear=True):\n'
        "        result = mode()\n\n"
        '    assert result == "never"'
    )


def test_a_call_that_leaves_the_environment_as_it_was_may_change_it_meanwhile(loaded):
    unit = loaded(
        "import os\ndef keep(value):\n    os.environ['KEPT_HERE'] = value\n    return os.environ['KEPT_HERE']\n"
    )

    def work(pulse):
        bench = Bench(unit, Facts(unit), os.getcwd())
        call = Scenario("keep", "keep", (Argument("value", "", Choice('"a"')),))
        outcomes = [bench.run(call), bench.run(replace(call, patches=(ProbePatch("os.environ", "", (), "{}"),)))]
        bench.close()
        return [outcome is not None for outcome in outcomes]

    assert in_child(work, 20.0)[0] == [False, True]


BASKET = '''class Basket:
    """Holds things.

    >>> Basket(1)
    >>> Basket(2)
    >>> Basket(...)
    >>> Basket([1, 2])
    >>> Basket({"a": 1})
    """

    def __init__(self, things):
        self.things = things

    def kind(self) -> str:
        return type(self.things).__name__
'''


def test_objects_are_made_as_documented_one_of_each_form_first(loaded):
    unit = loaded(BASKET)
    facts = Facts(unit)
    ways = Ways(Inputs(facts, {"Basket": unit.Basket}, random.Random(1)), [], Stubs(facts, False))

    (kind,) = [way for way in ways.of_class("Basket", unit.Basket) if way.symbol == "Basket.kind"]

    texts = [lines[-1].partition(" = ")[2] for lines in kind.setups]
    assert texts[:4] == ["Basket(1)", "Basket([1, 2])", 'Basket({"a": 1})', "Basket(2)"]
    assert "Basket(Ellipsis)" not in texts


def test_a_method_is_called_on_objects_that_are_made_of_each_of_the_first_choices(loaded):
    unit = loaded(BASKET)
    facts = Facts(unit)
    ways = Ways(Inputs(facts, {"Basket": unit.Basket}, random.Random(1)), [], Stubs(facts, False))
    (kind,) = [way for way in ways.of_class("Basket", unit.Basket) if way.symbol == "Basket.kind"]

    search = Search(CountingBench(), kind, random.Random(1), lambda find: None, lambda key: None, frozenset())
    made = [scenario.made.call() for scenario, _ in search._first_tries() if scenario.made is not None]

    assert {"Basket([1, 2])", 'Basket({"a": 1})'} <= set(made)


SHARED = """def helper(x):
    for _ in range(x):
        if x > 1 and x < 9 or x == 4:
            x += 1
    return x if x else 0


def _hidden(x):
    for _ in range(x):
        if x > 1 and x < 9 or x == 4:
            x += 1
    return x if x else 0


def by_itself(x):
    if x > 1 and x < 9 or x == 4:
        return 1
    return helper(x) if x else _hidden(x)


def short(x):
    return helper(x)


def long(x):
    return _hidden(x)
"""


def test_what_others_can_call_by_itself_counts_little_for_those_who_call_it(loaded):
    unit = loaded(SHARED)
    facts = Facts(unit)

    assert facts.worth(unit.short) < facts.worth(unit.helper) <= facts.worth(unit.long)
    assert facts.worth(unit.short) < facts.worth(unit.by_itself)


CLOCKED = """import time


class Timed:
    def __init__(self, seconds, timer=time.monotonic):
        self.seconds = seconds
        self.timer = timer
"""


def test_a_clock_is_one_by_which_it_is_later_every_time(loaded):
    unit = loaded(CLOCKED)
    ways = Ways(Inputs(Facts(unit), {"Timed": unit.Timed}, random.Random(1)), [], Stubs(Facts(unit), False))

    (timer,) = [row for row in ways.of_class("Timed", unit.Timed)[0].rows if row.parameter == "timer"]

    assert timer.choices[0].text == "iter(range(100)).__next__"
