"""How long a request will take, from what this installation has seen so far."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median, quantiles

from testwright.domain.records import NewSession
from testwright.domain.sessions import SourceFile
from testwright.providers.options import Price
from testwright.store import Store

SECONDS_BEFORE_ANY_HISTORY = 30.0
_ENOUGH_FOR_QUARTILES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Whole seconds for all files together."""

    seconds: int
    low: int
    high: int


async def estimate(store: Store, *, writer: str, frameworks: Sequence[str], width: int) -> Estimate:
    """`frameworks` names the framework of each file; `width` is how many files are worked on at once."""
    files = Counter(frameworks)
    seen = {framework: await store.seconds_per_file(writer, framework) for framework in files}
    each = [(_spread(seen[framework]), count) for framework, count in files.items()]
    low, middle, high = (_together([(spread[place], count) for spread, count in each], width) for place in range(3))
    return Estimate(seconds=middle, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """`usd` is None where no price is known. `basis` is history (what the model took here before) or size."""

    tokens: int
    usd: float | None
    basis: str


PriceOf = Callable[[str | None], Price | None]


async def expected_spending(store: Store, new: NewSession, price_of: PriceOf) -> Spending:
    """By what the same model took for a file before, else by the size of the files. The explorer takes nothing."""
    if new.model is None:
        return Spending(tokens=0, usd=0.0, basis="history")
    seen = await store.spent_per_file(new.model)
    if not seen:
        return _by_size(new, price_of(new.model))
    costs = [cost for _, cost in seen if cost is not None]
    files = len(new.files)
    return Spending(
        tokens=round(median(tokens for tokens, _ in seen) * files),
        usd=round(median(costs) * files, 6) if costs else None,
        basis="history",
    )


_BYTES_A_TOKEN = 4
_TOKENS_AROUND_A_SOURCE = 2_500
"""Of a prompt: the instructions, and what it says of the project."""
_ASKED_FOR_A_FILE = 2
"""Calls: a draft, and either a repair or what nothing notices."""
_LEAST_ANSWER = 1_500
_ANSWER_FOR_A_SOURCE = 1.5
"""Tokens of tests and thought for a token of source."""


def _by_size(new: NewSession, price: Price | None) -> Spending:
    sizes = [len(file.text.encode()) / _BYTES_A_TOKEN for file in new.files if isinstance(file, SourceFile)]
    asked = round(sum(_ASKED_FOR_A_FILE * (_TOKENS_AROUND_A_SOURCE + size) for size in sizes))
    answered = round(sum(max(_LEAST_ANSWER, _ANSWER_FOR_A_SOURCE * size) for size in sizes))
    usd = None if price is None else round(price.of(asked, answered), 6)
    return Spending(tokens=asked + answered, usd=usd, basis="size")


def in_words(seconds: int) -> str:
    """30s, 2m 30s, 1h 5m."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    rest = seconds % 60
    return " ".join(
        part for part in (f"{minutes}m" if minutes else "", f"{rest}s" if rest or not minutes else "") if part
    )


def _spread(observed: Sequence[float]) -> tuple[float, float, float]:
    """A low, a middle and a high number of seconds for one file."""
    middle = median(observed) if observed else SECONDS_BEFORE_ANY_HISTORY
    if len(observed) < _ENOUGH_FOR_QUARTILES:
        return middle / 2, middle, middle * 2
    low, _, high = quantiles(observed, n=4)
    return max(low, 0.0), middle, high


def _together(each: Sequence[tuple[float, int]], width: int) -> int:
    if not each:
        return 0
    longest = max(seconds for seconds, _ in each)
    return max(1, ceil(max(sum(seconds * count for seconds, count in each) / width, longest)))
