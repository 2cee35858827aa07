import json
from datetime import timedelta

import pytest

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate, MutantOutcome
from testwright.domain.projects import Completed, Limits, Runner, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.frameworks import javascript_suites as suites
from testwright.frameworks.jest import Jest
from testwright.frameworks.vitest import Vitest

ORDER = ChallengeOrder(
    source_path="src/price.ts", suite_path="src/price.test.ts", numbers=(3, 1, 2), seconds=30, limits=Limits()
)
TESTS = [{"titles": ["adds"]}, {"titles": ["group", "rounds"]}]


def told(number, fate, reached=(), killers=()):
    return {"number": number, "fate": fate, "reached": list(reached), "killers": list(killers)}


def ended(status=0, reason="exit", log="", raw=None, **report):
    whole = {"finished": True, "tests": TESTS, "unfit": [], "outcomes": [], **report}
    return Completed(
        exit_status=status,
        reason=reason,
        log=log,
        reports={suites.REPORT: json.dumps(whole).encode() if raw is None else raw},
        seconds=1.5,
    )


def fates(report):
    assert isinstance(report, ChallengeReport), report
    return {outcome.number: outcome.fate for outcome in report.outcomes}


def runner(name):
    entry = {"vitest": "/node_modules/vitest/vitest.mjs", "jest": "/node_modules/jest/bin/jest.js"}[name]
    return Runner(framework=name, version="1", origin="managed", found="", program=("/usr/bin/node", entry))


@pytest.mark.parametrize("framework", [Vitest(), Jest()])
def test_a_challenge_is_driven_from_outside_the_runner(framework):
    command = framework.challenge(ORDER, runner(framework.name), "/private/copy")

    asked = json.loads(dict(command.env)["TESTWRIGHT_ORDER"])
    assert command.argv[:2] == ("/usr/bin/node", "/opt/testwright/javascript/drive.cjs")
    assert runner(framework.name).program[-1] in command.argv
    assert (asked["numbers"], asked["seconds"], asked["coverage"]) == ([3, 1, 2], 30, False)
    assert asked["quiet"]  # what tests print, once for each change, would be more than can be kept
    assert {mount.inside for mount in command.mounts} == {
        "/opt/testwright/javascript",
        f"/opt/testwright/{framework.name}",
    }


def test_the_answer_is_due_before_the_sandbox_ends_everything():
    order = ChallengeOrder(
        source_path="a.ts", suite_path="a.test.ts", numbers=(1,), seconds=900, limits=Limits(wall=timedelta(seconds=60))
    )

    command = Vitest().challenge(order, runner("vitest"), "/private/copy")

    assert json.loads(dict(command.env)["TESTWRIGHT_ORDER"])["seconds"] < 60


def test_outcomes_come_in_the_order_asked_with_the_names_of_cases():
    report = Vitest().read_challenge(
        ended(outcomes=[told(1, "killed", [0, 1], [1]), told(2, "unreached"), told(3, "survived", [0])]), ORDER
    )

    assert report == ChallengeReport(
        outcomes=(
            MutantOutcome(number=3, fate=Fate.SURVIVED, reached_by=("adds",)),
            MutantOutcome(number=1, fate=Fate.KILLED, reached_by=("adds", "rounds"), killers=("rounds",)),
            MutantOutcome(number=2, fate=Fate.UNREACHED),
        ),
        duration_ms=1500,
    )


def test_a_change_that_keeps_the_suite_from_loading_is_told_apart():
    unloaded = told(1, "killed", [0, 1], [0, 1]) | {"breaksLoad": True}
    claimed = told(2, "survived", [0]) | {"breaksLoad": True}

    report = Vitest().read_challenge(ended(outcomes=[unloaded, claimed, told(3, "killed", [0], [0])]), ORDER)

    assert isinstance(report, ChallengeReport)
    assert [(outcome.number, outcome.breaks_load) for outcome in report.outcomes] == [(3, False), (1, True), (2, False)]


def test_the_rows_of_a_table_are_one_case():
    rows = [{"titles": [f"adds {n}"], "template": "adds %i"} for n in (1, 2)]

    report = Jest().read_challenge(ended(tests=rows, outcomes=[told(1, "killed", [0, 1], [1])]), ORDER)

    assert isinstance(report, ChallengeReport)
    assert report.outcomes[1] == MutantOutcome(
        number=1, fate=Fate.KILLED, reached_by=("adds %i",), killers=("adds %i",)
    )


def test_the_word_of_an_unfit_case_counts_for_nothing():
    outcomes = [told(1, "killed", [0, 1], [0]), told(2, "killed", [0, 1], [0, 1]), told(3, "survived", [1])]

    report = Vitest().read_challenge(ended(unfit=[0], outcomes=outcomes), ORDER)

    assert fates(report) == {1: Fate.UNTRIED, 2: Fate.KILLED, 3: Fate.SURVIVED}
    assert isinstance(report, ChallengeReport)
    assert report.unfit == ("adds",)
    assert all("adds" not in outcome.reached_by + outcome.killers for outcome in report.outcomes)


