"""When the next run of a throttled function may begin. Of this process: after a restart it begins anew."""

from testwright.jobs.registered import Throttle


class Pacing:
    """Even spacing, with room for a burst after a pause (the generic cell rate algorithm)."""

    def __init__(self, throttle: Throttle) -> None:
        self._apart = throttle.seconds / throttle.limit
        self._burst = throttle.burst
        self._due: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """How many seconds the run that asks has to wait. Asking takes a turn."""
        due = max(self._due.get(key, now), now)
        self._due[key] = due + self._apart
        return max(0.0, due - self._apart * (self._burst - 1) - now)
