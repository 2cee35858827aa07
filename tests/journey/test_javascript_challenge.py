"""Suites of vitest and jest against mutants of their source, for real: which die, which live, and what nobody knows."""

import shutil
from datetime import timedelta

import pytest

from tests.journey.test_javascript_line import EXAMPLES, FRAMEWORKS, Copy, empty_project, tools_for
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import NotRun, RunReport
from testwright.languages.javascript import JavaScript

LIMITS = Limits(wall=timedelta(seconds=90), cpu=timedelta(seconds=90))
BOTH = pytest.mark.parametrize("framework", ["vitest", "jest"])
GLOBALS = {"vitest": "vitest", "jest": "@jest/globals"}


OPEN = """export const open = rate => {
  if (rate > 90) throw new Error('too much')
  return { rate: rate + 1 }
}
"""
PAUSE = """export const pause = ms => new Promise(resolve => { setTimeout(resolve, ms) })
export const add = (a, b) => a + b
"""


class Challenged:
    """What became of the mutants of one source, found by what they change: `after`, on a line that has `text`."""

    def __init__(self, source, mutants, report):
        assert isinstance(report, ChallengeReport), report
        self.report = report
        self._lines = source.splitlines()
        self._mutants = mutants

    def outcome(self, text, after):
        (found,) = (
            outcome
            for mutant, outcome in zip(self._mutants, self.report.outcomes, strict=True)
            if mutant.after == after and text in self._lines[mutant.line - 1]
        )
        return found

    def fate(self, text, after):
        return self.outcome(text, after).fate


async def challenge(framework, view, path, suite_path, seconds=60.0):
    sandbox, runner = await tools_for(framework, view)
    tool, language = FRAMEWORKS[framework], JavaScript()
    source = SourceFile(path=path, text=view.text(path), framework=framework)
    mutants = language.mutants(source)
    view.write(path, language.switched(source, mutants))
    order = ChallengeOrder(
        source_path=path,
        suite_path=suite_path,
        numbers=tuple(mutant.number for mutant in mutants),
        seconds=seconds,
        limits=LIMITS,
    )
    ended = await sandbox.run(tool.challenge(order, runner, view.root))
    return source.text, mutants, tool.read_challenge(ended, order)


async def challenged(framework, folder, source, cases, helper=None):
    view = empty_project(folder)
    view.write("unit.js", source)
    if helper:
        view.write("helper.js", helper)
    imports = f"import {{ afterAll, beforeAll, describe, expect, it }} from '{GLOBALS[framework]}'\n"
    view.write("unit.test.js", f"{imports}import * as unit from './unit.js'\n{cases}")
    return await challenge(framework, view, "unit.js", "unit.test.js")


@BOTH
async def test_what_a_mock_was_called_with_before_hides_no_call_that_is_left_out(tmp_path, framework):
    mocks = {"vitest": "vi", "jest": "jest"}[framework]
    cases = f"""
import {{ {mocks} as mocks }} from '{GLOBALS[framework]}'
const seen = mocks.fn()
it('tells', () => {{ unit.tell(seen); expect(seen).toHaveBeenCalledWith(1) }})
"""

    found = Challenged(*await challenged(framework, tmp_path, "export const tell = (back) => { back(1) }\n", cases))

    assert found.fate("back(1)", "(removed)") is Fate.KILLED


@BOTH
async def test_mutants_die_live_or_are_never_met(tmp_path, framework):
    source = (
        "export const add = (a, b) => a + b\nexport const least = (a, b) => a < b ? a : b\nexport const no = a => -a\n"
    )
    cases = """
describe('adding', () => {
  it('adds', () => { expect(unit.add(1, 2)).toBe(3) })
  it.each([[1, 1], [2, 2]])('adds nothing to %i', (a, sum) => { expect(unit.add(a, 0)).toBe(sum) })
})
it('finds the least', async () => { await null; expect(unit.least(1, 2)).toBe(1) })
"""

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    minus = found.outcome("add", "a - b")
    assert minus.fate is Fate.KILLED
    assert (minus.reached_by, minus.killers) == (("adds", "adds nothing to %i"), ("adds",))
    assert found.fate("least", "a <= b") is Fate.SURVIVED
    assert found.fate("least", "false") is Fate.KILLED
    assert found.fate("no", "+a") is Fate.UNREACHED
    assert found.report.unfit == ()


