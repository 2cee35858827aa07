"""Failing tests that are right: what they expect is documented, and the code does something else."""

import pytest

from testwright.domain.analysis import Analysis, Claim, Symbol, SymbolKind
from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

SLUG = Symbol(
    name="slug",
    kind=SymbolKind.FUNCTION,
    line=3,
    end_line=9,
    returns="str",
    doc="Blanks become dashes: a title such as Hello World becomes hello-world. At most 80 letters.",
)
PYTHON = Analysis(
    language="python",
    symbols=(SLUG,),
    claims=(Claim(symbol="slug", call='slug("A b")', expected="'a-b'", text="slug gives", line=5),),
)
JAVASCRIPT = Analysis(
    language="javascript",
    symbols=(Symbol(name="slug", kind=SymbolKind.FUNCTION, line=3, end_line=9, returns="string", doc=SLUG.doc),),
    claims=(Claim(symbol="slug", call="slug('A b')", expected="'a-b'", text="slug gives", line=5, path="README"),),
)


def python(body, message, suspect=""):
    case = Case(name="test_a", code=f"def test_a():\n    {body}", suspect=suspect)
    return Python().accused(case, Draft(preamble="from slugs import slug", cases=(case,)), message, PYTHON)


def javascript(body, message, suspect=""):
    case = Case(name="a", code=f"it('a', () => {{ {body} }})", suspect=suspect)
    return JavaScript().accused(case, Draft(preamble="", cases=(case,)), message, JAVASCRIPT)


@pytest.mark.parametrize(
    ("body", "message", "suspect", "kind", "observed"),
    [
        ("assert slug('A b') == 'a-b'", "assert 'A-b' == 'a-b'\n  where", "", "example", "'A-b'"),
        ("assert slug('A b') == 'a-b'", "IndexError: out of range", "", "example", "IndexError: out of range"),
        ("assert slug('A b') == 'a-b'", "re.error: bad group", "", "example", "re.error: bad group"),
        ("assert slug('A b') == 'a-b'", "TypeError: f() takes 1 ...", "", "example", "TypeError: f() takes 1 ..."),
        ("got = slug('A b')\n    assert got == 'a-b'", "AssertionError: assert 'A-b' == 'a-b'", "", "example", "'A-b'"),
        (
            "assert isinstance(slug('x'), str)",
            "assert False\n +  where False = isinstance(1, str)",
            "",
            "type",
            "assert False",
        ),
        ("assert slug('Hello World') == 'hello-world'", "assert 'x' == 'hello-world'", "the doc", "doc", "'x'"),
        ("assert len(slug('x')) == 3 and slug('y') == 80", "assert 81 == 80", "the doc", "doc", "81"),
    ],
)
def test_what_is_documented_accuses_the_code_in_python(body, message, suspect, kind, observed):
    found = python(body, message, suspect)

    assert (found.because.kind, found.observed, found.symbol) == (kind, observed, "slug")
    assert found.preamble == "from slugs import slug"


@pytest.mark.parametrize(
    ("body", "message", "suspect"),
    [
        pytest.param("assert slug('A b') == 'x-y'", "assert 'A-b' == 'x-y'", "", id="not what is documented"),
        pytest.param("assert slug('other') == 'a-b'", "assert 'A-b' == 'a-b'", "", id="another call"),
        pytest.param(
            "assert slug('A b') == 'a-b'",
            "TypeError: slug() takes 2 positional arguments but 1 was given",
            "",
            id="no comparison failed",
        ),
        pytest.param(
            "assert slug('A b') == 'a-b'\n    assert 1 == 2", "assert 1 == 2", "", id="another comparison failed"
        ),
        pytest.param(
            "assert slug(slug('A b')) == slug('A b') == 'a-b'", "IndexError: out", "", id="which of the calls"
        ),
        pytest.param("assert slug('A b') == 'a-b'", "NameError: slug", "", id="an error of the test's own"),
        pytest.param("assert slug('x') == 'a-b'", "IndexError: out of range", "the doc", id="an error elsewhere"),
        pytest.param("assert isinstance(slug('x'), int)", "assert False\n +  where False = isinstance(", "", id="type"),
        pytest.param("assert slug('Hello World') == 'hello-world'", "assert 'x' == 'hello-world'", "", id="no mark"),
        pytest.param("assert slug('Hi') == 'hi-there'", "assert 'x' == 'hi-there'", "I think so", id="a mark alone"),
        pytest.param("assert slug('x') == 1", "assert 0 == 1", "the doc", id="a value that may be chance"),
    ],
)
def test_what_nobody_wrote_down_accuses_nobody_in_python(body, message, suspect):
    assert python(body, message, suspect) is None


