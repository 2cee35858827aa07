"""Builds what is asked. The wording lies in `prompts/`; this file fills it in.

The marks around foreign text come from a hash of that text: nobody can write a file that contains its own mark, and
the same question asked twice is the same bytes, so that its answer is found again.
"""

import hashlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from testwright.domain.drafts import Draft
from testwright.domain.ports import Gaps, ProjectView, WritingTask
from testwright.domain.sessions import CoverageGoal, TestType
from testwright.domain.specifiers import unit_specifier
from testwright.domain.verdicts import Fault

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "preamble": {"type": "string"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "code": {"type": "string"},
                    "targets": {"type": "array", "items": {"type": "string"}},
                    "scenario": {"type": "string", "enum": ["happy", "edge", "error", "integration"]},
                    "group": {"type": "string"},
                    "suspect": {"type": "string"},
                },
                "required": ["name", "code", "targets", "scenario"],
            },
        },
    },
    "required": ["preamble", "tests"],
}
_MOST_SOURCE = 400_000
_MOST_RELATED = 12_000
_MOST_SAMPLE = 4_000
_MOST_FAULT = 4_000
_MOST_FAULTS = 32_000
_MOST_SUITE = 60_000
_MOST_UNNOTICED = 40
_MOST_LINES = 80
_JS_ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.tsx", "/index.js")

Redact = Callable[[str], str]


def system_prompt() -> str:
    return _template("system")


def draft_prompt(task: WritingTask, redact: Redact) -> str:
    return _filled("draft", _about(task, redact))


def repair_prompt(task: WritingTask, draft: Draft, faults: Sequence[Fault], redact: Redact) -> str:
    about = _about(task, redact)
    codes = {case.name: case.code for case in draft.cases}
    parts: list[str] = []
    room = _MOST_FAULTS
    for fault in faults:
        told = redact(fault.message)[:_MOST_FAULT]
        code = redact(codes.get(fault.name, ""))[:_MOST_FAULT]
        part = f"{_block(about['mark'], f'test {fault.name}', code)}{_block(about['mark'], 'what happened', told)}"
        if len(part) > room:
            break
        room -= len(part)
        parts.append(part)
    return _filled("repair", {**about, "preamble": redact(draft.preamble), "faults": "\n".join(parts)})


def strengthen_prompt(task: WritingTask, draft: Draft, gaps: Gaps, redact: Redact) -> str:
    about = _about(task, redact)
    suite = "\n\n".join([draft.preamble, *(case.code for case in draft.cases)])
    unnoticed = "\n".join(
        f"- line {mutant.line}: `{redact(mutant.before)}` changed to `{redact(mutant.after)}`"
        for mutant in gaps.unnoticed[:_MOST_UNNOTICED]
    )
    lines = ", ".join(map(str, gaps.missed[:_MOST_LINES]))
    missed = f"\nNo test runs these lines either: {lines}. A test that reaches one is welcome.\n" if lines else ""
    more = {"suite": redact(suite)[:_MOST_SUITE], "unnoticed": unnoticed, "missed": missed}
    return _filled("strengthen", {**about, **more})


def asked_again(prompt: str, problem: str) -> str:
    return prompt + _filled("again", {"problem": problem})


def prompts_version() -> str:
    """Changes with the wording, so that an answer to older words is not taken for an answer to these."""
    names = ("system", "draft", "repair", "strengthen", "again")
    return hashlib.sha256("\0".join(_template(name) for name in names).encode()).hexdigest()[:12]


def _about(task: WritingTask, redact: Redact) -> dict[str, str]:
    source = redact(task.source.text)[:_MOST_SOURCE]
    mark = f"#### {hashlib.sha256(f'{task.source.path}:{task.source.text}'.encode()).hexdigest()[:24]}"
    symbols = ", ".join(f"{symbol.name} ({symbol.kind}, line {symbol.line})" for symbol in task.analysis.symbols)
    facts = [task.runner.found, *(f"{name}: {value}" for name, value in task.runner.facts if len(value) < 80)]
    return {
        "path": task.source.path,
        "language": task.analysis.language,
        "mark": mark,
        "source": source,
        "related": "".join(_block(mark, path, redact(text)) for path, text in _related(task)),
        "symbols": symbols,
        "framework": task.framework,
        "manner": _manner(task),
        "version": task.runner.version,
        "facts": "; ".join(fact for fact in facts if fact),
        "suite_path": task.suite_path,
        "specifier": unit_specifier(task.source.path, task.suite_path, task.framework, task.view),
        "packages": ", ".join(_packages(task)) or "none",
        "wishes": redact(_wishes(task)),
    }


_MANNERS = {
    "pytest": "Tests are plain functions that use `assert`.",
    "unittest": (
        "Each test is a method with the parameter self of a unittest.TestCase class that its group names, written as if"
        " it stood alone; use self.assertEqual and the like. Import unittest; pytest is not there."
    ),
    "vitest": "Import `describe`, `it`, `expect` and `vi` from 'vitest'.",
    "jest": "`describe`, `it`, `expect` and `jest` are globals.",
    "mocha": "`describe`, `it` and the hooks are globals. Assert with {assertions}. There is neither `vi` nor `jest`.",
    "node:test": "Import `describe`, `it`, the hooks and `mock` from 'node:test'. Assert with {assertions}.",
}
_OF_NODE = ("mocha", "node:test")


