"""Where the project checks types and formats its code, what is delivered does too."""

from dataclasses import replace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.evidence import evidence_json
from testwright.domain.projects import Completed
from testwright.pipeline.type_checking import places_of


def names(draft):
    return [case.name for case in draft.cases]


def checking(world, *drafts, **texts):
    it = world(*drafts)
    it.workspace.texts |= {"minder.ini": "", **{path.replace("__", "/") + ".py": text for path, text in texts.items()}}
    return it


def formatting(world, does, *drafts):
    it = world(*drafts)
    it.workspace.texts["dotter.ini"] = ""
    it.sandbox.formatter_does = does
    return it


def gives(text):
    return Completed(exit_status=0, reason="exit", log="", reports={"formatted": text.encode()})


async def test_a_test_that_does_not_type_check_is_dropped_with_what_the_checker_said(world, suite):
    it = checking(world, suite(a="pass", b="pass mistyped"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    (drop,) = delivered.dropped
    assert (drop.name, drop.gate) == ("test_b", "type_checks")
    assert drop.reason.splitlines() == [
        "minder 1.0: mistyped here [mistyped]",
        "  in: @case test_b | pass mistyped typed",
    ]
    assert evidence_json(delivered.evidence)["typeChecked"] == {"by": "minder", "version": "1.0"}


async def test_the_writer_hears_of_it_and_may_put_it_right(world, suite):
    it = checking(world, suite(a="pass", b="pass mistyped"), suite(b="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert it.writer.faults[0][0].gate == "type_checks"


async def test_a_test_that_does_not_type_check_is_not_run(world, suite):
    it = checking(world, suite(a="pass", b="pass mistyped"))

    await it.walk()

    assert not any("test_b" in run for run in it.sandbox.runs)


async def test_what_is_said_of_no_test_in_particular_is_said_of_every_test(world, suite):
    it = checking(world, suite("mistyped", a="pass", b="pass"), suite(a="pass"))

    await it.walk()

    assert [fault.name for fault in it.writer.faults[0]] == ["test_a", "test_b"]


async def test_what_the_projects_own_tests_get_away_with_is_not_held_against_ours(world, suite):
    it = checking(world, suite(a="pass mistyped"), tests__test_other="@case test_old | pass mistyped")

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]


async def test_missing_types_of_a_package_are_not_held_against_a_test_that_runs(world, suite):
    it = checking(world, suite(a="pass unresolved"))

    assert names((await it.walk()).draft) == ["test_a"]


@pytest.mark.parametrize(("tests", "times"), [({"a": "pass", "b": "pass"}, 1), ({"a": "pass", "b": "fail"}, 2)])
async def test_a_text_whose_types_were_seen_to_be_right_is_not_checked_again(world, suite, tests, times):
    it = checking(world, suite(**tests))

    delivered = await it.walk()

    assert len(it.sandbox.checked) == times
    assert it.sandbox.checked[-1] == delivered.test_code
    assert evidence_json(delivered.evidence)["typeChecked"]["by"] == "minder"


async def test_a_checker_that_stops_drops_nothing_and_is_not_asked_again(world, suite):
    it = checking(world, suite(a="pass mistyped", b="fail"), suite(b="fail"), suite(b="fail"))
    it.sandbox.checker_stops = True

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert len(it.sandbox.checked) == 1
    evidence = evidence_json(delivered.evidence)
    assert evidence["typeCheckProblem"] == "minder 1.0 stops: no such option"
    assert "typeChecked" not in evidence


async def test_a_project_without_types_and_formatter_pays_nothing_and_is_told_nothing(world, suite):
    it = world(suite(a="pass"))

    delivered = await it.walk()

    assert it.sandbox.checked == []
    told = evidence_json(delivered.evidence)
    assert not {"typeChecked", "typeCheckProblem", "formattedWith", "formatProblem"} & told.keys()
    assert delivered.draft.cases[0].code == "pass"


async def test_nothing_of_the_checkers_own_is_left_in_the_workspace(world, suite):
    it = checking(world, suite(a="pass"))

    await it.walk()

    assert "minder.testwright.ini" not in it.workspace.texts


@pytest.mark.parametrize(
    ("theirs", "code"), [("def test_old() -> None: ...", "pass typed"), ("def test_old(): ...", "pass")]
)
async def test_tests_are_annotated_as_the_projects_own_are(world, suite, theirs, code):
    it = checking(world, suite(a="pass"), tests__test_other=theirs)

    assert (await it.walk()).draft.cases[0].code == code


async def test_what_the_formatter_made_of_the_suite_is_what_is_run_and_delivered(world, suite):
    it = formatting(world, lambda text: gives(text.replace("| pass", "| pass dotted")), suite(a="pass", b="pass"))

    delivered = await it.walk()

    assert delivered.test_code == "@preamble fine\n@case test_a | pass dotted\n@case test_b | pass dotted"
    assert [case.code for case in delivered.draft.cases] == ["pass dotted", "pass dotted"]
    assert it.sandbox.runs[-2:] == [delivered.test_code] * 2
    assert evidence_json(delivered.evidence)["formattedWith"] == "dotter 1.0"


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        (lambda text: gives(text.replace("test_b", "test_x")), "dotter 1.0 did not give back the same tests"),
        (lambda text: gives(""), "dotter 1.0 gave back nothing"),
        (lambda text: Completed(exit_status=None, reason="timeout", log=""), "dotter 1.0 ended with timeout"),
        (
            lambda text: replace(gives(text), exit_status=2, log="\nno such option\n"),
            "dotter 1.0 failed: no such option",
        ),
    ],
)
async def test_a_formatter_that_goes_wrong_costs_nothing_but_its_layout(world, suite, does, problem):
    it = formatting(world, does, suite(a="pass", b="pass"))

    delivered = await it.walk()

    assert delivered.test_code == "@preamble fine\n@case test_a | pass\n@case test_b | pass"
    evidence = evidence_json(delivered.evidence)
    assert evidence["formatProblem"] == problem
    assert "formattedWith" not in evidence


async def test_a_layout_that_the_type_checker_minds_is_not_taken(world, suite):
    it = formatting(world, lambda text: gives(text.replace("| pass", "| pass mistyped")), suite(a="pass"))
    it.workspace.texts["minder.ini"] = ""

    delivered = await it.walk()

    assert delivered.test_code == "@preamble fine\n@case test_a | pass typed"
    evidence = evidence_json(delivered.evidence)
    assert evidence["formatProblem"] == "dotter 1.0 moves what the type checker looks at"
    assert evidence["typeChecked"] == {"by": "minder", "version": "1.0"}


async def test_a_test_that_the_project_has_in_its_formatters_words_is_held_already(world, suite):
    it = world(
        suite(a="pass lines=1", b="pass lines=2 kills=2"), existing=("tests/test_own.py",), text="mutable\nmutable"
    )
    it.workspace.texts |= {"dotter.ini": "", "tests/test_own.py": "@case test_a | pass dotted lines=1"}
    it.sandbox.formatter_does = lambda text: gives(text.replace("| pass", "| pass dotted"))

    delivered = await it.walk()

    assert ("test_a_2", "tests/test_own.py has this test already.") in [(d.name, d.reason) for d in delivered.dropped]


OLD = "tests/test_old.py"


def added_to(world, old, *drafts):
    it = world(*drafts, existing=(OLD,), text="mutable\nmutable")
    it.workspace.texts[OLD] = old
    return it


async def test_what_is_wrong_with_the_types_of_the_suite_that_is_added_to_is_the_projects_own(world, suite):
    it = added_to(world, "@case test_old | pass\nmistyped", suite(a="pass lines=2 kills=2", b="pass mistyped"))
    it.workspace.texts["minder.ini"] = ""

    delivered = await it.walk()

    assert delivered.test_file_path == OLD
    assert "typeChecked" in evidence_json(delivered.evidence)


async def test_a_line_of_ours_in_the_suite_that_is_added_to_is_held_against_us(world, suite):
    it = added_to(world, "@case test_old | pass", suite(a="pass lines=2 kills=2", b="pass mistyped"))
    it.workspace.texts["minder.ini"] = ""

    delivered = await it.walk()

    assert ("test_b", "type_checks") in [(drop.name, drop.gate) for drop in delivered.dropped]
    assert names(delivered.draft) == ["test_a"]


async def test_a_suite_that_the_formatter_would_change_keeps_its_lines_and_ours_alone_is_formatted(world, suite):
    it = added_to(world, "@case test_old | pass", suite(a="pass lines=2 kills=2"))
    it.workspace.texts["dotter.ini"] = ""
    it.sandbox.formatter_does = lambda text: gives(text.replace("| pass", "| pass dotted"))

    delivered = await it.walk()

    assert delivered.test_code == "@case test_old | pass\n@case test_a | pass dotted lines=2 kills=2"
    assert evidence_json(delivered.evidence)["formattedWith"] == "dotter 1.0"


async def test_a_suite_that_the_formatter_leaves_as_it_is_is_formatted_whole(world, suite):
    it = added_to(world, "@case test_old | pass dotted", suite(a="pass lines=2 kills=2"))
    it.workspace.texts["dotter.ini"] = ""
    it.sandbox.formatter_does = lambda text: gives(text.replace("| pass lines", "| pass dotted lines") + "\n.")

    delivered = await it.walk()

    assert delivered.test_code == "@case test_old | pass dotted\n@case test_a | pass dotted lines=2 kills=2\n."


def test_a_test_is_found_in_a_text_whatever_it_is_indented_by():
    one = Case(name="a", code="it('a', () => {\n  one();\n});", group="g")
    two = Case(name="b", code="it('b', () => {\n  one();\n});", group="g")
    text = """import x;

describe('g', () => {
    it('a', () => {
      one();
    });

    it('b', () => {
      one();
    });
});"""

    places = places_of(Draft(preamble="import x;", cases=(one, two)), text.splitlines())

    assert places == {"a": range(4, 7), "b": range(8, 11)}
