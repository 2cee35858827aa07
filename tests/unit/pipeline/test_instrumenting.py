"""Where every run would give the source its counters anew, that is done once and laid beside it."""

from dataclasses import dataclass

import pytest

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed
from testwright.pipeline.preparing import prepare
from testwright.pipeline.tools import Job


@dataclass
class Counting:
    """Answers with `made`."""

    made: str | None
    frameworks: frozenset[str] = frozenset({"pytest"})
    path: str = ".counted"

    def command(self, source_path, runner, workspace):
        return Command(argv=("count", source_path), workspace=workspace)

    def read(self, completed):
        return self.made


@dataclass
class Counts:
    asked: int = 0
    is_there: bool = True
    tier: str = "isolated"

    async def run(self, command):
        self.asked += 1
        if not self.is_there:
            raise SandboxUnavailable("No sandbox works here.", hint="")
        return Completed(exit_status=0, reason="exit", log="")


@pytest.fixture
def prepared(world, suite):
    async def prepare_with(instrumenter, sandbox, **texts):
        it = world(suite(a="pass"))
        it.workspace.texts |= texts
        it.instrumenters = (instrumenter,)
        it.sandbox = sandbox
        await prepare(Job(assignment=it.assignment, desk=it.desk, tools=it.tools))
        return it.workspace.texts.get(".counted")

    return prepare_with


async def test_the_text_with_counters_lies_where_the_runs_look_for_it(prepared):
    assert await prepared(Counting("x++"), Counts()) == "x++"


async def test_a_framework_that_does_so_itself_is_left_to_it(prepared):
    sandbox = Counts()

    assert await prepared(Counting("x++", frameworks=frozenset({"mocha"})), sandbox) is None
    assert sandbox.asked == 0


@pytest.mark.parametrize("sandbox", [Counts(), Counts(is_there=False)])
async def test_where_none_could_be_made_one_that_the_project_brings_is_not_taken_for_ours(prepared, sandbox):
    assert await prepared(Counting(None), sandbox, **{".counted": "the project's"}) is None
