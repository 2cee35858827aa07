"""What a call is given and what it gives back is written once."""

from dataclasses import replace

import pytest
from explorer_samples import function, reporting, saw, task

from testwright.writers.explorer.javascript import JavaScriptExplorer

TEXT = "export function add(state, order) {}"


def object_of(**members):
    return {"$": "object", "v": [[name, value] for name, value in members.items()]}


ORDER = object_of(id="a-1", title="a pair of long red socks", price=1250, currency="EUR")


async def drafted(told, path="src/shop.js"):
    work = task(TEXT, function("add", TEXT, "state", "order"), path=path, probe=reporting(told))
    suite = path.replace(".", ".test.")
    return (await JavaScriptExplorer().explore(replace(work, suite_path=suite), 2.0)).draft.cases[0].code


async def test_an_object_that_comes_back_has_a_name_and_is_written_once():
    code = await drafted(saw(object_of(orders=[ORDER]), args=[object_of(orders=[]), object_of(order=ORDER)]))

    assert code.count("a pair of long red socks") == 1
    assert "const order = { id: 'a-1', title: 'a pair of long red socks', price: 1250, currency: 'EUR' }" in code
    assert "expect(add({ orders: [] }, { order })).toEqual({ orders: [order] })" in code


async def test_in_typescript_its_values_keep_their_types():
    told = saw(object_of(orders=[ORDER]), args=[object_of(orders=[]), object_of(order=ORDER)])

    assert "currency: 'EUR' } as const" in await drafted(told, "src/shop.ts")


@pytest.mark.parametrize(
    "told",
    [
        saw(object_of(order=ORDER), args=[object_of(orders=[]), ORDER], after=[None, {"now": ORDER}]),
        saw(object_of(id=1), args=[object_of(id=1), object_of(id=1)]),
    ],
    ids=["changed", "short"],
)
async def test_what_the_call_changes_and_what_is_short_stands_where_it_is(told):
    assert "const order" not in await drafted(told)
