"""What a test says of the stand-ins for what lies outside."""

import importlib
import sys

from testwright.writers.explorer.python.probe.bench import Bench, Check
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Patch, Scenario

SOURCE = """
from urllib.request import urlopen


def size(base, number):
    with urlopen(f"{base}/items/{number}", timeout=2) as answer:
        return len(answer.read())
"""
ANSWER = ("urlopen.return_value.__enter__.return_value.read.return_value = b'abc'",)


def test_what_a_stand_in_was_asked_for_is_told_and_is_no_new_result(tmp_path, monkeypatch):
    (tmp_path / "asking_unit.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    unit = importlib.import_module("asking_unit")
    bench = Bench(unit, Facts(unit), str(tmp_path))
    try:
        one, other = (bench.run(scenario(number)) for number in ("3", "4"))
    finally:
        bench.close()
        del sys.modules["asking_unit"]

    asked = Check("urlopen.call_args", "equals", 'mock.call("http://a/items/3", timeout=2)')
    assert one.checks == (Check("", "equals", "3"), asked)
    assert one.signature == other.signature


def scenario(number):
    arguments = (Argument("base", "", Choice('"http://a"')), Argument("number", "", Choice(number)))
    return Scenario("size", "size", arguments, patches=(Patch("asking_unit.urlopen", "urlopen", ANSWER),))
