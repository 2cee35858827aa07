"""Room for so many runs of one function at once, and for so many of each key.

Runs that one parent began wait in turn with those of others: whose parent has fewest at work goes first, so that a long
session does not hold up a short one. Among its own, who came first goes first, also when coming back from a pause.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import count


class Slots:
    """`limit` for all together (None is no limit), and of `keyed` each for the runs of one key. Of one event loop."""

    def __init__(self, limit: int | None = None, *, keyed: Sequence[int] = ()) -> None:
        self._limit = limit
        self._keyed = keyed
        self._busy = 0
        self._busy_by_key = tuple(Counter[str]() for _ in keyed)
        self._busy_by_parent = Counter[str]()
        self._waiting: dict[Ticket, asyncio.Future[None]] = {}
        self._numbers = count()

    def ticket(self, *, keys: Sequence[str] = (), parent: str = "") -> "Ticket":
        """`keys`: one for each of the limits by key."""
        return Ticket(self, next(self._numbers), keys, parent)

    @property
    def queue_depth(self) -> int:
        """May be asked from any thread: it looks at none of those who wait."""
        return len(self._waiting)

    def leave(self, ticket: "Ticket") -> None:
        """Stop waiting: `take` raises CancelledError."""
        place = self._waiting.get(ticket)
        if place is not None:
            place.cancel()

    async def take(self, ticket: "Ticket") -> None:
        # Nobody who waits could go now, or it would have gone: a newcomer takes nothing away.
        if self._has_room(ticket):
            self._count(ticket, 1)
            return
        place = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back(ticket)  # it was handed to us while we were leaving
            raise
        finally:
            self._waiting.pop(ticket, None)

    def give_back(self, ticket: "Ticket") -> None:
        self._count(ticket, -1)
        while (following := self._next()) is not None:
            self._count(following, 1)
            self._waiting.pop(following).set_result(None)

    def _next(self) -> "Ticket | None":
        able = [ticket for ticket, place in self._waiting.items() if not place.done() and self._has_room(ticket)]
        return min(able, key=lambda ticket: (self._busy_by_parent[ticket.parent], ticket.number), default=None)

    def _has_room(self, ticket: "Ticket") -> bool:
        if self._limit is not None and self._busy >= self._limit:
            return False
        limits = zip(self._keyed, self._busy_by_key, ticket.keys, strict=True)
        return all(busy[key] < limit for limit, busy, key in limits)

    def _count(self, ticket: "Ticket", by: int) -> None:
        self._busy += by
        by_key = zip(self._busy_by_key, ticket.keys, strict=True)
        for counter, name in (*by_key, (self._busy_by_parent, ticket.parent)):
            counter[name] += by
            if not counter[name]:
                del counter[name]


class Ticket:
    """One run's place in the queue, kept for its whole life."""

    def __init__(self, slots: Slots, number: int, keys: Sequence[str], parent: str) -> None:
        self.number, self.keys, self.parent = number, keys, parent
        self._slots = slots
        self._held = False

    async def take(self) -> None:
        if not self._held:
            await self._slots.take(self)
            self._held = True

    def leave(self) -> None:
        self._slots.leave(self)

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._slots.give_back(self)
