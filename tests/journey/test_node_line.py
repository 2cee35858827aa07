"""Suites that Node loads itself (mocha, node:test), run, measured and challenged for real in a real sandbox."""

import asyncio
import json
import subprocess
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from testwright.cli.app import app
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import FRAMEWORKS, INSTRUMENTERS
from testwright.languages.javascript import JavaScript

NAMES = [name for name in ("mocha", "node:test") if name in FRAMEWORKS]
LIMITS = Limits(wall=timedelta(seconds=60))

SHOP = """
const RATES = { gold: 2 }

function price(amount, kind = 'gold') {
  if (amount > 10) return amount * RATES[kind]
  return amount
}

function count(n) {
  let i = 0
  while (i < n) i += 1
  return i
}

module.exports = { price, count }
"""

SUITE = """
const assert = require('node:assert/strict')
const { price, count } = require('../shop')

describe('price', () => {
  let amount
  beforeEach(() => {
    amount = 11
  })

  it('doubles', () => {
    assert.equal(price(amount), 22)
  })

  it('leaves the small alone', async () => {
    assert.equal(await price(5), 5)
  })
})

it('counts', () => {
  assert.equal(count(3), 3)
})
"""


def shop_in(root):
    project = ScriptProject(root)
    project.write("package.json", '{"name": "shop", "private": true}')
    project.write("shop.js", SHOP)
    return project


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def folder(tmp_path):
    return shop_in(tmp_path / "ws")


def run(name, folder, suite, path="test/shop.test.js", source="shop.js", **order):
    sandbox, runner = asyncio.run(sandbox_and_runner(name, folder))
    if name == "node:test" and "require(" in suite:
        suite = f"const {{ describe, it, before, beforeEach, afterEach }} = require('node:test')\n{suite}"
    elif name == "node:test":
        suite = f"import {{ describe, it, before, beforeEach, afterEach }} from 'node:test'\n{suite}"
    folder.write(path, suite)
    asked = RunOrder(source_path=source, suite_paths=(path,), **{"limits": LIMITS, **order})
    tool = FRAMEWORKS[name]
    return tool.read(asyncio.run(sandbox.run(tool.command(asked, runner, folder.root))), asked)


@pytest.mark.parametrize("seed", [None, 3])
def test_every_case_is_told_of_and_what_it_ran(name, folder, seed):
    report = run(name, folder, SUITE, seed=seed)

    assert isinstance(report, RunReport), report
    cases = {each.name: each for each in report.outcomes}
    assert {title: each.outcome for title, each in cases.items()} == dict.fromkeys(
        ("doubles", "leaves the small alone", "counts"), Outcome.PASSED
    )
    assert report.coverage is not None
    assert report.coverage.lines_missed == frozenset()
    assert {5} <= cases["doubles"].lines < report.coverage.lines_covered
    assert 6 not in cases["doubles"].lines
    assert cases["counts"].lines == {10, 11, 12}


def test_a_project_of_modules_is_measured_as_well(name, folder):
    folder.write("package.json", '{"name": "shop", "type": "module"}')
    folder.write("shop.js", SHOP.replace("module.exports =", "export"))
    suite = SUITE.replace(
        "const assert = require('node:assert/strict')", "import assert from 'node:assert/strict'"
    ).replace("const { price, count } = require('../shop')", "import { price, count } from '../shop.js'")

    report = run(name, folder, suite)

    assert isinstance(report, RunReport), report
    assert report.coverage is not None
    assert report.coverage.line_percent == 100
    assert {each.name: each.lines for each in report.outcomes}["counts"] == {10, 11, 12}


