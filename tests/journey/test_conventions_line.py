"""A project's own type checker and formatter, started for real in a real sandbox, on a suite that is put before them.

Typescript and Biome are this repository's, mypy and ruff those of the environment that runs the tests; nothing is
downloaded. What is not installed here is skipped, with a word about it.
"""

import os
import re
import shutil
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from testwright.conventions import FORMATTERS, TYPE_CHECKERS
from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import TestwrightError
from testwright.domain.projects import Runner
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.frameworks import FRAMEWORKS
from testwright.languages import LANGUAGES, language_of
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import Host
from testwright.pipeline.laying_out import lay_out
from testwright.pipeline.preparing import own_tool
from testwright.pipeline.tools import Job, Ready, Tools
from testwright.pipeline.type_checking import type_findings
from testwright.sandboxes.choose import choose
from testwright.sources.workspaces import CopiedWorkspaces
from testwright.toolchains.finder import InstalledToolchains

REPOSITORY = Path(__file__).parents[2]
SITE = f"lib/python3.{sys.version_info.minor}/site-packages"


class BareDesk:
    """Nothing lies on it, and nothing is told."""

    async def get(self, key):
        return None


async def bench_for(folder, source_path, framework, suite_path, sample=None):
    """A bench as `prepare` would make it, without a runner: nothing is run here but checker and formatter."""
    folder.chmod(0o755)  # the sandbox's user has to be able to read it
    try:
        sandbox = await choose(at_once=1)
    except TestwrightError as missing:
        pytest.skip(f"no sandbox here: {missing.message}")
    if sandbox.tier == "refuse":
        pytest.skip("no sandbox could be proved here")
    home = folder.parent / "home"
    home.mkdir()
    home.chmod(0o755)
    workspaces = CopiedWorkspaces(home)
    tools = Tools(
        languages=LANGUAGES,
        language_of=language_of,
        frameworks=FRAMEWORKS,
        toolchains=InstalledToolchains(home / "cache"),
        sandbox=sandbox,
        workspaces=workspaces,
        writers={},
        type_checkers=TYPE_CHECKERS,
        formatters=FORMATTERS,
    )
    source = SourceFile(path=source_path, text=(folder / source_path).read_text(), framework=framework)
    assignment = Assignment(
        session_id="session",
        round=1,
        file_index=1,
        total_files=1,
        source=source,
        options=Options(),
        repository_root=str(folder),
        overlay={},
        writer="explorer",
        model=None,
    )
    job = Job(assignment=assignment, desk=BareDesk(), tools=tools)
    view = await workspaces.open(assignment)
    ready = Ready(
        runner=Runner(framework=framework, version="", origin="project", found="", program=(sys.executable,)),
        suite_path=suite_path,
        existing=(),
        started_ms=0,
        sample=sample,
        checker=await own_tool(job, view, suite_path, TYPE_CHECKERS),
        formatter=await own_tool(job, view, suite_path, FORMATTERS),
    )
    return await Bench.open(job, ready)


async def findings_of(bench, draft):
    return await type_findings(bench, draft, bench.suite_of(draft))


