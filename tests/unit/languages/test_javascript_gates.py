import pytest

from testwright.domain.analysis import Analysis, Symbol, SymbolKind
from testwright.languages.javascript import JavaScript

HEAD = """import { expect, it, vi } from 'vitest'
import * as shop from './price'
import { price } from './price'
"""
ANALYSIS = Analysis(
    language="typescript",
    symbols=(Symbol(name="price", kind=SymbolKind.FUNCTION, line=1, end_line=2),),
    imports=("./tax", "@app/money"),
)
KNOWN = frozenset({"vitest", "chai", "node:fs", "react", "@testing-library/react"})


def fault(code, head=HEAD):
    draft = JavaScript().split(head + code)
    return JavaScript().fault_of(draft.cases[0], draft, ANALYSIS, KNOWN)


@pytest.mark.parametrize(
    "code",
    [
        "it('a', () => { expect(price(1)).toBe(2) })",
        "it('a', async () => { await expect(price(1)).rejects.toThrow('no') })",
        "it('a', () => { const given = [1]; price(given); expect(given).toEqual([2]) })",
        "it('a', () => { const seen = vi.fn(); price(seen); expect(seen).toHaveBeenCalledWith(1) })",
        "it('a', () => { const seen = vi.fn(); price({ seen }); expect(seen).toHaveBeenCalledWith(1) })",
        "it('a', () => { let got; got = price(1); expect(got).not.toBe(3) })",
        "it.each([[1, 2]])('a %i', (x, y) => { expect(price(x)).toBe(y) })",
        "it('a', () => { const once = price(1); expect(once(2)).toBe(once(2)) })",
        "it('a', () => { vi.mock('./tax', () => ({})); expect(price(1)).toBe(2) })",
        "it('a', async () => { const money = await import('@app/other'); expect(price(money)).toBe(2) })",
        "it('a', { timeout: 500, skip: false }, () => { expect(price(1)).toBe(2) })",
        "it.each([shop])('a', (stream) => { stream.skip(2); expect(price(stream)).toBe(2) })",
        "it('a', () => { expect.extend({ toFit: (got) => { const pass = got > 1; return pass ? { pass: true } "
        ": { pass: false } } }); expect(price(1)).toFit() })",
        "it('a', () => { vi.spyOn(Object, 'keys'); expect(price(1)).toBe(2) })",
        "it('a', async () => { const slow = (r) => new Promise((done) => setTimeout(() => done(r), 50)); "
        "expect(await price(slow)).toBe(2) })",
        "it('a', async () => { const slow = () => new Promise((_, no) => { setTimeout(() => { no('x') }, 9) }); "
        "await expect(price(slow)).rejects.toThrow('x') })",
        "it('a', () => { let caught; try { price(1) } catch (e) { caught = e } expect(caught.message).toBe('no') })",
        "it('a', (done) => { price(1, (got) => { try { expect(got).toBe(2); done() } catch (e) { done(e) } }) })",
        "it('a', () => { expect(price(1)).toMatchInlineSnapshot(`2`) })",
    ],
)
def test_an_honest_test_passes(code):
    assert fault(code) is None


