"""The gates `can fail` and `earns its place`, and the round that goes back to the writer."""

from dataclasses import replace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.domain.evidence import MutantCounts
from testwright.domain.mutants import Fate, Mutant, MutantOutcome
from testwright.domain.sessions import CoverageGoal, Options
from testwright.pipeline.choosing import chosen_of
from testwright.pipeline.drafting import is_worth_more
from testwright.pipeline.findings import CaseResult, Challenge

SOURCE = "mutable\n" * 3


def names(draft: Draft) -> list[str]:
    return [case.name for case in draft.cases]


async def test_a_test_that_notices_nothing_of_what_it_runs_is_dropped_with_an_example(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1,2", b="pass lines=2"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        (
            "test_b",
            "can_fail",
            "It does not notice the one change that was made to the code it runs: `a < b` → `a <= b` on line 2.",
        )
    ]


async def test_the_example_of_what_a_test_does_not_notice_is_one_that_few_others_run(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="pass lines=1,2"), text=SOURCE)

    delivered = await it.walk()

    (drop,) = delivered.dropped
    assert drop.reason == "It notices none of 2 changes to the code it runs, such as `a < b` → `a <= b` on line 2."


async def test_a_test_that_never_reaches_an_assertion_is_dropped_whatever_else_it_notices(world, suite):
    it = world(suite(a="pass lines=1 kills=1 asserts", b="pass lines=2 kills=2 asserts early"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert "meets" not in delivered.test_code
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        (
            "test_b",
            "can_fail",
            "It never reaches `assert it`, which cannot fail so; see to it that it does, or leave it out.",
        )
    ]


async def test_a_test_that_there_was_no_time_to_hear_in_full_is_not_told_that_it_never_reaches_something(world, suite):
    it = world(suite(a="pass lines=1 kills=1 asserts", b="pass lines=2 kills=2 asserts early unasked"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]


async def test_of_a_test_that_nobody_saw_at_work_nothing_is_said_about_what_it_reaches(world, suite):
    it = world(suite(a="pass lines=1 kills=1 asserts", b="pass asserts early"), text=SOURCE)

    delivered = await it.walk()

    assert {drop.gate for drop in delivered.dropped} <= {"earns_place"}


async def test_a_test_that_adds_nothing_is_dropped_and_the_writers_first_of_equals_stays(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="pass lines=1 kills=1", c="pass lines=2 kills=2"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_c"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_b", "earns_place")]


async def test_the_evidence_counts_what_the_delivered_tests_notice(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1", b="pass lines=2,3 kills=3"), text=SOURCE)

    delivered = await it.walk()

    assert delivered.evidence.mutants == MutantCounts(killed=2, survived=1, sampled=3)
    assert [case.mutants for case in delivered.evidence.cases] == [
        MutantCounts(killed=1, survived=1, sampled=2),
        MutantCounts(killed=1, survived=1, sampled=2),
    ]
    assert [(faced.mutant.number, faced.fate, faced.killers) for faced in delivered.mutants] == [
        (1, Fate.KILLED, ("test_a",)),
        (2, Fate.SURVIVED, ()),
        (3, Fate.KILLED, ("test_b",)),
    ]
    told = [event for event in it.desk.events if event.type == "mutants_checked"]
    assert [event.extra for event in told] == [{"killed": 2, "survived": 1, "sampled": 3}]


async def test_what_nothing_notices_goes_back_to_the_writer(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1"), text=SOURCE)
    it.writer.stronger = suite(b="pass lines=2 kills=2", c="fail")

    delivered = await it.walk()

    assert [mutant.number for mutant in it.writer.gaps[0].unnoticed] == [2]
    assert it.writer.gaps[0].missed == (90, 91)
    assert [mutant.number for mutant in it.writer.gaps[1].unnoticed] == []
    assert names(delivered.draft) == ["test_a", "test_b"]
    assert delivered.evidence.mutants == MutantCounts(killed=2, survived=0, sampled=2)
    assert (delivered.evidence.attempts, delivered.evidence.tokens) == (2, 200)
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_c", "passes")]


async def test_comprehensive_coverage_asks_for_more_until_a_round_gains_nothing(world, suite):
    it = world(suite(a="pass lines=1,2,3 kills=1"), text=SOURCE + "mutable\n" * 3)
    it.writer.stronger = suite(b="pass lines=2 kills=2")
    it.writer.stronger_still = [suite(c="pass lines=2 kills=2 idle"), suite(d="pass lines=3 kills=3")]

    await it.walk()

    assert [step for step in it.step.memos if step.startswith("strengthen")] == [f"strengthen/{n}" for n in (2, 3, 4)]
    assert [len(gaps.unnoticed) for gaps in it.writer.gaps] == [2, 1]
    assert it.writer.calls == 3


def test_a_round_that_brought_next_to_nothing_is_the_last():
    before = frozenset(("line", str(number)) for number in range(100))

    assert not is_worth_more(before, before | {("kill", "1"), ("kill", "2")})
    assert is_worth_more(before, before | {("kill", str(number)) for number in range(10)})


@pytest.mark.parametrize(("gain_usd", "rounds"), [(0.001, 2), (0.011, 3), (None, 3)])
async def test_a_round_that_was_too_dear_for_what_it_brought_is_the_last(world, suite, gain_usd, rounds):
    it = world(suite(a="pass lines=1,2 kills=1"), text=SOURCE + "mutable\n" * 3)
    it.gain_usd = gain_usd  # each question costs 0.01, and the first round brings one kill
    it.writer.stronger = suite(b="pass lines=2 kills=2")
    it.writer.stronger_still = [suite(c="pass lines=2 kills=2 idle"), suite(d="pass lines=3 kills=3")]

    await it.walk()

    assert it.writer.calls == rounds


async def test_a_test_that_failed_before_the_suite_was_strengthened_is_still_told_of(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1", bad="fail"), text=SOURCE, options=Options(max_repairs=0))
    it.writer.stronger = suite(b="pass lines=2 kills=2")

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert [drop.name for drop in delivered.dropped] == ["test_bad"]


async def test_a_writer_that_cannot_strengthen_does_not_cost_what_passes(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1"), text=SOURCE)

    async def refuse(*_: object) -> None:
        raise PermanentError("The daily quota is used up.", code="model_quota")

    it.writer.strengthen = refuse

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]


@pytest.mark.parametrize(("coverage", "affordable"), [(CoverageGoal.BASIC, 9), (CoverageGoal.COMPREHENSIVE, 1)])
async def test_basic_coverage_and_a_used_up_budget_ask_for_no_further_tests(world, suite, coverage, affordable):
    it = world(suite(a="pass lines=1,2 kills=1"), text=SOURCE, options=Options(coverage=coverage))
    it.writer.affordable = affordable
    it.writer.stronger = suite(b="pass lines=2 kills=2")

    delivered = await it.walk()

    assert it.writer.calls == 1
    assert names(delivered.draft) == ["test_a"]


async def test_code_that_cannot_be_broken_on_trial_keeps_every_test_and_says_why(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="pass lines=1 kills=1"), text=SOURCE)
    it.sandbox.cannot_break = "The suite cannot be repeated."
    it.sandbox.stop_it = True

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert (delivered.evidence.mutants, delivered.evidence.mutants_problem) == (None, "The suite cannot be repeated.")
    assert delivered.mutants == ()
    assert "mutants_checked" not in it.desk.types()


async def test_where_no_test_can_be_repeated_changes_are_tried_in_runs_of_their_own(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="pass lines=2,3 kills=3", c="pass lines=2"), text=SOURCE)
    it.sandbox.cannot_break = "The suite cannot be repeated."

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_c", "can_fail")]
    assert sorted(it.sandbox.slowly) == [1, 2, 3]
    assert delivered.evidence.mutants == MutantCounts(killed=2, survived=1, sampled=3)
    assert it.workspace.texts["src/money.py"] == SOURCE


async def test_a_test_that_cannot_be_repeated_among_others_stays_where_an_ordinary_run_sees_it_fail(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="unfit lines=2 kills=2", c="unfit lines=3"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_c", "can_fail")]
    assert "notice" in delivered.dropped[0].reason
    assert sorted(it.sandbox.slowly) == [2, 3]


async def test_a_test_that_cannot_be_repeated_goes_where_an_ordinary_run_tells_nothing_either(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="unfit lines=2 kills=2"), text=SOURCE)
    it.sandbox.stop_it = True

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_b", "can_fail")]
    assert "nobody could see" in delivered.dropped[0].reason


async def test_a_test_that_fails_with_any_other_text_of_the_code_is_not_taken_to_notice_changes(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="unfit reads lines=2"), text=SOURCE)
    other = world(suite(a="pass lines=1 kills=1", b="pass reads lines=2"), text=SOURCE)
    other.sandbox.cannot_break = "The suite cannot be repeated."

    delivered = [await each.walk() for each in (it, other)]

    assert [names(each.draft) for each in delivered] == [["test_a"], ["test_a"]]
    assert ["nobody could see" in each.dropped[0].reason for each in delivered] == [True, True]


async def test_where_no_test_notices_anything_that_is_the_reason_why_none_is_delivered(world, suite):
    it = world(suite(a="pass lines=1", b="pass lines=2"), text=SOURCE)

    said = r"None of 2 passing tests for money\.py is proven\. test_a: It does not notice"
    with pytest.raises(PermanentError, match=said):
        await it.walk()


async def test_a_test_that_noticed_nothing_before_time_was_over_is_asked_about_the_rest_by_itself(world, suite):
    it = world(suite(a="pass lines=1,2,3 kills=1,2", b="pass lines=1,2,3 kills=3"), text=SOURCE)
    it.sandbox.time_for = [0]

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert len(it.sandbox.challenged) == 2
    assert delivered.evidence.mutants == MutantCounts(killed=3, survived=0, sampled=3)


async def test_a_test_that_notices_nothing_of_the_rest_either_is_dropped(world, suite):
    it = world(suite(a="pass lines=1,2,3 kills=1,2,3", b="pass lines=1,2,3"), text=SOURCE)
    it.sandbox.time_for = [1]

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [("test_b", "can_fail")]
    assert "none of 3 changes" in delivered.dropped[0].reason


async def test_what_only_some_were_asked_and_did_not_notice_does_not_count_as_unnoticed(world, suite):
    it = world(suite(a="pass lines=1,2,3 kills=1,2,3", b="pass lines=1,2,3"), text=SOURCE)
    it.sandbox.time_for = [1]

    delivered = await it.walk()

    assert delivered.evidence.mutants == MutantCounts(killed=1, survived=0, sampled=1)
    assert sorted(faced.fate for faced in delivered.mutants) == [Fate.KILLED, Fate.UNTRIED, Fate.UNTRIED]


async def test_the_source_is_switched_for_the_challenge_alone(world, suite):
    it = world(suite(a="pass lines=1 kills=1"), text=SOURCE)

    await it.walk()

    assert [text.split()[0] for text in it.sandbox.challenged] == ["switched"]
    assert it.workspace.text("src/money.py") == SOURCE


async def test_only_lines_that_run_are_broken_and_no_more_than_the_setting_says(world, suite):
    it = world(suite(**{f"t{n}": f"pass lines={n} kills={n}" for n in range(1, 41)}), text="mutable\n" * 95)

    delivered = await it.walk()

    tried = [faced.mutant.number for faced in delivered.mutants]
    assert len(tried) == 60
    assert all(number < 90 for number in tried)  # lines 90 and 91 are missed, and so is whatever follows them


async def test_kills_of_a_test_that_turns_out_flaky_do_not_count(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1", b="flaky lines=2 kills=2"), text=SOURCE)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert delivered.evidence.mutants == MutantCounts(killed=1, survived=1, sampled=2)


async def test_a_test_that_the_project_has_already_is_not_added_again(world, suite):
    it = world(
        suite(a="pass lines=1 kills=1", like_a="pass lines=1 kills=1 ", b="pass lines=2 kills=2"),
        text=SOURCE,
        existing=("tests/test_old.py",),
    )
    it.workspace.texts["tests/test_old.py"] = "@case test_ours | pass  lines=1 kills=1"

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_b"]
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("test_a", "earns_place", "tests/test_old.py has this test already."),
        ("test_like_a", "earns_place", "tests/test_old.py has this test already."),
    ]


async def test_a_file_whose_tests_the_project_has_already_says_so(world, suite):
    it = world(suite(a="pass lines=1 kills=1"), text=SOURCE, existing=("tests/test_old.py",))
    it.workspace.texts["tests/test_old.py"] = "@case test_ours | pass lines=1 kills=1"

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "nothing_new"


# The choice itself

MUTANTS = tuple(
    Mutant(number=number, operator="return", line=number, end_line=number, before="x", after="None")
    for number in (1, 2, 3)
)


def case(name: str, code: str = "assert f(1) == 2") -> Case:
    return Case(name=name, code=code)


def result(name: str, *, lines: frozenset[int] | None = frozenset({1})) -> CaseResult:
    return CaseResult(name=name, passed=True, lines=lines, branches=None if lines is None else frozenset())


def killed(number: int, *killers: str) -> MutantOutcome:
    return MutantOutcome(number=number, fate=Fate.KILLED, reached_by=killers, killers=killers)


def test_a_test_whose_worth_cannot_be_told_is_kept():
    draft = Draft(preamble="", cases=(case("a"), case("b")))
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "a"),))

    assert chosen_of(draft, [result("a"), result("b", lines=None)], challenge).names == ("a", "b")


