import subprocess
import sys

from testwright.jobs.terminals import is_gone, own_run_id


def test_the_own_process_is_there():
    assert not is_gone(own_run_id())


def test_a_process_that_ended_is_gone():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(30)

    assert is_gone(f"cli-{ended.pid}-{'0' * 32}")


def test_a_run_that_nobody_claimed_or_that_an_engine_has_is_not_called_gone():
    assert not is_gone(None)
    assert not is_gone("01HX-run-of-an-engine")
    assert is_gone(f"cli-{10**30}-{'0' * 32}")
