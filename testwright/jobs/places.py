"""Who has a place at work, in this process. A file that waits for a model's answer lends its place to another one."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from testwright.jobs.slots import Ticket


@dataclass
class Places:
    """At most `most_away` are away at once; whoever would be one more keeps the place, so that not all of a long
    session is begun at once.
    """

    most_away: int = 0
    _away: int = 0
    _held: dict[str, tuple[Ticket, asyncio.AbstractEventLoop]] = field(default_factory=dict)

    @contextmanager
    def known(self, data: Mapping[str, Any], ticket: Ticket) -> Iterator[None]:
        """While this lasts the run's ticket is found by what its event says it is about. In the ticket's own loop."""
        run = _key(data)
        self._held[run] = ticket, asyncio.get_running_loop()
        try:
            yield
        finally:
            self._held.pop(run, None)

    @asynccontextmanager
    async def away(self, data: Mapping[str, Any]) -> AsyncIterator[None]:
        """Lend the place while this lasts. Who comes back waits for one, before all that began later."""
        held = self._held.get(_key(data))
        if held is None or self._away >= self.most_away:
            yield
            return
        ticket, loop = held
        self._away += 1
        loop.call_soon_threadsafe(ticket.give_back)
        is_back = True
        try:
            yield
        except asyncio.CancelledError:
            is_back = False  # it is over, and shall not have to wait for that
            raise
        finally:
            self._away -= 1
            if is_back:
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(ticket.take(), loop))


def _key(data: Mapping[str, Any]) -> str:
    return json.dumps([data.get(name) for name in ("sessionId", "round", "fileIndex")])
