"""What other modules of the project lend to tests, and how a test gets at it."""

import pytest
from explorer_samples import View, function, shapes_of, task

from testwright.domain.analysis import Symbol, SymbolKind
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.neighbours import deeds_of, homes_in, makers_of, remembers
from testwright.writers.explorer.javascript.pages import stand_ins_for
from testwright.writers.explorer.javascript.plan import plan_of, targets_of
from testwright.writers.explorer.javascript.suites import preamble_of
from testwright.writers.explorer.javascript.telling import _style

STORE = (
    "let state = []\n"
    "export const dispatch = (action: { type: string }) => { state = [...state, action] }\n"
    "export const total = (list: number[]) => list.length\n"
)
TOAST = (
    "import { dispatch } from './store'\n"
    "const create = (type: string) => (message: string) => { dispatch({ type }) }\n"
    "const toast = (message: string) => create('blank')(message)\n"
    "toast.error = create('error')\n"
    "export { toast }\n"
)


def test_objects_of_a_neighbours_class_are_made_by_its_constructor():
    text = "import { Money } from './money'\nexport function f(a: Money) { return a }"
    money = "export class Money { constructor(cents: number, owner: Owner) {} }\nexport class Owner {}"
    work = task(text, function("f", "export function f(a: Money) { return a }", "a", line=2), **{"src/money.ts": money})
    module = Module(work.source.path, text, work.view)

    plan = plan_of(work, module, targets_of(work, module), 3.0)

    assert [(each["path"], len(each["params"])) for each in plan["makers"]] == [
        (["~src/money.ts", "Money"], 2),
        (["~src/money.ts", "Owner"], 0),
    ]
    assert plan["neighbours"] == ["src/money.ts"]


def test_a_class_that_nobody_exports_is_made_by_nobody():
    shapes = [{"shape": {"k": "instance", "v": "Hidden", "home": "src/money.ts"}}]
    module = Module("src/unit.ts", "import { x } from './money'", View(**{"src/money.ts": "class Hidden {}"}))
    module.neighbour("x")

    assert makers_of(shapes, module) == []


def test_functions_that_change_what_is_remembered_are_deeds_by_whichever_way():
    texts = {"src/store.ts": STORE, "src/toast.ts": TOAST}
    module = Module(
        "src/unit.tsx", "import { dispatch } from './store'\nimport { toast } from './toast'", View(**texts)
    )

    deeds = {each["name"]: each["path"] for each in deeds_of(module)}

    assert deeds == {
        "dispatch": ["~src/store.ts", "dispatch"],
        "toast": ["~src/toast.ts", "toast"],
        "toast.error": ["~src/toast.ts", "toast", "error"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let count = 0\nexport const next = () => ++count", True),
        ("const known = new Map()\nexport const keep = (key) => known.set(key, 1)", True),
        ("const table = { a: 1 }\nexport const read = (key) => table[key]", False),
        ("export const f = () => { let count = 0; count++; return count }", False),
    ],
)
def test_a_module_remembers_what_its_functions_keep_outside_of_themselves(text, expected):
    assert remembers(Module("src/unit.ts", text, View())) is expected


def test_what_is_lent_is_imported_from_where_it_is():
    text = "export function f(a) { return a }"
    work = task(text, function("f", text, "a"))
    module = Module(work.source.path, text, work.view)
    lent = homes_in([{"$": "new", "path": ["~src/money.ts", "default"], "name": "Money", "args": []}])

    preamble = preamble_of(targets_of(work, module), work, _style(work, module), set(), lent)

    assert "import Money from './money'" in preamble


def test_a_page_gets_what_code_asks_for_and_jsdom_lacks():
    module = Module("src/unit.tsx", "export const f = () => window.matchMedia('(prefers-reduced-motion)')", View())

    assert [name for name, _ in stand_ins_for(module)] == ["matchMedia"]


def test_the_type_of_the_variable_that_holds_a_function_types_its_parameters():
    text = "interface Props { size?: number }\nexport const f: React.FC<Props> = ({ size }) => null"

    (shape,) = shapes_of("\n" + text, "props", **{})

    assert shape == {"k": "object", "props": [["size", {"k": "number"}, True]]}


def test_a_mapped_type_has_a_member_for_each_key():
    text = "type Kind = 'a' | 'b'\nexport function f(of: { [key in Kind]?: number }) { return of }"

    (shape,) = shapes_of("\n" + text, "of")

    assert shape["props"] == [["a", {"k": "number"}, True], ["b", {"k": "number"}, True]]


def test_each_test_has_modules_of_its_own_where_what_one_does_is_seen_by_the_next():
    text = f"{STORE}export const useTotal = () => state.length"
    hook = Symbol(name="useTotal", kind=SymbolKind.HOOK, line=4, end_line=4)
    work = task(text, hook)
    module = Module(work.source.path, text, work.view)
    lent = [("src/toast.ts", "toast", "toast")]

    preamble = preamble_of(targets_of(work, module), work, _style(work, module), set(), lent)

    assert "let useTotal: typeof import('./price').useTotal" in preamble
    assert "beforeEach(() => {\n  vi.resetModules()\n})" in preamble
    assert "beforeEach(async () => {\n  useTotal = (await import('./price')).useTotal\n})" in preamble
    assert "beforeEach(async () => {\n  toast = (await import('./toast')).toast\n})" in preamble
    assert "import { useTotal }" not in preamble
