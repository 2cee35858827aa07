"""Assertions that fail, or never run, while their test passes: run for real, in the place of a sandbox."""

import pytest
from python_for_real import really_run

from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest

UNIT = """
import asyncio, threading

async def doubled(value):
    await asyncio.sleep(0)
    return value * 2

def later(back, value):
    thread = threading.Thread(target=back, args=(value,))
    thread.start()
    thread.join()
"""
CHECK = "async def check(): IS(await doubled(2), 7)\n"
UNHEARD = {
    "test_callback": "later(lambda value: IS(value, 7), 1)",
    "test_pool": "with ThreadPoolExecutor() as pool: pool.submit(lambda: IS(1, 7))",
    "test_swallowed": "try: IS(1, 7)\nexcept AssertionError: ok = False",
    "test_gathered": f"{CHECK}async def go(): await asyncio.gather(check(), return_exceptions=True)\nasyncio.run(go())",
    "test_any_error": "with RAISES(Exception): IS(1, 7)",
}
NEVER = {"test_unawaited": "async def check(): assert await doubled(2) == 7\ncheck()"}
HEARD = {
    "test_awaited": "async def check(): IS(await doubled(2), 4)\nasyncio.run(check())",
    "test_helper_that_asserts": "with RAISES(AssertionError): IS(1, 7)",
    "test_quiet_coroutine": "async def idle(): return 1\nidle()",
    "test_error_of_its_own": "with RAISES(ValueError): raise ValueError",
}
WRONG = {"test_wrong": "IS(1, 7)"}


def suite(framework):
    heads = "import asyncio, pytest, unittest\nfrom concurrent.futures import ThreadPoolExecutor\nfrom unit import *\n"
    tests = []
    for name, body in {**UNHEARD, **NEVER, **HEARD, **WRONG}.items():
        lines = "".join(f"    {line}\n" for line in [*body.splitlines(), "IS(2, 2)"])
        tests.append(f"def {name}(SELF):\n{lines}")
    if framework == "pytest":
        text = f"{heads}def IS(one, other): assert one == other\n" + "\n".join(tests)
        return text.replace("SELF", "").replace("RAISES", "pytest.raises")
    inner = "".join(f"    {line}\n" for test in tests for line in test.splitlines())
    text = f"{heads}class TestUnit(unittest.TestCase):\n{inner}"
    return text.replace("SELF", "self").replace("RAISES", "self.assertRaises").replace("IS(", "self.assertEqual(")


@pytest.mark.parametrize("framework", [Pytest(), Unittest()], ids=lambda each: each.name)
def test_what_nobody_hears_fails_the_test_it_is_in(tmp_path, framework):
    _, failed = really_run(framework, tmp_path, UNIT, suite(framework.name))

    assert failed.keys() == {*UNHEARD, *NEVER, *WRONG}
    assert all("An assertion failed where nobody heard it" in failed[name] for name in UNHEARD)
    assert failed["test_unawaited"] == "check was never awaited, so that its assertions did not run; await it."
    assert "nobody heard" not in failed["test_wrong"]
