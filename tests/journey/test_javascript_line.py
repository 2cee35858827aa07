"""JavaScript and TypeScript from source to passing suite: explored, rendered, run and measured in a real sandbox."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import platformdirs
import pytest

from testwright.domain.errors import PermanentError, TestwrightError
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks.jest import Jest
from testwright.frameworks.vitest import Vitest
from testwright.languages.javascript import JavaScript
from testwright.sandboxes.choose import choose
from testwright.toolchains.finder import InstalledToolchains
from testwright.writers.explorer.javascript import JavaScriptExplorer

EXAMPLES = Path(__file__).parents[2] / "examples"
FRAMEWORKS = {"vitest": Vitest(), "jest": Jest()}
LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=120))


class Copy:
    """A copy of a project that nobody installed anything into."""

    origin = None

    def __init__(self, root):
        self._root = root
        self.root = str(root)

    def paths(self):
        return sorted(str(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())

    def text(self, path):
        file = self._root / path
        return file.read_text("utf-8") if file.is_file() else None

    def exists(self, path):
        return (self._root / path).exists()

    def write(self, path, text):
        (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        (self._root / path).write_text(text, "utf-8")

    def remove(self, path):
        (self._root / path).unlink(missing_ok=True)


def empty_project(folder):
    # The sandbox's user must be able to read the workspace, and pytest's own folder is closed to others.
    (folder / "ws").mkdir(mode=0o755)
    view = Copy(folder / "ws")
    view.write("package.json", '{"name": "x", "private": true, "type": "module"}')
    return view


async def quiet(_):
    """Nobody listens to the install."""


async def tools_for(framework, view):
    try:
        sandbox = await choose(at_once=1)
        return sandbox, await InstalledToolchains(platformdirs.user_cache_path("testwright")).runner(
            framework, view, quiet
        )
    except TestwrightError as missing:
        pytest.skip(f"cannot run {framework} here: {missing.message}")


async def explored_suite(view, path, framework, seconds=4.0):
    sandbox, runner = await tools_for(framework, view)
    tool, language = FRAMEWORKS[framework], JavaScript()
    source = SourceFile(path=path, text=view.text(path), framework=framework)
    suite_path = tool.suite_path(path, view)

    async def run(**asked):
        order = RunOrder(source_path=path, suite_paths=(suite_path,), limits=LIMITS, **asked)
        ended = await sandbox.run(tool.command(order, runner, view.root))
        return ended, tool.read(ended, order)

    async def probe(text, reports, *, seconds, files=MappingProxyType({})):
        placed = {suite_path: text, **files}
        for name, content in placed.items():
            view.write(name, content)
        ended, report = await run(extra_reports=reports)
        for name in placed:
            view.remove(name)
        problem = report if isinstance(report, NotRun) else None
        return Explored(reports=ended.reports, problem=problem)

    analysis = language.analyse(source)
    task = WritingTask(
        source=source,
        analysis=analysis,
        framework=framework,
        suite_path=suite_path,
        options=Options(),
        runner=runner,
        view=view,
        probe=probe,
        seed=11,
    )
    draft = (await JavaScriptExplorer().explore(task, seconds)).draft
    view.write(suite_path, language.render(draft))
    known = tool.known_modules(view, runner)
    faults = [fault for case in draft.cases if (fault := language.fault_of(case, draft, analysis, known))]
    return draft, faults, run


@pytest.mark.parametrize(
    ("project", "path", "framework"),
    [
        ("storefront", "src/lib/cart.ts", "vitest"),
        ("storefront", "src/components/QuantityPicker.tsx", "vitest"),
        ("storefront", "src/api/client.ts", "vitest"),
        ("storefront", "src/hooks/useCountdown.ts", "vitest"),
        ("parcels", "src/quote.js", "jest"),
        ("parcels", "src/tracking.js", "jest"),
    ],
)
async def test_an_explored_suite_holds_shuffled_and_reaches_the_code(tmp_path, project, path, framework):
    shutil.copytree(EXAMPLES / project, tmp_path / "ws", ignore=shutil.ignore_patterns("node_modules", "*.test.*"))

    draft, faults, run = await explored_suite(Copy(tmp_path / "ws"), path, framework)

    assert draft.cases
    assert faults == []
    for seed in (None, 1, 2):
        _, report = await run(seed=seed)
        assert isinstance(report, RunReport), report
        assert {outcome.name for outcome in report.outcomes} == {case.name for case in draft.cases}
        assert [outcome for outcome in report.outcomes if outcome.outcome is not Outcome.PASSED] == []
        assert report.coverage is not None
        assert (report.coverage.line_percent or 0) >= 80


async def test_only_the_named_tests_run(tmp_path):
    shutil.copytree(EXAMPLES / "storefront", tmp_path / "ws", ignore=shutil.ignore_patterns("node_modules"))
    draft, _, run = await explored_suite(Copy(tmp_path / "ws"), "src/lib/price.ts", "vitest", 3.0)

    _, report = await run(only=(draft.cases[0].name,))

    assert isinstance(report, RunReport)
    passed = [outcome.name for outcome in report.outcomes if outcome.outcome is Outcome.PASSED]
    assert passed == [draft.cases[0].name]


@pytest.mark.parametrize("framework", ["vitest", "jest"])
async def test_a_package_that_is_not_there_is_named(tmp_path, framework):
    view = empty_project(tmp_path)
    view.write("a.ts", "import pad from 'left-pad-of-nobody'\nexport function a(n: number) { return pad(n) }\n")

    with pytest.raises(PermanentError) as caught:
        await explored_suite(view, "a.ts", framework, 2.0)

    assert caught.value.code == "missing_package"
    assert "left-pad-of-nobody" in caught.value.message


SPIN = "export function spin(n: number): number {\n  while (n === 3) {}\n  return n * 2\n}\n"


async def run_of(view, framework, text, source="spin.ts", seconds=12, **asked):
    sandbox, runner = await tools_for(framework, view)
    tool = FRAMEWORKS[framework]
    suite = tool.suite_path(source, view)
    view.write(suite, text)
    limits = Limits(wall=timedelta(seconds=seconds), cpu=timedelta(seconds=seconds))
    order = RunOrder(source_path=source, suite_paths=(suite,), limits=limits, **asked)
    return tool.read(await sandbox.run(tool.command(order, runner, view.root)), order)


@pytest.mark.parametrize("coverage", [True, False])
@pytest.mark.parametrize("framework", ["vitest", "jest"])
async def test_a_test_that_never_gives_its_thread_back_is_named_long_before_the_run_is_over(
    tmp_path, framework, coverage
):
    view = empty_project(tmp_path)
    view.write("spin.ts", SPIN)
    head = "import { describe, expect, it } from 'vitest'\n" if framework == "vitest" else ""
    suite = f"""{head}import {{ spin }} from './spin'
