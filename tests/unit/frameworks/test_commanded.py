"""A project's own command as a framework: what is asked, and what its reports are believed."""

import base64
import json
import zlib

import pytest

from tests.fakes.scripted_model import Files
from testwright.domain.commands import command_for, command_text
from testwright.domain.errors import PermanentError
from testwright.domain.mutants import ChallengeOrder, Fate
from testwright.domain.projects import Completed, Limits, Runner, RunOrder, Turn
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import FRAMEWORKS, can_be_run, is_test_or_tool
from testwright.frameworks.coverage_reports import coverage_of
from testwright.frameworks.junit_reports import outcomes_of
from testwright.frameworks.python_runs import REPORT

CONFIG = """
[commands.rust]
run = ["cargo", "test", "--test", "{suiteName}"]
one = ["--exact", "{test}"]
shuffled = ["--seed={seed}"]
report = "target/*.xml"
coverage = "lcov.info"
suite = "tests/{name}_test.rs"

[commands.java]
run = ["mvn", "test", "-Dtest={suiteName}"]
report = "-"
sources = "src/main/java"
suite = "src/test/java/{folder}/{Name}Test.java"
"""
RUST = FRAMEWORKS["command:rust"]
VIEW = Files({"testwright.toml": CONFIG, "src/lib.rs": "", "tests/money_test.rs": ""})
JUNIT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="t" name="m::passes" time="0.5"/>
<testcase name="fails(int)[1]"><failure message="left: 3"/><system-out>at line 7</system-out></testcase>
<testcase name="skips"><skipped/></testcase>
</testsuite></testsuites> and a word behind it"""
GREEN = '<testsuite><testcase name="a" time="0.1"/><testcase name="b"/></testsuite>'
RED = '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>'
LCOV = "SF:/tmp/project/src/lib.rs\nDA:1,4\nDA:2,0\nBRDA:1,0,0,3\nBRDA:1,0,1,-\nend_of_record\nSF:/x/b.rs\nDA:9,1\n"


def runner():
    command = command_for("rust", VIEW)
    facts = (("command", command_text(command)), ("links", "[]"))
    return Runner(
        framework="command:rust", version="", origin="project", found="", program=("python", "driver"), facts=facts
    )


def order(**more):
    return RunOrder(source_path="src/lib.rs", suite_paths=("tests/lib_test.rs",), **more)


def asked(command):
    return json.loads(dict(command.env)["TESTWRIGHT_ORDER"])


def packed(text):
    return base64.b64encode(zlib.compress(text.encode())).decode()


def ran(text, status=0, coverage=(), why=""):
    return {
        "status": status,
        "why": why,
        "seconds": 0.5,
        "reports": [packed(text)] if text else [],
        "coverage": [packed(each) for each in coverage],
    }


def ended(log="", **found):
    whole = {"finished": True, "runs": [], "turns": [], "alone": [], "mutants": []} | found
    return Completed(exit_status=0, reason="exit", log=log, reports={REPORT: json.dumps(whole).encode()})


def test_the_order_is_the_projects_command_with_its_signs_filled_in():
    told = asked(RUST.command(order(only=("a",), alone=True, turns=(Turn(seed=3),), coverage=False), runner(), "/w"))

    assert told["argv"] == ["cargo", "test", "--test", "lib_test"]
    assert told["alone"] == [["a", ["cargo", "test", "--test", "lib_test", "--exact", "a"]]]
    assert told["turns"] == [["cargo", "test", "--test", "lib_test", "--seed=3"]]
    assert (told["report"], told["coverage"]) == ("target/*.xml", "")


def test_suites_go_where_the_project_says_and_never_over_one():
    java = FRAMEWORKS["command:java"]

    assert RUST.suite_path("src/lib.rs", VIEW) == "tests/lib_test.rs"
    assert RUST.suite_path("src/money.rs", VIEW) == "tests/money_more_test.rs"
    assert RUST.existing_suites("src/money.rs", VIEW) == ("tests/money_test.rs",)
    assert java.suite_path("src/main/java/parking/Fee.java", VIEW) == "src/test/java/parking/FeeTest.java"
    assert java.by_hand(("src/test/java/parking/FeeTest.java",), VIEW) == "mvn test -Dtest=FeeTest"
    assert is_test_or_tool("parking/FeeTest.java")
    assert is_test_or_tool("build.rs")


def test_without_a_command_nothing_can_be_run():
    assert can_be_run("python", Files({}))
    assert not can_be_run("rust", Files({}))
    assert not can_be_run("rust", Files({"testwright.toml": "[commands.rust]\nrun = []"}))
    with pytest.raises(PermanentError, match="does not say how its tests in rust are run"):
        RUST.suite_path("src/lib.rs", Files({}))


def test_a_run_is_read_with_its_coverage():
    report = RUST.read(ended(runs=[ran(GREEN, coverage=[LCOV])]), order())

    assert isinstance(report, RunReport)
    assert [(each.name, each.outcome) for each in report.outcomes] == [("a", Outcome.PASSED), ("b", Outcome.PASSED)]
    assert report.coverage.lines_covered == {1}
    assert report.coverage.lines_missed == {2}
    assert report.coverage.branches_covered == {"1->0"}
    assert report.coverage.branches_missed == {"1->1"}


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (ran(GREEN, status=1), "no_report"),
        (ran(RED, status=0), "no_report"),
        (ran("", status=0), "no_report"),
        (ran("nothing of a report", status=0), "no_report"),
        (ran("", status=101), "load_error"),
        (ran("", status=None, why="No such file: cargo"), "launch_failed"),
        (ran("", status=None, why="out of time"), "timeout"),
    ],
)
def test_a_pass_needs_the_report_and_the_exit_status_to_agree(run, code):
    log = "error[E0425]: cannot find function `far`" if run["status"] == 101 else ""

    answer = RUST.read(ended(log, runs=[run]), order())

    assert isinstance(answer, NotRun)
    assert answer.code == code
    assert "E0425" in answer.message or code != "load_error"


def test_turns_and_tests_alone_are_read_each_by_itself():
    wanted = order(only=("a", "b"), alone=True, turns=(Turn(seed=1), Turn(seed=2)))

    report = RUST.read(
        ended(runs=[ran(GREEN)], turns=[ran(GREEN), ran(RED, status=1)], alone=[["a", ran(RED, status=1)]]), wanted
    )

    assert [(each.name, each.outcome) for each in report.outcomes] == [("a", Outcome.FAILED)]
    assert [each.outcomes[0].outcome for each in report.turns] == [Outcome.PASSED, Outcome.FAILED]


def test_only_a_test_that_is_seen_to_fail_has_noticed_a_change():
    wanted = ChallengeOrder(
        source_path="src/lib.rs", suite_path="t.rs", numbers=(1, 2, 3, 4), seconds=9, limits=Limits()
    )
    told = [[1, ran(RED, status=1)], [2, ran(GREEN)], [3, ran("", status=101)]]

    report = RUST.read_challenge(ended(runs=[ran(GREEN), ran(GREEN)], mutants=told), wanted)

    assert [(each.fate, each.killers) for each in report.outcomes] == [
        (Fate.KILLED, ("a",)),
        (Fate.SURVIVED, ()),
        (Fate.UNTRIED, ()),
        (Fate.UNTRIED, ()),
    ]
    assert isinstance(RUST.read_challenge(ended(runs=[ran(GREEN)]), wanted), NotRun)


@pytest.mark.parametrize("report", ["", "[]", '{"runs": 3}', '{"runs": [{"status": true, "reports": ["x"]}]}'])
def test_a_report_that_is_none_is_no_pass(report):
    completed = Completed(exit_status=0, reason="exit", log="", reports={REPORT: report.encode()})

    assert isinstance(RUST.read(completed, order()), NotRun)


def test_junit_is_read_by_the_names_of_functions():
    passes, fails, skips = outcomes_of(JUNIT)

    assert (passes.name, passes.outcome, passes.duration_ms) == ("passes", Outcome.PASSED, 500)
    assert (fails.name, fails.outcome, fails.message) == ("fails", Outcome.FAILED, "left: 3\nat line 7")
    assert (skips.name, skips.outcome) == ("skips", Outcome.SKIPPED)


def test_tap_counts_when_its_plan_holds():
    text = "TAP version 13\n1..3\nok 1 - adds\nnot ok 2 - fails\n  ---\n  got: 3\nok 3 - later # SKIP no\n"

    assert [(each.name, each.outcome) for each in outcomes_of(text)] == [
        ("adds", Outcome.PASSED),
        ("fails", Outcome.FAILED),
        ("later", Outcome.SKIPPED),
    ]
    assert "got: 3" in outcomes_of(text)[1].message
    assert outcomes_of(text.replace("1..3", "1..4")) is None
    assert outcomes_of("ok 1 - adds\n") is None


@pytest.mark.parametrize(
    "text", ["<testsuite><testcase", '<!DOCTYPE a [<!ENTITY b "c">]><testsuite>&b;</testsuite>', ""]
)
def test_what_is_no_report_is_none(text):
    assert outcomes_of(text) is None


JACOCO = """<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x">
<package name="parking"><sourcefile name="Fee.java"><line nr="3" mi="0" ci="2" mb="1" cb="1"/>
<line nr="4" mi="2" ci="0" mb="0" cb="0"/></sourcefile></package></report>"""
COBERTURA = """<?xml version="1.0"?><coverage><sources><source>/p/src</source></sources><packages><package><classes>
<class filename="main/java/parking/Fee.java"><lines><line number="3" hits="2" condition-coverage="50% (1/2)"/>
<line number="4" hits="0"/></lines></class></classes></package></packages></coverage>"""


@pytest.mark.parametrize("text", [JACOCO, COBERTURA])
def test_coverage_of_one_file_is_taken_out_of_xml(text):
    found = coverage_of([text], "src/main/java/parking/Fee.java")

    assert (found.lines_covered, found.lines_missed) == ({3}, {4})
    assert (found.branches_covered, found.branches_missed) == ({"3->0"}, {"3->1"})
    assert coverage_of([text], "src/main/java/other/Fee.java") is None
    assert coverage_of(["<report"], "a.java") is None
