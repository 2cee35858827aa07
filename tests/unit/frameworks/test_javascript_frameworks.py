import json
import re
from datetime import timedelta

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.projects import Command, Completed, Limits, Mount, Runner, RunOrder
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import javascript_suites as suites
from testwright.frameworks.jest import Jest
from testwright.frameworks.vitest import Vitest

ORDER = RunOrder(source_path="src/price.ts", suite_paths=("src/price.test.ts",))


class View:
    root = "/nowhere"

    def __init__(self, *paths, **texts):
        self._texts = {**dict.fromkeys(paths, ""), **texts}

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def runner(name="vitest", **more):
    entry = {"vitest": "/node_modules/vitest/vitest.mjs", "jest": "/node_modules/jest/bin/jest.js"}[name]
    return Runner(framework=name, version="1", origin="managed", found="", program=("/usr/bin/node", entry), **more)


def completed(tests=(), errors=(), status=0, reason="exit", coverage=(), finished=True, log=""):
    report = {"tests": list(tests), "errors": list(errors), "coverage": list(coverage), "finished": finished}
    return Completed(
        exit_status=status, reason=reason, log=log, reports={suites.REPORT: json.dumps(report).encode()}, seconds=1.5
    )


def told(title, state="passed", *groups, **more):
    return {"titles": [*groups, title], "state": state, "message": "", "ms": 1, **more}


@pytest.mark.parametrize(
    ("source", "others", "path"),
    [
        ("src/Button.tsx", (), "src/Button.test.tsx"),
        ("src/price.ts", ("src/cart.spec.ts",), "src/price.spec.ts"),
        ("src/price.ts", ("src/__tests__/cart.test.ts",), "src/__tests__/price.test.ts"),
        ("src/lib/price.js", ("test/cart.test.js",), "test/lib/price.test.js"),
        ("index.js", ("index.test.js",), "index.more.test.js"),
        ("index.js", ("index.test.js", "index.more.test.js"), "index.more-2.test.js"),
        ("src/price.tsx", ("src/cart.test.tsx", "src/item.spec.tsx", "src/sum.test.tsx"), "src/price.test.tsx"),
        ("src/shop/price.ts", ("tests/unit/cart.test.ts",), "tests/shop/price.test.ts"),
        ("source/price.mjs", ("specs/cart.spec.mjs",), "specs/price.spec.mjs"),
        (
            "packages/a/src/price.ts",
            ("package.json", "packages/a/package.json", "packages/a/test/cart.spec.ts", "src/x.test.ts", "y.test.ts"),
            "packages/a/test/price.spec.ts",
        ),
        (
            "packages/b/src/price.ts",
            ("packages/a/package.json", "packages/b/package.json", "packages/a/test/cart.spec.ts"),
            "packages/b/test/price.spec.ts",
        ),
        ("src/price.ts", ("cypress/cart.spec.ts", "e2e/pay.spec.ts"), "src/price.test.ts"),
    ],
)
def test_a_suite_goes_where_the_projects_others_are_and_never_onto_one(source, others, path):
    assert Vitest().suite_path(source, View(source, *others)) == path


@pytest.mark.parametrize(
    ("sources", "others", "suites"),
    [
        (("a.js", "a.ts", "a.tsx"), (), ("a.test.js", "a.test.ts", "a.test.tsx")),
        (("a.more.ts", "a.ts"), ("a.test.ts",), ("a.more.test.ts", "a.more-2.test.ts")),
        (("A.ts", "a.ts"), (), ("A.test.ts", "a.more.test.ts")),
        (
            ("a.ts", "lib/a.ts", "src/a.ts", "src/src/a.ts"),
            ("tests/other.test.ts",),
            ("tests/a.test.ts", "tests/lib/a.test.ts", "tests/src/a.more.test.ts", "tests/src/a.test.ts"),
        ),
    ],
)
def test_no_two_sources_are_given_one_suite_whichever_is_asked_first(sources, others, suites):
    assert tuple(Vitest().suite_path(source, View(*sources, *others)) for source in sources) == suites


