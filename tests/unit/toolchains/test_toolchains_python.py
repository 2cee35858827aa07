"""Which Python and which pytest a project gets."""

import sys
from pathlib import Path

import pytest
from toolchains_fakes import FakeInstaller, FakeView, Sentences, make_installation, make_venv, system_node

from testwright.domain.errors import PermanentError
from testwright.domain.projects import Runner
from testwright.toolchains.finder import InstalledToolchains, has_packages
from testwright.toolchains.managed import ManagedRunners
from testwright.toolchains.python import own_interpreter, project_interpreter


async def runner_for(
    tmp_path: Path, installer: FakeInstaller | None = None, origin: Path | None = None, framework: str = "pytest"
) -> Runner:
    view = FakeView(root=str(tmp_path), origin=str(origin) if origin else None)
    return await runner_in(tmp_path, view, installer, framework)


async def runner_in(
    tmp_path: Path, view: FakeView, installer: FakeInstaller | None = None, framework: str = "pytest"
) -> Runner:
    managed = ManagedRunners(tmp_path / "cache", tool=installer or FakeInstaller(), seconds=5)
    finder = InstalledToolchains(tmp_path / "cache", managed=managed, node=system_node)
    return await finder.runner(framework, view, Sentences())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


async def test_without_a_project_our_own_interpreter_runs_the_managed_pytest(tmp_path: Path) -> None:
    runner = await runner_for(tmp_path)

    assert (runner.origin, runner.version) == ("managed", "9.2.0")
    assert runner.program == (own_interpreter().path, "-m", "pytest")
    assert dict(runner.env)["PYTHONPATH"] == "/opt/testwright/python"
    assert runner.mounts[-1].inside == "/opt/testwright/python"


async def test_what_is_installed_on_this_machine_has_no_say_in_a_pytest_that_we_bring(
    tmp_path: Path, project: Path
) -> None:
    ours = dict((await runner_for(tmp_path)).env)
    make_venv(project / ".venv", make_installation(tmp_path / "python"), packages=("pytest-8.3.5", "coverage-7.10.1"))
    theirs = dict((await runner_for(tmp_path, origin=project)).env)

    assert (ours["PYTEST_DISABLE_PLUGIN_AUTOLOAD"], ours["PYTEST_PLUGINS"]) == ("1", "pytest_asyncio.plugin")
    assert not {"PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS"} & theirs.keys()


async def test_plugins_of_pytest_that_the_project_names_are_loaded_from_where_they_are_installed(
    tmp_path: Path,
) -> None:
    plain = FakeView(root=str(tmp_path), origin=None, texts={"pyproject.toml": "[tool.pytest.ini_options]"})
    mocking = FakeView(root=str(tmp_path), origin=None, texts={"requirements-dev.txt": "pytest\npytest-mock==3.14\n"})

    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" in dict((await runner_in(tmp_path, plain)).env)
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in dict((await runner_in(tmp_path, mocking)).env)


async def test_a_projects_own_pytest_is_preferred(tmp_path: Path, project: Path) -> None:
    python = make_installation(tmp_path / "python")
    make_venv(project / ".venv", python, packages=("pytest-8.3.5", "coverage-7.10.1"))
    installer = FakeInstaller()
    runner = await runner_for(tmp_path, installer, project)

    assert (runner.origin, runner.version) == ("project", "8.3.5")
    assert runner.program[0] == str(project / ".venv/bin/python")
    assert runner.env == ()
    assert (runner.fact("python_version"), runner.fact("coverage")) == ("3.12.4", "project")
    assert installer.calls == []


async def test_a_projects_pytest_without_coverage_gets_coverage_and_nothing_else(tmp_path: Path, project: Path) -> None:
    make_venv(project / "venv", make_installation(tmp_path / "python"), packages=("pytest-8.3.5",))
    runner = await runner_for(tmp_path, None, project)

    assert runner.fact("coverage") == "managed"
    assert runner.mounts[-1].inside == "/opt/testwright/python/coverage"


async def test_a_projects_pytest_works_although_coverage_cannot_be_had(tmp_path: Path, project: Path) -> None:
    make_venv(project / ".venv", make_installation(tmp_path / "python"), packages=("pytest-8.3.5",))
    runner = await runner_for(tmp_path, FakeInstaller(status=1), project)

    assert (runner.origin, runner.fact("coverage")) == ("project", "")


async def test_a_virtual_environment_without_pytest_gets_the_managed_one_for_its_own_python(
    tmp_path: Path, project: Path
) -> None:
    make_venv(project / ".venv", make_installation(tmp_path / "python", "3.13"), "3.13")
    installer = FakeInstaller()
    runner = await runner_for(tmp_path, installer, project)

    assert runner.origin == "managed"
    assert runner.program[0] == str(project / ".venv/bin/python")
    assert installer.calls[0][installer.calls[0].index("--python-version") + 1] == "3.13"


