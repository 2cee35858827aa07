"""Which events start no run: those that a singleton's run is in the way of, and those beyond a function's allowance."""

from typing import Any

from testwright.jobs.protocol import Json
from testwright.jobs.registered import Registered, key_of
from testwright.jobs.runs import begun_within, live_runs


async def is_beyond_allowance(function: Registered, event: Json, run_id: str) -> bool:
    """Whether as many runs as are allowed have been begun by events of the same key. The same event again is not one
    more."""
    for allowance in function.allowances:
        key = key_of(event, allowance.key)
        begun = _like(await begun_within(function.id, allowance.seconds), function.id, allowance.key, key)
        if len(begun) >= allowance.limit and run_id not in begun:
            return True
    return False


async def in_the_way(function: Registered, event: Json, run_id: str) -> list[str]:
    """The runs beside which a singleton must not begin."""
    if function.singleton is None:
        return []
    key = key_of(event, function.singleton.key)
    return sorted(_like(await live_runs(), function.id, function.singleton.key, key) - {run_id})


def _like(runs: list[tuple[str, Json, str]], function_id: str, path: Any, key: str) -> set[str]:
    return {run_id for other, event, run_id in runs if (other, key_of(event, path)) == (function_id, key)}
