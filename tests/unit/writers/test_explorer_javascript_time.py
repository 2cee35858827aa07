"""Tests of code that sets timers: time passes in them when they say so."""

from explorer_samples import function, reporting, saw, task

from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import targets_of

LATER = "export function later(done) {\n  setTimeout(done, 500)\n}"
DONE = {"$": "spy", "v": "done"}
SECOND = {"act": "advance", "ms": 1000}
NOTHING = {"kind": "value", "tree": {"$": "undefined"}, "isAsync": False}


async def told(**more):
    seen = {"lived": [NOTHING], "seen": [], "spies": [["done", [["late"]]]], **more}
    work = task(LATER, function("later", LATER, "done"), probe=reporting(saw({"$": "undefined"}, **seen)))
    return (await JavaScriptExplorer().explore(work, 2.0)).draft


async def test_a_callback_that_comes_late_is_waited_for_on_a_clock_that_the_test_moves():
    draft = await told(args=[DONE], steps=[SECOND])

    (case,) = draft.cases
    assert case.name == "later(a callback) has done called once after 1 s"
    assert [line.strip() for line in case.code.splitlines()[1:-1] if line] == [
        "vi.useFakeTimers()",
        "const done = vi.fn()",
        "later(done)",
        "vi.advanceTimersByTime(1000)",
        "expect(done).toHaveBeenCalledWith('late')",
    ]
    assert "afterEach(() => {\n  vi.useRealTimers()\n})" in draft.preamble


async def test_nothing_is_said_of_time_that_changed_nothing():
    assert (await told(args=[DONE], steps=[SECOND], spies=[["done", []]])).cases == ()


def test_time_is_an_input_where_timers_are_set_and_the_runner_has_a_clock_to_move():
    def is_timed(framework, text=LATER):
        work = task(text, function("later", text, "done"), framework=framework)
        return targets_of(work, Module(work.source.path, text, work.view))[0].spec["isTimed"]

    assert is_timed("vitest")
    assert is_timed("jest")
    assert not is_timed("mocha")
    assert not is_timed("vitest", "export function later(done) {\n  done()\n}")
