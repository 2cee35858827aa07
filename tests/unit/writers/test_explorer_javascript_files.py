"""Functions that are given the path of a file get a real one, in a folder that is gone afterwards."""

import pytest
from explorer_samples import function, reporting, saw, task

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import targets_of

READS = "import { readFileSync } from 'node:fs'\n"
COUNT = "export function count(path: string) {\n  return readFileSync(path, 'utf8').length\n}"
NOTES = {"$": "file", "v": "notes.txt", "text": "alpha\n"}


def work(text, symbol, **more):
    return task(READS + text, symbol, **more)


def shape(text, name="path"):
    each = work(text, function("count", text, name, line=2))
    return targets_of(each, Module("src/price.ts", each.source.text, each.view))[0].spec["params"][0]["shape"]["k"]


def test_what_is_handed_to_fs_is_the_path_of_a_file():
    assert shape(COUNT) == "file"
    assert shape("export function count(path: string) {\n  return fs.existsSync(path)\n}") == "file"
    assert shape("export function count(path: string) {\n  return path.length\n}") == "string"
    assert shape("export function count(path: string) {\n  return map.rm(path)\n}") == "string"
    assert shape("export function count(path: string) {\n  return rm(path)\n}") == "string"


async def case_of(told, options=None):
    each = work(COUNT, function("count", COUNT, "path", line=2), probe=reporting(told), options=options or Options())
    draft = (await JavaScriptExplorer().explore(each, 2.0)).draft
    return draft, draft.cases[0]


async def test_the_test_makes_the_file_and_takes_it_away_again():
    draft, case = await case_of(saw(6, args=[NOTES]))

    assert case.name == r"returns 6 for a file with 'alpha\n'"
    assert r"expect(count(fileWith('notes.txt', 'alpha\n'))).toBe(6)" in case.code
    assert "afterAll(() => rmSync(folders, { recursive: true, force: true }))" in draft.preamble
    assert "beforeEach(() => {\n  folder = mkdtempSync(join(folders, 'test-'))\n})" in draft.preamble
    assert "function fileWith(name: string, text: string) {" in draft.preamble


async def test_a_file_that_is_to_be_missing_is_taken_away_first():
    draft, case = await case_of(saw(0, args=[{**NOTES, "text": None}]))

    assert case.name == "returns 0 for a missing file"
    assert "count(noFile('notes.txt'))" in case.code
    assert "  rmSync(path, { force: true })\n  return path" in draft.preamble


async def test_what_a_call_wrote_into_the_file_is_told():
    undefined = {"$": "undefined"}
    _, case = await case_of(saw(undefined, args=[NOTES], files=[["notes.txt", "beta\n"]]))

    assert r"expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('beta\n')" in case.code
    assert case.name.startswith("changes the file for a file")


@pytest.mark.parametrize(
    ("types", "scenario"), [((TestType.UNIT,), "happy"), ((TestType.UNIT, TestType.INTEGRATION), "integration")]
)
async def test_a_test_with_a_real_file_counts_as_integration_where_that_was_asked_for(types, scenario):
    _, case = await case_of(saw(6, args=[NOTES]), Options(test_types=types))

    assert case.scenario == scenario
