"""What every provider with a plain HTTP interface has in common: one POST, an answer whole or line by line."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Answer
from testwright.providers.heard import Heard
from testwright.providers.options import ProviderOptions
from testwright.providers.refusals import Refusal, Speaker, error_of

_MOST_BYTES = 16 << 20
"""After which we stop listening: an answer of 4 million characters with everything around it is smaller."""
_CONNECT_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question on its way: all that shapes the request."""

    system: str
    prompt: str
    schema: Mapping[str, Any] | None
    streams: bool


class HttpModel:
    """A `LanguageModel` but for what a provider's own file adds: the request's form, and how a reply is taken."""

    provider: ClassVar[str]
    title: ClassVar[str]
    check: ClassVar[str]
    """What to look at when it refuses us."""
    usual_address: ClassVar[str]
    cut_off_by: ClassVar[str]
    uses_proxy: ClassVar[bool] = True

    def __init__(self, options: ProviderOptions) -> None:
        self._options = options
        self._address = (options.base_url or self.usual_address).rstrip("/")
        self._speaker = Speaker(provider=self.title, model=options.model, check=self.check, api_key=options.api_key)

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
        asked = Asked(system=system, prompt=prompt, schema=schema, streams=on_text is not None)
        try:
            async with asyncio.timeout(self._options.limit_seconds):
                heard = await self.ask(asked, on_text)
        except TestwrightError:
            raise
        except TimeoutError as error:
            raise self._speaker.late(self._options.limit_seconds) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._speaker.unreachable() from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._speaker.interrupted(type(error).__name__) from error
        return heard.answer(cut_off_by=self.cut_off_by, price=self._options.price)

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        """Most of those who speak these interfaces have no way to count."""
        return None

    async def ask(self, asked: Asked, on_text: Callable[[str], Awaitable[None]] | None) -> Heard:
        """One call. Raises what `Speaker.translated` makes of a refusal."""
        heard = Heard()
        timeout = httpx.Timeout(self._options.limit_seconds, connect=_CONNECT_SECONDS)
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=self.uses_proxy) as client,
            client.stream(
                "POST", f"{self._address}{self.path()}", json=self.body(asked), headers=self.headers()
            ) as response,
        ):
            if response.status_code != 200:
                raise self._speaker.translated(_refusal(response, await _whole(response)))
            if on_text is None:
                self._hear(heard, json.loads(await _whole(response)))
                return heard
            async for reply in _replies(response):
                piece = self._hear(heard, reply)
                if piece:
                    await on_text(piece)
                if heard.is_full:
                    return heard
        if heard.is_broken_off:
            raise httpx.RemoteProtocolError("the stream ended before the answer did")
        return heard

    def _hear(self, heard: Heard, reply: Any) -> str:
        """A refusal may come with status 200, in the middle of an answer too."""
        error = error_of(reply)
        if error:
            raise self._speaker.translated(_refusal_in_body(error))
        heard.replies += 1
        return self.take(heard, reply)

    def path(self) -> str:
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        raise NotImplementedError

    def body(self, asked: Asked) -> dict[str, Any]:
        raise NotImplementedError

    def take(self, heard: Heard, reply: dict[str, Any]) -> str:
        """Note one reply, whole or a piece of a stream, and return the text it brought."""
        raise NotImplementedError


async def _whole(response: httpx.Response) -> bytes:
    """The body, as far as it is worth reading."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return bytes(body)


async def _replies(response: httpx.Response) -> AsyncIterator[Any]:
    """The JSON of each event (`data: {…}`) or of each line that is JSON by itself; other lines say nothing to us."""
    async for line in _lines(response):
        text = line.removeprefix(b"data:").strip()
        if text.startswith(b"{"):
            yield json.loads(text)
        elif text.startswith(b"<"):
            raise ValueError("a page instead of an answer")


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    """Split at line feeds only: a text may hold what Unicode calls a line end. Takes time in proportion to the body."""
    waiting: list[bytes] = []
    total = 0
    async for chunk in response.aiter_bytes():
        total += len(chunk)
        if total > _MOST_BYTES:
            raise ValueError("an endless answer")
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*waiting, line])
            waiting = []
        waiting.append(rest)
    if last := b"".join(waiting):
        yield last


def _refusal(response: httpx.Response, body: bytes) -> Refusal:
    try:
        error = error_of(json.loads(body))
    except ValueError:
        error = {}
    return Refusal(
        status=response.status_code,
        said=str(error.get("message", "")),
        quota=_quota_of(error),
        headers=response.headers,
    )


_STATUS_OF_KINDS = {
    "overloaded_error": 529,
    "api_error": 500,
    "server_error": 500,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "authentication_error": 401,
    "invalid_request_error": 400,
    "not_found_error": 404,
}


def _refusal_in_body(error: dict[str, Any]) -> Refusal:
    kind, code = error.get("type"), error.get("code")
    status = code if isinstance(code, int) else _STATUS_OF_KINDS.get(str(kind), 500)
    return Refusal(status=status, said=str(error.get("message", "")), quota=_quota_of(error), headers={})


def _quota_of(error: dict[str, Any]) -> str:
    return f"{error.get('code') or ''} {error.get('type') or ''} {error.get('message') or ''}".strip()