@pytest.mark.parametrize(
    ("code", "gate", "said"),
    [
        ("it('a', () => { price(1) })", "asserts", "asserts nothing"),
        ("it('a', () => { expect(true).toBe(true); price(1) })", "asserts", "whatever the code does"),
        ("it('a', () => { const x = 1; price(2); expect(x).toBe(1) })", "asserts", "does not depend"),
        ("it('a', () => { expect(Math.max(1, 2)).toBe(2) })", "asserts", "never uses the code under test"),
        ("it.only('a', () => { expect(price(1)).toBe(2) })", "asserts", "held back or singled out"),
        ("it.skip('a', () => { expect(price(1)).toBe(2) })", "asserts", "held back or singled out"),
        ("it('a', () => { try { price(1) } catch (e) { expect(e).toBeTruthy() } })", "asserts", "try/catch"),
        (
            "it('a', () => { try { price(1) } catch (e) { console.log(e) } expect(price(2)).toBe(3) })",
            "asserts",
            "try/catch",
        ),
        (
            "it('a', () => { let x; try { expect(price(1)).toBe(7) } catch (e) { x = e } expect(x).toBeDefined() })",
            "asserts",
            "try/catch",
        ),
        ("it('a', () => { expect(price(1)).toMatchInlineSnapshot() })", "asserts", "only compares with a snapshot"),
        ("it('a', () => { expect(price(1)).toBe; expect(price(2)).toBe(3) })", "asserts", "expects nothing"),
        ("it('a', () => { expect(price(1) === 2); expect(price(2)).toBe(3) })", "asserts", "expects nothing"),
        ("it('a', () => { expect(price(1)).toMatchSnapshot() })", "asserts", "snapshot"),
        ("it('a', () => { expect(price(1)).toBe(1); process.exit(0) })", "asserts", "ends the process"),
        (
            "it('a', async () => { await new Promise((done) => setTimeout(done, 50)); expect(price(1)).toBe(2) })",
            "asserts",
            "sleeps",
        ),
        ("it('a', () => { vi.mock('./price', () => ({})); expect(price(1)).toBe(2) })", "asserts", "mocks the module"),
        (
            "it('a', () => { vi.spyOn(shop, 'price').mockReturnValue(2); expect(price(1)).toBe(2) })",
            "asserts",
            "replaces `shop.price`",
        ),
        ("it('a', () => { expect(price(1)).toBe(price(1)) })", "asserts", "whatever the code does"),
        ("it('a', () => { expect(price(1) || true).toBeTruthy() })", "asserts", "whatever the code does"),
        (
            "it('a', async () => { const { spawn } = await import('node:child_process'); spawn('ls'); "
            "expect(price(1)).toBe(2) })",
            "asserts",
            "starts a process",
        ),
        ("it('a', () => { const x = require('axios'); expect(price(x)).toBe(1) })", "reads", "'axios'"),
        ("it('a', async () => { await import(`node:child_process`); expect(price(1)).toBe(2) })", "asserts", "process"),
        ("it('a', () => { process.getBuiltinModule('cluster'); expect(price(1)).toBe(2) })", "asserts", "process"),
        ("it('a', () => { process.binding('spawn_sync'); expect(price(1)).toBe(2) })", "asserts", "Node itself"),
        ("it('a', { fails: true }, () => { expect(price(1)).toBe(2) })", "asserts", "`fails: true`"),
        ("it('a', { retry: 40 }, () => { expect(price(1)).toBe(2) })", "asserts", "tried again"),
        ("it('a', () => { expect(price(1)).toBe(2) }, { skip: true })", "asserts", "`skip: true`"),
        ("it('a', () => { jest.retryTimes(30); expect(price(1)).toBe(2) })", "asserts", "tried again"),
        ("it('a', function () { this.retries(3); expect(price(1)).toBe(2) })", "asserts", "tried again"),
        (
            "it('a', async (t) => { await t.test('b', async (u) => { u.test('c', { todo: true }, () => {}) }); "
            "expect(price(1)).toBe(2) })",
            "asserts",
            "`todo: true`",
        ),
        ("it('a', (t) => { t.todo('later'); expect(price(1)).toBe(2) })", "asserts", "`t.todo`"),
        (
            "it('a', () => { expect.extend({ toFit: () => ({ pass: true, message: () => '' }) }); "
            "expect(price(1)).toFit(9); expect(price(1)).toBe(2) })",
            "asserts",
            "`toFit` passes whatever",
        ),
        (
            "it('a', () => { vi.spyOn(Object, 'is').mockReturnValue(true); expect(price(1)).toBe(9) })",
            "asserts",
            "`Object.is`",
        ),
        ("it('a', () => { assert.equal = () => {}; assert.equal(price(1), 9) })", "asserts", "`assert.equal`"),
        (
            "it('a', async () => { await new Promise((done) => setTimeout(() => done(1), 50)); "
            "expect(price(1)).toBe(2) })",
            "asserts",
            "sleeps",
        ),
        (
            "it('a', async () => { const slow = () => new Promise((done) => setTimeout(() => done(1), 500)); "
            "expect(await price(slow)).toBe(2) })",
            "asserts",
            "sleeps",
        ),
    ],
)
def test_a_test_that_proves_nothing_is_told_why(code, gate, said):
    found = fault(code)

    assert found is not None
    assert found.gate == gate
    assert said in found.message


def test_several_tests_of_groups_that_one_statement_makes_are_none():
    test = "it('a', () => { expect(price(1)).toBe(2) })"
    group = f"describe('b', () => {{ {test} }})"

    found = fault(f"function when(n, tests) {{ describe('when ' + n, tests) }}\nwhen(1, () => {{ {group}\n{test} }})")

    assert found is not None
    assert found.message.startswith("`when(1, () => { describe('b'")
    assert "makes several tests" in found.message


