"""Suites of JavaScript whose tests pass with the random numbers of one run, and would fail with others."""

from datetime import timedelta

import pytest
from test_alone import HEADS

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.verdicts import BY_CHANCE, Outcome, RunReport
from testwright.frameworks import FRAMEWORKS

UNIT = """
import { randomInt } from 'node:crypto'

export function shuffle(text) {
  const letters = [...text]
  for (let last = letters.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[letters[last], letters[other]] = [letters[other], letters[last]]
  }
  return letters.join('')
}

export const token = () => `${randomInt(10)}${crypto.randomUUID()}`
"""
SUITE = """import { shuffle, token } from '%s/unit.js'

describe('chance', () => {
  it('is right by luck', async () => {
    assert.equal(shuffle('llo'), 'lol') // what comes out with seed 0, and with half of the others
  })

  it('is wrong', () => {
    assert.equal(shuffle('llo'), 'x')
  })
})

it('has the same letters', () => {
  assert.equal([...shuffle('llo')].sort().join(''), 'llo')
})

it('has a shape', () => {
  assert.match(token(), /^\\d[0-9a-f-]{36}$/)
})

it('draws nothing', () => {
  assert.equal('llo'.length, 3)
})
"""
ASKED = ("is right by luck", "is wrong", "has the same letters", "has a shape", "draws nothing")


@pytest.mark.parametrize("name", ["vitest", "jest", "mocha", "node:test"])
async def test_a_case_that_passed_is_asked_with_other_random_numbers_where_it_drew_any(tmp_path, name):
    folder = ScriptProject(tmp_path / "ws")
    folder.write("package.json", '{"name": "unit", "private": true, "type": "module"}')
    folder.write("unit.js", UNIT)
    sandbox, runner = await sandbox_and_runner(name, folder)
    tool = FRAMEWORKS[name]
    suite = tool.suite_path("unit.js", folder)
    folder.write(suite, HEADS[name] + SUITE % ("." if "/" not in suite else ".."))
    order = RunOrder(
        source_path="unit.js",
        suite_paths=(suite,),
        coverage=False,
        only=ASKED,
        alone=True,
        limits=Limits(wall=timedelta(seconds=60)),
    )

    completed = await sandbox.run(tool.command(order, runner, folder.root))
    report = tool.read(completed, order)

    assert isinstance(report, RunReport), (report, completed.log)
    print(f"{name}: {completed.seconds:.2f} s")
    failed = {outcome.name: outcome.message for outcome in report.outcomes if outcome.outcome is Outcome.FAILED}
    assert {outcome.name for outcome in report.outcomes} == set(ASKED)
    assert failed.keys() == {"is right by luck", "is wrong"}
    assert failed["is right by luck"].startswith(BY_CHANCE)
    assert not failed["is wrong"].startswith(BY_CHANCE)
