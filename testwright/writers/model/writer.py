"""Drafts and repairs by asking a language model."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import ENDS_THE_FILE, PermanentError
from testwright.domain.ports import Answer, Gaps, Language, LanguageModel, WritingTask
from testwright.domain.verdicts import Fault
from testwright.writers.model import prompting, units
from testwright.writers.model.prompting import Prompter, Question
from testwright.writers.model.reading import Unreadable, read_answer

_AT_ONCE = 4
"""Segments of one file that are asked about at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What became of one question: a draft, or why there is none."""

    draft: Draft | None
    problem: str = ""


class ModelWriter:
    """`languages` read the answers; `secrets` are values that must never leave, whatever holds them."""

    name = "model"

    def __init__(
        self,
        language_model: LanguageModel,
        languages: Mapping[str, Language],
        secrets: Sequence[str] = (),
    ) -> None:
        self._language_model = language_model
        self._languages = languages
        self._secrets = tuple(secrets)

    @property
    def model(self) -> str | None:
        return self._language_model.model

    async def draft(self, task: WritingTask) -> Writing:
        """One question for each segment of the file. What one of them brings is kept when another brings nothing."""
        prompter = self._prompter(task)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def ask_about(focus: frozenset[str]) -> tuple[Question, _Heard]:
            async with turns:
                question = await asyncio.to_thread(prompter.draft, focus)
                return question, await self._hear(task, question)

        async with task.away():
            # All are waited for, whatever becomes of one: an answer on its way is paid for already.
            ended = await asyncio.gather(*map(ask_about, units.segments(task.analysis)), return_exceptions=True)
        heard = [each for each in ended if not isinstance(each, BaseException)]
        failures = [each for each in ended if isinstance(each, BaseException)]
        grave = [each for each in failures if not isinstance(each, PermanentError) or each.code in ENDS_THE_FILE]
        if grave or (failures and not heard):
            raise [*grave, *failures][0]
        drafts = [found.draft for _, found in heard if found.draft is not None]
        problems = [*map(str, failures), *(found.problem for _, found in heard if found.problem)]
        if not drafts:
            raise PermanentError(
                f"The answer of {self.model} could not be read: {problems[0]}.",
                code="model_answer_unreadable",
                hint="Retry, or choose another model.",
                retryable=True,
            )
        asked = reduce(or_, (question.asked for question, _ in heard))
        draft, unfit = self._united(task, drafts)
        problems += [unfit] if unfit else []
        return Writing(
            draft=draft,
            asked=replace(
                asked,
                problem=problems[0] if problems else "",
                problem_code=next((each.code for each in failures if isinstance(each, PermanentError)), ""),
            ),
        )

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        if not faults:
            return None
        return await self._asked_further(task, await asyncio.to_thread(self._prompter(task).repair, draft, faults))

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        if not gaps.unnoticed and not gaps.missed and not gaps.unmet:
            return None
        return await self._asked_further(task, await asyncio.to_thread(self._prompter(task).strengthen, draft, gaps))

    def _prompter(self, task: WritingTask) -> Prompter:
        return Prompter(task, self._languages[task.analysis.language], self._secrets)

    async def _hear(self, task: WritingTask, question: Question) -> _Heard:
        """Ask; ask for the rest of an answer that was cut off, and once more for one that cannot be read.

        Only where the request allows a repair at all.
        """
        answer = await self._ask(task, question.prompt)
        cut_off = answer.finish == "length"
        may_ask = task.options.max_repairs > 0
        try:
            draft = await self._read(task, answer)
        except Unreadable as error:
            problem = "it was cut off" if cut_off else str(error)
            if not may_ask:
                return _Heard(draft=None, problem=problem)
            answer = await self._ask(task, prompting.asked_again(question.prompt, problem))
            return await self._second(task, answer, None)
        if not cut_off or not may_ask:
            return _Heard(draft=draft)
        names = [case.name for case in draft.cases]
        answer = await self._ask(task, prompting.asked_for_the_rest(question.prompt, names))
        return await self._second(task, answer, draft)

    async def _second(self, task: WritingTask, answer: Answer, first: Draft | None) -> _Heard:
        try:
            draft = await self._read(task, answer)
        except Unreadable as error:
            return _Heard(draft=first, problem="" if first else str(error))
        united, problem = self._united(task, [first, draft]) if first else (draft, "")
        return _Heard(draft=united, problem=problem)

    async def _asked_further(self, task: WritingTask, question: Question) -> Writing:
        """An answer that cannot be read changes nothing."""
        async with task.away():
            answer = await self._ask(task, question.prompt)
        try:
            further = await self._read(task, answer)
        except Unreadable:
            further = Draft(preamble="", cases=())
        return Writing(draft=further, asked=question.asked)

    async def _ask(self, task: WritingTask, prompt: str) -> Answer:
        system = prompting.system_prompt()
        with task.live() as on_text:
            return await self._language_model.generate(
                system=system, prompt=prompt, schema=prompting.SCHEMA, on_text=on_text
            )

    async def _read(self, task: WritingTask, answer: Answer) -> Draft:
        return await asyncio.to_thread(read_answer, answer.text, self._languages[task.analysis.language].split)

    def _united(self, task: WritingTask, drafts: Sequence[Draft]) -> tuple[Draft, str]:
        """Several drafts of one file as one, and what of them could not be taken in, in words."""
        language = self._languages[task.analysis.language]
        united, problem = drafts[0], ""
        for draft in drafts[1:]:
            taken = {case.name for case in united.cases}
            new = [case for case in draft.cases if case.name not in taken]
            try:
                preamble = language.joined(united.preamble, draft.preamble)
            except ValueError as error:
                problem = f"{len(new)} tests could not be put with the others: {error}"
                continue
            united = Draft(preamble=preamble, cases=(*united.cases, *new))
        return united, problem
