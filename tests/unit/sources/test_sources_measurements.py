"""What was measured, as coverage viewers and mutation reports read it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.json_schema import faults
from tests.unit.sources.test_sources_reports import MUTANT, PROVEN, UNSEEN
from testwright.sources.measurements import as_lcov, as_mutation_report

SCHEMA = json.loads(Path("tests/fixtures/mutation-testing-report-schema.json").read_text())
SOURCE = 'def f(a):\n    return a + 1\n    x = a == "0"\n'
STATUSES = ["killed", "timed_out", "survived", "unreached", "untried"]
FACED = replace(
    PROVEN,
    mutants=tuple(
        {**MUTANT, "number": number, "line": 2, "endLine": 2, "before": "a + 1", "after": "a - 1", "status": status}
        for number, status in enumerate(STATUSES, 1)
    ),
    evidence={**PROVEN.evidence, "tests": [{"name": "test_a", "durationMs": 1.0}]},
)


def test_lcov_has_each_measured_line_once():
    assert as_lcov([PROVEN, UNSEEN]) == (
        "TN:\nSF:src/money.py\nDA:1,1\nDA:2,1\nDA:5,0\nDA:6,0\nDA:7,0\nDA:11,0\nLF:6\nLH:2\nend_of_record\n"
    )


def test_the_mutation_report_is_as_its_schema_wants_it():
    report = json.loads(as_mutation_report([FACED, UNSEEN], {"src/money.py": SOURCE}))

    assert list(faults(report, SCHEMA, SCHEMA)) == []


def test_the_schema_can_be_broken():
    report = json.loads(as_mutation_report([FACED], {"src/money.py": SOURCE}))
    report["files"]["src/money.py"]["mutants"][0]["status"] = "Dead"
    del report["thresholds"]["low"]

    assert len(list(faults(report, SCHEMA, SCHEMA))) == 2


def test_every_fate_has_its_word_and_what_was_not_tried_says_why():
    report = json.loads(as_mutation_report([FACED], {"src/money.py": SOURCE}))

    mutants = report["files"]["src/money.py"]["mutants"]
    assert [one["status"] for one in mutants] == ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored"]
    assert mutants[-1]["statusReason"] == "There was no time left to try it."


def test_a_change_stands_where_the_changed_piece_stands():
    report = json.loads(as_mutation_report([FACED], {"src/money.py": SOURCE}))

    location = report["files"]["src/money.py"]["mutants"][0]["location"]
    assert location == {"start": {"line": 2, "column": 12}, "end": {"line": 2, "column": 17}}


@pytest.mark.parametrize(
    ("changes", "end"),
    [({"before": "nowhere"}, {"line": 2, "column": 17}), ({"endLine": 3}, {"line": 3, "column": 17})],
)
def test_a_piece_that_is_not_found_is_its_lines(changes, end):
    test = replace(FACED, mutants=({**FACED.mutants[0], **changes},))

    location = json.loads(as_mutation_report([test], {"src/money.py": SOURCE}))["files"]["src/money.py"]["mutants"][0]
    assert location["location"] == {"start": {"line": 2, "column": 5}, "end": end}


def test_killers_are_tests_that_the_report_names():
    test = replace(FACED, mutants=({**FACED.mutants[0], "killers": ["test_a"]},))

    report = json.loads(as_mutation_report([test], {"src/money.py": SOURCE}))

    ids = [one["id"] for one in report["testFiles"]["tests/test_money.py"]["tests"]]
    assert report["files"]["src/money.py"]["mutants"][0]["killedBy"] == ids


def test_a_source_that_is_not_known_any_more_is_left_out():
    assert json.loads(as_mutation_report([FACED], {}))["files"] == {}
