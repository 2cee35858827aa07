"""From a Python file to a suite that runs: language, explorer and pytest together, without a sandbox.

The commands run on this machine, with the Python that runs the tests; coverage is checked where coverage.py is there.
"""

import asyncio
import importlib.util
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.ports import Explored, Gaps, WritingTask
from testwright.domain.projects import Completed, Limits, Runner, RunOrder
from testwright.domain.sessions import Options, SourceFile, TestType
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks.pytest_runner import Pytest
from testwright.languages.python import Python
from testwright.writers.explorer import Explorer
from testwright.writers.explorer.python import PythonExplorer

RUNNER = Runner(
    framework="pytest", version="9", origin="managed", found="", program=(sys.executable, "-B", "-m", "pytest")
)
HAS_COVERAGE = importlib.util.find_spec("coverage") is not None

SHOP = '''
import asyncio
import random
import urllib.request
from dataclasses import dataclass
from datetime import date


class PriceError(ValueError):
    pass


@dataclass
class Item:
    name: str
    price: float


def parse_price(text: str) -> int:
    """Cents of a price.

    >>> parse_price("12.50")
    1250
    """
    if not text.strip():
        raise PriceError("the price is empty")
    whole, _, cents = text.strip().partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0")[:2] or 0)


def is_adult(age: int) -> bool:
    return age >= 18


class Cart:
    def __init__(self, owner: str = "nobody"):
        self.owner = owner
        self.items: list[Item] = []

    def add(self, item: Item) -> None:
        self.items.append(item)

    @property
    def total(self) -> float:
        return sum(item.price for item in self.items)


async def later(value: int) -> int:
    await asyncio.sleep(0)
    return value * 2


def sort_in_place(values: list[int]) -> None:
    values.sort()


def lucky() -> int:
    return random.randint(1, 10**9)


def today() -> date:
    return date.today()


def forever() -> None:
    while True:
        pass


def hangs_in_c(number: int) -> int:
    return sum(iter(int, 1)) if number == 3 else number


def leaves() -> None:
    import os

    os._exit(0)


def rate(currency: str) -> float:
    answer = urllib.request.urlopen("https://rates.example/" + currency)
    return float(answer.read())


def encode(text: str) -> str:
    return text.encode().hex()


def decode(text: str) -> str:
    return bytes.fromhex(text).decode()


def add_one(value):
    return value + 1
'''


