"""A model's answer is read however it is wrapped, and in linear time."""

import contextlib
import json
import re
import time

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages import LANGUAGES
from testwright.writers.model.reading import Unreadable, fenced_blocks, read_answer

ADD = "def test_add():\n    assert add(1, 2) == 3"
SUB = "def test_sub():\n    assert sub(3, 2) == 1"


def split(suite: str) -> Draft:
    """Python's functions, as far as these tests need them taken apart."""
    try:
        compile(suite, "suite", "exec")
    except (SyntaxError, ValueError) as error:
        raise ValueError("it does not parse") from error
    parts = re.split(r"^(?=def test_)", suite, flags=re.MULTILINE)
    cases = [
        Case(name=re.match(r"def (\w+)", part)[1], code=part.rstrip()) for part in parts if part.startswith("def test_")
    ]
    return Draft(preamble=parts[0].strip() if not parts[0].startswith("def test_") else "", cases=tuple(cases))


def body(*codes: str, preamble: str = "from money import add, sub") -> str:
    tests = [{"name": f"t{n}", "code": code, "targets": ["add"], "scenario": "edge"} for n, code in enumerate(codes)]
    return json.dumps({"preamble": preamble, "tests": tests})


def names(draft: Draft) -> list[str]:
    return [case.name for case in draft.cases]


@pytest.mark.parametrize(
    "text",
    [
        body(ADD, SUB),
        f"```json\n{body(ADD, SUB)}\n```",
        f"Sure! Here it is:\n\n```\n{body(ADD, SUB)}\n```\nHope it helps.",
        f"Here you are: {body(ADD, SUB)} Enjoy!",
        f"\ufeff{body(ADD, SUB)}",
        json.dumps(json.loads(body(ADD, SUB))["tests"]),
        body(f"```python\n{ADD}\n```", f"```\n{SUB}\n```"),
        body(f"    {ADD}".replace("\n", "\n    "), SUB),
        body(f"{ADD}\n\n\n{SUB}"),
        f"```python\nfrom money import add\n\n\n{ADD}\n\n\n{SUB}\n```",
        f"First the wrong one:\n```js\nit('x')\n```\nthen:\n~~\n```python\n{ADD}\n\n{SUB}\n```",
        f"from money import add, sub\n\n\n{ADD}\n\n\n{SUB}\n",
        f"```python\nfrom money import add, sub\n\n\n{ADD}\n\n\n{SUB}\n",
    ],
    ids=[
        "json",
        "fenced-json",
        "prose-and-fence",
        "json-in-prose",
        "bom",
        "bare-list",
        "fences-in-code",
        "indented-code",
        "two-tests-in-one",
        "fenced-code",
        "two-fences",
        "bare-code",
        "fence-never-closed",
    ],
)
def test_every_usual_wrapping_is_taken_off(text):
    draft = read_answer(text, split)

    assert names(draft) == ["test_add", "test_sub"]
    assert draft.cases[0].code == ADD


def test_what_the_schema_says_of_a_test_is_kept():
    case = read_answer(body(ADD), split).cases[0]

    assert (case.name, case.targets, case.scenario) == ("test_add", ("add",), "edge")


def test_imports_that_came_with_a_test_move_into_the_preamble_once():
    draft = read_answer(body(f"import math\n\n{ADD}", f"import math\n\n{SUB}"), split)

    assert draft.preamble == "from money import add, sub\nimport math"
    assert draft.cases[0].code == ADD


def test_a_test_that_does_not_parse_is_handed_on_for_the_gates_to_name():
    draft = read_answer(body(ADD, "def test_bad(:"), split)

    assert names(draft) == ["test_add", "t1"]


def test_smart_quotes_are_made_straight():
    text = body('def test_add():\n    assert add("a") == "b"').replace('\\"', "'").replace('"', "”")

    assert names(read_answer(text, split)) == ["test_add"]
    assert names(read_answer("def test_q():\n    assert f(‘a’) == ‘b’\n", split)) == ["test_q"]


@pytest.mark.parametrize("cut", [1, 10, 40, 60])
def test_a_cut_off_answer_gives_its_complete_tests(cut):
    whole = body(ADD, SUB)

    draft = read_answer(whole[:-cut], split)

    assert names(draft)[0] == "test_add"
    assert draft.preamble == "from money import add, sub"


