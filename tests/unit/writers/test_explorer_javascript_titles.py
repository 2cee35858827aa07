"""How the explorer of JavaScript calls its tests, and prints what they expect."""

from dataclasses import replace

import pytest
from explorer_samples import explored, function, reporting, saw, task

from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.printing import brief, expectation, source


def object_of(**members):
    return {"$": "object", "v": [[name, value] for name, value in members.items()]}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (["a", "b"], "['a', 'b']"),
        (["alpha", "beta", "gamma", "delta"], "['alpha', 'beta', …]"),
        (["x" * 60], "['xxxxxxxxxxxxxxxxxxxx…']"),
        (object_of(number="886537500226", state="returned"), "{ number: '8865375002…', … }"),
        ([object_of(cents=1250, days=3), object_of(cents=1, days=3)], "[{ cents: 1250, … }, …]"),
        ("it's a long text that goes on and on", '"it\'s a long text that…"'),
        ({"$": "date", "v": "2024-02-29T12:00:00.000Z"}, "new Date('2024-02-29T12:00:00.000Z')"),
    ],
)
def test_titles_leave_members_out_and_never_cut_a_literal_open(tree, text):
    assert brief(tree, 28) == text


async def test_namesakes_say_how_their_calls_differ():
    parcels = [object_of(box=[1] * 20, country=country) for country in ("DE", "CA")]
    told = [saw("ok", args=[parcel], branches=(f"s{n}",)) for n, parcel in enumerate(parcels)]

    text = "export function price(parcel) {}"
    work = task(text, function("price", text, "parcel"), probe=reporting(*told))
    names = [case.name for case in (await JavaScriptExplorer().explore(work, 2.0)).draft.cases]

    assert names[0] == "returns 'ok' for { box: [1, 1, 1, 1, 1, 1, 1, 1, …], … }"
    assert names[1] == "returns 'ok' for { country: 'CA', box: [1, 1, 1, …] }"


async def test_namesakes_that_a_title_cannot_show_whole_name_the_difference():
    texts = [f"{'x' * 50}{end}" for end in "ab"]
    told = [saw("ok", args=[text], branches=(f"s{n}",)) for n, text in enumerate(texts)]

    names = [case.name for case in (await explored(*told)).cases]

    assert names[1] == f"{names[0]}, with text ending in 'xxxxxxxxxxxb'"


async def test_what_a_server_answers_tells_namesakes_apart():
    answers = [{"ok": True, "status": 200, "body": object_of(state=state)} for state in "PT"]
    told = [
        saw("ok", args=["a"], branches=(f"s{n}",), answer=answer, asked=[["/a"]]) for n, answer in enumerate(answers)
    ]

    names = [case.name for case in (await explored(*told)).cases]

    assert names[1] == f"{names[0]}, with state 'T'"


async def test_a_namesake_of_another_function_is_called_by_its_function():
    text = "export function one(a) {}\nexport function two(a) {}"
    symbols = (function("one", "x", "a", line=1), function("two", "x", "a", line=2))
    work = task(text, *symbols, probe=reporting(saw(1, args=["a"]), saw(1, args=["a"], target=1)))

    draft = (await JavaScriptExplorer().explore(work, 2.0)).draft

    assert [case.name for case in draft.cases] == ["returns 1 for 'a'", "two returns 1 for 'a'"]


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (None, "null"),
        ("it's", '"it\'s"'),
        ([1, -2.5, True], "[1, -2.5, true]"),
        ({"$": "number", "v": "-0"}, "-0"),
        ({"$": "map", "v": [["a", 1]]}, "new Map([['a', 1]])"),
        ({"$": "object", "v": [["a-b", 1], ["__proto__", 2]]}, "{ 'a-b': 1, ['__proto__']: 2 }"),
        ({"$": "date", "v": "2024-02-29T12:00:00.000Z"}, "new Date('2024-02-29T12:00:00.000Z')"),
        ("a\nb\u200b", "'a\\nb\\u200b'"),
        ("\u0320", "'\\u0320'"),
        ("cafe\u0301 \u3042", "'cafe\u0301 \u3042'"),
        ("a\u00a0b\U0001f600", "'a\\u00a0b\U0001f600'"),
        ("\ud800", "'\\ud800'"),
    ],
)
def test_values_are_printed_as_a_person_types_them(tree, text):
    assert source(tree) == text


def test_long_values_break_as_prettier_breaks_them():
    tree = {"$": "object", "v": [[f"property{n}", "x" * 20] for n in range(4)]}

    assert source(tree).startswith("{\n  property0: '")
    assert source(tree).endswith(",\n}")


def test_floats_are_compared_closely_and_whole_numbers_exactly():
    assert expectation("f()", 0.1 + 0.2) == "expect(f()).toBeCloseTo(0.3, 9)"
    assert expectation("f()", 12.5) == "expect(f()).toBe(12.5)"
    assert expectation("f()", {"$": "undefined"}) == "expect(f()).toBeUndefined()"


async def test_options_are_told_by_their_names_and_an_empty_set_of_them_not_at_all():
    text = "export function price(text, options) {}"
    given = [object_of(strict=True, base=16), object_of()]
    told = [saw(n, args=["1f", each], branches=(f"s{n}",)) for n, each in enumerate(given)]
    work = task(text, function("price", text, "text", "options"), probe=reporting(*told))

    names = [case.name for case in (await JavaScriptExplorer().explore(work, 2.0)).draft.cases]

    assert names == ["returns 0 for '1f' with strict and base 16", "returns 1 for '1f'"]


@pytest.mark.parametrize(
    ("path", "manifests", "name"),
    [
        ("index.js", {"package.json": '{"name": "@scope/set-cookie.js"}'}, "setCookie"),
        ("packages/one/src/index.js", {"packages/one/package.json": '{"name": "one-two"}'}, "oneTwo"),
        ("index.js", {"package.json": '{"name": "new"}'}, "index"),
        ("src/price.js", {"package.json": '{"name": "shop"}'}, "price"),
    ],
)
async def test_a_default_export_goes_by_the_name_of_its_package_where_that_of_its_file_says_nothing(
    path, manifests, name
):
    text = "module.exports = function (text) {}"
    own = path.rpartition("/")[2].removesuffix(".js")
    symbol = replace(function(own, text, "text"), is_default_export=True)
    work = task(text, symbol, path=path, probe=reporting(saw(1, args=["a"])), **manifests)

    draft = (await JavaScriptExplorer().explore(work, 2.0)).draft

    assert f"import {name} from" in draft.preamble
    assert (draft.cases[0].group, draft.cases[0].targets) == (name, (own,))


async def test_a_flag_is_told_by_its_name():
    text = "export function price(text, loose) {}"
    work = task(text, function("price", text, "text", "loose"), probe=reporting(saw(1, args=["a", True])))

    assert [case.name for case in (await JavaScriptExplorer().explore(work, 2.0)).draft.cases] == [
        "returns 1 for 'a' with loose"
    ]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (5539025.528797678, "5539025.53"),
        (-0.0008060465112345, "-0.00081"),
        ({"$": "object", "v": [["re", 0], ["im", -0.7853981633974483]]}, "{ re: 0, im: -0.7854 }"),
        (96.3, "96.3"),
        (1.1479270701584976e24, "1.1479270701584976e+24"),
    ],
)
def test_a_title_says_no_digits_that_its_test_does_not_look_at(tree, said):
    assert brief(tree) == said
