"""Where the time goes: what waits, what has no end, and what has nothing left to be found."""

import builtins
import importlib.util
import json
import os
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from testwright.writers.explorer.python.probe import guard
from testwright.writers.explorer.python.probe.bench import Bench, Check, Outcome
from testwright.writers.explorer.python.probe.children import in_child
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.main import without_bases
from testwright.writers.explorer.python.probe.observing import Observer
from testwright.writers.explorer.python.probe.plain import callables_for
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.search import Search
from testwright.writers.explorer.python.probe.spelling import spelled
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.ways import Row, Way, Ways


class Answers:
    """A bench on which calls end as they are told to: `late` ones do not."""

    def __init__(self, *late):
        self.late, self.names = late, {}
        self.lessons = SimpleNamespace(learnt=lambda chance: [])
        self.trouble, self.was_late, self.asked = "", False, []

    def run(self, scenario, seconds):
        self.asked.append(scenario.call())
        self.was_late = scenario.call() in self.late or any(step.call() in self.late for step in scenario.steps)
        told = (Check("", "equals", "1"),)
        return None if self.was_late else Outcome(call=scenario.call(), checks=told, arcs=frozenset({(1, 1, 2)}))


def searched(bench, way):
    return Search(bench, way, random.Random(1), lambda find: None, lambda key: None, frozenset())


def test_a_call_that_catches_every_error_is_ended_by_a_guard_that_has_no_file():
    text = Path(guard.__file__).read_text()

    def stubborn():
        while True:
            try:
                sum(range(50))
            except Exception:
                continue

    def work(pulse):
        names = {"__name__": "travelling"}
        exec(compile(text, "travelling", "exec"), names)
        try:
            with names["Guard"]("/nowhere").watching(0.05):
                stubborn()
        except names["TimeUp"]:
            return "ended"

    assert in_child(work, 10.0)[0] == "ended"


def test_a_property_that_did_not_end_is_not_asked_again(loaded, tmp_path):
    unit = loaded(
        "class Job:\n    asked = 0\n    def __init__(self):\n        self.name = 'a'\n"
        "    @property\n    def result(self):\n        Job.asked += 1\n        raise Job.late\n"
    )
    unit.Job.late = guard.TimeUp
    observer = Observer(str(tmp_path), {})
    with pytest.raises(guard.TimeUp):
        observer.told(unit.Job())

    assert observer.told(unit.Job()) == [(".name", "equals", '"a"')]
    assert unit.Job.asked == 1


def test_a_search_whose_time_was_up_in_its_first_call_goes_on_later():
    bench = Answers("f(1)")
    search = searched(bench, Way("f", "f", None, [Row("n", "", [Choice("1"), Choice("2")])]))
    search.run(-1.0, 10)

    assert bench.asked == ["f(1)"]
    assert search.can_go_on

    search.run(1.0, 10)

    assert "f(2)" in bench.asked


def test_what_did_not_end_comes_before_no_other_call():
    wait = Way("Job.wait", "job.wait", None, subject="job", setups=[("job = Job()",)])
    name = Way("Job.name", "job", None, template="{target}.name", subject="job", setups=[("job = Job()",)])
    name.siblings = [wait]
    search = searched(Answers("job.wait()"), name)

    search.run(1.0, 30)

    assert search.late == {"job.wait()"}


def test_of_what_has_no_end_the_beginning_is_read():
    bench = Answers("list(ticks)")
    way = Way("Ticks.__iter__", "ticks", None, template="list({target})", subject="ticks")

    searched(bench, way).run(1.0, 10)

    assert bench.asked[:2] == ["list(ticks)", "list(islice(ticks, 5))"]


def test_a_search_ends_where_everything_was_tried():
    search = searched(Answers(), Way("f", "f", None, [Row("flag", "", [Choice("True"), Choice("False")])]))

    search.run(20.0, 10**9)

    assert not search.can_go_on


