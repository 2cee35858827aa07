"""Holding a draft to what was asked for: a model may write more kinds of tests than the request wants."""

from collections.abc import Mapping

from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import CoverageGoal, Options, TestType

GATE = "asked_for"
_EDGES = ("edge", "error")


def not_asked_for(draft: Draft, options: Options) -> Mapping[str, str]:
    """The names of the cases that the options leave out, each with the reason."""
    wants_units = TestType.UNIT in options.test_types or not has_integration(draft)
    reasons: dict[str, str] = {}
    seen: set[tuple[str, ...]] = set()
    for case in draft.cases:
        reason = _reason(case, options, wants_units=wants_units)
        if reason is None and options.coverage is CoverageGoal.BASIC and case.scenario != "integration":
            if case.targets[:1] in seen:
                reason = "Basic coverage was asked for, and another test shows what its symbol does."
            seen.add(case.targets[:1])
        if reason is not None:
            reasons[case.name] = reason
    # A file of which nothing would be left keeps its tests: a wish is no reason to deliver nothing.
    return reasons if len(reasons) < len(draft.cases) else {}


def has_integration(draft: Draft) -> bool:
    return any(case.scenario == "integration" for case in draft.cases)


def _reason(case: Case, options: Options, *, wants_units: bool) -> str | None:
    if case.scenario == "integration":
        return None if TestType.INTEGRATION in options.test_types else "Integration tests were not asked for."
    if not wants_units:
        return "Unit tests were not asked for."
    if case.scenario in _EDGES and not options.include_edge_cases:
        return "Edge cases were not asked for."
    if case.scenario in _EDGES and options.coverage is CoverageGoal.BASIC:
        return "Basic coverage was asked for: one ordinary test for each symbol."
    return None