@pytest.mark.parametrize("kind", ["commonjs", "module"])
def test_what_was_instrumented_ahead_of_the_runs_is_measured_as_the_source_is(name, folder, kind):
    suite = SUITE
    if kind == "module":
        folder.write("package.json", '{"name": "shop", "type": "module"}')
        folder.write("shop.js", SHOP.replace("module.exports =", "export"))
        suite = suite.replace("const assert = require('node:assert/strict')", "import assert from 'node:assert/strict'")
        suite = suite.replace(
            "const { price, count } = require('../shop')", "import { price, count } from '../shop.js'"
        )
    by_itself = run(name, folder, suite)
    (istanbul,) = INSTRUMENTERS
    sandbox, runner = asyncio.run(sandbox_and_runner(name, folder))

    text = istanbul.read(asyncio.run(sandbox.run(istanbul.command("shop.js", runner, folder.root))))
    assert text is not None
    folder.write(istanbul.path, text)
    with_ready = run(name, folder, suite)
    marked = json.loads(text)
    folder.write(istanbul.path, json.dumps(marked | {"instrumented": f"{marked['instrumented']}\nthrow new Error()"}))
    from_there = run(name, folder, suite)
    folder.write("shop.js", f"\n{folder.text('shop.js')}")
    of_another_text = run(name, folder, suite)

    assert isinstance(by_itself, RunReport)
    assert isinstance(with_ready, RunReport)
    assert with_ready.coverage == by_itself.coverage
    told = [(each.name, each.outcome, each.lines, each.branches) for each in by_itself.outcomes]
    assert [(each.name, each.outcome, each.lines, each.branches) for each in with_ready.outcomes] == told
    assert (
        not isinstance(from_there, RunReport) or not from_there.outcomes or Outcome.PASSED not in outcomes(from_there)
    )
    assert isinstance(of_another_text, RunReport)
    assert outcomes(of_another_text) == {Outcome.PASSED}
    assert of_another_text.coverage is not None
    assert of_another_text.coverage.line_percent == 100


def outcomes(report):
    return {each.outcome for each in report.outcomes}


def test_a_test_that_is_registered_late_is_waited_for(name, folder):
    if name == "mocha":
        pytest.skip("mocha's own words are there from the start")
    suite = """
import('node:test').then(async ({ test }) => {
  await new Promise((done) => setTimeout(done, 700))
  test('comes late', () => new Promise((done) => setTimeout(done, 700)))
})
"""

    report = run(name, folder, suite, path="test/shop.test.mjs", coverage=False)

    assert isinstance(report, RunReport), report
    assert [(each.name, each.outcome) for each in report.outcomes] == [("comes late", Outcome.PASSED)]


def test_a_module_may_test_a_source_of_commonjs(name, folder):
    suite = SUITE.replace(
        "const assert = require('node:assert/strict')", "import assert from 'node:assert/strict'"
    ).replace("const { price, count } = require('../shop')", "import { price, count } from '../shop.js'")

    report = run(name, folder, suite, path="test/shop.test.mjs")

    assert isinstance(report, RunReport), report
    assert report.coverage is not None
    assert report.coverage.line_percent == 100


def test_failures_skips_and_broken_hooks_are_told_apart(name, folder):
    suite = (
        SUITE
        + """
it('fails', () => {
  assert.equal(price(1), 2)
})
it('waits for ever', async () => {
  await new Promise((done) => setTimeout(done, 60_000))
})
it.skip('skips', () => {})
describe('broken before', () => {
  before(() => {
    throw new Error('no shop today')
  })
  it('never begins', () => {})
})
describe('broken before each', () => {
  beforeEach(() => {
    throw new Error('no shop today either')
  })
  it('never begins either', () => {})
})
"""
    )
    report = run(name, folder, suite, coverage=False)

    assert isinstance(report, RunReport), report
    found = {each.name: each for each in report.outcomes}
    assert found["fails"].outcome is Outcome.FAILED
    assert "1 !== 2" in found["fails"].message
    assert found["skips"].outcome is Outcome.SKIPPED
    assert found["waits for ever"].outcome is Outcome.FAILED
    assert found["never begins"].outcome is Outcome.FAILED
    assert found["never begins either"].outcome is Outcome.FAILED
    assert "no shop today" in found["never begins either"].message
    assert found["doubles"].outcome is Outcome.PASSED


def test_a_loop_is_told_with_the_case_it_is_in(name, folder):
    suite = SUITE.replace("assert.equal(count(3), 3)", "while (count(1)) count(2)")

    found = run(name, folder, suite, coverage=False, limits=Limits(wall=timedelta(seconds=12)))

    assert isinstance(found, NotRun), found
    assert (found.code, found.culprits) == ("timeout", ("counts",))


def test_a_set_up_file_that_loads_for_ever_is_named(name, folder):
    key = (
        '"mocha": {"require": "./test/setup.js"}'
        if name == "mocha"
        else '"scripts": {"test": "node --test -r ./test/setup.js"}'
    )
    folder.write("package.json", f'{{"name": "shop", {key}}}')
    folder.write("test/setup.js", "while (true) {}\n")

    found = run(name, folder, SUITE, coverage=False, only_loads=True, limits=Limits(wall=timedelta(seconds=60)))

    assert isinstance(found, NotRun), found
    assert found.message == f"test/setup.js does not come to an end while {name} loads it."