def test_a_test_that_nobody_could_see_notice_anything_is_dropped():
    draft = Draft(preamble="", cases=(case("a"), case("b")))
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "a"),), unfit=("b",))

    chosen = chosen_of(draft, [result("a"), result("b")], challenge)

    assert chosen.names == ("a",)
    assert [(drop.name, drop.gate) for drop in chosen.drops] == [("b", "can_fail")]
    assert "not even while nothing is changed" in chosen.drops[0].reason


def test_tests_that_have_their_say_apart_from_the_others_join_them_in_what_they_notice():
    unreached, untried = (
        MutantOutcome(number=number, fate=fate) for number, fate in ((2, Fate.UNREACHED), (3, Fate.UNTRIED))
    )
    survived = MutantOutcome(number=1, fate=Fate.SURVIVED, reached_by=("a",))
    challenge = Challenge(mutants=MUTANTS, outcomes=(survived, unreached, untried), unfit=("b", "c"))
    apart = Challenge(
        outcomes=(killed(1, "b"), MutantOutcome(number=2, fate=Fate.SURVIVED, reached_by=("b",)), untried), unfit=("c",)
    )

    found = challenge.with_tests_of(apart)

    assert found.unfit == ("c",)
    assert found.kills_of("b") == (1,)
    assert found.faced_by("a") == (1,)
    assert found.faced_by("b") == (1, 2)
    assert [outcome.fate for outcome in found.outcomes] == [Fate.KILLED, Fate.SURVIVED, Fate.UNTRIED]


