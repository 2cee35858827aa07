"""What only one provider does."""

import json

import pytest

from tests.fakes import gemini_server, model_server
from tests.fakes.dialects import ANTHROPIC, GEMINI, OLLAMA, OPENAI
from testwright.domain.errors import InputError, PermanentError, TransientError
from testwright.providers import PROVIDERS, Price, ProviderOptions
from testwright.providers.models import Access, Models
from testwright.providers.ollama import installed_models
from testwright.providers.openai import served_models

KEY = "sk-" + "k" * 30
SCHEMA = {"type": "object", "properties": {"a": {"type": "object", "properties": {}}}}


async def ask(provider, address, *, schema=SCHEMA, streams=False, times=1, price=None, prompt="write tests"):
    options = ProviderOptions(model="fake-1", api_key=KEY, base_url=address, price=price, limit_seconds=20)
    model = PROVIDERS[provider](options)

    async def hear(_: str) -> None: ...

    for _ in range(times):
        answer = await model.generate(system="s", prompt=prompt, schema=schema, on_text=hear if streams else None)
    return answer


async def test_gemini_is_asked_at_its_own_addresses_with_the_schema_as_json_schema():
    with gemini_server.GeminiServer(gemini_server.answer("{}")) as server:
        await ask("gemini", server.url)
        await ask("gemini", server.url, streams=True)

    whole, streamed = server.calls
    assert whole.path == "/v1beta/models/fake-1:generateContent"
    assert streamed.path == "/v1beta/models/fake-1:streamGenerateContent?alt=sse"
    assert whole.body["generationConfig"]["responseMimeType"] == "application/json"
    assert whole.body["generationConfig"]["responseJsonSchema"]["type"] == "object"


async def test_what_gemini_thinks_aloud_is_not_its_answer():
    body = gemini_server.response_body("{}", thought="hm")
    with gemini_server.GeminiServer(gemini_server.json_answer(body)) as server:
        answer = await ask("gemini", server.url)

    assert answer.text == "{}"


async def test_what_gemini_had_kept_of_a_prompt_costs_less():
    body = gemini_server.response_body("{}", usage=(1_000_000, 0), cached=900_000)
    with gemini_server.GeminiServer(gemini_server.json_answer(body)) as server:
        answer = await ask("gemini", server.url, price=Price(input_usd=1.0, output_usd=1.0, cached_usd=0.1))

    assert answer.usage.cost_usd == pytest.approx(0.1 + 0.09)


async def test_gemini_names_its_delay_in_the_body():
    with (
        model_server.ModelServer(GEMINI, model_server.overloaded(retry_delay="32.5s")) as server,
        pytest.raises(TransientError) as caught,
    ):
        await ask("gemini", server.url)

    assert caught.value.retry_after_seconds == 32.5


@pytest.mark.parametrize("streams", [False, True])
async def test_gemini_may_have_no_candidate_or_block_the_prompt(streams):
    with gemini_server.GeminiServer(
        gemini_server.no_candidates(), gemini_server.blocked_prompt("PROHIBITED_CONTENT")
    ) as server:
        empty = await ask("gemini", server.url, streams=streams)
        blocked = await ask("gemini", server.url, streams=streams)

    assert (empty.finish, blocked.finish, blocked.reason) == ("empty", "blocked", "PROHIBITED_CONTENT")


async def test_a_server_that_knows_no_schema_is_asked_in_a_looser_form_and_remembered():
    refused = model_server.refusal(400, message="response_format.type must be one of text, json_object")
    with model_server.ModelServer(OPENAI, refused, model_server.answer("{}")) as server:
        answer = await ask("openai", f"{server.url}/v1", times=2)

    forms = [call.body.get("response_format", {}).get("type") for call in server.calls]
    assert forms == ["json_schema", "json_object", "json_object"]
    assert answer.text == "{}"


async def test_a_server_that_knows_no_form_at_all_is_asked_without_one():
    refused = model_server.refusal(400, message="unsupported parameter: response_format")
    with model_server.ModelServer(OPENAI, refused, refused, model_server.answer("{}")) as server:
        await ask("openai", f"{server.url}/v1")

    assert "response_format" not in server.calls[2].body


async def test_a_refusal_about_something_else_is_not_asked_again():
    with (
        model_server.ModelServer(OPENAI, model_server.refusal(400, message="prompt too long")) as server,
        pytest.raises(PermanentError),
    ):
        await ask("openai", f"{server.url}/v1")

    assert len(server.calls) == 1


