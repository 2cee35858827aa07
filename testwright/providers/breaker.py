"""One provider's door in this process: shut for a while after it failed again and again, or asked us to slow down."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from testwright.domain.errors import TestwrightError, TransientError
from testwright.providers.refusals import LATER

_FAILURES = 5
_SHUT_SECONDS = 30.0
_FAILING = frozenset({"model_unavailable", "model_unreachable", "model_timeout", "model_interrupted"})


@dataclass
class Breaker:
    """`now` is a clock in seconds that never goes back. When the time is over one call tries the door, and who comes
    meanwhile waits for how that ends: a refusal would cost one of the few times that a job tries again.
    """

    now: Callable[[], float]
    failures: int = 0
    shut_until: float = 0.0
    _trial: asyncio.Event | None = None

    async def pass_through(self, model: str) -> None:
        """Raises TransientError while the door is shut: nothing is sent, so nothing is paid.

        Who is let through says how it went (`note`), or that it did not go (`withdraw`). A call has limits of its own,
        so this wait has them too.
        """
        while self._trial is not None:
            await self._trial.wait()
        left = self.shut_until - self.now()
        if left > 0:
            raise TransientError(
                f"{model} is left alone for a moment, because it is overloaded or does not answer.",
                code="model_unavailable",
                hint=LATER,
                retry_after_seconds=left,
            )
        if self.failures >= _FAILURES:
            self._trial = asyncio.Event()

    def withdraw(self) -> None:
        """Nothing was sent after all: somebody else may try the door."""
        if self._trial is not None:
            self._trial.set()
            self._trial = None

    def note(self, error: BaseException | None) -> None:
        """How a call ended. An answer, or a refusal that is about one call alone, opens the door."""
        self.withdraw()
        code = error.code if isinstance(error, TestwrightError) else None
        if isinstance(error, TransientError) and code == "model_overloaded":
            self.shut_until = max(self.shut_until, self.now() + (error.retry_after_seconds or 0.0))
        elif code in _FAILING:
            self.failures += 1
            if self.failures >= _FAILURES:
                self.shut_until = self.now() + _SHUT_SECONDS
        elif error is None or code is not None:
            self.failures, self.shut_until = 0, 0.0
