"""Room for so many runs of one function at once; who came first goes first, also when coming back from a pause."""

import asyncio
import heapq
from itertools import count


class Slots:
    """`limit` None is no limit. Of one event loop."""

    def __init__(self, limit: int | None) -> None:
        self._free = limit
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._numbers = count()

    def ticket(self) -> "Ticket":
        return Ticket(self, next(self._numbers))

    @property
    def queue_depth(self) -> int:
        return sum(not place.done() for _, place in self._waiting)

    def leave(self, number: int) -> None:
        """Stop waiting: `take` raises CancelledError."""
        for waiting, place in self._waiting:
            if waiting == number:
                place.cancel()

    async def take(self, number: int) -> None:
        if self._free is None:
            return
        if self._free > 0:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back()  # it was handed to us while we were leaving
            raise

    def give_back(self) -> None:
        if self._free is None:
            return
        while self._waiting:
            _, place = heapq.heappop(self._waiting)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1


class Ticket:
    """One run's place in the queue, kept for its whole life."""

    def __init__(self, slots: Slots, number: int) -> None:
        self._slots = slots
        self._number = number
        self._held = False

    async def take(self) -> None:
        if not self._held:
            await self._slots.take(self._number)
            self._held = True

    def leave(self) -> None:
        self._slots.leave(self._number)

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._slots.give_back()
