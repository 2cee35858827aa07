"""Fifty sessions that ask at the same moment, by two stores on one file, never spend more than the day may."""

import asyncio

import pytest

from tests.fakes.dialects import OPENAI
from tests.fakes.model_server import ModelServer, answer
from testwright.domain.errors import PermanentError
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.providers.buying import Shop
from testwright.providers.models import Access, Models
from testwright.providers.options import Price
from testwright.store import Store

DAY_USD = 4.0
PRICE = Price(input_usd=0.0, output_usd=1000.0)  # a dollar for an answer of 1,000 tokens; 1.024 are set aside


def request(number: int) -> NewSession:
    return NewSession(
        owner="local",
        repository_id="r",
        repository_root=None,
        branch=None,
        framework="pytest",
        files=(SourceFile(path="a.py", text="", framework="pytest"),),
        options=Options(),
        writer="model",
        model="openai:fake-1",
        estimate_seconds=1,
        request_hash=str(number),
    )


async def test_fifty_triggers_at_once_never_spend_more_than_the_day_may(tmp_path, database_url):
    async with Store.open(tmp_path, database_url) as one, Store.open(tmp_path, database_url) as other:
        with ModelServer(OPENAI, answer("tests", usage=(100, 1000), after_seconds=0.2)) as server:
            models = Models(
                usual="openai:fake-1",
                access=Access(addresses={"openai": f"{server.url}/v1"}),
                price=PRICE,
                most_output_tokens=1024,
            )

            async def buy(number: int) -> float | None:
                store = (one, other)[number % 2]
                session = (await store.accept(request(number))).session_id
                shop = Shop(store.answers, day_usd=DAY_USD)
                model = models.language_model(None, shop, store.desk(session, 1, 1).purse, 0)
                return (await model.generate(system="s", prompt=f"write {number}", schema=None)).usage.cost_usd

            ends = await asyncio.gather(*map(buy, range(50)), return_exceptions=True)

    refused = [end for end in ends if isinstance(end, PermanentError)]
    paid = [end for end in ends if isinstance(end, float)]
    assert sum(paid) <= DAY_USD
    assert len(server.calls) == len(paid) == 3
    assert {error.code for error in refused} == {"budget_reached"}
    assert len(paid) + len(refused) == 50
    assert sum(paid) == pytest.approx(3.0)