def test_a_cut_off_fence_gives_its_complete_tests():
    draft = read_answer(f"```json\n{body(ADD, SUB)[:-30]}", split)

    assert names(draft) == ["test_add"]


@pytest.mark.parametrize(
    "text", ["", "   ", "I cannot help with that.", "{}", '{"tests": []}', "[1, 2]", "null", "{" * 9]
)
def test_an_answer_without_a_test_says_so(text):
    with pytest.raises(Unreadable):
        read_answer(text, split)


@pytest.mark.parametrize(
    "text",
    [
        "`" * 100_000,
        "```\n" * 50_000,
        "\n" * 100_000,
        "[" * 100_000,
        '{"tests": [' * 20_000,
        '{"a":' * 50_000,
        '{"tests": [' + "{" * 100_000,
        '"tests"' * 50_000,
        "“" * 100_000,
        '{"preamble": "' + "\\" * 100_000,
        "x" * (5 << 20),
    ],
    ids=["ticks", "fences", "newlines", "brackets", "nested", "deep", "braces", "keys", "quotes", "slashes", "5MB"],
)
def test_hostile_answers_take_no_time(text):
    def refuse(suite: str) -> Draft:
        raise ValueError("no")

    began = time.perf_counter()
    with pytest.raises(Unreadable):
        read_answer(text, refuse)

    assert time.perf_counter() - began < 0.25  # a tenth of this when nothing else runs


def test_a_test_of_nothing_but_fences_is_none_and_no_parser_is_asked():
    def never(suite: str) -> Draft:
        raise AssertionError("asked")

    with pytest.raises(Unreadable):
        read_answer(json.dumps({"tests": [{"name": "a", "code": "```\n" * 25_000}]}), never)


def test_where_a_long_answer_was_cut_off_is_not_looked_for_again_and_again():
    looks = []

    def refuse(suite: str) -> Draft:
        looks.append(suite)
        raise ValueError("no")

    with pytest.raises(Unreadable):
        read_answer("def test_a():\n    assert f() == 1 # " + "x" * 1_000 + "\n\n" + "y = 1\n\n" * 20_000, refuse)

    assert len(looks) == 3


def test_fences_may_be_longer_and_hold_shorter_ones():
    assert fenced_blocks("````md\n```\nx\n```\n````\n") == ["```\nx\n```"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [("the  doc\nsays 3", "the doc says 3"), (None, ""), (3, ""), ({"why": "x"}, ""), ("x" * 999, "x" * 300)],
)
def test_a_doubt_about_the_code_is_read_as_words_only(told, kept):
    test = {"name": "test_a", "code": "def test_a():\n    assert f() == 1", "suspect": told}
    draft = read_answer(json.dumps({"preamble": "", "tests": [test]}), split)

    assert [case.suspect for case in draft.cases] == [kept]


SLIP = """{
  // here you are
  'preamble': 'from money import add, sub',
  "tests": [
    {"name": "test_add", "code": "def test_add():\\n    assert add(1, 2) == 3", "targets": None,},
    {"name": "test_sub", "code": \"\"\"def test_sub():
    assert sub(3, 2) == 1\"\"\",}
    ,
  ],
}"""
TWICE = body(ADD.replace("\n", "\\n"), SUB.replace("\n", "\\n"))