it('doubles', () => expect(spin(2)).toBe(4))
it.skip('rests', () => expect(spin(3)).toBe(6))
describe('three', () => {{ it('doubles', () => expect(spin(3)).toBe(6)) }})
"""

    report = await run_of(view, framework, suite, coverage=coverage)

    assert isinstance(report, NotRun)
    assert (report.code, report.culprits) == ("timeout", ("three > doubles", "doubles"))
    assert report.message == "doubles did not end within 3 s"


async def test_a_file_that_loops_while_it_is_loaded_is_told_so_soon(tmp_path):
    view = empty_project(tmp_path)
    view.write("endless.ts", "while (true) {}\nexport function f(n: number) { return n }\n")

    with pytest.raises(PermanentError) as caught:
        await explored_suite(view, "endless.ts", "vitest", 2.0)

    assert caught.value.message == "endless.ts does not come to an end while vitest loads it."


@pytest.mark.parametrize(
    ("framework", "configuration", "told"),
    [
        ("vitest", "export default { test: { setupFiles: ['./setup.mjs'] } }", "setup.mjs"),
        ("vitest", "while (true) {}", "vitest.config.mjs"),
        ("jest", "module.exports = { setupFiles: ['./setup.cjs'] }", "setup.cjs"),
    ],
)
async def test_a_set_up_file_that_loads_for_ever_is_named(tmp_path, framework, configuration, told):
    view = empty_project(tmp_path)
    view.write("vitest.config.mjs" if framework == "vitest" else "jest.config.cjs", configuration)
    view.write("setup.mjs", "while (true) {}\n")
    view.write("setup.cjs", "while (true) {}\n")
    view.write("spin.ts", SPIN)
    head = "import { it } from 'vitest'\n" if framework == "vitest" else ""

    found = await run_of(view, framework, f"{head}it('loads', () => {{}})\n", seconds=60, only_loads=True)

    assert isinstance(found, NotRun)
    assert found.message == f"{told} does not come to an end while {framework} loads it."


@pytest.mark.parametrize(
    ("framework", "name", "configuration"),
    [
        ("vitest", "vitest.config.mjs", "export default { test: { setupFiles: ['./setup.mjs'] } }"),
        ("jest", "jest.config.cjs", "module.exports = { setupFiles: ['<rootDir>/setup.cjs'] }"),
    ],
)
async def test_a_package_of_a_monorepo_is_run_with_its_own_configuration(tmp_path, framework, name, configuration):
    view = empty_project(tmp_path)
    for path, text in {
        "package.json": "{}",
        name: configuration,
        "setup.mjs": "globalThis.rate = 7\n",
        "setup.cjs": "globalThis.rate = 7\n",
        "src/tax.js": "exports.tax = (cents) => (cents * globalThis.rate) / 100\n",
    }.items():
        view.write(f"packages/shop/{path}", text)
    sandbox, runner = await tools_for(framework, view)
    tool, source = FRAMEWORKS[framework], "packages/shop/src/tax.js"
    head = "import { expect, it } from 'vitest'\nimport { tax } from './tax'\n"
    head = head if framework == "vitest" else "const { tax } = require('./tax')\n"
    suite = tool.suite_path(source, view)
    view.write(suite, f"{head}it('is a part', () => expect(tax(200)).toBe(14))\n")
    order = RunOrder(source_path=source, suite_paths=(suite,), limits=LIMITS)

    command = tool.command(order, replace(runner, home=tool.home(source, view)), view.root)
    report = tool.read(await sandbox.run(command), order)

    assert isinstance(report, RunReport), report
    assert [(each.name, each.outcome) for each in report.outcomes] == [("is a part", Outcome.PASSED)]
    assert report.coverage is not None
    assert report.coverage.line_percent == 100.0


@pytest.mark.parametrize("framework", ["vitest", "jest"])
async def test_the_row_of_a_table_that_hangs_is_named_by_its_table(tmp_path, framework):
    view = empty_project(tmp_path)
    view.write("spin.ts", SPIN)
    head = "import { expect, it } from 'vitest'\n" if framework == "vitest" else ""
    table = "it.each([1, 3])('doubles %i', (n) => expect(spin(n)).toBe(n * 2))\n"

    report = await run_of(view, framework, f"{head}import {{ spin }} from './spin'\n{table}")

    assert isinstance(report, NotRun)
    assert report.culprits == ("doubles %i",)


@pytest.mark.parametrize("framework", ["vitest", "jest"])
async def test_a_test_that_ends_its_process_is_named(tmp_path, framework):
    view = empty_project(tmp_path)
    view.write("spin.ts", SPIN)
    head = "import { expect, it } from 'vitest'\n" if framework == "vitest" else ""
    suite = f"""{head}import {{ spin }} from './spin'
