"""The Gemini plug-in against a real HTTP server that misbehaves in every way a provider may."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.fakes import gemini_server as fake
from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.ports import Answer
from testwright.providers import PROVIDERS, Price, ProviderOptions

KEY = "AIza" + "k" * 35
SCHEMA = {"type": "object", "properties": {"tests": {"type": "array", "items": {"type": "string"}}}}


async def ask(server, *, streams=False, limit_seconds=20.0, price=None) -> tuple[Answer, list[str]]:
    options = ProviderOptions(
        model="gemini-3-flash", api_key=KEY, base_url=server.url, limit_seconds=limit_seconds, price=price
    )
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    gemini = PROVIDERS["gemini"](options)
    answer = await gemini.generate(
        system="be brief", prompt="write tests", schema=SCHEMA, on_text=hear if streams else None
    )
    return answer, heard


async def failing(server, kind, **options):
    with pytest.raises(kind) as caught:
        await ask(server, **options)
    error = caught.value
    assert KEY not in f"{error.message} {error.hint}"
    assert error.hint
    return error


async def test_the_question_goes_out_with_schema_and_the_key_in_a_header():
    with fake.GeminiServer(fake.answer('{"tests": []}', thought="hm")) as server:
        answer, _ = await ask(server)

    assert (answer.text, answer.finish, answer.usage.tokens) == ('{"tests": []}', "stop", 18)
    call = server.calls[0]
    assert call.path == "/v1beta/models/gemini-3-flash:generateContent"
    assert call.key == KEY
    assert KEY not in call.path + call.raw
    assert call.prompt == "write tests"
    assert call.body["systemInstruction"]["parts"][0]["text"] == "be brief"
    assert call.body["generationConfig"]["responseMimeType"] == "application/json"
    assert call.body["generationConfig"]["responseJsonSchema"]["properties"]["tests"]["type"] == "array"


async def test_a_streamed_answer_is_heard_piece_by_piece():
    with fake.GeminiServer(fake.answer("one two three")) as server:
        answer, heard = await ask(server, streams=True)

    assert answer.text == "one two three" == "".join(heard)
    assert len(heard) == 3
    assert answer.usage.tokens == 18
    assert server.calls[0].path.endswith(":streamGenerateContent?alt=sse")


async def test_a_known_price_gives_the_cost_and_an_unknown_one_gives_none():
    with fake.GeminiServer(fake.answer("{}", usage=(1_000_000, 100_000))) as server:
        priced, _ = await ask(server, price=Price(input_usd=0.5, output_usd=3.0))
        unpriced, _ = await ask(server)

    assert priced.usage.cost_usd == pytest.approx(0.8)
    assert unpriced.usage.cost_usd is None


async def test_an_answer_without_usage_has_no_known_cost():
    with fake.GeminiServer(fake.answer("{}", usage=None)) as server:
        answer, _ = await ask(server, price=Price(input_usd=0.5, output_usd=3.0))

    assert (answer.usage.tokens, answer.usage.cost_usd) == (0, None)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (fake.overloaded(retry_after="7"), 7.0),
        (fake.overloaded(retry_delay="32.5s"), 32.5),
        (fake.overloaded(), None),
        (fake.overloaded(retry_after="nonsense"), None),
        (fake.overloaded(retry_after="99999999"), 600.0),
    ],
)
async def test_a_429_names_its_delay_and_is_not_tried_again_here(reply, seconds, streams):
    with fake.GeminiServer(reply) as server:
        error = await failing(server, TransientError, streams=streams)

    assert (error.code, error.retry_after_seconds) == ("model_overloaded", seconds)
    assert len(server.calls) == 1


async def test_a_429_may_name_a_moment():
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    with fake.GeminiServer(fake.overloaded(retry_after=moment)) as server:
        error = await failing(server, TransientError)

    assert 35 < error.retry_after_seconds <= 40


async def test_a_used_up_day_is_final():
    with fake.GeminiServer(fake.quota_of_the_day()) as server:
        error = await failing(server, PermanentError)

    assert (error.code, error.retryable, len(server.calls)) == ("model_quota", True, 1)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_trouble_on_their_side_is_worth_a_retry_by_the_job(status, streams):
    with fake.GeminiServer(fake.refusal(status)) as server:
        error = await failing(server, TransientError, streams=streams)

    assert (error.code, len(server.calls)) == ("model_unavailable", 1)


@pytest.mark.parametrize("reply", [fake.overloaded(), fake.refusal(503), fake.refusal(599), fake.reset_in_body()])
async def test_trouble_comes_with_a_hint_that_holds_after_the_last_try_too(reply):
    with fake.GeminiServer(reply) as server:
        error = await failing(server, TransientError)

    assert "retry" in error.hint.lower()
    assert "tried again" not in error.hint


async def test_a_bad_key_is_final_and_never_repeated_in_the_message():
    with fake.GeminiServer(fake.bad_key(KEY)) as server:
        error = await failing(server, PermanentError)

    assert (error.code, len(server.calls)) == ("model_refused", 1)
    assert "GOOGLE_API_KEY" in error.hint


@pytest.mark.parametrize(("status", "code"), [(401, "model_refused"), (403, "model_refused"), (404, "model_unknown")])
async def test_other_refusals_are_final(status, code):
    with fake.GeminiServer(fake.refusal(status, reason="PERMISSION_DENIED")) as server:
        error = await failing(server, PermanentError)

    assert (error.code, len(server.calls)) == (code, 1)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    "reply",
    [fake.reset_in_body(), fake.truncated_json(), fake.html_page(), fake.html_page(502), fake.invalid_utf8()],
    ids=["reset", "truncated", "html", "html-502", "utf8"],
)
async def test_a_broken_transport_is_worth_a_retry_by_the_job(reply, streams):
    with fake.GeminiServer(reply) as server:
        error = await failing(server, TransientError, streams=streams)

    assert error.code in ("model_unreachable", "model_unavailable")
    assert len(server.calls) == 1


async def test_nobody_listening_is_worth_a_retry_by_the_job():
    with fake.GeminiServer(fake.hang()) as server:
        pass

    error = await failing(server, TransientError)

    assert error.code == "model_unreachable"


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("reply", [fake.hang(), fake.trickle()], ids=["hang", "trickle"])
async def test_no_answer_takes_longer_than_the_limit(reply, streams):
    with fake.GeminiServer(reply) as server:
        await ask_once_to_import(server)
        began = time.monotonic()
        error = await failing(server, TransientError, limit_seconds=0.5, streams=streams)

    assert error.code == "model_timeout"
    assert time.monotonic() - began < 3


async def ask_once_to_import(server):
    """The SDK's import is not counted against the limit, but it would be against this test."""
    with fake.GeminiServer(fake.answer("{}")) as other:
        await ask(other)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (fake.no_candidates(), "model_empty"),
        (fake.blocked_prompt("PROHIBITED_CONTENT"), "model_blocked"),
        (fake.answer("", finish="SAFETY"), "model_blocked"),
        (fake.answer("half of it", finish="RECITATION"), "model_blocked"),
        (fake.answer("", finish="MALFORMED_FUNCTION_CALL"), "model_empty"),
        (fake.answer("", finish="STOP"), "model_empty"),
    ],
    ids=["no-candidates", "blocked-prompt", "safety", "recitation", "malformed", "empty"],
)
async def test_an_answer_that_is_none_is_final(reply, code, streams):
    with fake.GeminiServer(reply) as server:
        error = await failing(server, PermanentError, streams=streams)

    assert (error.code, error.retryable, len(server.calls)) == (code, True, 1)


@pytest.mark.parametrize("streams", [False, True])
async def test_a_cut_off_answer_says_so(streams):
    with fake.GeminiServer(fake.answer('{"tests": [', finish="MAX_TOKENS")) as server:
        answer, _ = await ask(server, streams=streams)

    assert (answer.text, answer.finish) == ('{"tests": [', "length")


@pytest.mark.parametrize("streams", [False, True])
async def test_five_megabytes_are_cut(streams):
    with fake.GeminiServer(fake.huge()) as server:
        answer, _ = await ask(server, streams=streams)

    assert answer.finish == "length"
    assert len(answer.text) == 4 << 20