def test_where_no_single_test_is_measured_the_changes_that_it_ran_into_tell_its_worth():
    draft = Draft(preamble="", cases=(case("a"), case("b"), case("c")))
    survived = MutantOutcome(number=2, fate=Fate.SURVIVED, reached_by=("c",))
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "a", "b", "c"), survived))

    chosen = chosen_of(draft, [result(name, lines=None) for name in "abc"], challenge)

    assert chosen.names == ("a", "c")  # b goes the way that a goes
    assert [(drop.name, drop.gate) for drop in chosen.drops] == [("b", "earns_place")]


def test_an_early_choice_that_later_ones_make_superfluous_is_taken_back():
    draft = Draft(preamble="", cases=(case("broad"), case("left"), case("right")))
    results = [
        result("broad", lines=frozenset({1, 2, 3, 4})),
        result("left", lines=frozenset({1, 2, 5})),
        result("right", lines=frozenset({3, 4, 6})),
    ]

    chosen = chosen_of(draft, results, Challenge(mutants=MUTANTS, outcomes=(killed(1, "broad", "left", "right"),)))

    assert chosen.names == ("left", "right")


def test_a_fast_test_goes_before_a_slow_one_that_does_as_much():
    draft = Draft(preamble="", cases=(case("slow"), case("fast")))
    slow = CaseResult(name="slow", passed=True, duration_ms=900.0, lines=frozenset({1}), branches=frozenset())
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "slow", "fast"),))

    chosen = chosen_of(draft, [slow, result("fast")], challenge)

    assert chosen.names == ("fast",)


