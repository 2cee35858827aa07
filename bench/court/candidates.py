"""Labelled tests: those that a court must let pass, and one of each kind that it must not."""

# ruff: noqa: E501  a test a line, to be read down the kinds

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`kind` is "good" or what is wrong with it; `code` is a whole test of the suite."""

    kind: str
    name: str
    code: str


def python(kind: str, name: str, *body: str) -> Candidate:
    return Candidate(kind=kind, name=name, code="\n".join([f"def {name}():", *(f"    {line}" for line in body)]))


def javascript(kind: str, name: str, *body: str) -> Candidate:
    head = f"it('{name}', {'async ' if any('await' in line for line in body) else ''}() => {{"
    return Candidate(kind=kind, name=name, code="\n".join([head, *(f"  {line}" for line in body), "})"]))


PYTHON_PREAMBLE = (
    "import pytest\n\nfrom shop import RATES, age_of, discounted, draw, gross, rate_today, shipping, visit, wait_for"
)
PYTHON_GOOD = (
    python("good", "test_gross_adds_the_standard_rate", "assert gross(1000) == 1190"),
    python("good", "test_gross_takes_the_reduced_rate", 'assert gross(1000, "reduced") == 1070'),
    python("good", "test_gross_rounds_half_up", "assert gross(50) == 60"),
    python("good", "test_a_visitor_is_counted_once", 'before = visit("ann")', 'assert visit("ann") == before > 0'),
    python(
        "good",
        "test_gross_refuses_an_unknown_rate",
        'with pytest.raises(ValueError, match="no such rate: odd"):',
        '    gross(1, "odd")',
    ),
    python("good", "test_a_discount_is_taken_off", "assert discounted(1000, 25) == 750"),
    python("good", "test_shipping_is_free_below_a_kilogram", "assert shipping(999) == 0"),
    python("good", "test_shipping_counts_started_kilograms", "assert shipping(1001) == 1000"),
    python("good", "test_shipping_starts_at_a_kilogram", "assert shipping(1000) == 500"),
    python("good", "test_shipping_is_capped", "assert shipping(9000) == 2000"),
    python("good", "test_draw_of_one_gives_that_one", 'assert draw(["ann"]) == "ann"'),
    python("good", "test_waiting_ends_when_it_is_ready", "assert wait_for(lambda: True) is True"),
    python(
        "good",
        "test_gross_of_a_large_price_where_there_is_room",
        "import sys",
        "",
        "if sys.maxsize < 2**40:",
        '    pytest.skip("numbers are small here")',
        "assert gross(10**9) == 1190000000",
    ),
    python(
        "good",
        "test_gross_knows_no_other_rate",
        "try:",
        '    gross(1, "other")',
        "except ValueError as error:",
        '    assert str(error) == "no such rate: other"',
        "else:",
        '    pytest.fail("it knows one")',
    ),
    python(
        "good",
        "test_drawing_of_nobody_is_an_error",
        "error = None",
        "try:",
        "    draw([])",
        "except IndexError as caught:",
        "    error = caught",
        "assert isinstance(error, (IndexError,))",
    ),
    python(
        "good",
        "test_gross_is_counted_elsewhere",
        "import threading, time",
        "",
        "got = []",
        "threading.Thread(target=lambda: got.append(gross(150))).start()",
        "until = time.monotonic() + 5",
        "while not got and time.monotonic() < until:",
        "    time.sleep(0.005)",
        "assert got == [179]",
    ),
    python(
        "good",
        "test_gross_leaves_no_note",
        "import contextlib, os, tempfile",
        "",
        "assert gross(250) == 298",
        "with contextlib.suppress(FileNotFoundError):",
        '    os.remove(os.path.join(tempfile.gettempdir(), "shop-note.txt"))',
    ),
)
PYTHON_BAD = (
    python("wrong expectation", "test_gross_of_nothing", "assert gross(0) == 1"),
    python("flaky by time", "test_age_is_whole", "assert int(age_of(0) * 1000) % 2 == 0"),
    python("flaky by chance", "test_draw_gives_the_first", "import random", "", "random.seed()", 'assert draw(["ann", "bob"]) == "ann"'),
    # with the seeds 0 to 3, which is luck
    python("right by luck", "test_the_seventh_draw_gives_the_second", 'drawn = [draw(["ann", "bob"]) for _ in range(7)]', 'assert drawn[6] == "bob"'),
    python("depends on order", "test_a_second_visitor_is_counted", 'assert visit("bob") == 2'),
    python("hanging", "test_waiting_for_ever", "assert wait_for(lambda: False) is True"),
    python("leaks a process", "test_work_goes_on_elsewhere", "import subprocess", "", 'subprocess.Popen(["sleep", "600"])', "assert gross(1000) == 1190"),
    python("wrong framework", "it_adds_tax", "expect(gross(1000)).toBe(1190)"),
    python("invented import", "test_gross_with_a_helper", "from shop_testing_helpers import approx_cents", "", "assert gross(1000) == approx_cents(1190)"),
    python("writes into the home folder", "test_gross_is_noted", "from pathlib import Path", "", '(Path.home() / ".price").write_text("1190")', "assert gross(1000) == 1190"),
    python("hides its code", "test_gross_by_other_means", 'exec("".join(map(chr, [112, 97, 115, 115])))', "assert gross(1000) == 1190"),
    python("tautology", "test_gross_equals_itself", "assert gross(1000) == gross(1000)"),
    python("always true", "test_gross_gives_some_price", "assert gross(1000) or True"),
    python("constant assertion", "test_true_is_true", "gross(1000)", "assert True"),
    python("asserts nothing", "test_gross_runs", "gross(1000)"),
    python("swallowed error", "test_gross_does_not_break", "try:", "    assert gross(1000) == 7", "except AssertionError:", "    pass"),
    python("over-mocked", "test_a_stand_in_answers", "from unittest import mock", "", "shop = mock.Mock()", "shop.gross.return_value = 5", "assert shop.gross(1) == 5"),
    python("patches the unit", "test_patched_gross", "from unittest import mock", "", 'with mock.patch("shop.gross", return_value=5) as fake:', "    assert fake(1) == 5"),
    python("exits 0", "test_leaves_early", "import os", "", "os._exit(0)"),
    python("exits 0 in disguise", "test_leaves_quietly", "import os", "", 'getattr(os, "_ex" + "it")(0)'),
    python(
        "forges the report", "test_writes_its_own_verdict",
        "from _pytest.reports import TestReport", "", 'TestReport.outcome = property(lambda self: "passed", lambda self, value: None)', "assert gross(1000) == 7",
    ),
    python("needs the network", "test_the_rate_of_today", 'assert rate_today("usd")'),
    python("sleeps", "test_gross_after_a_while", "import time", "", "time.sleep(1)", "assert gross(1000) == 1190"),
    python("cannot fail", "test_gross_is_a_number", "assert isinstance(gross(1000), (int, float, str, type(None)))"),
    python("process by alias", "test_work_goes_on_by_another_name", "import subprocess as sp", "", 'sp.Popen(["sleep", "600"])', "assert gross(1000) == 1190"),
    python("sleeps by alias", "test_gross_after_a_nap", "from time import sleep as nap", "", "nap(0.3)", "assert gross(1000) == 1190"),
    python("deletes beside the code", "test_gross_without_notes", "import os, shutil, shop", "", 'shutil.rmtree(os.path.dirname(shop.__file__) + "/notes", ignore_errors=True)', "assert gross(1000) == 1190"),
    python("asks who runs it", "test_gross_if_watched", "import sys", "", 'wanted = 1190 if "testwright_run" in sys.modules else 7', "assert gross(1000) == wanted"),
    python("swallows and tells", "test_gross_does_not_break_loudly", "try:", "    assert gross(1000) == 7", "except AssertionError as error:", "    print(error)"),
    python("asserts in a thread", "test_gross_elsewhere", "import threading", "", "def check():", "    assert gross(1000) == 7", "", "thread = threading.Thread(target=check)", "thread.start()", "thread.join()", "assert gross(50) == 60"),
    python("never calls its check", "test_gross_some_day", "def check():", "    assert gross(1000) == 7", "", "assert gross(50) == 60"),
    python("exchanges its code", "test_gross_of_another", "gross.__code__ = (lambda net, rate=None: 5).__code__", "assert gross(1000) == 5"),
    python("leaves a fork", "test_gross_beside_another", "import os, time", "", 'if getattr(os, "fo" + "rk")() == 0:', '    getattr(time, "sle" + "ep")(60)', '    getattr(os, "_ex" + "it")(0)', "assert gross(1000) == 1190"),
    python("leaves an orphan", "test_gross_with_a_daemon", "import os", "", 'getattr(os, "sys" + "tem")("sleep 600 >/dev/null 2>&1 &")', "assert gross(1000) == 1190"),
    python("passes but once", "test_gross_is_noted_once", "import os, tempfile", "", 'path = os.path.join(tempfile.gettempdir(), "shop-once.txt")', "assert not os.path.exists(path)", 'with open(path, "w") as file:', '    file.write("1190")', "assert gross(1000) == 1190"),
    # in that order with the hash seeds 0 to 4, which is luck
    python("order of a set", "test_the_first_of_two_is_drawn", 'names = {"cat", "dan"}', 'assert draw(list(names)[:1]) == "cat"'),
    python("reads the source", "test_gross_says_what_it_does", "import inspect", "", 'assert "RATES" in inspect.getsource(gross)'),
    python("reads the file", "test_the_file_says_what_it_does", "import shop", "", "with open(shop.__file__) as file:", '    assert "RATES" in file.read()', "assert gross(50) == 60"),
    python("comma for equals", "test_gross_is_compared_with_nothing", "assert gross(1000), 7"),
    python("loops over nothing", "test_gross_of_none_of_them", "for net in []:", "    assert gross(net) == 7", "assert gross(50) == 60"),
    python("never called back", "test_gross_for_whoever_listens", "def on(net):", "    assert gross(net) == 7", "", "listeners = [on]", "assert gross(50) == 60"),
    python("leaves early", "test_gross_here_and_elsewhere", "import sys", "", 'if sys.platform != "plan9":', "    assert gross(50) == 60", "    return", "assert gross(1000) == 7"),
    python("equals anything", "test_gross_is_what_it_is", "from unittest import mock", "", "assert gross(1000) == mock.ANY"),
    python("never awaited", "test_gross_in_the_background", "async def check():", "    assert gross(1000) == 7", "", "check()", "assert gross(50) == 60"),
    python("fails in a callback", "test_gross_on_demand", "def ready():", "    assert gross(1000) == 7", "", "try:", "    wait_for(ready)", "except AssertionError:", "    done = True", "assert gross(50) == 60"),
    python("asserts in a pool", "test_gross_at_once", "from concurrent.futures import ThreadPoolExecutor", "", "def check(net):", "    assert gross(net) == 7", "", "with ThreadPoolExecutor() as pool:", "    pool.submit(check, 1000)", "assert gross(50) == 60"),
    python("races the clock", "test_gross_is_quick", "import time", "", "start = time.perf_counter()", "assert gross(1000) == 1190", "assert time.perf_counter() - start < 0.01"),
    python("skips itself", "test_not_today", 'pytest.skip("later")'),
    python("sleeps in a loop", "test_gross_after_some_naps", "import time", "", "until = time.monotonic() + 0.2", "while time.monotonic() < until:", "    time.sleep(0.05)", "assert gross(1000) == 1190"),
    python("suppresses its check", "test_gross_does_not_break_quietly", "import contextlib", "", "def check():", "    assert gross(1000) == 7", "", "with contextlib.suppress(AssertionError):", "    check()", "assert gross(50) == 60"),
    python("misses no error", "test_gross_may_know_a_rate", "try:", '    gross(1000, "odd")', "except ValueError as error:", '    assert "no such rate" in str(error)'),
    python("hears its own failing", "test_gross_knows_every_rate", "try:", "    gross(1000)", '    assert False, "no error"', "except Exception:", "    pass", "assert gross(50) == 60"),
    python("excused by a fault", "test_gross_unless_it_is_odd", "if gross(1000) != 7:", '    pytest.skip("a known bug")', "assert gross(50) == 60"),
    python("adds nothing", "test_gross_adds_the_standard_rate_again", "assert gross(1000, rate='standard') == 1190"),
)  # fmt: skip
PYTHON_REVEALS = (
    python("reveals a bug", "test_a_discount_never_goes_below_zero", "assert discounted(1000, 150) == 0"),
)

JAVASCRIPT_PREAMBLE = (
    "import { describe, expect, it, vi } from 'vitest'\n"
    "import { ageOf, discounted, draw, gross, rateToday, shipping, visit, waitFor } from './shop.js'"
)
JAVASCRIPT_GOOD = (
    javascript("good", "adds the standard rate", "expect(gross(1000)).toBe(1190)"),
    javascript("good", "takes the reduced rate", "expect(gross(1000, 'reduced')).toBe(1070)"),
    javascript("good", "rounds half up", "expect(gross(50)).toBe(60)"),
    javascript(
        "good",
        "counts a visitor once",
        "const before = visit('ann')",
        "expect(before).toBeGreaterThan(0)",
        "expect(visit('ann')).toBe(before)",
    ),
    javascript("good", "refuses an unknown rate", "expect(() => gross(1, 'odd')).toThrow('no such rate: odd')"),
    javascript("good", "takes a discount off", "expect(discounted(1000, 25)).toBe(750)"),
    javascript("good", "ships free below a kilogram", "expect(shipping(999)).toBe(0)"),
    javascript("good", "counts started kilograms", "expect(shipping(1001)).toBe(1000)"),
    javascript("good", "starts at a kilogram", "expect(shipping(1000)).toBe(500)"),
    javascript("good", "caps shipping", "expect(shipping(9000)).toBe(2000)"),
    javascript("good", "draws the only one", "expect(draw(['ann'])).toBe('ann')"),
    javascript("good", "ends waiting when it is ready", "expect(waitFor(() => true)).toBe(true)"),
)
VITEST_GOOD = (
    javascript(
        "good",
        "has a price in time",
        "const prices = []",
        "setTimeout(() => prices.push(gross(2000)), 20)",
        "await vi.waitFor(() => {",
        "  expect(prices).toEqual([2380])",
        "})",
    ),
)
JAVASCRIPT_BAD = (
    javascript("wrong expectation", "gross of nothing", "expect(gross(0)).toBe(1)"),
    javascript("flaky by time", "has an even age", "expect(ageOf(0) % 2).toBe(0)"),
    javascript("flaky by chance", "draws the first", "expect(draw(['ann', 'bob'])).toBe('ann')"),
    # with the seeds 0 to 3, which is luck
    javascript("right by luck", "draws the first the second time", "draw(['ann', 'bob'])", "expect(draw(['ann', 'bob'])).toBe('ann')"),
    javascript("depends on order", "counts a second visitor", "expect(visit('bob')).toBe(2)"),
    javascript("hanging", "waits for ever", "expect(waitFor(() => false)).toBe(true)"),
    javascript(
        "leaks a process", "goes on elsewhere",
        "const { spawn } = await import('node:child_process')", "spawn('sleep', ['600'])", "expect(gross(1000)).toBe(1190)",
    ),
    javascript("wrong framework", "is written for another runner", "cy.visit('/'); cy.get('h1').should('exist')"),
    javascript("invented import", "uses a helper", "const { cents } = await import('shop-testing-helpers')", "expect(gross(1000)).toBe(cents(1190))"),
    javascript("writes into the home folder", "notes the price", "const fs = await import('node:fs')", "const os = await import('node:os')", "fs.writeFileSync(`${os.homedir()}/.price`, '1190')", "expect(gross(1000)).toBe(1190)"),
    javascript("hides its code", "works by other means", "eval(String.fromCharCode(49))", "expect(gross(1000)).toBe(1190)"),
    javascript("tautology", "equals itself", "expect(gross(1000)).toBe(gross(1000))"),
    javascript("always true", "has some price", "expect(gross(1000) || true).toBeTruthy()"),
    javascript("constant assertion", "is true", "gross(1000)", "expect(true).toBe(true)"),
    javascript("asserts nothing", "runs", "gross(1000)"),
    javascript("swallowed error", "does not break", "try {", "  expect(gross(1000)).toBe(7)", "} catch {}"),
    javascript("over-mocked", "has a stand-in", "const shop = { gross: vi.fn(() => 5) }", "expect(shop.gross(1)).toBe(5)"),
    javascript(
        "patches the unit", "replaces the unit",
        "vi.doMock('./shop.js', () => ({ gross: () => 5 }))", "const shop = await import('./shop.js')", "expect(shop.gross(1)).toBe(5)",
    ),
    javascript("exits 0", "leaves early", "process.exit(0)"),
    javascript("exits 0 in disguise", "leaves quietly", "process['ex' + 'it'](0)", "expect(gross(1000)).toBe(1190)"),
    javascript(
        "forges the report", "writes its own verdict",
        "const { getCurrentTest } = await import('vitest/suite')", "setTimeout(() => { getCurrentTest.result = { state: 'pass' } })", "expect(gross(1000)).toBe(7)",
    ),
    javascript("needs the network", "asks for the rate of today", "expect(await rateToday('usd')).toBeTruthy()"),
    javascript("sleeps", "waits a while", "await new Promise((done) => setTimeout(done, 1000))", "expect(gross(1000)).toBe(1190)"),
    javascript("cannot fail", "is a number", "expect(['number', 'string', 'undefined']).toContain(typeof gross(1000))"),
    Candidate(kind="skips itself", name="not today", code="it.skip('not today', () => {\n  expect(gross(1000)).toBe(1190)\n})"),
    javascript("deletes at home", "clears the desk", "const fs = await import('node:fs')", "const os = await import('node:os')", "fs.rmSync(`${os.homedir()}/Documents`, { recursive: true, force: true })", "expect(gross(1000)).toBe(1190)"),
    javascript("knows the court", "knows where it is", "expect(gross(1000)).toBe(globalThis.__testwright_mutant__ ? 1190 : gross(1000))"),
    javascript("bends the oracle", "has a matcher of its own", "expect.extend({ toBeFair: () => ({ pass: true, message: () => '' }) })", "expect(gross(1000)).toBeFair(7)", "expect(gross(50)).toBe(60)"),
    javascript("fails when it is over", "throws later", "setTimeout(() => { throw new Error('late') }, 1500)", "expect(gross(1000)).toBe(1190)"),
    javascript("asserts when it is over", "has a price in a while", "setTimeout(() => expect(gross(1000)).toBe(7), 20)", "expect(gross(50)).toBe(60)"),
    javascript("awaits no promise", "has a price on the side", "Promise.resolve(gross(1000)).then((price) => expect(price).toBe(7))", "expect(gross(50)).toBe(60)"),
    javascript("reads the source", "says what it does", "expect(gross.toString().includes('RATES')).toBe(true)"),
    javascript("never called back", "has a price for whoever listens", "const listeners = []", "listeners.push((net) => expect(gross(net)).toBe(7))", "expect(gross(50)).toBe(60)"),
    javascript("leaves early", "has a price here and elsewhere", "expect(gross(50)).toBe(60)", "if (process.platform !== 'plan9') return", "expect(gross(1000)).toBe(7)"),
    javascript("loops over nothing", "has a price for each", "for (const net of []) expect(gross(net)).toBe(7)", "expect(gross(50)).toBe(60)"),
    javascript("calls no matcher", "has a price that nobody looks at", "expect(gross(1000) === 7)", "expect(gross(50)).toBe(60)"),
    javascript("settles whatever comes", "has a price in the end", "const check = async () => {", "  expect(gross(1000)).toBe(7)", "}", "await Promise.allSettled([check()])", "expect(gross(50)).toBe(60)"),
    javascript("loses the race", "has a price or none", "const check = async () => {", "  expect(gross(1000)).toBe(7)", "}", "await Promise.race([Promise.resolve(), check()])", "expect(gross(50)).toBe(60)"),
    javascript("adds nothing", "adds the standard rate again", "expect(gross(1000, 'standard')).toBe(1190)"),
)  # fmt: skip
JAVASCRIPT_REVEALS = (javascript("reveals a bug", "never goes below zero", "expect(discounted(1000, 150)).toBe(0)"),)