it('doubles', () => expect(spin(2)).toBe(4))
it('dies', () => {{ process.kill(process.pid, 'SIGKILL') }})
"""

    report = await run_of(view, framework, suite, seconds=30)

    assert isinstance(report, NotRun)
    assert (report.code, report.culprits) == ("no_report", ("dies",))


@pytest.mark.parametrize(
    ("framework", "name", "text"),
    [
        ("vitest", "vitest.config.ts", "export function config() { return {} }\n"),
        ("jest", "jest.config.js", "throw new Error('not today')\n"),
    ],
)
async def test_a_configuration_that_cannot_be_used_is_named(tmp_path, framework, name, text):
    view = empty_project(tmp_path)
    view.write("spin.ts", SPIN)
    view.write(name, text)

    report = await run_of(view, framework, "it('doubles', () => {})\n", seconds=30)

    assert isinstance(report, NotRun)
    assert report.code == "no_report"
    assert name in report.message or "not today" in report.message
    assert report.hint


@pytest.mark.parametrize("framework", ["vitest", "jest"])
async def test_neighbours_that_differ_in_their_ending_are_not_taken_for_one_another(tmp_path, framework):
    view = empty_project(tmp_path)
    view.write("package.json", '{"name": "x", "private": true}')
    view.write("sum.ts", "export function sum(n: number): number {\n  return n + 1\n}\n")
    view.write("sum.js", "exports.sum = (n) => n + 2\n")

    draft, _, run = await explored_suite(view, "sum.ts", framework, 2.0)
    _, report = await run()

    assert draft.cases
    assert isinstance(report, RunReport)
    assert report.coverage is not None
    assert report.coverage.line_percent == 100


async def test_an_endless_loop_costs_one_call_and_not_the_file(tmp_path):
    view = empty_project(tmp_path)
    view.write("spin.ts", "export function spin(n: number): number {\n  while (n === 3) {}\n  return n * 2\n}\n")
    draft, _, _ = await explored_suite(view, "spin.ts", "vitest", 3.0)

    assert draft.cases
    assert not any("spin(3)" in case.code for case in draft.cases)


async def test_values_that_cannot_be_made_and_names_that_every_object_has_cost_no_more_than_their_calls(tmp_path):
    view = empty_project(tmp_path)
    view.write(
        "point.ts",
        "export class Point {\n"
        "  constructor(public latitude: number) {\n"
        "    if (latitude > 2) throw new RangeError('bad latitude value')\n"
        "  }\n"
        "}\n"
        "export function north(of: Point, by = 1) {\n  return of.latitude + by\n}\n"
        "export function made(constructor: string, toString?: string) {\n"
        "  return constructor + (toString ?? '')\n"
        "}\n",
    )

    draft, faults, _ = await explored_suite(view, "point.ts", "vitest", 3.0)

    assert faults == []
    assert {case.group for case in draft.cases} == {"Point", "north", "made"}
    assert not any("bad latitude" in case.code for case in draft.cases if case.group == "north")


@pytest.mark.parametrize(
    ("path", "wired"),
    [
        ("src/components/Button.tsx", " onClick={onPress}"),
        ("src/components/QuantityPicker.tsx", "onChange?.(next)"),
    ],
)
async def test_a_component_that_calls_nobody_back_is_noticed(tmp_path, path, wired):
    shutil.copytree(EXAMPLES / "storefront", tmp_path / "ws", ignore=shutil.ignore_patterns("node_modules", "*.test.*"))
    view = Copy(tmp_path / "ws")
    _, _, run = await explored_suite(view, path, "vitest")
    assert wired in view.text(path)

    view.write(path, view.text(path).replace(wired, ""))
    _, report = await run()

    assert isinstance(report, RunReport), report
    assert any(outcome.outcome is Outcome.FAILED for outcome in report.outcomes)


async def test_texts_are_put_together_as_the_code_takes_them_apart(tmp_path):
    view = empty_project(tmp_path)
    view.write(
        "cookie.js",
        "export function cookie(text) {\n"
        "  const [first, ...parts] = text.split(';')\n"
        "  const found = { name: first.split('=')[0] }\n"
        "  for (const part of parts) {\n"
        "    const [key, value] = part.trim().split('=')\n"
        "    if (key === 'max-age') found.age = Number(value)\n"
        "    else if (key === 'secure') found.secure = true\n"
        "  }\n"
        "  return found\n"
        "}\n",
    )

    draft, _, _ = await explored_suite(view, "cookie.js", "vitest", 3.0)

    code = "\n".join(case.code for case in draft.cases)
    assert "max-age=1" in code
    assert "secure: true" in code


COMPILER = """
const noted = (line) => (line ? ';AACA' : ';AAAA')
module.exports = {
  process(text) {
    const lines = text.split('\\n').map((_, line) => noted(line))
    const map = { version: 3, sources: ['price.js'], names: [], mappings: ';' + lines.join('') }
    return { code: `// compiled\\n// and longer\\n${text}`, map }
  },
}
"""


async def test_what_a_case_ran_is_told_in_the_lines_of_the_author_where_a_project_compiles_them(tmp_path):
    view = empty_project(tmp_path)
    view.write("package.json", '{"name": "x", "jest": {"transform": {"price": "<rootDir>/compiler.js"}}}')
    view.write("compiler.js", COMPILER)
    view.write(
        "price.js",
        "exports.price = (amount) => {\n  if (amount > 10)\n    return amount - 1\n  return amount\n}\n",
    )
    suite = """const { price } = require('./price')
it('takes one off', () => expect(price(11)).toBe(10))
it('leaves small ones', () => expect(price(5)).toBe(5))
"""

    report = await run_of(view, "jest", suite, source="price.js", seconds=60, coverage=True)

    assert isinstance(report, RunReport), report
    lines = {each.name: sorted(each.lines or ()) for each in report.outcomes}
    assert lines == {"takes one off": [2, 3], "leaves small ones": [2, 4]}
    branches = [each.branches for each in report.outcomes]
    assert all(len(each) == 1 for each in branches)
    assert frozenset().union(*branches) == report.coverage.branches_covered
