"""`testwright config` says what holds and who said so; options that nobody typed are the project's to say."""

import pytest

from testwright.cli.configured import project_lines, setting_lines
from testwright.cli.selecting import select
from testwright.cli.typed import typed_options
from testwright.domain.sessions import CoverageGoal, TestType

NOTHING = dict.fromkeys(("unit", "integration", "basic", "edge_cases", "mocks", "model", "max_cost_usd", "install"))


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.testwright]\nframework = "unittest"\nexclude = ["gen/"]\n')
    for path in ("shop.py", "gen/made.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("def f(x):\n    return x + 1\n")
    return tmp_path


def test_each_value_of_a_project_has_its_origin(project):
    lines = {name: (value, origin) for name, value, origin in project_lines(project)}

    assert lines["framework (python)"] == ("unittest", "pyproject.toml [tool.testwright]")
    assert lines["exclude"] == ("gen/", "pyproject.toml [tool.testwright]")
    assert lines["coverage"] == ("comprehensive", "usual")


def test_a_secret_is_said_to_be_set_and_never_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("TESTWRIGHT_HOME", str(tmp_path))
    monkeypatch.setenv("GOOGLE_API_KEY", "AIza-not-for-eyes")
    (tmp_path / ".env").write_text("TESTWRIGHT_DAY_USD=3\n")

    lines = {name: (value, origin) for name, value, origin in setting_lines()}

    assert lines["GOOGLE_API_KEY"] == ("set", "environment, GOOGLE_API_KEY")
    assert lines["TESTWRIGHT_DAY_USD"] == ("3.0", str(tmp_path / ".env"))
    assert lines["TESTWRIGHT_STABILITY_RUNS"] == ("5", "usual")


def test_what_a_project_excludes_is_tested_only_when_it_is_named(project):
    assert select([project]) == {project: ["shop.py"]}
    assert select([project / "gen" / "made.py"]) == {project: ["gen/made.py"]}


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ({}, {}),
        ({"install": True}, {"install": True}),
        ({"install": False}, {}),
        ({"basic": True}, {"coverage": CoverageGoal.BASIC}),
        ({"basic": False}, {"coverage": CoverageGoal.COMPREHENSIVE}),
        ({"integration": True}, {"test_types": (TestType.UNIT, TestType.INTEGRATION)}),
        ({"unit": True}, {"test_types": (TestType.UNIT,)}),
        ({"unit": False, "integration": True}, {"test_types": (TestType.INTEGRATION,)}),
        ({"unit": False}, {"test_types": ()}),
        ({"mocks": False, "edge_cases": False}, {"mock_external": False, "include_edge_cases": False}),
    ],
)
def test_only_what_was_typed_is_given(typed, options):
    assert typed_options(**{**NOTHING, **typed}) == options