def test_a_source_in_node_modules_is_refused_with_its_reason():
    with pytest.raises(PermanentError) as caught:
        Jest().suite_path("node_modules/a.ts", View("node_modules/a.ts"))

    assert caught.value.code == "invalid_path"
    assert "node_modules" in caught.value.message


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"test.js": "var plural = require('./')\nit('a', () => {})"}, ("test.js",)),
        ({"test/all.js": "import { plural } from '../index.js'\ntest('a', () => {})"}, ("test/all.js",)),
        ({"test/all.test.ts": "import plural from '..'\nit('a', () => {})"}, ("test/all.test.ts",)),
        ({"test.js": "require('./index'); require('./other')\nit('a', () => {})", "other.js": ""}, ()),
        ({"test.js": "require('./index')"}, ()),
        ({"bench.js": "require('./index')\nit('a', () => {})"}, ()),
        ({"index.test.js": "", "test.js": "require('./index')\nit('a', () => {})"}, ("index.test.js",)),
    ],
)
def test_a_suite_that_takes_in_one_file_alone_is_that_files(texts, found):
    assert Vitest().existing_suites("index.js", View("index.js", **texts)) == found


def test_existing_suites_are_found_by_name_and_place():
    view = View(
        "src/price.ts", "src/price.test.ts", "src/__tests__/price.spec.ts", "test/price.test.ts", "other/price.test.ts"
    )

    assert Jest().existing_suites("src/price.ts", view) == (
        "src/__tests__/price.spec.ts",
        "src/price.test.ts",
        "test/price.test.ts",
    )


def test_known_modules_are_declared_built_in_or_brought():
    manifest = json.dumps({"name": "shop", "dependencies": {"zod": "1"}, "devDependencies": {"msw": "2"}})
    view = View(**{"package.json": manifest})

    known = Vitest().known_modules(view, runner())

    assert {"zod", "msw", "shop", "fs", "node:path", "vitest", "@testing-library/react"} <= known
    assert "axios" not in known


def test_a_broken_manifest_declares_nothing():
    assert "fs" in Jest().known_modules(View(**{"package.json": "{oops"}), runner("jest"))


def test_vitest_is_started_through_our_launcher():
    order = RunOrder(
        source_path="src/a.ts",
        suite_paths=("src/a.test.ts",),
        seed=7,
        only=("adds 1 + 2 (ok)",),
        extra_reports=("explored.json",),
        limits=Limits(wall=timedelta(seconds=9)),
    )
    mount = Mount(host="/cache", inside="/node_modules")

    command = Vitest().command(order, runner(mounts=(mount,)), "/private/copy")

    assert command.argv == ("/usr/bin/node", "/opt/testwright/vitest/run.mjs", "/node_modules/vitest/vitest.mjs")
    assert command.reports == ("testwright.json", suites.UNENDING, "explored.json")
    assert mount in command.mounts
    assert command.limits.wall == timedelta(seconds=9)
    asked = json.loads(dict(command.env)["TESTWRIGHT_ORDER"])
    assert asked["seed"] == 7
    assert re.search(asked["pattern"], "sums adds 1 + 2 (ok)")
    assert not re.search(asked["pattern"], "sums adds 1 + 2 (ok) and more")


def test_jest_is_given_seed_names_and_paths():
    order = RunOrder(source_path="src/a.js", suite_paths=("src/a.test.js",), seed=3, only=("one",), coverage=True)

    command: Command = Jest().command(order, runner("jest"), "/private/copy")

    assert command.argv[:2] == ("/usr/bin/node", "/node_modules/jest/bin/jest.js")
    assert {"--randomize", "--seed=3", "--collectCoverageFrom=src/a.js", "--watchman=false"} <= set(command.argv)
    assert command.argv[-2:] == ("--runTestsByPath", "/ws/src/a.test.js")
    assert "coverage-final.json" in command.reports


def test_a_pattern_lets_the_rows_of_a_table_through():
    pattern = suites.only_pattern(("adds %i to $name",))

    assert pattern
    assert re.search(pattern, "group adds 3 to Ada")


def test_a_pattern_lets_through_what_a_loop_makes_of_any_expression():
    pattern = suites.only_pattern(("for ${g({ n })} (2)",))

    assert pattern
    assert re.search(pattern, "group for 3 (2)")
    assert not re.search(pattern, "group for 3 (3)")


