"""Exchange rates, asked from the bank's service."""

import json
from urllib.request import urlopen

SERVICE = "https://rates.example/latest"


class RateMissing(LookupError):
    """The service does not know this currency."""


def fetch_rate(currency: str, timeout_seconds: float = 5.0) -> float:
    """How many units of the currency one euro buys."""
    if currency == "EUR":
        return 1.0
    with urlopen(f"{SERVICE}?to={currency}", timeout=timeout_seconds) as answer:
        rates = json.load(answer)
    if currency not in rates:
        raise RateMissing(f"no rate for {currency}")
    return float(rates[currency])


def convert(cents: int, rate: float) -> int:
    """Cents of another currency for euro cents at a rate."""
    if rate <= 0:
        raise ValueError("a rate must be positive")
    return round(cents * rate)
