"""An option that changes nothing is a defect: each is walked with two values, and what comes out has to differ."""

from dataclasses import fields

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.evidence import evidence_json
from testwright.domain.sessions import CoverageGoal, Options, TestType

SOURCE = "mutable\nmutable\nedge\n"
ONE = {
    "test_types": (TestType.UNIT, TestType.INTEGRATION),
    "coverage": CoverageGoal.BASIC,
    "include_edge_cases": False,
    "mock_external": False,
    "max_repairs": 0,
}
"""Another value than the usual one, of every option that works in the line."""
ELSEWHERE = {"model", "instructions", "max_cost_usd", "install"}
"""Who writes is settled before the line begins; others are for the writer: what to heed, and what to spend. The last is
for the toolchains, before anything is written.
"""


def draft() -> Draft:
    def case(name: str, code: str, **more: str) -> Case:
        return Case(name=f"test_{name}", code=code, targets=("add",), **more)

    return Draft(
        preamble="fine",
        cases=(
            case("plain", "pass lines=1 kills=1"),
            case("further", "pass lines=2 kills=2"),
            case("rim", "pass lines=1 kills=1 meets=3", scenario="edge"),
            case("joined", "pass lines=1 kills=1", scenario="integration"),
            case("wrong", "fail"),
        ),
    )


async def outcome(world, suite, options: Options) -> dict[str, object]:
    it = world(draft(), suite(wrong="pass lines=1 kills=1 meets=3"), options=options, text=SOURCE)
    it.writer.stronger = suite(later="pass lines=2 kills=2")
    delivered = await it.walk()
    return {
        "tests": [case.name for case in delivered.draft.cases],
        "dropped": [(drop.name, drop.gate) for drop in delivered.dropped],
        "evidence": evidence_json(delivered.evidence),
        "asked": it.writer.calls,
    }


def test_every_option_is_on_one_of_the_lists():
    assert {field.name for field in fields(Options)} == ONE.keys() | ELSEWHERE


@pytest.mark.parametrize("name", ONE)
async def test_each_option_changes_what_comes_out(world, suite, name):
    usual = await outcome(world, suite, Options())
    other = await outcome(world, suite, Options(**{name: ONE[name]}))

    changed = {key for key in usual if usual[key] != other[key]}
    assert (
        changed
        & {
            "test_types": {"tests"},
            "coverage": {"tests"},
            "include_edge_cases": {"dropped"},
            "mock_external": {"evidence"},
            "max_repairs": {"asked"},
        }[name]
    )


async def test_the_same_options_give_the_same(world, suite):
    assert await outcome(world, suite, Options()) == await outcome(world, suite, Options())
