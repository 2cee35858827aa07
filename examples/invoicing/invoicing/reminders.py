"""When to remind whom, and sending it without waiting for each other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

STEPS = (7, 21, 35)


def level(days_late: int) -> int:
    """0 for not late, then 1 to 3; from the last step on it is a case for a lawyer (4)."""
    if days_late <= 0:
        return 0
    for number, days in enumerate(STEPS, start=1):
        if days_late < days:
            return number
    return 4


def fee(days_late: int) -> int:
    """The reminder's fee in cents: nothing at first, then 500 a level."""
    return max(0, level(days_late) - 1) * 500


def reminder_days(first: int = 7, most: int = 60) -> Iterator[int]:
    """The days after which a reminder goes out, each gap twice the one before."""
    day = gap = first
    while day <= most:
        yield day
        gap *= 2
        day += gap


async def send_all(names: list[str], send: Callable[[str], Awaitable[bool]]) -> dict[str, bool]:
    """Send to everybody at once; one that fails does not stop the others."""

    async def attempt(name: str) -> bool:
        try:
            return await send(name)
        except OSError:
            return False

    answers = await asyncio.gather(*(attempt(name) for name in names))
    return dict(zip(names, answers, strict=True))