@BOTH
async def test_what_does_not_come_to_an_end_is_timed_out_and_costs_nobody_else(tmp_path, framework):
    source = """import { until } from './helper.js'
export function count(n) {
  let total = 0
  for (let i = n; i > 0; i = i - 1) total += 1
  return total
}
export async function wait(n) {
  if (n === 7) await new Promise(() => {})
  return n * 2
}
export const spin = n => until(n + 1 === 900 || n * 0 === 1)
"""
    cases = """
it('counts', () => { expect(unit.count(3)).toBe(3) })
it('waits', async () => { expect(await unit.wait(2)).toBe(4) })
it('spins', () => { expect(unit.spin(5)).toBe('done') })
"""
    helper = "export const until = stuck => { while (stuck) {} return 'done' }\n"

    found = Challenged(*await challenged(framework, tmp_path, source, cases, helper))

    assert found.fate("i = i - 1", "i + 1") is Fate.TIMED_OUT
    assert found.fate("n === 7", "true") is Fate.TIMED_OUT
    assert found.fate("until(", "n * 0 !== 1") is Fate.TIMED_OUT
    assert found.fate("until(", "n - 1") is Fate.SURVIVED
    assert found.fate("n * 2", "n / 2") is Fate.KILLED
    endless = [outcome for outcome in found.report.outcomes if outcome.fate is Fate.TIMED_OUT]
    assert all(len(outcome.killers) == 1 for outcome in endless)
    assert {name for outcome in endless for name in outcome.killers} == {"counts", "waits", "spins"}
    assert found.report.unfit == ()


@BOTH
async def test_what_runs_while_the_module_loads_is_tried_in_fresh_environments(tmp_path, framework):
    source = "export const RATE = 19\nexport const gross = net => net + RATE\nconst table = [1, 2].map(n => n * 2)\n"
    cases = "it('adds tax', () => { expect(unit.gross(1)).toBe(20) })\nit('rests', () => { expect(1).toBe(1) })\n"

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    rate = found.outcome("RATE = 19", "20")
    assert (rate.fate, rate.killers) == (Fate.KILLED, ("adds tax",))
    assert set(rate.reached_by) == {"adds tax", "rests"}
    assert found.fate("table", "n / 2") is Fate.SURVIVED


@BOTH
async def test_a_change_that_keeps_the_suite_from_loading_is_told_apart_from_one_that_tests_notice(tmp_path, framework):
    cases = """
const till = unit.open(7)
it('has a rate', () => { expect(till.rate).toBe(8) })
it('rests', () => { expect(1).toBe(1) })
"""

    found = Challenged(*await challenged(framework, tmp_path, OPEN, cases))

    broken, noticed = found.outcome("rate > 90", "true"), found.outcome("rate + 1", "rate - 1")
    assert (broken.fate, broken.breaks_load) == (Fate.KILLED, True)
    assert (noticed.killers, noticed.breaks_load) == (("has a rate",), False)


@BOTH
async def test_tests_that_stand_after_one_that_a_change_keeps_waiting_are_tried_all_the_same(tmp_path, framework):
    cases = """
it('pauses', async () => { expect(await unit.pause(1)).toBeUndefined() })
it('adds', () => { expect(unit.add(1, 2)).toBe(3) })
"""

    found = Challenged(*await challenged(framework, tmp_path, PAUSE, cases))

    assert found.outcome("pause", "(removed)").killers == ("pauses",)
    assert found.outcome("add", "a - b").killers == ("adds",)


@BOTH
async def test_what_outlives_its_module_neither_hides_nor_fakes_what_happens_while_a_module_loads(tmp_path, framework):
    source = """const kept = globalThis.__kept__ ??= {}
const keep = (name, value) => { if (!(name in kept)) kept[name] = value }
keep('tax', 19)
if (kept.broken) throw new Error('broken for ever')
const SIZE = 5
if (SIZE > 7) kept.broken = true
export const tax = () => kept.tax
export const size = () => SIZE
const unused = 70
"""
    cases = """
it('has a tax', () => { expect(unit.tax()).toBe(19) })
it('has a size', () => { expect(unit.size()).toBe(5) })
"""

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    assert found.outcome("keep('tax'", "20").killers == ("has a tax",)
    assert found.outcome("SIZE = 5", "6").killers == ("has a size",)
    assert set(found.outcome("SIZE > 7", "true").reached_by) == {"has a tax", "has a size"}
    assert found.fate("SIZE > 7", "true") is Fate.SURVIVED
    assert found.fate("unused", "71") is Fate.SURVIVED


@BOTH
async def test_what_a_killed_mutant_leaves_behind_kills_no_other(tmp_path, framework):
    source = """let isBroken = false
let cached = null
export function step(n) {
  if (isBroken) throw new Error('broken for ever')
  isBroken = n > 5
  return n + 1
}
export function answer() {
  if (cached === null) cached = 40 + 2
  return cached
}
"""
    cases = """
it('steps', () => { expect(unit.step(1)).toBe(2) })
it('steps on', () => { expect(unit.step(2)).toBe(3) })
it('answers', () => { expect(unit.answer()).toBe(42) })
"""

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    assert found.fate("n > 5", "n >= 5") is Fate.SURVIVED
    assert found.fate("n + 1", "n - 1") is Fate.KILLED
    assert found.fate("40 + 2", "40 - 2") is Fate.KILLED
    assert found.fate("cached === null", "false") is Fate.KILLED
    assert found.fate("cached === null", "true") is Fate.SURVIVED