def _manner(task: WritingTask) -> str:
    """How a suite of this framework is written; for what Node loads itself, in which module system too."""
    has_chai = task.framework == "mocha" and '"chai"' in (task.view.text("package.json") or "")
    assertions = "`expect` from 'chai'" if has_chai else "`assert` from 'node:assert/strict'"
    manner = _MANNERS.get(task.framework, "").format(assertions=assertions)
    if task.framework not in _OF_NODE:
        return manner
    is_typed = task.suite_path.endswith("ts")
    has_modules = '"module"' in (task.view.text("package.json") or "") or task.suite_path.endswith(".mjs")
    is_module = is_typed or (has_modules and not task.suite_path.endswith(".cjs"))
    return f"{manner} Use {'import' if is_module else 'require, not import'}."


def _wishes(task: WritingTask) -> str:
    """The request's options in words; each of them changes what is asked for."""
    options = task.options
    wishes = [
        "Aim at every line and every branch: a test for each path through the code."
        if options.coverage is CoverageGoal.COMPREHENSIVE
        else "Cover the main behaviour of each symbol: two or three tests for each are enough.",
        "Include edge cases (empty, zero, negative, boundary, unusual input) and error cases."
        if options.include_edge_cases
        else "Stay with ordinary input; leave edge cases out.",
        "Replace what is outside the project (network, clock, file system, processes) by test doubles."
        if options.mock_external
        else "Use the real collaborators instead of test doubles.",
    ]
    if TestType.INTEGRATION in options.test_types:
        unit_too = "also " if TestType.UNIT in options.test_types else ""
        wishes.append(
            f"Write {unit_too}tests with scenario integration, in which the unit works with its real project modules."
        )
    if options.instructions:
        wishes.append(f"The person who asked for the tests adds: {options.instructions}")
    return "\n".join(wishes)


def _related(task: WritingTask) -> list[tuple[str, str]]:
    """Project files the source imports, and a test nearby as a sample of style, as far as there is room."""
    found: list[tuple[str, str]] = []
    room = _MOST_RELATED
    for path in dict.fromkeys(_imported_paths(task)):
        text = task.view.text(path) or ""
        if text.strip() and len(text) <= room:
            found.append((path, text))
            room -= len(text)
    sample = _test_nearby(task.view, task.source.path)
    if sample is not None:
        text = (task.view.text(sample) or "")[:_MOST_SAMPLE]
        found.append((f"{sample} (an existing test, as a sample of style)", text))
    return found


def _imported_paths(task: WritingTask) -> list[str]:
    folder = posixpath.dirname(task.source.path)
    paths: list[str] = []
    for name in task.analysis.imports:
        if task.analysis.language == "python":
            candidates = _python_candidates(name, folder)
        elif name.startswith("."):
            base = posixpath.normpath(posixpath.join(folder, name))
            candidates = [base + ending for ending in _JS_ENDINGS]
            candidates += [base.removesuffix(".js") + ending for ending in (".ts", ".tsx")]
        else:
            continue
        hit = next((path for path in candidates if not path.startswith("..") and task.view.exists(path)), None)
        if hit is not None and hit != task.source.path:
            paths.append(hit)
    return paths


def _python_candidates(name: str, folder: str) -> list[str]:
    bare = name.lstrip(".")
    dots = len(name) - len(bare)
    inner = bare.replace(".", "/")
    above = posixpath.join(folder or ".", *([".."] * (dots - 1)))
    bases = [posixpath.normpath(above)] if dots else [".", "src"]
    stems = [posixpath.normpath(posixpath.join(base, inner)) for base in bases]
    return [f"{stem}{ending}" for stem in stems for ending in (".py", "/__init__.py")]


def _test_nearby(view: ProjectView, source_path: str) -> str | None:
    """The test file that shares the longest beginning of its path with the source."""
    ending = posixpath.splitext(source_path)[1]
    family = {".py": (".py",)}.get(ending, (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"))
    tests = [
        path
        for path in view.paths()
        if path.endswith(family) and path != source_path and _looks_like_a_test(posixpath.basename(path))
    ]
    return max(tests, key=lambda path: (len(posixpath.commonprefix([path, source_path])), path), default=None)


def _looks_like_a_test(name: str) -> bool:
    return name.startswith("test_") or any(mark in name for mark in (".test.", ".spec.", "_test."))


def _packages(task: WritingTask) -> list[str]:
    """Foreign packages the source itself imports: sure to be there, which a longer list would not be."""
    return [name for name in dict.fromkeys(task.analysis.imports) if not name.startswith(".")][:40]


def _block(mark: str, title: str, text: str) -> str:
    return f"\n{mark} BEGIN {title}\n{text}\n{mark} END {title}\n"


def _filled(name: str, values: Mapping[str, str]) -> str:
    return Template(_template(name)).substitute(values)


@cache
def _template(name: str) -> str:
    return files("testwright.writers.model").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
