"""The writer `both`: a model and the explorer, each telling the other what it cannot know by itself.

The explorer looks first, quickly: what it saw, and what it did not reach, is offered to the model as facts. Then it
looks again, with every call the model wrote as an input, the failing ones too. All tests go before the court together,
the model's first: of equals the one that was thought about stays, and the explorer's fill what is left.
"""

import asyncio
import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from testwright.domain.drafts import Asked, Case, Draft, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Gaps, Language, Observed, ProjectView, Writer, WritingTask
from testwright.domain.verdicts import Fault

MODEL = "model"
EXPLORER = "explorer"
_WITHOUT_THE_MODEL = frozenset(
    {"model_blocked", "model_empty", "model_answer_unreadable", "budget_reached", "model_quota"}
)
"""Why a model may write nothing although all is set up right: the explorer's tests are delivered without its own."""
_RUN_SECONDS = 20.0
_MOST_FACTS = 25
_MOST_EACH = 3
_LONGEST_FACT = 300
_ASKED = re.compile(r"(?<!pytest)\.(?!to[A-Z])([a-z_]\w*)\(")
"""A method that is called: in Python the explorer says of its tests only which class they are for."""
_READMES = ("README.md", "Readme.md", "readme.md", "README")


class BothWriters:
    """`quick` and `thorough` are explorers of different patience; `languages` put the tests of all together."""

    name = "both"

    def __init__(self, model: Writer, quick: Writer, thorough: Writer, languages: Mapping[str, Language]) -> None:
        self._model = model
        self._quick = quick
        self._thorough = thorough
        self._languages = languages

    @property
    def model(self) -> str | None:
        return self._model.model

    async def draft(self, task: WritingTask) -> Writing:
        first = await _explored(self._quick, task)
        try:
            modelled = await self._model.draft(replace(task, observed=await self._observed(task, first)))
        except PermanentError as error:
            if error.code not in _WITHOUT_THE_MODEL or first is None:
                raise
            alone = await _explored(self._thorough, task) or first
            return _without_the_model(_signed(alone, EXPLORER), error)
        modelled = _signed(modelled, MODEL)
        shown = _with_calls(task, self._languages[task.analysis.language].render(modelled.draft))
        second = await _explored(self._thorough, replace(task, view=shown)) or first
        return modelled if second is None else self._together(task, modelled, _signed(second, EXPLORER))

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        """An observation that does not hold is no observation; what the model got wrong goes back to it.

        A new preamble of the model's must not cost the explorer's tests what they need: where the two contradict each
        other the repair is let go.
        """
        observed = {case.name for case in draft.cases if case.writer == EXPLORER}
        written = await self._model.repair(task, draft, [fault for fault in faults if fault.name not in observed])
        if written is None or not written.draft.preamble.strip():
            return _signed(written, MODEL) if written is not None else None
        try:
            preamble = self._languages[task.analysis.language].joined(draft.preamble, written.draft.preamble)
        except ValueError:
            return replace(written, draft=Draft(preamble="", cases=()))
        return _signed(replace(written, draft=replace(written.draft, preamble=preamble)), MODEL)

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        """Both are asked: the explorer finds inputs that tell changes apart, the model knows what they are for."""
        shown = _with_calls(task, self._languages[task.analysis.language].render(draft))
        # At the same time: neither has to know what the other finds, and one of them waits for an answer.
        explored, modelled = await asyncio.gather(
            self._thorough.strengthen(replace(task, view=shown), draft, gaps),
            self._model.strengthen(replace(task, away=nullcontext), draft, gaps),
            return_exceptions=True,
        )
        if isinstance(explored, BaseException):
            raise explored
        if isinstance(modelled, PermanentError) and modelled.code in _WITHOUT_THE_MODEL:
            found = explored or Writing(draft=Draft(preamble="", cases=()))
            return _without_the_model(_signed(found, EXPLORER), modelled)
        if isinstance(modelled, BaseException):
            raise modelled
        if explored is None or modelled is None:
            only, name = (modelled, MODEL) if explored is None else (explored, EXPLORER)
            return _signed(only, name) if only is not None else None
        return self._together(task, _signed(modelled, MODEL), _signed(explored, EXPLORER))

    async def _observed(self, task: WritingTask, first: Writing | None) -> Observed | None:
        """Facts in the words of tests, and the lines that a run of these tests does not reach."""
        if first is None or not first.draft.cases:
            return None
        suite = self._languages[task.analysis.language].render(first.draft)
        explored = await task.probe(suite, (), seconds=_RUN_SECONDS)
        missed = explored.coverage.lines_missed if explored.coverage is not None else frozenset()
        return Observed(facts=tuple(_facts(first.draft)), missed=tuple(sorted(missed)))

    def _together(self, task: WritingTask, modelled: Writing, explored: Writing) -> Writing:
        """The model's cases, then the explorer's; of two that cannot stand in one file the model's."""
        taken = {case.name for case in modelled.draft.cases}
        new = tuple(case for case in explored.draft.cases if case.name not in taken)
        suspects = (*modelled.suspects, *explored.suspects)
        language = self._languages[task.analysis.language]
        try:
            preamble = language.joined(modelled.draft.preamble, explored.draft.preamble)
        except ValueError:
            return replace(modelled, suspects=suspects, skipped=explored.skipped)
        draft = Draft(preamble=preamble, cases=(*modelled.draft.cases, *new))
        return replace(modelled, draft=draft, suspects=suspects, skipped=explored.skipped)


