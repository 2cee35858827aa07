"""What a session found, as other programs read it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

from testwright.domain.records import TestRecord
from testwright.domain.sessions import Decision
from testwright.sources.reports import as_junit, as_markdown, as_sarif

MUTANT = {"line": 18, "endLine": 18, "before": '"0"', "after": "a | <b>`c`", "operator": "string", "killers": []}
SUSPECT = {"symbol": "add", "line": 4, "input": "add(1)", "expected": "2", "observed": "3"}
PROVEN = TestRecord(
    test_id="t",
    session_id="s",
    revision=1,
    file_path="src/money.py",
    test_file_path="tests/test_money.py",
    test_code="def test_a(): ...",
    evidence={
        "verified": True,
        "testCount": 1,
        "passedRuns": 5,
        "runs": 5,
        "coverage": {"before": {"lines": 0.0}, "after": {"lines": 87.5}},
        "mutants": {"killed": 3, "survived": 1, "sampled": 4},
        "tests": [{"name": "test_a\x1b[2J", "durationMs": 12.5}],
    },
    dropped=(),
    coverage={"before": [], "after": [1, 2], "missed": [7, 5, 6, 11]},
    mutants=({**MUTANT, "status": "survived"}, {**MUTANT, "status": "killed", "line": 3}),
    suspects=(SUSPECT,),
    decision=Decision.UNDECIDED,
    created_at=datetime(2026, 11, 27, tzinfo=UTC),
)
UNSEEN = replace(PROVEN, evidence={"verified": False, "reason": "no runner"}, mutants=(), suspects=(), coverage={})


def test_sarif_names_each_place_with_what_is_open_there():
    told = json.loads(as_sarif([PROVEN]))

    results = told["runs"][0]["results"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in results]
    assert told["version"] == "2.1.0"
    assert [result["ruleId"] for result in results] == [
        "line-not-reached",
        "line-not-reached",
        "change-not-noticed",
        "possible-bug",
    ]
    assert [(region["startLine"], region["endLine"]) for region in regions] == [(5, 7), (11, 11), (18, 18), (4, 4)]
    assert {result["ruleId"] for result in results} == {
        rule["id"] for rule in told["runs"][0]["tool"]["driver"]["rules"]
    }


def test_junit_has_a_case_for_each_test_and_says_what_was_not_run():
    root = ElementTree.fromstring(as_junit([PROVEN, UNSEEN]))

    proven, unseen = root.findall("testsuite")
    assert [case.attrib["time"] for case in proven.findall("testcase")] == ["0.013"]
    assert (proven.attrib["tests"], proven.attrib["skipped"]) == ("1", "0")
    assert unseen.find("testcase/skipped").attrib["message"] == "no runner"


def test_a_name_that_xml_cannot_hold_does_not_break_it():
    assert "\x1b" not in as_junit([PROVEN])


def test_markdown_tells_figures_and_brings_no_markup_of_the_code_along():
    told = as_markdown([PROVEN, UNSEEN])

    assert "| `src/money.py` | `tests/test_money.py` | 1 | 5 of 5 | 0 % → 87.5 % | 3 of 4 |" in told
    assert "not verified: no runner" in told
    assert '- src/money.py:18: `"0"` changed to `a \\| ‹b>ˋcˋ`' in told
    assert "`add(1)` gives `3`; expected: `2`" in told


def test_nothing_found_is_said_too():
    assert as_markdown([]) == "No suite was kept.\n"
    assert json.loads(as_sarif([]))["runs"][0]["results"] == []
    assert ElementTree.fromstring(as_junit([])).findall("testsuite") == []
