"""Which JavaScript runner a project gets."""

import json
from pathlib import Path

import pytest
from toolchains_fakes import FakeInstaller, FakeView, LockedTrees, Sentences, install_package, system_node

from testwright.domain.errors import InputError, PermanentError
from testwright.domain.projects import Mount
from testwright.toolchains.finder import InstalledToolchains
from testwright.toolchains.managed import ManagedRunners
from testwright.toolchains.node import find_node
from testwright.toolchains.tools import ToolResult


def toolchains(
    tmp_path: Path, installer: FakeInstaller | None = None, locked: LockedTrees | None = None
) -> InstalledToolchains:
    managed = ManagedRunners(tmp_path / "cache", tool=installer or FakeInstaller(), seconds=5)
    return InstalledToolchains(tmp_path / "cache", managed=managed, node=system_node, locked=locked)


def view(tmp_path: Path, *, files: tuple[str, ...] = ("package.json",), points: tuple[str, ...] = (".",)) -> FakeView:
    for point in points:
        (tmp_path / "copy" / point / "node_modules").mkdir(parents=True, exist_ok=True)
    (tmp_path / "project").mkdir(exist_ok=True)
    return FakeView(root=str(tmp_path / "copy"), origin=str(tmp_path / "project"), files=files)


async def test_a_projects_own_runner_is_preferred(tmp_path: Path) -> None:
    for name, version in (("vitest", "4.0.1"), ("istanbul-lib-instrument", "6.0.3"), ("jsdom", "26.0.0")):
        install_package(tmp_path / "project", name, version)
    installer = FakeInstaller()
    runner = await toolchains(tmp_path, installer).runner("vitest", view(tmp_path), Sentences())

    assert (runner.origin, runner.version) == ("project", "4.0.1")
    assert runner.program == ("/usr/bin/node", "/ws/node_modules/vitest/vitest.mjs")
    assert runner.mounts == (Mount(host=str(tmp_path / "project/node_modules"), inside="/ws/node_modules"),)
    assert installer.calls == []


async def test_what_a_projects_runner_lacks_is_mounted_where_node_looks_last(tmp_path: Path) -> None:
    install_package(tmp_path / "project", "vitest", "4.0.1")
    install_package(tmp_path / "project", "react", "18.3.1")
    runner = await toolchains(tmp_path).runner("vitest", view(tmp_path), Sentences())

    assert [mount.inside for mount in runner.mounts] == ["/ws/node_modules", "/node_modules"]
    assert runner.fact("react") == "project"
    assert runner.fact("@testing-library/react") == "managed"


async def test_a_projects_runner_works_although_the_extras_cannot_be_had(tmp_path: Path) -> None:
    install_package(tmp_path / "project", "vitest", "4.0.1")
    runner = await toolchains(tmp_path, FakeInstaller(status=1)).runner("vitest", view(tmp_path), Sentences())

    assert runner.origin == "project"
    assert runner.fact("jsdom") == ""


async def test_a_project_without_a_runner_gets_the_managed_one_beside_its_own_packages(tmp_path: Path) -> None:
    install_package(tmp_path / "project", "react", "18.3.1")
    sentences = Sentences()
    runner = await toolchains(tmp_path).runner("jest", view(tmp_path), sentences)

    assert (runner.origin, runner.version) == ("managed", "30.5.2")
    assert runner.program == ("/usr/bin/node", "/node_modules/jest/bin/jest.js")
    assert [mount.inside for mount in runner.mounts] == ["/ws/node_modules", "/node_modules"]
    assert sentences == ["Installing jest 30.5.2 (first use only)…", "Installed jest 30.5.2."]