def linked(source, target):
    """A copy that takes no place where that is possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


TS_SOURCE = (
    "export function cents(price: number, currency: 'EUR' | 'USD'): number {\n  return Math.round(price * 100)\n}\n"
)
TS_PREAMBLE = "import { cents } from '@/cents';"
TS_CASES = {
    "rounds": "it('rounds', () => {\n  const found = [cents(1.005, 'EUR')];\n  expect(found).toEqual([100]);\n});",
    "takes text": "it('takes text', () => {\n  expect(cents('1', 'EUR')).toBe(100);\n});",
    "is strict": "it('is strict', () => {\n  expect([cents(1, 'EUR')][0].toFixed(0)).toBe('100');\n});",
    "says so": "it('says so', () => {\n  // @ts-expect-error: no such one\n  expect(cents(1, 'XXX')).toBe(100);\n});",
}


@pytest.fixture
def typescript_project(tmp_path):
    installed = REPOSITORY / "node_modules"
    for package in ("typescript", "@biomejs"):
        if not (installed / package).is_dir():
            pytest.skip(f"{package} is not installed here (make install)")
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    for package in ("typescript", "@biomejs"):
        shutil.copytree(installed / package, folder / "node_modules" / package, copy_function=linked)
    (folder / "package.json").write_text('{"type": "module", "devDependencies": {"typescript": "*"}}')
    (folder / "src/cents.ts").write_text(TS_SOURCE)
    (folder / "src/globals.d.ts").write_text(
        "declare function it(name: string, run: () => void): void;\n"
        "declare function expect(value: unknown): { toBe(other: unknown): void; toEqual(other: unknown): void };\n"
    )
    (folder / "tsconfig.json").write_text(
        '{ // as strict as it gets\n"compilerOptions": {"strict": true, "noUncheckedIndexedAccess": true, "module": '
        '"esnext", "moduleResolution": "bundler", "target": "es2022", "types": [], "rootDir": "src", "outDir": "dist", '
        '"composite": true, "paths": {"@/*": ["./src/*"]}},\n"include": ["src"],}'
    )
    (folder / "biome.json").write_text(
        '{"formatter": {"indentStyle": "tab"}, "javascript": {"formatter": {"semicolons": "asNeeded"}}}'
    )
    return folder


async def test_a_strict_typescript_project_with_aliases_and_a_formatter(typescript_project):
    bench = await bench_for(typescript_project, "src/cents.ts", "vitest", "src/cents.test.ts")
    draft = Draft(
        preamble=TS_PREAMBLE, cases=tuple(Case(name=name, code=code, group="cents") for name, code in TS_CASES.items())
    )

    findings = await findings_of(bench, draft)
    sound = draft.only(frozenset(TS_CASES) - findings.faults.keys())
    layout = await lay_out(bench, sound)

    assert findings.check is not None
    assert findings.check.problem == ""
    assert sorted(findings.faults) == ["is strict", "takes text"]
    assert "'string' is not assignable to parameter of type 'number'. [TS2345]" in findings.faults["takes text"].message
    assert re.fullmatch(r"biome \d+\.\d+\.\d+", layout.formatted_with), layout.format_problem
    assert layout.types is not None
    assert (layout.types.by, layout.types.problem) == ("tsc", "")
    assert layout.suite.text.startswith(
        'import { cents } from "@/cents"\n\ndescribe("cents", () => {\n\tit("rounds", () => {\n'
    )
    assert [case.name for case in layout.draft.cases] == ["rounds", "says so"]


PY_SOURCE = 'def cents(price: float, currency: str = "EUR") -> int:\n    return round(price * 100)\n'
PY_CASES = {
    "test_rounds": "def test_rounds():\n    assert cents(1.005) == 100",
    "test_text": "def test_text():\n    assert cents('1') == 100",
    "test_fixture": "def test_fixture(tmp_path):\n    assert cents(len(tmp_path.parts)) > 0",
}


@pytest.fixture
def python_project(tmp_path):
    folder = tmp_path / "project"
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(os.path.realpath(sys.executable))
    (folder / ".venv/pyvenv.cfg").write_text(f"version = {sys.version.split()[0]}\n")
    for package in ("mypy", "ruff"):
        install(package, folder / ".venv")
    (folder / "src/shop").mkdir(parents=True)
    (folder / "src/shop/__init__.py").write_text("")
    (folder / "src/shop/cents.py").write_text(PY_SOURCE)
    (folder / "pyproject.toml").write_text(
        "[tool.mypy]\nstrict = true\n\n[tool.ruff]\nline-length = 60\n\n[tool.ruff.format]\nquote-style = 'single'\n"
    )
    return folder


def install(package, venv, done=None):
    """What this environment has of the package and of what it needs, into another one."""
    done = set() if done is None else done
    if package in done:
        return
    done.add(package)
    try:
        found = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        if len(done) == 1:
            pytest.skip(f"{package} is not installed here (make install)")
        return
    for file in found.files or ():
        target = Path(os.path.normpath(venv / SITE / file))
        if target.is_relative_to(venv) and Path(file.locate()).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            linked(file.locate(), target)
    for need in found.requires or ():
        if "extra ==" not in need:
            install(re.split(r"[^\w.-]", need, maxsplit=1)[0], venv, done)


async def test_a_strict_python_project_with_a_formatter(python_project):
    bench = await bench_for(python_project, "src/shop/cents.py", "pytest", "tests/test_cents.py")
    plain = Draft(
        preamble="from shop.cents import cents",
        cases=tuple(Case(name=name, code=code) for name, code in PY_CASES.items()),
    )
    draft = bench.job.language.annotated(plain)

    findings = await findings_of(bench, draft)
    untyped = await findings_of(bench, plain)
    layout = await lay_out(bench, draft.only(frozenset(PY_CASES) - findings.faults.keys()))

    assert sorted(findings.faults) == ["test_text"]
    assert 'has incompatible type "str"; expected "float" [arg-type]' in findings.faults["test_text"].message
    assert sorted(untyped.faults) == sorted(PY_CASES)
    assert re.fullmatch(r"ruff \d+\.\d+\.\d+", layout.formatted_with), layout.format_problem
    assert layout.types is not None
    assert (layout.types.by, layout.types.problem) == ("mypy", "")
    assert "def test_fixture(tmp_path: Path) -> None:\n    assert cents(len(tmp_path.parts)) > 0\n" in layout.suite.text


async def test_a_project_whose_configuration_is_broken_loses_no_test(typescript_project):
    (typescript_project / "tsconfig.json").write_text('{"compilerOptions": {"strict": true, "nonsense": 1}}')
    (typescript_project / "biome.json").write_text('{"formatter": {"indentStyle": "stairs"}}')
    bench = await bench_for(typescript_project, "src/cents.ts", "vitest", "src/cents.test.ts")
    draft = Draft(preamble=TS_PREAMBLE, cases=(Case(name="rounds", code=TS_CASES["rounds"]),))

    findings = await findings_of(bench, draft)
    layout = await lay_out(bench, draft)

    assert findings.faults == {}
    assert "Unknown compiler option 'nonsense'" in findings.check.problem
    assert layout.suite == bench.suite_of(draft)
    assert layout.format_problem.startswith("biome")
    assert "failed" in layout.format_problem


async def test_a_test_that_joins_a_suite_in_other_manners_is_still_told_from_its_siblings(typescript_project):
    old = "import { cents } from './cents'\n\nit( 'is older', () => {\n  const wrong: string = cents( 1, 'EUR' )\n})\n"
    (typescript_project / "src/cents.test.ts").write_text(old)
    bench = await bench_for(typescript_project, "src/cents.ts", "vitest", "src/cents.more.test.ts")
    host = Host(path="src/cents.test.ts", text=old, new_path="src/cents.more.test.ts")
    bench.baseline = replace(bench.baseline, host=host)
    cases = tuple(Case(name=name, code=TS_CASES[name]) for name in ("rounds", "takes text"))
    draft = Draft(preamble=TS_PREAMBLE, cases=cases)

    findings = await findings_of(bench, draft)
    layout = await lay_out(bench, draft.only(frozenset({"rounds"})), findings.check)

    assert list(findings.faults) == ["takes text"]
    assert layout.formatted_with.startswith("biome"), layout.format_problem
    assert layout.suite.text.startswith(old)
