"""Suites that do not run as a whole: which tests are to blame, and how many runs it takes to know."""


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
