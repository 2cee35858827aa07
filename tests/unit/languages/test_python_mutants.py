import ast
import doctest
import itertools
import sys
import traceback
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.domain.mutants import SWITCH
from testwright.domain.sessions import SourceFile
from testwright.languages.python import Python

LIBRARY = Path(ast.__file__).parent
SEEN_WHOLE = """
argparse ast base64 bdb bisect calendar cmd code codecs collections/__init__ colorsys configparser contextlib copy csv
dataclasses datetime decimal difflib dis enum fnmatch fractions functools glob gzip hashlib heapq hmac html/parser
imaplib inspect ipaddress json/decoder json/encoder locale logging/__init__ mailbox mimetypes numbers operator optparse
os pathlib pickle pprint random re/_parser shlex smtplib statistics string tarfile textwrap tokenize traceback typing
unittest/case unittest/mock urllib/parse uuid weakref zipfile asyncio/base_events asyncio/tasks concurrent/futures/_base
"""


def source(text):
    return SourceFile(path="shop/price.py", text=text, framework="pytest")


def found(text):
    return [(mutant.operator, mutant.before, mutant.after) for mutant in Python().mutants(source(text))]


def switched(text):
    return Python().switched(source(text), Python().mutants(source(text)))


def run(text, at_work=0):
    """The names that the switched text defines, with one mutant at work; an endless one ends in an error."""
    asked = itertools.count()

    def switch(number):
        if next(asked) > 5000:
            raise TimeoutError
        return number == at_work

    names = {SWITCH: switch}
    exec(compile(switched(text), "price.py", "exec"), names)
    return names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = a + b", ("arithmetic", "a + b", "a - b")),
        ("x = a ** b", ("arithmetic", "a ** b", "a * b")),
        ("x = a | b ^ c", ("arithmetic", "a | b ^ c", "a & (b ^ c)")),
        ("x = a << b", ("arithmetic", "a << b", "a >> b")),
        ("x = -a", ("arithmetic", "-a", "a")),
        ("def f(x):\n    x += y", ("arithmetic", "x += y", "x -= y")),
        ("def f(x):\n    x //= y", ("arithmetic", "x //= y", "x /= y")),
        ("x = a < b", ("boundary", "a < b", "a <= b")),
        ("x = a >= b", ("boundary", "a >= b", "a > b")),
        ("x = a < b", ("comparison", "a < b", "a >= b")),
        ("x = a < b == c", ("comparison", "a < b == c", "a < b != c")),
        ("x = a is not b", ("comparison", "a is not b", "a is b")),
        ("x = a not  in b", ("comparison", "a not in b", "a in b")),
        ("if a:\n    pass", ("condition", "if a", "if not a")),
        ("if a and b:\n    pass", ("condition", "if a and b", "if not (a and b)")),
        ("while a:\n    pass", ("condition", "while a", "while False")),
        ("x = [y for y in z if y]", ("condition", "if y", "if not y")),
        ("x = a if b else c", ("condition", "if b", "if not b")),
        ("assert a", ("condition", "assert a", "assert not a")),
        ("x = not a", ("condition", "not a", "a")),
        ("x = a and b and c", ("boolean", "a and b and c", "a or b or c")),
        ("x = 5", ("constant", "5", "6")),
        ("x = 5", ("constant", "5", "4")),
        ("x = -1", ("constant", "-1", "0")),
        ("x = True", ("constant", "True", "False")),
        ("@dataclass(frozen=True)\nclass A: ...", ("constant", "True", "False")),
        ("@tried(3)\ndef f(): ...", ("constant", "3", "2")),
        ("x = 'abc'", ("string", "'abc'", '""')),
        ("x = ''", ("string", "''", '"testwright"')),
        ("x = f'{a}b'", ("string", "f'{a}b'", '""')),
        ("def f():\n    return a", ("return", "return a", "return None")),
        ("def f() -> bool:\n    return a", ("return", "return a", "return not (a)")),
        ("def f() -> str:\n    return a", ("return", "return a", 'return ""')),
        ("def f():\n    return [a, b]", ("return", "return [a, b]", "return []")),
        ("a(b)", ("statement", "a(b)", "(removed)")),
        ("async def f():\n    await a(b)", ("statement", "await a(b)", "(removed)")),
        ("a.b = c", ("statement", "a.b = c", "(removed)")),
        ("a[b] = c", ("statement", "a[b] = c", "(removed)")),
        ("a += b", ("statement", "a += b", "(removed)")),
        ("raise E(a)", ("statement", "raise E(a)", "(not raised)")),
        ("def f():\n    raise NotImplementedError", ("statement", "raise NotImplementedError", "(not raised)")),
        ("try:\n    a\nexcept E as e:\n    b", ("handler", "except E", "(not caught)")),
        ("try:\n    a\nexcept:\n    b", ("handler", "except", "(not caught)")),
    ],
)
def test_each_kind_of_slip_is_tried(text, expected):
    assert expected in found(text)


