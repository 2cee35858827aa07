"""`includeEdgeCases`: which delivered test was seen to meet which boundary case."""

from testwright.domain.edges import MetEdge
from testwright.domain.evidence import evidence_json
from testwright.domain.sessions import Options

SOURCE = "mutable\nedge\nedge\nedge\n"


async def test_each_boundary_case_is_told_with_the_tests_that_met_it(world, suite):
    it = world(
        suite(a="pass lines=1 kills=1 meets=2", b="pass lines=1 kills=1 meets=2,3", c="fail meets=4"), text=SOURCE
    )

    evidence = (await it.walk()).evidence

    assert evidence.edge_cases == (
        MetEdge(symbol="add", name="edge 2", covered_by=("test_b",)),
        MetEdge(symbol="add", name="edge 3", covered_by=("test_b",)),
        MetEdge(symbol="add", name="edge 4"),
    )
    assert evidence_json(evidence)["edgeCases"][2] == {"symbol": "add", "name": "edge 4", "coveredBy": []}


async def test_a_test_that_alone_meets_a_boundary_case_earns_its_place(world, suite):
    it = world(
        suite(a="pass lines=1 kills=1", b="pass lines=1 kills=1 meets=2", c="pass lines=1 kills=1 meets=2"), text=SOURCE
    )

    delivered = await it.walk()

    assert [case.name for case in delivered.draft.cases] == ["test_b"]


async def test_what_no_test_meets_goes_back_to_the_writer(world, suite):
    it = world(suite(a="pass lines=1 kills=1 meets=2"), text=SOURCE)
    it.writer.stronger = suite(b="pass lines=1 kills=1 meets=3")

    evidence = (await it.walk()).evidence

    assert [[edge.name for edge in gaps.unmet] for gaps in it.writer.gaps] == [["edge 3", "edge 4"], ["edge 4"]]
    assert [met.covered_by for met in evidence.edge_cases] == [("test_a",), ("test_b",), ()]


async def test_without_edge_cases_nobody_looks_for_them(world, suite):
    it = world(suite(a="pass lines=1 kills=1 meets=2"), text=SOURCE, options=Options(include_edge_cases=False))

    evidence = (await it.walk()).evidence

    assert evidence.edge_cases is None
    assert "edgeCases" not in evidence_json(evidence)
    assert it.writer.gaps[0].unmet == ()


async def test_code_in_which_nothing_can_be_broken_is_watched_all_the_same(world, suite):
    it = world(suite(a="pass lines=1 meets=2"), text="code\nedge\n")

    evidence = (await it.walk()).evidence

    assert evidence.edge_cases == (MetEdge(symbol="add", name="edge 2", covered_by=("test_a",)),)
    assert evidence.mutants_problem == "There is nothing in this file that could be broken."


async def test_calls_that_could_not_be_watched_are_not_said_to_be_missing(world, suite):
    it = world(suite(a="pass lines=1 meets=2"), text=SOURCE)
    it.sandbox.cannot_break = "challenge_failed"
    it.sandbox.stop_it = True

    assert (await it.walk()).evidence.edge_cases is None