@pytest.mark.parametrize(
    "text",
    [
        SLIP,
        TWICE,
        body(f"Here is the test:\n```python\n{ADD}\n```\nIt adds.", SUB),
        json.dumps({"preamble": "from money import add", "tests": f"{ADD}\n\n\n{SUB}"}),
        json.dumps({"answer": json.loads(body(ADD, SUB))}),
        json.dumps([json.loads(body(ADD, SUB))]),
        json.dumps({"tests": {"test_add": ADD, "test_sub": SUB}}),
        json.dumps({"preamble": "", "tests": [{"name": "test_add", "test_code": ADD}, {"body": SUB}]}),
        json.dumps({"file": "test_money.py", "code": f"from money import add\n\n\n{ADD}\n\n\n{SUB}"}),
        f'<think>\nLet me see: {{"tests": []}}\n</think>\n{body(ADD, SUB)}',
        f"{body(ADD, SUB)}\n{body(ADD)}",
        body(ADD, SUB).replace(r"\n", "\n"),
        body('def test_add():\n    assert add("a") == 1', SUB).replace(r"\"", '"'),
        f"```python\nfrom money import add\n\n\n{ADD}\n\n\n{SUB}\n\n\ndef test_third():\n    assert add(",
        f"```python\n{ADD}\n```\n\nand\n\n```python\n{ADD}\n\n{SUB}\n```",
        f"\r\n```json\r\n{body(ADD, SUB)}\r\n```\r\n",
    ],
    ids=[
        "comments-commas-quotes-none",
        "escaped-twice",
        "markdown-in-code",
        "tests-as-a-suite",
        "wrapped-in-an-object",
        "wrapped-in-a-list",
        "tests-by-name",
        "other-keys",
        "a-file",
        "thought-aloud",
        "said-twice",
        "raw-line-breaks",
        "unescaped-quotes",
        "code-cut-off",
        "two-fences-the-fuller",
        "carriage-returns",
    ],
)
def test_slips_that_models_make_are_read_over(text):
    draft = read_answer(text, split)

    assert names(draft) == ["test_add", "test_sub"]


def test_a_body_that_came_without_its_function_gets_one():
    test = {"name": "test_add", "code": "assert add(1, 2) == 3", "targets": ["add"], "scenario": "happy"}
    script = {"name": "adds up", "code": "expect(add(1, 2)).toBe(3)", "targets": ["add"], "scenario": "happy"}

    python = read_answer(json.dumps({"preamble": "", "tests": [test]}), LANGUAGES["python"].split)
    typescript = read_answer(json.dumps({"preamble": "", "tests": [script]}), LANGUAGES["typescript"].split)

    assert python.cases[0].code == "def test_add():\n    assert add(1, 2) == 3"
    assert (typescript.cases[0].name, "expect(add(1, 2)).toBe(3)" in typescript.cases[0].code) == ("adds up", True)


def test_a_group_that_was_cut_off_gives_its_whole_tests():
    text = (
        "```ts\nimport { add } from './add'\n\ndescribe('add', () => {\n  it('adds', () => {\n"
        "    expect(add(1, 2)).toBe(3)\n  })\n\n  it('takes zero', () => {\n    expect(add(0, "
    )

    draft = read_answer(text, LANGUAGES["typescript"].split)

    assert [(case.group, case.name) for case in draft.cases] == [("add", "adds")]


def test_half_a_character_is_read_like_any_other():
    text = body("def test_add():\n    assert add('\ud83d') == '\ufffd'")

    assert names(read_answer(text, LANGUAGES["python"].split)) == ["test_add"]


def hostile(size: int) -> dict[str, str]:
    return {
        "ticks": "`" * size,
        "fences": "```\n" * (size // 4),
        "braces": '{"tests": [' + "{" * size,
        "tests": "def test_a():\n" * (size // 14),
        "groups": "describe('a', () => {\n\n" * (size // 24),
        "quotes": "it(" + "'" * size,
        "thoughts": "</think>" * (size // 8),
        "fences in a test": '{"tests": [{"name": "a", "code": "' + "```\\n" * (size // 5),
        "slips": '{"tests": [' + '{"code": "x\'",},' * (size // 16),
        "open": '{"tests": [{"code": "' + 'a" b ' * (size // 5),
        "blanks": '{"tests": [{"code": "a"' + " \n" * (size // 2),
    }


@pytest.mark.parametrize("language", ["python", "typescript"])
@pytest.mark.parametrize("name", hostile(10))
def test_a_hostile_answer_takes_time_by_its_length_only(name, language):
    def seconds(size: int) -> float:
        text = hostile(size)[name]
        best = 9.0
        for _ in range(2):
            began = time.perf_counter()
            with contextlib.suppress(Unreadable):
                read_answer(text, LANGUAGES[language].split)
            best = min(best, time.perf_counter() - began)
        return best

    half, whole = seconds(50_000), seconds(100_000)

    assert whole < 4 * half + 0.1


def test_a_hundred_thousand_back_ticks_take_less_than_a_tenth_of_a_second():
    began = time.perf_counter()
    with pytest.raises(Unreadable):
        read_answer("`" * 100_000, LANGUAGES["python"].split)

    assert time.perf_counter() - began < 0.1
