"""Which programs a project has installed for itself, and how they are started."""

import json

import pytest
from toolchains_fakes import FakeInstaller, FakeView, install_package, make_installation, make_venv, system_node

from testwright.toolchains.finder import InstalledToolchains
from testwright.toolchains.managed import ManagedRunners


@pytest.fixture
def tools(tmp_path):
    cache = tmp_path / "cache"
    return InstalledToolchains(cache, managed=ManagedRunners(cache, tool=FakeInstaller(), seconds=5), node=system_node)


@pytest.fixture
def view(tmp_path):
    (tmp_path / "copy/node_modules").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    return FakeView(root=str(tmp_path / "copy"), origin=str(tmp_path / "project"), files=("package.json",))


def with_program(tmp_path, package, programs):
    install_package(tmp_path / "project", package, "5.9.3")
    folder = tmp_path / "project/node_modules" / package
    (folder / "package.json").write_text(json.dumps({"version": "5.9.3", "bin": programs}))
    (folder / "bin").mkdir()
    (folder / "bin/main").write_text("")


@pytest.mark.parametrize(
    ("package", "programs"),
    [
        ("prettier", "./bin/main"),
        ("typescript", {"tsserver": "./bin/server", "tsc": "./bin/main"}),
        ("@biomejs/biome", {"biome": "bin/main"}),
    ],
)
async def test_a_program_of_node_modules_is_started_by_node(tools, view, tmp_path, package, programs):
    with_program(tmp_path, package, programs)

    tool = await tools.tool("npm", package, view)

    assert (tool.name, tool.version) == (package, "5.9.3")
    assert tool.program == ("/usr/bin/node", f"/ws/node_modules/{package}/bin/main")
    assert [mount.inside for mount in tool.mounts] == ["/ws/node_modules"]


@pytest.mark.parametrize("programs", [None, 3, {}, "../../elsewhere", "bin/missing"])
async def test_a_package_without_a_program_of_its_own_is_none(tools, view, tmp_path, programs):
    with_program(tmp_path, "prettier", programs)

    assert await tools.tool("npm", "prettier", view) is None


async def test_a_package_of_the_virtual_environment_is_started_as_a_module(tools, view, tmp_path):
    make_venv(tmp_path / "project/.venv", make_installation(tmp_path / "python"), packages=("mypy-1.19.0",))

    tool = await tools.tool("pypi", "mypy", view)

    assert (tool.name, tool.version) == ("mypy", "1.19.0")
    assert tool.program == (str(tmp_path / "project/.venv/bin/python"), "-m", "mypy")


async def test_what_is_not_installed_is_not_brought(tools, view):
    assert await tools.tool("npm", "typescript", view) is None
    assert await tools.tool("pypi", "mypy", view) is None
