"""Options as they were typed, apart from those that nobody typed."""

from typing import Any

from testwright.domain.sessions import CoverageGoal, TestType


def typed_options(
    *,
    unit: bool | None,
    integration: bool | None,
    basic: bool | None,
    edge_cases: bool | None,
    mocks: bool | None,
    model: str | None,
    max_cost_usd: float | None,
    install: bool | None,
) -> dict[str, Any]:
    """Those of `Options` that were typed. The kinds of tests are one option: naming one settles both."""
    typed: dict[str, Any] = {
        "coverage": None if basic is None else CoverageGoal.BASIC if basic else CoverageGoal.COMPREHENSIVE,
        "include_edge_cases": edge_cases,
        "mock_external": mocks,
        "model": model,
        "max_cost_usd": max_cost_usd,
        "install": install or None,
    }
    if unit is not None or integration is not None:
        wanted = {TestType.UNIT: unit is not False, TestType.INTEGRATION: bool(integration)}
        typed["test_types"] = tuple(kind for kind, is_wanted in wanted.items() if is_wanted)
    return {name: value for name, value in typed.items() if value is not None}
