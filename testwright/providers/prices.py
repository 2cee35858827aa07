"""What models cost, by a list that comes with us and says of which day it is. An operator's own price wins over it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from testwright.providers.options import Price

_VERSIONED = re.compile(r"-(?:\d[\d-]*|latest)|@.*")
"""What may follow a model's name in a name for one version of it, which costs the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    as_of: str
    source: str
    models: Mapping[str, Mapping[str, Any]]

    def price(self, provider: str, model: str, on: date) -> Price | None:
        """None when the list does not know the model."""
        listed = self.models.get(provider, {})
        known = [name for name in listed if model == name or _is_version_of(name, model)]
        if not known:
            return None
        valid = [entry for entry in listed[max(known, key=len)] if entry.get("from", "") <= on.isoformat()]
        return _price(valid[-1]) if valid else None


@cache
def bundled_prices() -> PriceList:
    listed = json.loads(files("testwright.providers").joinpath("prices.json").read_text(encoding="utf-8"))
    return PriceList(as_of=listed["asOf"], source=listed["source"], models=listed["models"])


def _is_version_of(name: str, model: str) -> bool:
    return model.startswith(name) and _VERSIONED.fullmatch(model[len(name) :]) is not None


def _price(entry: Mapping[str, Any]) -> Price:
    return Price(
        input_usd=entry["input"],
        output_usd=entry["output"],
        cached_usd=entry.get("cached"),
        long_tokens=entry.get("longTokens"),
        long=_price(entry["long"]) if "long" in entry else None,
    )
