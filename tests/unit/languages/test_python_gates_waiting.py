"""Waiting for something is no sleeping, and what is cleaned up may be missing."""

import re

import pytest
from python_court import fault

NEEDED = "import asyncio\nimport contextlib\nimport os\nimport threading\nimport time\nimport pytest\n"
NEEDED += "from shop.price import Cart, parse_price"
STARTS = "got = []\nthreading.Thread(target=lambda: got.append(parse_price('1'))).start()\n"
HELPER = """

def wait_until(ready, seconds=2):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            pytest.fail("it did not come")
        time.sleep(0.01)
"""


@pytest.mark.parametrize(
    "waits",
    [
        "end = time.monotonic() + 2\nwhile not got and time.monotonic() < end:\n    time.sleep(0.005)",
        "for _ in range(200):\n    if got:\n        break\n    time.sleep(0.01)",
        "end = time.time() + 2\nwhile time.time() < end:\n    if got:\n        break\n    time.sleep(0.05)",
        "wait_until(lambda: got)",
    ],
)
def test_a_test_may_wait_for_something_with_a_limit(waits):
    assert fault(f"{STARTS}{waits}\nassert got == [100]", NEEDED + HELPER) is None


@pytest.mark.parametrize(
    "waits",
    [
        "time.sleep(0.05)",
        "while not got:\n    time.sleep(0.005)",
        "end = time.monotonic() + 2\nwhile time.monotonic() < end:\n    time.sleep(0.005)",
        "end = time.monotonic() + 2\nwhile True and time.monotonic() < end:\n    time.sleep(0.005)",
        "late = False\nend = time.monotonic() + 2\nwhile not late and time.monotonic() < end:\n    time.sleep(0.005)",
        "for _ in range(20):\n    time.sleep(0.01)",
        "for _ in range(20):\n    if got:\n        break\n    time.sleep(3.0)",
        "def nap():\n    time.sleep(0.1)\nend = time.time() + 1\nwhile not got and time.time() < end:\n    nap()",
    ],
)
def test_a_test_does_not_wait_for_time_to_pass_or_for_ever(waits):
    assert "sleeps" in fault(f"{STARTS}{waits}\nassert got == [100]", NEEDED).message


@pytest.mark.parametrize(
    "slow",
    [
        "async def slow():\n    await asyncio.sleep(60)\nassert asyncio.run(parse_price(slow())) == 1",
        "async def slow():\n    await asyncio.sleep(0.01)\n    return 1\nassert asyncio.run(parse_price(slow)) == 1",
        "assert asyncio.run(parse_price(asyncio.wait_for(asyncio.sleep(10), 0.01))) == 1",
    ],
)
def test_what_the_code_is_given_may_be_slow(slow):
    assert fault(slow, NEEDED) is None


@pytest.mark.parametrize(
    "naps", ["await asyncio.sleep(60)", "async def nap():\n    await asyncio.sleep(0.5)\nawait nap()"]
)
def test_a_coroutine_that_takes_its_time_is_no_stand_in(naps):
    assert "sleeps" in fault(f"{naps}\nassert parse_price('1') == 1", NEEDED).message


@pytest.mark.parametrize(
    "ends",
    [
        "with contextlib.suppress(FileNotFoundError):\n    (tmp_path / 'a').unlink()",
        "path = Cart().save(tmp_path)\nwith contextlib.suppress(FileNotFoundError):\n    os.remove(path)",
        "try:\n    os.rmdir(tmp_path / 'a')\nexcept OSError:\n    pass",
        "task = Cart().watch()\ntask.cancel()\nwith contextlib.suppress(asyncio.CancelledError):\n    await task",
    ],
)
def test_what_is_cleaned_up_may_be_missing(ends):
    assert fault(f"assert parse_price('1') == 100\n{ends}", NEEDED, arguments="tmp_path") is None


@pytest.mark.parametrize(
    "body",
    [
        "with contextlib.suppress(AssertionError):\n    assert parse_price('1') == 7",
        "with contextlib.suppress(ValueError):\n    parse_price('')",
        "def check():\n    assert parse_price('1') == 7\nwith contextlib.suppress(AssertionError):\n    check()",
        "cart = Cart()\nwith contextlib.suppress(ValueError):\n    cart.add(-1)",
        "with contextlib.suppress(ValueError):\n    cart.add(-1)",
        "ask = parse_price\nwith contextlib.suppress(ValueError):\n    ask('')",
        "stack = contextlib.ExitStack()\nstack.enter_context(contextlib.suppress(AssertionError))",
        "try:\n    cart.add(-1)\nexcept ValueError:\n    pass",
    ],
)
def test_an_error_of_the_code_or_of_an_assertion_is_not_passed_over(body):
    found = fault(f"{body}\nassert parse_price('1') == 100", NEEDED, arguments="cart")

    assert re.search("swallows an error|suppresses errors", found.message)
