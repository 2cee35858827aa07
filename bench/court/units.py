"""The two files that the labelled tests are about: the same small shop in Python and in JavaScript."""

PYTHON = '''"""Prices of a small shop, in cents."""

import random
import time
import urllib.request

RATES = {"standard": 19, "reduced": 7}
seen: list[str] = []


def gross(net: int, rate: str = "standard") -> int:
    """The price with tax, rounded half up. Raises ValueError for a rate nobody knows."""
    if rate not in RATES:
        raise ValueError(f"no such rate: {rate}")
    return (net * (100 + RATES[rate]) + 50) // 100


def discounted(price: int, percent: int) -> int:
    """The price less a discount; never below zero.

    >>> discounted(1000, 10)
    900
    """
    return price - price * percent // 100


def shipping(weight: int) -> int:
    """Free below a kilogram, then 500 a started kilogram, at most 2000."""
    if weight < 1000:
        return 0
    return min(2000, 500 * -(-weight // 1000))


def visit(name: str) -> int:
    """How many different people have been here."""
    if name not in seen:
        seen.append(name)
    return len(seen)


def draw(entries: list[str]) -> str:
    return random.choice(entries)


def age_of(created: float) -> float:
    return time.time() - created


def rate_today(currency: str) -> str:
    with urllib.request.urlopen(f"http://rates.test/{currency}") as answer:
        return answer.read().decode()


def wait_for(ready) -> bool:
    while not ready():
        pass
    return True
'''

JAVASCRIPT = """// Prices of a small shop, in cents.

export const RATES = { standard: 19, reduced: 7 }
const seen = []

/** The price with tax, rounded half up. Throws for a rate nobody knows. */
export function gross(net, rate = 'standard') {
  if (!(rate in RATES)) throw new RangeError(`no such rate: ${rate}`)
  return Math.floor((net * (100 + RATES[rate]) + 50) / 100)
}

/**
 * The price less a discount; never below zero.
 * @example discounted(1000, 10) // 900
 */
export function discounted(price, percent) {
  return price - Math.floor((price * percent) / 100)
}

/** Free below a kilogram, then 500 a started kilogram, at most 2000. */
export function shipping(weight) {
  if (weight < 1000) return 0
  return Math.min(2000, 500 * Math.ceil(weight / 1000))
}

/** How many different people have been here. */
export function visit(name) {
  if (!seen.includes(name)) seen.push(name)
  return seen.length
}

export function draw(entries) {
  return entries[Math.floor(Math.random() * entries.length)]
}

export function ageOf(created) {
  return Date.now() - created
}

export async function rateToday(currency) {
  const answer = await fetch(`http://rates.test/${currency}`)
  return answer.text()
}

export function waitFor(ready) {
  while (!ready()) {}
  return true
}
"""

_EXPORTED = ("RATES", "gross", "discounted", "shipping", "visit", "draw", "ageOf", "rateToday", "waitFor")
COMMONJS = f"{JAVASCRIPT.replace('export ', '')}\nmodule.exports = {{ {', '.join(_EXPORTED)} }}\n"
