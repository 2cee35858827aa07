"""Gemini, by Google's SDK. Its errors become ours here; retries are the job's alone, the SDK's are switched off."""

import asyncio
import importlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError, TestwrightError, TransientError
from testwright.domain.ports import Answer
from testwright.domain.redaction import redacted
from testwright.providers.options import ProviderOptions

if TYPE_CHECKING:
    from google import genai
    from google.genai import types

_API_VERSION = "v1beta"
"""Where the JSON schema of an answer is known; named here so that an SDK's own default does not move it."""
_MOST_ANSWER = 4 << 20
"""Characters after which an answer is cut off: no suite for one file is that long."""
_LONGEST_WAIT = 600.0
_LATER = "Retry in a few minutes, or choose another model or the explorer."
_DAY_IS_USED_UP = re.compile(r"per ?day|daily", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_DECLINED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR", "ESCALATION"}
)
_OTHERWISE = "Choose another model, or the explorer, which asks nobody."


class Gemini:
    """A `LanguageModel`. Makes its client at the first call: the SDK takes seconds to import."""

    provider = "gemini"

    def __init__(self, options: ProviderOptions) -> None:
        self._options = options
        self._client: genai.Client | None = None

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
        sdk = await asyncio.to_thread(importlib.import_module, "google.genai")
        try:
            async with asyncio.timeout(self._options.limit_seconds):
                return await self._ask(sdk, system, prompt, schema, on_text)
        except TestwrightError:
            raise
        except TimeoutError as error:
            raise TransientError(
                f"{self.model} did not answer within {self._options.limit_seconds:g} s.",
                code="model_timeout",
                hint="Retry in a few minutes; if it stays slow, choose another model or the explorer.",
            ) from error
        except sdk.errors.APIError as error:
            raise self._translated(error) from error
        except Exception as error:  # the SDK lets the errors of two HTTP libraries, JSON and pydantic through
            raise TransientError(
                f"The connection to {self.model} broke or its answer was garbled ({type(error).__name__}).",
                code="model_unreachable",
                hint="Check the network and GOOGLE_BASE_URL, then retry.",
            ) from error

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
            response_mime_type="application/json" if schema is not None else None,
            response_json_schema=dict(schema) if schema is not None else None,
            automatic_function_calling=sdk.types.AutomaticFunctionCallingConfig(disable=True),
        )
        heard = _Heard()
        if on_text is None:
            heard.take(await models.generate_content(model=self.model, contents=prompt, config=config))
        else:
            async for chunk in await models.generate_content_stream(model=self.model, contents=prompt, config=config):
                piece = heard.take(chunk)
                if piece:
                    await on_text(piece)
                if heard.is_full:
                    break
            if heard.is_broken_off:
                raise ConnectionError("the stream ended before the answer did")
        return self._answer(heard)

    def _client_of(self, sdk: Any) -> "genai.Client":
        if self._client is None:
            options = sdk.types.HttpOptions(
                base_url=self._options.base_url,
                api_version=_API_VERSION,
                timeout=round(self._options.limit_seconds * 1000),
                retry_options=sdk.types.HttpRetryOptions(attempts=1),
            )
            self._client = sdk.Client(api_key=self._options.api_key, vertexai=False, http_options=options)
        return self._client

    def _answer(self, heard: "_Heard") -> Answer:
        if heard.blocked or heard.finish in _DECLINED:
            why = heard.blocked or heard.finish
            raise PermanentError(
                f"{self.model} declined to answer ({why}).", code="model_blocked", hint=_OTHERWISE, retryable=True
            )
        if heard.finish == "MAX_TOKENS" or heard.is_full:
            return Answer(text=heard.text, finish="length", usage=self._usage(heard))
        if not heard.text.strip():
            why = f" ({heard.finish})" if heard.finish else ""
            raise PermanentError(
                f"{self.model} gave an empty answer{why}.", code="model_empty", hint=_OTHERWISE, retryable=True
            )
        return Answer(text=heard.text, finish="stop", usage=self._usage(heard))

    def _usage(self, heard: "_Heard") -> Usage:
        price = self._options.price
        known = price is not None and heard.counted
        cost = price.of(heard.input_tokens, heard.output_tokens) if price is not None and known else None
        return Usage(tokens=heard.input_tokens + heard.output_tokens, cost_usd=cost)

    def _translated(self, error: Any) -> TestwrightError:
        details = _details(error)
        said = self._scrubbed(str(error.message or error.status or "no reason given"))
        match error.code:
            case 429 if _DAY_IS_USED_UP.search(_quota_text(details, said)):
                return PermanentError(
                    f"The daily quota for {self.model} is used up.",
                    code="model_quota",
                    hint="Retry tomorrow, raise the quota of the key, or choose another model or the explorer.",
                    retryable=True,
                )
            case 429:
                return TransientError(
                    f"{self.model} asks us to slow down.",
                    code="model_overloaded",
                    hint=_LATER,
                    retry_after_seconds=_retry_after(error, details),
                )
            case 408 | 500 | 502 | 503 | 504:
                return TransientError(
                    f"{self.model} is not available right now (status {error.code}).",
                    code="model_unavailable",
                    hint=_LATER,
                    retry_after_seconds=_retry_after(error, details),
                )
            case 404:
                return PermanentError(
                    f"Gemini knows no model {self.model}.",
                    code="model_unknown",
                    hint="Check TESTWRIGHT_MODEL, or the model the request names.",
                    retryable=True,
                )
            case code if code is not None and 500 <= code < 600:
                return TransientError(f"Gemini failed with status {code}.", code="model_unavailable", hint=_LATER)
            case _:
                return PermanentError(
                    f"Gemini refused the request (status {error.code}): {said}",
                    code="model_refused",
                    hint="Check GOOGLE_API_KEY: is it valid, and may it use this model?",
                    retryable=True,
                )

    def _scrubbed(self, message: str) -> str:
        clean = redacted(_CONTROL.sub(" ", message), known=(self._options.api_key,)).strip()
        return clean if len(clean) <= 300 else f"{clean[:299]}…"


