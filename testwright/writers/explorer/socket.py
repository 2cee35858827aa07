"""What the explorer asks of each language it can explore."""

from typing import Protocol

from testwright.domain.drafts import Draft, Writing
from testwright.domain.ports import Gaps, WritingTask


class LanguageExplorer(Protocol):
    """Runs a file's code on chosen inputs and writes down what it saw, as tests."""

    async def explore(self, task: WritingTask, seconds: float) -> Writing:
        """A writing without cases when nothing could be observed. Raises PermanentError when the file cannot be run."""
        ...

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps, seconds: float) -> Writing | None:
        """Further cases, under new names, that notice what the draft does not; None when there are none."""
        ...