@pytest.mark.parametrize(
    "text",
    [
        '"""About."""\ndef f(a: "A" = None) -> "B":\n    """Doc."""\n    x: "int"',
        "__all__ = ['a']\n__version__ = '1.2'",
        "if __name__ == '__main__':\n    main(1)",
        "if TYPE_CHECKING:\n    import a\n    b(1)",
        "if sys.version_info >= (3, 12):\n    pass",
        "@decorated('1', maxsize=1)\n@plain\ndef f(): ...\nclass A(B[1], key='x'): ...",
        "T = TypeVar('T', bound='A')",
        "logger.info('started %s', 1 + x)",
        "self_logger.debug('x')",
        "def f():\n    return None",
        "def f() -> None:\n    return g",
        "try:\n    import a\nexcept ImportError:\n    a = None",
        "try:\n    a\nexcept E:\n    raise",
        "x = None",
        "match x:\n    case 1: pass\n    case 'a': pass",
        "x: Literal['a', 'b'] = y",
        "x = Literal['a', 'b']",
        "do(1)  # pragma: no cover",
        "class A(NamedTuple):\n    a: int\n    b: 'str'",
        "global_name: TypeAlias = 'A'",
    ],
)
def test_what_cannot_matter_is_left_alone(text):
    assert found(text) == []


def test_an_operation_that_changes_nothing_is_not_swapped():
    assert {kind for kind, _, _ in found("x = y * 1\nz = y + 0")} == {"constant"}


def test_text_that_is_joined_is_not_subtracted():
    assert {kind for kind, _, _ in found("x = 'a' + b + c\ny = '%s' % b\nz = [a] + b")} == {"string"}


def test_a_step_over_a_boundary_is_not_tried_twice():
    assert ("constant", "5", "6") not in found("x = a < 5")
    assert ("constant", "5", "4") in found("x = a < 5")
    assert ("constant", "5", "4") not in found("x = a > 5")


def test_the_words_of_an_exception_are_no_behaviour():
    assert found("raise ValueError('a' % 1)") == [
        ("statement", "raise ValueError('a' % 1)", "(not raised)"),
        ("constant", "1", "2"),
        ("constant", "1", "0"),
    ]


def test_numbers_follow_the_text_and_are_the_same_each_time():
    text = "def f(a, b=1):\n    if a < b:\n        return a + b\n    return 'x' * a\n"
    first = Python().mutants(source(text))

    assert [mutant.number for mutant in first] == list(range(1, len(first) + 1))
    assert [mutant.line for mutant in first] == sorted(mutant.line for mutant in first)
    assert first == Python().mutants(source(text))


def test_of_two_alike_in_one_line_each_says_at_which_character_it_begins():
    rates = Python().mutants(source("none = 1\nRATES = {'ß': 0.2, 'GB': 0.2}\n"))

    assert [(one.line, one.column) for one in rates if one.before == "0.2"] == [(2, 15), (2, 26)]


