"""What the explorer of JavaScript asks of the code, and makes of what it is told."""

import json
from dataclasses import replace

import pytest
from explorer_samples import PRICE, TEXT, View, explored, function, reporting, saw, shapes_of, task

from testwright.domain.analysis import Parameter, Symbol, SymbolKind
from testwright.domain.edges import Edge
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Explored
from testwright.domain.sessions import CoverageGoal, Options, TestType
from testwright.domain.verdicts import NotRun
from testwright.writers.explorer.javascript import JavaScriptExplorer, probe_text
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import plan_of, targets_of
from testwright.writers.explorer.javascript.printing import source


def test_types_become_shapes_with_their_declarations_looked_up():
    text = (
        "export function f(a: Kind | null, b: Partial<Box>, ...c: number[]) {}\n// \n"
        "type Kind = 'x' | 'y'\ninterface Box { size: number }"
    )

    kind, box, rest = shapes_of(text, "a", "b", "c")

    assert kind == {
        "k": "union",
        "of": [{"k": "literal", "v": "x"}, {"k": "literal", "v": "y"}, {"k": "literal", "v": None}],
    }
    assert box == {"k": "object", "props": [["size", {"k": "number"}, True]]}
    assert rest == {"k": "array", "of": {"k": "number"}}


def test_a_list_of_parameters_that_is_open_is_tried_with_one_two_and_none_and_with_what_may_be_left_out():
    text = (
        "export function f<I extends Inputs>"
        "(...args: [...inputs: [...I], last: (...all: any[]) => number, more?: string]) {}\n//\n"
        "type Inputs = readonly Each< /* what it takes */ (a: number) => boolean >[]\n"
        "type Each<T> = T extends T ? T : never"
    )

    (shape,) = shapes_of(text, "args")

    one = {"k": "function", "takes": ["number"], "returns": {"k": "boolean"}}
    last = {"k": "function", "takes": None, "returns": {"k": "number"}}
    assert [each["of"] for each in shape["of"]] == [
        [one, last],
        [one, one, last],
        [last],
        [one, last, {"k": "string"}],
    ]


def test_what_a_file_itself_holds_comes_before_others_of_the_name():
    text = "function make() {\n  const price = (a) => a\n  return price\n}\nexport const price = make()"

    assert Module("a.js", text, View()).constants["price"].type == "call_expression"


def test_types_are_followed_into_the_projects_other_files():
    text = "import type { Kind } from './kinds'\nexport function f(a: Kind) {}"
    work = task(
        text,
        function("f", "export function f(a: Kind) {}", "a", line=2),
        **{"src/kinds.ts": "export type Kind = 'x' | 'y'"},
    )

    spec = targets_of(work, Module("src/price.ts", text, work.view))[0].spec

    assert spec["params"][0]["shape"]["of"] == [{"k": "literal", "v": "x"}, {"k": "literal", "v": "y"}]


def test_untyped_parameters_are_known_by_their_use():
    text = (
        "export function f(a, b, c) { /^[A-Z]+$/.test(a); b.map((x) => x.size * 2);"
        " if (c.mode === 'fast') return c.mode }"
    )

    pattern, items, options = shapes_of(text, "a", "b", "c", path="src/price.js")

    assert pattern == {"k": "regex", "v": "^[A-Z]+$", "f": ""}
    assert items["k"] == "array"
    assert items["of"]["props"][0][:2] == ["size", {"k": "number"}]
    assert {"k": "literal", "v": "fast"} in options["props"][0][1]["of"]


def test_members_that_are_asked_for_by_texts_and_together_are_known():
    text = (
        "export function f(a, b) { switch (typeof a) { case 'object':"
        " if ('re' in a && 'im' in a) return Math.abs(a['re']); if ('r' in a) return a.r * 2 }"
        " return b['--'] === 'x' }"
    )

    number, options = shapes_of(text, "a", "b", path="src/price.js")

    pair, single = number["of"][:2]
    assert pair["props"] == [["re", {"k": "number"}, False], ["im", {"k": "any"}, False]]
    assert single["props"] == [["r", {"k": "number"}, False]]
    assert options["props"][0][0] == "--"


