"""What the line works with: one file's assignment, and the parts that wiring picked."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import (
    Desk,
    Formatter,
    Framework,
    Instrumenter,
    Language,
    Purse,
    Sandbox,
    Toolchains,
    TypeChecker,
    Workspaces,
    Writer,
)
from testwright.domain.projects import InstalledTool, Runner
from testwright.domain.records import Assignment
from testwright.pipeline.busy import machine_is_busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """`writers` makes a writer by its name (explorer, model) from the model that was asked for, None for the usual one,
    the purse that pays for it, and the seed.

    `most_mutants` and `challenge_seconds` are for one file: so many ways to break it are tried, for so long at most.
    `gain_usd` is what a further line, branch or noticed change may cost: a round that was dearer is the last.
    `now` is wall time in seconds since the epoch; only durations are taken from it. `is_busy` says whether this machine
    has more to do than it can. `away` lends an assignment's place
    at work to another file for as long as it lasts.
    """

    languages: Mapping[str, Language]
    language_of: Callable[[str], str | None]
    frameworks: Mapping[str, Framework]
    toolchains: Toolchains
    sandbox: Sandbox
    workspaces: Workspaces
    writers: Mapping[str, Callable[[str | None, Purse, int], Writer]]
    type_checkers: Mapping[str, TypeChecker] = field(default_factory=dict)
    formatters: Mapping[str, Formatter] = field(default_factory=dict)
    instrumenters: Sequence[Instrumenter] = ()
    stability_runs: int = 5
    most_mutants: int = 300
    challenge_seconds: float = 60.0
    gain_usd: float | None = None
    seed: int = 0
    now: Callable[[], float] = field(default=time.time)
    is_busy: Callable[[], bool] = field(default=machine_is_busy)
    away: Callable[[Assignment], AbstractAsyncContextManager[None]] = field(default=lambda _: nullcontext())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What `prepare` found out. It is decided once: the suite's place must not move when the work is taken up again.

    `left_out` are files of the same request or project that keep this one from being run; `sample` is the path of the
    project's test to follow. `checker` and `formatter` are the project's own, under their names in the tools' tables;
    None where it has none for such a suite.
    """

    runner: Runner
    suite_path: str
    existing: tuple[str, ...]
    started_ms: int
    left_out: tuple[str, ...] = ()
    sample: str | None = None
    checker: InstalledTool | None = None
    formatter: InstalledTool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file's walk. The parts are looked up when a step needs them, so that a missing one fails inside a step."""

    assignment: Assignment
    desk: Desk
    tools: Tools

    @property
    def file_name(self) -> str:
        return base_name(self.assignment.source.path)

    @property
    def language(self) -> Language:
        name = self.tools.language_of(self.assignment.source.path)
        if name is None or name not in self.tools.languages:
            known = ", ".join(sorted(self.tools.languages))
            raise PermanentError(
                f"{self.file_name} is in no language that tests can be written for.",
                code="unsupported_language",
                hint=f"Pick files in one of: {known}.",
            )
        return self.tools.languages[name]

    @property
    def framework(self) -> Framework:
        wanted = self.assignment.source.framework
        framework = self.tools.frameworks.get(wanted)
        if framework is None:
            raise PermanentError(
                f"The framework {wanted} is not known here.",
                code="unsupported_framework",
                hint=f"Ask for one of: {', '.join(sorted(self.tools.frameworks))}.",
            )
        if self.language.name not in framework.languages:
            fitting = sorted(name for name, it in self.tools.frameworks.items() if self.language.name in it.languages)
            raise PermanentError(
                f"{wanted} does not test {self.language.name}, and {self.file_name} is {self.language.name}.",
                code="framework_mismatch",
                hint=f"For this file ask for one of: {', '.join(fitting)}.",
            )
        return framework

    @property
    def writer(self) -> Writer:
        make = self.tools.writers.get(self.assignment.writer)
        if make is None:
            raise PermanentError(
                f"The writer {self.assignment.writer} is not available here.",
                code="writer_unavailable",
                hint="`testwright models` says which models can write; the explorer needs no key.",
                retryable=True,
            )
        return make(self.assignment.model, self.desk.purse, self.seed)

    @property
    def seed(self) -> int:
        """A further round must be able to come to something else; the same round taken up again must not."""
        return self.tools.seed + self.assignment.round - 1
