"""What a project asks of its own code besides that it runs: types that agree, and one way to be laid out."""

from dataclasses import dataclass

from testwright.domain.drafts import Draft, Suite
from testwright.domain.projects import Command, SuiteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrder:
    """A suite to type-check as the project checks its own files.

    `samples` are tests that the project has: what is found fault with in them is what the project lets pass.
    """

    source_path: str
    suite_path: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How a checker is asked. `texts` lie in the workspace for as long as the command runs."""

    command: Command
    texts: tuple[SuiteFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a checker says about one line (from 1) of a file.

    `is_unresolved` means that the checker lacks types for a module or a global: running the test tells whether it
    exists.
    """

    path: str
    line: int
    code: str
    message: str
    is_unresolved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """The checker came to no answer: its configuration is broken, or it ran out of time.

    `reason` goes on from its name: "stops at the project's configuration".
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCheck:
    """What is known of a suite's types. `problem` says why they were not checked, going on from `by`, or is empty."""

    by: str
    version: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A suite as it is delivered, and the draft that it is made of.

    `formatted_with` names formatter and version, or is empty; `format_problem` says why its text was not taken.
    """

    suite: Suite
    draft: Draft
    formatted_with: str = ""
    format_problem: str = ""
    types: TypeCheck | None = None
