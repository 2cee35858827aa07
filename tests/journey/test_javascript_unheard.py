"""Assertions that fail while their test passes, in the real sandbox: behind a `catch`, in a promise thrown away."""

import re

import pytest

from tests.fakes.script_project import failures_in, report_of

UNIT = """
const assert = require('node:assert')
exports.f = () => 1
exports.tries = () => { try { assert.equal(1, 7) } catch {} }
"""
MODULE = UNIT.replace("const assert = require('node:assert')", "import assert from 'node:assert'").replace(
    "exports.", "export const "
)
REQUIRED = "const assert = require('node:assert')\nconst { f, tries } = require('../unit.js')\n"
IMPORTED = "import assert from 'node:assert'\nimport { f, tries } from '../unit.js'\n"
HEADS = {
    "vitest": f"{IMPORTED}import {{ expect, it, vi }} from 'vitest'\n",
    "jest": REQUIRED,
    "mocha": f"{REQUIRED}const {{ expect }} = require('chai')\n",
    "node:test": f"{IMPORTED}import {{ it }} from 'node:test'\n",
}
HELPERS = """
const soon = (value) => new Promise((done) => setTimeout(() => done(value), 5))
const check = async (value) => { await soon(); IS(value, 7) }
const eventually = async (work) => {
  for (let tries = 0; tries < 20; tries++) try { return await work() } catch { await soon() }
  throw new Error('never')
}
let calls = 0
const grown = () => (calls += 1)
"""
UNHEARD = {
    "noted": "let ok; try { IS(f(), 7) } catch { ok = false }",
    "settled": "await Promise.allSettled([check(f())])",
    "settled of two": "await Promise.allSettled([7, f()].map(async (value) => IS(await soon(value), 7)))",
    "loser of a race": "await Promise.race([soon(), check(f()).catch(() => soon())]); await soon(); await soon()",
    "callback": "const emit = (back) => { try { back(f()) } catch {} }; emit((value) => IS(value, 7))",
    "caught promise": "await check(f()).catch(() => {})",
}
HEARD = {
    "tried again": "calls = 0; await eventually(() => IS(grown(), 3))",
    "tried again in a promise": "calls = 0; await eventually(async () => IS(await soon(grown()), 3))",
    "has to fail": "THROWS(() => IS(f(), 7))",
    "has to reject": "await REJECTS(check(f()))",
    "of the source": "tries()",
    "matches": "assert.match('one', /one/)",
}
OF_VITEST = {
    "waits": "calls = 0; await vi.waitFor(() => IS(grown(), 3), { interval: 5 })",
    "polls": "calls = 0; await expect.poll(() => grown(), { interval: 5 }).toBe(3)",
    "does not come": "await expect(vi.waitFor(() => IS(f(), 3), { timeout: 20 })).rejects.toThrow()",
}
OF_CHAI = {"includes not": "expect({ a: 1, b: 2 }).to.not.include({ a: 1, b: 3 })"}
WRONG = {"wrong": "IS(f(), 7)"}
STYLES = {
    "jest": (r"expect(\1).toBe(\2)", r"expect(\1).toThrow()", r"expect(\1).rejects.toThrow()"),
    "chai": (r"expect(\1).to.equal(\2)", r"expect(\1).to.throw()", r"assert.rejects(\1)"),
    "node": (r"assert.equal(\1, \2)", r"assert.throws(\1)", r"assert.rejects(\1)"),
}
CASES = [
    ("vitest", "jest", OF_VITEST),
    ("vitest", "node", {}),
    ("jest", "jest", {}),
    ("jest", "node", {}),
    ("mocha", "chai", OF_CHAI),
    ("mocha", "node", {}),
    ("node:test", "node", {}),
]


def written(style: str, tests: dict[str, str]) -> str:
    suite = HELPERS + "".join(f"it('{name}', async () => {{ {body}; IS(2, 2) }})\n" for name, body in tests.items())
    equal, throws, rejects = STYLES[style]
    suite = re.sub(r"THROWS\((.*?\))\)(?=;)", throws, re.sub(r"REJECTS\((.*?\))\)(?=;)", rejects, suite))
    return re.sub(r"IS\((.*?), (\d)\)", equal, suite)


@pytest.mark.parametrize(("name", "style", "more"), CASES)
async def test_what_nobody_hears_fails_the_test_it_is_in(tmp_path, name, style, more):
    suite = HEADS[name] + written(style, {**UNHEARD, **HEARD, **more, **WRONG})

    failed = failures_in(await report_of(name, suite, tmp_path, MODULE if name == "vitest" else UNIT))

    assert failed.keys() == {*UNHEARD, *WRONG}
    assert all("An assertion failed where nobody heard it" in failed[each] for each in UNHEARD)
    assert all("hearing" not in message for message in failed.values())
    assert "nobody heard" not in failed["wrong"]


TESTING_LIBRARY = """
const shown = (text) => setTimeout(() => { document.body.innerHTML = `<p>${text}</p>` }, 100)
const text = () => document.body.textContent
it('waits', async () => { shown('one'); await waitFor(() => expect(text()).toBe('one')) })
it('waits for two things', async () => {
  shown('two')
  await waitFor(() => { expect(text()).toMatch(/two/); expect(text()).toHaveLength(3) })
})
it('finds', async () => { shown('three'); expect((await screen.findByText('three')).tagName).toBe('P') })
it('waits by a stopped clock', async () => {
  tool.useFakeTimers()
  shown('four')
  await waitFor(() => expect(text()).toBe('four'))
  tool.useRealTimers()
})
it('is never shown', async () => {
  await expect(waitFor(() => expect(text()).toBe('five'), { timeout: 60 })).rejects.toThrow(/five/)
})
it('minds no failure', async () => {
  await waitFor(() => expect(text()).toBe('six'), { timeout: 60 }).catch(() => {})
  expect(f()).toBe(1)
})
"""


@pytest.mark.parametrize("name", ["vitest", "jest"])
async def test_what_testing_library_waits_for_is_heard(tmp_path, name):
    jest = "const { screen, waitFor } = require('@testing-library/dom')\nconst tool = jest\n"
    vitest = "import { screen, waitFor } from '@testing-library/dom'\nconst tool = globalThis.jest = vi\n"
    head = f"/** @{name}-environment jsdom */\n" + HEADS[name] + (vitest if name == "vitest" else jest)

    failed = failures_in(await report_of(name, head + TESTING_LIBRARY, tmp_path, MODULE if name == "vitest" else UNIT))

    assert failed.keys() == {"minds no failure"}
    assert "six" in failed["minds no failure"]
