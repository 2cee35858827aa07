"""Plain mistakes that are put right by rule, and what must not be touched."""

import pytest

from testwright.domain.analysis import Analysis, Claim, Symbol, SymbolKind
from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python


def symbol(name, *, doc=None, is_async=False):
    kind = SymbolKind.METHOD if "." in name else SymbolKind.FUNCTION
    return Symbol(name=name, kind=kind, line=1, end_line=2, doc=doc, is_async=is_async)


SYMBOLS = (
    symbol("add", doc="Raises ValueError. @throws {Error}"),
    symbol("parse_price"),
    symbol("parsePrice"),
    symbol("later", is_async=True),
    symbol("Cart"),
    symbol("Cart.total"),
)
CLAIMS = (
    Claim(symbol="add", call="add(1, 2)", expected="3", text="", line=7),
    Claim(symbol="add", call="add(5, 5)", expected="11", text="", line=8),
)
SOURCE = "raise ValueError(f'price must be positive, got {x}') throw new Error('price must be positive, got ' + x)"
ANALYSIS = Analysis(language="any", symbols=SYMBOLS, claims=CLAIMS)


def python(body, message, preamble="from shop import add"):
    case = Case(name="test_a", code=body if body.startswith(("def", "async")) else f"def test_a():\n    {body}")
    draft = Draft(preamble=preamble, cases=(case,))
    source = SourceFile(path="shop.py", text=SOURCE, framework="pytest")
    return Python().mended(case, draft, message, source, ANALYSIS)


def javascript(
    body, message, preamble="import { expect, it } from 'vitest'\nimport { add } from './shop.js'", runner="vitest"
):
    case = Case(name="a", code=f"it('a', () => {{\n  {body}\n}})")
    source = SourceFile(path="src/shop.js", text=SOURCE, framework=runner)
    return JavaScript().mended(case, Draft(preamble=preamble, cases=(case,)), message, source, ANALYSIS)


@pytest.mark.parametrize(
    ("body", "message", "line"),
    [
        ("assert json.dumps(add(1, 1))", "NameError: name 'json' is not defined", "import json"),
        ("with pytest.raises(ValueError): add(0)", "NameError: name 'pytest' is not defined", "import pytest"),
        (
            "f = MagicMock()\n    assert add(f)",
            "NameError: name 'MagicMock' is not defined",
            "from unittest.mock import MagicMock",
        ),
        (
            "assert add(datetime(2024, 1, 1))",
            "NameError: name 'datetime' is not defined",
            "from datetime import datetime",
        ),
        ("assert add(datetime.date.min)", "NameError: name 'datetime' is not defined", "import datetime"),
        ("assert parse_price('1')", "NameError: name 'parse_price' is not defined", "from shop import parse_price"),
    ],
)
def test_a_missing_import_of_python_is_added(body, message, line):
    found = python(body, message)

    assert line in found.preamble.splitlines()
    assert "from shop import add" in found.preamble.splitlines()
    assert found.what == found.case.mended
    assert found.what.startswith("imported ")


@pytest.mark.parametrize(
    ("body", "message", "now"),
    [
        ("assert parse_prise('1')", "NameError: name 'parse_prise' is not defined", "assert parse_price('1')"),
        (
            "assert shop.parse_prices('1')",
            "AttributeError: module 'shop' has no attribute 'parse_prices'",
            "assert shop.parse_price('1')",
        ),
        ("assert Cart().totel()", "AttributeError: 'Cart' object has no attribute 'totel'", "assert Cart().total()"),
        (
            "assert later(1) == 1",
            "assert <coroutine object later at 0x7f> == 1\n +  where",
            "assert asyncio.run(later(1)) == 1",
        ),
        (
            "assert later(1)[0] == 1",
            "TypeError: 'coroutine' object is not subscriptable",
            "assert asyncio.run(later(1))[0] == 1",
        ),
        (
            "assert add(0.1, 0.2) == 0.3",
            "assert 0.30000000000000004 == 0.3\n +  where",
            "assert add(0.1, 0.2) == pytest.approx(0.3)",
        ),
        (
            "assert add(1) == [0.3, 1]",
            "assert [0.30000000000000004, 1] == [0.3, 1]\n  \n  At index 0 diff: 0.30000000000000004 != 0.3\n",
            "assert add(1) == pytest.approx([0.3, 1])",
        ),
        ("assert add(1, 2) == 4", "assert 3 == 4\n +  where 3 = add(1, 2)", "assert add(1, 2) == 3"),
    ],
)
def test_a_plain_mistake_of_python_is_put_right(body, message, now):
    assert python(body, message).case.code == f"def test_a():\n    {now}"


def test_an_async_test_that_nothing_runs_runs_itself():
    body = "async def test_a(tmp_path):\n    value = await later(1)\n\n    assert value == 1"
    found = python(body, "async def functions are not natively supported.\nYou need")

    assert found.case.code == (
        "def test_a(tmp_path):\n    async def scenario():\n        value = await later(1)\n\n"
        "        assert value == 1\n\n    asyncio.run(scenario())"
    )
    assert "import asyncio" in found.preamble


