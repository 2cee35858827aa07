import json
import shutil
import subprocess
from pathlib import Path

import pytest

from testwright.domain.sessions import SourceFile
from testwright.languages.javascript import JavaScript
from testwright.languages.javascript.grammar import parse

ROOT = Path(__file__).parents[3]
LANGUAGE = JavaScript()
NODE = shutil.which("node")


def source(text, path="a.js"):
    return SourceFile(path=path, text=text, framework="vitest")


def changes(text, path="a.js"):
    return [(mutant.operator, mutant.before, mutant.after) for mutant in LANGUAGE.mutants(source(text, path))]


def with_all(text, path="a.js"):
    file = source(text, path)
    return LANGUAGE.switched(file, LANGUAGE.mutants(file))


def run_by_node(*programs):
    """What each (text, mutant at work or None) leaves in `result`, as JSON; one start of node for them all."""
    script = """
      const programs = JSON.parse(fs.readFileSync(0, 'utf8'))
      const run = ([text, at_work]) => {
        const context = vm.createContext({ __testwright_mutant__: number => number === at_work, console })
        try { return vm.runInContext(`${text}\n;JSON.stringify(result)`, context) ?? 'undefined' }
        catch (error) { return String(error) }
      }
      console.log(JSON.stringify(programs.map(run)))
    """
    assert NODE is not None
    ended = subprocess.run([NODE, "-e", script], input=json.dumps(programs), capture_output=True, text=True, timeout=30)
    return json.loads(ended.stdout)


def test_of_two_alike_in_one_line_each_says_at_which_character_it_begins():
    rates = LANGUAGE.mutants(source("const none = 1\nconst RATES = { 'ß': 0.2, GB: 0.2 }"))

    assert [(one.line, one.column) for one in rates if one.before == "0.2"] == [(2, 22), (2, 31)]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("x = a + b", ("arithmetic", "a + b", "a - b")),
        ("x = a * b + c", ("arithmetic", "a * b", "a / b")),
        ("x = (a + b) % c", ("arithmetic", "(a + b) % c", "(a + b) * c")),
        ("x = -y", ("arithmetic", "-y", "+y")),
        ("n += a", ("arithmetic", "n += a", "n -= a")),
        ("let m = n++", ("arithmetic", "n++", "n--")),
        ("x = a < b", ("boundary", "a < b", "a <= b")),
        ("x = a >= b", ("boundary", "a >= b", "a > b")),
        ("x = a === b", ("comparison", "a === b", "a !== b")),
        ("x = a != b", ("comparison", "a != b", "a == b")),
        ("x = a instanceof B", ("comparison", "a instanceof B", "!(a instanceof B)")),
        ("if (ok) go()", ("condition", "ok", "true")),
        ("if (ok) go()", ("condition", "ok", "false")),
        ("while (ok) go()", ("condition", "ok", "false")),
        ("for (; ok; ) go()", ("condition", "ok", "false")),
        ("x = ok ? a : b", ("condition", "ok", "true")),
        ("x = a && b", ("boolean", "a && b", "a || b")),
        ("x = (a || b) && c", ("boolean", "(a || b) && c", "(a || b) || c")),
        ("x = a || b || c", ("boolean", "a || b || c", "(a || b) && c")),
        ("x = !a", ("boolean", "!a", "a")),
        ("x = 7", ("constant", "7", "8")),
        ("x = 1", ("constant", "1", "0")),
        ("x = -1", ("constant", "1", "2")),
        ("x = 0.5", ("constant", "0.5", "1.5")),
        ("x = 0x10", ("constant", "0x10", "17")),
        ("x = 1_000n", ("constant", "1_000n", "1001n")),
        ("x = true", ("constant", "true", "false")),
        ("x = 'a'", ("string", "'a'", '""')),
        ("x = ''", ("string", "''", '"mutant"')),
        ("x = `a ${b}`", ("string", "`a ${b}`", '""')),
        ("function f() { return x }", ("return", "x", "undefined")),
        ("const f = () => g(x)", ("return", "g(x)", "undefined")),
        ("function f() { return a > b }", ("return", "a > b", "true")),
        ("go(x)", ("statement", "go(x)", "(removed)")),
        ("async () => { await go(x) }", ("statement", "await go(x)", "(removed)")),
        ("this.x = y", ("statement", "this.x = y", "(removed)")),
        ("delete a.b", ("statement", "delete a.b", "(removed)")),
        ("throw new Error(x)", ("statement", "throw new Error(x)", "(removed)")),
        ("x = a?.b.c", ("optional", "a?.b.c", "a.b.c")),
        ("x = a?.[0]?.(1)", ("optional", "a?.[0]?.(1)", "a[0]?.(1)")),
        ("x = a ?? b", ("nullish", "a ?? b", "a")),
        ("x = a ?? b", ("nullish", "a", "b")),
        ("try { a() } catch (e) { b() }", ("handler", "{ b() }", "{}")),
    ],
)
def test_each_operator_says_what_it_changes(text, change):
    assert change in changes(text, "a.ts" if "await" not in text else "a.js")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("<p>Sold out</p>", ("string", "Sold out", '""')),
        ("<p>\n  Sold out\n</p>", ("string", "Sold out", '""')),
        ('<b aria-label="More" />', ("string", '"More"', '""')),
        ("<p>{is && <b />}</p>", ("condition", "is", "true")),
        ("<p>{is && <b />}</p>", ("condition", "is", "false")),
        ("() => <p />", ("return", "<p />", "null")),
        ("<b onClick={onPress} />", ("statement", "onClick={onPress}", "(removed)")),
        ("<b onClick={props.onPress} />", ("statement", "onClick={props.onPress}", "(removed)")),
        ("<b onClick={() => press(1)} />", ("return", "press(1)", "undefined")),
    ],
)
def test_jsx_has_changes_of_its_own(text, change):
    assert change in changes(f"export const a = {text}", "a.tsx")


