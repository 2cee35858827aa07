"""What a terminal says of the tests that a project has already."""

from datetime import UTC, datetime

from testwright.cli.generate import skipped_lines
from testwright.cli.own_tests import notes, shown
from testwright.domain.records import TestRecord
from testwright.domain.sessions import Decision

OLD, NEW = "def test_a():\n    pass\n", "\n\ndef test_b():\n    pass\n"


def record(**evidence):
    return TestRecord(
        test_id="test_1",
        session_id="sess_1",
        revision=1,
        file_path="a.py",
        test_file_path="test_a.py",
        test_code=OLD + NEW,
        evidence=evidence,
        dropped=(),
        coverage={},
        mutants=(),
        suspects=(),
        decision=Decision.UNDECIDED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_of_a_suite_that_tests_were_added_to_only_what_is_new_is_shown():
    added = {"path": "test_a.py", "sha256": "", "ranges": [[len(OLD), len(OLD + NEW)]]}

    lines = shown(record(addedTo=added)).splitlines()

    assert [line[1:] for line in lines if line.startswith("+")][1:] == NEW.splitlines()
    assert not [line for line in lines if line.startswith("-") and not line.startswith("---")]


def test_a_suite_of_its_own_is_shown_whole():
    assert shown(record()) == f"# ---- test_a.py\n{OLD}{NEW}"


def test_failures_of_the_projects_own_and_the_reason_for_a_file_of_their_own_are_told():
    failures = [{"name": f"test_{number}", "reason": "red"} for number in range(6)] + [
        {"path": "x.py", "reason": "red"}
    ]

    assert list(notes(record(ownFailures=failures, notAddedBecause="test_a.py: it does not parse"))) == [
        "  ! 7 of its own tests fail, and were left alone: test_0, test_1, test_2, test_3, test_4 and 2 more",
        "  ! put into a file of their own: test_a.py: it does not parse",
    ]
    assert list(notes(record(ownFailures=failures[6:]))) == [
        "  ! 1 test of the project's own fails, and was left alone: x.py"
    ]
    assert list(notes(record())) == []


def test_what_was_skipped_is_told_with_the_reason():
    skipped = [{"symbol": "spin", "because": "spin(3) does not come to an end"}, {"symbol": "", "because": "it ends"}]

    assert list(skipped_lines(record(skipped=skipped))) == [
        "  ! skipped spin, because spin(3) does not come to an end",
        "  ! skipped, because it ends",
    ]
    assert list(skipped_lines(record(skipped=skipped * 4)))[-1] == "  ! and 3 more"
    assert list(skipped_lines(record())) == []
