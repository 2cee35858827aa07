"""The GitHub Action, step by step as the runner takes it: every script of `action.yml` is run, with a server in the
place of GitHub.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes import programs
from tests.fakes.github_server import FakeGitHub, github_server

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SOURCE = '''def clamp(value: int, low: int, high: int) -> int:
    """The nearest value that is not outside.

    >>> clamp(5, 0, 3)
    3
    """
    return low if value < low else high if value > high else value
'''


def git(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    ended = subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout.strip()


class Runner:
    """As much of GitHub's runner as a composite action sees."""

    def __init__(self, folder: Path, server: FakeGitHub, event: dict[str, Any]) -> None:
        self.temp = folder / "temp"
        self.work = folder / "work"
        self.temp.mkdir()
        for name in ("summary", "output"):
            (self.temp / name).write_text("")
        (self.temp / "event.json").write_text(json.dumps(event))
        self.server = server
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "TESTWRIGHT_HOME": str(folder / "home"),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_REPOSITORY": "ann/shop",
            "GITHUB_API_URL": server.url,
        }

    def run(self, step: dict[str, Any], inputs: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        values = {name: str(given["default"]) for name, given in ACTION["inputs"].items()}
        values |= {"token": self.server.token, **inputs}

        def filled(text: str) -> str:
            text = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
            return text.replace("${{ github.action_path }}", str(ROOT))

        told = {name: filled(value) for name, value in step["env"].items()}
        assert all("${{" not in value for value in told.values())
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return programs.run(script, cwd=self.work, env={**self.environment, **told})

    @property
    def outputs(self) -> dict[str, str]:
        text = (self.temp / "output").read_text()
        return {found[1]: found[3] for found in re.finditer(r"([\w-]+)<<(\S+)\n(.*)\n\2\n", text)}


INSTALL, GENERATE = ACTION["runs"]["steps"]


@pytest.fixture
def server():
    with github_server() as fake:
        yield fake


@pytest.fixture
def runner(tmp_path, server) -> Runner:
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    (work / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (work / "old.py").write_text("def old(a: int) -> int:\n    return a + 1\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "first")
    base = git(work, "rev-parse", "HEAD")
    git(work, "checkout", "-qb", "topic")
    (work / "clamp.py").write_text(SOURCE)
    git(work, "add", "-A")
    git(work, "commit", "-qm", "second")
    event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    made = Runner(tmp_path, server, event)
    # What the first step would have installed, without the network.
    place = made.temp / "testwright" / "bin"
    place.mkdir(parents=True)
    (place / "testwright").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m testwright "$@"\n')
    (place / "testwright").chmod(0o755)
    return made


def test_a_pull_request_gets_tests_for_its_diff_a_summary_and_one_comment(runner, server):
    first = runner.run(GENERATE, {})
    again = runner.run(GENERATE, {"apply": "true"})

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    summary = (runner.temp / "summary").read_text()
    assert "clamp.py" in summary
    assert "old.py" not in summary
    assert int(runner.outputs["tests"]) > 0
    patch = Path(runner.outputs["patch"]).read_text()
    assert "+++ b/test_clamp.py" in patch or "test_clamp.py" in patch
    assert json.loads(Path(runner.outputs["sarif"]).read_text())["version"] == "2.1.0"
    (comment,) = server.comments
    assert comment["issue"] == 7
    assert "clamp.py" in comment["body"]
    assert any(path.name == "test_clamp.py" for path in runner.work.rglob("*.py"))


def test_with_nothing_to_test_the_step_says_so_and_passes(runner, server):
    git(runner.work, "rm", "-q", "clamp.py")
    git(runner.work, "commit", "-qm", "third")

    ended = runner.run(GENERATE, {"fail-on": "unproven"})

    assert ended.returncode == 0, ended.stderr
    assert "No source file has changed" in (runner.temp / "summary").read_text()
    assert server.comments, ended.stdout
    assert "No source file has changed" in server.comments[0]["body"]


def test_a_token_that_may_not_comment_is_a_warning_and_no_failure(runner, server):
    server.may_write = False
    git(runner.work, "rm", "-q", "clamp.py")
    git(runner.work, "commit", "-qm", "third")

    ended = runner.run(GENERATE, {})

    assert ended.returncode == 0
    assert "::warning title=No comment::" in ended.stdout


def test_what_was_set_up_wrongly_fails_with_an_annotation(runner):
    wrong = runner.run(GENERATE, {"fail-on": "sometimes"})
    unknown = runner.run(GENERATE, {"since": "nope"})

    assert (wrong.returncode, unknown.returncode) == (2, 2)
    assert "::error title=Testwright::fail-on cannot be sometimes." in wrong.stdout
    assert "'nope' is not known here" in unknown.stderr


def test_installing_asks_pip_for_the_version_beside_the_action_or_for_the_named_one(runner, tmp_path):
    asked = tmp_path / "asked"
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "python3").write_text(
        f'#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@" >> {asked}\\n\' > "$3/bin/python"\n'
        'chmod +x "$3/bin/python"\n'
    )
    (fake / "python3").chmod(0o755)
    runner.environment["PATH"] = f"{fake}:{runner.environment['PATH']}"

    assert runner.run(INSTALL, {}).returncode == 0
    assert runner.run(INSTALL, {"package": "testwright==0.1.0; rm -rf /"}).returncode == 0

    assert asked.read_text().splitlines() == [
        f"-m pip install --quiet {ROOT}",
        "-m pip install --quiet testwright==0.1.0; rm -rf /",
    ]


def test_no_script_has_a_value_of_somebody_else_written_into_it():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
