"""Answers are bought once, stored before they are read, and told for what they cost."""

import asyncio

import pytest

from tests.fakes.scripted_model import MemoryAnswers, OpenPurse
from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.ports import Answer
from testwright.providers.buying import Bought, Shop
from testwright.providers.options import Price, ProviderOptions

PRICE = Price(input_usd=1.0, output_usd=10.0)
COST = Usage(tokens=10, cost_usd=0.01)


class Scripted:
    provider = "fake"
    model = "fake-1"

    def __init__(self, *script, counts=None):
        self.script = script
        self.counts = counts
        self.asked = []

    async def generate(self, *, system, prompt, schema, on_text=None):
        self.asked.append(prompt)
        await asyncio.sleep(0)
        said = self.script[min(len(self.asked), len(self.script)) - 1]
        if isinstance(said, BaseException):
            raise said
        return said

    async def count(self, *, system, prompt, schema):
        return self.counts


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class World:
    def __init__(self, *script, refusals=0, counts=None, most_tokens=None):
        self.source = Scripted(*script, counts=counts)
        self.answers = MemoryAnswers()
        self.purse = OpenPurse(refusals=refusals, most_tokens=most_tokens)
        self.clock = Clock()
        self.shop = Shop(self.answers, day_usd=5.0, now=self.clock)

    def bought(self, seed=0):
        options = ProviderOptions(model="fake-1", price=PRICE, most_output_tokens=1000, limit_seconds=9)
        return Bought(source=self.source, options=options, shop=self.shop, purse=self.purse, seed=seed)

    async def ask(self, prompt="write tests", seed=0):
        return await self.bought(seed).generate(system="s", prompt=prompt, schema={"type": "object"})


def said(text="tests", finish="stop", reason=""):
    return Answer(text=text, finish=finish, usage=COST, reason=reason)


async def test_the_same_question_is_bought_once_and_costs_nothing_the_second_time():
    it = World(said())

    first, second = await it.ask(), await it.ask()

    assert (first.text, first.usage) == ("tests", COST)
    assert (second.text, second.usage) == ("tests", Usage())
    assert len(it.source.asked) == len(it.purse.settled) == 1


async def test_a_question_asked_twice_at_the_same_moment_is_bought_once():
    it = World(said())

    answers = await asyncio.gather(*(it.ask() for _ in range(5)))

    assert len(it.source.asked) == 1
    assert sorted(answer.usage.tokens for answer in answers) == [0, 0, 0, 0, 10]


async def test_who_waited_for_an_asker_that_was_stopped_asks_instead():
    it = World(said())
    stopped = asyncio.create_task(it.ask())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(it.ask())
    await asyncio.sleep(0)
    stopped.cancel()

    answer = await waiting

    assert answer.text == "tests"


async def test_a_further_round_and_another_prompt_ask_anew():
    it = World(said())

    await it.ask()
    await it.ask(seed=1)
    await it.ask(prompt="other")

    assert len(it.source.asked) == 3


async def test_the_most_a_call_can_cost_is_set_aside_before_it_is_made():
    it = World(said())

    await it.ask(prompt="ä" * 1000)

    (offer,) = it.purse.offers
    assert offer.tokens >= 2000 + 1000
    assert offer.usd >= (2000 * 1.0 + 1000 * 10.0) / 1_000_000
    assert offer.day_usd == 5.0
    assert offer.seconds > 9


async def test_a_call_that_could_be_too_dear_is_counted_before_it_is_given_up():
    it = World(said(), counts=200, most_tokens=1300)

    assert (await it.ask(prompt="x" * 1000)).text == "tests"

    (offer,) = it.purse.offers
    assert offer.tokens == 210 + 1000


@pytest.mark.parametrize("counts", [None, 400])
async def test_a_call_that_is_too_dear_or_cannot_be_counted_is_not_made(counts):
    it = World(said(), counts=counts, most_tokens=1300)

    with pytest.raises(PermanentError) as caught:
        await it.ask(prompt="x" * 1000)

    assert caught.value.code == "budget_reached"
    assert it.source.asked == []


async def test_a_call_waits_for_money_that_others_hold():
    it = World(said(), refusals=2)

    assert (await it.ask()).text == "tests"


