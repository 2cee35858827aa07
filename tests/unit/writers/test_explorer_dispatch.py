from dataclasses import replace

import pytest

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft, Skipped, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.writers.explorer import Explorer

RUNNER = Runner(framework="pytest", version="9", origin="managed", found="", program=("python",))


class NoFiles:
    root = "nowhere"

    def paths(self):
        return []

    def text(self, path):
        return None

    def exists(self, path):
        return False


async def no_probe(text, reports, *, seconds):
    return Explored(reports={})


def task(language="python"):
    return WritingTask(
        source=SourceFile(path="shop/price.py", text="", framework="pytest"),
        analysis=Analysis(language=language, symbols=()),
        framework="pytest",
        suite_path="tests/test_price.py",
        options=Options(),
        runner=RUNNER,
        view=NoFiles(),
        probe=no_probe,
        seed=1,
    )


class Explores:
    def __init__(self, *cases):
        self.cases = cases

    async def explore(self, task, seconds):
        self.seconds = seconds
        return Writing(draft=Draft(preamble="", cases=self.cases))


async def test_the_language_of_the_file_decides_who_explores():
    case = Case(name="test_a", code="")
    explores = Explores(case)

    writing = await Explorer({"python": explores}, seconds=4).draft(task())

    assert writing.draft.cases == (replace(case, oracle="observed"),)
    assert explores.seconds == 4


async def test_a_file_without_observations_has_nothing_to_test():
    with pytest.raises(PermanentError, match=r"Nothing in price\.py could be observed") as caught:
        await Explorer({"python": Explores()}).draft(task())

    assert caught.value.code == "nothing_to_test"
    assert caught.value.hint


async def test_why_nothing_was_observed_is_said_where_it_is_known():
    class Skips:
        async def explore(self, task, seconds):
            skipped = (Skipped(symbol="spin", because="spin(3) does not come to an end"),)
            return Writing(draft=Draft(preamble="", cases=()), skipped=skipped)

    with pytest.raises(PermanentError, match=r"could be observed\. Skipped: spin: spin\(3\) does not come to an end"):
        await Explorer({"python": Skips()}).draft(task())


@pytest.mark.parametrize(
    ("language", "word"), [("python", "docstring"), ("javascript", "JSDoc"), ("typescript", "parameters' types")]
)
async def test_what_helps_is_said_in_the_language_of_the_file(language, word):
    with pytest.raises(PermanentError) as caught:
        await Explorer({language: Explores()}).draft(task(language))

    assert word in caught.value.hint
    assert ("docstring" in caught.value.hint) == (language == "python")


async def test_an_unknown_language_is_refused():
    with pytest.raises(PermanentError, match="cannot read cobol"):
        await Explorer({}).draft(task("cobol"))


async def test_there_is_nothing_to_repair():
    assert await Explorer({}).repair(task(), Draft(preamble="", cases=()), ()) is None
