"""What was observed about a delivered suite. Never an estimate."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from testwright.domain.conventions import TypeCheck
from testwright.domain.drafts import Asked, Draft, Skipped
from testwright.domain.edges import MetEdge, edge_json
from testwright.domain.mutants import Fate, Mutant
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Drop, OwnFailure, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentages:
    """Covered lines and branches in percent; None when not measured or when there are none."""

    lines: float | None
    branches: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantCounts:
    """Small changes that were made to the code and run into: noticed, not noticed, both together."""

    killed: int
    survived: int
    sampled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacedMutant:
    """A mutant of the code under test, what became of it, and the delivered tests that notice it."""

    mutant: Mutant
    fate: Fate
    killers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """One delivered test. `mutants` counts those it ran into; None when it could not be challenged.

    `passed_alone` says that one of the runs had it in an environment that no other test had been in.
    `mended` says what was put right in it by rule, after its writer had got it wrong. `writer` is explorer or model.
    `oracle` is "observed" where the test writes down what the code does, whether that is right or not.
    """

    name: str
    passed_runs: int
    runs: int
    duration_ms: float
    mutants: MutantCounts | None
    mended: str = ""
    passed_alone: bool = False
    writer: str = ""
    oracle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How what lies outside of the code was met: replaced in the tests (`mocked`), or used for real in the sandbox.

    `network` is off, or open where there is no sandbox. `frozen_at` and `zone` are of the run with the clock stopped;
    None when there was none that did so: then nobody has shown that the tests do not depend on the real clock.
    """

    mocked: bool
    network: str
    frozen_at: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTo:
    """A suite of the project's own, into which the tests were put. `sha256` is of its bytes as they were before.

    `ranges` are the parts of the delivered text that are new, in bytes: without them it is what it was.
    """

    path: str
    sha256: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A verified suite. `before` is what the project's own tests of this file reach, `after` these and the new ones.

    `run_with` is what a person types to run the suite; `brought` says that the project has no runner of its own yet.
    `mutants` is None when the code could not be broken on trial; `mutants_problem` then says why.
    `edge_cases` are None when nobody asked for them, or calls could not be watched; `mutants_problem` then says why.
    `types` is None where the project checks none. `formatted_with` names the project's formatter that laid the suite
    out, and is empty where none did; `format_problem` then says why, if the project has one. `ran_without` are files
    that could not be loaded here and were left out of the runs.
    `environment` are tests that could not pass here, each with what is missing. `added_to` is the suite that the tests
    were put into; `beside` says why a file of their own stands beside one. `own_failures` are the project's own tests
    of this file that failed before anything was added: they count for nothing here. `skipped` is what could not be
    explored, such as calls that end the process.
    """

    writer: str
    model: str | None
    runner: str
    runner_version: str
    run_with: str
    brought: bool
    sandbox: str
    test_count: int
    passed_runs: int
    runs: int
    before: Percentages
    after: Percentages
    attempts: int
    tokens: int
    cost_usd: float | None
    duration_ms: int
    mutants: MutantCounts | None
    mutants_problem: str | None
    cases: tuple[CaseEvidence, ...]
    outside: Outside
    edge_cases: tuple[MetEdge, ...] | None = None
    suspects: int = 0
    environment: tuple[tuple[str, Trouble], ...] = ()
    asked: Asked | None = None
    types: TypeCheck | None = None
    formatted_with: str = ""
    format_problem: str = ""
    added_to: AddedTo | None = None
    beside: str = ""
    own_failures: tuple[OwnFailure, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    ran_without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotVerified:
    """Nobody could run this suite here, and nothing that only a run can tell is said about it."""

    writer: str
    model: str | None
    reason: str
    hint: str | None
    test_count: int
    attempts: int
    tokens: int
    cost_usd: float | None
    suspects: int = 0
    environment: tuple[tuple[str, Trouble], ...] = ()
    asked: Asked | None = None
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredSuite:
    """What a file's pipeline hands over. `suspects` are no part of the suite: nobody applies them unasked."""

    file_path: str
    test_file_path: str
    test_code: str
    draft: Draft
    evidence: Evidence | NotVerified
    dropped: tuple[Drop, ...] = ()
    covered_before: tuple[int, ...] = ()
    covered_after: tuple[int, ...] = ()
    missed_after: tuple[int, ...] = ()
    mutants: tuple[FacedMutant, ...] = ()
    suspects: tuple[Suspect, ...] = ()