@pytest.mark.parametrize(
    "text",
    [
        "import a from 'b'",
        "export * from 'b'",
        "import a = require('b')",
        "'use strict'",
        "x = require('b')",
        "const load = import('b')",
        "type A = 'b' | 1 | true",
        "interface A { b: 'c' }",
        "enum A { B = 1, C = 'd' }",
        "const enum A { B = 1 }",
        "declare const a: 1",
        "declare function f(a: true): 'b'",
        "function f(a: 'b' | 2): a is 'b'",
        "let a: Array<'b'>",
        "let a = b as 'c'",
        "let a = b satisfies Record<'c', 1>",
        "x = { 'a': b, 2: c }",
        "const { 'a': b } = c",
        "class A { 'b'() {} }",
        "console.log('a', b + c)",
        "x = /a+b/",
        "x = tag`a ${b}`",
        "exports.a = b",
        "module.exports = { a }",
        "Object.defineProperty(exports, '__esModule', { value: a })",
        "Button.displayName = b",
        "class A extends B { constructor() { super(a) } }",
        "@Component('a') class A {}",
        "for (const a of b) {}",
        "x = null",
        "function f() { return undefined }",
        "x = process.env.NODE_ENV ? a : b",
    ],
)
def test_what_is_no_code_or_tells_nothing_is_left_alone(text):
    assert changes(text, "a.ts") == []


@pytest.mark.parametrize("text", ["x = y * 1", "x = y / 1", "x = y + 0", "x = y - 0", "x = y + 'a'"])
def test_arithmetic_that_changes_nothing_is_left_out(text):
    assert "arithmetic" not in {operator for operator, _, _ in changes(text)}


@pytest.mark.parametrize(
    "text",
    [
        '<p className="a" key="b" data-testid="c" style={{ top: 1 }} />',
        "<p>{a} {b}</p>",
        "<p>a &amp; b</p>",
    ],
)
def test_looks_and_keys_are_left_alone(text):
    assert changes(f"const a = {text}", "a.tsx") == []


