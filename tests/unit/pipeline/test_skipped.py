"""What the explorer could not look at, and what becomes of that word."""

from testwright.domain.drafts import Skipped
from testwright.domain.evidence import evidence_json

SPINS = Skipped(symbol="spin", because="spin(3) does not come to an end")
ABORTS = Skipped(symbol="crash", because="crash() ends the process")


async def test_what_the_writer_skipped_is_told_with_the_suite(world, suite):
    it = world(suite(a="pass lines=1 kills=1"), text="mutable\n")
    it.writer.skipped = (SPINS,)

    evidence = (await it.walk()).evidence

    assert evidence.skipped == (SPINS,)
    assert evidence_json(evidence)["skipped"] == [{"symbol": "spin", "because": "spin(3) does not come to an end"}]


async def test_a_later_round_adds_only_what_is_news(world, suite):
    it = world(suite(a="pass lines=1 kills=1"), text="mutable\nmutable\n")
    it.writer.skipped = (SPINS,)
    it.writer.stronger = suite(b="pass lines=2 kills=2")
    it.writer.skipped_later = (SPINS, ABORTS)

    assert (await it.walk()).evidence.skipped == (SPINS, ABORTS)


async def test_where_nothing_was_skipped_nothing_is_said(world, suite):
    evidence = (await world(suite(a="pass lines=1 kills=1"), text="mutable\n").walk()).evidence

    assert "skipped" not in evidence_json(evidence)


async def test_what_only_the_isolated_tier_gives_says_so_where_there_is_only_the_confined_one(world, suite):
    it = world(suite(a="pass lines=1 kills=1"), text="mutable\n")
    it.sandbox.tier = "confined"
    it.writer.skipped = (SPINS, Skipped(symbol="serve", because="ends with OSError: [Errno 64] Machine is not …"))

    told = [one.because for one in (await it.walk()).evidence.skipped]

    assert told[0] == SPINS.because
    assert told[1].endswith("; needs the isolated tier of the sandbox")
