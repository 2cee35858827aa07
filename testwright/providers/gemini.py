"""Gemini, by Google's SDK. Its errors become ours here; retries are the job's alone, the SDK's are switched off."""

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Answer
from testwright.providers.heard import Heard
from testwright.providers.options import COUNT_SECONDS, ProviderOptions
from testwright.providers.refusals import Refusal, Speaker, error_of

if TYPE_CHECKING:
    from google import genai
    from google.genai import types

_API_VERSION = "v1beta"
"""Where the JSON schema of an answer is known; named here so that an SDK's own default does not move it."""
_DECLINED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR", "ESCALATION"}
)


class Gemini:
    """A `LanguageModel`. Makes its client at the first call: the SDK takes seconds to import."""

    provider = "gemini"

    def __init__(self, options: ProviderOptions) -> None:
        self._options = options
        self._client: genai.Client | None = None
        self._speaker = Speaker(
            provider="Gemini",
            model=options.model,
            check="Check GOOGLE_API_KEY: is it valid, and may it use this model?",
            api_key=options.api_key,
        )

    @property
    def model(self) -> str:
        return self._options.model

    async def generate(
        self,
        *,
        system: str,
        prompt: str,
        schema: Mapping[str, Any] | None,
        on_text: Callable[[str], Awaitable[None]] | None = None,
    ) -> Answer:
        """With `on_text` the answer is streamed, and it hears each piece as it comes."""
        # Before the clock starts: the import is not the model's fault.
        sdk = await asyncio.to_thread(load_sdk)
        transport = importlib.import_module("httpx2")  # the SDK's own, already loaded by it
        try:
            async with asyncio.timeout(self._options.limit_seconds):
                return await self._ask(sdk, system, prompt, schema, on_text)
        except TestwrightError:
            raise
        except TimeoutError as error:
            raise self._speaker.late(self._options.limit_seconds) from error
        except sdk.errors.APIError as error:
            raise self._speaker.translated(_refusal(error)) from error
        except transport.ConnectError as error:
            raise self._speaker.unreachable() from error
        except Exception as error:  # the SDK lets the errors of two HTTP libraries, JSON and pydantic through
            raise self._speaker.interrupted(type(error).__name__) from error

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        sdk = await asyncio.to_thread(load_sdk)
        # All as one text: this interface takes neither a system instruction nor a schema to be counted.
        whole = f"{system}\n{prompt}\n{json.dumps(dict(schema)) if schema is not None else ''}"
        try:
            async with asyncio.timeout(COUNT_SECONDS):
                return (
                    await self._client_of(sdk).aio.models.count_tokens(model=self.model, contents=whole)
                ).total_tokens
        except Exception:  # as above; whoever cannot be asked to count will say why when it is asked in earnest
            return None

    async def _ask(
        self,
        sdk: Any,
        system: str,
        prompt: str,
        schema: Mapping[str, Any] | None,
        on_text: Callable[[str], Awaitable[None]] | None,
    ) -> Answer:
        models = self._client_of(sdk).aio.models
        config = sdk.types.GenerateContentConfig(
            system_instruction=system,
            max_output_tokens=self._options.most_output_tokens,
            response_mime_type="application/json" if schema is not None else None,
            response_json_schema=dict(schema) if schema is not None else None,
            automatic_function_calling=sdk.types.AutomaticFunctionCallingConfig(disable=True),
        )
        heard = Heard()
        if on_text is None:
            _take(heard, await models.generate_content(model=self.model, contents=prompt, config=config))
        else:
            async for chunk in await models.generate_content_stream(model=self.model, contents=prompt, config=config):
                piece = _take(heard, chunk)
                if piece:
                    await on_text(piece)
                if heard.is_full:
                    break
            if heard.is_broken_off:
                raise ConnectionError("the stream ended before the answer did")
        return heard.answer(cut_off_by="MAX_TOKENS", price=self._options.price)

    def _client_of(self, sdk: Any) -> "genai.Client":
        if self._client is None:
            options = sdk.types.HttpOptions(
                base_url=self._options.base_url,
                api_version=_API_VERSION,
                timeout=round(self._options.limit_seconds * 1000),
                retry_options=sdk.types.HttpRetryOptions(attempts=1),
                # A redirect would take the key, which is in a header of Google's own, to wherever it points.
                async_client_args={"follow_redirects": False},
            )
            self._client = sdk.Client(api_key=self._options.api_key, vertexai=False, http_options=options)
        return self._client


def load_sdk() -> Any:
    """Takes seconds the first time."""
    return importlib.import_module("google.genai")


def _take(heard: Heard, response: "types.GenerateContentResponse") -> str:
    """Note one response and return the text it brought. (`response.text` would warn of every other part.)"""
    heard.replies += 1
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        heard.declined = str(feedback.block_reason.value)
    usage = response.usage_metadata
    if usage is not None:
        heard.count(
            input_tokens=usage.prompt_token_count or 0,
            cached_tokens=usage.cached_content_token_count or 0,
            output_tokens=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
        )
    candidate = response.candidates[0] if response.candidates else None
    if candidate is None:
        return ""
    if candidate.finish_reason is not None:
        heard.finish = str(candidate.finish_reason.value)
        heard.declined = heard.finish if heard.finish in _DECLINED else heard.declined
    parts = (candidate.content.parts if candidate.content is not None else None) or []
    return heard.say("".join(part.text for part in parts if part.text and not part.thought))


def _refusal(error: Any) -> Refusal:
    details = _details(error)
    delays = [str(detail["retryDelay"]) for detail in details if detail.get("retryDelay")]
    return Refusal(
        status=error.code or 0,
        said=str(error.message or error.status or ""),
        quota=_quota_text(details),
        delay=delays[0] if delays else "",
        headers=getattr(error.response, "headers", None) or {},
    )


def _details(error: Any) -> list[dict[str, Any]]:
    told = error.details if isinstance(error.details, dict) else {}
    found = (error_of(told) or told).get("details")
    return [detail for detail in found if isinstance(detail, dict)] if isinstance(found, list) else []


def _quota_text(details: list[dict[str, Any]]) -> str:
    """Where a refusal names the quota it is about."""
    violations = [violation for detail in details for violation in detail.get("violations") or []]
    named = " ".join(
        f"{violation.get('quotaId', '')} {violation.get('quotaMetric', '')}"
        for violation in violations
        if isinstance(violation, dict)
    )
    return named.strip()
