"""Examples in documentation: what counts as a promise, and what is only told."""

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python


def python(text, readme=None):
    source = SourceFile(path="slugs.py", text=text, framework="pytest")
    return told(Python(), source, readme)


def javascript(text, readme=None):
    source = SourceFile(path="slugs.js", text=text, framework="vitest")
    return told(JavaScript(), source, readme)


def told(language, source, readme):
    claims = language.claims(source, language.analyse(source), readme)
    return [(claim.symbol, claim.call, claim.expected, claim.line) for claim in claims]


def test_doctests_are_promises_with_what_was_set_up_before_them():
    text = 'def f(x):\n    """\n    >>> y = 2\n    >>> f(y)\n    4\n    """\n'
    text += 'class A:\n    def b(self):\n        """\n        >>> A().b()\n        1\n        """\n'
    source = SourceFile(path="f.py", text=text, framework="pytest")
    claims = Python().claims(source, Python().analyse(source), None)

    assert [(claim.symbol, claim.setup, claim.expected) for claim in claims] == [
        ("f", ("y = 2",), "4"),
        ("A.b", (), "1"),
    ]


@pytest.mark.parametrize(
    "line",
    ['f(1) -> "a"', 'f(1) => "a"', 'f(1) == "a"', 'f(1) → "a"', 'f(1)  # "a"', '`f(1)` returns "a".', 'f(1)  # -> "a"'],
)  # fmt: skip
def test_calls_with_their_result_are_promises(line):
    assert python(f'def f(x):\n    """Told.\n\n    {line}\n    """\n') == [("f", "f(1)", '"a"', 4)]


@pytest.mark.parametrize(
    "doc",
    [
        "f(x) -> 1", "f(1) -> Thing(1)", "f(1) raises 3", "f(1)", ">>> f(1)\n    <Thing>", ">>> f(1)\n    [1, ...]",
        ">>> f(1) # doctest: +SKIP\n    2", "f(1) -> 1\n    f(1) -> 2", ">>> print(f(1))\n    1",
        r">>> f('\\t')" + "\n    1",
    ],
)  # fmt: skip
def test_what_is_no_plain_value_is_no_promise(doc):
    assert python(f'def f(x):\n    """\n    {doc}\n    """\n') == []


@pytest.mark.parametrize(
    "line",
    [">>> f(1) # returns 'a#b'", ">>> f(1)  # -> 'a#b'", ">>> f(1) # returns: 'a#b' (once)", "f(1)  # gives 'a#b'"],
)
def test_a_comment_behind_a_call_may_hold_its_result(line):
    assert python(f'def f(x):\n    """\n    {line}\n    """\n') == [("f", "f(1)", "'a#b'", 3)]


def test_true_and_false_may_be_written_as_in_prose():
    doc = ">>> f(1) # returns true\n    >>> f(2) # returns false"

    assert [expected for _, _, expected, _ in python(f'def f(x):\n    """\n    {doc}\n    """\n')] == ["True", "False"]


def test_a_docstring_of_one_line_is_heard_too():
    assert python('def f(x):\n    """f(1) -> 2"""\n') == [("f", "f(1)", "2", 2)]


def test_code_is_no_documentation():
    assert python("def f(x):\n    return x if x else f(1) == 2\n") == []


def test_the_readme_speaks_too():
    readme = "# f\n\n```python\n>>> f(2)\n4\n```\n\n```\nf(3)  # 5\n```\n"

    assert python("def f(x):\n    return x\n", readme) == [("f", "f(2)", "4", 4), ("f", "f(3)", "5", 9)]


@pytest.mark.parametrize(
    "line",
    [
        "f(1) // 'a'",
        "f(1); // => 'a'",
        "f(1) === 'a'",
        "f(1) → 'a'",
        "`f(1)` returns 'a'.",
        "f(1)\n * // => 'a'",
        "f(1) // returns: 'a'",
        "f(1);\n * // output: 'a'",
        "console.log(f(1)) // returns 'a'",
    ],
)
def test_comments_of_javascript_promise_too(line):
    assert javascript(f"/**\n * {line}\n */\nexport function f(x) {{ return x }}\n") == [("f", "f(1)", "'a'", 2)]


@pytest.mark.parametrize(
    "line", ["f(x) // 1", "f(1) // throws", "f(1) // [1, ...]", "const y = f(1) // 2", "g.f(1) // 2"]
)
def test_what_javascript_only_mentions_is_no_promise(line):
    assert javascript(f"/**\n * {line}\n */\nexport function f(x) {{ return x }}\n") == []


def test_a_readme_of_javascript_is_heard_where_nothing_was_set_up():
    readme = "```js\nf(1) // 2\n```\n```js\nlet x = 3\nf(2) // 3\n```\n"

    assert javascript("export function f(x) { return x }\n", readme) == [("f", "f(1)", "2", 2)]


def test_a_readme_may_take_the_module_first_and_call_it_as_it_likes():
    text = "/** Times. */\nmodule.exports = function (text) { return text }\nmodule.exports.unit = (text) => text\n"
    readme = (
        "# times - of day\n\n```js\nconst t = require('times')\n\nt(2 * 30) // 'an hour'\nt.unit('1h') // 'h'\n```\n"
    )

    assert [(call, expected) for _, call, expected, _ in javascript(text, readme)] == [
        ("slugs(2 * 30)", "'an hour'"),
        ("unit('1h')", "'h'"),
    ]


def test_what_a_readme_takes_from_elsewhere_is_not_ours():
    readme = "# paths\n\n```js\nconst path = require('path')\n\npath.join('a', 'b') // 'a-b'\n```\n"

    assert javascript("export function join(a, b) { return a + b }\n", readme) == []


def test_a_possible_bug_is_marked_as_each_runner_says_it():
    draft = Draft(preamble="from a import b", cases=(Case(name="test_a", code="def test_a():\n    assert b()"),))
    script = Draft(preamble="", cases=(Case(name="a", code="it('a', () => {})"),))

    text = Python().render(Python().marked(draft, "pytest"))
    assert text.startswith("import pytest\n\nfrom a import b\n\n\n@pytest.mark.xfail(strict=True, reason=")
    assert Python().marked(draft, "unittest").cases[0].code.startswith("@unittest.expectedFailure\ndef")
    assert JavaScript().marked(script, "vitest").cases[0].code == "it.fails('a', () => {})"
    assert JavaScript().marked(script, "jest").cases[0].code == "it.failing('a', () => {})"
    for framework in ("mocha", "node:test"):  # neither has a mark that goes red
        apart = JavaScript().marked(script, framework)
        assert apart.preamble == "import assert from 'node:assert/strict'\n"
        assert apart.cases[0].code == "it('a', () => assert.rejects(async () => {}))"
