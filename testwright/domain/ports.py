"""All sockets on one page: what a room must offer to be plugged in.

A plug-in translates foreign errors into `domain.errors`; only `wiring.py` picks concrete parts.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, TypeVar

from testwright.domain.analysis import Analysis, Claim, Import
from testwright.domain.conventions import Check, CheckOrder, Complaint, NotChecked
from testwright.domain.drafts import Case, Draft, Mending, Usage, Writing
from testwright.domain.edges import Edge
from testwright.domain.errors import TestwrightError
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Mutant
from testwright.domain.projects import Command, Completed, InstalledTool, Runner, RunOrder
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.styles import Sample, Style
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Fault, FileCoverage, NotRun, RunReport

T = TypeVar("T")
OnText: TypeAlias = Callable[[str], Awaitable[None]]
"""Hears a text piece by piece while it is written."""


class Step(Protocol):
    """A piece of durable work. A finished step is never done again: its result is remembered under its id.

    `returns` is str, int, bool, None's type, or a frozen dataclass of these, tuples and each other. Steps do not nest.
    """

    async def __call__(self, step_id: str, work: Callable[[], Awaitable[T]], *, returns: type[T]) -> T: ...


class Desk(Protocol):
    """Where the pipeline of one file puts down what it finds. Everything here may be done twice without harm."""

    @property
    def purse(self) -> "Purse": ...

    async def tell(self, event: Event) -> None:
        """Record an event of this file's round, and what it changes. The same event again changes nothing."""
        ...

    async def put(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep contents that are too large to travel in a step's result: a JSON value, per file and round."""
        ...

    async def get(self, key: str) -> dict[str, Any] | None: ...

    def live(self, path: str) -> AbstractContextManager[OnText | None]:
        """Show a text about the file of this path while it is written; None when nobody watches. It is kept nowhere."""
        ...

    async def spent(self) -> Usage:
        """What was bought for this file in this round so far. An answer that was known already cost nothing."""
        ...

    async def deliver(self, suite: DeliveredSuite) -> str:
        """Save the suite, tell `test_generated`, end the file; all in one transaction. Returns the test's id."""
        ...

    async def fail(self, error: TestwrightError) -> None:
        """Tell `file_failed` with the error's code, message and hint, and end the file."""
        ...


class StepNote(Protocol):
    """What was written down of a step that began."""

    def ended(self, error: Mapping[str, Any] | None) -> None:
        """`error` is `{code, message}` of an attempt that failed."""
        ...


class StepJournal(Protocol):
    """Where it is written down when the steps of one file began and ended. Nobody waits for it, and it never fails."""

    def began(self, step: str, attempt: int) -> StepNote: ...


class Meter(Protocol):
    """Hears what happened, to count it. Never asked for anything, and never in the way."""

    def told(self, payload: Mapping[str, Any]) -> None:
        """An event, as it goes over the wire."""
        ...

    def step(self, step: str, seconds: float, code: str | None) -> None:
        """An attempt of a step ended; `code` says what went wrong."""
        ...

    def bought(self, provider: str, model: str, seconds: float, usage: Usage | None) -> None:
        """A call of a model ended; nobody knows what it took where `usage` is None."""
        ...


class ProjectView(Protocol):
    """Looks at a project's files, without running anything. Paths are repository-relative POSIX."""

    @property
    def root(self) -> str:
        """The host folder. For mounts; everything else asks the methods below."""
        ...

    def paths(self) -> Sequence[str]:
        """All files, without .git, node_modules, virtual environments and what .gitignore names; sorted."""
        ...

    def text(self, path: str) -> str | None:
        """The file's text, or None when it is missing, too large or not UTF-8."""
        ...

    def exists(self, path: str) -> bool: ...


class Workspace(ProjectView, Protocol):
    """A private copy of a project in which one file's suite is tried out. `root` is what a sandbox mounts."""

    @property
    def origin(self) -> str | None:
        """The user's own project on the host, whose installed dependencies may be mounted; None if there is none."""
        ...

    def in_the_way(self, path: str) -> str | None:
        """What of the user's own keeps a new file from this place, though no copy shows it: the path itself (a folder
        without files of its own, what git ignores), or something above it that is no folder to write into.
        """
        ...

    def write(self, path: str, text: str) -> None:
        """Put a test file into the copy, replacing an earlier one."""
        ...

    def remove(self, path: str) -> None: ...


class Workspaces(Protocol):
    """Private copies of projects, one for each file that is worked on."""

    async def open(self, assignment: Assignment) -> Workspace:
        """Make the copy, or find the one made before (after a restart, say)."""
        ...

    async def close(self, assignment: Assignment) -> None: ...


class Language(Protocol):
    """How one language is read. Plain functions: no I/O."""

    @property
    def name(self) -> str:
        """python, javascript or typescript."""
        ...

    def analyse(self, source: SourceFile) -> Analysis:
        """Raises PermanentError `unparseable` (with the line) or `nothing_to_test`."""
        ...

    def split(self, suite: str) -> Draft:
        """Take a suite apart into preamble and tests. Raises ValueError with a sentence when it does not parse."""
        ...

    def render(self, draft: Draft) -> str:
        """Write a suite's text: preamble, then the cases by group, formatted as a careful person would."""
        ...

    def style_of(self, suite: str) -> Style:
        """How a test file of the project is written. Raises nothing, whatever the text is."""
        ...

    def joined(self, preamble: str, other: str, *, first_wins: bool = False) -> str:
        """Two preambles as one, each import once.

        Raises ValueError when one does not parse, or they define one name in two ways and the first is not to win.
        """
        ...

    def imports(self, text: str, path: str) -> tuple[Import, ...]:
        """What a file takes from other modules, what it passes on to others included, in the order of the text."""
        ...

    def outline(self, text: str, path: str, names: Collection[str]) -> str:
        """Signatures, types and the first words of the documentation of these names, without bodies.

        Empty where the text defines none of them. Without names: of everything that the file defines at its top.
        """
        ...

    def annotated(self, draft: Draft) -> Draft:
        """The draft with the annotations that a type checker wants of tests, where the language has such."""
        ...

    def styled(self, draft: Draft, style: Style) -> Draft:
        """The draft as it would be written in this style: other words and signs, the same tests."""
        ...

    def added(self, draft: Draft, suite: str, *, package: str = "") -> str:
        """The project's own suite with the draft's cases put into it; every byte of it stays, in its order.

        The cases' names must be new in it. What the suite takes from `package` is the project's own. Raises CannotAdd
        when it cannot be done without changing what is there.
        """
        ...

    def names_in(self, suite: str) -> frozenset[str]:
        """What reports call the tests of a suite."""
        ...

    def renamed(self, case: Case, name: str) -> Case: ...

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        """The static gates `reads` and `asserts`: why this case cannot be delivered, or None.

        `known_modules` are the packages the project declares or has, the runner's own included.
        """
        ...

    def sees_order(self, suite: str, source: SourceFile) -> bool:
        """Whether a test may see in which order a set holds its parts, in a language where each start has another."""
        ...

    def mended(self, case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
        """Put a failing case right by rule, where its failure leaves no doubt about the mistake; else None.

        A wrong expected value is corrected only where the documentation gives the value that was observed.
        """
        ...

    def accused(self, case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
        """A failing case that expects what the code's documentation or declared type states, as a possible bug."""
        ...

    def claims(self, source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
        """Examples with their results that the documentation gives: the source's own, and those of the readme."""
        ...

    def marked(self, draft: Draft, framework: str) -> Draft:
        """The cases as ones that are expected to fail, and that go red once they pass."""
        ...

    def announced(self, draft: Draft, first: int) -> tuple[Draft, tuple[Edge, ...]]:
        """The draft with tests that tell when they come to an assertion, where a run that passes it by proves nothing;
        and these assertions, as edges `asserted` with numbers from `first` on.
        """
        ...

    def mutants(self, source: SourceFile) -> tuple[Mutant, ...]:
        """Every small change worth trying, the same for the same text; changes that cannot matter are left out."""
        ...

    def edge_cases(self, source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
        """The boundary cases that the public symbols invite, the same for the same text."""
        ...

    def switched(self, source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
        """The source with these mutants built in, all asleep (see `domain.mutants`). No line moves.

        Where a runner of the language cannot see calls by itself, the text tells which edges they meet.
        """
        ...


class Framework(Protocol):
    """How one test framework is asked and read. Plain functions: no I/O."""

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]: ...

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        """Where a new suite for this source belongs by the project's own conventions; never an existing file."""
        ...

    def home(self, source_path: str, view: ProjectView) -> str:
        """The folder of the project in which the runner has to be started for this source; "" for the project's own."""
        ...

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        """What a person types, in the folder that is viewed, to run these suites."""
        ...

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        """The project's own test files for this source, by naming convention."""
        ...

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        """The project's test file that lies nearest to a suite, and has tests; None when there is none."""
        ...

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        """Packages a test may import: declared by the project, or brought by the runner."""
        ...

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command: ...

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        """Turn what came back into verdicts. A pass needs report and exit status to agree."""
        ...

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        """Run the suite once with no mutant at work to see which case reaches which, then once for each mutant."""
        ...

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun: ...


class Sandbox(Protocol):
    """A place to run code that nobody has read."""

    @property
    def tier(self) -> str:
        """isolated, confined, none (unsandboxed, by explicit wish)."""
        ...

    async def run(self, command: Command) -> Completed:
        """Run to the end or to a limit. Cancelling the task kills everything inside. Raises SandboxUnavailable."""
        ...


class Toolchains(Protocol):
    """Finds a project's own runner, or brings a managed one (installed once from a committed lock file)."""

    async def runner(
        self,
        framework: str,
        view: Workspace,
        progress: Callable[[str], Awaitable[None]],
        *,
        near: str = "",
        install: bool = False,
    ) -> Runner:
        """`near` is the source: of several projects in one repository its own counts. `progress` hears sentences during
        an install. With `install` that project's packages are installed from its lock file, where they are not.
        Raises PermanentError `runner_missing` or `install_failed`, with a hint.
        """
        ...

    async def installable(self, framework: str, root: str, *, near: str = "") -> str | None:
        """What could be installed of a source's project in the repository, in words, where nothing of it is."""
        ...

    async def tool(self, registry: str, package: str, view: Workspace, *, near: str = "") -> InstalledTool | None:
        """A program that the project has installed from `npm` or `pypi`; None without it. Never one of ours."""
        ...


class Instrumenter(Protocol):
    """How a source is given its counters ahead of all runs, for frameworks whose every run would do it again."""

    @property
    def frameworks(self) -> frozenset[str]: ...

    @property
    def path(self) -> str:
        """Where in the workspace those runs look for it."""
        ...

    def command(self, source_path: str, runner: Runner, workspace: str) -> Command: ...

    def read(self, completed: Completed) -> str | None:
        """The text to lie at `path`; None where the runs are to do without."""
        ...


class TypeChecker(Protocol):
    """How one type checker is asked about a suite, and how its answer is read. Plain functions: no I/O."""

    @property
    def name(self) -> str:
        """tsc, mypy or pyright."""
        ...

    @property
    def packages(self) -> Sequence[tuple[str, str]]:
        """Where it may come from, the best first: (registry, package)."""
        ...

    @property
    def languages(self) -> frozenset[str]: ...

    @property
    def on_purpose(self) -> str:
        """What marks a line that breaks the types on purpose, such as `@ts-expect-error`."""
        ...

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """Whether the project is configured to check such a file."""
        ...

    def check(self, order: CheckOrder, tool: InstalledTool, runner: Runner, view: ProjectView) -> Check: ...

    def read(self, completed: Completed, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked:
        """All complaints, whichever file they are about."""
        ...


class Formatter(Protocol):
    """How one formatter is asked: it reads a text from its standard input and writes it to its standard output."""

    @property
    def name(self) -> str: ...

    @property
    def packages(self) -> Sequence[tuple[str, str]]: ...

    @property
    def languages(self) -> frozenset[str]: ...

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """Whether the project has this formatter lay out such a file."""
        ...

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        """What stands behind the program's name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """A probe's run: what it wrote below OUT, and coverage when asked for. `problem` says why it did not run."""

    reports: Mapping[str, bytes]
    problem: NotRun | None = None
    coverage: FileCoverage | None = None


class Probe(Protocol):
    """Run a suite-shaped text beside the project's tests and hand back the files it wrote below OUT.

    `files` are put into the copy of the project for this run alone: repository paths that do not exist, with texts.
    """

    async def __call__(
        self,
        text: str,
        reports: tuple[str, ...],
        *,
        seconds: float,
        files: Mapping[str, str] = MappingProxyType({}),
    ) -> Explored: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What running the code has shown another writer: calls with their results, and lines that none of them reached."""

    facts: tuple[str, ...] = ()
    missed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingTask:
    """Everything a writer may use to write tests for one file.

    `missed` are lines that the project's own tests do not reach; empty when there are none, or nobody could tell.
    `sample` is a test of the project's own to follow. `live` shows a text while it is written, or gives None. `away` is
    for waits in which nothing is done here: the machine is somebody else's meanwhile.
    """

    source: SourceFile
    analysis: Analysis
    framework: str
    suite_path: str
    options: Options
    runner: Runner
    view: ProjectView
    probe: Probe
    seed: int
    sample: Sample | None = None
    missed: tuple[int, ...] = ()
    observed: Observed | None = None
    live: Callable[[], AbstractContextManager[OnText | None]] = nullcontext
    away: Callable[[], AbstractAsyncContextManager[None]] = nullcontext


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What a passing suite leaves open: changes that no test notices, lines that none runs, edges that none meets.

    `switched` is the source with the unnoticed changes built in, all asleep, and what tells of the unmet edges (see
    `domain.mutants`): whoever runs it can tell on which inputs a change shows.
    """

    unnoticed: tuple[Mutant, ...] = ()
    missed: tuple[int, ...] = ()
    unmet: tuple[Edge, ...] = ()
    switched: str = ""


class Writer(Protocol):
    """A way to draft tests."""

    @property
    def name(self) -> str:
        """explorer, model or both."""
        ...

    @property
    def model(self) -> str | None: ...

    async def draft(self, task: WritingTask) -> Writing:
        """Raises TransientError (the job retries) or PermanentError (the file fails with this message)."""
        ...

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        """New versions of the faulty cases (same names replace, new names add); None when there is nothing to try."""
        ...

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        """Further cases, under new names, for what the draft leaves open; None when there is nothing to try."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said, and what it cost.

    `finish` is stop, length (cut off), blocked (it declined) or empty; `reason` is the provider's own word for the
    last two.
    """

    text: str
    finish: str
    usage: Usage
    reason: str = ""


class LanguageModel(Protocol):
    """A language model behind a key or an address."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    async def generate(
        self,
        *,
        system: str,
        prompt: str,
        schema: Mapping[str, Any] | None,
        on_text: OnText | None = None,
    ) -> Answer:
        """Raises TransientError (429, 5xx, network; with the provider's delay) or PermanentError (key, safety, 400)."""
        ...

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        """The tokens of a question as the provider itself counts them, which costs nothing; None where it does not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The most that one call may take: tokens, and US dollars where a price is known.

    `seconds` is how long it may be under way; what is not settled by then counts as spent for good. `day_usd` is what
    all sessions of a day (UTC) together may spend, None for no limit.
    """

    provider: str
    model: str
    tokens: int
    usd: float | None
    seconds: float
    day_usd: float | None = None


class Purse(Protocol):
    """The money of one file's session. Every call is paid from it: set aside before it is made, settled after."""

    async def reserve(self, offer: Offer) -> str | None:
        """Set the offer aside and return its id, or None while other calls under way hold what it needs.

        Raises PermanentError `budget_reached` when there would not be enough left even if those came back unspent.
        """
        ...

    async def settle(self, reservation: str, usage: Usage | None) -> None:
        """Tell what the call took; None when nobody knows, so that all that was set aside counts as spent."""
        ...


class AnswerCache(Protocol):
    """Model answers that were paid for. Written before anything else is done with an answer."""

    async def get(self, key: str) -> Answer | None: ...

    async def put(self, key: str, answer: Answer) -> None: ...


class Engine(Protocol):
    """Who runs the jobs."""

    @property
    def name(self) -> str:
        """embedded or inngest."""
        ...

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str:
        """Hand an event over and return its id. Sending the same id again starts nothing. Raises EngineUnreachable."""
        ...

    async def health(self) -> Mapping[str, Any]: ...
