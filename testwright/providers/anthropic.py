"""Claude, by Anthropic's messages interface over plain HTTP: the SDK brings 16 packages for one POST."""

from collections.abc import Mapping
from typing import Any

import httpx

from testwright.providers.heard import Heard
from testwright.providers.http_model import Asked, HttpModel
from testwright.providers.options import COUNT_SECONDS

_VERSION = "2023-06-01"
_PARTS_OF_THE_PROMPT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class Anthropic(HttpModel):
    provider = "anthropic"
    title = "Anthropic"
    check = "Check ANTHROPIC_API_KEY: is it valid, and may it use this model?"
    usual_address = "https://api.anthropic.com"
    cut_off_by = "max_tokens"

    def path(self) -> str:
        return "/v1/messages"

    def headers(self) -> dict[str, str]:
        return {"x-api-key": self._options.api_key, "anthropic-version": _VERSION}

    def body(self, asked: Asked) -> dict[str, Any]:
        form = {"type": "json_schema", "schema": _closed(asked.schema)} if asked.schema is not None else None
        return {
            "model": self.model,
            "max_tokens": self._options.most_output_tokens,
            "system": asked.system,
            "messages": [{"role": "user", "content": asked.prompt}],
            **({"output_config": {"format": form}} if form else {}),
            **({"stream": True} if asked.streams else {}),
        }

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        body = self.body(Asked(system=system, prompt=prompt, schema=schema, streams=False))
        del body["max_tokens"]
        try:
            async with httpx.AsyncClient(timeout=COUNT_SECONDS, trust_env=self.uses_proxy) as client:
                address = f"{self._address}{self.path()}/count_tokens"
                counted = (await client.post(address, json=body, headers=self.headers())).json()["input_tokens"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None  # why it cannot be asked it will say when it is asked in earnest
        return counted if isinstance(counted, int) else None

    def take(self, heard: Heard, reply: dict[str, Any]) -> str:
        match reply.get("type"):
            case "message":
                self._end(heard, reply, reply.get("usage"))
                texts = [part["text"] for part in reply.get("content") or [] if part.get("type") == "text"]
                return heard.say("".join(texts))
            case "message_start":
                _count(heard, reply["message"].get("usage"))
            case "content_block_delta" if reply["delta"].get("type") == "text_delta":
                return heard.say(reply["delta"]["text"])
            case "message_delta":
                self._end(heard, reply["delta"], reply.get("usage"))
        return ""

    def _end(self, heard: Heard, told: Mapping[str, Any], usage: Mapping[str, Any] | None) -> None:
        _count(heard, usage)
        reason = told.get("stop_reason") or ""
        # The window was full: the answer is cut off just the same.
        heard.finish = self.cut_off_by if reason == "model_context_window_exceeded" else reason
        if reason == "refusal":
            heard.declined = reason


def _count(heard: Heard, usage: Mapping[str, Any] | None) -> None:
    """The prompt is told in three parts, at the start; the answer's tokens grow. Later counts leave out what stays."""
    if not usage:
        return
    parts = [usage.get(name) or 0 for name in _PARTS_OF_THE_PROMPT]
    heard.count(
        input_tokens=sum(parts) or heard.input_tokens,
        cached_tokens=parts[2] or heard.cached_tokens,
        output_tokens=usage.get("output_tokens") or heard.output_tokens,
    )


def _closed(schema: Any) -> Any:
    """The schema with every object closed to further properties, which this provider insists on."""
    if isinstance(schema, Mapping):
        closed = {name: _closed(part) for name, part in schema.items()}
        if closed.get("type") == "object":
            closed["additionalProperties"] = False
        return closed
    if isinstance(schema, list | tuple):
        return [_closed(part) for part in schema]
    return schema
