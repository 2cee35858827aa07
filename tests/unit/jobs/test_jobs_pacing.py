from testwright.jobs.pacing import Pacing
from testwright.jobs.registered import Throttle


def waits(pacing: Pacing, *times: float, key: str = "") -> list[float]:
    return [round(pacing.wait(key, now), 3) for now in times]


def test_starts_are_evenly_apart() -> None:
    assert waits(Pacing(Throttle(2, 5.0, 1, None)), 0, 0, 0) == [0.0, 2.5, 5.0]


def test_after_a_pause_nobody_waits() -> None:
    assert waits(Pacing(Throttle(2, 5.0, 1, None)), 0, 10, 10) == [0.0, 0.0, 2.5]


def test_a_burst_may_begin_at_once() -> None:
    assert waits(Pacing(Throttle(1, 10.0, 3, None)), 0, 0, 0, 0) == [0.0, 0.0, 0.0, 10.0]


def test_each_key_has_its_own_pace() -> None:
    pacing = Pacing(Throttle(1, 10.0, 1, ("data", "owner")))

    assert waits(pacing, 0, key="me") + waits(pacing, 0, key="you") == [0.0, 0.0]
