"""Write `testwright/providers/prices.json` anew from the genai-prices package (MIT), which is not a dependency of ours.

    uv run --no-project --with genai-prices==0.2.3 python bench/price_list.py 2026-11-10

The argument is the day that version was published: prices are only as good as that day.
"""

import json
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from genai_prices.data import providers  # type: ignore[import-not-found]

OURS = {
    "google": ("gemini", "gemini-"),
    "openai": ("openai", ("gpt-", "o1", "o3", "o4")),
    "anthropic": ("anthropic", "claude-"),
}
NOT_TEXT = (
    "image",
    "tts",
    "live",
    "embedding",
    "audio",
    "realtime",
    "vision",
    "robotics",
    "search",
    "omni",
    "transcribe",
)
TARGET = Path(__file__).parents[1] / "testwright" / "providers" / "prices.json"


def main(as_of: str) -> None:
    models: dict[str, dict[str, Any]] = {}
    for provider in providers:
        if provider.id not in OURS:
            continue
        ours, prefix = OURS[provider.id]
        models[ours] = {
            model.id: entries
            for model in provider.models
            if model.id.startswith(prefix) and not any(word in model.id for word in NOT_TEXT)
            if (entries := entries_of(model.prices))
        }
    listed = {"source": f"genai-prices {version('genai-prices')}, MIT", "asOf": as_of, "models": models}
    TARGET.write_text(json.dumps(listed, indent=1) + "\n")


def entries_of(prices: Any) -> list[dict[str, Any]]:
    """One entry for each day from which a price holds, the first one from ever."""
    if not isinstance(prices, list):
        return [entry] if (entry := entry_of(prices)) else []
    found = []
    for part in prices:
        if part.constraint is not None and not hasattr(part.constraint, "start_date"):
            continue  # a price for certain hours
        if entry := entry_of(part.prices):
            start = {} if part.constraint is None else {"from": part.constraint.start_date.isoformat()}
            found.append({**start, **entry})
    return found


def entry_of(price: Any) -> dict[str, Any] | None:
    if price.input_mtok is None or price.output_mtok is None:
        return None
    parts = {"input": price.input_mtok, "output": price.output_mtok, "cached": price.cache_read_mtok}
    known = {name: value for name, value in parts.items() if value is not None}
    usual = {name: number(getattr(value, "base", value)) for name, value in known.items()}
    tiers = [tier for value in known.values() for tier in getattr(value, "tiers", ())]
    if not tiers:
        return usual
    long = {name: number(value.tiers[0].price if hasattr(value, "tiers") else value) for name, value in known.items()}
    return {**usual, "longTokens": min(tier.start for tier in tiers), "long": long}


def number(value: Decimal) -> float:
    return float(value)


if __name__ == "__main__":
    main(sys.argv[1])