def test_numbers_follow_the_text_and_are_the_same_every_time():
    text = (ROOT / "examples/storefront/src/lib/cart.ts").read_text("utf-8")

    found = LANGUAGE.mutants(source(text, "cart.ts"))

    assert found == LANGUAGE.mutants(source(text, "cart.ts"))
    assert [mutant.number for mutant in found] == list(range(1, len(found) + 1))
    assert [mutant.line for mutant in found] == sorted(mutant.line for mutant in found)
    assert all(len(mutant.before) <= 80 and len(mutant.after) <= 80 for mutant in found)
    assert not any("\n" in mutant.before + mutant.after for mutant in found)


def test_text_that_does_not_parse_has_no_mutants_and_stays_as_it_is():
    broken = source("function (")

    assert LANGUAGE.mutants(broken) == ()
    assert LANGUAGE.switched(broken, ()) == "function ("


def test_only_the_mutants_that_were_asked_for_are_built_in():
    file = source("export const f = (a, b) => a + b * 2")
    some = [mutant for mutant in LANGUAGE.mutants(file) if mutant.operator == "constant"]

    built = LANGUAGE.switched(file, some)

    assert built.count("__testwright_mutant__") == 1
    assert f"__testwright_mutant__({some[0].number})" in built


@pytest.mark.parametrize(
    "text",
    [
        "for (let i = 0; i < 3; i++) go(i)",
        "while (a) { go() }",
        "do go(); while (a)",
        "for (const a of b);",
        "for (const a in b) throw a // and on\nnext()",
    ],
)
def test_every_loop_counts_its_rounds(text):
    built = LANGUAGE.switched(source(text), ())

    assert "__testwright_mutant__(0)" in built
    assert not parse(built, "a.js").has_error
    assert built.count("\n") == text.count("\n")


BEHAVIOURS = [
    # A statement that begins with a switch must not become an argument of the line before.
    "let result = []\nconst add = x => result.push(x)\nadd(1)\nresult?.push(2)\nresult.length > 1 && add(3)",
    "const o = { v: 3, get() { return this.v } }\nconst result = [o?.get(), (o?.get)(), o.get?.(), o?.['get']()]",
    "let result = 0\nif (1 > 2) throw new Error('a')\nelse result = 2",
    "let result = ''\nif (true) { try { throw 'a' } catch { result = 'caught' } }",
    "const result = (function () { return arguments.length + 1 })(1, 2)",
    "function* g() { const a = yield 1; yield a + 1 }\nconst i = g(); i.next(); const result = i.next(4).value",
    "const f = () => ({ a: 1, 'b': [2, 3], [`c${1}`]: 4 })\nconst result = f()",
    "const f = ({ a = 1, b: [c = 2] = [] } = {}, ...d) => [a, c, d.length]\nconst result = [f(), f({ a: 5 }, 6)]",
    "let result = 0\nouter: for (let i = 0; i < 4; i++) { for (;;) { if (i % 2) continue outer; result += i; break } }",
    "class A { static n = 2; #p = 3; get p() { return this.#p * A.n } has(o) { return #p in o } }\n"
    "const result = [new A().p, new A().has(new A())]",
    "class A { constructor(a) { this.a = a } }\nclass B extends A { constructor() { super(1 + 2) } }\n"
    "const result = new B().a",
    "const result = typeof nothing === 'undefined' ? 'none' : 'some'",
    "const result = [1, 2, 3].map(x => x * 2) // a comment with a ( in it\n  .filter(x => x > 2 /* and ) */)",
    "const a = null\nconst result = [a ?? 'b', a?.b.c.d, (a || 0) + 1, !a, !!a, -(-3), 2 ** 3 ** 1]",
    "let result = 0; switch ('a' + 'b') { case 'ab': result = 1; break; default: result = 2 }",
    "const result = `a${1 + 1}b${`c${'d'}`}`",
    "let n = 1; const result = [n++, ++n, n--, n += 2, n]",
    "var result = 0; do result++; while (result < 3)",
    "const o = { a: [1] }; delete o.a[0]; const result = [o, 'a' in o, o instanceof Object]",
    "let result = []; for (const x of [1, 2]) if (x > 1) result.push(x); else result.push(-x)",
    "const x = { valueOf: () => 3 }; const result = [x > 2 && 'yes', x < 2 || 'no', 0 && 1, '' || null]",
    "let [a, b] = [1, 2]\n;[a, b] = [b, a]\nconst result = [a, b]",
    "const f = async () => { await null; return 1 }\nconst result = typeof f().then",
    "let result = 1\nelseif: { if (result > 0) break elseif; else'a'.at(0) }",
]