def test_outcomes_are_named_by_title_and_rows_are_one_test():
    ended = completed(
        [
            told("adds"),
            told("row 1", "passed", "g", template="row %i"),
            told("row 2", "failed", "g", template="row %i"),
        ],
        status=1,
    )

    report = Vitest().read(ended, ORDER)

    assert isinstance(report, RunReport)
    assert {each.name: each.outcome for each in report.outcomes} == {"adds": Outcome.PASSED, "row %i": Outcome.FAILED}
    assert report.duration_ms == 1500


def test_two_tests_of_one_title_in_two_groups_stay_two():
    report = Vitest().read(completed([told("works", "passed", "a"), told("works", "passed", "b")]), ORDER)

    assert isinstance(report, RunReport)
    assert [each.name for each in report.outcomes] == ["works", "b > works"]


def test_messages_are_cleaned_of_colours_and_sandbox_paths():
    noisy = told("a", "failed") | {"message": "\x1b[31m- 1\x1b[0m at /ws/src/a.ts:3\x07"}

    report = Vitest().read(completed([noisy], status=1), ORDER)

    assert isinstance(report, RunReport)
    assert report.outcomes[0].message == "- 1 at src/a.ts:3"


def test_a_report_and_an_exit_status_that_disagree_are_not_believed():
    lying = Vitest().read(completed([told("a", "failed")], status=0), ORDER)
    unhandled = Vitest().read(completed([told("a")], [{"kind": "unhandled", "message": "boom"}], status=1), ORDER)

    assert isinstance(lying, NotRun)
    assert lying.code == "no_report"
    assert isinstance(unhandled, NotRun)
    assert "boom" in unhandled.message


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (completed(reason="timeout", status=None), "timeout"),
        (completed(reason="memory-limit", status=None), "memory_limit"),
        (completed([told("a")], finished=False, status=1), "no_report"),
        (completed(errors=[{"kind": "load", "message": "ReferenceError: x is not defined"}], status=1), "load_error"),
        (Completed(exit_status=0, reason="exit", log="bye", reports={}), "no_report"),
        (Completed(exit_status=0, reason="exit", log="", reports={suites.REPORT: b"{" * 9999}), "no_report"),
    ],
)
def test_what_did_not_run_says_why(ended, code):
    found = Vitest().read(ended, ORDER)

    assert isinstance(found, NotRun)
    assert found.code == code


@pytest.mark.parametrize("tool", [Vitest(), Jest()])
def test_what_loads_for_ever_is_named_whatever_became_of_the_run(tool):
    reports = {suites.UNENDING: b'{"file": "test/setup.js"}'}

    found = tool.read(Completed(exit_status=None, reason="timeout", log="", reports=reports), ORDER)

    assert isinstance(found, NotRun)
    assert found.code == "load_error"
    assert found.message == f"test/setup.js does not come to an end while {tool.name} loads it."


def test_a_runner_is_started_in_its_packages_folder_and_told_of_paths_within_it():
    order = RunOrder(source_path="packages/shop/src/price.ts", suite_paths=("packages/shop/src/price.test.ts",))
    at_home = {"home": "packages/shop"}

    asked = json.loads(dict(Vitest().command(order, runner(**at_home), "/copy").env)["TESTWRIGHT_ORDER"])
    argv = Jest().command(order, runner("jest", **at_home), "/copy").argv

    assert (asked["root"], asked["source"], asked["suites"]) == (
        "/ws/packages/shop",
        "src/price.ts",
        ["src/price.test.ts"],
    )
    assert {"--rootDir=/ws/packages/shop", "--collectCoverageFrom=src/price.ts"} < set(argv)
    assert argv[-1] == "/ws/packages/shop/src/price.test.ts"


def test_only_where_loading_is_all_there_is_to_see_or_comes_first_is_it_watched():
    def is_watched(**asked):
        order = RunOrder(source_path="src/price.ts", suite_paths=("src/price.test.ts",), **asked)
        return "TESTWRIGHT_LOADING" in dict(Vitest().command(order, runner(), "/copy").env)

    assert is_watched(only_loads=True)
    assert is_watched(extra_reports=("probe.json",))
    assert not is_watched()