def test_what_stands_in_for_a_lacking_value_is_of_its_kind():
    text = "export function f(o) { var names = o.names || {}; for (const k of [].concat(o.flags)) use(k, names[k]) }"

    (options,) = shapes_of(text, "o", path="src/price.js")

    shapes = {name: shape for name, shape, _ in options["props"]}
    assert shapes["names"] == {"k": "record", "of": {"k": "any"}}
    assert {"k": "array", "of": {"k": "string"}} in shapes["flags"]["of"]


def test_a_type_behind_a_path_alias_is_found():
    (money,) = shapes_of(
        "import type { Money } from '@lib/money'\nexport function f(a: Money) { return a.cents }",
        "a",
        path="packages/shop/src/price.ts",
        **{
            "packages/shop/tsconfig.json": '{"compilerOptions": {"paths": {"@lib/*": ["./src/lib/*"]}}}',
            "packages/shop/src/lib/money.ts": "export interface Money { cents: number }",
        },
    )

    assert money["props"][0][:2] == ["cents", {"k": "number"}]


def test_the_probe_is_a_suite_of_the_framework_that_imports_the_unit():
    text = "export function f(a: number) { return a }"
    work = task(text, function("f", text, "a"))
    module = Module(work.source.path, text, work.view)

    probe = probe_text(work, plan_of(work, module, targets_of(work, module), 3.0))

    assert "import { it, vi as mocker } from 'vitest'" in probe
    assert "import('./price')" in probe
    assert '"source": "/ws/src/price.ts"' in probe


def test_boundary_cases_that_the_code_names_are_inputs():
    text = "export function f(a, b) { return a.map((x) => x + b) }"
    work = task(text, function("f", text, "a", "b"), path="src/price.js")
    edges = [
        Edge(number=1, symbol="f", name="a is empty", check="empty", parameter="a"),
        Edge(number=2, symbol="f", name="a has length 2", check="length", parameter="a", value="2"),
        Edge(number=3, symbol="f", name="b is null", check="none", parameter="b"),
        Edge(number=4, symbol="f", name="b is 9", check="equals", parameter="b", value="9"),
        Edge(number=5, symbol="f", name="b is longer than 100 letters", check="long", parameter="b"),
        Edge(number=6, symbol="g", name="b is 7", check="equals", parameter="b", value="7"),
    ]
    work = replace(work, analysis=replace(work.analysis, edges=tuple(edges)))

    def inputs(work):
        return [
            each.get("edges") for each in targets_of(work, Module("src/price.js", text, work.view))[0].spec["params"]
        ]

    assert inputs(work) == [[[], [1, 1]], [None, 9]]
    assert inputs(replace(work, options=Options(include_edge_cases=False))) == [None, None]


async def test_an_observation_becomes_a_plain_test():
    draft = await explored(saw(1250, args=["12.50"]))

    assert draft.cases[0].name == "returns 1250 for '12.50'"
    assert draft.cases[0].group == "price"
    assert draft.cases[0].code == ("it(\"returns 1250 for '12.50'\", () => {\n  expect(price('12.50')).toBe(1250)\n})")
    assert "import { price } from './price'" in draft.preamble


async def test_an_error_that_the_code_throws_becomes_a_test_of_its_message():
    thrown = {"kind": "throws", "name": "RangeError", "message": "no price", "own": True, "isAsync": False}

    draft = await explored(saw(args=["x"], kind="throws", thrown=thrown))

    assert "expect(() => price('x')).toThrow('no price')" in draft.cases[0].code
    assert draft.cases[0].scenario == "error"


@pytest.mark.parametrize("noise", [{"$": "number", "v": "NaN"}, {"$": "cut"}, {"$": "undefined"}])
async def test_results_that_mean_nothing_are_not_told(noise):
    draft = await explored(saw(noise, args=["x"]))

    assert draft.cases == ()


