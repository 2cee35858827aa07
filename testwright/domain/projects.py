"""A project as it lies ready to be run: where its files are, and with what its tests are run."""

import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WORKSPACE = "/ws"
"""Where the project is mounted inside every sandbox, read-only."""
OUT = "/out"
"""Where a command leaves its reports inside the sandbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where it is in a run with the clock stopped, or, as it `ticks`, a millisecond later with each reading:
    what asks for the time twice, and expects the same, is right on a quick machine alone.
    """

    at: datetime
    zone: str
    ticks: bool = False

    def __str__(self) -> str:
        when = f"{self.at:%Y-%m-%d %H:%M} UTC in the time zone {self.zone}"
        return f"set to {when}, a millisecond later with each reading" if self.ticks else f"stopped at {when}"

    @property
    def sign(self) -> str:
        """What follows the number, where the clock is told to a runner."""
        return "+" if self.ticks else ""


EAST = Moment(at=datetime(2033, 12, 31, 22, 40, 37, 813_000, tzinfo=UTC), zone="Asia/Kathmandu")
"""Far from any day of work, a year later there; no round one."""
WEST = Moment(at=datetime(2028, 3, 1, 4, 10, 7, 42_000, tzinfo=UTC), zone="America/Los_Angeles", ticks=True)
"""On a day of work, the leap day there, as all of America is behind what midnight UTC says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A host path (file or folder) that is readable inside the sandbox at `inside`."""

    host: str
    inside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a command may use before it is ended."""

    wall: timedelta = timedelta(seconds=60)
    cpu: timedelta = timedelta(seconds=60)
    memory_mib: int = 2048
    processes: int = 256
    scratch_mib: int = 256
    file_mib: int = 64
    kept_mib: int = 1024
    kept_files: int = 100_000
    log_bytes: int = 1 << 20
    report_bytes: int = 5 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program to run in a sandbox.

    `argv` names paths as they are inside. The folder `workspace` (host) is mounted read-only at WORKSPACE, which is the
    working directory. `reports` are file names below OUT; their contents come back. `env` is added to the sandbox's own
    clean environment. `keeps` is the one folder of the host that it may write into, outside of WORKSPACE: what lies
    there afterwards was made by untrusted code, and belongs to whoever that ran as.
    """

    argv: tuple[str, ...]
    workspace: str
    reports: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    keeps: Mount | None = None
    env: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a command ended. Everything in it was made by untrusted code.

    `reason` is exit, timeout, memory-limit, disk-limit, output-limit or launch-failed. `log` is stdout and stderr,
    capped. `reports` holds the contents of the reports that were left as regular files.
    """

    exit_status: int | None
    reason: str
    log: str
    reports: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ending(self) -> str:
        """The exit status in words: "status 3", or "by the signal SIGKILL"."""
        status = self.exit_status or 0
        number = -status if status < 0 else status - 128
        if number in set(signal.Signals):
            return f"by the signal {signal.Signals(number).name}"
        return f"status {self.exit_status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """How this project's tests are run: the framework, where it comes from, and the tools it needs.

    `origin` is "project" or "managed"; `found` says in words how that was decided ("vitest 4.1.2, from package.json").
    `program` is the start of the argument list up to and including the runner's own entry point, as seen inside.
    `home` is the folder of the project that it is started in, "" for the project's own.
    `facts` are further findings that the framework's own file understands (module system, config file …).
    """

    framework: str
    version: str
    origin: str
    found: str
    program: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    home: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str, default: str = "") -> str:
        return dict(self.facts).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledTool:
    """A program that the project has installed for itself: its type checker, say, or its formatter.

    `program` is the start of the argument list, as seen inside.
    """

    name: str
    version: str
    program: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    env: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFile:
    """A test file to run. It lies (or will be put) at `path` in the workspace."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One of several runs of the same tests from one start; `seed` and `frozen` are as in RunOrder."""

    seed: int
    frozen: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One run of test files against one source file, or several from one start.

    `seed` shuffles the order of the tests and seeds random sources; None runs them as written. `only` restricts the run
    to the named cases, and `alone` gives each of these an environment that no other one has been in; what there is no
    time for is then left out of the report, and what passes and has drawn random numbers is run again with others.
    `turns` come before that: runs of all tests, each in an environment of its own; the limit of time is for all.
    `coverage` asks for coverage of `source_path`. `extra_reports` are further files below OUT that the suite writes
    itself (the explorer's probes do). `only_loads` says that the suite tests nothing and is there to see whether it can
    be loaded. `frozen` is what the clock says that the code reads.
    `hashes` gives Python's sets another order; None goes by the seed.
    """

    source_path: str
    suite_paths: tuple[str, ...]
    coverage: bool = True
    seed: int | None = None
    frozen: Moment | None = None
    only: tuple[str, ...] = ()
    alone: bool = False
    turns: tuple[Turn, ...] = ()
    hashes: int | None = None
    extra_reports: tuple[str, ...] = ()
    only_loads: bool = False
    limits: Limits = Limits()

    @property
    def share(self) -> float:
        """Seconds that each of the turns may take, and what comes after them."""
        return self.limits.wall.total_seconds() / (1 + len(self.turns))
