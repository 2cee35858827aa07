"""Builds what is asked. The wording lies in `prompts/`; this file fills it in.

The marks around foreign text come from a hash of all foreign text in the question: nobody can write a file that
contains them, and the same question asked twice is the same bytes, so that its answer is found again.
"""

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from testwright.domain.commands import command_named
from testwright.domain.drafts import Asked, Case, Draft
from testwright.domain.edges import Edge
from testwright.domain.line_ranges import line_ranges
from testwright.domain.paths import base_name
from testwright.domain.ports import Gaps, Language, WritingTask
from testwright.domain.redaction import Redactor, cut_short
from testwright.domain.sessions import CoverageGoal, TestType
from testwright.domain.specifiers import unit_specifier
from testwright.domain.verdicts import Fault
from testwright.writers import places
from testwright.writers.model import units
from testwright.writers.model.context import ROOM, Context, Item, gather

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "plan": {"type": "array", "items": {"type": "string"}},
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
    "required": ["plan", "preamble", "tests"],
}
TEMPLATES = ("system", "draft", "repair", "strengthen", "again", "continue", "observed")
_MOST_SOURCE = 400_000
_MOST_FAULT = 4_000
_MOST_FAULTS = 32_000
_MOST_SUITE = 8_000
_MOST_UNNOTICED = 40
_MOST_LINES = 80
_MOST_UNMET = 30
_MOST_FACTS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A prompt that is ready to leave, and what its reader has to know of it."""

    prompt: str
    asked: Asked


def system_prompt() -> str:
    return _template("system")


def prompts_version() -> str:
    """Changes with the wording, so that an answer to older words is not taken for an answer to these."""
    return hashlib.sha256("\0".join(map(_template, TEMPLATES)).encode()).hexdigest()[:12]


class Prompter:
    """Asks about one file. `known` are secrets that must never leave, whatever holds them.

    `room` is how many tokens of context may stand beside the unit.
    """

    def __init__(self, task: WritingTask, language: Language, known: Sequence[str] = (), room: int = ROOM) -> None:
        self._task = task
        self._language = language
        self._known = known
        self._room = room

    def draft(self, focus: frozenset[str]) -> Question:
        """About some symbols of the file; an empty focus means all."""
        task = self._task
        observed = task.observed
        missed = observed.missed if observed is not None and not task.missed else ()
        shown, context = self._about(focus, task.missed or missed)
        items = [Item(title=task.source.path, text=shown), *context.items]
        facts = cut_short("\n".join(observed.facts), _MOST_FACTS) if observed is not None else ""
        if facts:
            items.append(Item(title="what was observed", text=_template("observed") + facts))
        more = {
            "symbols": units.listed(task.analysis, focus),
            "missed": _missed_in_words(task.missed, missed),
            "aliases": _aliases_in_words(task),
        }
        return self._question("draft", items, context, more)

    def repair(self, draft: Draft, faults: Sequence[Fault]) -> Question:
        cases = {case.name: case for case in draft.cases}
        told = _as_far_as_there_is_room(faults, cases)
        faulty = [cases[fault.name] for fault in told if fault.name in cases]
        focus = _focus_of(self._task, faulty)
        said = "\n".join([*(case.code for case in faulty), *(fault.message for fault in told)])
        shown, context = self._about(focus, (), said=said)
        items = [
            Item(title=self._task.source.path, text=shown),
            *context.items,
            Item(title="preamble", text=_with_settings(draft.preamble, faulty)),
            Item(title="tests that did not hold", text="\n\n".join(_with_its_fault(fault, cases) for fault in told)),
        ]
        return self._question("repair", items, context, {"wishes": _wishes_for_more(self._task)})

    def strengthen(self, draft: Draft, gaps: Gaps) -> Question:
        analysis = self._task.analysis
        unnoticed = gaps.unnoticed[:_MOST_UNNOTICED]
        missed = gaps.missed[:_MOST_LINES]
        unmet = gaps.unmet[:_MOST_UNMET]
        concerned = [*(mutant.line for mutant in unnoticed), *missed]
        focus = units.symbols_with(self._task.source.text, analysis, concerned, unmet)
        shown, context = self._about(focus, missed, said="")
        suite = _suite_in_part(draft.preamble, [case for case in draft.cases if _concerns(case, focus)])
        changes = "".join(
            f"- line {mutant.line}: `{mutant.before}` changed to `{mutant.after}`\n" for mutant in unnoticed
        )
        cases = "".join(f"- {edge.symbol}: {edge.name}{_place_of(edge)}\n" for edge in unmet)
        items = [
            Item(title=self._task.source.path, text=shown),
            *context.items,
            Item(title="suite", text=suite),
            *([Item(title="changes", text=changes)] if changes else []),
            *([Item(title="boundary cases", text=cases)] if cases else []),
        ]
        more = {
            "unnoticed": "\nThe unit was changed in small ways, one at a time, and no test noticed these changes.\n"
            if changes
            else "",
            "missed": f"\nNo test runs these lines: {_ranges(missed)}.\n" if missed else "",
            "wishes": _wishes_for_more(self._task),
            "unmet": "\nNo test calls the unit at these boundary cases.\n" if cases else "",
        }
        return self._question("strengthen", items, context, more)

    def _about(self, focus: frozenset[str], numbered: Sequence[int], *, said: str | None = None) -> tuple[str, Context]:
        """`said` is what tests that are there already say of the unit; None for new ones, which may need all of it."""
        task = self._task
        text, analysis, for_new = task.source.text, task.analysis, said is None
        shown = (
            units.excerpt(text, analysis, focus, frozenset(numbered))
            if said is None
            else units.close_excerpt(text, analysis, focus, frozenset(numbered), said)
        )[:_MOST_SOURCE]
        return shown, gather(task, self._language, focus, shown, for_new=for_new, room=self._room)

    def _question(self, name: str, items: Sequence[Item], context: Context, more: Mapping[str, str]) -> Question:
        task = self._task
        redact = Redactor(self._known)
        blocks = [(item.title, redact(item.text).rstrip("\n")) for item in items]
        values = {
            "path": task.source.path,
            "language": task.analysis.language,
            "material": _material(blocks),
            "framework": task.framework if command_named(task.framework) is None else "the project's test tool",
            "manner": _manner(task),
            "version": task.runner.version,
            "platform": _platform(task),
            "suite_path": task.suite_path,
            "specifier": unit_specifier(task.source.path, task.suite_path, task.framework, task.view),
            "packages": ", ".join(_packages(task)) or "nothing else",
            "wishes": redact(_wishes(task)),
            **{name: redact(text) for name, text in more.items()},
        }
        asked = Asked(
            prompts=prompts_version(), left_out=context.left_out, redacted=tuple(sorted(redact.found.items()))
        )
        return Question(prompt=Template(_template(name)).substitute(values), asked=asked)


def asked_again(prompt: str, problem: str) -> str:
    return prompt + Template(_template("again")).substitute(problem=problem)


def asked_for_the_rest(prompt: str, names: Sequence[str]) -> str:
    return prompt + Template(_template("continue")).substitute(names=", ".join(names))


def _material(blocks: Sequence[tuple[str, str]]) -> str:
    foreign = "\0".join(f"{title}\0{text}" for title, text in blocks)
    digest = hashlib.sha256(foreign.encode("utf-8", "surrogatepass")).digest()
    # Letters cost fewer tokens than hexadecimal digits, and the mark stands at both ends of each block.
    mark = "#### " + "".join(chr(ord("a") + byte % 26) for byte in digest[:12])
    return "".join(f"\n{mark} {_one_line(title)}\n{text}\n{mark}\n" for title, text in blocks)


def _one_line(title: str) -> str:
    return " ".join(title.split())[:200]


def _as_far_as_there_is_room(faults: Sequence[Fault], cases: Mapping[str, Case]) -> list[Fault]:
    room = _MOST_FAULTS
    told: list[Fault] = []
    for fault in faults:
        code = cases[fault.name].code if fault.name in cases else ""
        room -= min(len(code), _MOST_FAULT) + min(len(fault.message), _MOST_FAULT)
        if room < 0:
            break
        told.append(fault)
    return told


def _with_its_fault(fault: Fault, cases: Mapping[str, Case]) -> str:
    """The code says which test it is, except where its name stands there in other letters."""
    code = cut_short(cases[fault.name].code, _MOST_FAULT).strip("\n") if fault.name in cases else ""
    name = "" if fault.name in code else f"{fault.name}:\n"
    return f"{name}{code}\nWhat happened: {cut_short(fault.message, _MOST_FAULT).strip()}"


def _focus_of(task: WritingTask, cases: Sequence[Case]) -> frozenset[str]:
    """What these tests are for; the whole file when one of them does not say."""
    if not all(case.targets for case in cases):
        return frozenset()
    return units.symbols_named(task.analysis, [target for case in cases for target in case.targets])


def _concerns(case: Case, focus: frozenset[str]) -> bool:
    if not focus or not case.targets:
        return True
    parts = {part for name in focus for part in (name, name.split(".")[0], name.rpartition(".")[2])}
    return any(target in parts or target.rpartition(".")[2] in parts for target in case.targets)


def _with_settings(preamble: str, cases: Sequence[Case]) -> str:
    """What the tests share, and what they have from their groups."""
    return "\n\n".join([preamble, *dict.fromkeys(case.setting for case in cases if case.setting)])


def _suite_in_part(preamble: str, cases: Sequence[Case]) -> str:
    """Whole tests as far as there is room, those of the model first: what the explorer wrote down is much alike."""
    head = _with_settings(preamble, cases)
    room = _MOST_SUITE - len(head)
    told: list[str] = []
    for case in sorted(cases, key=lambda case: case.oracle == "observed"):
        room -= len(case.code) + 2
        if room < 0:
            break
        told.append(case.code)
    left_out = len(cases) - len(told)
    return "\n\n".join([head, *told, *([f"… {left_out} more tests"] if left_out else [])])


def _place_of(edge: Edge) -> str:
    return f" (line {edge.line})" if edge.line else ""


def _missed_in_words(by_own_tests: Sequence[int], by_observed: Sequence[int]) -> str:
    if by_own_tests:
        return "The project tests a part of it already: aim at the lines that end in their number, which no test runs."
    if by_observed:
        return "The observed calls do not reach the lines that end in their number: reach these as well."
    return ""


def _ranges(lines: Sequence[int]) -> str:
    """Line numbers as people write them: 3-5, 9."""
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in line_ranges(lines))


def _aliases_in_words(task: WritingTask) -> str:
    if task.analysis.language == "python":
        return ""
    aliases = list(places.aliases(task.source.path, task.view).items())
    found = ", ".join(f"{pattern} for {target}" for pattern, target in aliases[:8])
    return f" The project abbreviates its own paths in imports: {found}." if found else ""


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
_BY_COMMAND = {
    "rust": (
        "The suite is an integration test of the crate: the preamble is its `use` lines, each test a function with"
        " `#[test]` above it that asserts with assert_eq! and the like."
    ),
    "java": (
        "Tests are methods of JUnit with `@Test` above them. The preamble is the package line, the imports and the line"
        " `class {suite} {{` with what all tests share; the class is closed behind the tests, not in the preamble."
    ),
    "go": "The preamble is the package line and the imports, each test a `func TestName(t *testing.T)`.",
    "ruby": (
        "Tests are methods test_… of minitest. The preamble is the require lines and the line"
        " `class {suite} < Minitest::Test` with what all tests share; the class is closed behind the tests."
    ),
}
"""How a suite is written in the languages for which a project names its own command."""
_LOADED_EITHER_WAY = ("jest", "mocha", "node:test")
_FOR_REACT = ("@testing-library/react", "@testing-library/user-event", "@testing-library/jest-dom")


def _manner(task: WritingTask) -> str:
    """How a suite of this framework is written; where it may be either, in which module system too."""
    has_chai = task.framework == "mocha" and '"chai"' in (task.view.text("package.json") or "")
    assertions = "`expect` from 'chai'" if has_chai else "`assert` from 'node:assert/strict'"
    manner = _MANNERS.get(task.framework, "").format(assertions=assertions)
    if (language := command_named(task.framework)) is not None:
        suite = base_name(task.suite_path).partition(".")[0]
        return _BY_COMMAND.get(language, "").format(suite="".join(map(_capital, suite.split("_"))))
    if task.runner.fact("pytest_asyncio") and "async def" in task.source.text:
        manner += " One that awaits is marked with `@pytest.mark.asyncio`."
    if task.framework not in _LOADED_EITHER_WAY:
        return manner
    return f"{manner} Use {'import' if _is_module(task) else 'require, not import'}."


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _is_module(task: WritingTask) -> bool:
    if task.suite_path.endswith(("ts", "tsx", ".mjs")):
        return True
    is_package = '"module"' in (task.view.text("package.json") or "") and not task.suite_path.endswith(".cjs")
    return is_package or re.search(r"^(?:import|export)\b", task.source.text, re.MULTILINE) is not None


_REPLACED = "Replace what is outside the project (network, clock, file system, processes) by test doubles."
_SERVER_OF_NODE = "an http.createServer of node:http on 127.0.0.1, port 0,"
_SERVERS = {"python": "a server of http.server on 127.0.0.1, port 0, in a thread,"}


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
    ]
    if TestType.INTEGRATION in options.test_types:
        unit_too = "also " if TestType.UNIT in options.test_types else ""
        server = _SERVERS.get(task.analysis.language, _SERVER_OF_NODE)
        wishes.append(
            f"Write {unit_too}tests with scenario integration, in which the unit works with its real project modules,"
            f" and with what a test can bring itself: {server} that it points the unit to and closes again (that is"
            " no network), real files in a temporary folder, a SQLite database where the unit takes one."
        )
    return "\n".join([*wishes, _wishes_for_more(task)])


def _wishes_for_more(task: WritingTask) -> str:
    """What holds as well where it is settled already what the tests are for."""
    wishes = [_REPLACED if task.options.mock_external else "Use the real collaborators instead of test doubles."]
    if task.options.mock_external and TestType.INTEGRATION in task.options.test_types:
        wishes = [f"But for what integration tests bring themselves: {_REPLACED[0].lower()}{_REPLACED[1:]}"]
    if task.options.instructions:
        wishes.append(f"The person who asked for the tests adds: {task.options.instructions}")
    return "\n".join(wishes)


def _platform(task: WritingTask) -> str:
    """What a writer has to know of where tests run, and no more: the same question on another machine is the same."""
    version = task.runner.fact("python_version")
    return f" on Python {'.'.join(version.split('.')[:2])}" if version and task.framework != "unittest" else ""


def _packages(task: WritingTask) -> list[str]:
    """Foreign packages the source itself imports, and what renders React: sure to be there, as a longer list is not."""
    is_python = task.analysis.language == "python"
    imported = [
        name
        for name in dict.fromkeys(task.analysis.imports)
        if not name.startswith((".", "node:")) and not (is_python and name.split(".")[0] in sys.stdlib_module_names)
    ]
    is_react = "react" in imported or task.source.path.endswith((".tsx", ".jsx"))
    helpers = [name for name in _FOR_REACT if task.runner.fact(name)] if is_react else []
    return [*imported[:40], *helpers]


@cache
def _template(name: str) -> str:
    return files("testwright.writers.model").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
