"""The model and the explorer together: who tells whom what, and what becomes of their tests."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.scripted_model import Files
from testwright.domain.drafts import Asked, Case, Draft, Writing
from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.mutants import Mutant
from testwright.domain.ports import Explored, Gaps, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import Fault, FileCoverage
from testwright.languages import LANGUAGES
from testwright.writers.both import BothWriters

SOURCE = "def add(a, b):\n    if a > 4711:\n        return 0\n    return a + b\n"


def case(name: str, call: str = "add(1, 2) == 3") -> Case:
    return Case(name=name, code=f"def {name}():\n    assert {call}", targets=("add",))


def writing(*cases: Case, preamble: str = "from shop import add", **more) -> Writing:
    return Writing(draft=Draft(preamble=preamble, cases=cases), **more)


class Told:
    """A writer that gives what it was told to give, and remembers what it was asked."""

    model = "fake-1"

    def __init__(self, draft, further=None) -> None:
        self.answer = draft
        self.further = further
        self.tasks: list[WritingTask] = []
        self.faults: list[Fault] = []

    async def draft(self, task):
        self.tasks.append(task)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def repair(self, task, draft, faults):
        self.faults += faults
        return self.further if faults else None

    async def strengthen(self, task, draft, gaps):
        self.tasks.append(task)
        return self.further


async def ran(text: str, reports: tuple[str, ...], *, seconds: float) -> Explored:
    coverage = FileCoverage(lines_covered=frozenset({1, 2, 4}), lines_missed=frozenset({3}))
    return Explored(reports={}, coverage=coverage)


@pytest.fixture
def task() -> WritingTask:
    source = SourceFile(path="shop.py", text=SOURCE, framework="pytest")
    return WritingTask(
        source=source,
        analysis=LANGUAGES["python"].analyse(source),
        framework="pytest",
        suite_path="test_shop.py",
        options=Options(),
        runner=Runner(framework="pytest", version="1", origin="managed", found="", program=("run",)),
        view=Files({"shop.py": SOURCE, "README.md": "A shop."}),
        probe=ran,
        seed=0,
    )


def both(model: Told, quick: Told, thorough: Told) -> BothWriters:
    return BothWriters(model, quick, thorough, LANGUAGES)


SEEN = case("test_returns_3", "add(1, 2) == 3")
THOUGHT = case("test_adds", "add(2, 2) == 4")
FAR = case("test_returns_0", "add(4712, 0) == 0")


async def test_what_was_seen_and_what_was_not_reached_is_told_to_the_model(task):
    model = Told(writing(THOUGHT))

    await both(model, Told(writing(SEEN)), Told(writing(SEEN))).draft(task)

    observed = model.tasks[0].observed
    assert observed is not None
    assert (observed.facts, observed.missed) == (("assert add(1, 2) == 3",), (3,))


async def test_of_each_method_something_is_told_before_more_is_told_of_one_and_as_it_was_laid_out(task):
    refusal = "def test_refuses():\n    with raises(ValueError):\n        basket.add(-1)"
    told = [
        Case(
            name=f"test_{number}",
            code=f"def test_{number}():\n    assert basket.size() == {number}",
            targets=("Basket",),
        )
        for number in range(5)
    ]
    model = Told(writing(THOUGHT))

    await both(model, Told(writing(*told, Case(name="b", code=refusal, targets=("Basket",)))), Told(writing())).draft(
        task
    )

    observed = model.tasks[0].observed
    assert observed is not None
    assert observed.facts == (
        "assert basket.size() == 0",
        "with raises(ValueError):\n    basket.add(-1)",
        "assert basket.size() == 1",
        "assert basket.size() == 2",
    )


async def test_what_was_seen_of_a_script_is_told_whole_and_tables_as_they_are(task):
    script = "it('adds', () => {\n  expect(add({\n    a: 1,\n  })).toEqual({\n    b: 2,\n  })\n})"
    table = '@pytest.mark.parametrize(\n    ("a", "b"),\n    [(1, 2)],\n)\ndef test_add(a, b):\n    assert add(a) == b'
    model = Told(writing(THOUGHT))
    seen = writing(Case(name="adds", code=script), Case(name="test_add", code=table), Case(name="empty", code=""))

    await both(model, Told(seen), Told(writing())).draft(task)

    observed = model.tasks[0].observed
    assert observed is not None
    assert set(observed.facts) == {"expect(add({\n  a: 1,\n})).toEqual({\n  b: 2,\n})", table}


async def test_the_explorer_looks_again_with_every_call_of_the_model(task):
    thorough = Told(writing(SEEN, FAR))

    await both(Told(writing(THOUGHT)), Told(writing(SEEN)), thorough).draft(task)

    view = thorough.tasks[0].view
    assert "add(2, 2) == 4" in (view.text(view.paths()[0]) or "")
    assert view.text("shop.py") == SOURCE


async def test_for_scripts_the_calls_stand_in_the_readme_before_its_own(task):
    text = "export const add = (a, b) => a + b\n"
    source = SourceFile(path="shop.js", text=text, framework="vitest")
    script = replace(task, source=source, analysis=LANGUAGES["javascript"].analyse(source), framework="vitest")
    thorough = Told(writing())
    modelled = writing(Case(name="adds", code="it('adds', () => {\n  expect(add(2, 2)).toBe(4)\n})"), preamble="")

    await both(Told(modelled), Told(PermanentError("nothing", code="nothing_to_test")), thorough).draft(script)

    shown = thorough.tasks[0].view.text("README.md") or ""
    assert shown.startswith("```js\n")
    assert "expect(add(2, 2)).toBe(4)" in shown
    assert shown.endswith("A shop.")


async def test_all_tests_go_to_court_the_models_first_each_with_its_writer(task):
    model = Told(writing(THOUGHT, asked=Asked(prompts="v1")))
    seen = writing(SEEN, FAR, preamble="import pytest\nfrom shop import add")

    found = await both(model, Told(writing(SEEN)), Told(seen)).draft(task)

    assert [(each.name, each.writer) for each in found.draft.cases] == [
        ("test_adds", "model"),
        ("test_returns_3", "explorer"),
        ("test_returns_0", "explorer"),
    ]
    assert found.draft.preamble == "from shop import add\nimport pytest"
    assert found.asked == Asked(prompts="v1")


async def test_a_file_the_explorer_sees_nothing_of_is_the_models_alone(task):
    nothing = PermanentError("nothing", code="nothing_to_test")

    found = await both(Told(writing(THOUGHT)), Told(nothing), Told(nothing)).draft(task)

    assert [each.name for each in found.draft.cases] == ["test_adds"]


@pytest.mark.parametrize("code", ["model_blocked", "model_empty", "budget_reached", "model_quota"])
async def test_a_file_the_model_cannot_write_for_is_the_explorers_alone_and_says_why(task, code):
    declined = PermanentError("No answer for shop.py.", code=code)

    found = await both(Told(declined), Told(writing(SEEN)), Told(writing(SEEN, FAR))).draft(task)

    assert [each.name for each in found.draft.cases] == ["test_returns_3", "test_returns_0"]
    assert {each.writer for each in found.draft.cases} == {"explorer"}
    assert found.asked == Asked(prompts="", problem="No answer for shop.py.", problem_code=code)


async def test_a_budget_that_is_reached_leaves_what_the_explorer_found_for_the_gaps(task):
    class Spent(Told):
        async def strengthen(self, task, draft, gaps):
            raise PermanentError("It is spent.", code="budget_reached")

    writer = both(Spent(writing()), Told(writing()), Told(writing(), writing(FAR)))

    found = await writer.strengthen(task, Draft(preamble="from shop import add", cases=(SEEN,)), Gaps(missed=(3,)))

    assert found is not None
    assert [each.writer for each in found.draft.cases] == ["explorer"]
    assert found.asked is not None
    assert found.asked.problem == "It is spent."


async def test_without_anything_of_the_explorers_a_reached_budget_fails_the_file(task):
    nothing = PermanentError("nothing", code="nothing_to_test")

    with pytest.raises(PermanentError, match=r"It is spent\."):
        await both(Told(PermanentError("It is spent.", code="budget_reached")), Told(nothing), Told(nothing)).draft(
            task
        )


@pytest.mark.parametrize(
    "error",
    [PermanentError("bad key", code="model_refused"), TransientError("slow down", code="model_overloaded")],
    ids=["refused", "overloaded"],
)
async def test_a_key_that_is_refused_and_a_passing_trouble_are_no_reason_to_go_on_without_the_model(task, error):
    with pytest.raises(type(error)):
        await both(Told(error), Told(writing(SEEN)), Told(writing(SEEN))).draft(task)


async def test_preambles_that_contradict_each_other_cost_the_explorers_tests_not_the_models(task):
    modelled = writing(THOUGHT, preamble="from shop import add\n\nLIMIT = 1")
    seen = writing(SEEN, preamble="from shop import add\n\nLIMIT = 2")

    found = await both(Told(modelled), Told(seen), Told(seen)).draft(task)

    assert [each.name for each in found.draft.cases] == ["test_adds"]


async def test_only_the_models_mistakes_go_back_to_it(task):
    model = Told(writing(), writing(THOUGHT))
    draft = Draft(preamble="", cases=(replace(SEEN, writer="explorer"), replace(THOUGHT, writer="model")))
    faults = [Fault(name=each.name, gate="passes", message="no") for each in draft.cases]

    found = await both(model, Told(writing()), Told(writing())).repair(task, draft, faults)

    assert [fault.name for fault in model.faults] == ["test_adds"]
    assert found is not None
    assert found.draft.cases[0].writer == "model"


async def test_a_repair_that_forgets_what_others_import_takes_nothing_from_them(task):
    model = Told(writing(), writing(THOUGHT, preamble="from shop import add"))
    draft = Draft(preamble="import math\nfrom shop import add", cases=(replace(THOUGHT, writer="model"),))

    found = await both(model, Told(writing()), Told(writing())).repair(
        task, draft, [Fault(name="test_adds", gate="passes", message="no")]
    )

    assert found is not None
    assert found.draft.preamble == "import math\nfrom shop import add"


async def test_a_repair_that_contradicts_what_others_import_is_let_go_but_told(task):
    repaired = writing(THOUGHT, preamble="from other import add", asked=Asked(prompts="v1"))
    draft = Draft(preamble="from shop import add", cases=(replace(THOUGHT, writer="model"),))

    found = await both(Told(writing(), repaired), Told(writing()), Told(writing())).repair(
        task, draft, [Fault(name="test_adds", gate="passes", message="no")]
    )

    assert found is not None
    assert (found.draft.cases, found.asked) == ((), Asked(prompts="v1"))


@pytest.mark.parametrize(
    ("modelled", "explored", "writers"),
    [
        (writing(THOUGHT), writing(FAR), ["model", "explorer"]),
        (writing(THOUGHT), None, ["model"]),
        (None, writing(FAR), ["explorer"]),
        (None, None, None),
    ],
    ids=["both", "model", "explorer", "neither"],
)
async def test_gaps_are_put_to_both(task, modelled, explored, writers):
    gaps = Gaps(
        unnoticed=(Mutant(number=1, operator="boundary", line=2, end_line=2, before="a > 4711", after="a >= 4711"),),
        missed=(3,),
    )
    writer = both(Told(writing(), modelled), Told(writing()), Told(writing(), explored))

    found = await writer.strengthen(task, Draft(preamble="from shop import add", cases=(SEEN,)), gaps)

    assert (found and [each.writer for each in found.draft.cases]) == writers


async def test_the_explorer_looks_for_what_is_open_while_the_model_is_asked(task):
    meeting = asyncio.Barrier(2)

    class Meeting(Told):
        async def strengthen(self, task, draft, gaps):
            async with asyncio.timeout(20):
                await meeting.wait()
            return await super().strengthen(task, draft, gaps)

    model, thorough = Meeting(None, writing(case("test_more"))), Meeting(None, writing(SEEN))
    written = await both(model, Told(None), thorough).strengthen(task, writing(SEEN).draft, Gaps(missed=(3,)))

    assert written is not None
    assert {made.writer for made in written.draft.cases} == {"model", "explorer"}
