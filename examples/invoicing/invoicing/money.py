"""Amounts of money, always in whole cents."""

import re

_AMOUNT = re.compile(r"^(-)?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d{1,2}))?$")


def parse_amount(text: str) -> int:
    """Read an amount such as "1,234.50" and return cents.

    >>> parse_amount("12.5")
    1250
    """
    match = _AMOUNT.match(text.strip())
    if match is None:
        raise ValueError(f"not an amount: {text!r}")
    sign, whole, rest = match.groups()
    cents = int(whole.replace(",", "")) * 100 + int((rest or "0").ljust(2, "0"))
    return -cents if sign else cents


def format_amount(cents: int, currency: str = "EUR") -> str:
    """Write cents for people.

    >>> format_amount(123450)
    '1,234.50 EUR'
    """
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d} {currency}"


def split_evenly(cents: int, parts: int) -> list[int]:
    """Split an amount so that nothing is lost; the first shares get the odd cents."""
    if parts < 1:
        raise ValueError("parts must be at least 1")
    share, odd = divmod(cents, parts)
    return [share + 1 if index < odd else share for index in range(parts)]
