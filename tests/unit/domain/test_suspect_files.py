"""Possible bugs as files apart: green while the bug is there, and red once it is corrected."""

import subprocess
import sys

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.suspects import suspect_files
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

PYTHON = Draft(
    preamble="from unit import double", cases=(Case(name="test_a", code="def test_a():\n    assert double(2) == 4"),)
)
UNITTEST = Draft(
    preamble="import unittest\n\nfrom unit import double",
    cases=(Case(name="test_a", group="TestDouble", code="def test_a(self):\n    self.assertEqual(double(2), 4)"),),
)
NODE = Draft(
    preamble=(
        "const assert = require('node:assert/strict')\nconst { it } = require('node:test')\n"
        "const { double } = require('./unit.js')"
    ),
    cases=(Case(name="doubles", code="it('doubles', () => {\n  assert.equal(double(2), 4)\n})"),),
)


@pytest.mark.parametrize(
    ("suite", "path"),
    [
        ("tests/test_money.py", "tests/test_money_possible_bug_1.py"),
        ("money_test.py", "money_possible_bug_1_test.py"),
        ("src/money.test.ts", "src/money.possible-bug-1.test.ts"),
        ("src/__tests__/Money.spec.jsx", "src/__tests__/Money.possible-bug-1.spec.jsx"),
        ("test/money.js", "test/money.possible-bug-1.js"),
    ],
)
def test_a_file_apart_is_named_after_the_suite_so_that_its_runner_finds_it(suite, path):
    assert suspect_files(suite, [{"markedCode": "it"}]) == [(path, "it")]


@pytest.mark.parametrize(
    ("framework", "draft", "unit", "argv"),
    [
        ("pytest", PYTHON, "def double(n):\n    return n * {}\n", ["-m", "pytest", "-q", "-p", "no:cacheprovider"]),
        ("unittest", UNITTEST, "def double(n):\n    return n * {}\n", ["-m", "unittest"]),
        ("node:test", NODE, "exports.double = (n) => n * {}\n", ["--test"]),
    ],
)
def test_it_is_green_with_the_bug_and_red_once_it_is_corrected(tmp_path, framework, draft, unit, argv):
    is_node = framework == "node:test"
    language, program = (JavaScript(), "node") if is_node else (Python(), sys.executable)
    ending = ".js" if is_node else ".py"
    suite = tmp_path / ("unit.test.js" if is_node else "test_unit.py")
    suite.write_text(language.render(language.marked(draft, framework)))

    def ending_with(factor: int) -> int:
        (tmp_path / f"unit{ending}").write_text(unit.format(factor))
        done = subprocess.run(
            [program, *argv, suite.name],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        return done.returncode

    assert ending_with(3) == 0
    assert ending_with(2) == 1
