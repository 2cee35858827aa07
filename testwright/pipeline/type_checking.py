"""The gate `type_checks`: where the project checks types, its tests are held to them as its other files are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from testwright.domain.conventions import CheckOrder, Complaint, NotChecked, TypeCheck
from testwright.domain.drafts import Case, Draft, Suite
from testwright.domain.verdicts import Fault
from testwright.pipeline.bench import Bench

GATE = "type_checks"
_MOST_SAMPLES = 3
_MOST_SAID = 3
_REFUSES = re.compile(r"toThrow|rejects|raises|assertRaises|throws")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFindings:
    """`check` is None where the project has no types to check; `faults` are those of the draft, by test."""

    check: TypeCheck | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)


async def type_findings(bench: Bench, draft: Draft, suite: Suite) -> TypeFindings:
    """What the project's checker holds against the draft, of which this suite is made. One start for all tests.

    Only complaints about our lines count, and only such as the project's own tests do not give cause for.
    """
    tool = bench.ready.checker
    if tool is None:
        return TypeFindings()
    path = suite.path
    samples = tuple(sample for sample in _samples(bench) if sample != path)
    bench.place_suite(suite)
    answer = await bench.check_types(
        CheckOrder(source_path=bench.job.assignment.source.path, suite_path=path, samples=samples)
    )
    if answer is None:
        return TypeFindings()
    if isinstance(answer, NotChecked):
        return TypeFindings(check=TypeCheck(by=tool.name, version=tool.version, problem=answer.reason))
    text = _Text.of(bench, draft, suite)
    advice = _advice(bench, samples, bench.job.tools.type_checkers[tool.name].on_purpose)
    said = _said_of(draft, text, _held(answer, suite, text, samples), tool.title)
    return TypeFindings(
        check=TypeCheck(by=tool.name, version=tool.version),
        faults={
            case.name: Fault(name=case.name, gate=GATE, message="\n".join([*said[case.name], *_advised(case, advice)]))
            for case in draft.cases
            if case.name in said
        },
    )


def as_checked(bench: Bench, draft: Draft) -> Draft:
    """The draft with annotations, where the project checks types and its own tests, if there are any, have them."""
    if bench.ready.checker is None:
        return draft
    language = bench.job.language
    samples = [bench.workspace.text(path) or "" for path in _samples(bench)]
    is_theirs = not samples or any(language.style_of(sample).is_annotated for sample in samples)
    return language.annotated(draft) if is_theirs else draft


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A suite's lines, and which of them (from 1) each test takes up. `theirs` are lines that the project has in it."""

    lines: tuple[str, ...]
    places: Mapping[str, range]
    theirs: frozenset[str]

    @classmethod
    def of(cls, bench: Bench, draft: Draft, suite: Suite) -> "_Text":
        host = bench.baseline.host
        lines = tuple(suite.text.splitlines())
        theirs = frozenset(host.text.splitlines() if suite.is_added and host is not None else ())
        places = places_of(_as_it_stands(bench, draft, suite), lines)
        ours = {case.name for case in draft.cases}
        return cls(lines=lines, places={name: place for name, place in places.items() if name in ours}, theirs=theirs)

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def owners(self, number: int) -> list[str]:
        return [name for name, place in self.places.items() if number in place]

    def is_ours(self, number: int) -> bool:
        return bool(self.owners(number)) or self.line(number) not in self.theirs


def _as_it_stands(bench: Bench, draft: Draft, suite: Suite) -> Draft:
    """The tests as they stand in the suite: what was put among others may have been written as those are."""
    try:
        return bench.job.language.split(suite.text)
    except ValueError:
        return draft


def _held(answer: Sequence[Complaint], suite: Suite, text: _Text, samples: Sequence[str]) -> list[Complaint]:
    """Complaints about our own lines, of kinds that the project's tests give no cause for."""
    about_suite = [complaint for complaint in answer if complaint.path == suite.path]
    ours = [complaint for complaint in about_suite if text.is_ours(complaint.line)]
    let_pass = {complaint.code for complaint in answer if complaint.path in samples}
    let_pass |= {complaint.code for complaint in about_suite if not text.is_ours(complaint.line)}
    return [complaint for complaint in ours if not complaint.is_unresolved and complaint.code not in let_pass]


def _said_of(draft: Draft, text: _Text, held: Sequence[Complaint], by: str) -> dict[str, list[str]]:
    """The complaints in words, by test. What is said of a line that is no test's is said of every test."""
    said: dict[str, list[str]] = {}
    for complaint in held:
        code = f" [{complaint.code}]" if complaint.code else ""
        sentence, *more = complaint.message.splitlines() or [""]
        words = "\n".join([f"{by}: {sentence}{code}", f"  in: {text.line(complaint.line).strip()}", *more])
        for name in text.owners(complaint.line) or [case.name for case in draft.cases]:
            if len(said.setdefault(name, [])) < _MOST_SAID:
                said[name].append(words)
    return said


def _advice(bench: Bench, samples: Sequence[str], mark: str) -> str:
    """How a line may break the types on purpose here."""
    is_theirs = any(mark in (bench.workspace.text(path) or "") for path in samples)
    if is_theirs:
        return f"Where the wrong type is the point of the test, say so as this project's tests do with `{mark}`."
    if not samples:
        return f"Where the wrong type is the point of the test, say so with `{mark}` and the reason."
    return "Where the wrong type is the point of the test, cast the value: this project's tests silence no line."


def _advised(case: Case, advice: str) -> tuple[str, ...]:
    return (advice,) if case.scenario == "error" or _REFUSES.search(case.code) else ()


def places_of(draft: Draft, lines: Sequence[str]) -> dict[str, range]:
    """Which lines of the text (from 1) each test takes up. A test that was written otherwise is not found."""
    bare = [_bare(line) for line in lines]
    places: dict[str, range] = {}
    for case in draft.cases:
        first, *more = [_bare(line) for line in case.code.strip().splitlines()] or [""]
        for at, line in enumerate(bare):
            if first and line.endswith(first) and bare[at + 1 : at + 1 + len(more)] == more:
                places[case.name] = range(at + 1, at + 2 + len(more))
                break
    return places


def _bare(line: str) -> str:
    """A method of a class is a plain function in a draft."""
    return line.strip().replace("(self, ", "(").replace("(self)", "()")


def _samples(bench: Bench) -> tuple[str, ...]:
    """Tests that the project has: those of the same source, and the one that is followed."""
    ready = bench.ready
    found = dict.fromkeys([*ready.existing, *([ready.sample] if ready.sample else [])])
    return tuple(path for path in found if path != bench.new_path and bench.workspace.exists(path))[:_MOST_SAMPLES]
