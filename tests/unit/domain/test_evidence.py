"""The evidence under its wire names: what is told, and that whoever reads it finds every name explained."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testwright.domain.conventions import TypeCheck
from testwright.domain.drafts import Asked, Skipped
from testwright.domain.edges import MetEdge
from testwright.domain.evidence import (
    AddedTo,
    CaseEvidence,
    Evidence,
    FacedMutant,
    MutantCounts,
    NotVerified,
    Outside,
    Percentages,
    evidence_json,
    mutant_json,
)
from testwright.domain.mutants import Fate, Mutant
from testwright.domain.suspects import Because, Suspect, suspect_json
from testwright.domain.verdicts import OwnFailure, Trouble

REPOSITORY = Path(__file__).parents[3]
COUNTS = MutantCounts(killed=2, survived=1, sampled=3)
TROUBLE = Trouble(kind="network", message="there is no network", hint="Replace the call.")
ASKED = Asked(prompts="7", left_out=("types of cart.ts",), redacted=(("key", 1),), problem="It was cut off.")
TOLD_IN_FULL = Evidence(
    writer="both",
    model="gemini",
    runner="vitest",
    runner_version="4.1.2",
    run_with="npx vitest run",
    brought=True,
    sandbox="isolated",
    test_count=1,
    passed_runs=5,
    runs=5,
    before=Percentages(lines=0.0, branches=None),
    after=Percentages(lines=80.0, branches=50.0),
    attempts=1,
    tokens=100,
    cost_usd=0.25,
    duration_ms=1200,
    mutants=COUNTS,
    mutants_problem="calls could not be watched",
    cases=(
        CaseEvidence(
            name="adds",
            passed_runs=5,
            runs=5,
            duration_ms=3.5,
            mutants=COUNTS,
            mended="an import",
            passed_alone=True,
            writer="explorer",
            oracle="observed",
        ),
    ),
    outside=Outside(mocked=True, network="off"),
    suspects=1,
    edge_cases=(MetEdge(symbol="add", name="a is zero", covered_by=("adds",)),),
    environment=(("adds", TROUBLE),),
    asked=ASKED,
    types=TypeCheck(by="tsc", version="5.9"),
    formatted_with="prettier 3.6.2",
    format_problem="it failed",
    ran_without=("tests/conftest.py",),
    added_to=AddedTo(path="add.test.ts", sha256="0" * 64, ranges=((1, 2),)),
    beside="it does not parse",
    own_failures=(OwnFailure(name="old", path="add.test.ts", reason="it fails"),),
    skipped=(Skipped(symbol="spin", because="spin(3) does not come to an end"),),
)
NOT_VERIFIED = NotVerified(
    writer="model",
    model="gemini",
    reason="No runner could be found.",
    hint="Install vitest.",
    test_count=3,
    attempts=1,
    tokens=50,
    cost_usd=None,
    environment=(("adds", TROUBLE),),
    asked=ASKED,
)
MUTANT = FacedMutant(
    mutant=Mutant(number=1, operator="arithmetic", line=1, end_line=1, before="a + b", after="a - b"),
    fate=Fate.KILLED,
)
SUSPECT = Suspect(
    name="adds",
    symbol="add",
    line=1,
    expected="3",
    observed="4",
    because=Because(kind="doc", text="adds", line=1, path="README.md"),
    input="add(1, 2)",
    code="",
    preamble="",
)


def names_in(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        yield from told
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list | tuple) else ():
        yield from names_in(value)


OF_EVIDENCE = sorted({*names_in(evidence_json(TOLD_IN_FULL)), *names_in(evidence_json(NOT_VERIFIED))})
OF_CHANGES_AND_BUGS = sorted({*names_in(mutant_json(MUTANT)), *names_in(suspect_json(SUSPECT))})


@pytest.mark.parametrize("name", sorted({*OF_EVIDENCE, *OF_CHANGES_AND_BUGS}))
def test_every_name_on_the_wire_is_explained(name: str):
    page = (REPOSITORY / "docs" / "evidence.md").read_text(encoding="utf-8")

    assert f"`{name}`" in page


@pytest.mark.parametrize("name", OF_EVIDENCE)
def test_the_hook_knows_every_name_of_the_evidence(name: str):
    types = (REPOSITORY / "react" / "src" / "core" / "types.ts").read_text(encoding="utf-8")

    assert re.search(rf"\b{name}\??:", types)


def test_the_sample_tells_everything_that_evidence_can_tell():
    unsaid = [field for field in Evidence.__dataclass_fields__ if getattr(TOLD_IN_FULL, field) in (None, "", (), 0)]

    assert unsaid == []
