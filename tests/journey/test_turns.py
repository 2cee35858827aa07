"""Several runs of a suite from one start, in the real sandbox: each as if it were the only one."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from testwright.domain.projects import EAST, Limits, RunOrder, Turn
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import FRAMEWORKS

TURNS = (Turn(seed=1), Turn(seed=2), Turn(seed=3, frozen=EAST))
LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=120))


@dataclass(frozen=True)
class Words:
    """One suite in the words of a framework: `tests` are written one by one, by name and statement."""

    unit: str
    head: str
    test: str
    source: str


JAVASCRIPT = """
const seen = []

export function visit(name) {
  seen.push(name)
  return seen.length
}

export const year = () => new Date().getFullYear()
"""
PYTHON = """
import datetime
seen = []


def visit(name):
    seen.append(name)
    return len(seen)


def year():
    return datetime.date.today().year
"""
COMMON = JAVASCRIPT.replace("export function visit", "exports.visit = function").replace("export const ", "exports.")
ASSERT = "import assert from 'node:assert'\nimport fs from 'node:fs'\nimport { visit, year } from 'UNIT'\n"
REQUIRE = (
    "const assert = require('node:assert')\nconst fs = require('node:fs')\nconst { visit, year } = require('UNIT')\n"
)
SCRIPT = "it('%s', () => { %s })\n"
WORDS = {
    "pytest": Words("unit.py", "import os\nfrom unit import visit, year\n", "def test_%s():\n    %s\n", PYTHON),
    "unittest": Words(
        "unit.py",
        "import os\nimport unittest\nfrom unit import visit, year\nclass Tests(unittest.TestCase):\n",
        "    def test_%s(self):\n        %s\n",
        PYTHON,
    ),
    "vitest": Words("unit.js", f"import {{ it }} from 'vitest'\n{ASSERT}", SCRIPT, JAVASCRIPT),
    "jest": Words("unit.js", ASSERT, SCRIPT, JAVASCRIPT),
    "mocha": Words("unit.js", ASSERT, SCRIPT, JAVASCRIPT),
    "mocha commonjs": Words("unit.js", REQUIRE, SCRIPT, COMMON),
    "node:test": Words("unit.js", f"import {{ it }} from 'node:test'\n{ASSERT}", SCRIPT, JAVASCRIPT),
    "node:test commonjs": Words("unit.js", f"const {{ it }} = require('node:test')\n{REQUIRE}", SCRIPT, COMMON),
}
IN_PYTHON = {
    "first": "assert visit('ann') <= 3",
    "second": "assert visit('bob') <= 3",
    "third": "assert visit('eve') <= 3",
    "leaves": "assert not os.path.exists('/tmp/left'); open('/tmp/left', 'w').close()",
    "real": "assert year() < 2033",
    "stopped": "assert year() >= 2034",
    "ends": "os._exit(0)",
    "ends late": "import atexit; atexit.register(os._exit, 3)",
}
IN_JAVASCRIPT = {
    "first": "assert.ok(visit('ann') <= 3)",
    "second": "assert.ok(visit('bob') <= 3)",
    "third": "assert.ok(visit('eve') <= 3)",
    "leaves": "assert.ok(!fs.existsSync('/tmp/left')); fs.writeFileSync('/tmp/left', '')",
    "real": "assert.ok(year() < 2033)",
    "stopped": "assert.ok(year() >= 2034)",
    "english": "assert.equal((1234.5).toLocaleString() + new Intl.NumberFormat('en').format(0.5), '1,234.50.5')",
    "ends": "process.kill(process.pid, 'SIGKILL')",
}


async def in_turns(tmp_path, name, tests, *, alone=("first",)):
    words = WORDS[name]
    folder = ScriptProject(tmp_path / "ws")
    if words.unit.endswith(".js"):
        kind = "module" if words.source is JAVASCRIPT else "commonjs"
        folder.write("package.json", f'{{"name": "unit", "private": true, "type": "{kind}"}}')
    folder.write(words.unit, words.source)
    name = name.split()[0]
    sandbox, runner = await sandbox_and_runner(name, folder)
    tool = FRAMEWORKS[name]
    suite = tool.suite_path(words.unit, folder)
    statements = IN_JAVASCRIPT if words.unit.endswith(".js") else IN_PYTHON
    head = words.head.replace("UNIT", "./unit.js" if "/" not in suite else "../unit.js")
    folder.write(suite, head + "".join(words.test % (test.replace(" ", "_"), statements[test]) for test in tests))
    start = "test_" if words.unit.endswith(".py") else ""
    order = RunOrder(
        source_path=words.unit,
        suite_paths=(suite,),
        coverage=False,
        only=tuple(start + each for each in alone),
        alone=True,
        turns=TURNS,
        limits=LIMITS,
    )
    completed = await sandbox.run(tool.command(order, runner, folder.root))
    return tool.read(completed, order)


def failed(report):
    return {outcome.name.removeprefix("test_") for outcome in report.outcomes if outcome.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("name", WORDS)
async def test_each_turn_tells_of_every_test_and_finds_the_world_as_the_first_one_did(tmp_path, name):
    report = await in_turns(tmp_path, name, ("first", "second", "third", "leaves"))

    assert isinstance(report, RunReport), report
    assert [type(turn) for turn in report.turns] == [RunReport] * 3, report.turns
    assert [len(turn.outcomes) for turn in report.turns] == [4, 4, 4]
    assert [failed(turn) for turn in report.turns] == [set()] * 3
    assert [outcome.outcome for outcome in report.outcomes] == [Outcome.PASSED]


@pytest.mark.parametrize("name", WORDS)
async def test_the_clock_stands_and_german_is_spoken_in_the_turn_that_asks_for_it_alone(tmp_path, name):
    in_english = {"english"} if WORDS[name].unit.endswith(".js") else set()

    report = await in_turns(tmp_path, name, ("first", "real", "stopped", *in_english))

    assert isinstance(report, RunReport), report
    assert [failed(turn) for turn in report.turns] == [{"stopped"}, {"stopped"}, {"real", *in_english}]
    assert [turn.frozen for turn in report.turns] == [False, False, True]
    assert failed(report) == set()


@pytest.mark.parametrize("name", WORDS)
async def test_a_turn_whose_process_ends_is_no_pass(tmp_path, name):
    report = await in_turns(tmp_path, name, ("first", "ends", "third"))

    turns = (report,) if isinstance(report, NotRun) else report.turns
    assert all(isinstance(turn, NotRun) for turn in turns), turns


@pytest.mark.parametrize("name", ["pytest"])
async def test_a_turn_that_passes_and_then_ends_otherwise_is_no_pass(tmp_path, name):
    report = await in_turns(tmp_path, name, ("first", "ends late"))

    assert isinstance(report, RunReport)
    assert all(isinstance(turn, NotRun) for turn in report.turns)


LOADED_ANEW = "let calls = 0\nexports.f = () => { if (calls++) throw new Error('not loaded anew') }\n"
MARK = "appendFileSync('/out/marks', `${process.pid}\\n`)"
SHARES = {
    "vitest": ("import { it } from 'vitest'\nimport { appendFileSync } from 'node:fs'\n", MARK),
    "jest": ("const { f } = require('./unit.js')\n", "f()"),
    "mocha commonjs": (
        "const { appendFileSync } = require('node:fs')\nconst { f } = require('./unit.js')\n",
        f"f(); {MARK}",
    ),
    "mocha": ("import { appendFileSync } from 'node:fs'\nimport { f } from './unit.js'\n", f"f(); {MARK}"),
    "node:test": (
        "import { appendFileSync } from 'node:fs'\nimport { beforeEach, it } from 'node:test'\n"
        "import { f } from './unit.js'\nbeforeEach(f)\n",
        MARK,
    ),
    "node:test commonjs": (
        "const { appendFileSync } = require('node:fs')\nconst { beforeEach, it } = require('node:test')\n"
        "const { f } = require('./unit.js')\nbeforeEach(f)\n",
        MARK,
    ),
}


@pytest.mark.parametrize("name", SHARES)
async def test_what_touches_nothing_shares_one_environment(tmp_path, name):
    head, statement = SHARES[name]
    folder = ScriptProject(tmp_path / "ws")
    is_module = name in ("mocha", "node:test")
    kind = "module" if is_module else "commonjs"
    folder.write(
        "package.json",
        f'{{"name": "unit", "type": "{kind}", "private": true, "jest": {{"setupFiles": ["<rootDir>/set-up.js"]}}}}',
    )
    folder.write("set-up.js", "require('node:fs').appendFileSync('/out/marks', `${Math.random()}\n`)\n")
    folder.write("unit.js", LOADED_ANEW.replace("exports.f =", "export const f =") if is_module else LOADED_ANEW)
    tests = ("one", "two", "three")
    folder.write(
        "unit.test.js",
        head + "".join(f"it('{test}', () => {{ {statement} }})\n" for test in tests[: 3 if name == "vitest" else 1]),
    )
    sandbox, runner = await sandbox_and_runner(name.split()[0], folder)
    tool = FRAMEWORKS[name.split()[0]]
    order = RunOrder(
        source_path="unit.js",
        suite_paths=("unit.test.js",),
        coverage=False,
        only=tests,
        alone=True,
        turns=TURNS,
        limits=LIMITS,
    )
    command = tool.command(order, runner, folder.root)

    completed = await sandbox.run(replace(command, reports=(*command.reports, "marks")))
    report = tool.read(completed, order)

    assert isinstance(report, RunReport), report
    assert [failed(turn) for turn in (report, *report.turns)] == [set()] * 4
    assert len(set(completed.reports["marks"].decode().split())) == 1
