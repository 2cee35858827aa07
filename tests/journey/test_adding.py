"""Tests that joined a project's suite, run by the project's own command."""

import shutil
import subprocess
import sys

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.insertions import holds_all_of
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

PYTHON_SUITE = """\
import unittest\r
from shop import parse  # the reader\r
\r
\r
class ParseTest(unittest.TestCase):\r
\tdef test_one(self):\r
\t\tself.assertEqual(parse("1"), 1)\r
\r
\r
if __name__ == "__main__":\r
\tunittest.main()\r
"""
SCRIPT_SUITE = """\
const test = require("node:test");
const assert = require("assert");
const { parse } = require("../shop"); // the reader

test("one", function () {
    assert.equal(parse("1"), 1);
});
"""


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_methods_join_a_class_and_its_own_command_runs_them(tmp_path):
    code = 'def test_empty(self):\n    with self.assertRaisesRegex(EmptyError, "no text"):\n        parse("")'
    case = Case(name="test_empty", code=code, group="TestShop", targets=("parse",))
    draft = Draft(preamble="import unittest\n\nfrom shop import EmptyError, parse", cases=(case,))
    language = Python()

    new = language.added(language.styled(draft, language.style_of(PYTHON_SUITE)), PYTHON_SUITE)
    (tmp_path / "shop.py").write_text(
        "class EmptyError(ValueError): pass\n\ndef parse(text):\n    if not text: raise EmptyError('no text')\n"
        "    return int(text)\n"
    )
    (tmp_path / "test_shop.py").write_bytes(new.encode())
    ended = run(sys.executable, "-m", "unittest", "-v", "test_shop", cwd=tmp_path)

    assert holds_all_of(new.encode(), PYTHON_SUITE.encode())
    assert "Ran 2 tests" in ended.stderr, ended.stderr
    assert "test_shop.ParseTest.test_empty" in ended.stderr
    assert ended.returncode == 0


def test_tests_join_a_flat_suite_and_its_own_command_runs_them(tmp_path):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    code = "it('rejects an empty text', () => {\n  assert.throws(() => parse(''), { message: 'no text' })\n})"
    loose = "it('reads zero', () => {\n  assert.equal(read('0'), 0)\n})"
    draft = Draft(
        preamble=(
            "const assert = require('node:assert/strict')\nconst { describe, it } = require('node:test')\n"
            "const { parse, read } = require('../shop')"
        ),
        cases=(
            Case(name="rejects an empty text", code=code, group="parse"),
            Case(name="reads zero", code=loose, group="read"),
        ),
    )
    language = JavaScript()

    new = language.added(language.styled(draft, language.style_of(SCRIPT_SUITE)), SCRIPT_SUITE)
    (tmp_path / "test").mkdir()
    (tmp_path / "shop.js").write_text(
        "exports.read = Number\nexports.parse = (text) => {\n  if (!text) throw new Error('no text')\n"
        "  return Number(text)\n}\n"
    )
    (tmp_path / "test" / "shop.test.js").write_text(new)
    ended = run("node", "--test", "test/shop.test.js", cwd=tmp_path)

    assert holds_all_of(new.encode(), SCRIPT_SUITE.encode())
    assert 'test("parse rejects an empty text", function () {\n    assert.throws(' in new
    assert 'assert.strictEqual(read("0"), 0);' in new
    assert "pass 3" in ended.stdout, ended.stdout
    assert ended.returncode == 0
