"""How somebody names a model, what it costs, and what is missing before it can be asked."""

from datetime import date

import pytest

from testwright.domain.errors import PermanentError
from testwright.providers.models import Access, Models
from testwright.providers.options import Price
from testwright.providers.prices import bundled_prices


def models(usual="gemini-3.8-flash", *, keys=(), addresses=None, price=None, today=date(2026, 11, 27)) -> Models:
    access = Access(keys=dict.fromkeys(keys, "key"), addresses=addresses or {})
    return Models(usual=usual, access=access, price=price, today=lambda: today)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        (None, "gemini:gemini-3.8-flash"),
        ("gemini-3.5-flash", "gemini:gemini-3.5-flash"),
        ("openai:gpt-6-sol", "openai:gpt-6-sol"),
        ("gpt-6-sol", "openai:gpt-6-sol"),
        ("o4-mini", "openai:o4-mini"),
        ("claude-sonnet-5-5", "anthropic:claude-sonnet-5-5"),
        ("ollama:qwen2.5-coder:7b", "ollama:qwen2.5-coder:7b"),
        ("something-else", "gemini:something-else"),
    ],
)
def test_a_name_finds_its_provider(name, full):
    assert str(models().named(name)) == full


def test_a_bare_name_of_no_known_family_belongs_to_the_provider_of_the_usual_model():
    assert str(models("openai:local").named("qwen3-coder:30b")) == "openai:qwen3-coder:30b"


@pytest.mark.parametrize("name", ["gemini-3.8-flash", "openai:gpt-6-sol", "anthropic:claude-opus-5-5"])
def test_what_is_missing_is_named_with_what_to_do(name):
    with pytest.raises(PermanentError) as caught:
        models().require(models().named(name))

    assert caught.value.code == "model_not_configured"
    assert "_API_KEY" in caught.value.hint


def test_an_address_is_enough_for_a_server_of_ones_own():
    assert models(addresses={"openai": "http://127.0.0.1:8000/v1"}).why_not("openai") is None


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("gemini-3.8-flash", 0.75),
        ("claude-sonnet-5-5", 2.0),
        ("claude-sonnet-5-5-20260901", 2.0),
        ("ollama:llama3.2", 0.0),
        ("gemini-3.8-flash-something", None),
        ("gemini-99", None),
    ],
)
def test_the_bundled_list_knows_what_models_cost(name, usd):
    price = models().price_of(models().named(name))

    assert (price.input_usd if price else None) == usd


def test_a_price_that_changes_on_a_day_changes_on_that_day():
    before, after = (models(today=day) for day in (date(2026, 12, 31), date(2027, 1, 1)))

    assert [each.price_of(each.named(None)).input_usd for each in (before, after)] == [0.75, 1.5]


def test_the_operators_price_wins_for_the_usual_model_and_for_no_other():
    mine = models(price=Price(input_usd=9, output_usd=9))

    assert mine.price_of(mine.named(None)).input_usd == 9
    assert mine.price_of(mine.named("claude-sonnet-5-5")).input_usd == 2.0


def test_somebody_elses_server_has_no_known_price_and_ones_own_is_free():
    theirs = models(addresses={"openai": "https://openrouter.ai/api/v1"})
    own = models(addresses={"openai": "http://localhost:1234/v1"})

    assert theirs.price_of(theirs.named("openai:gpt-6-sol")) is None
    assert own.price_of(own.named("openai:gpt-6-sol")).is_free


def test_a_long_prompt_is_priced_as_one():
    price = bundled_prices().price("anthropic", "claude-haiku-5-5", date(2026, 11, 27))

    assert price.of(1000, 0) == pytest.approx(1000 * 0.1 / 1e6)
    assert price.of(200_000, 0) == pytest.approx(200_000 * 0.5 / 1e6)


async def test_where_the_explorer_writes_unless_a_model_is_named_none_is_the_usual_one():
    here = Models(usual="gemini-3.8-flash", access=Access(keys={"gemini": "key"}), only_when_named=True)

    assert [entry for entry in await here.listing() if entry["usual"]] == []


async def test_the_list_of_models_shows_no_key_and_says_what_is_missing():
    here = models(keys=("gemini",), addresses={"ollama": "http://127.0.0.1:9"})

    listed = await here.listing()

    by_provider = {entry["provider"]: entry for entry in listed}
    assert by_provider["gemini"]["configured"] is True
    assert by_provider["gemini"]["usual"] is True
    assert by_provider["gemini"]["price"] == {"inputUsd": 0.75, "outputUsd": 3.75, "asOf": bundled_prices().as_of}
    assert by_provider["openai"]["reason"] == "OPENAI_API_KEY is not set"
    assert by_provider["ollama"]["configured"] is False
    assert "key" not in {value for entry in listed for value in entry.values() if isinstance(value, str)}