def test_an_error_that_no_test_had_is_told_in_the_logs_own_words():
    log = "start\nError: ENOENT: no such file, open '/tmp/cache/x'\nend"

    found = Jest().read(completed([told("a")], status=1, log=log), ORDER)

    assert isinstance(found, NotRun)
    assert "every test passed: Error: ENOENT" in found.message


def test_a_missing_package_is_named_with_its_cure():
    said = "Error: Cannot find package '@acme/api/client' imported from /ws/src/price.ts"

    found = Jest().read(completed(errors=[{"kind": "load", "message": said}], status=1), ORDER)

    assert isinstance(found, NotRun)
    assert found.code == "missing_package"
    assert "'@acme/api'" in found.message
    assert found.hint is not None
    assert "npm i @acme/api" in found.hint


def test_coverage_is_read_from_istanbuls_counters_and_adds_up():
    def counted(first, second):
        return {
            "path": "/ws/src/price.ts",
            "statementMap": {"0": {"start": {"line": 2}}, "1": {"start": {"line": 5}}},
            "s": {"0": first, "1": second},
            "branchMap": {"0": {"loc": {"start": {"line": 2}}}},
            "b": {"0": [first, 0]},
        }

    report = Vitest().read(completed([told("a")], coverage=[counted(1, 0), counted(0, 3)]), ORDER)

    assert isinstance(report, RunReport)
    assert report.coverage is not None
    assert report.coverage.lines_covered == {2, 5}
    assert report.coverage.branches_covered == {"2:0.0"}
    assert report.coverage.branches_missed == {"2:0.1"}


def test_coverage_of_another_file_or_a_broken_map_is_none():
    for found in ({"path": "/ws/other.ts"}, {"path": "/ws/src/price.ts", "s": {"0": 1}}):
        report = Vitest().read(completed([told("a")], coverage=[found]), ORDER)

        assert isinstance(report, RunReport)
        assert report.coverage is None


def ended_early(running, status=1, **more):
    report = {"finished": False, "tests": [], "errors": [], "running": running, **more}
    reports = {suites.REPORT: json.dumps(report).encode()}
    return Completed(exit_status=status, reason="exit", log="", reports=reports)


@pytest.mark.parametrize(
    ("running", "culprits"),
    [
        ({"titles": ["group", "adds"]}, ("group > adds", "adds")),
        ({"titles": ["adds"]}, ("adds",)),
        ({"titles": ["adds 3"], "template": "adds %i"}, ("adds %i",)),
    ],
)
def test_a_test_that_keeps_its_thread_is_named_as_its_suite_may_call_it(running, culprits):
    found = Jest().read(ended_early(running, status=137, hangs=True), ORDER)

    assert isinstance(found, NotRun)
    assert (found.code, found.culprits) == ("timeout", culprits)
    assert found.message == f"{culprits[-1]} did not end within 10 s"


def test_a_claim_to_hang_without_a_test_is_no_report():
    found = Vitest().read(ended_early(None, hangs=True), ORDER)

    assert isinstance(found, NotRun)
    assert found.culprits == ()


def test_a_probe_is_watched_by_nobody_else():
    order = RunOrder(source_path="a.ts", suite_paths=("a.test.ts",), extra_reports=("seen.json",))
    short = RunOrder(source_path="a.ts", suite_paths=("a.test.ts",), limits=Limits(wall=timedelta(seconds=16)))

    asked = [json.loads(suites.order_json(each, ""))["hangSeconds"] for each in (order, short, ORDER)]

    assert asked == [None, 4.0, 10.0]


def test_a_worker_that_died_is_no_suite_that_passed():
    died = {"kind": "unhandled", "message": "Error: Worker forks emitted error.\ncause: Worker exited unexpectedly"}

    found = Vitest().read(completed([told("adds", "skipped")], [died], status=1), ORDER)

    assert isinstance(found, NotRun)
    assert found.message == "The process was ended from within while price.ts was loaded or run"


