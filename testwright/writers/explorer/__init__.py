"""The explorer: a writer without a model. It runs the code on chosen inputs and writes down what it observed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from testwright.domain.drafts import Draft, Skipped, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.verdicts import Fault
from testwright.writers.explorer.socket import LanguageExplorer

__all__ = ["Explorer", "LanguageExplorer"]


_HELP = {
    "python": "Add type hints or an example to the docstring",
    "javascript": "Describe the parameters in JSDoc (`@param {string} name`) or show a call in the README",
    "typescript": "Narrow the parameters' types (`any` and `unknown` say nothing), or show a call in the README",
    "": "Say in the code what the parameters are",
}


class Explorer:
    """The Writer `explorer`, for the languages it is given by name."""

    name = "explorer"
    model: str | None = None

    def __init__(self, by_language: Mapping[str, LanguageExplorer], seconds: float = 10.0) -> None:
        self._by_language = by_language
        self._seconds = seconds

    async def draft(self, task: WritingTask) -> Writing:
        explorer = self._by_language.get(task.analysis.language)
        if explorer is None:
            raise PermanentError(
                f"The explorer cannot read {task.analysis.language}.",
                code="unsupported_language",
                hint="Use a model to write tests for this file.",
            )
        writing = await explorer.explore(task, self._seconds)
        if not writing.draft.cases and not writing.suspects:
            raise PermanentError(
                _nothing_seen(base_name(task.source.path), writing.skipped),
                code="nothing_to_test",
                hint=f"{_HELP.get(task.analysis.language, _HELP[''])}, or use a model to write tests for this file.",
                retryable=True,
            )
        return _observed(writing)

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        """An observation that does not hold is no observation: there is nothing to repair."""
        return None

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        """Searches on for inputs on which the changes show that nobody noticed."""
        explorer = self._by_language.get(task.analysis.language)
        writing = await explorer.strengthen(task, draft, gaps, self._seconds) if explorer is not None else None
        return _observed(writing) if writing is not None else None


def _nothing_seen(name: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"Nothing in {name} could be observed: no call gave a result that can be written down."
    told = "; ".join(f"{each.symbol}: {each.because}" if each.symbol else each.because for each in skipped[:3])
    return f"Nothing in {name} could be observed. Skipped: {told}"


def _observed(writing: Writing) -> Writing:
    """Each test says of itself that it holds what the code does, which need not be what it should do."""
    cases = tuple(replace(case, oracle="observed") for case in writing.draft.cases)
    return replace(writing, draft=replace(writing.draft, cases=cases))
