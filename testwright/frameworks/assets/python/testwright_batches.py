"""Mutants that are tried one after the other in one child: a child for each would cost more than most tests do.

That is done with tests that are steady: run twice in one process, in either order, each passed and reached the same
places every time, so nothing that a sibling or an earlier run leaves behind shows. A batch counts once its tests, run
again at its end with no mutant at work, have passed; else its mutants are tried anew, in the end each in a child of its
own. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from typing import Any

from testwright_children import CUT, DONE, Ended, Job

MOST_IN_BATCH = 10
MOST_SECONDS = 0.5
WINDOW = 60


class Queue:
    """Jobs whose keys are batches of mutants' numbers; what has to be tried anew comes next.

    `limit` are the seconds that the tests of a mutant may take.
    """

    def __init__(self, batches: Iterable[tuple[int, ...]], limit: Callable[[int], float]) -> None:
        self._waiting = collections.deque(batches)
        self._limit = limit

    def __iter__(self) -> Queue:
        return self

    def __next__(self) -> Job:
        """More may have come after an end."""
        if not self._waiting:
            raise StopIteration
        batch = self._waiting.popleft()
        return Job(batch, max(self._limit(number) for number in batch), parts=len(batch) + 1)

    def again(self, batches: Iterable[tuple[int, ...]]) -> None:
        self._waiting.extendleft(batches)


def batches_of(numbers: list[int], takes: Callable[[int], float]) -> list[tuple[int, ...]]:
    """Nearly in the order that was asked for: neighbours in the text are reached by the same tests.

    `takes` are the seconds of a mutant's tests, endless where they are not steady: then it is a batch by itself.
    """
    found: list[list[int]] = []
    for start in range(0, len(numbers), WINDOW):
        room = 0.0
        for number in sorted(numbers[start : start + WINDOW]):
            if not found or room < takes(number) or len(found[-1]) == MOST_IN_BATCH:
                found.append([])
                room = MOST_SECONDS
            found[-1].append(number)
            room -= takes(number)
    return [tuple(batch) for batch in found]


def parted(ended: Ended) -> tuple[list[Ended], list[tuple[int, ...]]]:
    """What a batch's child said of each mutant, as if it had had a child of its own; and batches to be tried anew."""
    if len(ended.key) == 1:
        return [Ended(ended.key[0], ended.how, ended.events)], []
    if ended.how == CUT:
        return [], []
    told: dict[int, list[dict[str, Any]]] = {}
    number = ended.key[0]
    for event in ended.events:
        number = event.get("mutant", number)
        told.setdefault(number, []).append(event)
    if number == 0 and ended.how == DONE and not any(event.get("failed") for event in told[0]):
        return [Ended(each, DONE, told[each]) for each in ended.key], []
    if number == 0:  # something was left behind, and nobody knows by which
        return [], [(each,) for each in ended.key]
    return [], [tuple(each for each in ended.key if each != number), (number,)]
