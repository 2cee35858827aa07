"""`mockExternal`: what was replaced is proved by a run with the clock stopped."""

import pytest

from testwright.domain.sessions import Options


async def test_what_depends_on_the_real_clock_is_dropped_with_that_reason(world, suite):
    it = world(suite(a="pass", b="timely"))

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]
    (drop,) = delivered.dropped
    assert (drop.name, drop.gate) == ("test_b", "is_stable")
    assert drop.reason == (
        "depends on the real clock, its time zone or the machine's language: it failed only in the run with"
        " the clock set to 2028-03-01 04:10 UTC in the time zone America/Los_Angeles, a millisecond later with each"
        " reading: no longer 2026"
    )


@pytest.mark.parametrize(
    ("mocked", "frozen_at", "zone"), [(True, "2033-12-31T22:40:37.813000+00:00", "Asia/Kathmandu"), (False, None, None)]
)
async def test_the_evidence_says_whether_the_clock_was_stopped(world, suite, mocked, frozen_at, zone):
    it = world(suite(a="pass"), options=Options(mock_external=mocked))

    outside = (await it.walk()).evidence.outside

    assert (outside.mocked, outside.network, outside.frozen_at, outside.zone) == (mocked, "off", frozen_at, zone)


async def test_without_mocks_the_clock_runs_on(world, suite):
    it = world(suite(a="pass", b="timely"), options=Options(mock_external=False))

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_b"]


async def test_a_test_that_fails_at_other_times_too_is_flaky_and_no_matter_of_the_clock(world, suite):
    it = world(suite(a="pass", b="flaky"))
    it.sandbox.flaky_seed = "seed=1"

    delivered = await it.walk()

    assert delivered.dropped[0].reason == "failed in 1 of 5 runs: sometimes 3"
