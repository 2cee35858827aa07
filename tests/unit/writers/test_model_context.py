"""What a model is told beside the unit: found where it is defined, most telling first, within its room."""

import json
from dataclasses import replace

import pytest

from tests.fakes.scripted_model import Files, no_probe
from testwright.domain.ports import WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.styles import Sample, Style
from testwright.languages import LANGUAGES, language_of
from testwright.writers import places
from testwright.writers.model import units
from testwright.writers.model.context import gather
from testwright.writers.model.prompting import Prompter
from testwright.writers.model.sizes import tokens

PYTHON = LANGUAGES["python"]


def task_of(path: str, texts: dict[str, str], framework: str = "pytest") -> WritingTask:
    source = SourceFile(path=path, text=texts[path], framework=framework)
    return WritingTask(
        source=source,
        analysis=LANGUAGES[language_of(path) or ""].analyse(source),
        framework=framework,
        suite_path="tests/test_unit.py",
        options=Options(),
        runner=Runner(framework=framework, version="1", origin="managed", found="", program=("run",)),
        view=Files(texts),
        probe=no_probe,
        seed=0,
        sample=Sample(path="tests/test_tax.py", text=texts.get("tests/test_tax.py", ""), style=Style()),
    )


def context_of(task: WritingTask, **more):
    language = LANGUAGES[task.analysis.language]
    return gather(task, language, frozenset(), task.source.text, **more)


SHOP = {
    "src/shop/cart.py": (
        "from shop import Money\nfrom .tax import rate_of\n\n\ndef total(money: Money):\n    return rate_of(money)\n"
    ),
    "src/shop/__init__.py": "from .money import Money, add\n",
    "src/shop/money.py": "class Money:\n    cents: int\n\n\ndef add(a, b):\n    return 1\n",
    "src/shop/tax.py": (
        "def rate_of(money):\n    '''How much of it goes away.'''\n    return 7\n\n\ndef other():\n    return 8\n"
    ),
    "src/shop/till.py": "from shop.cart import total\n\n\ndef pay(money):\n    due = total(money)\n    return due\n",
    "README.md": "Add up:\n\n```python\ntotal(Money(3))\n```\n\n```python\nunrelated()\n```\n",
    "tests/test_tax.py": "def test_rate():\n    assert True\n",
}


def test_imports_are_told_from_the_files_that_define_them_and_no_more_than_is_used():
    told = {item.title.split(" ")[0]: item.text for item in context_of(task_of("src/shop/cart.py", SHOP)).items}

    assert told["src/shop/money.py"] == "class Money:\n    cents: int"
    assert told["src/shop/tax.py"] == "def rate_of(money): ...  # How much of it goes away."
    assert "src/shop/__init__.py" not in told


def test_the_nearest_test_the_readmes_examples_and_the_callers_are_told():
    items = {item.title: item.text for item in context_of(task_of("src/shop/cart.py", SHOP)).items}

    assert items["tests/test_tax.py (a test that is here already: write in its style)"].startswith("def test_rate")
    assert items["README.md (an example)"] == "total(Money(3))"
    assert items["src/shop/till.py (a call)"] == "def pay(money):\n    due = total(money)\n    return due"


def test_what_there_is_no_room_for_is_listed_and_what_is_smaller_still_fits():
    crowded = {**SHOP, "src/shop/tax.py": f"def rate_of(money):\n    '''{'word ' * 40}'''\n    return 7\n"}

    context = context_of(task_of("src/shop/cart.py", crowded), room=50)

    assert [told.split(",")[0] for told in context.left_out] == ["src/shop/tax.py (what the unit uses of it)"]
    assert sum(tokens(item.text) for item in context.items) <= 50
    assert context.items[0].title.startswith("src/shop/money.py")


WEB = {
    "tsconfig.json": (
        '{\n  // paths\n  "compilerOptions": {"baseUrl": ".", "paths": '
        '{"@/*": ["src/*"], "~config": ["config.ts"],},},\n}'
    ),
    "package.json": '{"imports": {"#store": "./src/store/index.js"}}',
    "config.ts": "export const LIMIT = 20\n",
    "src/store/index.ts": "export * from './reduce'\nexport { find as seek } from '@/lists'\n",
    "src/store/reduce.ts": "export function reduce(a: number): number { return a }\n",
    "src/lists.ts": "export const find = (a: number[]) => a[0]\n",
    "src/page.tsx": (
        "import { LIMIT } from '~config'\nimport { reduce } from '#store'\nimport { find } from '@/lists'\n"
        "export function page() { return reduce(LIMIT) + find([]) }\n"
    ),
}


@pytest.mark.parametrize(
    ("module", "importer", "place"),
    [
        ("@/lists", "src/page.tsx", "src/lists.ts"),
        ("~config", "src/page.tsx", "config.ts"),
        ("./reduce.js", "src/store/index.ts", "src/store/reduce.ts"),
        ("./store", "src/page.tsx", "src/store/index.ts"),
        ("react", "src/page.tsx", None),
        ("../../outside", "src/page.tsx", None),
    ],
)
def test_a_module_is_found_by_path_alias_and_the_name_it_will_have(module, importer, place):
    assert places.place_of(module, importer, Files(WEB)) == place


def test_names_are_followed_through_files_that_pass_them_on():
    found = dict(places.defining("src/store/index.ts", ("reduce",), LANGUAGES["typescript"], Files(WEB)))

    assert found == {"src/store/reduce.ts": "export function reduce(a: number): number …"}


def test_files_that_pass_on_each_other_end():
    ring = {"a.ts": "export * from './b'\n", "b.ts": "export * from './a'\n"}

    assert list(places.defining("a.ts", ("x",), LANGUAGES["typescript"], Files(ring))) == []


