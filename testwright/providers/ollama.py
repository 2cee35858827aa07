"""Models on this machine, by Ollama's own interface. Found by itself on its port; never anywhere but on loopback."""

import asyncio
import ipaddress
from typing import Any
from urllib.parse import urlsplit

import httpx

from testwright.domain.errors import InputError
from testwright.providers.heard import Heard
from testwright.providers.http_model import Asked, HttpModel
from testwright.providers.options import ProviderOptions

USUAL_ADDRESS = "http://127.0.0.1:11434"
_LOOK_SECONDS = 1.0
_BYTES_A_TOKEN = 3
_LEAST_WINDOW = 8_192


class Ollama(HttpModel):
    provider = "ollama"
    title = "Ollama"
    check = "Is Ollama running, and is the model there? `ollama list` shows which are, `ollama pull` brings one."
    usual_address = USUAL_ADDRESS
    cut_off_by = "length"
    uses_proxy = False

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        refuse_elsewhere(self._address)

    def path(self) -> str:
        return "/api/chat"

    def headers(self) -> dict[str, str]:
        return {}

    def body(self, asked: Asked) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.prompt}],
            "stream": asked.streams,
            **({"format": dict(asked.schema)} if asked.schema is not None else {}),
            "options": {"num_ctx": self._window(asked), "num_predict": self._options.most_output_tokens},
        }

    def take(self, heard: Heard, reply: dict[str, Any]) -> str:
        if reply.get("done"):
            heard.finish = reply.get("done_reason") or "stop"
        if "eval_count" in reply:
            heard.count(input_tokens=reply.get("prompt_eval_count") or 0, output_tokens=reply["eval_count"] or 0)
        return heard.say((reply.get("message") or {}).get("content") or "")

    def _window(self, asked: Asked) -> int:
        """Room for question and answer, in powers of two: a longer prompt than the window is cut without a word."""
        tokens = len((asked.system + asked.prompt).encode()) // _BYTES_A_TOKEN + self._options.most_output_tokens
        window = _LEAST_WINDOW
        while window < tokens:
            window *= 2
        return window


async def installed_models(address: str) -> list[str] | None:
    """The names of the models that Ollama has, sorted; None when nobody answers there within a second."""
    refuse_elsewhere(address)
    try:
        async with asyncio.timeout(_LOOK_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            told = (await client.get(f"{address.rstrip('/')}/api/tags")).json()
            return sorted(str(model["name"]) for model in told["models"])
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
        return None


def refuse_elsewhere(address: str) -> None:
    """Raises InputError: it has no key and no TLS, so the code must not leave this machine that way."""
    host = urlsplit(address).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        raise InputError(
            "Ollama is asked on this machine only.",
            code="bad_settings",
            hint="Let TESTWRIGHT_OLLAMA_URL name a loopback address. A server elsewhere is TESTWRIGHT_OPENAI_BASE_URL.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
