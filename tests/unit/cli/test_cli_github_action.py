"""What the action makes of the runner's environment, and of what code may hold."""

from dataclasses import replace

import pytest

from tests.unit.sources.test_sources_reports import MUTANT, PROVEN
from testwright.cli.github_action import Found, annotations, base_of, command_for, summary_of
from testwright.domain.errors import InputError

REQUEST = {"pull_request": {"base": {"sha": "b" * 40}}}


@pytest.mark.parametrize(
    ("since", "event", "base"),
    [
        ("", REQUEST, "b" * 40),
        ("main", REQUEST, "main"),
        ("", {"before": "c" * 40}, "c" * 40),
        ("all", REQUEST, None),
    ],
)
def test_the_base_is_what_was_said_else_the_events(since, event, base):
    assert base_of({"INPUT_SINCE": since}, event) == base


@pytest.mark.parametrize("event", [{}, {"before": "0" * 40}, {"pull_request": None}])
def test_an_event_without_a_base_asks_for_one(event):
    with pytest.raises(InputError, match="no base"):
        base_of({}, event)


def test_inputs_become_options_and_never_other_words():
    environment = {"INPUT_PATHS": "src --yes", "INPUT_RISKIEST": "5", "INPUT_MODEL": "x --apply", "INPUT_APPLY": "no"}

    words = command_for(environment, "--help")

    assert words == [
        *("generate", "--json", "--yes", "--riskiest=5", "--model=x --apply", "--since=--help"),
        *("--", "src", "--yes"),
    ]


def test_no_text_of_the_code_ends_an_annotation_or_begins_a_command():
    hostile = replace(
        PROVEN,
        file_path="a,b:c.py",
        mutants=({**MUTANT, "status": "survived", "before": "x\n::set-env name=A::b", "after": "50%"},),
    )

    (bug, open_point) = annotations([hostile])

    assert "\n" not in bug + open_point
    assert open_point == (
        "::notice file=a%2Cb%3Ac.py,line=18,title=No test notices::x%0A::set-env name=A::b changed to 50%25"
    )


def test_the_summary_names_what_has_no_proven_tests_with_the_reason():
    sessions = [{"files": [{"path": "a`<b>.py", "error": {"message": "It\nbroke | here."}, "test": None}]}]

    text = summary_of(Found(status=1, sessions=sessions, tests=[], sources={}), "main")

    assert "- `aˋ‹b>.py`: It broke \\| here.\n" in text


def test_nothing_changed_is_one_sentence():
    text = summary_of(Found(status=0, sessions=[], tests=[], sources={}), "b" * 40)

    assert text == "### Testwright\n\nNo source file has changed since `bbbbbbbbbbbb`.\n"
