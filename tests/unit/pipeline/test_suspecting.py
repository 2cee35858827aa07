"""Possible bugs: run before they are told, kept apart from the suite, and the end of a file that has nothing else."""

from dataclasses import replace

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.evidence import Evidence, NotVerified


async def test_a_possible_bug_is_kept_apart_from_the_suite(world, suite, suspect):
    it = world(suite(a="pass"))
    it.writer.suspects = (suspect("fail"),)

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]
    (found,) = delivered.suspects
    assert (found.input, found.observed) == ("add(1)", "3")
    assert found.marked == f"@preamble suspicious\n@case {found.name} | expected to fail"
    assert isinstance(delivered.evidence, Evidence)
    assert delivered.evidence.suspects == 1
    assert "fail" not in delivered.test_code


@pytest.mark.parametrize("word", ["pass", "skip", "silent", "crash", "flaky"])
async def test_a_test_that_does_not_fail_every_time_accuses_nobody(world, suite, suspect, word):
    it = world(suite(a="pass"))
    it.sandbox.flaky_seed = "seed=never"
    it.writer.suspects = (suspect(word),)

    delivered = await it.walk()

    assert delivered.suspects == ()
    assert delivered.evidence.suspects == 0


async def test_the_same_call_for_the_same_reason_is_told_once(world, suite, suspect):
    it = world(suite(a="pass"))
    it.writer.suspects = (suspect("fail"), suspect("fail"), suspect("fail", input="add(10)"))

    delivered = await it.walk()

    assert [found.input for found in delivered.suspects] == ["add(1)", "add(10)"]


async def test_a_file_with_nothing_but_possible_bugs_delivers_them_and_claims_no_suite(world, suite, suspect):
    it = world(suite())
    it.writer.suspects = (suspect("fail"),)

    delivered = await it.walk()

    assert delivered.test_code == ""
    assert isinstance(delivered.evidence, NotVerified)
    assert (delivered.evidence.test_count, delivered.evidence.suspects) == (0, 1)
    assert it.workspaces.closed == 1


async def test_a_file_whose_only_suspect_is_cleared_fails_with_words(world, suite, suspect):
    it = world(suite())
    it.writer.suspects = (suspect("pass"),)

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert caught.value.code == "tests_failed"
    assert "did not fail when it was run" in caught.value.message


async def test_a_failing_test_that_the_documentation_backs_is_not_bent_but_kept_apart(world, suite):
    it = world(suite(a="pass", b="fail documented", c="fail"), suite(c="pass"))

    delivered = await it.walk()

    assert [[fault.name for fault in faults] for faults in it.writer.faults] == [["test_c"]]
    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_c"]
    assert [(found.name, found.because.kind) for found in delivered.suspects] == [("test_b", "example")]
    assert [drop.name for drop in delivered.dropped] == []


async def test_a_test_whose_writer_doubts_the_code_is_not_sent_back_and_not_believed_without_backing(world, suite):
    draft = suite(a="pass", b="fail")
    doubted = replace(draft.cases[1], suspect="the name says otherwise")
    it = world(replace(draft, cases=(draft.cases[0], doubted)))

    delivered = await it.walk()

    assert it.writer.faults == []
    assert delivered.suspects == ()
    assert [drop.name for drop in delivered.dropped] == ["test_b"]
