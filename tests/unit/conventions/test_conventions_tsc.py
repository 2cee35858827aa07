"""Which TypeScript configuration is in charge of a suite, how tsc is asked, and what its answer means."""

import json

import pytest
from conventions_view import RUNNER, TOOL, Texts

from testwright.conventions.tsc import Tsc
from testwright.conventions.typescript_projects import declarations, project_of
from testwright.domain.conventions import CheckOrder, Complaint, NotChecked
from testwright.domain.projects import Completed

SUITE = "src/cart.test.ts"
ORDER = CheckOrder(source_path="src/cart.ts", suite_path=SUITE)


def said(log, status=2):
    return Tsc().read(Completed(exit_status=status, reason="exit", log=log), ORDER)


@pytest.mark.parametrize(
    ("texts", "suite", "chosen"),
    [
        ({"tsconfig.json": "{}"}, SUITE, "tsconfig.json"),
        ({}, SUITE, None),
        ({"tsconfig.json": "{}", "packages/a/tsconfig.json": "{}"}, "packages/a/x.test.ts", "packages/a/tsconfig.json"),
        ({"tsconfig.json": '{"include": ["lib"]}'}, SUITE, "tsconfig.json"),
        (
            {
                "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.node.json"}, '
                '{"path": "tsconfig.app.json"}]}',
                "tsconfig.node.json": '{"include": ["vite.config.ts"]}',
                "tsconfig.app.json": '{"include": ["src"]}',
            },
            SUITE,
            "tsconfig.app.json",
        ),
        (
            {
                "tsconfig.json": '{"include": ["src"], "exclude": ["**/*.test.ts"]}',
                "tsconfig.vitest.json": '{"extends": "./tsconfig.json", "include": ["src"]}',
            },
            SUITE,
            "tsconfig.vitest.json",
        ),
        ({"tsconfig.json": '{"include": ["src"]}', "test/tsconfig.json": "{}"}, "test/x.test.ts", "test/tsconfig.json"),
        ({"tsconfig.json": '{"include": ["src", "tests"]}', "tests/x.ts": ""}, "tests/x.test.ts", "tsconfig.json"),
    ],
)
def test_the_nearest_configuration_that_takes_the_suite_in_is_in_charge(texts, suite, chosen):
    found = project_of(suite, Texts(texts))

    assert (found.path if found else None) == chosen


def test_a_configuration_may_have_comments_and_commas_too_many():
    text = '{ // strict\n "include": ["src/**/*.ts", /* all */ "types",],\n "exclude": ["http://x"] }'

    found = project_of(SUITE, Texts({"tsconfig.json": text}))

    assert found.include == ("src/**/*.ts", "types")
    assert found.exclude == ("http://x",)


def test_only_declaration_files_are_taken_in_beside_the_suite():
    text = '{"include": ["src", "types/**/*.ts", "env.d.ts", "vite.config.ts", "**/*"]}'

    found = declarations(project_of(SUITE, Texts({"tsconfig.json": text})))

    assert found == ["src/**/*.d.ts", "types/**/*.d.ts", "env.d.ts", "**/*.d.ts"]


@pytest.mark.parametrize(
    ("config", "base", "holds"),
    [
        ('{"compilerOptions": {"checkJs": true}}', "{}", True),
        ('{"extends": "./base"}', '{"compilerOptions": {"checkJs": true}}', True),
        (
            '{"extends": "./base.json", "compilerOptions": {"checkJs": false}}',
            '{"compilerOptions": {"checkJs": true}}',
            False,
        ),
        ('{"extends": "@tsconfig/node20"}', "{}", False),
        ('{"extends": "./tsconfig.json"}', "{}", False),
        ("{}", "{}", False),
    ],
)
def test_javascript_is_checked_only_where_the_project_says_so(config, base, holds):
    view = Texts({"tsconfig.json": config, "base.json": base})

    assert Tsc().applies("src/cart.test.js", view) is holds
    assert Tsc().applies(SUITE, view)