@pytest.mark.parametrize(("finish", "code"), [("blocked", "model_blocked"), ("empty", "model_empty")])
async def test_an_answer_that_says_nothing_is_paid_kept_and_an_error(finish, code):
    it = World(said("", finish, "SAFETY"))

    for _ in range(2):
        with pytest.raises(PermanentError) as caught:
            await it.ask()
        assert (caught.value.code, caught.value.retryable) == (code, True)
        assert "SAFETY" in caught.value.message

    assert it.purse.settled == [("call-1", COST)]


@pytest.mark.parametrize(
    ("error", "usage"),
    [
        (TransientError("slow down", code="model_overloaded"), Usage()),
        (TransientError("503", code="model_unavailable"), Usage()),
        (TransientError("nobody there", code="model_unreachable"), Usage()),
        (PermanentError("bad key", code="model_refused"), Usage()),
        (TransientError("too late", code="model_timeout"), None),
        (TransientError("cut", code="model_interrupted"), None),
        (RuntimeError("who knows"), None),
        (asyncio.CancelledError(), None),
    ],
)
async def test_a_call_that_fails_is_settled_by_whether_it_may_have_cost(error, usage):
    it = World(error)

    with pytest.raises(type(error)):
        await it.ask()

    assert it.purse.settled == [("call-1", usage)]
    assert it.answers.kept == {}


async def test_a_provider_that_fails_again_and_again_is_left_alone_for_a_while():
    it = World(TransientError("503", code="model_unavailable"))
    for _ in range(5):
        with pytest.raises(TransientError):
            await it.ask()

    with pytest.raises(TransientError) as caught:
        await it.ask()

    assert len(it.source.asked) == 5
    assert 0 < caught.value.retry_after_seconds <= 30


async def test_after_the_while_one_call_tries_and_its_success_opens_the_door():
    it = World(*[TransientError("503", code="model_unavailable")] * 5, said())
    for _ in range(5):
        with pytest.raises(TransientError):
            await it.ask()
    it.clock.seconds = 31

    await it.ask()
    await it.ask("another")

    assert len(it.source.asked) == 7


async def test_who_comes_while_one_call_tries_the_door_waits_for_how_that_ends():
    it = World(*[TransientError("503", code="model_unavailable")] * 5, said())
    for _ in range(5):
        with pytest.raises(TransientError):
            await it.ask()
    it.clock.seconds = 31

    answers = await asyncio.gather(*(it.ask(f"question {number}") for number in range(4)))

    assert len(answers) == 4
    assert len(it.source.asked) == 9


async def test_when_that_call_fails_those_who_waited_are_told_how_long_to_leave_it_alone():
    it = World(TransientError("503", code="model_unavailable"))
    for _ in range(5):
        with pytest.raises(TransientError):
            await it.ask()
    it.clock.seconds = 31

    ends = await asyncio.gather(*(it.ask(f"question {number}") for number in range(4)), return_exceptions=True)

    assert len(it.source.asked) == 6
    assert [end.retry_after_seconds for end in ends] == [None, 30, 30, 30]


async def test_when_that_call_is_stopped_or_has_no_money_the_next_one_tries_the_door():
    it = World(*[TransientError("503", code="model_unavailable")] * 5, said())
    for _ in range(5):
        with pytest.raises(TransientError):
            await it.ask()
    it.clock.seconds = 31
    it.purse.most_tokens = 1
    with pytest.raises(PermanentError):
        await it.ask("too dear")
    it.purse.most_tokens, it.purse.refusals = None, 1
    stopped = asyncio.create_task(it.ask("stopped"))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(it.ask("waiting"))
    await asyncio.sleep(0)

    stopped.cancel()

    assert (await waiting).text == "tests"
    assert len(it.source.asked) == 6


async def test_a_delay_the_provider_names_holds_for_every_call():
    it = World(TransientError("slow down", code="model_overloaded", retry_after_seconds=20))
    with pytest.raises(TransientError):
        await it.ask()

    with pytest.raises(TransientError) as caught:
        await it.ask("another")

    assert caught.value.retry_after_seconds == 20
    assert len(it.source.asked) == 1