def test_what_is_shown_is_short_and_on_one_line():
    text = f"x = [\n    {'aaaaaaaaaaaaaaaa(), ' * 20}\n    b\n    <  # why\n    c + {'d' * 100}]"
    for mutant in Python().mutants(source(text)):
        assert len(mutant.before) <= 80
        assert len(mutant.after) <= 80
        assert "\n" not in mutant.before + mutant.after
        assert mutant.before != mutant.after


PRICE = """
def price(amount, kind="plain", *, many=False):
    total = amount
    total += 1
    bill = Bill()
    bill.total = total
    bill.rows["a"] = 1
    bill.rows["a"] *= 3
    bill.total -= 2
    if kind == "gold" and not many or \\
            amount > 10:
        total = (total
                 * 2)
    for x in range(3):
        while x < 2: x += 1; total += x
    try:
        if total < 5:
            raise ValueError("small")
    except (ValueError, KeyError) as error:
        total = -total
    check(bill)
    return total, bill.total, bill.rows, [y for y in range(4) if y % 2], seen


class Bill:
    limit = 3
    def __init__(self):
        self.rows = {}


seen = []
def check(bill):
    seen.append(bill.total)
"""


def test_asleep_nothing_is_different_and_each_awake_does_something_else():
    """Nearly all are noticed by a few calls; an error is a difference too."""

    def told(names):
        try:
            calls = [
                (2,),
                (2, "gold"),
                (10,),
                (11,),
                (11, "gold"),
                (
                    -9,
                    "gold",
                ),
            ]
            return [names["price"](*call) for call in calls] + [
                names["price"](9, "gold", many=True),
                names["Bill"].limit,
            ]
        except Exception as error:
            return type(error)

    original: dict = {}
    exec(PRICE, original)
    expected = told(original)
    mutants = Python().mutants(source(PRICE))
    same = [(m.before, m.after) for m in mutants if told(run(PRICE, m.number)) == expected]

    assert told(run(PRICE)) == expected
    assert len(mutants) > 50
    assert len(same) < len(mutants) / 8, same


def test_a_handler_that_does_not_catch_lets_the_error_by():
    text = "def f():\n    try:\n        return {}[1]\n    except:\n        return 7\n"
    (handler,) = [mutant for mutant in Python().mutants(source(text)) if mutant.operator == "handler"]

    assert run(text)["f"]() == 7
    with pytest.raises(KeyError):
        run(text, handler.number)["f"]()


def test_an_error_is_still_raised_on_its_own_line():
    text = (
        "x = [\n  1,\n  2]\n"
        "def f(a):\n    b = (a +\n         1)\n"
        "    if (b >\n        2):\n        return 1 / (b -\n              b)\n"
    )
    with pytest.raises(ZeroDivisionError) as raised:
        run(text)["f"](5)

    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 9


@pytest.mark.parametrize(
    "text",
    [
        "x = 'é' + a; y = 'ü' if 'ö' in b else 'ß'\n",
        "\ufeffx = 1\ny = a < b\n",
        "x = 1\r\nif x < 2:\r\n    y = '''a\r\nb'''\r\n",
        "def f(a):\n\tx = yield a + 1\n\tif (n := a) > 2: return n, *a\n\treturn (yield)\n",
        "async def f():\n    async with a(1) as b:\n        return [await c async for c in d if await e(c)]\n",
        "x = lambda a=1, *b: a < 1 or (yield)\n",
        "f(x := 1 + 2, *a, **{'b': not c})\n",
        "x = a[1:2, ::-1, ...]; del a[0]\n",
        "x = sum(i for i in a if i)\n",
        "x = f'{a!r:>{1 + 2}}' 'b'\n",
        "x = 1if a else 2\nassert(x)\n",
        "class A:\n    b = 1\n    c = [b for b in range(3) if b]\n    b += 1\n    d = lambda self: self.b\n",
        "if a: b.c = 1; d.e = 2\nb.c = 1; d.e = 2\n",
        "try:\n    a()\nexcept* E:\n    b()\n",
        "x = (a\n     # why\n     <  # or +\n     b)\n",
        "x = a \\\n    and b \\\n    and c\n",
        "x = " + " + ".join(f"a{i}" for i in range(200)) + "\n",
        "x = " + "(" * 90 + "1 + 2" + ")" * 90 + "\n",
        "if a: pass\n" + "".join(f"elif a == {i}: pass\n" for i in range(400)),
        "self.__x += 1\nx[f()][1:2] += 1\n",
        "with a(1) as b[0]: pass\nfor c[1] in d: pass\n",
        "print('a'\n      'b', end='')\n",
    ],
)
def test_strange_code_is_switched_without_moving_a_line(text):
    result = switched(text)

    ast.parse(result.removeprefix("\ufeff"))
    assert result.count("\n") == text.count("\n")
    assert Python().mutants(source(text))
    assert SWITCH in result


