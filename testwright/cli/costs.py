"""What a model's answers took, in the words of a terminal."""

from collections.abc import Mapping
from typing import Any


class Meter:
    """Adds up over the files what their events tell."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[int, float | None]] = {}

    def heard(self, event: Mapping[str, Any]) -> str:
        """What was taken so far, when this event tells of more; else nothing."""
        path, tokens = event.get("filePath"), event.get("tokens")
        if path is None or not tokens or self._files.get(path) == (tokens, event.get("costUsd")):
            return ""
        self._files[path] = tokens, event.get("costUsd")
        costs = [cost for _, cost in self._files.values()]
        known = [cost for cost in costs if cost is not None]
        total = sum(tokens for tokens, _ in self._files.values())
        return f" ({taken(total, sum(known) if len(known) == len(costs) else None)} so far)"


def taken(tokens: int, usd: float | None) -> str:
    return f"{tokens:,} {'token' if tokens == 1 else 'tokens'}, {_money(usd)}"


def _money(usd: float | None) -> str:
    if usd is None:
        return "cost not known"
    if usd == 0:
        return "no cost"
    return f"${usd:.2f}" if usd >= 0.1 else f"${usd:.4f}" if usd >= 0.001 else "less than $0.001"