async def test_the_same_answer_on_the_same_way_is_told_once():
    draft = await explored(*(saw(1, args=[text]) for text in "abc"), saw(2, args=["d"]))

    assert [case.name for case in draft.cases] == ["returns 1 for 'a'", "returns 2 for 'd'"]


async def test_edge_cases_can_be_left_out():
    told = [saw(1, args=["a"]), saw(0, args=[""], branches=("s2",))]

    with_edges = await explored(*told)
    without = await explored(*told, options=Options(include_edge_cases=False))

    assert [case.scenario for case in with_edges.cases] == ["happy", "edge"]
    assert [case.scenario for case in without.cases] == ["happy"]


async def test_basic_coverage_is_one_everyday_test_for_each_export():
    told = [saw(1, args=["a"]), saw(2, args=["b"], branches=("s2",))]

    draft = await explored(*told, options=Options(coverage=CoverageGoal.BASIC))

    assert len(draft.cases) == 1


async def test_integration_tells_of_round_trips():
    trip = {"from": {"target": 0, "args": ["7"]}}
    told = [saw(1, args=["a"]), saw("7", args=[7], branches=("s2",), **trip)]

    draft = await explored(*told, options=Options(test_types=(TestType.UNIT, TestType.INTEGRATION)))

    assert draft.cases[-1].scenario == "integration"
    assert "expect(price(price('7'))).toBe('7')" in draft.cases[-1].code
    assert draft.cases[-1].targets == ("price", "price")


async def test_what_one_export_gives_is_handed_to_another_only_where_that_makes_sense():
    trip = {"from": {"target": 0, "args": ["x"]}}
    told = [saw(1, args=["a"]), saw(3, args=[7], branches=("s2",), **trip)]

    draft = await explored(*told, options=Options(test_types=(TestType.INTEGRATION,)))

    assert [case.scenario for case in draft.cases] == ["happy"]


async def test_jest_suites_of_commonjs_code_require_it():
    text = "exports.price = function (text) {\n  return 1\n}"
    work = task(
        text,
        function("price", text, "text"),
        path="src/price.js",
        probe=reporting(saw(1, args=["a"])),
        framework="jest",
    )

    draft = (await JavaScriptExplorer().explore(work, 2.0)).draft

    assert draft.preamble == "const { price } = require('./price')"


async def test_a_call_that_never_returns_is_left_out_of_the_next_run():
    texts = []

    async def probe(text, reports, *, seconds):
        texts.append(text)
        if len(texts) == 1:
            marker = json.dumps([0, ["for ever"], [], 0, 0.5]).encode() + b"\n rest"
            return Explored(reports={"exploring.json": marker}, problem=NotRun(code="timeout", message="too long"))
        return Explored(reports={"explored.json": json.dumps({"told": [saw(1, args=["a"])]}).encode()})

    draft = (await JavaScriptExplorer().explore(task(TEXT, PRICE, probe=probe), 2.0)).draft

    assert len(draft.cases) == 1
    assert '"skip": [[0, ["for ever"], [], 0]]' in texts[1]


async def test_a_unit_that_does_not_load_names_the_missing_package():
    async def probe(text, reports, *, seconds):
        failure = {"told": [], "failure": "Cannot find module 'axios'\nRequire stack: …"}
        return Explored(reports={"explored.json": json.dumps(failure).encode()})

    with pytest.raises(PermanentError) as caught:
        await JavaScriptExplorer().explore(task(TEXT, PRICE, probe=probe), 2.0)

    assert caught.value.code == "missing_package"
    assert caught.value.retryable


def targets_with(readme, text, symbol, package="cookies"):
    work = task(text, symbol, **{"README.md": readme, "package.json": json.dumps({"name": package})})
    module = Module(work.source.path, text, work.view)
    return targets_of(work, module)[0].spec