async def _explored(explorer: Writer, task: WritingTask) -> Writing | None:
    """What the explorer sees; None where it sees nothing: the model may still."""
    try:
        return await explorer.draft(task)
    except PermanentError:
        return None


def _signed(writing: Writing, writer: str) -> Writing:
    cases = tuple(replace(case, writer=writer) for case in writing.draft.cases)
    return replace(writing, draft=replace(writing.draft, cases=cases))


def _without_the_model(writing: Writing, error: PermanentError) -> Writing:
    return replace(writing, asked=Asked(prompts="", problem=error.message, problem_code=error.code))


def _facts(draft: Draft) -> list[str]:
    """The bodies of a few short tests of each symbol."""
    told: dict[str, int] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for case in draft.cases:
        body = _body(case)
        about = (*case.targets[:1], *_ASKED.findall(body)[-1:])
        if body and len(body) <= _LONGEST_FACT and body not in told:
            counts[about] += 1
            told[body] = counts[about]
    # The first of each, then the second of each: where there is room for few, all are spoken of.
    return [body for body, nth in sorted(told.items(), key=lambda each: each[1]) if nth <= _MOST_EACH][:_MOST_FACTS]


def _body(case: Case) -> str:
    """Without the function or the call of `it` around it; a table as it is."""
    lines = [line for line in case.code.strip("\n").split("\n") if line.strip()]
    if not lines or lines[0].startswith("@pytest.mark.parametrize("):
        return "\n".join(lines)
    if lines[0].startswith("def "):
        return textwrap.dedent("\n".join(lines[1:]))
    return textwrap.dedent("\n".join(lines[1:-1])) if lines[0].startswith(("it(", "test(")) else ""


def _with_calls(task: WritingTask, suite: str) -> ProjectView:
    """The project as if the suite were an example of its own: explorers take their first inputs from such places."""
    if task.source.path.endswith(".py"):
        return _Shown(task.view, "test_drafted_by_the_model.py", suite)
    path = next((path for path in _READMES if task.view.exists(path)), _READMES[0])
    return _Shown(task.view, path, f"```js\n{suite}\n```\n\n{task.view.text(path) or ''}")


class _Shown:
    """A view with one more file, or another text in its place."""

    def __init__(self, view: ProjectView, path: str, text: str) -> None:
        self._view = view
        self._path = path
        self._text = text
        self.root = view.root

    def paths(self) -> Sequence[str]:
        return [self._path, *(path for path in self._view.paths() if path != self._path)]

    def text(self, path: str) -> str | None:
        return self._text if path == self._path else self._view.text(path)

    def exists(self, path: str) -> bool:
        return path == self._path or self._view.exists(path)
