"""The sandbox of a machine where none could be proved: nothing runs, and everybody hears how to change that."""

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed


class Refusing:
    tier = "unavailable"

    def __init__(self, reason: str, hint: str) -> None:
        self.reason = reason
        self.hint = hint

    async def run(self, command: Command) -> Completed:
        raise SandboxUnavailable(self.reason, hint=self.hint)
