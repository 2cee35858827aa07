"""Handing an accepted round to the job engine, and taking it back when the engine cannot be reached."""

import asyncio
from collections.abc import Awaitable, Callable

from testwright.api.services import ApiServices
from testwright.domain.errors import EngineUnreachable
from testwright.domain.records import Accepted


class Starter:
    """Starts each accepted round once. A repeated request waits for the first one's outcome, and shares it."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services
        self._under_way: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def start(self, accepted: Accepted, owner: str) -> None:
        """Raises EngineUnreachable when nothing was started; then nothing of the round is left behind either."""
        key = accepted.session_id, accepted.round
        if accepted.started:
            outcome = self._under_way[key] = asyncio.create_task(self._hand_over(accepted, owner))
            outcome.add_done_callback(lambda _: self._under_way.pop(key, None))
        elif key in self._under_way:
            outcome = self._under_way[key]
        else:
            return
        await asyncio.shield(outcome)

    async def _hand_over(self, accepted: Accepted, owner: str) -> None:
        try:
            await self._services.dispatch(accepted)
        except EngineUnreachable as error:
            await self._take_back(accepted, owner)
            raise EngineUnreachable(f"{error.message} Nothing was started.", hint=error.hint) from error

    async def _take_back(self, accepted: Accepted, owner: str) -> None:
        undo: Callable[[str, str], Awaitable[object]] = (
            self._services.store.delete if accepted.round == 1 else self._services.store.cancel
        )
        await undo(accepted.session_id, owner)
