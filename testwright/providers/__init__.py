"""Language models, one file each."""

from collections.abc import Callable, Mapping

from testwright.domain.ports import LanguageModel
from testwright.providers.gemini import Gemini
from testwright.providers.options import Price, ProviderOptions

PROVIDERS: Mapping[str, Callable[[ProviderOptions], LanguageModel]] = {
    "gemini": Gemini,
}

__all__ = ["PROVIDERS", "Gemini", "Price", "ProviderOptions"]