@pytest.mark.parametrize(
    "answer",
    [
        told(1, "killed", [0]),
        told(1, "survived", [0], [0]),
        told(1, "survived"),
        told(1, "unreached", [0]),
        told(1, "killed", [0], [1]),
        told(1, "killed", [0], [7]),
        told(1, "killed", [-1], [-1]),
        told(1, "killed", [True], [True]),
        told(1, "killed", ["adds"], ["adds"]),
        told(1, "killed", [0] * 50, [0]),
        told(1, "murdered", [0], [0]),
        told(1, ["killed"], [0], [0]),
        {"number": 1, "fate": "killed", "reached": None, "killers": {}},
        {"number": 1},
        {"number": "1", "fate": "survived", "reached": [0], "killers": []},
        told(True, "survived", [0]),
        told(99, "survived", [0]),
    ],
)
def test_an_answer_that_cannot_be_true_leaves_its_mutant_untried(answer):
    assert fates(Vitest().read_challenge(ended(outcomes=[answer]), ORDER))[1] is Fate.UNTRIED


@pytest.mark.parametrize(
    "completed",
    [
        ended(raw=b""),
        ended(raw=b"{"),
        ended(raw=b"[" * 100_000),
        ended(raw=b"[]"),
        ended(finished=False),
        ended(status=1),
        ended(status=None),
        ended(tests=None),
        ended(tests=[1]),
        ended(tests=[{"titles": []}] * 6000),
        ended(outcomes=None),
        ended(outcomes=["killed"]),
        ended(outcomes=[told(1, "survived", [0])] * 1000),
        ended(unfit=[9]),
        ended(unfit="adds"),
    ],
)
def test_a_report_that_is_not_whole_is_no_report(completed):
    report = Vitest().read_challenge(completed, ORDER)

    assert isinstance(report, NotRun)
    assert report.code == "no_report"


def test_odd_titles_do_no_harm():
    report = Vitest().read_challenge(ended(tests=[{"titles": "x"}, {"titles": [None]}, {}]), ORDER)

    assert set(fates(report).values()) == {Fate.UNTRIED}


@pytest.mark.parametrize("reason", ["timeout", "memory-limit", "output-limit", "launch-failed"])
def test_a_challenge_that_was_cut_short_says_by_what(reason):
    report = Jest().read_challenge(ended(reason=reason, status=None), ORDER)

    assert isinstance(report, NotRun)
    assert report.code == reason.replace("-", "_")


def test_a_suite_that_does_not_load_is_told_as_such():
    report = Vitest().read_challenge(ended(broken="Cannot find package 'left-pad'", tests=[]), ORDER)

    assert isinstance(report, NotRun)
    assert report.code == "missing_package"


def test_where_no_case_is_fit_nothing_was_challenged():
    report = Vitest().read_challenge(ended(unfit=[1, 0], outcomes=[told(1, "killed", [0], [0])]), ORDER)

    assert isinstance(report, NotRun)
    assert report.code == "challenge_failed"
    assert report.hint


def measured(tests):
    counters = {
        "path": "/ws/src/price.ts",
        "statementMap": {"0": {"start": {"line": 1}}, "1": {"start": {"line": 2}}, "2": {"start": {"line": 9}}},
        "s": {"0": 1, "1": 3, "2": 0},
        "branchMap": {"0": {"loc": {"start": {"line": 2}}}},
        "b": {"0": [1, 0]},
    }
    report = {"finished": True, "tests": tests, "errors": [], "coverage": [counters]}
    return Completed(
        exit_status=0, reason="exit", log="", reports={suites.REPORT: json.dumps(report).encode()}, seconds=1
    )


def case(title, **more):
    return {"titles": [title], "state": "passed", "ms": 1, **more}


def outcomes_of(*tests, coverage=True):
    order = RunOrder(source_path="src/price.ts", suite_paths=("src/price.test.ts",), coverage=coverage)
    report = Vitest().read(measured(list(tests)), order)
    assert isinstance(report, RunReport), report
    return {outcome.name: (outcome.lines, outcome.branches) for outcome in report.outcomes}


def test_each_case_has_the_lines_and_branches_that_it_ran():
    found = outcomes_of(case("adds", lines=[2], branches=["2:0.0"]), case("rounds", lines=[], branches=[]))

    assert found == {"adds": ({2}, {"2:0.0"}), "rounds": (frozenset(), frozenset())}


def test_rows_add_up_and_are_unknown_where_one_of_them_is():
    row = {"template": "row %i", "branches": []}

    assert outcomes_of(case("row 1", lines=[1], **row), case("row 2", lines=[2], **row))["row %i"][0] == {1, 2}
    assert outcomes_of(case("row 1", lines=[1], **row), case("row 2", **row))["row %i"][0] is None


@pytest.mark.parametrize("claim", [[9], [77], ["2"], [[2]], [{}], [None, 1.5]])
def test_a_case_cannot_have_run_what_the_suite_did_not(claim):
    assert outcomes_of(case("adds", lines=claim, branches=claim))["adds"] == (frozenset(), frozenset())


@pytest.mark.parametrize("claim", [None, 2, "2", {"0": 2}])
def test_a_case_that_does_not_say_what_it_ran_is_unknown(claim):
    assert outcomes_of(case("adds", lines=claim, branches=claim))["adds"] == (None, None)


def test_without_coverage_nothing_is_known_of_a_case():
    assert outcomes_of(case("adds", lines=[2], branches=[]), coverage=False)["adds"] == (None, None)
