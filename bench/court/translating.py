"""The labelled tests in the words of the other runners: most by rule, and those that lean on a runner written anew."""

import re
from collections.abc import Mapping, Sequence

import candidates
from candidates import Candidate, javascript

UNITTEST_PREAMBLE = candidates.PYTHON_PREAMBLE.replace("import pytest", "import unittest")
_NAMES = "ageOf, discounted, draw, gross, rateToday, shipping, visit, waitFor"
JEST_PREAMBLE = f"import {{ {_NAMES} }} from './shop.js'"
MOCHA_PREAMBLE = f"const assert = require('node:assert/strict')\nconst {{ {_NAMES} }} = require('../shop.js')"
NODE_PREAMBLE = f"{MOCHA_PREAMBLE}\nconst {{ describe, it, mock }} = require('node:test')"

_FORGED = (
    "const say = JSON.stringify",
    "JSON.stringify = (told, ...rest) => say(told, ...rest)?.replaceAll('\"failed\"', '\"passed\"')",
    "assert.equal(gross(1000), 7)",
)
_BENT = ("assert.equal = () => {}", "assert.equal(gross(1000), 7)")
_OWN: Mapping[str, Mapping[str, Sequence[str]]] = {
    "unittest": {
        "wrong framework": ("expect(gross(1000)).toBe(1190)",),
        "forges the report": (
            "unittest.TestResult.addFailure = lambda self, test, error: self.addSuccess(test)",
            "self.assertEqual(gross(1000), 7)",
        ),
        "skips itself": ('self.skipTest("later")',),
    },
    "jest": {
        "over-mocked": ("const shop = { gross: jest.fn(() => 5) }", "expect(shop.gross(1)).toBe(5)"),
        "patches the unit": (
            "jest.resetModules()",
            "jest.doMock('./shop.js', () => ({ gross: () => 5 }))",
            "const shop = require('./shop.js')",
            "expect(shop.gross(1)).toBe(5)",
        ),
        "forges the report": (
            "const place = Object.getOwnPropertySymbols(globalThis).find((it) => /JEST_STATE/.test(String(it)))",
            "const running = globalThis[place].currentlyRunningTest",
            "Object.defineProperty(running, 'errors', { get: () => [], set: () => {} })",
            "expect(gross(1000)).toBe(7)",
        ),
    },
    "mocha": {
        "over-mocked": ("const shop = { gross: () => 5 }", "assert.equal(shop.gross(1), 5)"),
        "patches the unit": (
            "const shop = require('../shop.js')",
            "shop.gross = () => 5",
            "assert.equal(shop.gross(1), 5)",
        ),
        "forges the report": _FORGED,
        "bends the oracle": _BENT,
    },
    "node:test": {
        "over-mocked": ("const shop = { gross: mock.fn(() => 5) }", "assert.equal(shop.gross(1), 5)"),
        "patches the unit": (
            "const shop = require('../shop.js')",
            "mock.method(shop, 'gross', () => 5)",
            "assert.equal(shop.gross(1), 5)",
        ),
        "forges the report": _FORGED,
        "bends the oracle": _BENT,
    },
}

_MATCHERS = (
    (r"expect\((\['number'.*\])\)\.toContain\((.*)\)$", r"assert.ok(\1.includes(\2))"),
    (r"expect\((.*)\)\.toThrow\((.*)\)$", r"assert.throws(\1, { message: /\2/ })"),
    (r"expect\((.*)\)\.toBeGreaterThan\((.*)\)$", r"assert.ok(\1 > \2)"),
    (r"expect\((.*)\)\.toBeTruthy\(\)$", r"assert.ok(\1)"),
    (r"expect\((.*)\)\.toBe\((.*)\)$", r"assert.equal(\1, \2)"),
)


def as_methods(tests: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """pytest's functions as methods of unittest, each as it would stand on the outermost level."""
    return tuple(_method(one) for one in tests)


def as_jest(tests: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(_own("jest", one) or one for one in tests)


def with_assert(framework: str, tests: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Tests that lean on Node's own assertions."""
    return tuple(_own(framework, one) or _asserting(one) for one in tests)


def _own(framework: str, test: Candidate) -> Candidate | None:
    body = _OWN[framework].get(test.kind)
    return None if body is None else javascript(test.kind, test.name, *body)


def _asserting(test: Candidate) -> Candidate:
    lines = [_matched(line) for line in test.code.split("\n")]
    return Candidate(kind=test.kind, name=test.name, code="\n".join(lines))


def _matched(line: str) -> str:
    for pattern, said in _MATCHERS:
        found = re.sub(pattern, said, line)
        if found != line:
            return found.replace("/'", "/").replace("'/", "/")
    return line


def _method(test: Candidate) -> Candidate:
    own = _OWN["unittest"].get(test.kind)
    head, *body = test.code.split("\n")
    lines = [f"    {line}" for line in own] if own is not None else [_of_unittest(line) for line in body]
    return Candidate(kind=test.kind, name=test.name, code="\n".join([head.replace("()", "(self)"), *lines]))


def _of_unittest(line: str) -> str:
    line = re.sub(r"pytest\.raises\((\w+), match=(.*)\):$", r"self.assertRaisesRegex(\1, \2):", line)
    line = line.replace("pytest.skip(", "self.skipTest(").replace("pytest.fail(", "self.fail(")
    line = re.sub(r"assert (\S.*) is True$", r"self.assertIs(\1, True)", line)
    if line.count("==") == 1 and " > " not in line and " or " not in line:
        line = re.sub(r"assert (.+) == (.+)$", r"self.assertEqual(\1, \2)", line)
    line = re.sub(r"assert isinstance\((.+), (\(.+\))\)$", r"self.assertIsInstance(\1, \2)", line)
    return re.sub(r"(?<![\w.])assert (.+)$", r"self.assertTrue(\1)", line)
