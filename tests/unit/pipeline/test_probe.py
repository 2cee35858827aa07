"""A probe runs beside the suite to be and leaves nothing behind."""

from datetime import timedelta
from itertools import islice

import pytest

from testwright.domain.projects import Completed, Runner
from testwright.pipeline.probe import SandboxProbe, probe_paths


@pytest.mark.parametrize(
    ("suite", "first", "second"),
    [
        ("tests/test_money.py", "tests/test_money_probe.py", "tests/test_money_probe2.py"),
        ("tests/money_test.py", "tests/money_probe_test.py", "tests/money_probe2_test.py"),
        ("src/Button.test.tsx", "src/Button-probe.test.tsx", "src/Button-probe2.test.tsx"),
        ("src/__tests__/money.js", "src/__tests__/money-probe.js", "src/__tests__/money-probe2.js"),
        ("money.spec.ts", "money-probe.spec.ts", "money-probe2.spec.ts"),
    ],
)
def test_a_probe_has_a_name_that_the_runner_takes_for_a_test(suite, first, second):
    assert list(islice(probe_paths(suite), 2)) == [first, second]


@pytest.fixture
def probe_in(world):
    def make(sandbox):
        it = world()
        runner = Runner(framework="pytest", version="9", origin="managed", found="", program=("pytest",))
        return it, SandboxProbe(
            source_path="src/money.py",
            suite_path="tests/test_money.py",
            framework=it.framework,
            runner=runner,
            sandbox=sandbox or it.sandbox,
            workspace=it.workspace,
        )

    return make


class Answering:
    tier = "isolated"

    def __init__(self, completed: Completed | Exception) -> None:
        self.completed = completed

    async def run(self, command):
        if isinstance(self.completed, Exception):
            raise self.completed
        return self.completed


async def test_a_probe_hands_back_what_it_was_asked_to_write_and_coverage(probe_in):
    reports = {"report": b'[["a", "passed", ""]]', "facts.json": b"{}", "other": b"x"}
    it, probe = probe_in(Answering(Completed(exit_status=0, reason="exit", log="", reports=reports)))

    explored = await probe("text", ("facts.json",), seconds=5)

    assert explored.reports == {"facts.json": b"{}"}
    assert explored.problem is None
    assert explored.coverage.lines_covered == {1, 2}
    assert sorted(it.workspace.texts) == ["src/money.py"]


async def test_a_probe_that_ran_out_of_time_still_hands_back_what_it_wrote(probe_in):
    ended = Completed(exit_status=None, reason="timeout", log="timeout:too long", reports={"facts.json": b"{}"})
    _, probe = probe_in(Answering(ended))

    explored = await probe("text", ("facts.json",), seconds=5)

    assert explored.reports == {"facts.json": b"{}"}
    assert explored.problem.code == "timeout"


async def test_a_probe_leaves_nothing_behind_when_the_sandbox_fails(probe_in):
    it, probe = probe_in(Answering(RuntimeError("broken")))

    with pytest.raises(RuntimeError):
        await probe("text", (), seconds=5)

    assert sorted(it.workspace.texts) == ["src/money.py"]


async def test_a_probe_is_given_its_seconds_and_time_to_start(probe_in):
    it, probe = probe_in(None)
    orders = []
    it.framework.command = lambda order, runner, root: orders.append(order)

    with pytest.raises(AttributeError):
        await probe("text", (), seconds=5)

    assert orders[0].limits.wall == timedelta(seconds=35)
