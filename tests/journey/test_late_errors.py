"""What goes wrong only when a test is over, in the real sandbox: run by hand, the runner would fail."""

import pytest

from tests.fakes.script_project import failures_in, report_of

HEADS = {
    "vitest": "import assert from 'node:assert'\nimport { it } from 'vitest'\n",
    "jest": "const assert = require('node:assert')\n",
    "mocha": "const assert = require('node:assert')\n",
    "node:test": "const assert = require('node:assert')\nconst { it } = require('node:test')\n",
}
SUITE = """
it('leaves an error for the next one', () => { setTimeout(() => { throw new Error('of the first') }, 50) })
it('runs meanwhile', async () => { await new Promise((done) => setTimeout(done, 200)) })
it('leaves an error for the end', async () => {
  Promise.resolve(1).then((value) => setTimeout(() => assert.equal(value, 99), 1000))
})
it('leaves a promise that is rejected', () => { Promise.reject(new Error('caught by nobody')) })
it('leaves a file to be read', () => { import('node:fs').then(({ promises }) => promises.readFile('/no/such/file')) })
it('leaves what comes to nothing', () => { setTimeout(() => {}, 60_000); setInterval(() => {}, 10).unref() })
it('catches in time', async () => {
  const rejected = Promise.reject(new Error('caught'))
  await Promise.resolve()
  await assert.rejects(rejected)
})
it('stops the clock for good', () => { globalThis.setTimeout = () => {} })
"""
LAST = """
it('comes first', () => { assert.equal(1, 1) })
it('comes last', () => { Promise.resolve(1).then((value) => assert.equal(value, 99)) })
"""


@pytest.mark.parametrize("name", HEADS)
async def test_an_error_that_comes_late_is_held_against_the_test_that_it_is_of(tmp_path, name):
    failed = failures_in(await report_of(name, HEADS[name] + SUITE, tmp_path))

    assert set(failed) == {
        "leaves an error for the next one",
        "leaves an error for the end",
        "leaves a promise that is rejected",
        "leaves a file to be read",
    }
    assert "of the first" in failed["leaves an error for the next one"]
    assert "when the test was over" in failed["leaves an error for the end"]
    assert "1 == 99" in failed["leaves an error for the end"]
    assert "caught by nobody" in failed["leaves a promise that is rejected"]
    assert "no such file" in failed["leaves a file to be read"]


@pytest.mark.parametrize("name", HEADS)
async def test_an_error_that_comes_when_the_last_test_is_over_is_held_against_it(tmp_path, name):
    failed = failures_in(await report_of(name, HEADS[name] + LAST, tmp_path))

    assert set(failed) == {"comes last"}
    assert "1 == 99" in failed["comes last"]


LASTING = """
const http = require('node:http')
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
const close = (server) => new Promise((done) => server.close(done))
it('leaves a server', async () => { assert.ok((await listen(http.createServer())).listening) })
it('closes its server', async () => { await close(await listen(http.createServer())) })
it('leaves a server that nobody waits for', async () => { (await listen(http.createServer())).unref() })
it('leaves an interval', () => { setInterval(() => {}, 1000) })
it('stops its interval', () => { clearInterval(setInterval(() => {}, 1000)) })
describe('with a server for all', () => {
  let server
  before(async () => { server = await listen(http.createServer()) })
  after(() => close(server))
  it('has that', () => { assert.ok(server.listening) })
})
describe('with a server for each', () => {
  let server
  beforeEach(async () => { server = await listen(http.createServer()) })
  afterEach(() => close(server))
  it('has its own', () => { assert.ok(server.listening) })
})
describe('with a server that nobody closes', () => {
  before(() => listen(http.createServer()))
  it('has done nothing', () => { assert.equal(1, 1) })
})
"""


@pytest.mark.parametrize("name", ["mocha", "node:test"])
async def test_what_keeps_the_run_from_ending_is_held_against_the_test_that_it_is_of(tmp_path, name):
    names = "{ after, afterEach, before, beforeEach, describe, it }"
    head = HEADS[name].replace("{ it }", names)

    failed = failures_in(await report_of(name, head + LASTING, tmp_path))

    assert failed == {
        "leaves a server": (
            "It leaves a server open, which keeps the run from ending; close it in the test, or in afterEach."
        ),
        "leaves an interval": (
            "It leaves an interval running, which keeps the run from ending; stop it in the test, or in afterEach."
        ),
    }