class Folder:
    """A project in a folder, and its commands run right there."""

    def __init__(self, root, **files):
        self.root = str(root)
        self.origin = None
        for path, text in files.items():
            self.write(path.replace("__", "/") + ".py", text)

    def paths(self):
        return sorted(str(file.relative_to(self.root)) for file in Path(self.root).rglob("*.py"))

    def text(self, path):
        return Path(self.root, path).read_text() if self.exists(path) else None

    def exists(self, path):
        return Path(self.root, path).is_file()

    def write(self, path, text):
        file = Path(self.root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def remove(self, path):
        Path(self.root, path).unlink()

    def run(self, command):
        out, home = Path(self.root + "-out"), Path(self.root + "-home")
        for folder in (out, home):
            folder.mkdir(exist_ok=True)
        env = {"PATH": os.environ["PATH"], "OUT": str(out), "HOME": str(home), **dict(command.env)}
        for mount in command.mounts:
            env = {name: value.replace(mount.inside, mount.host) for name, value in env.items()}
        process = subprocess.Popen(
            command.argv,
            cwd=self.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            log, reason = process.communicate(timeout=command.limits.wall.total_seconds())[0], "exit"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            log, reason = process.communicate()[0], "timeout"
        reports = {name: (out / name).read_bytes() for name in command.reports if (out / name).is_file()}
        for name in reports:
            (out / name).unlink()
        status = process.returncode if reason == "exit" else None
        return Completed(exit_status=status, reason=reason, log=log.decode(), reports=reports)


def run(folder, text, source="shop.py", suite="tests/test_shop.py", **order):
    folder.write(suite, text)
    order = RunOrder(source_path=source, suite_paths=(suite,), **order)
    return Pytest().read(folder.run(Pytest().command(order, RUNNER, folder.root)), order)


async def drafted(folder, source="shop.py", seconds=3.0, **options):
    file = SourceFile(path=source, text=folder.text(source), framework="pytest")

    async def probe(text, reports, *, seconds):
        order = RunOrder(
            source_path=source,
            suite_paths=("tests/test_probe.py",),
            coverage=False,
            extra_reports=reports,
            limits=Limits(wall=timedelta(seconds=seconds)),
        )
        folder.write("tests/test_probe.py", text)
        completed = await asyncio.to_thread(folder.run, Pytest().command(order, RUNNER, folder.root))
        folder.remove("tests/test_probe.py")
        found = Pytest().read(completed, order)
        return Explored(reports=completed.reports, problem=found if isinstance(found, NotRun) else None)

    task = WritingTask(
        source=file,
        analysis=Python().analyse(file),
        framework="pytest",
        suite_path="tests/test_shop.py",
        options=Options(**options),
        runner=RUNNER,
        view=folder,
        probe=probe,
        seed=1,
    )
    writing = await Explorer({"python": PythonExplorer()}, seconds).draft(task)
    return writing.draft, task


async def test_what_a_draft_does_not_notice_the_explorer_finds_an_input_for(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def discount(total: int) -> int:\n    return 7 if total > 4321 else 0\n")
    draft, task = await drafted(folder)
    boundary = next(mutant for mutant in Python().mutants(task.source) if mutant.after == "total >= 4321")
    gaps = Gaps(unnoticed=(boundary,), missed=(), switched=Python().switched(task.source, [boundary]))

    stronger = await Explorer({"python": PythonExplorer()}, 3.0).strengthen(task, draft, gaps)

    assert [case.oracle for case in stronger.draft.cases] == ["observed"]
    assert "assert discount(4321) == 0" in stronger.draft.cases[0].code
    assert stronger.draft.cases[0].name not in {case.name for case in draft.cases}
    assert (
        await Explorer({"python": PythonExplorer()}, 3.0).strengthen(task, draft, Gaps(unnoticed=(), missed=())) is None
    )


async def test_a_file_gets_tests_that_pass_shuffled_and_through_every_static_gate(tmp_path):
    folder = Folder(tmp_path / "ws", shop=SHOP)
    draft, task = await drafted(folder, test_types=(TestType.UNIT, TestType.INTEGRATION))
    known = Pytest().known_modules(folder, RUNNER)
    text = Python().render(draft)

    for seed in (None, 11):
        report = run(folder, text, seed=seed, coverage=HAS_COVERAGE)
        assert isinstance(report, RunReport)
        assert {outcome.name for outcome in report.outcomes} == {case.name for case in draft.cases}
        assert [outcome.name for outcome in report.outcomes if outcome.outcome is not Outcome.PASSED] == []
        assert not HAS_COVERAGE or (report.coverage and report.coverage.line_percent >= 80)
    assert [Python().fault_of(case, draft, task.analysis, known) for case in draft.cases] == [None] * len(draft.cases)
    assert Python().render(Python().split(text)) == text


def is_told(text: str, call: str, value: str) -> bool:
    """As an assertion, or as a row of the table of calls like it."""
    name, _, given = call.removesuffix(")").partition("(")
    return re.search(rf"{re.escape(call)}\)? (?:==|is) {value}", text) is not None or (
        f"{name}(" in text and f"({given}, {value})" in text
    )


async def test_what_is_observed_is_told_and_what_is_not_repeatable_is_left_out(tmp_path):
    folder = Folder(tmp_path / "ws", shop=SHOP)
    draft, _ = await drafted(folder, test_types=(TestType.UNIT, TestType.INTEGRATION))
    text = Python().render(draft)

    assert is_told(text, 'parse_price("12.50")', "1250")
    assert 'pytest.raises(PriceError, match="the price is empty")' in text
    assert is_told(text, "is_adult(18)", "True")
    assert is_told(text, "is_adult(17)", "False")
    assert "assert cart.total == " in text
    assert is_told(text, "later(3)", "6")
    assert "sort_in_place(values)\n\n    assert values == [" in text
    assert 'mock.patch("shop.urllib.request.urlopen")' in text
    assert "_then_decode_gives_the_value_back" in text
    for left_out in ("lucky", "today", "forever", "leaves", "hangs_in_c(3)", "TypeError"):
        assert left_out not in text


async def test_what_holds_on_this_machine_alone_or_stays_behind_is_not_written_down(tmp_path):
    unit = (
        "import os\nimport pwd\n\n\n"
        "def home_of(user: str) -> str:\n    try:\n        return pwd.getpwnam(user).pw_dir\n"
        "    except KeyError:\n        raise LookupError(f'no user {user}')\n\n\n"
        "def remember(name: str) -> str:\n    os.environ['SHOP_NAME'] = name\n    return name\n\n\n"
        "def moves(name: str) -> str:\n    os.chdir('/')\n    return name\n\n\n"
        "def twice(number: int) -> int:\n    return number * 2\n"
    )
    draft, _ = await drafted(Folder(tmp_path / "ws", shop=unit))
    text = Python().render(draft)

    assert is_told(text, "twice(3)", "6")
    assert not any(name in text for name in ("home_of", "remember", "moves"))


async def test_without_stand_ins_nothing_outside_is_called(tmp_path):
    draft, _ = await drafted(Folder(tmp_path / "ws", shop=SHOP), mock_external=False)

    assert "mock" not in Python().render(draft)


async def test_a_missing_package_is_reported_as_such(tmp_path):
    folder = Folder(tmp_path / "ws", shop="import not_there_at_all\n\ndef price(): return 1\n")

    with pytest.raises(PermanentError, match="needs the package not_there_at_all") as caught:
        await drafted(folder)

    assert caught.value.code == "missing_package"


async def test_a_file_that_cannot_be_named_in_an_import_is_refused(tmp_path):
    folder = Folder(tmp_path / "ws")
    folder.write("my-shop.py", "def price(): return 1\n")

    with pytest.raises(PermanentError, match="no valid module name"):
        await drafted(folder, "my-shop.py")


@pytest.mark.parametrize(
    ("source", "module"),
    [("src/shop/price.py", "shop.price"), ("app/price.py", "price"), ("pkg/sub/price.py", "pkg.sub.price")],
)
def test_every_layout_can_be_imported(tmp_path, source, module):
    folder = Folder(tmp_path / "ws", pkg____init__="", pkg__sub____init__="")
    folder.write("pkg/__init__.py", "")
    folder.write("pkg/sub/__init__.py", "")
    folder.write(source, "def price(): return 3\n")

    report = run(folder, f"from {module} import price\n\ndef test_a():\n    assert price() == 3\n", source)

    assert isinstance(report, RunReport)
    assert report.outcomes[0].outcome is Outcome.PASSED


def test_failures_skips_tables_and_loops_are_told_apart(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(x): return x\n")
    suite = (
        "import pytest\nfrom shop import f\n"
        "def test_fails():\n    assert f(1) == 2\n"
        "def test_skips():\n    pytest.skip('no')\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_table(x):\n    assert f(x) == 1\n"
        "def test_loops():\n    while f(True): pass\n"
        "class TestGroup:\n    def setup_method(self):\n        self.n = 1\n"
        "    def test_one(self):\n        assert f(self.n) == 1\n"
        "class TestPlace:\n    def test_in_it(self, tmp_path):\n        assert f(1) == 1\n"
    )
    report = run(folder, suite, limits=Limits(wall=timedelta(seconds=12)), coverage=False)

    assert isinstance(report, RunReport)
    found = {outcome.name: outcome for outcome in report.outcomes}
    assert found["test_fails"].message.startswith("assert 1 == 2")
    assert found["test_skips"].outcome is Outcome.SKIPPED
    assert found["test_table"].outcome is Outcome.FAILED
    assert "did not end within 3 s" in found["test_loops"].message
    assert found["TestGroup"].outcome is Outcome.PASSED
    assert found["test_in_it"].outcome is Outcome.PASSED


def test_only_the_named_tests_run_and_the_projects_addopts_are_not_obeyed(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\n")
    folder.write("pytest.ini", "[pytest]\naddopts = -n 4 --cov-fail-under=100 -k nothing\n")
    suite = "from shop import f\ndef test_a():\n    assert f() == 1\ndef test_b():\n    assert f() == 2\n"

    report = run(folder, suite, only=("test_a",))

    assert isinstance(report, RunReport)
    assert [outcome.name for outcome in report.outcomes] == ["test_a"]


LEANING = """
import os
import pytest
from shop import f, seen

def test_first(capfd):
    f("ann")
    assert seen == ["ann"]

def test_leans_on_the_first():
    assert seen == ["ann"]

@pytest.mark.parametrize("name", ["bob", "eve"])
def test_table(name):
    f(name)
    assert name in seen

def test_ends():
    os._exit(0)

class TestGroup:
    def setup_method(self):
        self.name = "one"

    def test_one(self):
        f(self.name)

    def test_two(self):
        assert seen[-1] == self.name
"""


def test_alone_no_test_sees_what_a_sibling_left_behind(tmp_path):
    folder = Folder(tmp_path / "ws", shop="seen = []\ndef f(name):\n    seen.append(name)\n")

    report = run(folder, LEANING, coverage=False, alone=True)

    assert isinstance(report, RunReport)
    found = {outcome.name: (outcome.outcome, outcome.message) for outcome in report.outcomes}
    assert found["test_first"] == found["test_table"] == found["TestGroup"] == (Outcome.PASSED, "")
    assert found["test_ends"] == (Outcome.FAILED, "it ended the process")
    assert found["test_leans_on_the_first"][0] is Outcome.FAILED
    assert "assert [] == ['ann']" in found["test_leans_on_the_first"][1]


def test_alone_what_there_is_no_time_for_is_left_out(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\n")
    suite = "import time\n" + "".join(f"def test_{n}():\n    time.sleep(2)\n" for n in range(10))
    folder.write("tests/test_shop.py", suite)
    order = RunOrder(source_path="shop.py", suite_paths=("tests/test_shop.py",), coverage=False, alone=True)
    command = Pytest().command(order, RUNNER, folder.root)

    sooner = replace(command, env=(*command.env, ("TESTWRIGHT_ALONE_SECONDS", "7")))
    report = Pytest().read(folder.run(sooner), order)

    assert isinstance(report, RunReport)
    assert 1 <= len(report.outcomes) < 10
    assert {outcome.outcome for outcome in report.outcomes} == {Outcome.PASSED}


def test_an_exit_in_the_middle_is_no_pass(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\n")
    suite = "import os\nfrom shop import f\ndef test_a():\n    assert f() == 1\ndef test_b():\n    os._exit(0)\n"

    report = run(folder, suite)

    assert isinstance(report, NotRun)
    assert (report.code, report.culprits) == ("no_report", ("test_b",))
    assert report.message == "test_b ended the process (status 0)."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import sys\nsys.exit(3)", "shop.py ends the process when it is imported (sys.exit(3) on line 2)"),
        ("import os\nos._exit(0)", "shop.py ended the process while it was imported (status 0, line 2)."),
    ],
)
def test_a_source_that_ends_the_process_while_loading_is_told_so(tmp_path, text, message):
    folder = Folder(tmp_path / "ws", shop=f"{text}\n\ndef f(): return 1\n")
    suite = "from shop import f\ndef test_a():\n    assert f()\n"

    report = run(folder, suite, coverage=False)

    assert isinstance(report, NotRun)
    assert (report.code, report.message) == ("load_error", message)
    assert report.hint
    assert "output" not in report.hint


def test_a_source_that_loops_while_loading_does_not_take_the_whole_runs_time(tmp_path):
    folder = Folder(tmp_path / "ws", shop="while True:\n    pass\n\ndef f(): return 1\n")
    folder.write("tests/test_shop.py", "from shop import f\ndef test_a():\n    assert f()\n")
    order = RunOrder(source_path="shop.py", suite_paths=("tests/test_shop.py",), extra_reports=("seen.json",))
    command = Pytest().command(order, RUNNER, folder.root)
    assert dict(command.env)["TESTWRIGHT_LOAD_SECONDS"] == "30"

    sooner = replace(command, env=(*command.env, ("TESTWRIGHT_LOAD_SECONDS", "4")))
    report = Pytest().read(folder.run(sooner), order)

    assert isinstance(report, NotRun)
    assert report.code == "timeout"
    assert report.message.startswith("shop.py did not end within 4 s ")
    assert "while it was imported: it was on line " in report.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("while True:\n    pass\n", "conftest.py did not end within 4 s "),
        ("import sys\nsys.exit(3)\n", "conftest.py ends the process when it is imported (sys.exit(3) on line 2)"),
        ("import os\nos._exit(0)\n", "conftest.py ended the process while it was imported (status 0, line 2)."),
    ],
)
def test_a_conftest_that_loops_or_ends_the_process_is_named(tmp_path, text, message):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\n")
    folder.write("conftest.py", text)
    folder.write("tests/test_shop.py", "from shop import f\ndef test_a():\n    assert f()\n")
    order = RunOrder(source_path="shop.py", suite_paths=("tests/test_shop.py",))
    command = Pytest().command(order, RUNNER, folder.root)

    sooner = replace(command, env=(*command.env, ("TESTWRIGHT_LOAD_SECONDS", "4")))
    report = Pytest().read(folder.run(sooner), order)

    assert isinstance(report, NotRun)
    assert report.message.startswith(message)


def test_a_package_that_does_not_load_is_named_and_not_the_suite(tmp_path):
    folder = Folder(tmp_path / "ws", shop__price="def f(): return 1\n")
    folder.write("shop/__init__.py", "raise RuntimeError('init')\n")

    report = run(folder, "from shop.price import f\ndef test_a():\n    assert f()\n", "shop/price.py")

    assert isinstance(report, NotRun)
    assert report.message == "shop/__init__.py could not be loaded: RuntimeError on line 1: init"


def test_a_conftest_that_does_not_load_is_named(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\n", conftest="raise RuntimeError('boom')\n")

    report = run(folder, "from shop import f\ndef test_a():\n    assert f()\n")

    assert isinstance(report, NotRun)
    assert "conftest.py: RuntimeError: boom" in report.message


def test_a_file_that_hides_a_module_of_python_is_told_so(tmp_path):
    folder = Folder(tmp_path / "ws", json="def f(): return 1\n")

    report = run(folder, "from json import f\ndef test_a():\n    assert f()\n", "json.py")

    assert isinstance(report, NotRun)
    assert report.message.startswith("json.py takes the place of Python's own module json")


async def test_a_file_named_by_a_keyword_is_refused_with_its_own_reason(tmp_path):
    folder = Folder(tmp_path / "ws")
    folder.write("class.py", "def price(): return 1\n")

    with pytest.raises(PermanentError, match="class is no valid module name"):
        await drafted(folder, "class.py")


def test_a_source_that_throws_while_loading_is_told_with_its_line(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(): return 1\nraise ValueError('no rates today')\n")

    report = run(folder, "from shop import f\ndef test_a():\n    assert f()\n")

    assert isinstance(report, NotRun)
    assert report.message == "shop.py could not be loaded: ValueError on line 2: no rates today"


@pytest.mark.skipif(not HAS_COVERAGE, reason="coverage.py is not installed here")
def test_lines_and_branches_of_the_one_file_are_measured(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(x):\n    if x:\n        return 1\n    return 2\n")

    report = run(folder, "from shop import f\ndef test_a():\n    assert f(1) == 1\n")

    assert isinstance(report, RunReport)
    assert report.coverage is not None
    assert report.coverage.lines_missed == frozenset({4})
    assert report.coverage.branches_covered == frozenset({"2->3"})
    assert report.coverage.branches_missed == frozenset({"2->4"})


@pytest.mark.skipif(not HAS_COVERAGE, reason="coverage.py is not installed here")
def test_a_file_that_no_test_loads_is_missed_as_a_whole(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def f(x):\n    return x\n")

    report = run(folder, "def test_a():\n    assert 1\n")

    assert isinstance(report, RunReport)
    assert report.coverage is not None
    assert report.coverage.lines_missed == frozenset({1, 2})


def test_what_a_test_leaves_in_the_home_folder_is_held_against_it(tmp_path):
    folder = Folder(tmp_path / "ws", shop="def add(a, b):\n    return a + b\n")
    text = """\
from pathlib import Path

from shop import add


def test_leaves_a_note():
    (Path.home() / ".notes").write_text("1")
    assert add(1, 2) == 3


def test_comes_after():
    assert add(2, 2) == 4
"""

    report = run(folder, text)

    assert {outcome.name: outcome.outcome for outcome in report.outcomes} == {
        "test_leaves_a_note": Outcome.FAILED,
        "test_comes_after": Outcome.PASSED,
    }
    assert "in the home folder (.notes)" in report.outcomes[0].message