def test_what_a_hook_of_mocha_leaves_at_this_may_come_from_the_code():
    test = "it('a', function () { assert.equal(this.sum, 2) })"

    assert fault(f"beforeEach(function () {{ this.sum = price(1) }})\n{test}") is None
    assert fault(test) is not None


@pytest.mark.parametrize(
    "shared",
    [
        "const nap = (ms) => new Promise((done) => setTimeout(done, ms))",
        "function nap(ms) { return new Promise((done) => { setTimeout(done, ms) }) }",
        "import { setTimeout as nap } from 'node:timers/promises'",
    ],
)
def test_a_nap_is_one_by_whatever_name_and_a_slow_stand_in_or_a_turn_of_the_loop_is_none(shared):
    told = fault(f"{shared}\nit('a', async () => {{ await nap(80); expect(price(1)).toBe(2) }})")

    assert told is not None
    assert "sleeps in real time" in told.message
    assert fault(f"{shared}\nit('a', async () => {{ await nap(0); expect(price(1)).toBe(2) }})") is None
    late = "{ await nap(80); return 1 }"
    assert fault(f"{shared}\nit('a', async () => {{ expect(await price(async () => {late})).toBe(2) }})") is None


def test_what_the_code_takes_from_beside_it_may_be_mocked_from_wherever_the_suite_lies():
    imports = ("{ expect, it, vi } from 'vitest'", "* as tax from '../src/tax'", "{ price } from '../src/price'")
    head = "".join(f"import {each}\n" for each in imports)
    mocked = "vi.mock('../src/{}')\nit('a', () => {{ expect(price(1)).toBe(2) }})"

    assert fault(mocked.format("tax"), head) is None
    beside = fault(mocked.format("price"), head)
    assert beside is not None
    assert "mocks the module it should test" in beside.message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("globalThis.__store = '1'; price(1); expect(globalThis.__store).toBe('2')", None),
        ("price(1); expect(document.title).toBe('Price')", None),
        ("price(1); expect(JSON.parse(localStorage.getItem('price'))).toEqual([1])", None),
        ("price(1); const left = process.env.PRICE; expect(left).toBe('1')", None),
        ("vi.stubGlobal('fetch', vi.fn()); price(1); expect(fetch).toHaveBeenCalledWith('/price')", None),
        ("globalThis.__store = '1'; expect(globalThis.__store).toBe('1'); price(1)", "does not depend"),
        ("const x = { location: 1 }; price(1); expect(x.location).toBe(1)", "does not depend"),
    ],
)
def test_what_the_code_leaves_where_everybody_finds_it_is_an_effect_of_it(code, said):
    found = fault(f"it('a', () => {{ {code} }})")

    assert (found.message if found else None) == said or said in found.message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("const { price } = require('./price'); expect(price(1)).toBe(2)", None),
        ("const { price } = await import('./price'); expect(price(1)).toBe(2)", None),
        ("let got; jest.isolateModules(() => { got = require('./price').price(1) }); expect(got).toBe(2)", None),
        ("expect(require('./price').price(1)).toBe(2)", None),
        ("const { max } = require('node:path'); expect(max(1)).toBe(1)", "never uses"),
        ("const { price } = require('./price'); price(1); expect(Math.max(1)).toBe(1)", "does not depend"),
    ],
)
def test_a_module_may_be_loaded_in_the_test_itself(code, said):
    found = fault(f"it('a', async () => {{ {code} }})", "import { expect, it } from 'vitest'\n")

    assert (found.message if found else None) == said or said in found.message


@pytest.mark.parametrize(
    ("test", "is_held_back"),
    [
        ("it('a', (t) => { if (process.platform === 'win32') return t.skip('no'); CHECK })", False),
        ("it('a', function () { process.env.CI && this.skip(); CHECK })", False),
        ("it.skipIf(isOld)('a', () => { CHECK })", False),
        ("it('a', { skip: process.platform === 'win32' }, () => { CHECK })", False),
        ("it('a', (t) => { if (price(1) !== 2) return t.skip('no'); CHECK })", True),
        ("it('a', { skip: 'later' }, () => { CHECK })", True),
        ("it('a', (t) => { if (process.platform === 'win32') t.todo(); CHECK })", True),
    ],
)
def test_a_test_may_be_left_out_on_another_machine(test, is_held_back):
    found = fault(test.replace("CHECK", "expect(price(1)).toBe(2)"))

    assert (found is not None) == is_held_back


