"""The questions as a model reads them, word for word: a change of wording is seen in review.

`python -m tests.unit.writers.test_model_prompts` writes them anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.scripted_model import Files, no_probe
from testwright.domain.drafts import Case, Draft
from testwright.domain.edges import Edge
from testwright.domain.mutants import Mutant
from testwright.domain.ports import Gaps, Observed, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile, TestType
from testwright.domain.styles import Sample, Style
from testwright.domain.verdicts import Fault
from testwright.languages import LANGUAGES
from testwright.writers.model.prompting import Prompter, asked_again, asked_for_the_rest, system_prompt

SNAPSHOTS = Path(__file__).parents[2] / "fixtures" / "prompts"
CART = """\
from shop.tax import rate_of

PASSWORD = "q8r7t6y5u4i3"


def total(cents: int) -> int:
    \"\"\"With the tax.\"\"\"
    if cents < 0:
        raise ValueError("negative")
    return cents + cents * rate_of(cents) // 100
"""
SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": CART,
    "shop/tax.py": "def rate_of(cents: int) -> int:\n    '''In percent.'''\n    return 7 if cents < 1000 else 19\n",
    "tests/test_tax.py": (
        "from shop.tax import rate_of\n\n\ndef test_little_is_taxed_less():\n    assert rate_of(1) == 7\n"
    ),
    "README.md": "```python\n>>> total(100)\n107\n```\n",
}
SUITE = Draft(
    preamble="from shop.cart import total",
    cases=(Case(name="test_total", code="def test_total():\n    assert total(100) == 108", targets=("total",)),),
)


ASKED = Options(instructions="Name the tests in plain English.")


def prompter(missed: tuple[int, ...] = (), observed: Observed | None = None, options: Options = ASKED) -> Prompter:
    source = SourceFile(path="shop/cart.py", text=CART, framework="pytest")
    task = WritingTask(
        source=source,
        analysis=LANGUAGES["python"].analyse(source),
        framework="pytest",
        suite_path="tests/test_cart.py",
        options=options,
        runner=Runner(
            framework="pytest",
            version="9.2.0",
            origin="managed",
            found="pytest 9.2.0, brought by Testwright",
            program=("pytest",),
            facts=(("python_version", "3.12.4"), ("coverage", "managed")),
        ),
        view=Files(SHOP),
        probe=no_probe,
        seed=0,
        sample=Sample(path="tests/test_tax.py", text=SHOP["tests/test_tax.py"], style=Style()),
        missed=missed,
        observed=observed,
    )
    return Prompter(task, LANGUAGES["python"])


def script_prompter(path: str, text: str) -> Prompter:
    """In a project that runs jest and says nothing of modules."""
    source = SourceFile(path=path, text=text, framework="jest")
    task = WritingTask(
        source=source,
        analysis=LANGUAGES["javascript"].analyse(source),
        framework="jest",
        suite_path="src/cart.test.js",
        options=Options(),
        runner=Runner(framework="jest", version="29.7.0", origin="project", found="jest 29.7.0", program=("jest",)),
        view=Files({path: text, "package.json": '{"devDependencies": {"jest": "^29"}}'}),
        probe=no_probe,
        seed=0,
    )
    return Prompter(task, LANGUAGES["javascript"])


REQUIRED = (
    "const tax = require('./tax')\n\nfunction total(cents) {\n  return cents + tax(cents)\n}\n\n"
    "module.exports = { total }\n"
)
IMPORTED = "import tax from './tax'\n\nexport function total(cents) {\n  return cents + tax(cents)\n}\n"
FAULT = Fault(name="test_total", gate="passes", message="assert 107 == 108\n +  where 107 = total(100)")
MUTANT = Mutant(number=1, operator="boundary", line=8, end_line=8, before="cents < 0", after="cents <= 0")
EDGE = Edge(number=1, symbol="total", name="cents is 0", check="equals", parameter="cents", value="0")
QUESTIONS: dict[str, Callable[[], str]] = {
    "system": system_prompt,
    "draft": lambda: prompter().draft(frozenset()).prompt,
    "draft-beside-own-tests": lambda: prompter(missed=(9,)).draft(frozenset()).prompt,
    "draft-with-observations": lambda: (
        prompter(observed=Observed(facts=("assert total(100) == 107",), missed=(9,))).draft(frozenset()).prompt
    ),
    "draft-for-jest-in-commonjs": lambda: script_prompter("src/cart.js", REQUIRED).draft(frozenset()).prompt,
    "draft-for-jest-in-modules": lambda: script_prompter("src/cart.js", IMPORTED).draft(frozenset()).prompt,
    "repair": lambda: prompter().repair(SUITE, [FAULT]).prompt,
    "strengthen": lambda: prompter().strengthen(SUITE, Gaps(unnoticed=(MUTANT,), missed=(9,), unmet=(EDGE,))).prompt,
    "again": lambda: asked_again("", "it held no test"),
    "continue": lambda: asked_for_the_rest("", ["test_total", "test_nothing"]),
}


def test_integration_tests_may_bring_a_server_of_their_own_which_replaces_nothing():
    options = Options(test_types=(TestType.UNIT, TestType.INTEGRATION))

    asked = prompter(options=options).draft(frozenset()).prompt

    assert "a server of http.server on 127.0.0.1, port 0, in a thread" in asked
    assert "But for what integration tests bring themselves: replace what is outside the project" in asked


def test_of_a_large_suite_the_models_tests_are_shown_first_each_whole_and_the_rest_is_counted():
    seen = tuple(
        Case(
            name=f"test_{number}",
            code=f"def test_{number}():\n    assert total({number}) == 0  # {'x' * 900}",
            targets=("total",),
            oracle="observed",
        )
        for number in range(20)
    )
    suite = Draft(preamble=SUITE.preamble, cases=(*seen, *SUITE.cases))

    asked = prompter().strengthen(suite, Gaps(missed=(9,))).prompt

    assert asked.index("def test_total()") < asked.index("def test_0()")
    assert asked.count("x" * 900) == 8
    assert "… 12 more tests" in asked


def test_a_long_message_is_cut_before_a_secret_and_not_inside_of_it():
    key = "AIza" + "B" * 35
    fault = Fault(name="test_total", gate="passes", message=f"{'x ' * 1_990}{key}")

    assert "AIza" not in prompter().repair(SUITE, [fault]).prompt


def test_an_error_that_nothing_provokes_is_told_with_its_line():
    edge = Edge(number=1, symbol="total", name='refuses: ValueError("neg…', check="refused", line=9)

    assert '- total: refuses: ValueError("neg… (line 9)\n' in prompter().strengthen(SUITE, Gaps(unmet=(edge,))).prompt


def test_what_comes_with_the_language_is_not_listed_among_the_packages():
    source = "import { join } from 'node:path'\nimport ms from 'ms'\nexport const total = (a) => ms(join(a))\n"

    assert "jest, and: ms.\n" in script_prompter("src/cart.js", source).draft(frozenset()).prompt


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_reads_as_it_did(name):
    assert QUESTIONS[name]() == (SNAPSHOTS / f"{name}.txt").read_text("utf-8")


if __name__ == "__main__":
    for name, question in QUESTIONS.items():
        (SNAPSHOTS / f"{name}.txt").write_text(question(), "utf-8")
