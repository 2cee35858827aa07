"""Whoever edits a suite. Nobody is asked for anything: the suite is there."""

from collections.abc import Sequence

from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.sessions import PERSON
from testwright.domain.verdicts import Fault


class Person:
    name = PERSON
    model = None

    async def draft(self, task: WritingTask) -> Writing:
        raise PermanentError(
            f"Nobody has sent an edited suite for {task.source.path}.",
            code="nothing_drafted",
            hint="Retry the file to have its tests written.",
        )

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        return None

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        return None
