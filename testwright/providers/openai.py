"""Whatever speaks OpenAI's chat completions: OpenAI, vLLM, LM Studio, llama.cpp, OpenRouter, by address, key and model.

Servers differ in how they can be held to a schema, so the strictest way is tried first. What one refused once it is not
asked for again by the same object.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from testwright.domain.errors import PermanentError
from testwright.providers.heard import Heard
from testwright.providers.http_model import Asked, HttpModel
from testwright.providers.options import ProviderOptions

_LOOK_SECONDS = 1.0
_MOST_LISTED = 50
_STRICTNESS = ("json_schema", "json_object", "text")
_OF_THE_FORMAT = ("response_format", "json_schema", "json_object", "schema", "grammar", "structured")


class OpenAI(HttpModel):
    provider = "openai"
    title = "The OpenAI-compatible server"
    check = "Check OPENAI_API_KEY and TESTWRIGHT_OPENAI_BASE_URL: is the key valid there, and may it use this model?"
    usual_address = "https://api.openai.com/v1"
    cut_off_by = "length"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._looseness = 0
        self._is_openai = "api.openai.com" in self._address

    async def ask(self, asked: Asked, on_text: Callable[[str], Awaitable[None]] | None) -> Heard:
        """A refusal of the answer's form costs nothing, and the same question is put in the next looser form."""
        while True:
            try:
                return await super().ask(asked, on_text)
            except PermanentError as error:
                about_form = any(word in error.message for word in _OF_THE_FORMAT)
                is_loosest = self._looseness == len(_STRICTNESS) - 1
                if asked.schema is None or error.code != "model_refused" or not about_form or is_loosest:
                    raise
                self._looseness += 1

    def path(self) -> str:
        return "/chat/completions"

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._options.api_key}"} if self._options.api_key else {}

    def body(self, asked: Asked) -> dict[str, Any]:
        # OpenAI's own models think within this limit, and know it by this name only.
        limit = "max_completion_tokens" if self._is_openai else "max_tokens"
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.prompt}],
            limit: self._options.most_output_tokens,
            **self._form(asked),
            **({"stream": True, "stream_options": {"include_usage": True}} if asked.streams else {}),
        }

    def _form(self, asked: Asked) -> dict[str, Any]:
        match _STRICTNESS[self._looseness]:
            case "json_schema" if asked.schema is not None:
                # Not `strict`: that one wants every property required, and ours are not.
                held = {"name": "tests", "schema": dict(asked.schema), "strict": False}
                return {"response_format": {"type": "json_schema", "json_schema": held}}
            case "json_object" if asked.schema is not None:
                return {"response_format": {"type": "json_object"}}
            case _:
                return {}

    def take(self, heard: Heard, reply: dict[str, Any]) -> str:
        usage = reply.get("usage")
        if usage:
            heard.count(
                input_tokens=usage.get("prompt_tokens") or 0,
                cached_tokens=(usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
                output_tokens=usage.get("completion_tokens") or 0,
            )
        choice = (reply.get("choices") or [{}])[0]
        heard.finish = choice.get("finish_reason") or heard.finish
        message = choice.get("message") or choice.get("delta") or {}
        if message.get("refusal"):
            heard.declined = "refusal"
        elif heard.finish == "content_filter":
            heard.declined = heard.finish
        return heard.say(message.get("content") or "")


async def served_models(address: str, key: str) -> list[str]:
    """The names of the models that a server has, sorted; none when it does not say so within a second."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with asyncio.timeout(_LOOK_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            told = (await client.get(f"{address.rstrip('/')}/models", headers=headers)).json()
            return sorted(str(model["id"]) for model in told["data"])[:_MOST_LISTED]
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
        return []
