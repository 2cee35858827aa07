"""A language model that says what it is told to, in memory; for tests of what is asked and what is made of answers."""

import asyncio
from collections.abc import Callable

from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Answer, Explored, Offer


class ScriptedModel:
    """Gives its answers in turn, the last one again and again; or what a function makes of the prompt.

    With a `meeting`, it answers once so many questions have come together.
    """

    provider = "fake"
    model = "fake-1"

    def __init__(
        self,
        *answers: Answer | Exception,
        by_prompt: Callable[[str], Answer] | None = None,
        meeting: asyncio.Barrier | None = None,
    ) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self._meeting = meeting
        self._by_prompt = by_prompt

    async def generate(self, *, system, prompt, schema, on_text=None) -> Answer:
        self.asked.append((system, prompt))
        number = len(self.asked)
        if self._meeting is not None:
            async with asyncio.timeout(20):
                await self._meeting.wait()
        answer = self._by_prompt(prompt) if self._by_prompt else self.answers[min(number, len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        for word in answer.text.splitlines(keepends=True) if on_text is not None else ():
            await on_text(word)
        return answer

    async def count(self, *, system, prompt, schema) -> int | None:
        return None

    @property
    def prompts(self) -> list[str]:
        return [prompt for _, prompt in self.asked]


class MemoryAnswers:
    def __init__(self) -> None:
        self.kept: dict[str, Answer] = {}

    async def get(self, key: str) -> Answer | None:
        return self.kept.get(key)

    async def put(self, key: str, answer: Answer) -> None:
        self.kept[key] = answer


class OpenPurse:
    """Has money for every call, or for those of up to so many tokens, and remembers."""

    def __init__(self, *, refusals=0, most_tokens=None):
        self.offers: list[Offer] = []
        self.settled = []
        self.refusals = refusals
        self.most_tokens = most_tokens

    async def reserve(self, offer):
        if self.most_tokens is not None and offer.tokens > self.most_tokens:
            raise PermanentError("The budget of the session is used up.", code="budget_reached")
        if self.refusals:
            self.refusals -= 1
            return None
        self.offers.append(offer)
        return f"call-{len(self.offers)}"

    async def settle(self, reservation, usage):
        self.settled.append((reservation, usage))


class Files:
    """A project in memory."""

    root = "/copy"

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def paths(self):
        return sorted(self.texts)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def exists(self, path: str) -> bool:
        return path in self.texts


def said(text: str, finish: str = "stop") -> Answer:
    return Answer(text=text, finish=finish, usage=Usage(tokens=10, cost_usd=0.01))


async def no_probe(text: str, reports: tuple[str, ...], *, seconds: float) -> Explored:
    raise AssertionError("the model writer runs nothing")
