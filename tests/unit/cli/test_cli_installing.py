"""Packages are installed when somebody says so, and only then."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from testwright.cli.installing import offer_installs
from testwright.cli.plans import Plan
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile


def plan(root, *, install=False):
    files = (SourceFile(path="a.py", text="", framework="pytest"),)
    new = NewSession(
        owner="local",
        repository_id=root.name,
        repository_root=str(root),
        branch=None,
        framework="pytest",
        files=files,
        options=Options(install=install),
        writer="explorer",
        model=None,
        estimate_seconds=1,
        request_hash="",
    )
    return Plan(root=root, picked=(), new=new, time=SimpleNamespace(), spending=SimpleNamespace())


async def locked(framework, root, *, near):
    return "3 packages from uv.lock"


async def nothing(framework, root, *, near):
    return None


@pytest.mark.parametrize(("word", "installs"), [("y", True), ("YES", True), ("", False), ("n", False)])
async def test_on_a_terminal_one_is_asked_what_is_to_be_installed(tmp_path, word, installs):
    asked = []

    def ask(question):
        asked.append(question)
        return f"{word}\n"

    offered = await offer_installs([plan(tmp_path)], locked, ask)

    assert [one.new.options.install for one in offered] == [installs]
    assert "3 packages from uv.lock" in asked[0]


async def test_where_nobody_can_be_asked_the_option_is_named_and_nothing_is_installed(tmp_path, capsys):
    offered = await offer_installs([plan(tmp_path)], locked, None)

    assert not offered[0].new.options.install
    assert "--install installs 3 packages from uv.lock" in capsys.readouterr().err


async def test_with_the_option_nobody_is_asked(tmp_path, capsys):
    offered = await offer_installs([plan(tmp_path, install=True)], locked, None)

    assert offered[0].new.options.install
    assert "Installing 3 packages" in capsys.readouterr().err


async def test_where_there_is_nothing_to_install_nothing_is_said(tmp_path, capsys):
    await offer_installs([plan(tmp_path)], nothing, None)

    assert capsys.readouterr().err == ""


async def test_each_project_of_a_repository_is_asked_about_once(tmp_path, capsys):
    files = [SourceFile(path=path, text="", framework="pytest") for path in ("a/x.py", "a/y.py", "b/z.py")]
    both = plan(tmp_path, install=True)
    both = replace(both, new=replace(both.new, files=tuple(files)))
    asked = []

    async def of_its_own(framework, root, *, near):
        asked.append(near[0])
        return f"2 packages from {near[0]}/uv.lock"

    await offer_installs([both], of_its_own, None)

    assert asked == ["a", "b"]
    assert "2 packages from a/uv.lock and 2 packages from b/uv.lock" in capsys.readouterr().err
