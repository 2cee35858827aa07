"""Installing from the committed lock files: once, whole, and from nowhere else."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from toolchains_fakes import FakeInstaller, Sentences

from testwright.domain.errors import PermanentError
from testwright.toolchains.checks import describe
from testwright.toolchains.managed import LOCK_FILES, ManagedRunners, managed_packages, managed_version
from testwright.toolchains.node import Node
from testwright.toolchains.tools import ToolResult, run_tool


async def test_two_files_that_need_the_same_runner_install_it_once(tmp_path: Path) -> None:
    installer = FakeInstaller(seconds=0.3)
    runners = [ManagedRunners(tmp_path, tool=installer, seconds=5) for _ in range(2)]
    found = await asyncio.gather(*(each.node("vitest", Sentences()) for each in runners))

    assert found[0] == found[1]
    assert len(installer.calls) == 1


async def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    installer, sentences = FakeInstaller(), Sentences()
    runners = ManagedRunners(tmp_path, tool=installer)
    await runners.node("jest", Sentences())
    await runners.node("jest", sentences)

    assert len(installer.calls) == 1
    assert sentences == []


async def test_scripts_of_packages_never_run(tmp_path: Path) -> None:
    installer = FakeInstaller()
    runners = ManagedRunners(tmp_path, tool=installer)
    await runners.node("vitest", Sentences())
    await runners.python("3.12", Sentences())

    npm, pip, *_ = installer.calls
    assert npm[:3] == ("npm", "ci", "--ignore-scripts")
    assert {"--require-hashes", "--only-binary=:all:"} <= set(pip)


async def test_what_our_python_runs_is_compiled_once_and_not_at_every_start(tmp_path: Path) -> None:
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    installer = FakeInstaller()
    runners = ManagedRunners(tmp_path, tool=installer)
    await runners.python("3.99", Sentences())
    await runners.python(ours, Sentences())

    _, _, compiled = installer.calls
    assert compiled[:4] == (sys.executable, "-I", "-m", "compileall")


async def test_a_failed_installation_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    output = "npm error code ENOTFOUND\nnpm error request to the registry failed, see /home/me/.npm/_logs/x.log\n"
    with pytest.raises(PermanentError) as caught:
        await ManagedRunners(tmp_path, tool=FakeInstaller(status=1, output=output)).node("vitest", Sentences())

    assert caught.value.code == "runner_missing"
    assert caught.value.retryable
    assert "request to the registry failed" in caught.value.message
    assert "/home/me" not in caught.value.message
    assert ManagedRunners(tmp_path).installed_node("vitest") is None
    assert list(tmp_path.glob("*vitest*/")) == []  # noqa: ASYNC240


async def test_an_installer_that_hangs_elsewhere_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    slow = asyncio.create_task(ManagedRunners(tmp_path, tool=FakeInstaller(seconds=30)).node("vitest", Sentences()))
    await asyncio.sleep(0.2)
    with pytest.raises(PermanentError, match="Another process"):
        await ManagedRunners(tmp_path, tool=FakeInstaller(), seconds=0.3).node("vitest", Sentences())
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_tool_hears_nothing_of_our_secrets(tmp_path: Path) -> None:
    result = await run_tool(("env",), cwd=tmp_path, seconds=10)

    names = {line.partition("=")[0] for line in result.output.splitlines()}
    assert "PATH" in names
    assert not any(re.search("KEY|TOKEN|SECRET|TESTWRIGHT|INNGEST", name) for name in names)


async def test_a_tool_that_is_missing_or_slow_is_a_result(tmp_path: Path) -> None:
    assert (await run_tool(("testwright-no-such-tool",), cwd=tmp_path, seconds=5)).status is None
    assert (await run_tool(("sleep", "30"), cwd=tmp_path, seconds=0.2)).status is None


@pytest.mark.parametrize("name", ["vitest", "jest"])
def test_the_lock_files_name_no_registry_and_pin_every_package(name: str) -> None:
    packages = json.loads((LOCK_FILES / name / "package-lock.json").read_text())["packages"]
    del packages[""]

    assert all("resolved" not in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


@pytest.mark.parametrize("name", ["vitest", "jest"])
def test_every_locked_package_runs_on_node_20(name: str) -> None:
    packages = json.loads((LOCK_FILES / name / "package-lock.json").read_text())["packages"]
    wanted = {
        path: package["engines"]["node"] for path, package in packages.items() if "node" in package.get("engines", {})
    }
    refusing = [
        (path, engines)
        for path, engines in wanted.items()
        if not re.search(r"\b20\b|\^20|>=? ?v?(\d|1\d|20)(\.|\b)|\*", engines)
    ]

    assert refusing == []


def test_the_python_lock_pins_with_hashes() -> None:
    text = (LOCK_FILES / "python" / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z][\w.-]*==", text, re.MULTILINE)

    assert {"pytest==", "coverage==", "pytest-asyncio=="} <= set(pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


def test_versions_come_from_the_lock_files() -> None:
    assert managed_version("vitest") == "4.1.12"
    assert managed_version("coverage").startswith("7.")
    assert "react" in managed_packages("vitest")


class NoSandbox:
    tier = "unavailable"
    reason = "bubblewrap is not installed, so tests cannot be run"
    hint = "sudo apt-get install bubblewrap"

    async def run(self, command: object) -> object:
        raise NotImplementedError


async def test_the_doctor_names_a_fix_for_what_is_missing(tmp_path: Path) -> None:
    async def no_node() -> Node:
        raise PermanentError("Node.js is not installed here", code="runner_missing", hint="Install Node.js")

    async def no_tool(argv: object, *, cwd: Path, seconds: float) -> ToolResult:
        return ToolResult(status=None, output="")

    checks = {check.name: check for check in await describe(tmp_path, NoSandbox(), tool=no_tool, node=no_node)}  # type: ignore[arg-type]

    assert (checks["sandbox"].status, checks["sandbox"].fix) == ("failed", "sudo apt-get install bubblewrap")
    assert all(checks[name].status == "warning" and checks[name].fix for name in ("node", "npm", "git"))
    assert checks["python"].status == checks["toolchains"].status == "ok"