def test_what_is_open_are_lines_and_decisions_that_went_one_way_only(loaded):
    unit = loaded("def f(a):\n    if a:\n        b = 1\n    def g():\n        return 1\n    return g\n")
    facts = Facts(unit)
    through = {(1, -1, 2), (1, 2, 3), (1, 3, 4), (1, 4, 6), (1, 6, -1), (4, -1, 5), (4, 5, -1)}

    assert facts.open_ends(unit.f, ()) == 6
    assert facts.open_ends(unit.f, through) == 1
    assert facts.open_ends(unit.f, {*through, (1, 2, 4)}) == 0


def test_of_a_class_without_objects_its_heir_tells_all(loaded):
    unit = loaded(
        "import abc\nclass Base(abc.ABC):\n    @abc.abstractmethod\n    def a(self): ...\n"
        "class Made(Base):\n    def a(self): return 1\n"
        "class Lone(abc.ABC):\n    @abc.abstractmethod\n    def a(self): ...\n"
    )

    assert without_bases(["Base", "Made", "Lone"], [3, 4, 5], vars(unit)) == (["Made", "Lone"], [7, 5])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("def f(action):\n    return action()\n", "lambda: 1"),
        ("def f(action, *values):\n    return action(*values)\n", "lambda: 1"),
        ("def f(action):\n    return action(3)\n", "lambda value: value"),
        ("def f(action):\n    return action(3, 4)\n", "lambda first, second: first"),
    ],
)
def test_what_is_called_takes_as_much_as_it_is_given(loaded, text, first):
    unit = loaded(text)

    assert callables_for(frozenset(), "action", Facts(unit).taken(unit.f, "action"))[0] == first


def test_of_any_number_of_arguments_one_alone_is_tried_in_each_kind(loaded):
    unit = loaded("def f(*items):\n    if len(items) == 1 and callable(items[0]):\n        return items[0](3)\n")
    ways = Ways(Inputs(Facts(unit), {"f": unit.f}, random.Random(1)), [], Stubs(Facts(unit), False))

    (way,) = ways.of_function("f", unit.f)

    assert "f(lambda value: value)" in [scenario.call() for scenario in way.seeds()]


def test_a_function_of_others_that_a_call_exchanges_is_put_back_and_the_call_refused(tmp_path):
    def work(pulse):
        watch = guard.Guard(str(tmp_path))
        watch.modules = (builtins, json)
        before, said = json.dumps, []
        for name, module in (("dumps", json), ("len", builtins)):
            with watch.watching(1.0):
                setattr(module, name, lambda value: 42)
            said.append([watch.refused, watch.refused_event])
        with watch.watching(1.0):
            json.dumps([])
        return [*said, watch.refused, json.dumps is before, len("ab")]

    answer, ended = in_child(work, 10.0)

    assert answer == [[True, "replacing json.dumps"], [True, "replacing builtins.len"], False, True, 2], ended


def test_a_long_text_is_not_written_out_to_see_that_it_is_too_long():
    text = "x" * 50_000_000
    began = time.process_time()

    assert spelled(text, {}) is None
    assert time.process_time() - began < 0.1


def test_what_lies_on_this_machine_is_told_of_no_folder_but_a_temporary_one(tmp_path):
    def work(pulse):
        watch = guard.Guard(str(tmp_path))
        said = []
        for place in (tmp_path, "/", "."):
            with watch.watching(1.0):
                os.listdir(place)
            said.append(watch.refused)
        with watch.watching(1.0):
            sys.path_importer_cache.clear()
            importlib.util.find_spec("surely_not_there")
        return [*said, watch.refused]

    assert in_child(work, 10.0)[0] == [False, True, True, False]


def test_a_call_that_names_a_place_of_this_machine_is_not_told(loaded, tmp_path):
    unit = loaded("def size(path):\n    return len(path) > 3\n")

    def work(pulse):
        bench = Bench(unit, Facts(unit), str(tmp_path))
        calls = (Argument("path", "", Choice(repr(text))) for text in (f"{tmp_path}/a", "/etc/a"))
        return [bench.run(Scenario("size", "size", (each,))) is None for each in calls]

    assert in_child(work, 10.0)[0] == [True, False]
