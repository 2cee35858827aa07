"""Tests that pass with the random numbers of our runs, or once, and would fail otherwise: run for real, each alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testwright.domain.projects import Completed, Runner, RunOrder
from testwright.domain.verdicts import AGAIN, BY_CHANCE, RunReport
from testwright.frameworks import python_runs
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest

UNIT = """
import functools, os, random, secrets, tempfile, time, uuid

seen = []

def shuffle(text):
    letters = list(text)
    random.shuffle(letters)
    return "".join(letters)

def token(count):
    return "".join(secrets.choice("ab") for _ in range(count))

def identifier():
    return str(uuid.uuid4())

@functools.lru_cache(maxsize=None)
def drawn_once():
    return [random.randrange(20) for _ in range(1)][0]

def note(text):
    path = os.path.join(os.environ["TMPDIR"], "note.txt")
    with open(path, "a") as file:
        file.write(text)
    with open(path) as file:
        return file.read()

def own(count):
    chance = random.Random()
    return [chance.randrange(2) for _ in range(count)]
"""
BODIES = {
    "test_lucky_shuffle": "assert shuffle('llo') == LUCKY",
    "test_lucky_system": "token(1); assert random.getstate() == FIRST",
    "test_lucky_generator": "own(1); assert random.getstate() == FIRST",
    "test_lucky_kept": "assert drawn_once() != ODD",
    "test_lucky_shared": "assert drawn_once() != ODD",
    "test_same_letters": "assert sorted(shuffle('llo')) == list('llo')",
    "test_own_seed": "random.seed(7); first = shuffle('abcdefgh'); random.seed(7); assert shuffle('abcdefgh') == first",
    "test_leaves": "token(1); seen.append(1); assert seen",
    "test_minds": "token(1); assert seen == []",  # in company, where several are asked at once
    "test_shape": "assert len(identifier()) == 36",
    "test_no_chance": "assert len('llo') == 3",
    "test_once": "time.sleep(0.3); assert note('a') == 'a'",
    "test_again": "assert tempfile.mkdtemp() and tempfile.mkstemp()[1]",  # beside the one before it
    "test_wrong": "assert shuffle('llo') == 'x'",
}
LUCKY = {"test_lucky_shuffle", "test_lucky_system", "test_lucky_generator", "test_lucky_kept", "test_lucky_shared"}


def suite(framework: str) -> str:
    head = "import random\nfrom unit import *\n"
    # With the seed of an ordinary run: what comes out, and for what is drawn elsewhere, where the numbers stand.
    luck = "random.seed(0)\nFIRST = random.getstate()\nLUCKY = shuffle('llo')\n"
    # What one of the other seeds draws first that is not the first of its child.
    luck += "ODD = random.Random(1005).randrange(20)\n"
    tests = [f"def {name}({{}}):\n    {body}\n" for name, body in BODIES.items()]
    if framework == "pytest":
        return head + luck + "\n".join(test.format("") for test in tests)
    inner = "".join(f"    {line}\n" for test in tests for line in test.format("self").splitlines())
    return f"{head}import unittest\n{luck}\nclass TestUnit(unittest.TestCase):\n{inner}"


@pytest.mark.parametrize("framework", [Pytest(), Unittest()], ids=lambda each: each.name)
def test_a_case_that_passed_is_asked_with_other_random_numbers_where_it_drew_any(tmp_path, framework):
    (tmp_path / "unit.py").write_text(UNIT)
    (tmp_path / "test_unit.py").write_text(suite(framework.name))
    runner = Runner(
        framework=framework.name,
        version="1",
        origin="managed",
        found="",
        program=(sys.executable, "-m", framework.name),
    )
    order = RunOrder(
        source_path="unit.py", suite_paths=("test_unit.py",), coverage=False, only=tuple(BODIES), alone=True
    )
    command = framework.command(order, runner, str(tmp_path))
    env = {**os.environ, **dict(command.env), "PYTHONPATH": python_runs.ASSETS.host, "OUT": str(tmp_path)}
    env |= {"TMPDIR": str(tmp_path / "scratch"), "CI": "1"}  # as in a sandbox, where pytest makes whole diffs
    (tmp_path / "scratch").mkdir()

    done = subprocess.run(command.argv, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)

    raw = Path(tmp_path, python_runs.REPORT).read_bytes()
    completed = Completed(
        exit_status=done.returncode, reason="exit", log=done.stdout, reports={python_runs.REPORT: raw}
    )
    report = framework.read(completed, order)
    assert isinstance(report, RunReport), report
    failed = {outcome.name: outcome.message for outcome in report.outcomes if outcome.message}
    assert {name for name, message in failed.items() if message.startswith(BY_CHANCE)} == LUCKY
    assert failed["test_once"].startswith(f"{AGAIN}an earlier run has left note.txt in the temporary folder: ")
    assert failed.keys() == LUCKY | {"test_once", "test_wrong"}
