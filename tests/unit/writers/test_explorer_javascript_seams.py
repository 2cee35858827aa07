"""Tests of a function that cannot do without another module of the project are tests of both."""

import pytest
from explorer_samples import function, reporting, saw, task

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import targets_of

IMPORT = "import { cents } from './cents'\n"
BOTH = Options(test_types=(TestType.UNIT, TestType.INTEGRATION))


def work(body, options=BOTH, probe=None):
    text = f"{IMPORT}export function price(text) {{\n  {body}\n}}"
    cents = {"src/cents.js": "export function cents(text) {\n  return Number(text) * 100\n}"}
    symbol = function("price", text.removeprefix(IMPORT), "text", line=2)
    return task(text, symbol, path="src/price.js", options=options, probe=probe, **cents)


def seams(body):
    each = work(body)
    return targets_of(each, Module("src/price.js", each.source.text, each.view))[0].seams


@pytest.mark.parametrize(
    "body",
    [
        "return cents(text) + 1",
        "const all = cents(text)\n  return all",
        "if (!text) throw new Error('no')\n  return cents(text)",
        "if (cents(text) > 3) return 1\n  return 2",
    ],
)
def test_what_every_result_passes_is_a_seam(body):
    assert seams(body) == ("cents",)


@pytest.mark.parametrize(
    "body",
    [
        "return text ? cents(text) : 0",
        "if (text === '') return 0\n  return cents(text)",
        "return text && cents(text)",
        "return [text].map((each) => cents(each))",
        "for (const each of text) cents(each)\n  return 1",
        "return Number(text)",
    ],
)
def test_what_some_results_do_without_is_none(body):
    assert seams(body) == ()


@pytest.mark.parametrize(
    ("types", "scenario"), [((TestType.UNIT,), "happy"), ((TestType.UNIT, TestType.INTEGRATION), "integration")]
)
async def test_results_through_a_seam_count_as_integration_where_that_was_asked_for(types, scenario):
    each = work("return cents(text)", Options(test_types=types), reporting(saw(100, args=["1"])))

    (case,) = (await JavaScriptExplorer().explore(each, 2.0)).draft.cases

    assert case.scenario == scenario
