"""Who works on a round hears of it when that has become vain."""

import asyncio

from testwright.store import running
from testwright.store.database import Database
from testwright.store.shared import Shared
from testwright.store.wakeups import Bell

_POLL_SECONDS = 5.0
"""A net: whoever cancels in this process rings at once, and other processes are heard of within two seconds."""
_REST_SECONDS = 0.2
"""All that is told of a session wakes whoever waits for its end; it need not look more often than this."""
_LINGER_SECONDS = 2.0


class Cancels:
    """One look for all the files of a round that are at work."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._shared = Shared(self._look, linger_seconds=_LINGER_SECONDS)

    async def wait(self, session_id: str, round: int) -> None:
        """Return once work on this round is in vain. Never returns for a round that ends as it should."""
        await self._shared.wait((session_id, round))

    def close(self) -> None:
        self._shared.close()

    async def _look(self, of: tuple[str, int]) -> None:
        async with self._bell.watch(of[0], of_ends=True) as wakeup:
            while not await self._database.glance(lambda rows: running.is_cut_short(rows, *of)):
                await wakeup.wait_for_news(_POLL_SECONDS)
                await asyncio.sleep(_REST_SECONDS)
