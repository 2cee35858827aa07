"""What lies in the sandbox for Python's runners, and how little of it a run has to load."""

import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

from testwright.frameworks import python_runs

ASSETS = Path(python_runs.ASSETS.host)
_ASKED = "import os, testwright_asyncio as a; a.leave_out_what_nobody_needs(); print(os.environ.get('PYTEST_PLUGINS'))"


def asked(folder: Path, *, plugins: str = "pytest_asyncio.plugin") -> str:
    """Which plugins pytest is left with, for a suite in `folder`."""
    argv = [sys.executable, "-c", _ASKED, "-q", "tests/deep/test_it.py"]
    env = {"PYTHONPATH": str(ASSETS), "PYTEST_PLUGINS": plugins}
    ended = subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=60)
    return ended.stdout.strip()


def project(folder: Path, **texts: str) -> Path:
    files = {"tests/deep/test_it.py": "def test_it(): assert 1\n", **texts}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_a_suite_that_waits_for_nothing_does_without_pytest_asyncio(tmp_path):
    assert asked(project(tmp_path)) == "None"


def test_whoever_speaks_of_async_keeps_it(tmp_path):
    suite = project(tmp_path / "a", **{"tests/deep/test_it.py": "async def test_it(): assert 1\n"})
    settings = project(tmp_path / "b", **{"pyproject.toml": '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'})
    fixture = project(tmp_path / "c", **{"tests/conftest.py": "async def ready(): ...\n"})

    assert [asked(folder) for folder in (suite, fixture)] == ["pytest_asyncio.plugin"] * 2
    assert asked(settings) == "pytest_asyncio.plugin"


def test_what_the_project_wants_of_pytest_stays(tmp_path):
    assert asked(project(tmp_path), plugins="shop.plugin") == "shop.plugin"


def test_assets_are_compiled_once_because_no_run_can_keep_what_it_compiles():
    python_runs.compile_assets()
    compiled = Path(cache_from_source(str(ASSETS / "testwright_run.py")))
    written = compiled.stat().st_mtime_ns
    python_runs.compile_assets()

    assert compiled.stat().st_mtime_ns == written


def test_assets_that_are_not_ours_to_write_stay_as_they_are(tmp_path):
    folder = tmp_path / "assets"
    shutil.copytree(ASSETS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "__pycache__").write_text("a file where the folder would be")
    python_runs.compile_assets(str(folder))

    assert (folder / "__pycache__").is_file()
