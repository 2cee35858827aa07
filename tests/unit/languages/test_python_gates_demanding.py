"""Errors that have to come, written out with `try`: as good as `pytest.raises`, where a missing error is seen."""

import pytest
from python_court import fault, faults


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    parse_price('')\nexcept ValueError as error:\n    assert 'empty' in str(error)\nelse:\n    FAIL",
        "try:\n    parse_price('')\nexcept ValueError:\n    pass\nelse:\n    FAIL",
        "try:\n    parse_price('')\n    FAIL\nexcept ValueError:\n    pass",
        "raised = False\ntry:\n    parse_price('')\nexcept ValueError:\n    raised = True\nassert raised",
        "error = None\ntry:\n    parse_price('')\nexcept ValueError as caught:\n    error = caught\nassert error",
        "try:\n    parse_price('')\nexcept ValueError as e:\n    said = str(e)\nelse:\n    said = ''\nassert said",
        "if parse_price('1') != 100:\n    FAIL",
    ],
)
@pytest.mark.parametrize(
    "fail", ["pytest.fail('no error')", "raise AssertionError('no error')", "assert False, 'none'"]
)
def test_a_test_may_demand_an_error_in_its_own_words(body, fail):
    assert fault(body.replace("FAIL", fail)) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("try:\n    parse_price('')\nexcept ValueError:\n    pass", "swallows an error"),
        ("try:\n    parse_price('')\nexcept ValueError as e:\n    assert 'empty' in str(e)", "a missing error pass"),
        (
            "for x in ('', 'x'):\n    try:\n        parse_price(x)\n    except ValueError as e:\n        assert str(e)",
            "a missing error pass",
        ),
        ("try:\n    parse_price('1')\n    assert False\nexcept Exception:\n    pass", "swallows an error"),
        ("try:\n    parse_price('1')\n    raise AssertionError('no')\nexcept:\n    pass", "swallows an error"),
        ("try:\n    parse_price('1')\n    pytest.fail('no')\nexcept BaseException:\n    pass", "swallows an error"),
        (
            "try:\n    parse_price('1')\n    pytest.fail('no')\nexcept pytest.fail.Exception:\n    pass",
            "swallows an error",
        ),
        (
            "try:\n    len('')\nexcept ValueError:\n    pass\nelse:\n    pytest.fail('no')\nparse_price('1')",
            "do not depend",
        ),
        ("ended = False\ntry:\n    parse_price('1')\nfinally:\n    ended = True\nassert ended", "do not depend"),
        ("price = parse_price('1')\nif len('a') != 1:\n    pytest.fail('odd')", "do not depend"),
    ],
)
def test_a_missing_error_that_nobody_misses_is_refused(body, says):
    assert says in fault(body).message


def test_so_may_a_method_of_unittest():
    method = """import unittest
from shop.price import parse_price


class TestPrice(unittest.TestCase):
    def test_it(self):
        try:
            parse_price("")
            self.fail("no error")
        except ValueError:
            pass
"""
    assert faults(method) == [None]
    assert "swallows" in faults(method.replace("ValueError", "AssertionError"))[0]
