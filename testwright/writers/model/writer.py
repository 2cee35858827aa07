"""Drafts and repairs by asking a language model, once for each question ever asked."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial

from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Answer, AnswerCache, Gaps, LanguageModel, WritingTask
from testwright.domain.redaction import redacted
from testwright.domain.verdicts import Fault
from testwright.writers.model import prompting
from testwright.writers.model.reading import Unreadable, read_answer


class ModelWriter:
    """`split` takes a suite of a language apart; `secrets` are values that must never leave, whatever holds them."""

    name = "model"

    def __init__(
        self,
        language_model: LanguageModel,
        answers: AnswerCache,
        split: Callable[[str, str], Draft],
        secrets: Sequence[str] = (),
    ) -> None:
        self._language_model = language_model
        self._answers = answers
        self._split = split
        self._redact = partial(redacted, known=tuple(secrets))

    @property
    def model(self) -> str | None:
        return self._language_model.model

    async def draft(self, task: WritingTask) -> Writing:
        """Asks once more, for less, when the answer cannot be read and the request allows a repair at all."""
        prompt = prompting.draft_prompt(task, self._redact)
        answer = await self._ask(task, prompt)
        usage = answer.usage
        try:
            return Writing(draft=await self._read(task, answer), usage=usage)
        except Unreadable as error:
            problem = "it was cut off" if answer.finish == "length" else str(error)
        if task.options.max_repairs > 0:
            answer = await self._ask(task, prompting.asked_again(prompt, problem))
            usage += answer.usage
            try:
                return Writing(draft=await self._read(task, answer), usage=usage)
            except Unreadable as error:
                problem = str(error)
        raise PermanentError(
            f"The answer of {self.model} could not be read: {problem}.",
            code="model_answer_unreadable",
            hint="Retry, or choose another model.",
            retryable=True,
        )

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        if not faults:
            return None
        return await self._asked_further(task, prompting.repair_prompt(task, draft, faults, self._redact))

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        if not gaps.unnoticed:
            return None
        return await self._asked_further(task, prompting.strengthen_prompt(task, draft, gaps, self._redact))

    async def _asked_further(self, task: WritingTask, prompt: str) -> Writing:
        """An answer that cannot be read changes nothing, but what it cost is told."""
        answer = await self._ask(task, prompt)
        try:
            further = await self._read(task, answer)
        except Unreadable:
            further = Draft(preamble="", cases=())
        return Writing(draft=further, usage=answer.usage)

    async def _ask(self, task: WritingTask, prompt: str) -> Answer:
        system = prompting.system_prompt()
        key = self._key(task.seed, system, prompt)
        answer = await self._answers.get(key)
        if answer is None:
            answer = await self._language_model.generate(system=system, prompt=prompt, schema=prompting.SCHEMA)
            await self._answers.put(key, answer)  # before anything else: it was paid for
        if answer.finish == "blocked":
            raise PermanentError(
                f"{self.model} declined to answer for {task.source.path}.",
                code="model_blocked",
                hint="Choose another model, or the explorer, which asks nobody.",
                retryable=True,
            )
        return answer

    def _key(self, seed: int, system: str, prompt: str) -> str:
        asked = [
            self._language_model.provider,
            self._language_model.model,
            prompting.prompts_version(),
            json.dumps(prompting.SCHEMA, sort_keys=True),
            str(seed),
            system,
            prompt,
        ]
        return hashlib.sha256("\0".join(asked).encode("utf-8", "surrogatepass")).hexdigest()

    async def _read(self, task: WritingTask, answer: Answer) -> Draft:
        split = partial(self._split, task.analysis.language)
        return await asyncio.to_thread(read_answer, answer.text, split)