@pytest.mark.parametrize(
    "text", ["x = (", "x = '\udcff'", "\0", "x = " + "(" * 5000 + ")" * 5000, "x = " + "-" * 100_000 + "1"]
)
def test_what_python_cannot_read_has_no_mutants_and_stays_as_it_is(text):
    assert Python().mutants(source(text)) == ()
    assert Python().switched(source(text), ()) == text


def test_only_the_chosen_mutants_are_built_in():
    text = "x = a < b\n"
    boundary = Python().mutants(source(text))[0]

    assert Python().switched(source(text), [boundary]) == f"x = ((a <= b) if {SWITCH}(1) else (a < b))\n"


@pytest.mark.parametrize("module", SEEN_WHOLE.split())
def test_real_modules_compile_with_all_their_mutants_and_every_definition_in_its_place(module):
    text = (LIBRARY / f"{module}.py").read_text(encoding="utf-8")
    result = switched(text)
    places = [
        {(type(node), node.lineno) for node in ast.walk(ast.parse(each)) if isinstance(node, ast.stmt)}
        for each in (text, result)
    ]

    compile(result, module, "exec")
    assert result.count("\n") == text.count("\n")
    assert len(result) < 8 * len(text)
    assert {line for _, line in places[0]} == {line for _, line in places[1]}


@pytest.mark.parametrize("module", ["difflib", "heapq", "statistics", "textwrap", "fractions", "ipaddress", "decimal"])
def test_real_modules_keep_the_promises_of_their_examples(module):
    text = (LIBRARY / f"{'_pydecimal' if module == 'decimal' else module}.py").read_text(encoding="utf-8")
    original, copy = ModuleType(module), ModuleType(module)
    results = []
    for place, body in ((original, text), (copy, switched(text))):
        place.__dict__.update({SWITCH: (0).__eq__, "__file__": "x.py"})
        kept = sys.modules.get(module)
        sys.modules[module] = place
        try:
            exec(compile(body, "x.py", "exec"), place.__dict__)
            results.append(doctest.testmod(place, report=False, verbose=False))
        finally:
            sys.modules.pop(module)
            if kept is not None:
                sys.modules[module] = kept

    assert results[0] == results[1]


numbers = st.integers(0, 9).map(str)
names = st.sampled_from(["a", "b", "f(a)", "[a, 1][0]", "'é'"])
expressions = st.recursive(
    numbers | names,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "<", "==", "and", "or", "is not", "|", "&", "**"]), inner).map(
            lambda parts: "({} {}\n {})".format(*parts)
        ),
        inner.map(lambda part: f"(not {part})"),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
        inner.map(lambda part: f"[x for x in [{part}] if x]"),
        inner.map(lambda part: f"(lambda x={part}: x)()"),
    ),
    max_leaves=8,
)


@given(expressions)
def test_any_expression_means_the_same_asleep(expression):
    text = f"def told(a, b, f):\n    return {expression}\n"

    def told(names):
        try:
            return repr(names["told"](3, 4, abs))
        except (TypeError, OverflowError, ValueError, MemoryError) as error:
            return type(error)

    original: dict = {}
    if "**" in expression and expression.count("**") > 1:
        return
    exec(text, original)
    assert told(run(text)) == told(original)