@BOTH
async def test_a_case_that_cannot_be_repeated_is_unfit(tmp_path, framework):
    source = "export const add = (a, b) => a + b\n"
    cases = """
let times = 0
it('comes once', () => { times += 1; expect(unit.add(times, 0)).toBe(1) })
it('comes again', () => { expect(unit.add(2, 1)).toBe(3) })
"""

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    assert found.report.unfit == ("comes once",)
    assert found.outcome("add", "a - b").killers == ("comes again",)


@BOTH
async def test_where_nothing_can_be_repeated_it_says_so(tmp_path, framework):
    cases = "let times = 0\nit('comes once', () => { times += 1; expect(unit.add(times, 0)).toBe(1) })\n"

    _, _, report = await challenged(framework, tmp_path, "export const add = (a, b) => a + b\n", cases)

    assert isinstance(report, NotRun)
    assert report.code == "challenge_failed"


@BOTH
async def test_a_suite_that_does_not_load_is_not_challenged(tmp_path, framework):
    _, _, report = await challenged(framework, tmp_path, "export const a = b => b + 1\n", "unit.nothing.at.all\n")

    assert isinstance(report, NotRun)
    assert report.code == "load_error"


@BOTH
async def test_hooks_run_around_every_repetition(tmp_path, framework):
    source = "export const use = place => { if (!place.isOpen) throw new Error('closed'); return place.name + '!' }\n"
    cases = """
const place = { isOpen: false, name: '' }
beforeAll(() => { place.isOpen = true })
afterAll(() => { place.isOpen = false })
it('uses', () => { place.name += 'a'; try { expect(unit.use(place)).toBe('a!') } finally { place.name = '' } })
"""

    found = Challenged(*await challenged(framework, tmp_path, source, cases))

    assert found.report.unfit == ()
    assert found.fate("use", "undefined") is Fate.KILLED


COMPONENT = """
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from '%s'
import { QuantityPicker } from './QuantityPicker'
afterEach(cleanup)
it('goes up', () => {
  render(<QuantityPicker initial={2} most={3} />)
  fireEvent.click(screen.getByRole('button', { name: 'More' }))
  expect(screen.getByRole('status').textContent).toBe('3')
  expect(screen.getByText('That is all we have.')).toBeTruthy()
})
it('is sold out', () => {
  render(<QuantityPicker most={0} />)
  expect(screen.getByText('Sold out')).toBeTruthy()
})
"""


@BOTH
async def test_components_are_rendered_anew_for_every_mutant(tmp_path, framework):
    shutil.copytree(EXAMPLES / "storefront", tmp_path / "ws", ignore=shutil.ignore_patterns("node_modules"))
    view = Copy(tmp_path / "ws")
    view.write("src/components/QuantityPicker.test.tsx", COMPONENT % GLOBALS[framework])
    if framework == "jest":
        view.write("package.json", '{"name": "storefront", "private": true}')

    path = "src/components/QuantityPicker"
    found = Challenged(*await challenge(framework, view, f"{path}.tsx", f"{path}.test.tsx"))

    assert found.report.unfit == ()
    assert found.outcome("Sold out", "null").killers == ("is sold out",)
    assert found.fate("quantity + 1", "quantity - 1") is Fate.KILLED
    assert found.fate("onChange?.", "onChange(next)") is Fate.KILLED


@BOTH
async def test_a_measured_run_tells_what_each_case_ran(tmp_path, framework):
    view = empty_project(tmp_path)
    view.write("unit.js", "export function sign(n) {\n  if (n < 0) {\n    return -1\n  }\n  return 1\n}\n")
    view.write(
        "unit.test.js",
        f"import {{ expect, it }} from '{GLOBALS[framework]}'\nimport {{ sign }} from './unit.js'\n"
        "it('is below', () => { expect(sign(-2)).toBe(-1) })\n"
        "it.each([1, 2])('is above %i', n => { expect(sign(n)).toBe(1) })\n"
        "it('rests', () => { expect(1).toBe(1) })\n",
    )
    sandbox, runner = await tools_for(framework, view)
    order = RunOrder(source_path="unit.js", suite_paths=("unit.test.js",), limits=LIMITS)

    ended = await sandbox.run(FRAMEWORKS[framework].command(order, runner, view.root))
    report = FRAMEWORKS[framework].read(ended, order)

    assert isinstance(report, RunReport), report
    ran = {outcome.name: (outcome.lines, outcome.branches) for outcome in report.outcomes}
    assert {name: lines for name, (lines, _) in ran.items()} == {
        "is below": {2, 3},
        "is above %i": {2, 5},
        "rests": frozenset(),
    }
    assert {len(branches) for name, (_, branches) in ran.items() if name != "rests"} == {1}
    assert ran["is below"][1] != ran["is above %i"][1]
