"""Line numbers as ranges."""

from collections.abc import Iterable


def line_ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last number of each run without a gap, in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found
