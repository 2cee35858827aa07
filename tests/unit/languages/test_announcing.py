"""Which assertions of a test have to be reached, and how they tell when they are."""

import ast

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript import JavaScript
from testwright.languages.javascript.grammar import error_line, parse
from testwright.languages.python import Python


def told(language, code, first=81, preamble=""):
    """The text that announces, and the assertions that are in it."""
    draft, edges = language.announced(Draft(preamble=preamble, cases=(Case(name="a", code=code),)), first)
    assert [edge.number for edge in edges] == list(range(first, first + len(edges)))
    assert {(edge.symbol, edge.check) for edge in edges} <= {("a", "asserted")}
    return draft.cases[0].code, [edge.name for edge in edges]


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("assert f(1) == 2", ["assert f(1) == 2"]),
        ("for x in []: assert x\nassert f(1), 'é'", ["assert x", "assert f(1), 'é'"]),
        ("def on(x):\n    assert x == 7\nf(on)", ["assert x == 7"]),
        ("f(lambda x: self.assertEqual(x, 7))", ["self.assertEqual(x, 7)"]),
        ("back.assert_called_once_with(3)", ["back.assert_called_once_with(3)"]),
        ("if sys.platform == 'win32':\n    assert f(1)\nelse:\n    assert f(2)", []),
        ("try:\n    f(1)\n    assert False, 'no error'\nexcept ValueError as e:\n    assert str(e)", []),
        ("with self.assertRaises(ValueError): f(1)", []),
        ("x = [y for y in f(1) if y]", []),
    ],
)  # fmt: skip
def test_in_python_those_that_no_condition_stands_before(body, reached):
    code = "def a(self):\n" + "".join(f"    {line}\n" for line in body.splitlines())

    text, found = told(Python(), code)

    assert found == reached
    ast.parse(text)
    assert text.count("\n") == code.count("\n")
    assert text.count("__testwright_mutant__(-") == len(reached)


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("expect(f(1)).toBe(2)", ["expect(f(1)).toBe(2)"]),
        ("[].forEach((x) => expect(x).toBe('é'))\nassert(f(1))", ["expect(x).toBe('é')", "assert(f(1))"]),
        ("on((x) => { assert.equal(x, 7) })", ["assert.equal(x, 7)"]),
        ("await expect(f(1)).resolves.toBe(2)", ["await expect(f(1)).resolves.toBe(2)"]),
        ("expect(f(1)).to.be.true", ["expect(f(1)).to.be.true"]),
        ("expect(() => expect(f())).toThrow()", ["expect(() => expect(f())).toThrow()", "expect(f())"]),
        ("t.assert.equal(f(1), 2); return expect(f(2)).toBe(1)", ["t.assert.equal(f(1), 2)", "expect(f(2)).toBe(1)"]),
        ("f(1).catch((e) => { expect(e.message).toBe('no') })", ["expect(e.message).toBe('no')"]),
        ("if (process.platform === 'win32') expect(f(1)).toBe(2); else expect(f(1)).toBe(3)", []),
        ("f(2) && expect(f(1)).toBe(2)", []),
        ("try { f(1); expect.unreachable() } catch (e) { expect(e).toBeDefined() }", []),
        ("expect.assertions(1); on('error', (e) => { assert.ifError(e) }); on('end', (e) => expect(e).toBeNull())", []),
        ("on('end', () => { expect(true).toBe(false); assert.fail('no') })", []),
    ],
)  # fmt: skip
def test_in_javascript_those_that_no_condition_stands_before_and_that_wait_for_no_error(body, reached):
    code = f"it('a', async (t) => {{\n{body}\n}})"

    text, found = told(JavaScript(), code)

    assert found == reached
    assert error_line(parse(text)) is None
    assert text.count("\n") == code.count("\n")
    assert text.count("__testwright_mutant__(-") == len(reached)


def test_in_javascript_those_too_that_are_imported_by_their_own_names():
    preamble = "import { equal, fail, throws as bursts } from 'node:assert'\nimport { expect as want } from 'vitest'"
    body = "equal(f(1), 2); bursts(() => f(2)); want(f(3)).toBe(4); f.equal(1)\non('end', () => { fail('no') })"

    _, found = told(JavaScript(), f"it('a', () => {{ {body} }})", preamble=preamble)

    assert found == ["equal(f(1), 2)", "bursts(() => f(2))", "want(f(3)).toBe(4)"]


def test_each_test_has_numbers_of_its_own():
    cases = tuple(Case(name=name, code=f"def {name}():\n    assert 1\n    assert 2") for name in ("a", "b"))

    draft, edges = Python().announced(Draft(preamble="", cases=cases), 81)

    assert [(edge.number, edge.symbol, edge.name) for edge in edges] == [
        (81, "a", "assert 1"),
        (82, "a", "assert 2"),
        (83, "b", "assert 1"),
        (84, "b", "assert 2"),
    ]
    assert draft.cases[1].code.index("(-83)") < draft.cases[1].code.index("(-84)")
