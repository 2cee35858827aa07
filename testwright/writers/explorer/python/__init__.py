"""The explorer for Python: a probe observes inside the sandbox, and what it saw is written down as tests."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from testwright.domain.drafts import Draft, Skipped, Writing
from testwright.domain.edges import order_json
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import Gaps, ProjectView, WritingTask
from testwright.domain.python_modules import is_importable, module_name
from testwright.domain.sessions import TestType
from testwright.writers.explorer.python import records
from testwright.writers.explorer.python.laws import uses_hypothesis
from testwright.writers.explorer.python.luggage import packed
from testwright.writers.explorer.python.records import Record
from testwright.writers.explorer.python.tables import calls_of_rows
from testwright.writers.explorer.python.writing import draft_of, suspects_of

REPORT = "testwright-explored.json"
_MOST_TESTS_EACH = 30
_MOST_TEXT = 60_000
_MOST_TEXTS = 6


class PythonExplorer:
    """Explores a Python file through a probe that runs under the project's own test framework."""

    async def explore(self, task: WritingTask, seconds: float) -> Writing:
        module = module_name(task.source.path, task.view)
        found, skipped = await _explored(task, module, seconds, None)
        # A possible bug is shown as a plain function: a class around it would hide what it is about.
        suspects = suspects_of(found, module, task.analysis) if task.framework == "pytest" else ()
        draft = draft_of(found, module, task.options, task.framework)
        return Writing(draft=draft, suspects=suspects, skipped=skipped)

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps, seconds: float) -> Writing | None:
        """Calls that show a change nobody noticed so far, or reach a line that no test reached."""
        if not gaps.unnoticed and not gaps.missed:
            return None
        module = module_name(task.source.path, task.view)
        found, _ = await _explored(task, module, seconds, gaps, draft)
        if not found:
            return None
        return Writing(draft=draft_of(found, module, task.options, task.framework, beside=draft))


async def _explored(
    task: WritingTask, module: str, seconds: float, gaps: Gaps | None, draft: Draft | None = None
) -> tuple[tuple[Record, ...], tuple[Skipped, ...]]:
    """What the probe saw, and what it left alone. Raises PermanentError when it could not run.

    A draft is where it goes on from.
    """
    name = base_name(task.source.path)
    if not is_importable(module):
        raise PermanentError(
            f"{name} cannot be imported by a test: {module} is no valid module name.",
            code="load_error",
            hint="Rename the file or folder so that every part of its path is a Python identifier.",
            retryable=True,
        )
    # Its seconds are of work: a busy machine takes several times as long. The picks are run again in fresh processes.
    explored = await task.probe(
        packed(_plan(task, module, seconds, gaps, draft), task.framework), (REPORT,), seconds=6 * seconds + 30
    )
    if explored.problem is not None:
        problem = explored.problem
        raise PermanentError(problem.message, code=problem.code, hint=problem.hint, retryable=True)
    report = explored.reports.get(REPORT)
    found = records.read(report)
    if found is None or report is None:
        raise PermanentError(
            f"The run that explores {name} left no report.",
            code="no_report",
            hint="The file may end the process when it is imported or called; guard that code and retry.",
            retryable=True,
        )
    return found, records.skipped(report)


def _plan(task: WritingTask, module: str, seconds: float, gaps: Gaps | None, draft: Draft | None) -> dict[str, Any]:
    codes = [case.code for case in draft.cases] if draft is not None else []
    written = ["\n".join([code, *calls_of_rows(code)]) for code in codes]
    top_level = [symbol.name for symbol in task.analysis.symbols if "." not in symbol.name]
    return {
        "module": module,
        # a runner would take an imported name that looks like a test for one
        "symbols": [name for name in top_level if not name.lower().startswith("test")],
        "texts": [*written, *_texts_with_calls(top_level, task.view)],
        "claims": [asdict(claim) for claim in task.analysis.claims],
        # with the same numbers it would only find again what is written already
        "seed": task.seed + len(written),
        "seconds": seconds,
        "most": _MOST_TESTS_EACH,
        "mock_external": task.options.mock_external,
        "edges": order_json(task.analysis.edges),
        "integration": TestType.INTEGRATION in task.options.test_types,
        "laws": gaps is None and task.framework == "pytest" and uses_hypothesis(task.view),
        "switched": gaps.switched if gaps is not None else "",
        "changes": [[mutant.number, mutant.line] for mutant in gaps.unnoticed] if gaps is not None else [],
        "missed": list(gaps.missed) if gaps is not None else [],
        "report": REPORT,
    }


def _texts_with_calls(symbols: list[str], view: ProjectView) -> Iterator[str]:
    """Readme, docs and existing tests in which the symbols are called: the best examples are other people's."""
    calls = re.compile(r"\b(?:" + "|".join(map(re.escape, symbols)) + r")\(") if symbols else None
    wanted = re.compile(
        r"(?:^|/)(?:README[^/]*|PKG-INFO|METADATA|test_[^/]+\.py|[^/]+_test\.py)\Z"
        r"|(?:^|/)(?:docs|examples)/.+\.(?:md|rst|py)\Z",
        re.I,
    )
    found = 0
    for path in view.paths():
        text = view.text(path) if calls is not None and wanted.search(path) else None
        if text is not None and calls is not None and calls.search(text):
            yield text[:_MOST_TEXT]
            found += 1
            if found >= _MOST_TEXTS:
                return
