from testwright.writers.explorer.javascript import classes
from testwright.writers.explorer.javascript.giving import made_by_a_call, told_of
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.parameters import parameters_of_node


class View:
    root = "/nowhere"

    def __init__(self, **texts):
        self._texts = texts

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def gives(text, name="f", path="src/unit.ts", **others):
    module = Module(path, text, View(**others))
    return told_of(module.functions[name], module)


def names(parameters):
    return [parameter["name"] for parameter in parameters]


def test_a_function_that_is_returned_is_known_with_its_parameters():
    told = gives("export const f = (a) => (b: string, c = 1) => a + b + c")

    assert names(told["call"]) == ["b", "c"]
    assert [parameter["optional"] for parameter in told["call"]] == [False, True]


def test_a_named_inner_function_brings_its_name_and_what_is_hung_on_it():
    told = gives(
        "export function f(func) {\n  function memoized() { return func.apply(null, arguments) }\n"
        "  memoized.clear = () => {}\n  return memoized\n}"
    )

    assert told["name"] == "memoized"
    assert told["call"][0]["rest"] is True
    assert told["methods"] == {"clear": []}


def test_the_methods_of_a_returned_object_are_found_through_locals_and_other_functions():
    told = gives(
        "function store() { const get = (key) => key\n  return { get, set(key, value) {}, size: 3 } }\n"
        "export function f(flag) { return flag ? store() : null }"
    )

    assert {name: names(found) for name, found in told["methods"].items()} == {"get": ["key"], "set": ["key", "value"]}
    assert not told["isClosed"]


def test_a_returned_instance_offers_the_public_methods_it_has_and_inherits():
    told = gives(
        "import { Base } from './base'\n"
        "class Box extends Base { private hide() {}\n  get size() { return 1 }\n  open(key: string) {} }\n"
        "export const f = () => new Box()",
        **{"src/base.ts": "export class Base { label = 'a'\n  close() {}\n  protected init() {} }"},
    )

    assert sorted(told["methods"]) == ["close", "open", "size"]
    assert told["getters"] == ["size"]
    assert told["fields"] == ["label"]
    assert told["isClosed"]


def test_a_constructor_may_be_an_ancestors():
    text = "class A { constructor(readonly size: number) {} }\nexport class B extends A {}"
    module = Module("src/unit.ts", text, View())

    constructor = classes.constructor_of(module.classes["B"], module)

    assert constructor is not None
    assert classes.public_fields(module.classes["B"], module) == ["size"]


def test_functions_that_give_each_other_come_to_an_end():
    told = gives("export function f() { return g() }\nfunction g() { return f() }")

    assert told["call"] is None


def test_a_function_that_a_call_made_is_known_with_its_parameters():
    module = Module(
        "src/unit.ts",
        "const wrap = (inner) => outer((a, b) => inner(a, b))\n"
        "const outer = (make) => (value, options) => make(value, options)\n"
        "export const f = wrap((x) => x)",
        View(),
    )

    made = made_by_a_call("f", module)

    assert made is not None
    assert names(parameters_of_node(*made)) == ["value", "options"]
