"""Estimates come from this installation's own history, and say so in a person's words."""

import pytest

from testwright.api.estimates import Estimate, estimate, in_words


class History:
    """Seconds that files took before, by framework."""

    def __init__(self, **seconds):
        self._seconds = seconds

    async def seconds_per_file(self, writer, framework):
        return self._seconds.get(framework, [])


async def test_before_any_history_a_file_takes_30_seconds():
    expected = await estimate(History(), writer="explorer", frameworks=["jest"], width=4)

    assert expected == Estimate(seconds=30, low=15, high=60)


async def test_files_share_the_width_but_none_is_faster_than_one_file():
    ten = await estimate(History(), writer="explorer", frameworks=["jest"] * 10, width=4)
    two = await estimate(History(), writer="explorer", frameworks=["jest"] * 2, width=4)

    assert (ten.seconds, two.seconds) == (75, 30)


async def test_the_median_of_the_same_writer_and_framework_counts():
    history = History(jest=[1, 2, 3, 4, 100], pytest=[10])
    both = await estimate(history, writer="explorer", frameworks=["jest", "pytest"], width=1)
    jest = await estimate(history, writer="explorer", frameworks=["jest"], width=1)

    assert both.seconds == 13
    assert jest.low <= jest.seconds == 3 <= jest.high


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (30, "30s"), (59, "59s"), (60, "1m"), (150, "2m 30s"), (3600, "1h"), (3900, "1h 5m"), (3661, "1h 1m")],
)
def test_seconds_in_words(seconds, words):
    assert in_words(seconds) == words
