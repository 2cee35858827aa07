"""Files of the same request that tools obey: used where they work, left out where they do not."""

from dataclasses import replace

import pytest

from testwright.domain.errors import PermanentError


def beside(it, *paths, root=None):
    overlay = {path: f"text of {path}" for path in paths}
    it.workspace.texts |= overlay
    it.assignment = replace(it.assignment, overlay={**overlay, "src/money.py": "code"}, repository_root=root)
    return it


@pytest.mark.parametrize("path", ["conftest.py", "tests/conftest.py", "json.py", "src/types.py"])
async def test_a_neighbour_that_lets_nothing_run_is_left_out_and_named(world, suite, path):
    it = beside(world(suite(a="pass")), path, "src/other.py")
    it.sandbox.unbearable = frozenset({path})

    await it.walk()

    assert path not in it.workspace.texts
    assert "src/other.py" in it.workspace.texts
    assert any(f"without {path.split('/')[-1]} of this request" in event.message for event in it.desk.events)


async def test_a_neighbour_that_works_is_used(world, suite):
    it = beside(world(suite(a="pass")), "conftest.py")

    await it.walk()

    assert "conftest.py" in it.workspace.texts
    assert not any("of this request" in event.message for event in it.desk.events)


async def test_files_that_steer_another_languages_tools_cost_no_run(world, suite):
    alone, beside_others = world(suite(a="pass")), beside(world(suite(a="pass")), "vitest.config.ts", "src/other.py")

    await alone.walk()
    await beside_others.walk()

    assert len(beside_others.sandbox.runs) == len(alone.sandbox.runs)


async def test_only_the_neighbours_that_are_to_blame_are_left_out(world, suite):
    it = beside(world(suite(a="pass")), "conftest.py", "json.py", "types.py")
    it.sandbox.unbearable = frozenset({"json.py"})

    await it.walk()

    assert {"conftest.py", "types.py"} <= it.workspace.texts.keys()
    assert "json.py" not in it.workspace.texts


async def test_a_source_that_does_not_load_by_itself_keeps_its_neighbours_and_its_own_reason(world, suite):
    it = beside(world(suite(a="pass")), "conftest.py")
    it.sandbox.source = "load_error:boom in money.py"

    with pytest.raises(PermanentError, match=r"boom in money\.py"):
        await it.walk()

    assert "conftest.py" in it.workspace.texts


async def test_files_of_a_registered_project_belong_together(world, suite):
    it = beside(world(suite(a="pass")), "conftest.py", root="/home/me/shop")
    it.sandbox.unbearable = frozenset({"conftest.py"})

    with pytest.raises(PermanentError, match=r"conftest\.py does not load"):
        await it.walk()


def with_conftest(it, path, missing):
    """In a project without an environment of its own; a run says why the conftest.py does not load."""
    it.assignment = replace(it.assignment, repository_root="/home/me/shop")
    it.workspace.texts[path] = "import simplejson"
    it.sandbox.unbearable, it.sandbox.unbearable_for = frozenset({path}), missing
    return it


@pytest.mark.parametrize("path", ["conftest.py", "tests/conftest.py"])
async def test_what_a_projects_conftest_lacks_costs_no_file_that_does_not_need_it(world, suite, path):
    it = with_conftest(world(suite(a="pass")), path, "missing_package")

    delivered = await it.walk()

    assert delivered.evidence.ran_without == (path,)
    assert any(f"without {path} of the project" in event.message for event in it.desk.events)


async def test_a_conftest_that_fails_for_another_reason_is_the_projects_to_mend(world, suite):
    with pytest.raises(PermanentError, match="does not load"):
        await with_conftest(world(suite(a="pass")), "tests/conftest.py", "no_report").walk()


async def test_a_source_that_lacks_a_package_itself_keeps_its_conftest(world, suite):
    it = with_conftest(world(suite(a="pass")), "tests/conftest.py", "missing_package")
    it.sandbox.source = "missing_package:money.py needs the package lxml"

    with pytest.raises(PermanentError):
        await it.walk()

    assert "tests/conftest.py" in it.workspace.texts


async def test_a_copy_that_is_made_anew_after_a_restart_is_without_them_too(world, suite):
    it = beside(world(suite(a="pass")), "conftest.py")
    it.sandbox.unbearable = frozenset({"conftest.py"})
    it.step.dies_after = 2
    with pytest.raises(it.Died):
        await it.walk()
    it.workspace.texts["conftest.py"] = "laid out again"
    it.step.dies_after = 1000

    await it.walk()

    assert len(it.desk.delivered) == 1
