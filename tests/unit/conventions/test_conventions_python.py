"""How mypy and pyright are asked, and what their answers mean."""

import json

import pytest
from conventions_view import RUNNER, TOOL, Texts

from testwright.conventions.mypy import Mypy
from testwright.conventions.pyright import Pyright
from testwright.domain.conventions import CheckOrder, Complaint, NotChecked
from testwright.domain.projects import Completed

SUITE = "tests/test_cart.py"
ORDER = CheckOrder(source_path="src/shop/cart.py", suite_path=SUITE, samples=("tests/test_other.py",))


@pytest.mark.parametrize(
    ("texts", "applies"),
    [
        ({}, False),
        ({"pyproject.toml": "[tool.ruff]"}, False),
        ({"pyproject.toml": "[tool.mypy]\nstrict = true"}, True),
        ({"pyproject.toml": "[tool.mypy\n"}, False),
        ({"mypy.ini": "[mypy]\n"}, True),
        ({"setup.cfg": "[mypy]\nfiles = src, tests\n"}, True),
        ({"setup.cfg": "[metadata]\nname = x\n"}, False),
        ({"setup.cfg": "[mypy]\nfiles =\n    src\n    tools\n"}, False),
        ({"pyproject.toml": '[tool.mypy]\nfiles = ["src"]'}, False),
        ({"pyproject.toml": '[tool.mypy]\nfiles = "."'}, True),
        ({"pyproject.toml": '[tool.mypy]\npackages = ["shop"]'}, False),
        ({"pyproject.toml": '[tool.mypy]\npackages = ["shop", "tests"]'}, True),
        ({"pyproject.toml": "[tool.mypy]\nexclude = '^tests/'"}, False),
        ({"pyproject.toml": "[tool.mypy]\nexclude = ['build', '(']"}, True),
    ],
)
def test_mypy_checks_what_the_project_has_it_check(texts, applies):
    assert Mypy().applies(SUITE, Texts(texts)) is applies


def test_mypy_is_asked_about_the_suite_and_the_samples_with_the_projects_settings():
    view = Texts({"pyproject.toml": "[tool.mypy]", "src/shop/__init__.py": "", "src/shop/cart.py": ""})

    command = Mypy().check(ORDER, TOOL, RUNNER, view).command

    assert command.argv[:3] == ("/bin/tool", "main", "--config-file=pyproject.toml")
    assert command.argv[-2:] == (SUITE, "tests/test_other.py")
    assert dict(command.env)["MYPYPATH"] == "/ws/src"


def test_mypys_errors_are_read_and_its_notes_are_not():
    log = (
        'tests/test_cart.py:6: error: Argument 1 to "add" has incompatible type "str"; expected "int"  [arg-type]\n'
        "tests/test_cart.py:6: note: See https://mypy.readthedocs.io\n"
        'src/shop/cart.py:1:5: error: Library stubs not installed for "yaml"  [import-untyped]\n'
    )

    found = Mypy().read(Completed(exit_status=1, reason="exit", log=log), ORDER)

    assert found == (
        Complaint(
            path=SUITE,
            line=6,
            code="arg-type",
            message='Argument 1 to "add" has incompatible type "str"; expected "int"',
        ),
        Complaint(
            path="src/shop/cart.py",
            line=1,
            code="import-untyped",
            message='Library stubs not installed for "yaml"',
            is_unresolved=True,
        ),
    )


@pytest.mark.parametrize(
    ("completed", "reason"),
    [
        (
            Completed(exit_status=2, reason="exit", log="src/shop/x.py: error: Source file found twice\n"),
            "stops: src/shop/x.py: error: Source file found twice",
        ),
        (Completed(exit_status=1, reason="exit", log="No module named mypy"), "stops: No module named mypy"),
        (Completed(exit_status=None, reason="memory-limit", log=""), "ended with memory limit"),
    ],
)
def test_mypy_that_gave_no_answer_has_not_checked(completed, reason):
    assert Mypy().read(completed, ORDER) == NotChecked(reason=reason)


def test_a_suite_that_mypy_cannot_even_parse_is_an_answer():
    log = f"{SUITE}:3: error: Invalid syntax  [syntax]"

    (complaint,) = Mypy().read(Completed(exit_status=2, reason="exit", log=log), ORDER)

    assert (complaint.line, complaint.code) == (3, "syntax")


@pytest.mark.parametrize(
    ("texts", "applies"),
    [
        ({}, False),
        ({"pyrightconfig.json": '{"strict": ["src"] /* more */}'}, True),
        ({"pyrightconfig.json": '{"include": ["src"]}'}, False),
        ({"pyproject.toml": '[tool.pyright]\ninclude = ["src", "tests"]'}, True),
        ({"pyproject.toml": '[tool.pyright]\nexclude = ["**/tests"]'}, False),
        ({"pyproject.toml": "[tool.basedpyright]"}, True),
    ],
)
def test_pyright_checks_what_the_project_has_it_check(texts, applies):
    assert Pyright().applies(SUITE, Texts(texts)) is applies


def test_pyright_looks_for_packages_where_the_runner_does():
    argv = Pyright().check(ORDER, TOOL, RUNNER, Texts({})).command.argv

    assert argv[2:5] == ("--outputjson", "--pythonpath", "/venv/bin/python")


def test_pyrights_report_is_read_with_lines_from_one():
    def entry(rule, severity="error"):
        return {
            "file": f"/ws/{SUITE}",
            "severity": severity,
            "rule": rule,
            "message": "m",
            "range": {"start": {"line": 4}},
        }

    report = {"generalDiagnostics": [entry("reportArgumentType"), entry("reportMissingImports"), entry("x", "warning")]}
    found = Pyright().read(Completed(exit_status=1, reason="exit", log=f"0.1 s\n{json.dumps(report)}\n"), ORDER)

    assert [(each.path, each.line, each.code, each.is_unresolved) for each in found] == [
        (SUITE, 5, "reportArgumentType", False),
        (SUITE, 5, "reportMissingImports", True),
    ]


@pytest.mark.parametrize(
    "log", ["", "{", "[1]", '{"generalDiagnostics": 3}', "getaddrinfo EAI_AGAIN registry.npmjs.org"]
)
def test_pyright_that_gave_no_report_has_not_checked(log):
    assert isinstance(Pyright().read(Completed(exit_status=1, reason="exit", log=log), ORDER), NotChecked)