def test_calls_in_the_readme_are_examples_also_where_a_name_stands_for_the_text():
    readme = (
        "```js\nconst header = 'foo=bar; Path=/'\nconst all = cookies.read(header)\nread(header, { map: true })\n```"
    )
    text = "export function read(header, options) {}"

    spec = targets_with(readme, text, function("read", text, "header", "options"))

    assert spec["examples"] == [
        ["foo=bar; Path=/"],
        ["foo=bar; Path=/", {"$": "object", "v": [["map", True]]}],
    ]
    assert spec["params"][0]["samples"] == ["foo=bar; Path=/"]


def test_what_is_passed_beside_something_unknown_is_a_sample_of_its_parameter():
    readme = "```js\nread(response, { map: true })\n```"
    text = "export function read(header, options) {}"

    spec = targets_with(readme, text, function("read", text, "header", "options"))

    assert spec["examples"] == []
    assert [each["samples"] for each in spec["params"]] == [[], [{"$": "object", "v": [["map", True]]}]]


@pytest.mark.parametrize("line", ["var c = require('cookies')", "import c from 'cookies'"])
def test_a_default_export_is_known_by_the_name_that_the_readme_gives_the_package(line):
    text = "export default function read(header) {}"
    symbol = Symbol(
        name="read",
        kind=SymbolKind.FUNCTION,
        line=1,
        end_line=1,
        parameters=(Parameter(name="header"),),
        is_default_export=True,
    )

    assert targets_with(f"```js\n{line}\nc('a=1')\n```", text, symbol)["examples"] == [["a=1"]]


def test_the_signs_at_which_the_code_takes_texts_apart_are_told_with_its_words():
    text = "export function f(a) {\n  return a.split(/\\s*;\\s*/).map((b) => b.split('=')[0] === 'max-age')\n}"
    work = task(text, function("f", text, "a"))
    module = Module(work.source.path, text, work.view)

    plan = plan_of(work, module, targets_of(work, module), 2.0)

    assert plan["separators"] == [";", "="]
    assert plan["words"] == ["max-age"]


async def test_a_search_that_breaks_off_says_so_and_what_to_do():
    async def probe(text, reports, *, seconds):
        broken = {"told": [], "broken": "TypeError: no\n at fill"}
        return Explored(reports={"explored.json": json.dumps(broken).encode()})

    with pytest.raises(PermanentError) as caught:
        await JavaScriptExplorer().explore(task(TEXT, PRICE, probe=probe), 2.0)

    assert caught.value.code == "search_failed"
    assert caught.value.message == "Testwright's own search for tests broke off: TypeError: no  at fill"
    assert "model" in caught.value.hint


async def test_a_run_that_leaves_nothing_says_what_may_have_ended_it():
    async def probe(text, reports, *, seconds):
        return Explored(reports={})

    with pytest.raises(PermanentError) as caught:
        await JavaScriptExplorer().explore(task(TEXT, PRICE, probe=probe), 2.0)

    assert caught.value.code == "no_report"
    assert "ends the process" in caught.value.hint


def test_comparisons_of_names_that_every_object_has_are_told_apart_from_the_objects_own():
    text = "export function f(constructor) {\n  return constructor === 'Box'\n}"
    work = task(text, function("f", text, "constructor"))
    module = Module(work.source.path, text, work.view)

    plan = plan_of(work, module, targets_of(work, module), 2.0)

    assert plan["compared"] == [["constructor", ["Box"]]]


async def test_what_a_call_gave_is_held_under_its_own_name_and_used_in_turn():
    text = "export function counter(step: number) {\n  const count = (by: number) => by\n  return count\n}"
    step = {"name": "", "args": [2]}
    told = saw(6, args=[3], steps=[step], lived=[{"kind": "value", "tree": 6, "isAsync": False}], seen=[])
    work = task(text, function("counter", text, "step"), probe=reporting(told))

    (case,) = (await JavaScriptExplorer().explore(work, 2.0)).draft.cases

    assert case.name == "count(2) returns 6 from counter(3)"
    assert "const count = counter(3)" in case.code
    assert "expect(count(2)).toBe(6)" in case.code


