"""What the JavaScript explorer takes for a possible bug, and the harmless things that look like one."""

import json

import pytest

from testwright.domain.analysis import Analysis
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.languages.javascript import JavaScript
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.suspecting import same, tree_of

NAN = {"$": "number", "v": "NaN"}
UNDEFINED = {"$": "undefined"}


class NoFiles:
    root = "/nowhere"

    def paths(self):
        return []

    def text(self, path):
        return None

    def exists(self, path):
        return False


def object_of(**values):
    return {"$": "object", "v": [[key, value] for key, value in values.items()]}


async def writing_for(text, args, result=None, *, throws="", path="src/unit.js", **more):
    """What is written when the one function of `text` was seen to give `result` for `args`."""
    outcome = {"kind": "value", "tree": result, "isAsync": False}
    if throws:
        name, _, message = throws.partition(": ")
        outcome = {"kind": "throws", "name": name, "message": message, "own": False, "inside": True, "isAsync": False}
    seen = {
        "target": 0, "args": list(args), "steps": [], "isExample": False, "answer": None, "asked": [], "after": [],
        "spies": [], "branches": ["s1"], "outcome": outcome, **more,
    }  # fmt: skip

    async def probe(text, reports, *, seconds, files=None):
        return Explored(reports={"explored.json": json.dumps({"told": [seen]}).encode()})

    source = SourceFile(path=path, text=text, framework="vitest")
    language = JavaScript()
    read = language.analyse(source)
    task = WritingTask(
        source=source,
        analysis=Analysis(language=read.language, symbols=read.symbols, claims=language.claims(source, read, None)),
        framework="vitest",
        suite_path="src/unit.test.js",
        options=Options(),
        runner=Runner(framework="vitest", version="4", origin="managed", found="", program=("node", "x")),
        view=NoFiles(),
        probe=probe,
        seed=1,
    )
    return await JavaScriptExplorer().explore(task, 1.0)


TYPED = "/** @param {string} a\n * @returns {string} */\n"


@pytest.mark.parametrize(
    ("text", "args", "result", "kind", "check"),
    [
        (f"{TYPED}export function f(a) {{ return 1 }}", ["x"], 1, "type", "expect(typeof f('x')).toBe('string')"),
        (f"{TYPED}export function f(a) {{ return 1 }}", ["x"], UNDEFINED, "type", "expect(f('x')).toBeDefined()"),
        ("export function mean(list) { return list.reduce((a, b) => a + b, 0) / list.length }", [[]], NAN, "value",
         "expect(mean([])).not.toBeNaN()"),
        ("export function sums(list) { return list.map((n) => n * 1) }", [[]], [NAN], "value",
         "expect(Object.values(sums([])).some(Number.isNaN)).toBe(false)"),
        (f"{TYPED}export function hi(a) {{ return a + b }}", ["x"], "x undefined", "value",
         "expect(hi('x')).not.toContain('undefined')"),
        ("/** @param {{ city: { name: string } }} a */\nexport function label(a) { return `in ${a.city}` }",
         [object_of(city=object_of(name="x"))], "in [object Object]", "value",
         "expect(label({ city: { name: 'x' } })).not.toContain('[object Object]')"),
        ("export const isBig = (n) => n > 2 ? 'yes' : ''", [3], "yes", "name",
         "expect(typeof isBig(3)).toBe('boolean')"),
        ("export const sortedNames = (names) => names", [["bb", "a", "ccc"]], ["bb", "a", "ccc"], "name",
         "expect(sortedNames(['bb', 'a', 'ccc'])).toEqual([...sortedNames(['bb', 'a', 'ccc'])].sort())"),
    ],
)  # fmt: skip
async def test_a_contradiction_is_suspected_and_not_enshrined(text, args, result, kind, check):
    written = await writing_for(text, args, result)

    (found,) = written.suspects
    assert found.because.kind == kind
    assert check in found.code
    assert written.draft.cases == ()


async def test_an_internal_error_for_input_that_is_declared_is_suspected():
    text = "/** @param {string | null} a */\nexport function f(a) { return a.trim() }"
    written = await writing_for(text, [None], throws="TypeError: Cannot read properties of null (reading 'trim')")

    (found,) = written.suspects
    assert (found.because.kind, found.line) == ("type", 2)
    assert "expect(() => f(null)).not.toThrow()" in found.code