@dataclass
class _Heard:
    """What came so far, in one piece or in many."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    finish: str = ""
    blocked: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    counted: bool = False
    replies: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)[:_MOST_ANSWER]

    @property
    def is_full(self) -> bool:
        return self.length > _MOST_ANSWER

    @property
    def is_broken_off(self) -> bool:
        """A whole stream says how it finished, unless it says that there is nothing to say."""
        return not self.replies or (bool(self.pieces) and not self.finish and not self.is_full)

    def take(self, response: "types.GenerateContentResponse") -> str:
        """Note one response and return the text it brought. (`response.text` would warn of every other part.)"""
        self.replies += 1
        feedback = response.prompt_feedback
        if feedback is not None and feedback.block_reason is not None:
            self.blocked = str(feedback.block_reason.value)
        self._count(response.usage_metadata)
        candidate = response.candidates[0] if response.candidates else None
        if candidate is None:
            return ""
        if candidate.finish_reason is not None:
            self.finish = str(candidate.finish_reason.value)
        parts = (candidate.content.parts if candidate.content is not None else None) or []
        piece = "".join(part.text for part in parts if part.text and not part.thought)
        self.pieces.append(piece)
        self.length += len(piece)
        return piece

    def _count(self, usage: Any) -> None:
        """The last count of a stream is the count of all of it."""
        if usage is None:
            return
        self.counted = True
        self.input_tokens = usage.prompt_token_count or 0
        self.output_tokens = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)


def _details(error: Any) -> list[dict[str, Any]]:
    told = error.details if isinstance(error.details, dict) else {}
    inner = told.get("error", told)
    found = inner.get("details") if isinstance(inner, dict) else None
    return [detail for detail in found if isinstance(detail, dict)] if isinstance(found, list) else []


def _quota_text(details: list[dict[str, Any]], said: str) -> str:
    """Where a refusal names the quota it is about; its own words only when no detail does."""
    violations = [violation for detail in details for violation in detail.get("violations") or []]
    named = " ".join(
        f"{violation.get('quotaId', '')} {violation.get('quotaMetric', '')}"
        for violation in violations
        if isinstance(violation, dict)
    )
    return named.strip() or said


def _retry_after(error: Any, details: list[dict[str, Any]]) -> float | None:
    """The delay the other side named, by header (seconds or a date) or by RetryInfo ("32s")."""
    headers = getattr(error.response, "headers", None) or {}
    seconds = _seconds(str(headers.get("retry-after", "")))
    if seconds is None:
        delays = [str(detail.get("retryDelay", "")).removesuffix("s") for detail in details]
        seconds = next((found for delay in delays if (found := _seconds(delay)) is not None), None)
    return None if seconds is None else min(max(seconds, 0.0), _LONGEST_WAIT)


def _seconds(text: str) -> float | None:
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