@pytest.mark.parametrize(("branches", "is_told"), [(("s1",), False), (("s2",), True)])
async def test_that_a_function_came_back_is_told_only_where_no_call_of_it_went_the_same_way(branches, is_told):
    text = "export function counter(step: number) {\n  const count = (by: number) => by\n  return count\n}"
    bare = saw({"$": "function"}, args=[0], branches=branches)
    called = saw(6, args=[3], steps=[{"name": "", "args": [2]}], lived=[saw(6)["outcome"]], seen=[])
    work = task(text, function("counter", text, "step"), probe=reporting(bare, called))

    cases = (await JavaScriptExplorer().explore(work, 2.0)).draft.cases

    assert any("returns a function" in case.name for case in cases) is is_told
    assert any("count(2) returns 6" in case.name for case in cases)


async def test_a_hook_for_an_element_is_spread_on_one_and_touched():
    text = "export function useSwipe(options: { onSwipe: () => void }) {\n  return { onMouseDown: options.onSwipe }\n}"
    symbol = replace(function("useSwipe", text, "options"), kind=SymbolKind.HOOK)
    down = {"act": "event", "event": "mouseDown", "init": {"$": "object", "v": [["clientX", 3], ["clientY", 4]]}}
    heard = {"$": "object", "v": [["dir", "Left"]], "partial": True}
    told = saw(
        args=[{"$": "object", "v": [["onSwipe", {"$": "spy", "v": "onSwipe"}]]}],
        steps=[down],
        spies=[["onSwipe", [[heard]]]],
        states=[],
    )
    work = task(text, symbol, probe=reporting(told))

    (case,) = (await JavaScriptExplorer().explore(work, 2.0)).draft.cases

    assert case.name == "calls onSwipe after mouseDown at 3, 4"
    assert "const Host = () => createElement('div', useSwipe({ onSwipe }), 'host')" in case.code
    assert "fireEvent.mouseDown(host, { clientX: 3, clientY: 4 })" in case.code
    assert "expect(onSwipe).toHaveBeenCalledWith(expect.objectContaining({ dir: 'Left' }))" in case.code


def test_a_type_parameter_is_what_it_has_to_extend():
    text = "export function f<Work extends () => number>(work: Work) {}"

    (work,) = shapes_of(text, "work")

    assert work == {"k": "function", "takes": [], "returns": {"k": "number"}}


def test_a_member_of_an_exported_enum_is_written_by_its_name():
    text = "export function f(a: Kind.B | 'x') {}\n// \nexport enum Kind { A, B }"

    (kind,) = shapes_of(text, "a")

    assert kind["of"][0]["v"] == {"$": "member", "v": "Kind.B", "is": 1}
    assert source(kind["of"][0]["v"]) == "Kind.B"


async def test_a_text_in_which_an_object_lost_itself_is_no_test():
    draft = await explored(saw("a[object Object]", args=["a"]), saw(2, args=["b"], branches=["s2"]))

    assert [case.name for case in draft.cases] == ["returns 2 for 'b'"]


def test_names_of_modules_are_no_inputs():
    text = "import clone = require('lodash.clonedeep')\nexport function f(a: string) { return a + 'tail' }"
    work = task(text, function("f", text.split("\n")[1], "a", line=2))
    module = Module(work.source.path, text, work.view)

    assert plan_of(work, module, targets_of(work, module), 3.0)["strings"] == ["tail"]


def test_calls_in_files_that_load_the_source_are_examples():
    text = "export function price(text) {}"
    caller = "import { price } from './price'\nprice('12.50')\nprice(cart.total)"
    work = task(
        text, function("price", text, "text"), **{"src/cart.js": caller, "dist/cart.js": caller.replace("12.50", "0")}
    )

    spec = targets_of(work, Module(work.source.path, text, work.view))[0].spec

    assert spec["examples"] == [["12.50"]]
