"""The straight line, walked with fakes for everything around it."""

from dataclasses import replace

import pytest

from testwright.domain.drafts import Draft, Usage
from testwright.domain.errors import PermanentError
from testwright.domain.evidence import Evidence, NotVerified
from testwright.domain.sessions import Options


def names(draft: Draft) -> list[str]:
    return [case.name for case in draft.cases]


async def test_a_sound_suite_is_delivered_with_evidence_of_what_was_seen(world, suite):
    it = world(suite(a="pass", b="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert delivered.test_code == "@preamble fine\n@case test_a | pass\n@case test_b | pass"
    evidence = delivered.evidence
    assert isinstance(evidence, Evidence)
    assert (evidence.passed_runs, evidence.runs, evidence.attempts, evidence.tokens) == (5, 5, 1, 100)
    assert (evidence.runner, evidence.runner_version, evidence.sandbox) == ("pytest", "9.2.0", "isolated")
    assert (evidence.run_with, evidence.brought) == ("pytest tests/test_money.py", True)
    assert (evidence.before.lines, evidence.before.branches, evidence.after.lines) == (0.0, None, 66.7)
    assert [(case.name, case.passed_runs, case.duration_ms) for case in evidence.cases] == [
        ("test_a", 5, 1.5),
        ("test_b", 5, 1.5),
    ]
    assert it.workspaces.closed == 1


async def test_events_come_in_order_each_under_a_key_of_its_own(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"))

    await it.walk()

    assert it.desk.types() == [
        "file_processing",
        "file_processing",
        "file_analyzed",
        "test_drafted",
        "test_verified",
        "test_repairing",
        "test_drafted",
        "test_verified",
        "test_verified",
    ]
    keys = [event.once_key for event in it.desk.events]
    assert len(set(keys)) == len(keys)
    assert all("/3" in key for key in keys)
    assert it.desk.events[0].message == "Generating tests for money.py"
    assert it.desk.events[1].message == "Installing pytest 9.2.0 (first use only)…"
    first_verdict = it.desk.events[4].extra
    assert first_verdict["dropped"] == [{"name": "test_b", "gate": "passes", "reason": "assert 1 == 2"}]
    assert (first_verdict["attempt"], first_verdict["passed"], first_verdict["failed"]) == (1, 1, 1)
    assert it.desk.events[3].extra == {
        "attempt": 1,
        "testCount": 2,
        "writer": "model",
        "model": "scripted-1",
        "tokens": 100,
        "costUsd": 0.01,
    }


async def test_what_was_bought_so_far_is_told_with_each_draft_and_each_verdict(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"))

    await it.walk()

    told = [event for event in it.desk.events if event.type in ("test_drafted", "test_verified")]
    assert [event.extra["tokens"] for event in told] == [100, 100, 200, 200, 200]


async def test_a_writer_that_asks_no_model_tells_of_no_spending(world, suite):
    it = world(suite(a="pass"))
    it.writer.model = None

    await it.walk()

    assert not any("tokens" in event.extra for event in it.desk.events)


async def test_a_failing_test_is_repaired_knowing_its_own_output(world, suite):
    it = world(suite(a="pass", b="fail deep", c="static"), suite(b="pass", c="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b", "test_c"]
    assert [(fault.name, fault.message) for fault in it.writer.faults[0]] == [
        ("test_b", "assert 1 == 2 deep"),
        ("test_c", "asserts nothing"),
    ]
    assert delivered.evidence.attempts == 2
    assert delivered.evidence.tokens == 200


async def test_a_bad_test_is_dropped_without_costing_its_siblings(world, suite):
    it = world(suite(a="pass", b="fail", c="static", d="skip", e="silent", f="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_f"]
    assert [(drop.name, drop.gate) for drop in delivered.dropped] == [
        ("test_b", "passes"),
        ("test_c", "asserts"),
        ("test_d", "passes"),
        ("test_e", "passes"),
    ]
    assert delivered.dropped[3].reason == "the runner did not report it"


@pytest.mark.parametrize("word", ["crash", "hang"])
async def test_only_the_tests_that_keep_the_suite_from_running_are_dropped(world, suite, word):
    it = world(suite(a="pass", b=word, c="pass", d=word, e="fail"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_c"]
    assert [drop.name for drop in delivered.dropped] == ["test_b", "test_d", "test_e"]


async def test_a_broken_preamble_is_told_to_the_writer_once_and_not_searched_for_in_every_test(world, suite):
    it = world(suite("broken", **{f"t{n}": "pass" for n in range(16)}), suite(t1="pass"))

    delivered = await it.walk()

    assert len(delivered.draft.cases) == 16
    assert "the preamble is broken" in it.writer.faults[0][0].message
    assert len(it.sandbox.runs) < 12


async def test_a_flaky_test_is_dropped_and_the_rest_is_proved_again(world, suite):
    it = world(suite(a="pass", b="flaky"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("is_stable", "failed in 1 of 5 runs: sometimes 3")
    ]
    assert all("test_b" not in text for text in it.sandbox.runs[-2:])
    assert delivered.evidence.test_count == 1


async def test_a_test_that_passes_only_after_others_is_dropped_and_says_so(world, suite):
    it = world(suite(a="pass", b="leans", c="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_c"]
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "is_stable", "fails when it is run alone, and passes only after other tests: leans after 0")
    ]
    assert [case.passed_alone for case in delivered.evidence.cases] == [True, True]


async def test_a_test_that_leans_on_the_order_of_a_set_is_dropped_although_it_passes_in_every_ordinary_run(
    world, suite
):
    it = world(suite(a="pass", b="unordered"))
    it.sandbox.odd_order = 6

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.gate, drop.reason) for drop in delivered.dropped] == [
        (
            "is_stable",
            "depends on the order of a set: fails with another hash seed (PYTHONHASHSEED=6): assert 1 == 2",
        )
    ]


async def test_no_further_starts_are_made_where_no_test_can_see_the_order_of_a_set(world, suite):
    seeing, blind = world(suite(a="pass", b="unordered")), world(suite(a="pass", b="pass"))

    await seeing.walk()
    await blind.walk()

    assert len(seeing.sandbox.runs) == len(blind.sandbox.runs) + 5


async def test_a_test_that_is_right_by_chance_is_dropped_although_it_passes_in_every_ordinary_run(world, suite):
    it = world(suite(a="pass", b="lucky"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "is_stable", "right by chance: got 3")
    ]


async def test_a_test_that_passes_but_once_is_dropped_although_it_passes_in_every_ordinary_run(world, suite):
    it = world(suite(a="pass", b="once"))

    delivered = await it.walk()

    assert [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped] == [
        ("test_b", "is_stable", "fails when it is run again: it left a file")
    ]


async def test_a_test_that_spoils_one_sibling_goes_in_that_siblings_place(world, suite):
    it = world(suite(a="spoiled", b="pass", c="spoils", d="pass"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b", "test_d"]
    assert [(drop.name, drop.reason) for drop in delivered.dropped] == [
        ("test_c", "leaves something behind that makes test_a fail when it runs later: spoiled after 3")
    ]


async def test_a_test_that_several_siblings_spoil_is_itself_to_blame(world, suite):
    it = world(suite(a="spoiled", b="pass", c="spoils", d="spoils"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_b", "test_c", "test_d"]
    assert delivered.dropped[0].reason == "failed in 1 of 5 runs: spoiled after 3"


async def test_where_tests_cannot_be_run_alone_they_run_together_as_often(world, suite):
    it = world(suite(a="pass", b="pass"))
    it.sandbox.cannot_part = True

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert (delivered.evidence.passed_runs, delivered.evidence.runs) == (5, 5)
    assert [case.passed_alone for case in delivered.evidence.cases] == [False, False]


async def test_a_turn_that_tells_nothing_is_had_in_a_start_of_its_own(world, suite):
    it = world(suite(a="pass", b="flaky"))
    it.sandbox.flaky_seed = "seed=1"
    it.sandbox.silent_turns = frozenset({0})

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert delivered.dropped[0].reason == "failed in 1 of 5 runs: sometimes 3"
    assert (delivered.evidence.passed_runs, delivered.evidence.runs) == (5, 5)


async def test_a_repair_that_breaks_more_than_it_mends_is_not_taken(world, suite):
    it = world(suite(a="pass", b="pass", c="fail"), suite(a="fail", b="fail", c="pass"), suite(c="fail"))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert delivered.evidence.attempts == 3


async def test_no_more_repairs_are_bought_once_the_budget_is_used_up(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"))
    it.writer.affordable = 1

    delivered = await it.walk()

    assert it.writer.calls == 1
    assert names(delivered.draft) == ["test_a"]


async def test_a_file_is_not_begun_once_the_others_have_used_the_budget_up(world, suite):
    it = world(suite(a="pass"))
    it.writer.affordable = 0

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "budget_reached"
    assert it.writer.calls == 0


async def test_a_replay_that_lacks_an_answer_is_not_taken_for_a_writer_with_nothing_new(world, suite):
    it = world(suite(a="pass", b="fail"))
    it.writer.trouble_on_repair = "replay_missing"

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "replay_missing"


async def test_an_unknown_price_does_not_stop_repairs(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"), options=Options(max_cost_usd=0.01))
    it.writer.usage = Usage(tokens=100, cost_usd=None)

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert delivered.evidence.cost_usd is None


async def test_a_failure_that_was_not_rewritten_is_not_run_again(world, suite):
    it = world(suite(a="pass", b="hang", c="fail"), suite(c="pass"), options=Options(max_repairs=1))

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_c"]
    assert [drop.name for drop in delivered.dropped] == ["test_b"]
    after_repair = it.sandbox.runs[-3:]  # the second attempt, and the two starts for its five runs
    assert all("test_c | pass" in text and "test_b" not in text for text in after_repair)


async def test_a_repair_that_cannot_be_had_does_not_cost_what_passes(world, suite):
    it = world(suite(a="pass", b="fail"))
    it.writer.repair = refuse

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]


async def refuse(*_: object) -> None:
    raise PermanentError("The daily quota is used up.", code="model_quota")


async def test_a_secret_in_a_failure_is_not_told(world, suite):
    key = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    it = world(suite(a="pass", b=f"fail {key}"))

    delivered = await it.walk()

    assert "[redacted]" in delivered.dropped[0].reason
    assert all(key not in str(event.extra) for event in it.desk.events)


async def test_max_repairs_zero_asks_the_writer_once(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"), options=Options(max_repairs=0))

    await it.walk()

    assert it.writer.calls == 1


async def test_when_nothing_passes_the_file_fails_and_says_of_what(world, suite):
    it = world(suite(a="fail", b="fail"), suite(a="fail", b="fail x"), suite(a="fail", b="fail"))

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "tests_failed"
    assert caught.value.message == "None of 2 tests passed in 3 attempts: assert 1 == 2"
    assert caught.value.hint
    assert it.workspaces.closed == 1


@pytest.mark.parametrize(
    ("log", "code", "retryable"),
    [
        ("load_error:ValueError: no configuration", "source_does_not_load", False),
        ("missing_package:No module named 'yaml'", "missing_package", True),
        ("timeout:did not load within 30 s", "timeout", False),
    ],
)
async def test_a_source_that_does_not_load_fails_before_anything_is_bought(world, suite, log, code, retryable):
    it = world(suite(a="pass"))
    it.sandbox.source = log

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert log.split(":", 1)[1] in caught.value.message
    assert caught.value.hint
    assert it.writer.calls == 0


async def test_an_empty_source_fails_with_what_to_do(world, suite):
    it = world(suite(a="pass"), text="  ")

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "nothing_to_test"
    assert it.desk.types()[0] == "file_processing"


async def test_the_pointer_to_a_text_in_git_lfs_is_told_as_such(world, suite):
    it = world(suite(a="pass"), text="version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")

    with pytest.raises(PermanentError, match="it is in Git LFS") as caught:
        await it.walk()

    assert "git lfs pull" in caught.value.hint
    assert it.writer.calls == 0


async def test_without_a_sandbox_a_model_suite_is_delivered_as_not_verified(world, suite):
    it = world(suite(a="pass", b="static"))
    it.sandbox.missing = True

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a"]
    assert isinstance(delivered.evidence, NotVerified)
    assert delivered.evidence.reason == "No sandbox works here."
    assert delivered.evidence.hint == "Run `apt install bubblewrap`."
    assert "test_verified" not in it.desk.types()


async def test_existing_suites_are_measured_before_and_counted_after(world, suite):
    it = world(suite(a="pass", b="pass"), existing=("tests/test_old.py",))

    delivered = await it.walk()

    assert delivered.evidence.before.lines == 50.0
    assert delivered.covered_before == (1, 2)
    assert delivered.covered_after == (1, 2, 3, 4, 5, 6)
    assert delivered.missed_after == (90, 91)


@pytest.mark.parametrize("steps_before_death", range(11))
async def test_a_walk_that_died_anywhere_is_taken_up_without_doing_a_finished_step_again(
    world, suite, steps_before_death
):
    it = world(suite(a="pass", b="fail"), suite(b="pass"))
    it.step.dies_after = steps_before_death
    with pytest.raises(world.Died):
        await it.walk()
    it.step.dies_after = 1000

    delivered = await it.walk()

    assert names(delivered.draft) == ["test_a", "test_b"]
    assert it.writer.calls == 2
    assert len(it.desk.delivered) == 1


async def test_walking_again_after_the_end_does_nothing_again(world, suite):
    it = world(suite(a="pass"))
    await it.walk()
    events, runs = len(it.desk.events), len(it.sandbox.runs)

    await it.walk()

    assert (len(it.desk.events), len(it.sandbox.runs), it.writer.calls) == (events, runs, 1)


async def test_step_ids_are_stable(world, suite):
    it = world(suite(a="pass", b="fail"), suite(b="pass"))

    await it.walk()

    assert list(it.step.memos) == [
        "prepare",
        "analyse",
        "baseline",
        "draft/1",
        "run/1",
        "repair/2",
        "run/2",
        "challenge/2",
        "strengthen/3",
        "choose",
        "stability",
        "suspects",
        "keep",
    ]


@pytest.mark.parametrize(("root", "advice"), [(None, "Register the project's folder"), ("/home/me/shop", "Install")])
async def test_a_missing_package_is_sought_where_one_could_be_installed(world, suite, root, advice):
    it = world(suite(a="pass"))
    it.assignment = replace(it.assignment, repository_root=root)
    it.sandbox.source = "missing_package:money.py needs the package left-pad, which is not installed here."

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "missing_package"
    assert (caught.value.hint or "").startswith(advice)
