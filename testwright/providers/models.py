"""Which models can be asked here: how somebody names one, whether it is configured, what it costs."""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from testwright.domain.errors import PermanentError
from testwright.domain.ports import LanguageModel, Purse
from testwright.providers import PROVIDERS
from testwright.providers.buying import Bought, Shop
from testwright.providers.gemini import load_sdk
from testwright.providers.ollama import USUAL_ADDRESS, installed_models
from testwright.providers.openai import served_models
from testwright.providers.options import FREE, Price, ProviderOptions
from testwright.providers.prices import PriceList, bundled_prices
from testwright.providers.recording import Recording, Replayed

TITLES: Mapping[str, str] = {
    "gemini": "Google (Gemini)",
    "openai": "OpenAI or the server at TESTWRIGHT_OPENAI_BASE_URL",
    "anthropic": "Anthropic (Claude)",
    "ollama": "Ollama on this machine",
}
OWNERS: Mapping[str, str] = {"gemini": "Google (Gemini)", "openai": "OpenAI", "anthropic": "Anthropic"}
_FAMILIES = (
    ("gemini", "gemini"),
    ("claude", "anthropic"),
    *((beginning, "openai") for beginning in ("gpt-", "chatgpt-", "o1", "o3", "o4")),
)
_NEEDS = {"gemini": "GOOGLE_API_KEY", "openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Keys and addresses by provider, as the operator set them. An address alone is enough for one's own server."""

    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A model by its provider. `str` of it is the name that finds it again."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """`usual` is the model's name in the settings, and `price` what the operator says that it costs.

    With `replays` nobody is asked: every model says what was recorded. With `only_when_named` none is the usual one:
    the explorer writes unless a model is asked for.
    """

    usual: str
    access: Access
    price: Price | None = None
    replays: Recording | None = None
    only_when_named: bool = False
    limit_seconds: float = 300.0
    most_output_tokens: int = 32_768
    prices: PriceList = field(default_factory=bundled_prices)
    today: Callable[[], date] = _today
    _made: dict[str, LanguageModel] = field(default_factory=dict)

    @property
    def usual_name(self) -> str:
        return self.usual if self.replays is None else self.replays.model

    def named(self, name: str | None) -> Named:
        """`provider:model`, or a bare name: then its family tells the provider, else it is that of the usual model."""
        wanted = name or self.usual_name
        provider, _, model = wanted.partition(":")
        if provider in PROVIDERS and model:
            return Named(provider=provider, model=model)
        for beginning, provider in _FAMILIES:
            if wanted.startswith(beginning):
                return Named(provider=provider, model=wanted)
        usual = "gemini" if name is None or name == self.usual_name else self.named(None).provider
        return Named(provider=usual, model=wanted)

    def why_not(self, provider: str) -> str | None:
        """What is missing before this provider can be asked; None when nothing is."""
        if self.replays is not None or provider == "ollama" or self.access.keys.get(provider):
            return None
        if provider == "openai" and self.access.addresses.get("openai"):
            return None
        return f"{_NEEDS[provider]} is not set"

    def load(self) -> None:
        """Import what the usual model needs, where it can be asked: seconds that the first question need not wait."""
        provider = self.named(None).provider
        if provider == "gemini" and self.replays is None and self.why_not(provider) is None:
            load_sdk()

    def require(self, named: Named) -> None:
        """Raises PermanentError `model_not_configured` with what to set."""
        missing = self.why_not(named.provider)
        if missing is not None:
            raise PermanentError(
                f"The model {named.model} cannot be asked: {missing}.",
                code="model_not_configured",
                hint=f"Set {_NEEDS[named.provider]} and start again, or name the model `explorer`, which needs no key.",
                retryable=True,
            )

    def price_of(self, named: Named) -> Price | None:
        if self.price is not None and named == self.named(None):
            return self.price
        if self.replays is not None or self.receiver(named) is None:
            return FREE
        if named.provider == "openai" and self.access.addresses.get("openai"):
            return None  # what somebody else's server charges is not what OpenAI does
        return self.prices.price(named.provider, named.model, self.today())

    def options(self, named: Named) -> ProviderOptions:
        return ProviderOptions(
            model=named.model,
            api_key=self.access.keys.get(named.provider, ""),
            base_url=self.access.addresses.get(named.provider),
            limit_seconds=self.limit_seconds,
            most_output_tokens=self.most_output_tokens,
            price=self.price_of(named),
        )

    def language_model(self, name: str | None, shop: Shop, purse: Purse, seed: int) -> LanguageModel:
        """The model as somebody may ask it: paid from this purse, each answer bought once."""
        named = self.named(name)
        if self.replays is not None:
            return Replayed(provider=named.provider, model=named.model, recording=self.replays, seed=seed)
        self.require(named)
        options = self.options(named)
        source = self._made.get(str(named)) or PROVIDERS[named.provider](options)
        self._made[str(named)] = source
        return Bought(source=source, options=options, shop=shop, purse=purse, seed=seed)

    def receiver(self, named: Named) -> str | None:
        """Who gets to read what this model is asked; None when it does not leave this machine."""
        address = self.access.addresses.get(named.provider, "")
        is_here = named.provider == "ollama" or (named.provider == "openai" and _is_here(address))
        if self.replays is not None or is_here:
            return None
        host = urlsplit(address).hostname
        if named.provider == "openai" and host:
            return host
        return f"{OWNERS[named.provider]} by way of {host}" if host else OWNERS[named.provider]

    async def listing(self) -> list[dict[str, Any]]:
        """Every provider with its usual models, and whether it can be asked. No key is in it."""
        usual = self.named(None)
        installed = await installed_models(self.access.addresses.get("ollama", USUAL_ADDRESS))
        found: list[dict[str, Any]] = []
        for provider in PROVIDERS:
            if provider == "ollama":
                reason = None if installed else _of_ollama(installed)
                names: Sequence[str] = installed or ()
            else:
                reason, names = self.why_not(provider), await self._served() if provider == "openai" else ()
            if usual.provider == provider and usual.model not in names:
                names = (usual.model, *names)
            found += [self._entry(Named(provider=provider, model=name), reason, usual) for name in names]
            if not names:
                found.append(self._entry(Named(provider=provider, model=""), reason, usual))
        return found

    async def _served(self) -> Sequence[str]:
        """What a server on this machine has; others are not asked, some of them sell hundreds of models."""
        address = self.access.addresses.get("openai", "")
        here = self.replays is None and _is_here(address)
        return await served_models(address, self.access.keys.get("openai", "")) if here else ()

    def _entry(self, named: Named, reason: str | None, usual: Named) -> dict[str, Any]:
        price = self.price_of(named) if named.model else None
        return {
            "provider": named.provider,
            "title": TITLES[named.provider],
            "model": named.model or None,
            "name": str(named) if named.model else None,
            "usual": named == usual and not self.only_when_named,
            "configured": reason is None,
            "reason": reason,
            "sendsTo": self.receiver(named),
            "price": None
            if price is None
            else {"inputUsd": price.input_usd, "outputUsd": price.output_usd, "asOf": self._as_of(named, price)},
        }

    def _as_of(self, named: Named, price: Price) -> str | None:
        """The day of the list a price is from; None for a price that is no list's."""
        return None if price is FREE or price is self.price else self.prices.as_of


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _of_ollama(installed: list[str] | None) -> str:
    return (
        "Ollama does not answer on its port" if installed is None else "Ollama has no model: `ollama pull` brings one"
    )