async def test_openai_may_refuse_in_words():
    body = {"choices": [{"message": {"refusal": "no", "content": None}, "finish_reason": "stop"}]}
    with model_server.ModelServer(OPENAI, model_server.json_answer(body)) as server:
        answer = await ask("openai", f"{server.url}/v1")

    assert answer.finish == "blocked"


async def test_anthropic_gets_every_object_of_the_schema_closed():
    with model_server.ModelServer(ANTHROPIC, model_server.answer("{}")) as server:
        await ask("anthropic", server.url)

    schema = server.calls[0].body["output_config"]["format"]["schema"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["a"]["additionalProperties"] is False


async def test_anthropic_counts_what_it_kept_and_what_it_read_anew_as_one_prompt():
    usage = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 5}
    body = {"type": "message", "content": [{"type": "text", "text": "{}"}], "stop_reason": "end_turn", "usage": usage}
    with model_server.ModelServer(ANTHROPIC, model_server.json_answer(body)) as server:
        answer = await ask("anthropic", server.url)

    assert answer.usage.tokens == 105


async def test_an_overload_in_the_middle_of_anthropics_stream_is_one():
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    with (
        model_server.ModelServer(ANTHROPIC, model_server.json_answer(body)) as server,
        pytest.raises(TransientError) as caught,
    ):
        await ask("anthropic", server.url, streams=True)

    assert caught.value.code == "model_unavailable"


async def test_ollama_is_given_a_window_that_the_question_fits_into():
    with model_server.ModelServer(OLLAMA, model_server.answer("{}")) as server:
        await ask("ollama", server.url, prompt="x" * 300_000)

    options = server.calls[0].body["options"]
    assert options["num_ctx"] >= 300_000 // 3 + options["num_predict"]
    assert server.calls[0].body["format"] == SCHEMA


async def test_ollama_says_which_models_it_has_and_silence_is_none():
    with model_server.ModelServer(OLLAMA) as server:
        assert await installed_models(server.url) == ["llama3.2:latest", "qwen2.5-coder:7b"]

    assert await installed_models(server.url) is None


async def test_a_server_of_ones_own_says_which_models_it_has_and_silence_is_none():
    with model_server.ModelServer(OPENAI) as server:
        access = Access(addresses={"openai": f"{server.url}/v1", "ollama": "http://127.0.0.1:9"})
        listed = await Models(usual="openai:qwen3-coder:30b", access=access).listing()

        assert await served_models(f"{server.url}/v1", "") == ["gpt-oss:20b", "qwen3-coder:30b"]
        assert [(each["name"], each["usual"]) for each in listed if each["provider"] == "openai"] == [
            ("openai:gpt-oss:20b", False),
            ("openai:qwen3-coder:30b", True),
        ]

    assert await served_models(f"{server.url}/v1", "") == []


@pytest.mark.parametrize("address", ["http://ollama.example:11434", "http://10.0.0.1:11434", "http://[2001:db8::1]:1"])
async def test_ollama_is_never_asked_anywhere_but_on_this_machine(address):
    with pytest.raises(InputError) as caught:
        PROVIDERS["ollama"](ProviderOptions(model="m", base_url=address))

    assert "loopback" in caught.value.hint


COUNTING = [("gemini", GEMINI), ("anthropic", ANTHROPIC)]


@pytest.mark.parametrize(("provider", "dialect"), COUNTING)
async def test_who_can_count_tokens_is_asked_for_the_whole_question_and_sells_nothing(provider, dialect):
    with model_server.ModelServer(dialect, model_server.answer("{}")) as server:
        counted = await model_at(provider, server.url).count(system="be brief", prompt="write tests", schema=SCHEMA)

    assert counted == server.counts_as
    assert server.calls == []
    (body,) = server.counted
    told = json.dumps(body)
    assert "be brief" in told
    assert "write tests" in told
    assert "properties" in told


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_who_cannot_be_asked_to_count_says_nothing(provider):
    nobody = "http://127.0.0.1:9"

    assert await model_at(provider, nobody).count(system="s", prompt="write tests", schema=SCHEMA) is None


def model_at(provider, address):
    return PROVIDERS[provider](ProviderOptions(model="fake-1", api_key=KEY, base_url=address, limit_seconds=20))
