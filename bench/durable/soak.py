"""The service at work for a while, with people who come, look, cancel and go: does it grow?"""

import random
import time
from pathlib import Path
from statistics import median

from figures import Row, accounts
from running import House, Readers, ended

AT_ONCE, FILES, SECONDS_BETWEEN_SAMPLES, SAMPLES_BETWEEN_LINES = 6, 8, 1.0, 60


def soak(folder: Path, seconds: float) -> list[Row]:
    chance = random.Random(1)
    samples: list[float] = []
    whole: list[str] = []
    begun = 0
    with ended(House(folder, "0.05", width="4")) as house:
        until = time.monotonic() + seconds
        sampled = 0.0
        while time.monotonic() < until:
            while house.running() < AT_ONCE:
                session_id = house.trigger(FILES, "value = 1\n" * 500)
                begun += 1
                if chance.random() < 0.25:
                    _look_and_leave(house, session_id, chance)
                    house.post(f"/api/sessions/{session_id}/cancel", {})
                else:
                    whole.append(session_id)
            if begun % 50 == 0:
                with ended(Readers(house, whole[-4:], 40)):
                    time.sleep(1.0)
            if time.monotonic() - sampled >= SECONDS_BETWEEN_SAMPLES:
                sampled = time.monotonic()
                samples.append(house.resident_bytes() / 1e6)
                if len(samples) % SAMPLES_BETWEEN_LINES == 0:
                    minute = (time.monotonic() - until + seconds) / 60
                    print(f"{minute:5.1f} min {samples[-1]:6.1f} MB {begun:5} sessions", flush=True)
            time.sleep(0.1)
        house.wait_until_done(120)
        lost, doubled = accounts(house, whole[-500:], FILES)
    # The first fifth is left to caches and pools, which fill up once.
    tenth = max(1, len(samples) // 10)
    early, late = median(samples[2 * tenth : 3 * tenth]), median(samples[-tenth:])
    growth = (late / early - 1) * 100
    return [
        Row(
            f"{seconds:g} s of sessions: growth of memory",
            f"{growth:.1f} % ({early:.0f} to {late:.0f} MB, {begun} sessions)",
            "< 5 %",
            growth < 5,
        ),
        Row("… lost / doubled in the last 500", f"{lost} / {doubled}", "0 / 0", lost == doubled == 0),
    ]


def _look_and_leave(house: House, session_id: str, chance: random.Random) -> None:
    left = chance.randint(1, 10)
    with house.client.stream("GET", f"/api/inngest/stream/{session_id}") as got:
        for line in got.iter_lines():
            left -= line.startswith("data:")
            if left == 0:
                return