@pytest.mark.parametrize(
    ("errors", "log", "message"),
    [
        (
            [{"kind": "start", "message": "Error: vite.config.ts cannot be used: boom\n  at x"}],
            "",
            "vitest could not start: Error: vite.config.ts cannot be used: boom",
        ),
        (
            [{"kind": "load", "message": "Error: boom\ncause: rain"}],
            "",
            "The suite did not load in vitest: Error: boom",
        ),
    ],
)
def test_a_reason_is_one_line_with_a_hint(errors, log, message):
    found = Vitest().read(completed(errors=errors, status=1, log=log), ORDER)

    assert isinstance(found, NotRun)
    assert found.message == message
    assert found.hint


def test_a_package_that_the_configuration_needs_is_one_that_is_missing():
    said = "Error: vitest.config.mts cannot be used: Cannot find module 'vite-tsconfig-paths' imported from 'a.mts'"

    found = Vitest().read(completed(errors=[{"kind": "start", "message": said}], status=1), ORDER)

    assert isinstance(found, NotRun)
    assert (found.code, found.message) == (
        "missing_package",
        "The configuration of vitest needs the package 'vite-tsconfig-paths', which is not installed.",
    )
    assert "npm i vite-tsconfig-paths" in found.hint


def test_without_a_report_the_logs_first_error_is_in_the_message():
    log = (
        "● Validation\nError: Jest: Failed to parse the TypeScript config file /ws/jest.config.ts\n    at read (x.js:1)"
    )

    found = Jest().read(Completed(exit_status=1, reason="exit", log=log), ORDER)

    assert isinstance(found, NotRun)
    assert found.message.endswith(": Error: Jest: Failed to parse the TypeScript config file jest.config.ts")


@pytest.mark.parametrize("path", ["a?b.ts", "src/a#b.ts"])
def test_a_path_that_reads_like_a_query_is_refused(path):
    with pytest.raises(PermanentError) as caught:
        Vitest().suite_path(path, View(path))

    assert (caught.value.code, caught.value.hint) == ("invalid_path", "Rename the file.")


def test_a_test_that_leaves_something_in_the_home_folder_does_not_pass():
    ran = completed([told("a"), told("b", home=[".bashrc", ".cache/x"])])

    report = Vitest().read(ran, ORDER)

    assert isinstance(report, RunReport)
    assert [outcome.outcome for outcome in report.outcomes] == [Outcome.PASSED, Outcome.FAILED]
    assert "in the home folder (.bashrc, .cache/x)" in report.outcomes[1].message


def test_what_a_probe_leaves_at_home_is_not_held_against_it():
    order = RunOrder(source_path="src/price.ts", suite_paths=("src/price.test.ts",), extra_reports=("seen.json",))

    report = Vitest().read(completed([told("a", home=[".bashrc"])]), order)

    assert isinstance(report, RunReport)
    assert report.outcomes[0].outcome is Outcome.PASSED


TEST = "it('works', () => {})\n"


@pytest.mark.parametrize(
    ("source", "texts", "path"),
    [
        ("src/util/clone.ts", {"test/mixed.ts": TEST, "test/helpers.ts": ""}, "test/util/clone.ts"),
        ("src/core/scope.ts", {"__tests__/base.js": TEST}, "__tests__/core/scope.ts"),
        ("src/core/scope.ts", {"src/core/__tests__/base.ts": TEST}, "src/core/__tests__/scope.ts"),
        ("src/mixed.ts", {"test/mixed.ts": TEST}, "test/mixed.more.ts"),
        ("src/a.ts", {"test/helpers.ts": "export const a = 1"}, "src/a.test.ts"),
        ("src/a.ts", {"test/plain.ts": TEST, "src/b.spec.ts": TEST}, "src/a.spec.ts"),
        ("src/v3/parse.ts", {"src/v4/tests/mini.test.ts": TEST}, "src/v3/tests/parse.test.ts"),
    ],
)
def test_plain_names_and_folders_beside_the_source_are_habits_too(source, texts, path):
    view = View(source, **texts)

    assert Vitest().suite_path(source, view) == path
    assert Jest().suite_path(source, view) == path