def test_a_source_that_loads_for_ever_is_named(name, folder):
    folder.write("shop.js", "while (true) {}\n")

    found = run(name, folder, SUITE, coverage=False, only_loads=True, limits=Limits(wall=timedelta(seconds=60)))

    assert isinstance(found, NotRun), found
    assert found.message == f"shop.js does not come to an end while {name} loads it."


def test_only_the_named_cases_run(name, folder):
    report = run(name, folder, SUITE, only=("counts",))

    assert isinstance(report, RunReport), report
    assert [each.name for each in report.outcomes] == ["counts"]


@pytest.mark.parametrize(
    ("suite", "code"),
    [
        (SUITE.replace("assert.equal(count(3), 3)", "process.exit(0)"), "no_report"),
        (SUITE.replace("'../shop'", "'left-pad'"), "missing_package"),
        (SUITE + "\nthrow new Error('boom')\n", "load_error"),
        ("const { price } = require('../shop')\n", "load_error"),
    ],
)
def test_a_suite_that_leaves_or_does_not_load_is_no_pass(name, folder, suite, code):
    found = run(name, folder, suite, coverage=False)

    assert isinstance(found, NotRun), found
    assert found.code == code


def test_mutants_are_noticed_by_the_cases_that_notice_them(name, folder):
    sandbox, runner = asyncio.run(sandbox_and_runner(name, folder))
    source = SourceFile(path="shop.js", text=SHOP, framework=name)
    mutants = JavaScript().mutants(source)
    folder.write("shop.js", JavaScript().switched(source, mutants))
    head = "const { describe, it, beforeEach } = require('node:test')\n" if name == "node:test" else ""
    folder.write("test/shop.test.js", head + SUITE)
    order = ChallengeOrder(
        source_path="shop.js",
        suite_path="test/shop.test.js",
        numbers=tuple(mutant.number for mutant in mutants),
        seconds=60,
        limits=Limits(wall=timedelta(seconds=90)),
    )
    tool = FRAMEWORKS[name]

    report = tool.read_challenge(asyncio.run(sandbox.run(tool.challenge(order, runner, folder.root))), order)

    assert isinstance(report, ChallengeReport), report
    assert report.unfit == ()
    fates = {(mutant.before, mutant.after): outcome for mutant, outcome in zip(mutants, report.outcomes, strict=True)}
    assert fates["amount * RATES[kind]", "amount / RATES[kind]"].killers == ("doubles",)
    assert fates["amount > 10", "amount >= 10"].fate is Fate.SURVIVED
    assert fates["2", "3"].killers == ("doubles",)  # while the module loads
    endless = [outcome for (before, _), outcome in fates.items() if before == "i += 1"]
    assert endless
    assert all(outcome.killers == ("counts",) for outcome in endless)


@pytest.mark.parametrize(
    ("framework", "manifest", "said"),
    [
        ("mocha", {"scripts": {"test": "mocha"}}, "assert.equal("),
        ("mocha", {"devDependencies": {"mocha": "^11", "chai": "^4"}}, "expect("),
        ("node:test", {"scripts": {"test": "node --test"}}, "assert.equal("),
    ],
)
def test_the_whole_line_ends_in_a_suite_of_the_projects_kind(tmp_path, monkeypatch, framework, manifest, said):
    if framework not in FRAMEWORKS:
        pytest.skip("not there yet")
    folder = shop_in(tmp_path / "project")
    folder.write("package.json", json.dumps({"name": "shop", **manifest}))
    monkeypatch.setenv("TESTWRIGHT_HOME", str(tmp_path / "home"))

    ended = CliRunner().invoke(app, ["generate", str(tmp_path / "project/shop.js"), "--json"])

    (file,) = json.loads(ended.stdout)["sessions"][0]["files"]
    if file["error"] and file["error"]["code"] in ("runner_missing", "sandbox_unavailable"):
        pytest.skip(file["error"]["message"])
    assert (file["framework"], file["status"]) == (framework, "completed"), file
    test = file["test"]
    assert test["testFilePath"] == "test/shop.test.js"
    assert said in test["testCode"]
    assert "require('../shop')" in test["testCode"]
    assert test["evidence"]["mutants"]["killed"] > 0
    if framework == "node:test":
        folder.write(test["testFilePath"], test["testCode"])
        again = subprocess.run(["node", "--test", "test/"], cwd=folder.root, capture_output=True, text=True, timeout=60)
        assert again.returncode == 0, again.stdout