def test_a_suite_for_a_runner_that_is_not_run_here_is_told_so():
    found = fault(
        "test('a', (t) => { t.is(price(1), 2) })", "import test from 'ava'\nimport { price } from './price'\n"
    )

    assert found.message == "It is written for ava, which is not run here; vitest, jest, mocha and node:test are."


def test_what_a_fixture_of_the_suite_hands_over_may_come_from_the_code():
    test = "test('a', ({ till }) => { expect(till.ring(3)).toBe(6) })"
    extends = "const test = base.extend({ till: async ({}, use) => { await use(price(1)) } })"

    assert fault(f"{extends}\n{test}") is None
    assert "never uses" in fault(test).message


def test_what_is_always_true_is_quoted_as_it_stands():
    found = fault("it('a', () => { assert.deepEqual([1,\n  2], [1, 2]); expect(price(1)).to.not.be.above(price(1)) })")

    assert found.message == "`assert.deepEqual([1, 2], [1, 2])` is true whatever the code does."


def test_a_caught_error_may_be_looked_at_by_a_helper_that_asserts():
    caught = "let caught\ntry { price(-1) } catch (error) { caught = error }"
    looks = f"it('a', () => {{ {caught}\nlooks(caught); expect(price(1)).toBe(2) }})"

    assert fault(f"function looks(error) {{ expect(error.message).toBe('no') }}\n{looks}") is None
    beside = fault(f"function looks(error) {{ console.log(error) }}\n{looks}")
    assert beside is not None
    assert "lets a missing error pass" in beside.message


def test_an_unknown_import_only_costs_the_tests_that_use_it():
    draft = JavaScript().split(
        HEAD + "import axios from 'axios'\n"
        "it('a', () => { expect(price(axios)).toBe(1) })\nit('b', () => { expect(price(1)).toBe(1) })"
    )

    faults = [JavaScript().fault_of(case, draft, ANALYSIS, KNOWN) for case in draft.cases]

    assert faults[0] is not None
    assert faults[1] is None


CHAI = "const { expect } = require('chai')\nconst { price } = require('./price')\n"
ASSERT = """const assert = require('node:assert/strict')
const { it } = require('node:test')
const { price } = require('./price')
"""


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (CHAI, "it('a', () => { expect(price(1)).to.equal(2) })"),
        (CHAI, "it('a', () => { expect(price(1)).to.be.true })"),
        (CHAI, "it('a', () => { expect(price(1)).to.deep.include({ cents: 2 }) })"),
        (CHAI, "it('a', () => { expect(price(1)).not.to.be.an('array').that.is.empty })"),
        (CHAI, "it('a', () => { expect(() => price(-1)).to.throw('negative') })"),
        (ASSERT, "it('a', () => { assert.equal(price(1), 2) })"),
        (ASSERT, "it('a', () => { assert(price(1)) })"),
        (ASSERT, "it('a', () => { const got = price(1); assert.deepEqual(got, { cents: 2 }) })"),
        (ASSERT, "it('a', () => { assert.throws(() => price(-1), { message: 'negative' }) })"),
        (ASSERT, "it('a', async () => { await assert.rejects(price(-1), /negative/) })"),
        (ASSERT, "it('a', (t) => { t.assert.equal(price(1), 2) })"),
    ],
)
def test_what_chai_and_node_assert_counts(head, code):
    draft = JavaScript().split(head + code)

    found = JavaScript().fault_of(draft.cases[0], draft, ANALYSIS, frozenset({"chai", "node:test"}))

    assert found is None


@pytest.mark.parametrize(
    ("head", "code", "said"),
    [
        (CHAI, "it('a', () => { price(1) })", "asserts nothing"),
        (CHAI, "it('a', () => { expect(price(1)) })", "asserts nothing"),
        (CHAI, "it('a', () => { expect(price(1)).to.be })", "asserts nothing"),
        (CHAI, "it('a', () => { price(1); expect(true).to.be.true })", "whatever the code does"),
        (CHAI, "it('a', () => { price(1); expect(Math.max(1, 2)).to.equal(2) })", "does not depend"),
        (ASSERT, "it('a', () => { price(1); assert.ok(true) })", "whatever the code does"),
        (ASSERT, "it('a', () => { price(1); assert.equal(Math.max(1, 2), 2) })", "does not depend"),
        (ASSERT, "it('a', () => { assert.equal(Math.max(1, 2), 2) })", "never uses the code under test"),
    ],
)
def test_what_proves_nothing_with_chai_and_node_assert_is_refused(head, code, said):
    draft = JavaScript().split(head + code)

    found = JavaScript().fault_of(draft.cases[0], draft, ANALYSIS, frozenset({"chai", "node:test"}))

    assert found is not None
    assert said in found.message


