"""A tiny world for the line: a language of one-word tests, a sandbox that acts them out, steps that remember."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from testwright.domain.analysis import Analysis, Claim, Symbol, SymbolKind
from testwright.domain.conventions import Check, CheckOrder, Complaint, NotChecked
from testwright.domain.drafts import Case, Draft, Mending, Skipped, Usage, Writing
from testwright.domain.edges import Edge
from testwright.domain.errors import PermanentError, SandboxUnavailable, TestwrightError
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite
from testwright.domain.insertions import CannotAdd
from testwright.domain.mutants import SWITCH, ChallengeOrder, ChallengeReport, Fate, Mutant, MutantOutcome
from testwright.domain.ports import Gaps, Instrumenter, ProjectView, Workspace, WritingTask
from testwright.domain.projects import Command, Completed, InstalledTool, Runner, RunOrder, SuiteFile, Turn
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.styles import Style
from testwright.domain.suspects import Because, Suspect
from testwright.domain.verdicts import AGAIN, BY_CHANCE, CaseOutcome, Fault, FileCoverage, NotRun, Outcome, RunReport
from testwright.pipeline.cover_file import cover_file
from testwright.pipeline.tools import Tools

SUITE = "tests/test_money.py"


class WordLanguage:
    """A case's code is a word: pass, fail, skip, silent, crash, hang, spin, flaky, timely, lucky, once, unfit, lost,
    static, or raise and text.

    `leans` passes after another test only; `spoiled` fails after one that `spoils`. A passing one may go on with the
    lines it runs and the mutants it notices: `pass lines=1,2 kills=1`; one that is `idle` adds nothing to the coverage
    of the whole. Each line of a source that begins with "mutable" has one mutant, of the line's own number.
    With the mutants that it `unloads` the suite does not load; one that is `lost` is never come to where mutants are
    tried on others, too.
    """

    name = "python"

    def analyse(self, source: SourceFile) -> Analysis:
        if not source.text.strip():
            raise PermanentError("money.py is empty.", code="nothing_to_test", hint="Pick a file with code.")
        symbol = Symbol(name="add", kind=SymbolKind.FUNCTION, line=1, end_line=2)
        return Analysis(language="python", symbols=(symbol,))

    def split(self, suite: str) -> Draft:
        cases = re.findall(r"^@case (\S+) \| (.*)$", suite, re.MULTILINE)
        return Draft(preamble="", cases=tuple(Case(name=name, code=code) for name, code in cases))

    def render(self, draft: Draft) -> str:
        cases = (f"@case {case.name} | {case.code}" for case in draft.cases)
        return "\n".join([f"@preamble {draft.preamble}", *cases])

    def joined(self, preamble: str, other: str, *, first_wins: bool = False) -> str:
        """The first goes: a preamble here is one word."""
        return preamble

    def sees_order(self, suite: str, source: SourceFile) -> bool:
        return "unordered" in suite

    def mended(self, case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
        """`fail mendable` can be put right, once what it needs is imported; `unloadable` is so by a bad preamble."""
        if "unloadable" in case.code and "invented" in draft.preamble:
            return Mending(case=case, preamble="fine", what="left out an import")
        if "mendable" not in case.code:
            return None
        case = replace(case, code="pass", mended="passes now")
        return Mending(case=case, preamble=f"import luck\n{draft.preamble}", what="passes now")

    def accused(self, case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
        """`fail documented` expects what is documented."""
        if "documented" not in case.code:
            return None
        return replace(suspect_of("fail", preamble=draft.preamble), name=case.name, code=case.code)

    def style_of(self, suite: str) -> Style:
        return Style(is_annotated="->" in suite)

    def styled(self, draft: Draft, style: Style) -> Draft:
        return draft

    def added(self, draft: Draft, suite: str, *, package: str = "") -> str:
        """Cases go behind the suite's own; `@closed` and a reason keep them out, and so does what is shared."""
        if (closed := re.search(r"^@closed (.*)$", suite, re.MULTILINE)) or "global" in draft.preamble:
            raise CannotAdd(closed[1] if closed else "what the new tests share is for all")
        return "\n".join([suite, *(f"@case {case.name} | {case.code}" for case in draft.cases)])

    def names_in(self, suite: str) -> frozenset[str]:
        return frozenset(case.name for case in self.split(suite).cases)

    def renamed(self, case: Case, name: str) -> Case:
        return replace(case, name=name)

    def claims(self, source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
        return ()

    def announced(self, draft: Draft, first: int) -> tuple[Draft, tuple[Edge, ...]]:
        """A test that `asserts` has one assertion, and comes to it but where it is `early`."""
        edges, cases = [], []
        for number, case in enumerate(draft.cases, first):
            if "asserts" in case.code:
                edges.append(Edge(number=number, symbol=case.name, name="assert it", check="asserted"))
                case = case if "early" in case.code else replace(case, code=f"{case.code} meets={number}")
            cases.append(case)
        return replace(draft, cases=tuple(cases)), tuple(edges)

    def marked(self, draft: Draft, framework: str) -> Draft:
        cases = (replace(case, code=f"expected to {case.code}") for case in draft.cases)
        return replace(draft, cases=tuple(cases))

    def mutants(self, source: SourceFile) -> tuple[Mutant, ...]:
        lines = [number for number, text in enumerate(source.text.splitlines(), 1) if text.startswith("mutable")]
        return tuple(
            Mutant(number=number, operator="boundary", line=number, end_line=number, before="a < b", after="a <= b")
            for number in lines
        )

    def edge_cases(self, source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
        """Each line of a source that begins with "edge" has one, of the line's own number."""
        lines = [number for number, text in enumerate(source.text.splitlines(), 1) if text.startswith("edge")]
        return tuple(Edge(number=number, symbol="add", name=f"edge {number}", check="none") for number in lines)

    def switched(self, source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
        switches = " ".join(f"{SWITCH}({mutant.number})" for mutant in mutants)
        return f"switched {[mutant.number for mutant in mutants]} {switches}"

    def annotated(self, draft: Draft) -> Draft:
        return replace(draft, cases=tuple(replace(case, code=f"{case.code} typed") for case in draft.cases))

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        return Fault(name=case.name, gate="asserts", message="asserts nothing") if case.code == "static" else None


class WordFramework:
    name = "pytest"
    languages = frozenset({"python"})
    missed = frozenset({90, 91})

    def __init__(self, existing: tuple[str, ...] = ()) -> None:
        self.existing = existing

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return SUITE

    def home(self, source_path: str, view: object) -> str:
        return ""

    def by_hand(self, suite_paths: Sequence[str], view: object) -> str:
        return f"pytest {' '.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return self.existing

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return next((path for path in view.paths() if path.startswith("tests/") and path != suite_path), None)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return frozenset({"pytest"})

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        turns = "|".join(words_of(turn) for turn in order.turns)
        how = f"{turns}|alone" if order.alone else words_of(order)
        only = (f"only={','.join(order.only)}",) if order.only and not order.alone else ()
        hashes = (f"hashes={order.hashes}",) if order.hashes and not order.alone else ()
        return Command(argv=("run", *order.suite_paths, *only, *hashes, how), workspace=workspace)

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        if "report" not in completed.reports:
            code, _, message = completed.log.partition(":")
            message, _, culprit = message.partition("@")
            return NotRun(code=code, message=message, culprits=(f"group > {culprit}", culprit) if culprit else ())
        told = json.loads(completed.reports["report"])
        if not order.alone:
            return self._report(told, order)
        own = [replace(order, turns=(), alone=False, seed=turn.seed, frozen=turn.frozen) for turn in order.turns]
        *turns, last = told
        silent = NotRun(code="no_report", message="it told nothing")
        return replace(
            self._report(last, order),
            turns=tuple(self._report(rows, of) if rows else silent for rows, of in zip(turns, own, strict=True)),
        )

    def _report(self, rows: list[tuple[str, str, str]], order: RunOrder) -> RunReport:
        outcomes = tuple(
            CaseOutcome(
                name=name,
                outcome=Outcome(outcome),
                message=message if outcome == "failed" else "",
                duration_ms=1.5,
                lines=numbers_in("lines", message),
                branches=frozenset(),
            )
            for name, outcome, message in rows
        )
        reaching = sum("idle" not in message for _, _, message in rows)
        lines = frozenset(range(1, 1 + 2 * reaching))
        coverage = FileCoverage(lines_covered=lines, lines_missed=self.missed)
        return RunReport(
            outcomes=outcomes, coverage=coverage if order.coverage else None, frozen=order.frozen is not None
        )

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        return Command(argv=("challenge", order.suite_path, *map(str, order.numbers)), workspace=workspace)

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        if "report" not in completed.reports:
            return NotRun(code="challenge_failed", message=completed.log)
        told = json.loads(completed.reports["report"])
        unfit = tuple(name for name, rest in told if rest.startswith("unfit"))
        rows = [(name, rest) for name, rest in told if name not in unfit]
        met = {
            edge.number: tuple(name for name, rest in rows if edge.number in numbers_in("meets", rest))
            for edge in order.edges
        }
        most = int(completed.reports.get("most", b"1000"))
        outcomes = tuple(self._fate(number, rows) for number in order.numbers[:most])
        outcomes += tuple(MutantOutcome(number=number, fate=Fate.UNTRIED) for number in order.numbers[most:])
        unasked = tuple(name for name, rest in told if "unasked" in rest)
        return ChallengeReport(outcomes=outcomes, unfit=unfit, unasked=unasked, met=tuple(met.items()))

    def _fate(self, number: int, rows: list[tuple[str, str]]) -> MutantOutcome:
        if any(number in numbers_in("unloads", rest) for _, rest in rows):
            names = tuple(name for name, _ in rows)
            return MutantOutcome(number=number, fate=Fate.KILLED, reached_by=names, killers=names, breaks_load=True)
        reached_by = tuple(name for name, rest in rows if number in numbers_in("lines", rest))
        killers = tuple(name for name, rest in rows if number in numbers_in("kills", rest))
        fate = Fate.KILLED if killers else Fate.SURVIVED if reached_by else Fate.UNREACHED
        return MutantOutcome(number=number, fate=fate, reached_by=reached_by, killers=killers)


def words_of(run: RunOrder | Turn) -> str:
    return f"seed={run.seed}{' frozen' * (run.frozen is not None)}"


def numbers_in(field: str, text: str) -> frozenset[int]:
    found = re.search(rf"{field}=([\d,]+)", text)
    return frozenset(map(int, found[1].split(","))) if found else frozenset()


class MemoryWorkspace:
    root = "/copy"
    origin = None

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.obstacles: dict[str, str] = {}

    def in_the_way(self, path: str) -> str | None:
        return self.obstacles.get(path)

    def paths(self) -> Sequence[str]:
        return sorted(self.texts)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def exists(self, path: str) -> bool:
        return path in self.texts

    def write(self, path: str, text: str) -> None:
        self.texts[path] = text

    def remove(self, path: str) -> None:
        del self.texts[path]


@dataclass
class OneWorkspace:
    workspace: MemoryWorkspace
    closed: int = 0

    async def open(self, assignment: Assignment) -> Workspace:
        return self.workspace

    async def close(self, assignment: Assignment) -> None:
        self.closed += 1


@dataclass
class ActingSandbox:
    """Acts the words out. `source` is how the source loads: fine, or the log of a run that told nothing.

    A test that is `late` is in time when it is asked for the time `in_time_from`, but not at `late_again_at`.
    `time_for` is how many mutants there is time for, challenge by challenge; later ones have all the time they want.

    A test that is `unordered` fails with the seed of hashes `odd_order`.
    `slowly` are the mutants that were at work in an ordinary run, which tells nothing where they `stop_it`.
    Nothing runs while a file that is `unbearable` lies in the workspace.
    """

    workspace: MemoryWorkspace
    source: str = "fine"
    missing: bool = False
    unbearable: frozenset[str] = frozenset()
    unbearable_for: str = "no_report"
    runs: list[str] = field(default_factory=list)
    tier: str = "isolated"
    flaky_seed: str = "seed=1"
    challenged: list[str] = field(default_factory=list)
    cannot_break: str = ""
    slowly: list[int] = field(default_factory=list)
    stop_it: bool = False
    time_for: list[int] = field(default_factory=list)
    odd_order: int = 0
    cannot_part: bool = False
    silent_turns: frozenset[int] = frozenset()
    first_part_hangs: bool = False
    in_time_from: int = 2
    asked_late: int = 0
    late_again_at: int = 0
    checker_stops: bool = False
    formatter_does: Callable[[str], Completed] | None = None
    checked: list[str] = field(default_factory=list)

    async def run(self, command: Command) -> Completed:
        if self.missing:
            raise SandboxUnavailable("No sandbox works here.", hint="Run `apt install bubblewrap`.")
        if command.argv[0] == "check":
            return self._check(command.argv[1:])
        if command.argv[0] == "/bin/sh":
            assert self.formatter_does is not None
            return self.formatter_does(self.workspace.texts[command.argv[4]])
        suite, seed = command.argv[1], command.argv[-1]
        text = self.workspace.texts[suite]
        if command.argv[0] == "challenge":
            return self._challenge(text)
        if at_work := re.search(r"^switched \[(\d+)\] \(1 == ([12])\)$", self.workspace.texts["src/money.py"]):
            return self._changed(int(at_work[1]) if at_work[2] == "1" else 0, text)
        self.runs.append(text)
        if found := self.unbearable & self.workspace.texts.keys():
            return Completed(exit_status=3, reason="exit", log=f"{self.unbearable_for}:{min(found)} does not load")
        if self.source != "fine":
            return Completed(exit_status=2, reason="exit", log=self.source)
        if "import_module" in text:
            return self._report([("test_it_loads", "passed", "")])
        if "@preamble broken" in text or "\nbroken" in text:
            return Completed(exit_status=2, reason="exit", log="load_error:the preamble is broken")
        cases = re.findall(r"^@case (\S+) \| (\w+)(.*)$", text, re.MULTILINE)
        only = next((each.removeprefix("only=").split(",") for each in command.argv if each.startswith("only=")), None)
        if only is not None and self.first_part_hangs:
            self.first_part_hangs = False
            return Completed(exit_status=None, reason="timeout", log="timeout:no answer within 45 s")
        cases = [case for case in cases if only is None or case[0] in only]
        words = {word for _, word, _ in cases}
        if "crash" in words:
            return Completed(exit_status=2, reason="exit", log="load_error:SyntaxError in the suite")
        if "spin" in words:
            name = next(name for name, word, _ in cases if word == "spin")
            return Completed(exit_status=1, reason="exit", log=f"timeout:{name} did not end within 10 s@{name}")
        if "hang" in words:
            return Completed(exit_status=None, reason="timeout", log="timeout:no answer within 30 s")
        if f"hashes={self.odd_order}" in command.argv:
            cases = [(name, "fail" if word == "unordered" else word, rest) for name, word, rest in cases]
        if not seed.endswith("alone"):
            return self._report(self._acted(cases, seed))
        if self.cannot_part:
            return Completed(exit_status=2, reason="exit", log="no_report:nothing was left behind")
        told = [self._acted(cases, turn) for turn in seed.split("|") if turn]
        return self._report([[] if turn in self.silent_turns else rows for turn, rows in enumerate(told)])

    def _acted(self, cases: list[tuple[str, str, str]], seed: str) -> list[tuple[str, str, str]]:
        before: list[str] = []
        outcomes = []
        for name, word, rest in reversed(cases) if seed.startswith("seed=3") else cases:
            company = () if seed == "alone" else tuple(before)
            outcomes += [self._act(name, word, rest, seed, company)] if word != "silent" else []
            before.append(word)
        return outcomes

    def _check(self, paths: Sequence[str]) -> Completed:
        self.checked.append(self.workspace.texts[paths[0]])
        if self.checker_stops:
            return Completed(exit_status=2, reason="exit", log="")
        rows = [
            (path, number, code)
            for path in paths
            for number, line in enumerate(self.workspace.texts[path].splitlines(), 1)
            for code in ("mistyped", "unresolved")
            if code in line
        ]
        return Completed(exit_status=1 if rows else 0, reason="exit", log=json.dumps(rows))

    def _challenge(self, suite: str) -> Completed:
        self.challenged.append(self.workspace.texts["src/money.py"])
        if self.cannot_break:
            return Completed(exit_status=2, reason="exit", log=self.cannot_break)
        rows = re.findall(r"^@case (\S+) \| (.*)$", suite, re.MULTILINE)
        rows = [(name, rest) for name, rest in rows if not rest.startswith("lost")] or rows
        most = self.time_for.pop(0) if self.time_for else 1000
        reports = {"report": json.dumps(rows).encode(), "most": str(most).encode()}
        return Completed(exit_status=0, reason="exit", log="", reports=reports)

    def _changed(self, number: int, suite: str) -> Completed:
        if number:
            self.slowly.append(number)
        if self.stop_it:
            return Completed(exit_status=1, reason="exit", log="load_error:it does not load")
        rows = re.findall(r"^@case (\S+) \| (.*)$", suite, re.MULTILINE)
        return self._report(
            [
                (name, "failed" if "reads" in rest or number in numbers_in("kills", rest) else "passed", rest)
                for name, rest in rows
            ]
        )

    def _act(self, name: str, word: str, rest: str, seed: str, before: tuple[str, ...]) -> tuple[str, str, str]:
        if (word == "leans" and not before) or (word == "spoiled" and "spoils" in before):
            return (name, "failed", f"{word} after {len(before)}")
        if word == "late" and "late" not in before:
            self.asked_late += 1
            if self.asked_late < self.in_time_from or self.asked_late == self.late_again_at:
                return (name, "failed", "Error: Timeout of 2000ms exceeded.")
        if word == "flaky":
            return (name, "failed", "sometimes 3") if seed == self.flaky_seed else (name, "passed", "")
        if word == "lucky":
            return (name, "failed", f"{BY_CHANCE}got 3") if seed == "alone" and not before else (name, "passed", "")
        if word == "once":
            return (
                (name, "failed", f"{AGAIN}it left a file") if seed == "alone" and not before else (name, "passed", "")
            )
        if word == "timely":
            return (name, "failed", "no longer 2026") if "frozen" in seed else (name, "passed", "")
        if word == "skip":
            return (name, "skipped", "")
        if word == "raise":
            return (name, "failed", rest.strip())
        return (name, "failed", f"assert 1 == 2{rest}") if word == "fail" else (name, "passed", rest)

    def _report(self, outcomes: list[Any]) -> Completed:
        return Completed(exit_status=0, reason="exit", log="", reports={"report": json.dumps(outcomes).encode()})


class WordChecker:
    """Minds every line of the suite with `mistyped`, and `mistyped` on a sample's line lets that pass."""

    name = "minder"
    packages = (("pypi", "minder"),)
    languages = frozenset({"python"})
    on_purpose = "minder: hush"

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        return view.exists("minder.ini")

    def check(self, order: CheckOrder, tool: InstalledTool, runner: Runner, view: ProjectView) -> Check:
        argv = ("check", order.suite_path, *order.samples)
        texts = (SuiteFile(path="minder.testwright.ini", text="strict"),)
        return Check(command=Command(argv=argv, workspace=view.root), texts=texts)

    def read(self, completed: Completed, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked:
        if completed.exit_status == 2:
            return NotChecked(reason="stops: no such option")
        rows = json.loads(completed.log)
        return tuple(
            Complaint(path=path, line=line, code=code, message=f"{code} here", is_unresolved=code == "unresolved")
            for path, line, code in rows
        )


class WordFormatter:
    """Its program is acted out by the sandbox: it ends every line with a dot, unless told to go wrong."""

    name = "dotter"
    packages = (("pypi", "dotter"),)
    languages = frozenset({"python"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        return view.exists("dotter.ini")

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        return ("-",)


class OneToolchain:
    async def runner(
        self,
        framework: str,
        view: Workspace,
        progress: Callable[[str], Awaitable[None]],
        *,
        near: str = "",
        install: bool = False,
    ) -> Runner:
        await progress("Installing pytest 9.2.0 (first use only)…")
        return Runner(framework="pytest", version="9.2.0", origin="managed", found="pytest 9.2.0", program=("pytest",))

    async def installable(self, framework: str, root: str, *, near: str = "") -> str | None:
        return None

    async def tool(self, registry: str, package: str, view: Workspace, *, near: str = "") -> InstalledTool | None:
        return InstalledTool(name=package, version="1.0", program=(package,))


@dataclass
class ScriptedWriter:
    """Hands out one draft after the other; a repair gets the faults, which are kept for the test to see."""

    drafts: list[Draft]
    name: str = "model"
    model: str | None = "scripted-1"
    usage: Usage = field(default_factory=lambda: Usage(tokens=100, cost_usd=0.01))
    faults: list[tuple[Fault, ...]] = field(default_factory=list)
    calls: int = 0
    stronger: Draft | None = None
    stronger_still: list[Draft] = field(default_factory=list)
    gaps: list[Gaps] = field(default_factory=list)
    suspects: tuple[Suspect, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    skipped_later: tuple[Skipped, ...] = ()
    trouble_on_repair: bool | str = False
    affordable: int = 1000

    def pay(self) -> None:
        if self.calls == self.affordable:
            raise PermanentError("The session has spent all it may.", code="budget_reached")
        self.calls += 1

    async def draft(self, task: WritingTask) -> Writing:
        self.pay()
        return Writing(draft=self.drafts[0], suspects=self.suspects, skipped=self.skipped)

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        if self.trouble_on_repair:
            code = self.trouble_on_repair if isinstance(self.trouble_on_repair, str) else "model_away"
            raise PermanentError("The model is away.", code=code)
        self.pay()
        self.faults.append(tuple(faults))
        number = len(self.faults)
        return Writing(draft=self.drafts[number]) if number < len(self.drafts) else None

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        self.gaps.append(gaps)
        if self.stronger is None:
            return None
        self.pay()
        writing = Writing(draft=self.stronger, skipped=self.skipped_later)
        self.stronger = self.stronger_still.pop(0) if self.stronger_still else None
        return writing


@dataclass
class PlainDesk:
    events: list[Event] = field(default_factory=list)
    shelf: dict[str, str] = field(default_factory=dict)
    bought: Callable[[], Usage] = Usage
    purse: None = None  # what writers pay from; the one here is bought from nobody
    delivered: list[DeliveredSuite] = field(default_factory=list)

    async def tell(self, event: Event) -> None:
        self.events.append(event)

    async def put(self, key: str, value: Mapping[str, Any]) -> None:
        self.shelf[key] = json.dumps(value)

    async def get(self, key: str) -> dict[str, Any] | None:
        return json.loads(self.shelf[key]) if key in self.shelf else None

    def live(self, path: str) -> nullcontext[None]:
        return nullcontext()

    async def spent(self) -> Usage:
        return self.bought()

    async def deliver(self, suite: DeliveredSuite) -> str:
        self.delivered.append(suite)
        return "test-1"

    async def fail(self, error: TestwrightError) -> None:
        raise AssertionError("failing a file is the caller's")

    def types(self) -> list[str]:
        return [event.type for event in self.events]


class StopHere(BaseException):
    """The process died."""


@dataclass
class RememberingStep:
    """Remembers results as JSON, as an engine does; `dies_after` ends the process behind that many new steps."""

    memos: dict[str, str] = field(default_factory=dict)
    dies_after: int = 1000

    async def __call__(self, step_id: str, work: Callable[[], Awaitable[Any]], *, returns: type[Any]) -> Any:
        adapter = TypeAdapter(returns)
        if step_id not in self.memos:
            if self.dies_after == 0:
                raise StopHere
            self.dies_after -= 1
            self.memos[step_id] = adapter.dump_json(await work()).decode()
        return adapter.validate_json(self.memos[step_id])


class World:
    """One file's walk with everything in it at hand."""

    Died = StopHere
    gain_usd: float | None = None
    is_busy: bool = False

    def __init__(
        self, *drafts: Draft, existing: tuple[str, ...] = (), options: Options | None = None, text: str = "code"
    ) -> None:
        self.workspace = MemoryWorkspace({"src/money.py": text, **dict.fromkeys(existing, "@case test_old | pass old")})
        self.workspaces = OneWorkspace(self.workspace)
        self.sandbox = ActingSandbox(self.workspace)
        self.writer = ScriptedWriter(list(drafts))
        self.desk = PlainDesk(bought=lambda: sum([self.writer.usage] * self.writer.calls, Usage()))
        self.step = RememberingStep()
        source = SourceFile(path="src/money.py", text=text, framework="pytest")
        self.assignment = Assignment(
            session_id="session-1",
            round=1,
            file_index=3,
            total_files=4,
            source=source,
            options=options or Options(),
            repository_root=None,
            overlay={},
            writer="model",
            model=None,
        )
        self.framework = WordFramework(existing)
        self.instrumenters: tuple[Instrumenter, ...] = ()

    @property
    def tools(self) -> Tools:
        return Tools(
            languages={"python": WordLanguage()},
            language_of=lambda path: "python" if path.endswith(".py") else None,
            frameworks={"pytest": self.framework},
            toolchains=OneToolchain(),
            sandbox=self.sandbox,
            workspaces=self.workspaces,
            writers={"model": lambda *_: self.writer},
            type_checkers={"minder": WordChecker()},
            formatters={"dotter": WordFormatter()},
            instrumenters=self.instrumenters,
            stability_runs=5,
            most_mutants=60,
            gain_usd=self.gain_usd,
            now=lambda: 1000.0,
            is_busy=lambda: self.is_busy,
        )

    async def walk(self) -> DeliveredSuite:
        await cover_file(self.assignment, self.desk, self.step, self.tools)
        return self.desk.delivered[-1]


def draft_of(preamble: str = "fine", **words: str) -> Draft:
    return Draft(preamble=preamble, cases=tuple(Case(name=f"test_{name}", code=word) for name, word in words.items()))


def suspect_of(word: str, *, input: str = "add(1)", preamble: str = "suspicious") -> Suspect:
    return Suspect(
        name=f"test_{word}_{len(input)}",
        symbol="add",
        line=1,
        expected="2",
        observed="3",
        because=Because(kind="example", text="add(1) -> 2", line=1),
        input=input,
        code=word,
        preamble=preamble,
    )


@pytest.fixture
def suspect() -> Callable[..., Suspect]:
    return suspect_of


@pytest.fixture
def world() -> type[World]:
    return World


@pytest.fixture
def suite() -> Callable[..., Draft]:
    return draft_of
