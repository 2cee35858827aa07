"""A model's answer is read however it is wrapped, and in linear time."""

import json
import re
import time

import pytest

from testwright.domain.drafts import Case, Draft
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