@pytest.mark.skipif(NODE is None, reason="node is not here")
def test_code_with_all_its_mutants_asleep_does_what_it_did():
    assert all(LANGUAGE.mutants(source(text)) for text in BEHAVIOURS)

    before = run_by_node(*((text, None) for text in BEHAVIOURS))
    asleep = run_by_node(*((with_all(text), None) for text in BEHAVIOURS))

    assert not [result for result in before if "Error" in result]
    assert asleep == before


AT_WORK = [
    ("const f = (a, b) => a < b\nconst result = f(2, 2)", "a <= b", "true"),
    ("const result = 2 * 3 + 4 * 5", "2 * 3 - 4 * 5", "-14"),
    ("let result = 1; if (result > 5) result = 2", "true", "2"),
    ("let a = null; let result = a ?? 7", "a", "null"),
    ("let a = 5; let result = a ?? 7", "7", "7"),
    ("let result = 1; try { throw 1 } catch { result = 2 }", "{}", "1"),
    ("let result = []\nresult.push(1)", "(removed)", "[]"),
    ("let result = 1\nif (true) throw 5\nelse result = 2", "(removed)", "1"),
    ("let result = [0, 1].map(x => x === 1)", "false", "[false,false]"),
]


@pytest.mark.skipif(NODE is None, reason="node is not here")
def test_a_mutant_at_work_does_what_it_says():
    programs = []
    for text, after, _ in AT_WORK:
        found = next(mutant for mutant in LANGUAGE.mutants(source(text)) if mutant.after == after)
        programs.append((with_all(text), found.number))

    assert run_by_node(*programs) == [result for _, _, result in AT_WORK]


def real_files():
    folders = ["examples", "web/src", "react/src", "testwright/frameworks/assets"]
    packages = ["react-aria/dist", "postcss/lib", "nanoid", "picomatch/lib", "@tanstack", "regexparam", "magic-string"]
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
    for package in packages:
        found += sorted((ROOT / "node_modules" / package).rglob("*"))[:40]
    endings = {".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx"}
    return [path for path in found if path.suffix in endings and not path.name.endswith((".d.ts", ".d.mts", ".d.cts"))]


def test_real_code_parses_again_line_by_line_with_everything_built_in():
    tried, left_out = 0, []
    for path in real_files():
        text = path.read_text("utf-8", "replace")
        if len(text) > 60_000 or parse(text, path.name).has_error:
            continue
        built = with_all(text, path.name)
        tried += 1
        if parse(built, path.name).has_error or built.count("\n") != text.count("\n"):
            left_out.append(path.name)

    assert tried > 30
    assert left_out == []


@pytest.mark.skipif(NODE is None, reason="node is not here")
def test_nodes_own_parser_takes_real_modules_with_everything_built_in(tmp_path):
    files = [path for path in real_files() if path.suffix in (".mjs", ".cjs") and path.stat().st_size < 60_000]
    for number, path in enumerate(files):
        (tmp_path / f"{number}{path.suffix}").write_text(with_all(path.read_text("utf-8"), path.name), "utf-8")
    check = "for (const f of process.argv.slice(1)) new vm.SourceTextModule(fs.readFileSync(f, 'utf8'))"
    modules = [str(path) for path in sorted(tmp_path.glob("*.mjs"))]

    argv = [NODE, "--experimental-vm-modules", "-e", check, *modules]
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=120)

    assert modules
    assert ended.returncode == 0, json.dumps(ended.stderr[-800:])