async def test_without_a_repository_everything_is_managed(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    runner = await toolchains(tmp_path).runner("vitest", FakeView(str(tmp_path / "copy"), None), Sentences())

    assert [mount.inside for mount in runner.mounts] == ["/node_modules"]
    assert runner.fact("react") == "managed"


async def test_packages_above_the_folder_count_up_to_the_repositorys_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    install_package(tmp_path, "jest", "29.7.0")
    install_package(tmp_path, "jest-environment-jsdom", "29.7.0")
    runner = await toolchains(tmp_path).runner("jest", view(tmp_path), Sentences())

    assert (runner.origin, runner.version) == ("project", "29.7.0")
    assert runner.mounts == (Mount(host=str(tmp_path / "node_modules"), inside="/ws/node_modules"),)


async def test_packages_above_a_folder_that_is_no_repository_do_not_count(tmp_path: Path) -> None:
    install_package(tmp_path, "jest", "29.7.0")
    runner = await toolchains(tmp_path).runner("jest", view(tmp_path), Sentences())

    assert runner.origin == "managed"


async def test_a_runner_in_a_package_of_the_project_is_found(tmp_path: Path) -> None:
    for name in ("vitest", "istanbul-lib-instrument", "jsdom"):
        install_package(tmp_path / "project/packages/one", name, "4.1.0")
    project = view(tmp_path, files=("package.json", "packages/one/package.json"), points=("packages/one",))
    runner = await toolchains(tmp_path).runner("vitest", project, Sentences())

    assert runner.program[1] == "/ws/packages/one/node_modules/vitest/vitest.mjs"


async def test_a_link_in_the_place_of_node_modules_is_not_followed(tmp_path: Path) -> None:
    install_package(tmp_path / "elsewhere", "vitest", "4.0.1")
    project = view(tmp_path)
    (tmp_path / "project/node_modules").symlink_to(tmp_path / "elsewhere/node_modules")
    runner = await toolchains(tmp_path).runner("vitest", project, Sentences())

    assert runner.origin == "managed"
    assert all("elsewhere" not in mount.host for mount in runner.mounts)


async def test_packages_without_a_mount_point_in_the_copy_are_passed_over(tmp_path: Path) -> None:
    """They were installed after the copy was made."""
    install_package(tmp_path / "project", "vitest", "4.0.1")
    runner = await toolchains(tmp_path).runner("vitest", view(tmp_path, points=()), Sentences())

    assert runner.origin == "managed"


async def test_an_unknown_framework_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="karma"):
        await toolchains(tmp_path).runner("karma", view(tmp_path), Sentences())


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (ToolResult(status=0, output="/usr/bin/node\n18.20.4\n"), "18.20.4 is too old"),
        (ToolResult(status=1, output="no such shim"), "does not start"),
        (ToolResult(status=None, output=""), "does not start"),
    ],
)
async def test_a_node_that_will_not_do_is_told_apart(answer: ToolResult, problem: str) -> None:
    async def tool(argv: object, *, cwd: Path, seconds: float) -> ToolResult:
        return answer

    with pytest.raises(PermanentError, match=f"{problem}|not installed") as caught:
        await find_node(tool=tool)
    assert caught.value.code == "runner_missing"


async def test_a_node_from_a_version_manager_is_mounted_and_put_on_the_path(tmp_path: Path) -> None:
    node = tmp_path / "versions/v22/bin/node"
    node.parent.mkdir(parents=True)
    node.write_text("")

    async def tool(argv: object, *, cwd: Path, seconds: float) -> ToolResult:
        return ToolResult(status=0, output=f"{node}\n22.11.0\n")

    try:
        found = await find_node(tool=tool)
    except PermanentError as error:
        pytest.skip(error.message)

    assert found.mounts == (Mount(host=str(node), inside=str(node)),)
    assert dict(found.env)["PATH"].startswith(str(node.parent) + ":")


async def test_a_projects_own_mocha_gets_what_measures_and_nothing_for_pages(tmp_path: Path) -> None:
    install_package(tmp_path / "project", "mocha", "10.8.2")
    install_package(tmp_path / "project", "react", "18.3.1")
    install_package(tmp_path / "project", "istanbul-lib-instrument", "6.0.3")
    installer = FakeInstaller()
    runner = await toolchains(tmp_path, installer).runner("mocha", view(tmp_path), Sentences())

    assert (runner.origin, runner.version) == ("project", "10.8.2")
    assert runner.program == ("/usr/bin/node", "/ws/node_modules/mocha/bin/mocha.js")
    assert installer.calls == []


async def test_node_test_needs_nothing_but_node_and_what_measures(tmp_path: Path) -> None:
    runner = await toolchains(tmp_path).runner("node:test", view(tmp_path), Sentences())
    bare = await toolchains(tmp_path / "b", FakeInstaller(status=1)).runner("node:test", view(tmp_path), Sentences())

    assert (runner.framework, runner.origin, runner.version) == ("node:test", "project", "20.19.0")
    assert runner.program == ("/usr/bin/node",)
    assert (runner.fact("istanbul-lib-instrument"), runner.fact("chai")) == ("managed", "")
    assert bare.program == ("/usr/bin/node",)