WRONG_WORDS = """AssertionError: Regex pattern did not match.
  Expected regex: 'negative'
  Actual message: 'price must be positive, got 3'
E     Actual message: 'price must be positive, got 3'"""


def test_the_errors_own_words_are_expected_where_the_documentation_names_the_error():
    body = 'with pytest.raises({}, match="negative"):\n        add(3)'

    found = python(body.format("ValueError"), WRONG_WORDS)
    assert 'match="price must be positive, got 3"' in found.case.code
    assert python(body.format("KeyError"), WRONG_WORDS) is None
    assert python(body.format("ValueError"), WRONG_WORDS.replace("price must be positive", "invalid literal")) is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("assert add(2, 2) == 5", "assert 4 == 5\n +  where 4 = add(2, 2)", id="no documentation"),
        pytest.param("assert add(5, 5) == 11", "assert 10 == 11\n +  where 10 = add(5, 5)", id="the code is wrong"),
        pytest.param("assert add(1, 2) == 4", "assert 5 == 4\n +  where 5 = add(1, 2)", id="neither is documented"),
        pytest.param("assert add(1.0) == 1.5", "assert 1.4 == 1.5\n +  where", id="no noise but another value"),
        pytest.param("assert quux(1)", "NameError: name 'quux' is not defined", id="a name like no other"),
        pytest.param("assert add(1)", "NameError: name 'json' is not defined", id="a name of the unit's own"),
        pytest.param("assert add(1)", "KeyError: 'x'", id="another error"),
        pytest.param("x = later(1)", "AssertionError: coroutine", id="no coroutine was compared"),
    ],
)
def test_what_leaves_doubt_in_python_is_left_to_the_writer(body, message):
    assert python(body, message) is None


@pytest.mark.parametrize(
    ("body", "message", "now"),
    [
        (
            "expect(parsePrise('1')).toBe(1)",
            "ReferenceError: parsePrise is not defined",
            "expect(parsePrice('1')).toBe(1)",
        ),
        ("const f = jest.fn()", "ReferenceError: jest is not defined", "const f = vi.fn()"),
        (
            "expect(later(3)).toBe(3)",
            "AssertionError: expected Promise{…} to be 3 // Object.is equality",
            "expect(await later(3)).toBe(3)",
        ),
        (
            "expect(add(0.1, 0.2)).toBe(0.3)",
            "AssertionError: expected 0.30000000000000004 to be 0.3 // Object.is equality",
            "expect(add(0.1, 0.2)).toBeCloseTo(0.3, 10)",
        ),
        (
            "expect(add(0.1, 0.2)).toEqual(0.3)",
            "Error: expect(received).toEqual(expected)\n\nExpected: 0.3\nReceived: 0.30000000000000004\n",
            "expect(add(0.1, 0.2)).toBeCloseTo(0.3, 10)",
        ),
        (
            "expect(add()).toBe({ a: 1 })",
            "AssertionError: expected { a: 1 } to be { a: 1 }\nReceived: serializes to the same string",
            "expect(add()).toEqual({ a: 1 })",
        ),
        (
            "expect(() => add(3)).toThrow('negative')",
            "AssertionError: expected [Function] to throw error including 'negative' "
            "but got 'price must be positive, got 3'",
            "expect(() => add(3)).toThrow('price must be positive, got 3')",
        ),
        (
            "expect(add(1, 2)).toBe(4)",
            "AssertionError: expected 3 to be 4 // Object.is equality",
            "expect(add(1, 2)).toBe(3)",
        ),
        (
            "expect(add(1,2)).toBe(4)",
            "Error: expect(received).toBe(expected)\n\nExpected: 4\nReceived: 3\n",
            "expect(add(1,2)).toBe(3)",
        ),
    ],
)
def test_a_plain_mistake_of_javascript_is_put_right(body, message, now):
    arrow = "async () =>" if "await" in now else "() =>"

    assert javascript(body, message).case.code == f"it('a', {arrow} {{\n  {now}\n}})"


