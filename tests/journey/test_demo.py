"""The README's demo of the model path: the command that stands there, with the answers that lie here."""

import re
import shlex

import pytest

from tests.fakes import programs
from tests.fakes.record_demo import ROOT, environment

AGAIN = "the questions have changed: record again with `python -m tests.fakes.record_demo`"


def command_of_the_readme() -> list[str]:
    (line,) = re.findall(r"^\.venv/bin/testwright (.+--replay.+)$", (ROOT / "README.md").read_text(), re.M)
    return [*programs.TESTWRIGHT, *shlex.split(line)]


def test_the_readmes_demo_repairs_drops_and_strengthens_and_says_who_wrote_the_answers(tmp_path):
    ended = programs.run(command_of_the_readme(), cwd=ROOT, env=environment(str(tmp_path)))

    if re.search("not verified: .*sandbox", ended.stdout):
        pytest.skip(f"no sandbox could be proved here, so nothing can be run: {ended.stdout}")
    assert "holds no answer" not in ended.stdout, AGAIN
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Answers written by hand for this demo" in ended.stderr
    assert "Repairing" in ended.stderr
    assert "cents: 1699" in ended.stdout  # put right by the second answer
    assert "cents: 1700" not in ended.stdout
    assert "never pays anything out" in ended.stdout  # from the answer about what nothing noticed
    assert "expect(true)" not in ended.stdout
