"""Calls that end badly cost their unit alone, and are told with the reason."""

import enum
import json
import os
import signal
import time

from testwright.domain.drafts import Skipped
from testwright.writers.explorer.python import records
from testwright.writers.explorer.python.probe.bench import without_place
from testwright.writers.explorer.python.probe.children import Silence, in_child
from testwright.writers.explorer.python.probe.exploring import is_bare
from testwright.writers.explorer.python.probe.main import _said
from testwright.writers.explorer.python.probe.search import is_avoided


def test_a_child_that_gives_an_answer_is_heard():
    answer, _ = in_child(lambda pulse: [1, 2], 5.0)

    assert answer == [1, 2]


def test_a_child_that_crashes_is_told_with_its_signal_and_what_it_did():
    def work(pulse):
        pulse.beat("crash(3)")
        os.kill(os.getpid(), signal.SIGKILL)

    answer, ended = in_child(work, 5.0)

    assert answer is None
    assert (ended.doing, ended.because) == ("crash(3)", "ends the process (SIGKILL)")


def test_a_search_that_breaks_down_is_told_with_its_error():
    def work(pulse):
        raise TypeError("protocols cannot be asked")

    answer, ended = in_child(work, 5.0)

    assert answer is None
    assert ended.because == "cannot be explored (TypeError: protocols cannot be asked)"


def test_a_child_that_never_ends_is_ended():
    def work(pulse):
        pulse.beat("loop()")
        time.sleep(60)

    answer, ended = in_child(work, 0.5)

    assert answer is None
    assert ended.because == "does not come to an end"


def test_silence_counts_work_and_a_word_ends_it():
    silence = Silence(os.getpid())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass

    assert silence.seconds() >= 0.25
    silence.broken()
    assert silence.seconds() < 0.25


def test_what_eats_memory_gets_an_error_instead():
    def work(pulse):
        try:
            return len(bytearray(1 << 30))
        except MemoryError:
            return "refused"

    assert in_child(work, 20.0)[0] == "refused"


def test_one_call_is_told_for_each_way_in_which_a_thing_ended():
    ends = {"f(1)": "ends the process", "f(2)": "ends the process", "x = C()\nx.g(3)": "does not come to an end"}

    assert _said(ends) == ["f(1) ends the process", "x.g(3) does not come to an end"]


def test_a_call_is_avoided_by_itself_or_with_all_calls_of_what_it_calls():
    assert is_avoided("f(1)", frozenset({"f(1)"}))
    assert is_avoided("x = C()\nx.g(9)", frozenset({"x.g("}))
    assert not is_avoided("f(2)", frozenset({"f(1)", "x.g("}))


def test_what_was_left_alone_is_read_with_distrust():
    report = {"records": [], "skipped": [["f", "f(1) ends\nthe process"]]}

    assert records.skipped(json.dumps(report).encode()) == (Skipped(symbol="f", because="f(1) ends the process"),)
    assert records.skipped(json.dumps({"records": [], "skipped": [7]}).encode()) == ()


def test_of_a_message_with_a_place_of_the_test_the_longest_part_is_told():
    said = "The path: '/tmp/run-1/file.txt' can NOT be created as a directory: it is a file."

    assert without_place(said, "/tmp/run-1") == "can NOT be created as a directory: it is a file."
    assert without_place("no such name", "/tmp/run-1") == "no such name"


def test_enumerations_and_errors_without_a_function_of_their_own_are_left_alone_without_a_word():
    class Colour(enum.Enum):
        RED = 1

    class Warm(enum.Enum):
        RED = 1

        @property
        def is_warm(self):
            return self is Warm.RED

    class Missing(LookupError):
        """Nobody knows it."""

    class Told(Exception):
        def __init__(self, code):
            self.code = code

    class Point:
        pass

    assert [each.__name__ for each in (Colour, Warm, Missing, Told, Point) if is_bare(each)] == ["Colour", "Missing"]