async def test_an_example_that_gives_something_else_is_suspected_with_its_place():
    text = "/**\n * f(1) // 'a'\n */\nexport function f(x) { return 'b' }"
    written = await writing_for(text, [1], "b", isExample=True, claim=0)

    (found,) = written.suspects
    assert (found.because.kind, found.because.line, found.expected, found.observed) == ("example", 2, "'a'", "'b'")
    assert "expect(f(1)).toBe('a')" in found.code


@pytest.mark.parametrize(
    ("text", "args", "result"),
    [
        pytest.param("export function f(a) { return a }", ["x"], 1, id="nothing is said of the result"),
        pytest.param(f"{TYPED}export function f(a) {{ return 1 }}", [1], 1, id="wrong kind in"),
        pytest.param("/** @returns {?string} */\nexport function f() { return null }", [], None, id="null allowed"),
        pytest.param("export function root(n) { return Math.sqrt(n) }", [-1], NAN, id="a negative number"),
        pytest.param("export function read(t) { return Number(t.trim()) }", ["x"], NAN, id="a text that is no number"),
        pytest.param("export function f(n) { return n - n }", [{"$": "number", "v": "Infinity"}], NAN, id="infinity"),
        pytest.param("export function f(n) { return n > 1 ? n : NaN }", [1], NAN, id="on purpose"),
        pytest.param("export function f(fn) { return fn(1) }", [{"$": "fn", "v": "double"}], NAN, id="ours"),
        pytest.param("export function f(a) { return 'undefined is ' + a }", ["x"], "undefined is x", id="its own word"),
        pytest.param("export function hi(a) { return `hi ${a}` }", [UNDEFINED], "hi undefined", id="put in by us"),
        pytest.param("export const isSet = (a) => a && true", [""], "", id="the empty input itself"),
        pytest.param("export const isSet = (a) => a", [UNDEFINED], UNDEFINED, id="undefined for no"),
        pytest.param("/** Returns the index. */\nexport const hasIt = (a) => 3", ["x"], 3, id="says otherwise"),
        pytest.param("export const issue = (a) => 3", ["x"], 3, id="no question"),
        pytest.param("export const sortedByAge = (a) => a", [[3, 1, 2]], [3, 1, 2], id="another order"),
        pytest.param(
            "/** In order of arrival. */\nexport const sortedXs = (a) => a", [[3, 1, 2]], [3, 1, 2], id="told"
        ),
        pytest.param("export const sortedXs = (a) => a", [[3, 1]], [3, 1], id="descending"),
    ],
)
async def test_harmless_oddities_are_left_alone(text, args, result):
    assert (await writing_for(text, args, result)).suspects == ()


@pytest.mark.parametrize(
    ("text", "throws"),
    [
        ("export function f(a) { return a.trim() }", "TypeError: Cannot read properties of null (reading 'trim')"),
        ("/** @param {?string} a\n * @throws when null */\nexport function f(a) { }", "TypeError: x is not a function"),
        ("/** @param {?string} a */\nexport function f(a) { }", "ReferenceError: document is not defined"),
        ("/** @param {string} a */\nexport function f(a) { }", "TypeError: x is not a function"),
    ],
)
async def test_errors_nobody_ruled_out_are_left_alone(text, throws):
    assert (await writing_for(text, [None], throws=throws)).suspects == ()


@pytest.mark.parametrize(
    "doc", ["f(1) // 'b'", "f(1) // 0.333", "f(new Date()) // 'a'", "f(1) // [1, ...]", "f(1) // Thing"]
)
async def test_an_example_that_holds_or_cannot_be_compared_accuses_nobody(doc):
    text = f"/**\n * {doc}\n */\nexport function f(x) {{ return 'b' }}"
    result = 1 / 3 if "0.333" in doc else "b"
    claims = {"claim": 0} if doc in ("f(1) // 'b'", "f(1) // 0.333") else {}

    assert (await writing_for(text, [1], result, **claims)).suspects == ()


async def test_an_example_of_somebody_elses_machine_accuses_nobody():
    text = "/**\n * f(1) // 'a'\n */\nexport function f(x) { return process.cwd() }"

    assert (await writing_for(text, [1], "b", claim=0)).suspects == ()


@pytest.mark.parametrize(
    ("tree", "text", "answer"),
    [
        (object_of(a=1, b=2), "{ b: 2, a: 1 }", True), (object_of(a=1), "{ a: 2 }", False), ([1, 2], "[1, 2]", True),
        (None, "null", True), (UNDEFINED, "undefined", True), (True, "1", False), (3.14159, "3.14", True),
    ],
)  # fmt: skip
def test_results_are_compared_as_people_read_examples(tree, text, answer):
    assert same(tree, tree_of(text)[0]) is answer
