"""Language models, one file each."""

from collections.abc import Callable, Mapping

from testwright.domain.ports import LanguageModel
from testwright.providers.anthropic import Anthropic
from testwright.providers.gemini import Gemini
from testwright.providers.ollama import Ollama
from testwright.providers.openai import OpenAI
from testwright.providers.options import Price, ProviderOptions

PROVIDERS: Mapping[str, Callable[[ProviderOptions], LanguageModel]] = {
    "gemini": Gemini,
    "openai": OpenAI,
    "anthropic": Anthropic,
    "ollama": Ollama,
}

__all__ = ["PROVIDERS", "Price", "ProviderOptions"]