def test_a_broken_configuration_means_no_aliases():
    for text in ("{", "[]", '{"compilerOptions": 3}', '{"compilerOptions": {"paths": {"@/*": "src"}}}', "[" * 100_000):
        assert places.aliases("src/a.ts", Files({"tsconfig.json": text})) == {}


def test_a_relative_python_import_is_found_from_where_it_stands():
    assert places.place_of(".tax", "src/shop/cart.py", Files(SHOP)) == "src/shop/tax.py"
    assert places.place_of("..shop", "src/shop/cart.py", Files(SHOP)) == "src/shop/__init__.py"
    assert places.place_of("shop.money", "src/shop/cart.py", Files(SHOP)) == "src/shop/money.py"
    assert places.place_of("decimal", "src/shop/cart.py", Files(SHOP)) is None


STACK = """
class Stack:
    limit = 3

    def push(self, item):
        self.items.append(item)
        if len(self.items) > self.limit:
            raise OverflowError
        return item

    def pop(
        self,
    ):
        if not self.items:
            raise IndexError
        last = self.items.pop()
        return last
""".lstrip()


def test_outside_of_the_focus_only_heads_are_shown():
    task = task_of("stack.py", {"stack.py": STACK})

    shown = units.excerpt(STACK, task.analysis, frozenset({"Stack.push"}))

    assert "raise OverflowError" in shown
    assert "    def pop(\n        self,\n    ):\n        # … lines 13-16\n" in shown
    assert "IndexError" not in shown


def test_without_a_focus_the_whole_text_is_shown_and_only_given_lines_are_numbered():
    task = task_of("stack.py", {"stack.py": STACK})

    assert units.excerpt(STACK, task.analysis, frozenset()) == STACK
    assert units.excerpt(STACK, task.analysis, frozenset(), (8,)).split("\n")[7] == "        return item  # 8"


def test_symbols_are_found_by_lines_and_by_what_tests_say_they_are_for():
    analysis = task_of("stack.py", {"stack.py": STACK}).analysis

    assert units.symbols_with(STACK, analysis, (5,), ()) == {"Stack.push"}
    assert units.symbols_with(STACK, analysis, (1, 5), ()) == frozenset()
    assert units.symbols_named(analysis, ("Stack",)) == {"Stack.push", "Stack.pop"}
    assert units.symbols_named(analysis, ("pop",)) == {"Stack.pop"}
    assert units.symbols_named(analysis, ("unknown",)) == frozenset()


def test_segments_hold_every_symbol_once():
    text = "".join(f"def part_{n}():\n" + "    x = 1\n" * 99 for n in range(30))
    analysis = task_of("parts.py", {"parts.py": text}).analysis

    found = units.segments(analysis)

    assert len(found) == 5
    assert sorted(name for part in found for name in part) == sorted(f"part_{n}" for n in range(30))
    assert units.segments(replace(analysis, symbols=analysis.symbols[:4])) == [frozenset()]


@pytest.mark.parametrize(("path", "may"), [("src/button.tsx", True), ("src/price.ts", False)])
def test_what_renders_react_may_be_imported_where_the_unit_is_of_react(path, may):
    task = task_of(path, {path: "export function shown(name: string) { return name }\n"}, "vitest")
    runner = replace(task.runner, facts=(("@testing-library/react", "managed"), ("node_version", "24.1.0")))

    prompt = Prompter(replace(task, runner=runner), LANGUAGES["typescript"]).draft(frozenset()).prompt

    assert ("@testing-library/react" in prompt) is may
    assert "24.1.0" not in prompt  # a question that is recorded here is asked in the same words elsewhere


def test_a_coroutine_of_the_unit_is_tested_the_way_that_is_installed():
    task = task_of("a.py", {"a.py": "async def answer(): return 42\n"})
    runner = replace(task.runner, facts=(("pytest_asyncio", "managed"),))

    prompt = Prompter(replace(task, runner=runner), PYTHON).draft(frozenset()).prompt

    assert "@pytest.mark.asyncio" in prompt


MONOREPO = {
    "packages/shop/package.json": '{"name": "@acme/shop"}',
    "packages/shop/src/cart.ts": "",
    "packages/money/package.json": json.dumps(
        {"name": "@acme/money", "exports": {".": {"types": "./dist/index.d.ts", "import": "./src/main.ts"}}}
    ),
    "packages/money/src/main.ts": "",
    "packages/money/src/tax.ts": "",
    "packages/plain/package.json": '{"name": "plain", "main": "dist/index.js"}',
    "packages/plain/src/index.ts": "",
}


@pytest.mark.parametrize(
    ("module", "place"),
    [
        ("@acme/money", "packages/money/src/main.ts"),
        ("@acme/money/tax", "packages/money/src/tax.ts"),
        ("plain", "packages/plain/src/index.ts"),
        ("@acme/other", None),
        ("react", None),
    ],
)
def test_a_package_of_the_monorepo_is_found_by_its_name(module, place):
    assert places.place_of(module, "packages/shop/src/cart.ts", Files(MONOREPO)) == place


def test_from_another_package_a_file_goes_by_its_packages_name():
    view = Files(MONOREPO)

    assert places.name_from_afar("packages/money/src/main.ts", "packages/shop/src/a.test.ts", view) == "@acme/money"
    assert places.name_from_afar("packages/money/src/main.ts", "packages/money/src/a.test.ts", view) is None
    assert places.name_from_afar("packages/money/src/tax.ts", "packages/shop/src/a.test.ts", view) is None