OWN_NAMES = """import { deepEqual, equal as same, fail, throws } from 'node:assert/strict'
import check, { expect as want } from 'vitest'
import is from 'node:assert'
import { price } from './price'
"""
TAKEN_OUT = """const chai = require('chai')
const { assert, expect } = chai
const { equal: same, deepEqual, throws } = assert
const { notEqual } = require('node:assert').strict
const { price } = require('./price')
"""


@pytest.mark.parametrize(
    ("head", "code", "said"),
    [
        (OWN_NAMES, "same(price(1), 2)", None),
        (OWN_NAMES, "throws(() => price(-1), RangeError)", None),
        (OWN_NAMES, "is.equal(price(1), 2)", None),
        (OWN_NAMES, "is(price(1))", None),
        (OWN_NAMES, "want(price(1)).toBe(2)", None),
        (OWN_NAMES, "let got; try { price(-1) } catch (e) { got = e } same(got.message, 'no')", None),
        (TAKEN_OUT, "same(price(1), 2)", None),
        (TAKEN_OUT, "notEqual(price(1), 2)", None),
        (TAKEN_OUT, "chai.expect(price(1)).to.equal(2)", None),
        (OWN_NAMES, "is.notEqual(price(1), price(1))", None),
        (OWN_NAMES, "want(price(1)).not.toBe(price(1))", None),
        (TAKEN_OUT, "expect(price(1)).to.not.equal(price(1))", None),
        (TAKEN_OUT, "notEqual(price(1), price(1))", None),
        (OWN_NAMES, "price(1)", "asserts nothing"),
        (OWN_NAMES, "price(1).same(2)", "asserts nothing"),
        (OWN_NAMES, "deepEqual(price(1), price(1))", "whatever the code does"),
        (OWN_NAMES, "price(1); same(true, true)", "whatever the code does"),
        (OWN_NAMES, "price(1); same(Math.max(1, 2), 2)", "does not depend"),
        (OWN_NAMES, "same(Math.max(1, 2), 2)", "never uses the code under test"),
        (OWN_NAMES, "let got; try { same(price(1), 2) } catch (e) { got = e } same(got.message, 'no')", "try/catch"),
        (OWN_NAMES, "want(price(1)); same(price(1), 2)", "expects nothing"),
        (OWN_NAMES, "is.equal = () => {}; is.equal(price(1), 2)", "`is.equal`"),
        (TAKEN_OUT, "same(Math.max(1, 2), 2)", "never uses the code under test"),
        (TAKEN_OUT, "price(1); same(Math.max(1, 2), 2)", "does not depend"),
    ],
)
def test_an_assertion_is_one_by_whatever_name_the_suite_has_for_it(head, code, said):
    found = fault(f"it('a', () => {{ {code} }})", head)

    assert (found.message if found else None) == said or said in found.message


