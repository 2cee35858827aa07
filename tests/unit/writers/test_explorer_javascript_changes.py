"""Calls that tell a change to the code apart."""

import json

from explorer_samples import PRICE, TEXT, explored, saw, task

from testwright.domain.edges import Edge
from testwright.domain.mutants import Mutant
from testwright.domain.ports import Explored, Gaps
from testwright.domain.verdicts import NotRun
from testwright.writers.explorer.javascript import JavaScriptExplorer

GAPS = Gaps(
    unnoticed=(Mutant(number=7, operator="constant", line=2, end_line=2, before="1", after="2"),),
    missed=(),
    switched="// changed",
)


async def strengthened(probe, draft):
    return await JavaScriptExplorer().strengthen(task(TEXT, PRICE, probe=probe), draft, GAPS, 2.0)


async def test_a_call_that_tells_a_change_apart_becomes_a_test_under_a_new_name():
    placed = {}

    async def probe(text, reports, *, seconds, files):
        placed.update(files)
        told = [saw(1, args=["a"], change=7), saw(1, args=["b"], change=8)]
        return Explored(reports={"explored.json": json.dumps({"told": told}).encode()})

    draft = await explored(saw(1, args=["a"]))
    writing = await strengthened(probe, draft)

    assert placed == {"src/testwright-changed-price.ts": "// @ts-nocheck\n// changed"}
    assert [case.name for case in draft.cases] == ["returns 1 for 'a'"]
    assert [case.name for case in writing.draft.cases] == ["returns 1 for 'a' (2)", "returns 1 for 'b'"]


async def test_a_boundary_case_that_no_test_meets_is_sought_among_the_changes_by_a_minus_sign():
    texts = []

    async def probe(text, reports, *, seconds, files):
        texts.append(text)
        return Explored(reports={"explored.json": json.dumps({"told": [saw(1, args=[""], change=-3)]}).encode()})

    edge = Edge(number=3, symbol="price", name="text is empty", check="empty", parameter="text")
    gaps = Gaps(unmet=(edge,), switched="// watched")
    draft = await explored(saw(1, args=["a"]))
    writing = await JavaScriptExplorer().strengthen(task(TEXT, PRICE, probe=probe), draft, gaps, 2.0)

    assert '"changes": [-3], "edgesAlone": true' in texts[0]
    assert len(writing.draft.cases) == 1


async def test_a_change_that_never_ends_is_left_out_and_its_call_is_not():
    texts = []

    async def probe(text, reports, *, seconds, files):
        texts.append(text)
        if len(texts) == 1:
            marker = json.dumps([0, ["a"], [], 7, 0.5]).encode() + b"\n"
            return Explored(reports={"exploring.json": marker}, problem=NotRun(code="timeout", message="too long"))
        return Explored(reports={"explored.json": json.dumps({"told": []}).encode()})

    writing = await strengthened(probe, await explored(saw(1, args=["a"])))

    assert writing is None
    assert '"skip": [], "changes": []' in texts[1]


async def test_the_search_goes_on_from_the_calls_of_the_draft_and_by_other_chances():
    texts = []

    async def probe(text, reports, *, seconds, files=None):
        texts.append(text)
        return Explored(reports={"explored.json": json.dumps({"told": []}).encode()})

    await strengthened(probe, await explored(saw(1, args=["found before"])))

    assert '"examples": [["found before"]]' in texts[0]
    assert '"seed": 2' in texts[0]


async def test_a_namesake_of_an_earlier_round_says_what_its_title_had_no_room_for():
    def told(last):
        return saw(1, args=[f"a text of many words that goes on and on until it comes to {last}"])

    async def probe(text, reports, *, seconds, files):
        report = {"told": [{**told("y"), "change": 7}]}
        return Explored(reports={"explored.json": json.dumps(report).encode()})

    draft = await explored(told("x"))
    writing = await strengthened(probe, draft)

    (before,), (after,) = [[case.name for case in each.cases] for each in (draft, writing.draft)]
    assert after == f"{before}, given 'a text of many words that goes on and on until it comes to y'"