@pytest.mark.parametrize(
    ("body", "message", "suspect", "kind", "observed"),
    [
        ("expect(slug('A b')).toBe('a-b')", "RangeError: too long", "", "example", "RangeError: too long"),
        (
            "assert.equal(slug('A b'), 'a-b')",
            "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:\n\n'A-b' !== 'a-b'\n",
            "",
            "example",
            "'A-b'",
        ),
        (
            "expect(slug('A b')).to.equal('a-b')",
            "AssertionError: expected 'A-b' to equal 'a-b'\n    at f",
            "",
            "example",
            "'A-b'",
        ),
        (
            "expect(slug('A b')).toBe('a-b')",
            "AssertionError: expected 'A-b' to be 'a-b' // Object.is equality",
            "",
            "example",
            "'A-b'",
        ),
        (
            'expect(slug("A b")).toEqual("a-b")',
            'Error: expect(received).toEqual(expected)\n\nExpected: "a-b"\nReceived: "A-b"\n',
            "",
            "example",
            '"A-b"',
        ),
        (
            "expect(typeof slug('x')).toBe('string')",
            "AssertionError: expected 'number' to be 'string' // Object.is equality",
            "",
            "type",
            "'number'",
        ),
        (
            "expect(slug('Hello World')).toBe('hello-world')",
            "AssertionError: expected 'x' to be 'hello-world' // Object",
            "the doc",
            "doc",
            "'x'",
        ),
    ],
)
def test_what_is_documented_accuses_the_code_in_javascript(body, message, suspect, kind, observed):
    found = javascript(body, message, suspect)

    assert (found.because.kind, found.observed, found.symbol) == (kind, observed, "slug")


@pytest.mark.parametrize(
    ("body", "message", "suspect"),
    [
        pytest.param(
            "expect(slug('A b')).toBe('x-y')", "AssertionError: expected 'A-b' to be 'x-y'", "", id="other value"
        ),
        pytest.param("expect(slug('A b')).toBe('a-b')", "TypeError: slug is not a function", "", id="no comparison"),
        pytest.param("expect(slug('x')).toBe('a-b')", "RangeError: too long", "", id="an error elsewhere"),
        pytest.param(
            "assert.equal(slug('x'), 'a-b')", "AssertionError [ERR_ASSERTION]: Expected", "", id="another call"
        ),
        pytest.param(
            "expect(slug('A b')).to.not.equal('a-b')",
            "AssertionError: expected 'a-b' to not equal",
            "",
            id="chai's not",
        ),
        pytest.param(
            "assert.equal(slug('A b'), 'a-b'); assert.ok(0)",
            "AssertionError [ERR_ASSERTION]: Expected values: 0",
            "",
            id="another comparison failed",
        ),
        pytest.param("slug('x'); expect(slug('A b')).toBe('a-b')", "RangeError: too long", "", id="which of the calls"),
        pytest.param(
            "expect(slug('A b')).not.toBe('a-b')", "AssertionError: expected 'a-b' not to be 'a-b'", "", id="not"
        ),
        pytest.param(
            "expect(typeof slug('x')).toBe('number')", "AssertionError: expected 'x' to be 'number'", "", id="type"
        ),
        pytest.param(
            "expect(slug('Hi')).toBe('hi-there')", "AssertionError: expected 'x' to be 'hi-there'", "so", id="mark"
        ),
    ],
)
def test_what_nobody_wrote_down_accuses_nobody_in_javascript(body, message, suspect):
    assert javascript(body, message, suspect) is None


@pytest.mark.parametrize(
    ("preamble", "call"),
    [
        ("const ms = require('./index')", "ms('2h')"),
        ("import ms from '../index.js'", "ms('2h')"),
        ("import { index } from '../index.js'", "index('2h')"),
    ],
)
def test_a_default_export_is_known_by_whatever_name_a_test_gives_it(preamble, call):
    symbol = Symbol(name="index", kind=SymbolKind.FUNCTION, line=3, end_line=9, is_default_export=True)
    claim = Claim(symbol="index", call='index("2h")', expected="7200000", text="index gives", line=5, path="README")
    analysis = Analysis(language="javascript", symbols=(symbol,), claims=(claim,))
    case = Case(name="a", code=f"it('a', () => {{ expect({call}).toBe(7200000) }})")
    message = "AssertionError: expected 7200 to be 7200000"

    found = JavaScript().accused(case, Draft(preamble=preamble, cases=(case,)), message, analysis)

    assert found is not None
    assert (found.symbol, found.input, found.because.path) == ("index", call, "README")


def with_doc(name: str, doc: str) -> Analysis:
    symbol = Symbol(name="slug", kind=SymbolKind.FUNCTION, line=3, end_line=9, doc=doc)
    return Analysis(language=name, symbols=(symbol,))


def test_an_example_says_nothing_of_another_call_in_python():
    analysis = with_doc("python", "Makes a slug.\n\n>>> slug('Top Ten')\n'top-ten'\n\nslug('A bee') gives 'a-bee'.")
    for expected in ("top-ten", "a-bee"):
        case = Case(name="test_a", code=f"def test_a():\n    assert slug('x') == '{expected}'", suspect="the example")
        draft = Draft(preamble="from slugs import slug", cases=(case,))

        assert Python().accused(case, draft, f"assert 'x' == '{expected}'", analysis) is None


def test_an_example_says_nothing_of_another_call_in_javascript():
    analysis = with_doc(
        "javascript", "Makes a slug.\n@example\nslug('Top Ten')\n// => 'top-ten'\nslug('A bee') // 'a-bee'"
    )
    for expected in ("top-ten", "a-bee"):
        case = Case(name="a", code=f"it('a', () => {{ expect(slug('x')).toBe('{expected}') }})", suspect="the example")
        message = f"AssertionError: expected 'x' to be '{expected}'"

        assert JavaScript().accused(case, Draft(preamble="", cases=(case,)), message, analysis) is None