def test_a_table_of_the_explorers_does_not_displace_the_models_tests_that_do_as_much():
    table = replace(case("table"), writer="explorer")
    first, second = (replace(case(name), writer="model") for name in ("adds", "refuses"))
    results = [
        result("table", lines=frozenset({1, 2, 3, 4})),
        result("adds", lines=frozenset({1, 2})),
        result("refuses", lines=frozenset({3, 4})),
    ]
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "table", "adds"), killed(2, "table", "refuses")))

    chosen = chosen_of(Draft(preamble="", cases=(table, first, second)), results, challenge)

    assert chosen.names == ("adds", "refuses")


def test_what_only_the_explorer_notices_stands_beside_the_models_tests():
    table, thought = replace(case("table"), writer="explorer"), replace(case("adds"), writer="model")
    idle = replace(case("again"), writer="explorer")
    results = [result("table", lines=frozenset({1, 2, 3})), result("adds", lines=frozenset({1})), result("again")]
    challenge = Challenge(mutants=MUTANTS, outcomes=(killed(1, "table", "adds", "again"), killed(2, "table")))

    chosen = chosen_of(Draft(preamble="", cases=(table, idle, thought)), results, challenge)

    assert chosen.names == ("table", "adds")


def test_a_test_that_ran_into_no_change_at_all_is_not_called_blind():
    draft = Draft(preamble="", cases=(case("a"), case("b")))
    results = [result("a"), result("b", lines=frozenset({2}))]

    chosen = chosen_of(draft, results, Challenge(mutants=MUTANTS, outcomes=(killed(1, "a"),)))

    assert chosen.names == ("a", "b")


def test_a_challenge_that_was_cut_short_keeps_the_kills_that_were_seen_before():
    def outcome(number, fate, *killers):
        return MutantOutcome(number=number, fate=fate, reached_by=killers or ("a",), killers=killers)

    earlier = Challenge(
        outcomes=(outcome(1, Fate.KILLED, "a", "gone"), outcome(2, Fate.SURVIVED), outcome(3, Fate.KILLED, "gone"))
    )
    now = Challenge(outcomes=tuple(outcome(number, Fate.UNTRIED) for number in (1, 2, 3)))

    seen = now.with_kills_of(earlier, frozenset({"a", "new"}))

    assert [(each.fate, each.killers) for each in seen.outcomes] == [
        (Fate.KILLED, ("a",)),
        (Fate.UNTRIED, ()),
        (Fate.UNTRIED, ()),
    ]


def test_what_was_tried_anew_counts_and_not_what_was_seen_before():
    earlier = Challenge(outcomes=(killed(1, "a"),))
    now = Challenge(outcomes=(MutantOutcome(number=1, fate=Fate.SURVIVED, reached_by=("a",)),))

    assert now.with_kills_of(earlier, frozenset({"a"})) == now