async def test_what_was_installed_from_the_lock_stands_for_packages_that_the_project_lacks(tmp_path: Path) -> None:
    for name in ("project", "copy/node_modules"):
        (tmp_path / name).mkdir(parents=True)
    packages = {"node_modules/vitest": {"version": "4.0.1", "integrity": "sha512-" + "A" * 86 + "=="}}
    for name in ("project", "copy"):
        (tmp_path / name / "package-lock.json").write_text(json.dumps({"packages": packages}))
    locked = LockedTrees(tmp_path / "tree")
    found = toolchains(tmp_path, locked=locked)
    asked = FakeView(str(tmp_path / "copy"), str(tmp_path / "project"))
    install_package(tmp_path / "tree", "vitest", "4.0.1")
    before = await found.installable("vitest", str(tmp_path / "project"))
    runner = await found.runner("vitest", asked, Sentences(), install=True)
    install_package(tmp_path / "project", "vitest", "3.0.0")
    own = await found.runner("vitest", asked, Sentences(), install=True)

    assert before == "1 package from package-lock.json"
    assert runner.found == "vitest 4.0.1, installed from package-lock.json"
    assert runner.mounts[0] == Mount(host=str(tmp_path / "tree/node_modules"), inside="/ws/node_modules")
    assert own.version == "3.0.0"
    assert locked.installed == ["package-lock.json"]


async def test_without_consent_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    packages = {"node_modules/vitest": {"version": "4.0.1", "integrity": "sha512-" + "A" * 86 + "=="}}
    (tmp_path / "project" / "package-lock.json").write_text(json.dumps({"packages": packages}))
    locked = LockedTrees(tmp_path / "tree")
    asked = FakeView(str(tmp_path / "project"), str(tmp_path / "project"))
    runner = await toolchains(tmp_path, locked=locked).runner("vitest", asked, Sentences())

    assert runner.origin == "managed"
    assert locked.installed == []


def lock_of(folder: Path, version: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    packages = {"node_modules/vitest": {"version": version, "integrity": "sha512-" + "A" * 86 + "=="}}
    (folder / "package-lock.json").write_text(json.dumps({"packages": packages}))


async def test_of_several_projects_in_a_repository_the_sources_own_lock_counts(tmp_path: Path) -> None:
    for place in ("project", "copy"):
        lock_of(tmp_path / place, "1.0.0")
        lock_of(tmp_path / place / "packages/web", "4.0.1")
    install_package(tmp_path / "tree", "vitest", "4.0.1")
    locked = LockedTrees(tmp_path / "tree")
    found = toolchains(tmp_path, locked=locked)
    asked = view(
        tmp_path, files=("package.json", "packages/web/package.json"), points=(".", "packages/web", "packages/api")
    )
    offered = [
        await found.installable("vitest", str(asked.origin), near=near) for near in ("packages/web/src/a.ts", "b.ts")
    ]
    runner = await found.runner("vitest", asked, Sentences(), near="packages/web/src/a.ts", install=True)

    assert offered == ["1 package from packages/web/package-lock.json", "1 package from package-lock.json"]
    assert runner.found == "vitest 4.0.1, installed from packages/web/package-lock.json"
    assert runner.program[1] == "/ws/packages/web/node_modules/vitest/vitest.mjs"
    assert Mount(host=str(tmp_path / "tree/node_modules"), inside="/ws/packages/web/node_modules") in runner.mounts


async def test_a_project_in_a_repository_that_installed_its_packages_is_left_alone(tmp_path: Path) -> None:
    for place in ("project/packages/web", "copy/packages/web"):
        lock_of(tmp_path / place, "4.0.1")
    install_package(tmp_path / "project/packages/web", "vitest", "3.9.0")
    install_package(tmp_path / "project", "vitest", "1.0.0")
    locked = LockedTrees(tmp_path / "tree")
    asked = view(tmp_path, files=("package.json", "packages/web/package.json"), points=(".", "packages/web"))
    runner = await toolchains(tmp_path, locked=locked).runner(
        "vitest", asked, Sentences(), near="packages/web/a.ts", install=True
    )

    assert (runner.version, locked.installed) == ("3.9.0", [])


async def test_a_lock_above_that_can_be_read_stands_for_one_that_cannot(tmp_path: Path) -> None:
    lock_of(tmp_path / "project", "4.0.1")
    (tmp_path / "project/packages/web").mkdir(parents=True)
    (tmp_path / "project/packages/web/yarn.lock").write_text("__metadata:\n  version: 8\n")
    found = toolchains(tmp_path, locked=LockedTrees(tmp_path / "tree"))
    offered = await found.installable("vitest", str(tmp_path / "project"), near="packages/web/a.ts")

    assert offered == "1 package from package-lock.json"
