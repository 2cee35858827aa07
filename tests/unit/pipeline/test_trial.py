"""Suites that do not run as a whole: which tests are to blame, and how many runs it takes to know."""

from dataclasses import replace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.domain.verdicts import RunReport
from testwright.pipeline.trial import results_of


async def test_a_test_that_the_runner_names_costs_one_run_and_no_search(world, suite):
    it = world(suite(a="pass", b="spin", c="pass", d="spin", e="fail"))

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_c"]
    assert [(drop.name, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "did not end within 10 s"),
        ("test_d", "did not end within 10 s"),
        ("test_e", "assert 1 == 2"),
    ]
    before_stability = [text for text in it.sandbox.runs if "import_module" not in text][:-2]
    assert len(before_stability) == 3


async def test_a_suite_of_nothing_but_endless_tests_is_given_up_in_as_many_runs_as_tests(world, suite):
    it = world(suite(**{f"t{number}": "spin" for number in range(8)}, good="pass"))

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_good"]
    assert {drop.reason for drop in delivered.dropped} == {"did not end within 10 s"}
    assert len(it.sandbox.runs) - 2 <= 9 + 4  # each test once, the source, the preamble, and what passed once more


async def test_a_test_that_ran_out_of_time_on_a_busy_machine_is_asked_once_more(world, suite):
    it = world(suite(a="pass", b="late"))
    it.is_busy = True

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_b"]
    assert any("@case test_b" in text and "@case test_a" not in text for text in it.sandbox.runs)


async def test_on_a_machine_with_nothing_else_to_do_it_is_not(world, suite):
    it = world(suite(a="pass", b="late"))

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]
    assert [(drop.name, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "Error: Timeout of 2000ms exceeded.")
    ]


async def test_a_test_that_never_ends_is_dropped_on_a_busy_machine_too(world, suite):
    it = world(suite(a="pass", b="spin"))
    it.is_busy = True

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]


async def test_a_repeated_run_in_which_one_ran_out_of_time_is_made_again_on_a_busy_machine(world, suite):
    it = world(suite(a="pass", b="late"))
    it.is_busy = True
    it.sandbox.asked_late = 1
    it.sandbox.late_again_at = 3

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_b"]
    assert it.sandbox.asked_late > 3


async def test_a_test_that_spells_out_a_key_is_not_delivered(world, suite):
    key = "ghp_" + "0123456789abcdefABCDEF"
    it = world(suite(a="pass lines=1 kills=1", b=f"pass lines=2 kills=2 says={key}"), text="mutable\nmutable\n")

    delivered = await it.walk()

    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_b", "reads")]
    assert key not in str(delivered)


@pytest.mark.parametrize(
    ("preamble", "says"),
    [
        ("import money", "another module of that name is loaded in its place"),
        ("def total(): ...", "no test imports it"),
    ],
)
async def test_tests_that_load_nothing_of_the_file_prove_nothing_about_it(world, suite, preamble, says):
    it = world(replace(suite(a="pass idle", b="pass idle"), preamble=preamble))
    it.framework.missed = frozenset({1, 2, 3})

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert f"no line of money.py was run: {says}" in caught.value.message


def test_a_title_that_is_made_while_it_runs_and_is_not_reported_is_told_what_to_do():
    draft = Draft(preamble="", cases=(Case(name="${c.name}", code=""), Case(name="plain", code="")))

    made, plain = results_of(RunReport(outcomes=(), duration_ms=1), draft).values()

    assert "put words of its own before the value" in made.reason
    assert plain.reason == "the runner did not report it"
