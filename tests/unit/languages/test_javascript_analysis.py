import pytest

from testwright.domain.analysis import SymbolKind
from testwright.domain.errors import PermanentError
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript import JavaScript


def analyse(text, path="src/price.ts"):
    return JavaScript().analyse(SourceFile(path=path, text=text, framework="vitest"))


def symbols(text, path="src/price.ts"):
    return {symbol.name: symbol for symbol in analyse(text, path).symbols}


def test_a_typed_function_is_told_with_its_parameters():
    found = symbols(
        "/** Adds up. */\nexport async function total(items: Item[], { tax = 0 }: Rules = {},"
        " ...rest: number[]): Promise<number> {}"
    )["total"]

    assert found.kind is SymbolKind.FUNCTION
    assert found.is_async
    assert found.doc == "Adds up."
    assert found.returns == "Promise<number>"
    assert [(each.name, each.annotation, each.optional, each.kind) for each in found.parameters] == [
        ("items", "Item[]", False, "positional"),
        ("{ tax }", "Rules", True, "positional"),
        ("rest", "number[]", True, "rest"),
    ]
    assert (found.line, found.end_line) == (2, 2)


def test_arrows_defaults_and_export_lists_are_exports():
    found = symbols("const a = (x) => x\nfunction b() {}\nexport { a, b as c }\nexport default function main() {}")

    assert set(found) == {"a", "c", "main"}
    assert found["main"].is_default_export


def test_an_anonymous_default_export_is_named_after_its_file():
    assert set(symbols("export default (x) => x", "lib/set-cookie.js")) == {"setCookie"}
    assert set(symbols("export default (x) => x", "lib/slug/index.js")) == {"slug"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("module.exports = { a, b: c, d() {} }\nfunction a() {}\nfunction c() {}", {"a", "b", "d"}),
        ("exports.parse = function (text) {}\nmodule.exports.format = (n) => n", {"parse", "format"}),
        (
            "module.exports = bytes\nmodule.exports.parse = parse\nfunction bytes() {}\nfunction parse() {}",
            {"bytes", "parse"},
        ),
        (
            "exports = module.exports = plural\nfunction plural(word) {}\nplural.add = function (rule) {}",
            {"plural", "plural.add"},
        ),
        (
            "(function () { function C(a) {}\nC.prototype = { add: function (b) {} }\nmodule['exports'] = C })()",
            {"C", "C.add"},
        ),
    ],
)
def test_commonjs_exports_are_found(text, names):
    assert set(symbols(text, "src/index.js")) == names


def test_a_class_shows_its_public_methods_only():
    found = symbols(
        "export class Cart { constructor(private room = 10) {} static of(): Cart {} add(item: string): this {}"
        " get count() { return 1 } private hidden() {} #secret() {} _inner() {} }"
    )

    assert set(found) == {"Cart", "Cart.of", "Cart.add", "Cart.count"}
    assert found["Cart"].parameters[0].default == "10"
    assert found["Cart.of"].is_static


def test_components_and_hooks_are_told_apart_from_functions():
    found = symbols(
        "export function Button(props: P) { return <button /> }\nexport const Card = memo((props: P) => <b />)\n"
        "export function useCount() { return 1 }\nexport function Plain() { return 1 }",
        "src/Button.tsx",
    )

    kinds = {name: symbol.kind for name, symbol in found.items()}
    assert kinds == {
        "Button": SymbolKind.COMPONENT,
        "Card": SymbolKind.COMPONENT,
        "useCount": SymbolKind.HOOK,
        "Plain": SymbolKind.FUNCTION,
    }


def test_compared_literals_come_before_merely_said_ones():
    found = analyse("export function f(x: string) { log('said'); if (x === 'asked') throw new Error('never') }")

    assert found.literals == ("'asked'", "'said'", "'never'")


def test_broken_syntax_names_the_line():
    with pytest.raises(PermanentError) as caught:
        analyse("export function a() {}\n\nexport function b( {\n")

    assert caught.value.code == "unparseable"
    assert caught.value.message.startswith("price.ts does not parse: line ")


@pytest.mark.parametrize(
    "text", ["const a = 1", "export interface A {}", "export const LIMIT = 3", "export * from './x'"]
)
def test_a_file_without_anything_to_call_is_refused(text):
    with pytest.raises(PermanentError) as caught:
        analyse(text)

    assert caught.value.code == "nothing_to_test"


def test_functions_of_an_exported_namespace_are_reached_through_it():
    text = "namespace Bag {\n  export function pack(a: string) {}\n  function inner() {}\n}\nexport default Bag"

    found = {symbol.name: symbol for symbol in analyse(text).symbols}

    assert found["Bag.pack"].is_static
    assert found["Bag.pack"].is_default_export
    assert "Bag.inner" not in found


def test_a_class_behind_a_proxy_is_still_the_class():
    text = "class Dirty { get(key) {} }\nmodule.exports = exports = new Proxy(Dirty, { apply: () => {} })"

    assert [symbol.name for symbol in analyse(text, "src/dirty.js").symbols] == ["Dirty", "Dirty.get"]


def test_call_signatures_on_lines_of_their_own_are_no_type_arguments():
    text = "interface Make {\n  (a: string): A<B> & Stop\n\n  <C>(c: C): B\n}\nexport function f(make: Make) {}"

    assert [(symbol.name, symbol.line) for symbol in analyse(text).symbols] == [("f", 6)]
