"""A draft is held to what was asked for, whoever wrote it."""

from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import CoverageGoal, Options, TestType
from testwright.pipeline.asking import not_asked_for

DRAFT = Draft(
    preamble="",
    cases=tuple(
        Case(name=name, code="", targets=targets, scenario=scenario)
        for name, scenario, targets in (
            ("adds", "happy", ("add",)),
            ("adds_more", "happy", ("add",)),
            ("zero", "edge", ("add",)),
            ("refuses", "error", ("add",)),
            ("together", "integration", ("add", "take")),
        )
    ),
)


def left_out(**options: object) -> list[str]:
    return sorted(not_asked_for(DRAFT, Options(**options)))


def test_integration_tests_come_only_when_asked_for():
    assert left_out() == ["together"]
    assert left_out(test_types=(TestType.UNIT, TestType.INTEGRATION)) == []


def test_integration_alone_leaves_the_unit_tests_out_where_there_is_a_seam():
    assert left_out(test_types=(TestType.INTEGRATION,)) == ["adds", "adds_more", "refuses", "zero"]
    without = DRAFT.only(frozenset({"adds", "zero"}))
    assert not_asked_for(without, Options(test_types=(TestType.INTEGRATION,))) == {}


def test_without_edge_cases_there_are_neither_boundaries_nor_errors():
    assert left_out(include_edge_cases=False) == ["refuses", "together", "zero"]


def test_basic_coverage_keeps_one_ordinary_test_for_each_symbol():
    assert left_out(coverage=CoverageGoal.BASIC) == ["adds_more", "refuses", "together", "zero"]


def test_a_wish_that_would_leave_nothing_is_not_followed():
    only_errors = DRAFT.only(frozenset({"refuses"}))

    assert not_asked_for(only_errors, Options(include_edge_cases=False)) == {}


async def test_what_was_not_asked_for_is_dropped_with_its_reason_and_not_sent_back_for_repair(world, suite):
    it = world(suite(a="pass", b="pass"))
    it.writer.drafts[0] = Draft(
        preamble="fine",
        cases=(Case(name="test_a", code="pass"), Case(name="test_b", code="pass", scenario="integration")),
    )

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "asked_for", "Integration tests were not asked for.")
    ]
    assert it.writer.calls == 1


async def test_a_file_without_a_seam_says_so_when_integration_was_asked_for(world, suite):
    it = world(suite(a="pass"), options=Options(test_types=(TestType.INTEGRATION,)))

    await it.walk()

    drafted = next(event for event in it.desk.events if event.type == "test_drafted")
    assert drafted.message.endswith("found nothing to test together")
