"""Whether the source loads at all: a suite that only imports it tells a bad source from a bad test."""

from dataclasses import dataclass, replace
from datetime import timedelta

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.specifiers import unit_specifier
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.pipeline.bench import FIRST_LOAD, Bench
from testwright.pipeline.findings import first_line

_NAME = "test_it_loads"
_PATIENT = replace(FIRST_LOAD, wall=timedelta(seconds=120))
"""What loops is ended by its processor's time; a machine that is busy with other things is no fault of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The least suite of a framework: `opening` brings what `test` needs, `load` imports the module {unit}.

    `alone` is the test where nothing is imported, if that differs.
    """

    opening: str
    load: str
    test: str
    alone: str = ""


_PYTHON_LOAD = "import importlib\n\nimportlib.import_module({unit!r})"
_GLOBAL_IT = f"it({_NAME!r}, () => {{}});"
_LOADING = "const loading = import({unit!r});"  # the same in both of Node's module systems
_WORDS = {
    "pytest": _Words(opening="", load=_PYTHON_LOAD, test=f"def {_NAME}():\n    pass"),
    "unittest": _Words(
        opening="import unittest",
        load=_PYTHON_LOAD,
        test=f"class TestItLoads(unittest.TestCase):\n    def {_NAME}(self):\n        pass",
    ),
    "vitest": _Words(
        opening="import { it as checkIt } from 'vitest';",
        load="import {unit!r};",
        test=f"checkIt({_NAME!r}, () => {{}});",
    ),
    "jest": _Words(opening="", load="import {unit!r};", test=_GLOBAL_IT),
    "mocha": _Words(opening="", load=_LOADING, test=f"it({_NAME!r}, () => loading);", alone=_GLOBAL_IT),
    "node:test": _Words(
        opening="",
        load=_LOADING,
        test=f"import('node:test').then(({{ it }}) => it({_NAME!r}, () => loading));",
        alone=f"import('node:test').then(({{ it }}) => it({_NAME!r}, () => {{}}));",
    ),
}
_ADVICE = {
    "missing_package": "Install the project's dependencies and retry, or retry with --install (the option `install`).",
    "timeout": "Move what runs for long out of the top level of the file, into a function.",
    "load_error": "Make the file importable on its own: its top level must not throw.",
    "memory_limit": "Loading the file must not take that much memory.",
    "launch_failed": "Run `testwright doctor` and follow its advice, then retry.",
}
_WORTH_A_RETRY = frozenset({"missing_package", "launch_failed"})


async def problem_of_source(bench: Bench) -> NotRun | None:
    """Why the source itself does not load; None when it does, or when this framework has no words for the question."""
    words = _WORDS.get(bench.ready.runner.framework)
    if words is None:
        return None
    source = bench.job.assignment.source
    unit = unit_specifier(source.path, bench.new_path, bench.ready.runner.framework, bench.workspace)
    bench.place_text("\n".join([words.opening, words.load.format(unit=unit), "", words.test, ""]).lstrip())
    problem = _problem_in(await bench.run_placed(coverage=False, only_loads=True, limits=_PATIENT))
    if problem is not None and problem.code == "timeout":
        most = f"{_PATIENT.cpu.total_seconds():g} s of work or {_PATIENT.wall.total_seconds():g} s of waiting"
        return replace(problem, message=f"{base_name(source.path)} did not load within {most}: does it loop?")
    return problem


async def preamble_is_to_blame(bench: Bench, draft: Draft) -> bool:
    """Whether what all tests share keeps them from loading: run it with a test that cannot fail."""
    words = _WORDS.get(bench.ready.runner.framework)
    if words is None:
        return False
    text = bench.job.language.render(
        Draft(
            preamble=f"{words.opening}\n{draft.preamble}".lstrip(),
            cases=(Case(name=_NAME, code=words.alone or words.test),),
        )
    )
    bench.place_text(text)
    return _problem_in(await bench.run_placed(coverage=False, only_loads=True, limits=_PATIENT)) is not None


def source_error(file_name: str, problem: NotRun) -> PermanentError:
    """The same problem as the error the file fails with."""
    code = "source_does_not_load" if problem.code == "load_error" else problem.code
    said = first_line(problem.message, 400)
    return PermanentError(
        said if file_name in said else f"{file_name} could not be loaded: {said}",
        code=code,
        hint=problem.hint or _ADVICE.get(problem.code, "Run the file by itself to see why it does not load."),
        retryable=problem.code in _WORTH_A_RETRY,
    )


def _problem_in(answer: RunReport | NotRun) -> NotRun | None:
    if isinstance(answer, NotRun):
        return answer
    failed = [outcome for outcome in answer.outcomes if outcome.outcome is not Outcome.PASSED]
    if failed:  # some runners report a module that does not load as a test that failed
        return NotRun(code="load_error", message=failed[0].message)
    return None
