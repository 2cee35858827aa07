"""What goes wrong only when a test is over, in the real sandbox: run by hand, the runner would fail."""

from datetime import timedelta

import pytest

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.verdicts import Outcome, RunReport
from testwright.frameworks import FRAMEWORKS

HEADS = {
    "mocha": "const assert = require('node:assert')\n",
    "node:test": "const assert = require('node:assert')\nconst { it } = require('node:test')\n",
}
SUITE = """
it('leaves an error for the next one', () => { setTimeout(() => { throw new Error('of the first') }, 50) })
it('runs meanwhile', async () => { await new Promise((done) => setTimeout(done, 200)) })
it('leaves an error for the end', async () => {
  Promise.resolve(1).then((value) => setTimeout(() => assert.equal(value, 99), 1000))
})
it('leaves what comes to nothing', () => { setTimeout(() => {}, 60_000); setInterval(() => {}, 10).unref() })
it('comes last', () => {})
"""


@pytest.mark.parametrize("name", HEADS)
async def test_an_error_that_comes_late_is_held_against_the_test_that_it_is_of(tmp_path, name):
    folder = ScriptProject(tmp_path / "ws")
    folder.write("package.json", '{"name": "unit", "private": true}')
    folder.write("unit.js", "exports.f = () => 1\n")
    folder.write("test/unit.test.js", HEADS[name] + SUITE)
    sandbox, runner = await sandbox_and_runner(name, folder)
    limit = timedelta(seconds=60)
    order = RunOrder(
        source_path="unit.js",
        suite_paths=("test/unit.test.js",),
        coverage=False,
        limits=Limits(wall=limit, cpu=limit),
    )

    completed = await sandbox.run(FRAMEWORKS[name].command(order, runner, folder.root))
    report = FRAMEWORKS[name].read(completed, order)

    assert isinstance(report, RunReport), report
    failed = {outcome.name: outcome.message for outcome in report.outcomes if outcome.outcome is not Outcome.PASSED}
    assert set(failed) == {"leaves an error for the next one", "leaves an error for the end"}
    assert "of the first" in failed["leaves an error for the next one"]
    assert "1 == 99" in failed["leaves an error for the end"]
