"""What random numbers decide is not written down, however often it came out alike. In a process of its own: the probe
listens to everything that happens in one."""

import json
import subprocess
import sys
from pathlib import Path

UNIT = """
import random, uuid

def shuffle(text):
    letters = list(text)
    random.shuffle(letters)
    return "".join(letters)

def identifier():
    return str(uuid.uuid4())
"""
PROBE = """
import itertools, json, random, sys, time
import unit
from testwright.writers.explorer.python.probe import replay
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.facts import Facts

bench = Bench(unit, Facts(unit), sys.argv[1], ["shuffle", "identifier"])

def record(call, *checks):
    return {"call": call, "checks": checks, "lines": [], "patches": [], "error": None, "symbol": "unit"}

def shuffled(text, seed):
    random.seed(seed)
    return unit.shuffle(text)

words = map("".join, itertools.product("ab", repeat=4))
lucky = next(word for word in words if len(set(word)) > 1 and shuffled(word, 0) == shuffled(word, 987_654_321))
result = shuffled(lucky, 0)
records = [
    record(f"shuffle({lucky!r})", ["", "equals", repr(result)]),
    record(f"shuffle({lucky!r})", ["len()", "equals", "4"]),
    record("shuffle('a')", ["", "equals", "'a'"]),
    record("identifier()", ["", "instance", "str"]),
]
held = [replay.holds(each, bench) for each in records]
with replay.later(unit):
    later = [replay.holds(each, bench) for each in records]
kept = replay.steady(bench, records, time.monotonic() + 30)
bench.close()
print(json.dumps([held, later, [records.index(each) for each in kept]]))
"""


def test_a_result_that_came_out_alike_in_two_runs_by_chance_is_not_written_down(tmp_path):
    (tmp_path / "unit.py").write_text(UNIT)
    root = str(Path(__file__).parents[3])

    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path)],
        env={"PYTHONPATH": f"{tmp_path}:{root}"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    held, later, kept = json.loads(done.stdout)
    assert held == later == [True] * 4
    assert kept == [1, 2, 3]
