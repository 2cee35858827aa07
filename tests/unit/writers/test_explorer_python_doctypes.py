"""What docstrings say of types, in the three ways in which people write it."""

import typing

import pytest

from testwright.writers.explorer.python.probe.doctypes import documented_types


class Money:
    pass


def of_google(a, b, c, d):
    """Adds up.

    Args:
        a (int): The first.
        b (list of str, optional): Names.
        *c (Money): More of it.
        d (str or None): Something. See also (int): it is none.

    Returns:
        total (float): What it comes to.
    """


def of_numpy(a, b, mode):
    """Adds up.

    Parameters
    ----------
    a : int, optional
        The first.
    b : list[float]
        Others: int
    mode : {'sum', 'mean'}, default 'sum'

    Returns
    -------
    total : float
    """


def of_fields(a, b, c, d):
    """Adds up.

    :param a: The first.
    :type a: int
    :type b: Union[str, int]
    :param bool c: Whether.
    :type d: :class:`Money`
    :rtype: float
    """


def of_nothing_known(a, b, c):
    """Args:
    a (thing): Whatever.
    b: Nothing is said.
    c (__import__("os").getcwd()): No type.
    """


@pytest.mark.parametrize(
    ("function", "types"),
    [
        (of_google, {"a": int, "b": list[str], "c": Money, "d": str | None}),
        (of_numpy, {"a": int, "b": list[float], "mode": typing.Literal["sum", "mean"]}),
        (of_fields, {"a": int, "b": str | int, "c": bool, "d": Money}),
        (of_nothing_known, {}),
    ],
)
def test_types_are_read_from_a_docstring(function, types):
    assert documented_types(function) == types
