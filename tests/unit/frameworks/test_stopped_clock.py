"""The clock that is stopped inside the sandbox, in processes of their own."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from testwright.domain.projects import EAST, WEST, Moment, Runner, RunOrder
from testwright.frameworks.jest import Jest
from testwright.frameworks.mocha import Mocha
from testwright.frameworks.node_test import NodeTest
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest
from testwright.frameworks.vitest import Vitest

ASSETS = Path(__file__).parents[3] / "testwright/frameworks/assets"
PYTHON = """
import testwright_clock
stopped = testwright_clock.stop_clock()
import datetime, json, logging, time, pickle
class Own(datetime.datetime): pass
class Record:
    made = time.time
before = time.monotonic()
time.sleep(0.01)
print(json.dumps({
    "stopped": stopped,
    "now": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    "local": [datetime.datetime.now().isoformat(), datetime.datetime.today().isoformat()],
    "utc": datetime.datetime.utcnow().isoformat(),
    "today": datetime.date.today().isoformat(),
    "time": [time.time(), time.time_ns() / 1e9, Record().made(), time.clock_gettime(time.CLOCK_REALTIME)],
    "words": [time.strftime("%Y-%m-%d"), time.ctime(), time.asctime(), str(time.gmtime().tm_hour)],
    "given": [time.strftime("%Y", time.gmtime(0)), datetime.datetime.fromtimestamp(0, datetime.timezone.utc).year],
    "same": type(datetime.datetime.now()) is datetime.datetime and type(Own.now()) is Own,
    "log": logging.Formatter("%(asctime)s").format(logging.makeLogRecord({"created": time.time(), "msecs": 0})),
    "moves": time.monotonic() > before,
}))
"""
NODE = """
require('./clock.cjs').stopClock(globalThis, process.env.TESTWRIGHT_CLOCK)
class Own extends Date {}
const found = {
  now: [Date.now(), +new Date(), +new Own()], words: Date(), given: new Date(0).toISOString(),
  utc: Date.UTC(1970, 0, 2),
  same: new Date() instanceof Date && new Date().constructor === Date && new Own() instanceof Date,
  hour: new Date().getHours(),
}
const now = Date.now
Date.now = () => 7
found.replaced = Date.now()
Date.now = now
found.back = Date.now()
console.log(JSON.stringify(found))
"""


def ordered(framework, moment: Moment = EAST) -> dict[str, str]:
    ending = ".py" if "python" in framework.languages else ".js"
    runner = Runner(framework=framework.name, version="1", origin="managed", found="it", program=("run", "it"))
    order = RunOrder(source_path=f"a{ending}", suite_paths=(f"a.test{ending}",), seed=1, frozen=moment)
    return dict(framework.command(order, runner, "/w").env)


def run(argv: list[str], folder: Path, env: dict[str, str]) -> dict[str, object]:
    env = {**os.environ, **env, "PYTHONPATH": str(folder)}
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_python_code_reads_the_stopped_clock_everywhere_and_nothing_else_changes():
    env = {name: ordered(Pytest())[name] for name in ("TZ", "TESTWRIGHT_CLOCK")}

    found = run([sys.executable, "-W", "ignore", "-c", PYTHON], ASSETS / "python", env)

    local = "2034-01-01T04:25:37.813000"
    assert found == {
        "stopped": True,
        "now": EAST.at.isoformat(),
        "local": [local, local],
        "utc": "2033-12-31T22:40:37.813000",
        "today": "2034-01-01",
        "time": [EAST.at.timestamp()] * 4,
        "words": ["2034-01-01", "Sun Jan  1 04:25:37 2034", "Sun Jan  1 04:25:37 2034", "22"],
        "given": ["1970", 1970],
        "same": True,
        "log": "2034-01-01 04:25:37,000",
        "moves": True,
    }


def test_where_a_package_takes_the_clock_apart_by_itself_it_is_left_alone_and_that_is_told(tmp_path):
    (tmp_path / "time_machine.py").write_text("")
    (tmp_path / "testwright_clock.py").write_text((ASSETS / "python/testwright_clock.py").read_text())
    text = "import testwright_clock, json, time; print(json.dumps([testwright_clock.stop_clock(), time.time() < 2e9]))"

    assert run([sys.executable, "-c", text], tmp_path, {"TESTWRIGHT_CLOCK": "2019688800"}) == [False, True]


def test_javascript_code_reads_the_stopped_clock_and_fakes_go_on_top_of_it():
    env = {name: ordered(Jest())[name] for name in ("TZ", "TESTWRIGHT_CLOCK")}

    found = run(["node", "-e", NODE], ASSETS / "javascript", env)

    moment = round(EAST.at.timestamp() * 1000)
    assert found == {
        "now": [moment] * 3,
        "words": "Sun Jan 01 2034 04:25:37 GMT+0545 (Nepal Time)",
        "given": "1970-01-01T00:00:00.000Z",
        "utc": 86_400_000,
        "same": True,
        "hour": 4,
        "replaced": 7,
        "back": moment,
    }


def test_where_it_ticks_each_reading_is_a_millisecond_later_in_both_languages():
    python = "import testwright_clock; testwright_clock.stop_clock(); import datetime, json, time\n"
    python += "read = [time.time(), datetime.datetime.now().timestamp(), time.time_ns() / 1e9]\n"
    python += f"print(json.dumps([round(1000 * (now - {WEST.at.timestamp():.3f})) for now in read]))"
    node = "require('./clock.cjs').stopClock(globalThis, process.env.TESTWRIGHT_CLOCK)\n"
    node += "const read = [Date.now(), +new Date(), Date.now()]\n"
    node += f"console.log(JSON.stringify(read.map((now) => now - {round(WEST.at.timestamp() * 1000)})))"

    found = [
        run([sys.executable, "-c", python], ASSETS / "python", ordered(Pytest(), WEST)),
        run(["node", "-e", node], ASSETS / "javascript", ordered(Jest(), WEST)),
    ]

    first = found[0][0]  # that it stands was looked at
    assert found == [[first, first + 1, first + 2], [0, 1, 2]]


ELSEWHERE = """
const back = require('./elsewhere.cjs').goElsewhere(globalThis, 0)
const said = () => [
  (1234.5).toLocaleString(), (1234.5).toLocaleString('en'), (10n ** 4n).toLocaleString([]), [0.5].toLocaleString(),
  new Date(0).toLocaleString('default', { month: 'long', timeZone: 'UTC' }), new Intl.NumberFormat().format(0.5),
  Intl.DateTimeFormat().resolvedOptions().locale.slice(0, 2), new Intl.NumberFormat('en') instanceof Intl.NumberFormat,
]
const found = { there: said() }
back()
console.log(JSON.stringify({ ...found, back: said() }))
"""


def test_javascript_code_that_names_no_language_is_elsewhere_until_it_is_brought_back():
    found = run(["node", "-e", ELSEWHERE], ASSETS / "javascript", {"LC_ALL": "en_US.UTF-8"})

    assert found == {
        "there": ["1.234,5", "1,234.5", "10.000", "0,5", "Januar", "0,5", "de", True],
        "back": ["1,234.5", "1,234.5", "10,000", "0.5", "January", "0.5", "en", True],
    }


@pytest.mark.parametrize("framework", [Pytest(), Unittest(), Jest(), Vitest(), Mocha(), NodeTest()])
@pytest.mark.parametrize("moment", [EAST, WEST], ids=lambda each: each.zone)
def test_every_framework_is_told_when_and_where_it_is(framework, moment):
    env = ordered(framework, moment)

    assert env["TZ"] == moment.zone
    assert float(env["TESTWRIGHT_CLOCK"].removesuffix(moment.sign)) in (
        moment.at.timestamp(),
        moment.at.timestamp() * 1000,
    )


def test_the_moments_differ_in_all_that_a_date_has_and_lie_on_both_sides_of_greenwich():
    here = [moment.at.astimezone(ZoneInfo(moment.zone)) for moment in (EAST, WEST)]

    assert len({at.year for at in here}) == len({at.month for at in here}) == len({at.day for at in here}) == 2
    assert {at.weekday() >= 5 for at in here} == {True, False}
    assert here[0].utcoffset() > timedelta(0) > here[1].utcoffset()
    assert all(at.day != moment.at.day for at, moment in zip(here, (EAST, WEST), strict=True))
