"""Every command that the docs show is run, in the order of its page, on a small project: or the page says why not."""

import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
SECONDS = 60
_BLOCK = re.compile(r"^(?:<!-- (?P<mark>.+?) -->\n)?```\w*\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )?(?:\.venv/bin/)?testwright(?P<words> .*)?$")
_ELSEWHERE = re.compile(r"does not run here: (?P<why>.+)")
_SERVERS = {"up": "at http", "mcp": ""}
"""Commands that go on until they are stopped, and what they say once they are ready."""
FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "src/price.py": "def price(cents: int, pieces: int) -> int:\n    return cents * pieces\n",
    "test_price.py": "from src.price import price\n\n\ndef test_price():\n    assert price(3, 2) == 6\n",
    "tests/test_price.py": "from src.price import price\n\n\ndef test_five():\n    assert price(5, 2) == 10\n",
    "pkg/__init__.py": "",
    "pkg/clamp.py": (
        "def clamp(value: int, low: int, high: int) -> int:\n"
        "    # ends included\n"
        "    if value < low:\n        return low\n"
        "    if value > high:\n        return high\n"
        "    return value\n"
    ),
    "tests/test_clamp.py": (
        "from pkg.clamp import clamp\n\n\ndef test_low():\n    assert clamp(1, 2, 9) == 2\n\n\n"
        "def test_high():\n    assert clamp(12, 2, 9) == 9\n\n\ndef test_between():\n    assert clamp(5, 2, 9) == 5\n"
    ),
}
CHANGED = "src/cart.py", "def total(cents: list[int]) -> int:\n    return sum(cents)\n"


@dataclass(frozen=True)
class Shown:
    """A block of a page that shows commands."""

    page: Path
    mark: str
    commands: tuple[str, ...]
    output: tuple[str, ...]


def blocks(page):
    for found in _BLOCK.finditer(page.read_text()):
        lines = found["text"].splitlines()
        commands = [
            (match["words"] or "").split("  #")[0].split(" # ")[0] for match in map(_COMMAND.match, lines) if match
        ]
        if commands:
            said = [line for line in lines if not _COMMAND.match(line)] if lines[0].startswith("$ ") else []
            yield Shown(page, found["mark"] or "", tuple(words.strip() for words in commands), tuple(said))


SHOWN = [block for page in PAGES for block in blocks(page)]
RUN = {block.page for block in SHOWN if block.mark == "runs"}


def test_every_block_of_commands_is_run_or_says_why_not():
    unsaid = [
        f"{one.page.name}: {one.commands[0]}" for one in SHOWN if one.mark != "runs" and not _ELSEWHERE.match(one.mark)
    ]

    assert unsaid == []
    assert sum(len(one.commands) for one in SHOWN if one.mark == "runs") > 20


@pytest.mark.parametrize("page", sorted(RUN), ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page, tmp_path):
    shown = page.read_text()
    project = made_project(
        tmp_path / "shop", {name: text for name, text in FILES.items() if "clamp" in shown or "clamp" not in name}
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)),
        "TESTWRIGHT_HOME": str(tmp_path / "home"),
        "TESTWRIGHT_EXPLORE_SECONDS": "0.3",
        "TESTWRIGHT_CHALLENGE_SECONDS": "5",
        "TESTWRIGHT_STABILITY_RUNS": "3",
        "TESTWRIGHT_API_PORT": "0",
        "TESTWRIGHT_PAGE_PORT": "0",
    }

    ran = Terminal(project, environment)
    if "no sandbox" in ran("doctor"):
        pytest.skip("no sandbox could be proved here, so nothing can be run")
    for block in SHOWN:
        if block.page == page and block.mark == "runs":
            for words in block.commands:
                ran(words)


def made_project(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with zipfile.ZipFile(folder.parent / "project.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    (folder.parent / "project.zip").rename(folder / "project.zip")
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        (*who, "commit", "-qm", "first"),
        ("switch", "-qc", "cart"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=SECONDS)
    for name, value in (("user.name", "Ann"), ("user.email", "ann@example.org")):
        subprocess.run(["git", "config", name, value], cwd=folder, check=True, timeout=SECONDS)
    (folder / CHANGED[0]).write_text(CHANGED[1])
    return folder


class Terminal:
    """Where commands are typed, one after the other; what stands for a name in the docs is filled in."""

    def __init__(self, folder, environment):
        self._folder = folder
        self._environment = environment

    def __call__(self, words):
        argv = shlex.split(self._filled(words))
        ready = _SERVERS.get(argv[0])
        return self._until_ready(argv, ready) if ready is not None else self._to_the_end(argv)

    def _filled(self, words):
        if "SESSION" in words:
            first = re.findall(r"sess_\w+", self("sessions"))[-1]  # of the page's first command
            words = words.replace("SESSION", first)
        if "1f0c9a2b" in words:
            words = words.replace("1f0c9a2b", re.findall(r"\b[0-9a-f]{8}\b", self("keys list"))[0])
        return words

    def _to_the_end(self, argv):
        process = self._start(argv, stdin=subprocess.DEVNULL)
        try:
            out, err = process.communicate(timeout=SECONDS)
        finally:
            self._end(process)
        assert process.returncode == 0, f"testwright {shlex.join(argv)}\n{out}\n{err}"
        return out + err

    def _until_ready(self, argv, ready):
        """One that says nothing is ready once its input is over, and ends by itself."""
        process = self._start(argv, stdin=subprocess.PIPE)
        try:
            if not ready:
                process.communicate(input="", timeout=SECONDS)
                assert process.returncode == 0
                return ""
            for line in process.stderr:
                if ready in line:
                    process.send_signal(signal.SIGTERM)
                    process.communicate(timeout=SECONDS)
                    return line
        finally:
            self._end(process)
        raise AssertionError(f"testwright {shlex.join(argv)} did not say {ready!r}")

    def _start(self, argv, stdin):
        return subprocess.Popen(
            [sys.executable, "-m", "testwright", *argv],
            cwd=self._folder,
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _end(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=SECONDS)