def evidence_json(evidence: Evidence | NotVerified) -> dict[str, Any]:
    """What a client is told: the same facts under their wire names."""
    if isinstance(evidence, NotVerified):
        return {
            "verified": False,
            "reason": evidence.reason,
            "hint": evidence.hint,
            "writer": evidence.writer,
            "model": evidence.model,
            "testCount": evidence.test_count,
            "attempts": evidence.attempts,
            "tokens": evidence.tokens,
            "costUsd": evidence.cost_usd,
            "suspects": evidence.suspects,
            **_environment_json(evidence.environment),
            **_asked_json(evidence.asked),
            **_skipped_json(evidence.skipped),
        }
    return {
        "verified": True,
        "writer": evidence.writer,
        "model": evidence.model,
        "runner": evidence.runner,
        "runnerVersion": evidence.runner_version,
        "runWith": evidence.run_with,
        "runnerFrom": "testwright" if evidence.brought else "project",
        "sandbox": evidence.sandbox,
        "testCount": evidence.test_count,
        "passedRuns": evidence.passed_runs,
        "runs": evidence.runs,
        "coverage": {"before": _percentages_json(evidence.before), "after": _percentages_json(evidence.after)},
        "mutants": _counts_json(evidence.mutants),
        **({"mutantsProblem": evidence.mutants_problem} if evidence.mutants_problem else {}),
        "attempts": evidence.attempts,
        "tokens": evidence.tokens,
        "costUsd": evidence.cost_usd,
        "durationMs": evidence.duration_ms,
        "suspects": evidence.suspects,
        "external": {
            "mocked": evidence.outside.mocked,
            "network": evidence.outside.network,
            "clockFrozenAt": evidence.outside.frozen_at,
            "timeZone": evidence.outside.zone,
        },
        **({} if evidence.edge_cases is None else {"edgeCases": [edge_json(each) for each in evidence.edge_cases]}),
        **_environment_json(evidence.environment),
        **_asked_json(evidence.asked),
        **_skipped_json(evidence.skipped),
        **_conventions_json(evidence),
        **_own_suites_json(evidence),
        **({"ranWithout": list(evidence.ran_without)} if evidence.ran_without else {}),
        "tests": [
            {
                "name": case.name,
                "passedRuns": case.passed_runs,
                "runs": case.runs,
                "durationMs": case.duration_ms,
                "mutants": _counts_json(case.mutants),
                **({"mended": case.mended} if case.mended else {}),
                **({"oracle": case.oracle} if case.oracle else {}),
                "passedAlone": case.passed_alone,
                **({"writer": case.writer} if case.writer else {}),
            }
            for case in evidence.cases
        ],
    }


def _asked_json(asked: Asked | None) -> dict[str, Any]:
    """What a model was told: shown where one was asked."""
    if asked is None:
        return {}
    return {
        **({"promptVersion": asked.prompts} if asked.prompts else {}),
        "contextLeftOut": list(asked.left_out),
        "redacted": [{"kind": kind, "count": count} for kind, count in asked.redacted],
        **({"modelProblem": asked.problem} if asked.problem else {}),
        **({"modelProblemCode": asked.problem_code} if asked.problem_code else {}),
    }


def _conventions_json(evidence: Evidence) -> dict[str, Any]:
    """What the project's own type checker and formatter came to; nothing is said where it has none."""
    told: dict[str, Any] = {}
    if evidence.types is not None and evidence.types.problem:
        told["typeCheckProblem"] = f"{evidence.types.by} {evidence.types.version} {evidence.types.problem}"
    elif evidence.types is not None:
        told["typeChecked"] = {"by": evidence.types.by, "version": evidence.types.version}
    if evidence.formatted_with:
        told["formattedWith"] = evidence.formatted_with
    if evidence.format_problem:
        told["formatProblem"] = evidence.format_problem
    return told


def _own_suites_json(evidence: Evidence) -> dict[str, Any]:
    """What became of the tests that the project has of this file; nothing when there was nothing to say."""
    found: dict[str, Any] = {}
    if evidence.added_to is not None:
        found["addedTo"] = asdict(evidence.added_to)
    if evidence.beside:
        found["notAddedBecause"] = evidence.beside
    if evidence.own_failures:
        found["ownFailures"] = [
            {name: value for name, value in asdict(failure).items() if value} for failure in evidence.own_failures
        ]
    return found


def _environment_json(troubles: tuple[tuple[str, Trouble], ...]) -> dict[str, Any]:
    missing = gathered(troubles)
    return {"environment": missing} if missing else {}


def _skipped_json(skipped: tuple[Skipped, ...]) -> dict[str, Any]:
    return {"skipped": [asdict(each) for each in skipped]} if skipped else {}


def gathered(troubles: Sequence[tuple[str, Trouble]]) -> list[dict[str, Any]]:
    """Troubles by what is missing, each with the tests that met it, under wire names."""
    together: dict[Trouble, list[str]] = {}
    for name, trouble in troubles:
        together.setdefault(trouble, []).append(name)
    return [{**asdict(trouble), "tests": names} for trouble, names in together.items()]


def mutant_json(faced: FacedMutant) -> dict[str, Any]:
    """A mutant under its wire names."""
    mutant = faced.mutant
    return {
        "number": mutant.number,
        "operator": mutant.operator,
        "line": mutant.line,
        "column": mutant.column,
        "endLine": mutant.end_line,
        "before": mutant.before,
        "after": mutant.after,
        "status": str(faced.fate),
        "killers": list(faced.killers),
    }


def _counts_json(counts: MutantCounts | None) -> dict[str, int] | None:
    return None if counts is None else asdict(counts)


def _percentages_json(percentages: Percentages) -> dict[str, float | None]:
    return {"lines": percentages.lines, "branches": percentages.branches}
