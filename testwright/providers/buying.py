"""How answers are bought: each once, never beyond the budget, and stored before anybody reads them.

What was received is not bought again, in any session, after any crash; a crash may cost one more call for each that was
under way. Nothing here tries again: that is the job's alone, so there is one retry layer and not three.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Answer, AnswerCache, LanguageModel, Offer, Purse
from testwright.providers.breaker import Breaker
from testwright.providers.options import ProviderOptions
from testwright.providers.questions import Question
from testwright.providers.recording import Recording
from testwright.providers.refusals import may_have_cost

_SECONDS_BETWEEN_LOOKS = 0.25
_SECONDS_TO_SETTLE = 30.0
_ROOM_TO_COUNT = 1.05
_OTHERWISE = "Choose another model, or the explorer, which asks nobody."


@dataclass
class Shop:
    """What all buying of this process has in common: the stored answers, the doors, who asks what right now."""

    answers: AnswerCache
    recording: Recording | None = None
    day_usd: float | None = None
    now: Callable[[], float] = time.monotonic
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _asking: dict[str, tuple[asyncio.Lock, int]] = field(default_factory=dict)

    def breaker(self, provider: str) -> Breaker:
        return self.breakers.setdefault(provider, Breaker(self.now))

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """One asker of a question at a time: the next one finds the answer, or asks if there was none."""
        lock, askers = self._asking.get(key, (asyncio.Lock(), 0))
        self._asking[key] = lock, askers + 1
        try:
            async with lock:
                yield
        finally:
            _, askers = self._asking[key]
            if askers == 1:
                del self._asking[key]
            else:
                self._asking[key] = lock, askers - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A `LanguageModel` whose answers are paid from one purse, and looked for before they are bought."""

    source: LanguageModel
    options: ProviderOptions
    shop: Shop
    purse: Purse
    seed: int

    @property
    def provider(self) -> str:
        return self.source.provider

    @property
    def model(self) -> str:
        return self.source.model

    async def generate(
        self,
        *,
        system: str,
        prompt: str,
        schema: Mapping[str, Any] | None,
        on_text: Callable[[str], Awaitable[None]] | None = None,
    ) -> Answer:
        """The usage of an answer that was known already is nothing. Raises `budget_reached`, `model_blocked` and
        `model_empty` besides what any provider raises."""
        question = Question(system=system, prompt=prompt, schema=schema, seed=self.seed)
        key = question.key(self.provider, self.model)
        async with self.shop.turn(key):
            answer = await self.shop.answers.get(key)
            if answer is None:
                answer = await self._buy(key, question, on_text)
            else:
                answer = replace(answer, usage=Usage())
            if self.shop.recording is not None:
                await self._record(self.shop.recording, key, answer)
        return self._readable(answer)

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        """With some room for what is counted a little differently once it is asked in earnest."""
        counted = await self.source.count(system=system, prompt=prompt, schema=schema)
        return None if counted is None else math.ceil(counted * _ROOM_TO_COUNT)

    async def _buy(self, key: str, question: Question, on_text: Callable[[str], Awaitable[None]] | None) -> Answer:
        breaker = self.shop.breaker(self.provider)
        await breaker.pass_through(self.model)
        try:
            reservation = await self._reserved(question)
        except BaseException:
            breaker.withdraw()
            raise
        try:
            answer = await self.source.generate(
                system=question.system, prompt=question.prompt, schema=question.schema, on_text=on_text
            )
        except BaseException as error:
            breaker.note(error)
            await self.purse.settle(reservation, None if may_have_cost(error) else Usage())
            raise
        breaker.note(None)
        await self.shop.answers.put(key, answer)  # before anything else: it was paid for
        await self.purse.settle(reservation, answer.usage)
        return answer

    async def _record(self, recording: Recording, key: str, answer: Answer) -> None:
        try:
            await asyncio.to_thread(recording.keep, key, f"{self.provider}:{self.model}", answer)
        except OSError as error:
            raise PermanentError(
                f"The recording could not be written: {error.strerror}.",
                code="recording_failed",
                hint="Check the folder given with --record or TESTWRIGHT_RECORD.",
                retryable=True,
            ) from error

    async def _reserved(self, question: Question) -> str:
        """By the most that the question can have; only where that is too much is the provider asked to count it."""
        try:
            return await self._set_aside(self._offer(question.most_tokens))
        except PermanentError as error:
            if error.code != "budget_reached":
                raise
            counted = await self.count(system=question.system, prompt=question.prompt, schema=question.schema)
            if counted is None or counted >= question.most_tokens:
                raise
            return await self._set_aside(self._offer(counted))

    async def _set_aside(self, offer: Offer) -> str:
        # Looked at again and again, because what holds the money may be another process.
        while (reservation := await self.purse.reserve(offer)) is None:  # noqa: ASYNC110
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        return reservation

    def _offer(self, tokens: int) -> Offer:
        price, output = self.options.price, self.options.most_output_tokens
        return Offer(
            provider=self.provider,
            model=self.model,
            tokens=tokens + output,
            usd=None if price is None else price.of(tokens, output),
            seconds=self.options.limit_seconds + _SECONDS_TO_SETTLE,
            day_usd=self.shop.day_usd,
        )

    def _readable(self, answer: Answer) -> Answer:
        why = f" ({answer.reason})" if answer.reason else ""
        if answer.finish == "blocked":
            raise PermanentError(
                f"{self.model} declined to answer{why}.", code="model_blocked", hint=_OTHERWISE, retryable=True
            )
        if answer.finish == "empty":
            raise PermanentError(
                f"{self.model} gave an empty answer{why}.", code="model_empty", hint=_OTHERWISE, retryable=True
            )
        return answer