async def test_an_old_python_without_pytest_is_explained(tmp_path: Path, project: Path) -> None:
    make_venv(project / ".venv", make_installation(tmp_path / "python", "3.9"), "3.9")
    with pytest.raises(PermanentError) as caught:
        await runner_for(tmp_path, None, project)

    assert caught.value.code == "runner_missing"
    assert "pip install pytest" in str(caught.value.hint)


def test_every_place_that_the_interpreters_links_pass_through_is_mounted(tmp_path: Path, project: Path) -> None:
    """As uv does it: the environment links to a folder that is a link to the real version."""
    make_installation(tmp_path / "uv/cpython-3.12.4")
    (tmp_path / "uv/cpython-3.12").symlink_to("cpython-3.12.4")
    make_venv(project / ".venv", tmp_path / "uv/cpython-3.12/bin/python3.12")
    found = project_interpreter(str(project))

    assert found is not None
    inside = {mount.inside: mount.host for mount in found.mounts}
    assert inside[str(tmp_path / "uv/cpython-3.12/bin")] == str(tmp_path / "uv/cpython-3.12.4/bin")
    assert inside[str(tmp_path / "uv/cpython-3.12.4/lib")] == str(tmp_path / "uv/cpython-3.12.4/lib")


def test_a_virtual_environment_that_leads_to_something_else_is_not_believed(tmp_path: Path, project: Path) -> None:
    """Or a hostile repository could have any folder of this machine mounted."""
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/python3").write_text("")
    (tmp_path / "home/bin/python3").chmod(0o755)
    make_venv(project / ".venv", tmp_path / "home/bin/python3")

    assert project_interpreter(str(project)) is None


@pytest.mark.parametrize("target", ["missing/bin/python3", "tool/bin/gpg"])
def test_broken_and_strange_links_are_not_believed(tmp_path: Path, project: Path, target: str) -> None:
    make_installation(tmp_path / "tool")
    (tmp_path / "tool/bin/gpg").write_text("")
    make_venv(project / ".venv", tmp_path / target)

    assert project_interpreter(str(project)) is None


def test_a_linked_virtual_environment_is_not_followed(tmp_path: Path, project: Path) -> None:
    make_venv(tmp_path / "elsewhere", make_installation(tmp_path / "python"))
    (project / ".venv").symlink_to(tmp_path / "elsewhere")

    assert project_interpreter(str(project)) is None


def test_our_own_interpreter_comes_without_our_own_packages() -> None:
    own = own_interpreter()

    assert all(sys.prefix == sys.base_prefix or not mount.host.startswith(sys.prefix) for mount in own.mounts)
    assert own.packages is None


async def test_unittest_needs_nothing_but_a_python(tmp_path: Path, project: Path) -> None:
    make_venv(project / ".venv", make_installation(tmp_path / "python"), packages=("coverage-7.10.1",))
    own = await runner_for(tmp_path, None, project, "unittest")
    managed = await runner_for(tmp_path, FakeInstaller(status=1), None, "unittest")

    assert (own.origin, own.version, own.fact("coverage")) == ("project", "3.12.4", "project")
    assert own.program == (str(project / ".venv/bin/python"), "-m", "unittest")
    assert (managed.origin, managed.fact("coverage")) == ("managed", "")
    assert managed.program == (own_interpreter().path, "-m", "unittest")


async def test_an_old_python_runs_unittest_without_coverage(tmp_path: Path, project: Path) -> None:
    make_venv(project / ".venv", make_installation(tmp_path / "python", "3.9"), "3.9")
    installer = FakeInstaller()
    runner = await runner_for(tmp_path, installer, project, "unittest")

    assert (runner.origin, runner.version, installer.calls) == ("project", "3.9.4", [])


def test_of_several_environments_in_a_repository_the_nearest_counts(tmp_path: Path, project: Path) -> None:
    (project / "services/api").mkdir(parents=True)
    make_venv(project / ".venv", make_installation(tmp_path / "old", "3.11"), "3.11")
    make_venv(project / "services/api/.venv", make_installation(tmp_path / "new", "3.13"), "3.13")
    found = [project_interpreter(str(project), near=near) for near in ("services/api/app/a.py", "services/b.py", "")]

    assert [python.minor for python in found if python] == ["3.13", "3.11", "3.11"]


def test_packages_count_as_installed_beside_the_lock_or_nearer_to_the_source(tmp_path: Path, project: Path) -> None:
    (project / "services/api/app").mkdir(parents=True)
    make_venv(project / ".venv", make_installation(tmp_path / "python"))
    before = has_packages("pypi", project, "services/api", "services/api/app/a.py")
    make_venv(project / "services/api/.venv", make_installation(tmp_path / "other"))

    assert has_packages("pypi", project, "", "services/api/app/a.py")
    assert (before, has_packages("pypi", project, "services/api", "services/api/app/a.py")) == (False, True)
