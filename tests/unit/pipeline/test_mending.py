"""Rules come before the writer: what they put right is run, told, and never paid for."""


async def test_what_a_rule_can_put_right_is_never_sent_to_the_writer(world, suite):
    it = world(suite(a="pass", b="fail mendable"))

    delivered = await it.walk()

    assert it.writer.faults == []
    assert [case.code for case in delivered.draft.cases] == ["pass", "pass"]
    assert delivered.draft.preamble == "import luck\nfine"
    assert {case.name: case.mended for case in delivered.evidence.cases} == {"test_a": "", "test_b": "passes now"}
    assert (delivered.evidence.attempts, delivered.evidence.tokens) == (2, 100)
    (told,) = [event for event in it.desk.events if event.type == "test_repairing"]
    assert told.extra["mended"] == [{"name": "test_b", "what": "passes now"}]


async def test_what_no_rule_fits_goes_to_the_writer_in_the_same_attempt(world, suite):
    it = world(suite(a="fail mendable", b="fail"), suite(preamble="", b="pass"))

    delivered = await it.walk()

    assert [[fault.name for fault in faults] for faults in it.writer.faults] == [["test_b"]]
    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_b"]
    assert delivered.evidence.attempts == 2


async def test_a_writer_that_fails_does_not_cost_what_was_mended(world, suite):
    it = world(suite(a="fail mendable", b="fail"))
    it.writer.trouble_on_repair = True

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_a"]


async def test_what_kept_all_tests_from_being_loaded_is_put_right_for_all_at_once(world, suite):
    it = world(suite(preamble="invented", a="fail unloadable", b="fail unloadable", c="pass"))

    await it.walk()

    told = [event.extra.get("mended") for event in it.desk.events if event.type == "test_repairing"]
    assert told[0] == [{"name": name, "what": "left out an import"} for name in ("test_a", "test_b")]
