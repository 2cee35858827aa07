"""A sandbox whose runs are timed."""

import time
from collections.abc import Callable

from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Completed


class Metered:
    """`ran` hears how long each run took that came to an end."""

    def __init__(self, sandbox: Sandbox, ran: Callable[[float], None]) -> None:
        self._sandbox = sandbox
        self._ran = ran

    @property
    def tier(self) -> str:
        return self._sandbox.tier

    @property
    def detail(self) -> str:
        return str(getattr(self._sandbox, "detail", ""))

    async def run(self, command: Command) -> Completed:
        begun = time.monotonic()
        completed = await self._sandbox.run(command)
        self._ran(time.monotonic() - begun)
        return completed
