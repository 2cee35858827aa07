"""Each runner's own way to say that a value is expected."""

import pytest

from testwright.domain.analysis import Analysis
from testwright.domain.ports import WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.writers.explorer.javascript import probe_text
from testwright.writers.explorer.javascript.openings import imports, is_loaded_as_module, specifier_of, words_for
from testwright.writers.explorer.javascript.words import Chai, Matchers, NodeAssert
from testwright.writers.explorer.javascript.writing import Style

OBJECT = {"$": "object", "v": [["cents", 5]]}
INSTANCE = {"$": "instance", "v": [["cents", 5]]}


@pytest.mark.parametrize(
    ("tree", "chai", "node"),
    [
        (3, "expect(f()).to.equal(3)", "assert.equal(f(), 3)"),
        (True, "expect(f()).to.equal(true)", "assert.equal(f(), true)"),
        (None, "expect(f()).to.equal(null)", "assert.equal(f(), null)"),
        ({"$": "undefined"}, "expect(f()).to.equal(undefined)", "assert.equal(f(), undefined)"),
        ({"$": "number", "v": "NaN"}, "expect(f()).to.satisfy(Number.isNaN)", "assert.equal(f(), NaN)"),
        (OBJECT, "expect(f()).to.deep.equal({ cents: 5 })", "assert.deepEqual(f(), { cents: 5 })"),
        (INSTANCE, "expect(f()).to.deep.equal({ cents: 5 })", "assert.deepEqual({ ...f() }, { cents: 5 })"),
        (
            [INSTANCE],
            "expect(f()).to.deep.equal([{ cents: 5 }])",
            "assert.deepEqual(structuredClone(f()), [{ cents: 5 }])",
        ),
        (
            0.30000000000000004,
            "expect(f()).to.be.closeTo(0.3, 1e-9)",
            "assert.ok(Math.abs(f() - 0.3) < 1e-9)",
        ),
        (
            {"$": "error", "message": "no"},
            "expect(f()).to.have.property('message', 'no')",
            "assert.equal(f().message, 'no')",
        ),
    ],
)
def test_each_kind_of_value_has_its_words(tree, chai, node):
    assert Chai().value("f()", tree) == chai
    assert NodeAssert().value("f()", tree) == node


def test_errors_are_expected_with_their_message():
    assert Chai().throws("f(1)", "no", False) == ["expect(() => f(1)).to.throw('no')"]
    assert NodeAssert().throws("f(1)", "no", False) == ["assert.throws(() => f(1), { message: 'no' })"]
    assert NodeAssert().throws("f(1)", "no", True) == ["await assert.rejects(f(1), { message: 'no' })"]
    assert Chai().throws("f(1)", "no", True) == [
        "const error = await f(1).catch((reason) => reason)",
        "",
        "expect(error).to.have.property('message', 'no')",
    ]


def test_calls_are_remembered_by_hand_where_there_are_no_doubles():
    assert Matchers("vi").spy("seen", "", False) == ["const seen = vi.fn()"]
    assert NodeAssert().spy("seen", "7", False) == [
        "const seenCalls = []",
        "const seen = (...args) => {\n  seenCalls.push(args)\n  return 7\n}",
    ]
    assert NodeAssert().spy("seen", "", True)[0] == "const seenCalls: unknown[][] = []"
    assert NodeAssert().heard("seen", [], True) == ["assert.deepEqual(seenCalls, [])"]
    assert Chai().heard("seen", [[1, "a"]], True) == ["expect(seenCalls).to.deep.equal([[1, 'a']])"]
    assert NodeAssert().heard("seen", [[1]], False) == ["assert.equal(seenCalls.length, 1)"]


class View:
    def __init__(self, manifest):
        self._manifest = manifest

    def text(self, path):
        return self._manifest if path == "package.json" else None


def task(framework, manifest="{}", text="exports.f = 1", source="lib/f.js", suite="test/f.test.js"):
    return WritingTask(
        source=SourceFile(path=source, text=text, framework=framework),
        analysis=Analysis(language="javascript", symbols=()),
        framework=framework,
        suite_path=suite,
        options=Options(),
        runner=Runner(framework=framework, version="1", origin="project", found="", program=("node",)),
        view=View(manifest),
        probe=None,
        seed=1,
    )


def opening(work):
    style = Style(
        mock="vi",
        words=words_for(work),
        end="",
        is_module=is_loaded_as_module(work),
        has_jsx=False,
        is_typed=work.suite_path.endswith("ts"),
    )
    return imports(work, style)


@pytest.mark.parametrize(
    ("work", "lines"),
    [
        (task("mocha"), ["const assert = require('node:assert/strict')"]),
        (task("mocha", '{"devDependencies": {"chai": "^4"}}'), ["const { expect } = require('chai')"]),
        (task("mocha", '{"type": "module"}'), ["import assert from 'node:assert/strict'"]),
        (task("mocha", suite="test/f.test.ts", source="lib/f.ts"), ["import { strict as assert } from 'node:assert'"]),
        (
            task("node:test"),
            [
                "const assert = require('node:assert/strict')",
                "const { after, afterEach, beforeEach, describe, it } = require('node:test')",
            ],
        ),
        (
            task("node:test", suite="test/f.test.mjs"),
            [
                "import assert from 'node:assert/strict'",
                "import { after, afterEach, beforeEach, describe, it } from 'node:test'",
            ],
        ),
    ],
)
def test_a_suite_begins_in_the_module_system_that_loads_it(work, lines):
    assert opening(work) == lines


@pytest.mark.parametrize(
    ("work", "specifier"),
    [
        (task("mocha"), "../lib/f"),
        (task("mocha", '{"type": "module"}'), "../lib/f.js"),
        (task("node:test", suite="test/f.test.mjs"), "../lib/f.js"),
        (task("node:test", source="lib/f.cjs", suite="test/f.test.cjs"), "../lib/f.cjs"),
        (task("mocha", source="lib/f.ts", suite="test/f.test.ts"), "../lib/f"),
        (task("mocha", '{"type": "module"}', source="lib/f.ts", suite="test/f.test.ts"), "../lib/f.js"),
    ],
)
def test_the_unit_is_named_as_its_loader_wants_it(work, specifier):
    assert specifier_of(work) == specifier


def test_the_probe_speaks_the_module_system_of_the_suite():
    plan = {"react": False, "neighbours": []}

    assert "require('node:test')" in probe_text(task("node:test"), plan)
    assert "delete require.cache" in probe_text(task("mocha"), plan)
    assert "from 'node:test'" in probe_text(task("node:test", '{"type": "module"}'), plan)
    assert "import('../lib/f.js' + " in probe_text(task("mocha", '{"type": "module"}'), plan)