def test_a_missing_import_of_javascript_is_added_to_the_import_that_is_there():
    unit = javascript("expect(parsePrice('1')).toBe(1)", "ReferenceError: parsePrice is not defined")
    runner = javascript("vi.useFakeTimers()", "ReferenceError: vi is not defined")
    jest = javascript(
        "expect(parsePrice(1)).toBe(1)",
        "ReferenceError: parsePrice is not defined",
        preamble="const { add } = require('./shop')",
        runner="jest",
    )
    mock = javascript("vi.fn()", "ReferenceError: vi is not defined", preamble="", runner="jest")

    assert "import { add, parsePrice } from './shop.js'" in unit.preamble
    assert "import { expect, it, vi } from 'vitest'" in runner.preamble
    assert jest.preamble == "const { add, parsePrice } = require('./shop')"
    assert "jest.fn()" in mock.case.code


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("expect(add(2, 2)).toBe(5)", "AssertionError: expected 4 to be 5 // Object.is", id="undocumented"),
        pytest.param(
            "expect(add(5, 5)).toBe(11)", "AssertionError: expected 10 to be 11 // Object.is", id="code wrong"
        ),
        pytest.param("expect(add(1, 2)).toBe(4)", "AssertionError: expected 5 to be 4 // Object.is", id="neither"),
        pytest.param(
            "expect(add()).toBe({ a: 2 })", "AssertionError: expected { a: 1 } to be { a: 2 }", id="not equal"
        ),
        pytest.param("expect(add(1)).toBe(1.5)", "AssertionError: expected 1.4 to be 1.5 // Object.is", id="no noise"),
        pytest.param("expect(quux(1)).toBe(1)", "ReferenceError: quux is not defined", id="like no other"),
        pytest.param("expect(add(1)).toBe(1)", "ReferenceError: document is not defined", id="the unit's own"),
        pytest.param(
            "expect(() => add(3)).toThrow('x')", "expected to throw 'x' but got 'other words'", id="not its words"
        ),
    ],
)
def test_what_leaves_doubt_in_javascript_is_left_to_the_writer(body, message):
    assert javascript(body, message) is None


def test_a_name_that_a_type_checker_misses_is_imported_as_one_that_the_run_misses():
    mypy = python("assert add(json)", 'mypy 2.4.1: Name "json" is not defined [name-defined]\n  in: assert add(json)')
    tsc = javascript("expect(parsePrice('1')).toBe(1)", "tsc 5.9.3: Cannot find name 'parsePrice'. [TS2304]\n  in: x")

    assert mypy.preamble.startswith("import json\n")
    assert "import { add, parsePrice } from './shop.js'" in tsc.preamble


@pytest.mark.parametrize(
    ("body", "names", "put_right"),
    [
        ("expect(add((value) => value * 2)).toBe(1)", "value", "(value: number) => value * 2"),
        ("expect(add(each => each)).toBe(1)", "each", "add((each: unknown) => each)"),
        ("expect(add((a, b) => a === b)).toBe(1)", "ab", "(a: unknown, b: unknown) => a === b"),
        ("expect(add((a: string, b) => a)).toBe(1)", "b", "(a: string, b: unknown) => a"),
    ],
)
def test_a_function_whose_parameters_nothing_gives_a_type_says_it_itself(body, names, put_right):
    names = [names] if len(names) > 2 else list(names)
    said = "\n".join(f"Parameter '{name}' implicitly has an 'any' type. [TS7006]\n  in: {body}" for name in names)

    mended = javascript(body, f"tsc 5.9.3: {said}")

    assert put_right in mended.case.code


MINDED = (
    "tsc 5.9.3: Argument of type 'string' is not assignable. [TS2345]\n"
    "  in: expect(() => add('1')).toThrow('no number')\n"
    "Where the wrong type is the point of the test, "
)


def test_a_wrong_type_on_purpose_is_marked_as_the_projects_own_tests_mark_it():
    body = "expect(() => add('1')).toThrow('no number')"

    theirs = javascript(body, f"{MINDED}say so as this project's tests do with `@ts-expect-error`.")
    unseen = javascript(body, f"{MINDED}say so with `@ts-expect-error` and the reason.")

    assert theirs.case.code.split("\n")[1:3] == ["  // @ts-expect-error: of a wrong type on purpose", f"  {body}"]
    assert unseen is None


@pytest.mark.parametrize(
    ("said", "preamble", "left", "what"),
    [
        (
            "ImportError: cannot import name 'Section' from 'shop.common' (/ws/shop/common.py)",
            "from shop import add\nfrom shop.common import Item, Section",
            "from shop import add\nfrom shop.common import Item",
            "left out Section, which is not there",
        ),
        (
            "ImportError: cannot import name 'Cart' from 'shop.common' (/ws/shop/common.py)",
            "from shop import add\nfrom shop.common import Cart",
            "from shop import Cart\nfrom shop import add",
            "took Cart from shop",
        ),
        (
            "ModuleNotFoundError: No module named 'shop.fixtures'",
            "from shop import add\nfrom shop.fixtures import (\n    a,\n    b,\n)\n\nLIMIT = 3",
            "from shop import add\n\nLIMIT = 3",
            "left out shop.fixtures, which is not there",
        ),
    ],
)
def test_an_invented_import_costs_only_the_tests_that_need_it(said, preamble, left, what):
    found = python("assert add(1, 2) == 3", f"test_shop.py could not be loaded: {said}", preamble)

    assert found is not None
    assert found.what == what
    assert found.preamble.replace("\n\n", "\n") == left.replace("\n\n", "\n")


def test_what_the_code_itself_lacks_is_no_mistake_of_the_tests():
    assert python("assert add(1, 2) == 3", "ModuleNotFoundError: No module named 'requests'") is None