@pytest.mark.parametrize(
    ("code", "head", "said"),
    [
        ("it('a', () => { eval(atob('eA==')); expect(price(1)).toBe(2) })", HEAD, "put together as code"),
        ("it('a', () => { new Function(atob('eA=='))(); expect(price(1)).toBe(2) })", HEAD, "put together as code"),
        ("it('a', () => { expect(price(1)).toBe(2) })", HEAD + "process.on('exit', () => price(1))\n", "process ends"),
        (
            "it('a', () => { expect(price(1)).toBe(2) })",
            HEAD + "fs.appendFileSync(os.homedir() + '/.bashrc', 'x')\n",
            "home folder",
        ),
        ("it('a', async () => { await import('child_' + 'process'); expect(price(1)).toBe(2) })", HEAD, "together"),
        ("it('a', () => { globalThis.__coverage__ = {}; expect(price(1)).toBe(2) })", HEAD, "`__coverage__`"),
        ("it('a', () => { expect(price(1)).toBe(globalThis.__testwright_mutant__ ? 1 : 2) })", HEAD, "measures it"),
        ("it('a', () => { expect(price(1)).toBe(process.env.TESTWRIGHT_SEED ? 1 : 2) })", HEAD, "measures it"),
        ("it('a', () => { expect(price(1)).toBe(process.env.OUT ? 1 : 2) })", HEAD, "env.OUT"),
        ("it('a', () => { fs.rmSync(os.homedir() + '/x'); expect(price(1)).toBe(2) })", HEAD, "home folder"),
        (
            "it('a', () => { const { HOME } = process.env; rmSync(`${HOME}/x`); expect(price(1)).toBe(2) })",
            HEAD,
            "home",
        ),
        (
            "it('a', () => { const at = os.homedir(); const rc = join(at, '.rc'); fs.writeFileSync(rc, ''); "
            "expect(price(1)).toBe(2) })",
            HEAD,
            "home folder",
        ),
        ("it('a', async () => { await fs.promises.rm('/home'); expect(price(1)).toBe(2) })", HEAD, "did not make"),
        ("it('a', () => { fs.rmSync(process.cwd()); expect(price(1)).toBe(2) })", HEAD, "did not make"),
    ],
)
def test_what_its_reader_cannot_see_is_no_part_of_a_test(code, head, said):
    found = fault(code, head)

    assert found is not None
    assert found.gate == "reads"
    assert said in found.message


@pytest.mark.parametrize(
    "code",
    [
        "it('a', () => { expect(price(eval('1'))).toBe(2) })",
        "it('a', () => { expect(new RegExp(price(1)).test('x')).toBe(true) })",
        "it('a', () => { expect(price(os.homedir())).toBe(2) })",
        "it('a', () => { process.env.OUT = 'x'; expect(price(1)).toBe(2); delete process.env.OUT })",
        "it('a', () => { const at = mkdtempSync(os.tmpdir()); expect(price(at)).toBe(2); fs.rmSync(at) })",
        "it('a', () => { expect(price(1)).toBe(2); fs.rmSync('/tmp/x'); fs.unlinkSync('fixture.txt') })",
        "it('a', () => { vi.spyOn(os, 'homedir').mockReturnValue(at); fs.mkdirSync(os.homedir()); "
        "expect(price(1)).toBe(2) })",
        "it('a', () => { shop.rm('/shelf'); expect(price(1)).toBe(2) })",
    ],
)
def test_what_can_be_read_may_be_run(code):
    assert fault(code) is None


def test_what_a_group_has_for_its_tests_is_read_with_them_and_with_no_others():
    test = "it('a', () => { expect(paid(1)).toBe(2) })"

    assert fault(f"describe('g', () => {{ const paid = (n) => price(n)\n{test} }})") is None
    beside = fault(f"{test}\ndescribe('g', () => {{ const paid = (n) => price(n) }})")
    assert beside is not None
    assert "never uses the code under test" in beside.message


@pytest.mark.parametrize(
    "code",
    [
        "expect(price.toString()).toContain('return')",
        "expect(String(price)).toContain('return')",
        "expect(fs.readFileSync(__filename, 'utf8')).toContain('price')",
        "expect(fs.readFileSync(new URL('./price.ts', import.meta.url), 'utf8')).toContain('return')",
        "const text = fs.readFileSync(require.resolve('./price.js'), 'utf8'); expect(text).toContain('return')",
        "expect(fs.readFileSync(path.join(__dirname, 'price.ts'), 'utf8')).toContain('return')",
    ],
)
def test_code_is_called_and_not_read(code):
    assert "reads code as a text" in fault(f"it('a', () => {{ {code}; expect(price(1)).toBe(2) }})").message


@pytest.mark.parametrize(
    "code",
    [
        "expect(price(1).toString()).toBe('2')",
        "expect(String(price(1))).toBe('2')",
        "expect(price(fs.readFileSync(__filename, 'utf8'))).toBe(2)",
        "expect(price(fs.readFileSync(path.join(__dirname, 'price.txt'), 'utf8'))).toBe(2)",
        "const text = fs.readFileSync('prices.csv', 'utf8'); expect(price(text)).toBe(2)",
    ],
)
def test_code_may_be_what_the_unit_is_given_and_results_are_texts_too(code):
    assert fault(f"it('a', () => {{ {code} }})") is None


def test_names_may_be_taken_out_of_a_module_that_has_one():
    head = "const shop = require('./price')\nconst { price } = shop\n"

    assert fault("it('a', () => { expect(price(1)).toBe(2) })", head) is None