def test_tsc_is_asked_with_the_projects_settings_and_without_writing():
    view = Texts(
        {"packages/a/tsconfig.json": '{"include": ["src"]}', "packages/a/vitest.setup.ts": "", "b/setup.ts": ""}
    )
    order = CheckOrder(
        source_path="packages/a/src/x.ts",
        suite_path="packages/a/src/x.test.ts",
        samples=("packages/a/src/y.test.ts", "packages/b/z.test.ts"),
    )

    check = Tsc().check(order, TOOL, RUNNER, view)

    (text,) = check.texts
    config = json.loads(text.text)
    assert text.path == "packages/a/tsconfig.testwright.json"
    assert config["extends"] == "./tsconfig.json"
    assert config["files"] == ["src/x.test.ts", "src/y.test.ts", "../../packages/b/z.test.ts", "vitest.setup.ts"]
    assert config["compilerOptions"]["noEmit"] is True
    assert check.command.argv[:4] == ("/bin/tool", "main", "-p", "/ws/packages/a/tsconfig.testwright.json")
    assert check.command.mounts == TOOL.mounts


def test_complaints_are_read_with_their_explanation():
    log = (
        "src/cart.ts(11,19): error TS7006: Parameter 'input' implicitly has an 'any' type.\n"
        "src/cart.test.ts(7,25): error TS2345: Argument of type 'string' is not assignable.\n"
        "  Types of property 'x' are incompatible.\n"
    )

    assert said(log) == (
        Complaint(
            path="src/cart.ts", line=11, code="TS7006", message="Parameter 'input' implicitly has an 'any' type."
        ),
        Complaint(
            path=SUITE,
            line=7,
            code="TS2345",
            message="Argument of type 'string' is not assignable.\n  Types of property 'x' are incompatible.",
        ),
    )


@pytest.mark.parametrize(
    ("code", "message", "is_unresolved"),
    [
        ("2582", "Cannot find name 'describe'. Do you need to install type definitions for a test runner?", True),
        ("2304", "Cannot find name 'expect'.", True),
        ("2304", "Cannot find name 'Basket'.", False),
        ("2307", "Cannot find module 'lodash' or its corresponding type declarations.", True),
        ("2307", "Cannot find module './basket' or its corresponding type declarations.", False),
        ("7016", "Could not find a declaration file for module 'x'.", True),
        ("2345", "Argument of type 'string' is not assignable to parameter of type 'number'.", False),
    ],
)
def test_only_what_a_run_settles_better_counts_as_unresolved(code, message, is_unresolved):
    (complaint,) = said(f"{SUITE}(1,1): error TS{code}: {message}")

    assert complaint.is_unresolved is is_unresolved


@pytest.mark.parametrize(
    ("log", "status", "reason"),
    [
        (
            "tsconfig.json(1,100): error TS5101: Option 'baseUrl' is deprecated.\n",
            2,
            "stops at the project's configuration: Option 'baseUrl' is deprecated",
        ),
        (
            "error TS2688: Cannot find type definition file for 'jest'.\n  The file is in the program because:\n",
            2,
            "stops at the project's configuration: Cannot find type definition file for 'jest'",
        ),
        ("Segmentation fault", 139, "ended (by the signal SIGSEGV) without an answer"),
    ],
)
def test_a_checker_that_did_not_get_to_the_files_has_not_checked_them(log, status, reason):
    assert said(log, status) == NotChecked(reason=reason)


def test_a_checker_that_runs_out_of_time_has_not_checked_anything():
    ended = Completed(exit_status=None, reason="timeout", log=f"{SUITE}(1,1): error TS2345: x")

    assert Tsc().read(ended, ORDER) == NotChecked(reason="ended with timeout")


def test_silence_and_success_are_a_clean_suite():
    assert said("", 0) == ()
