"""How many attacks were tried and stopped in each tier: written into the docs from a run of the suite itself."""

from collections import defaultdict
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

BEGIN, END = "<!-- attacks: made by tests/escape -->", "<!-- end of attacks -->"
_TIERS = {
    "late": "isolated, started by root",
    "early": "isolated, root given away first",
    "user": "isolated, an ordinary user",
    "confined": "confined",
    "confined in a closed home": "confined, project in root's own home",
    "docker": "container, docker",
    "podman": "container, podman",
    "gvisor by docker": "gVisor, docker",
    "gvisor by podman": "gVisor, podman",
}
_counts: dict[str, dict[str, str]] = defaultdict(dict)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--attack-table", help="a file with a place for the table of attacks, which is written anew")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    cell = getattr(item, "funcargs", {}).get("cell")
    if report.when == "call" and cell is not None and cell.tried and not report.skipped:
        row = item.name.partition("[")[0].removeprefix("test_").replace("_", " ")
        _counts[row][cell.layout] = f"{cell.tried} / {cell.tried if report.passed else '?'}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    target = session.config.getoption("--attack-table", default=None)
    if target:
        page = Path(target)
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{_table()}\n{END}{rest.partition(END)[2]}")


def _table() -> str:
    tiers = [tier for tier in _TIERS if any(tier in counts for counts in _counts.values())]
    lines = [
        "| what holds | " + " | ".join(_TIERS[tier] for tier in tiers) + " |",
        "| --- |" + " --- |" * len(tiers),
    ]
    for row, counts in _counts.items():
        lines.append(f"| {row} | " + " | ".join(counts.get(tier, "–") for tier in tiers) + " |")
    totals = [_total(counts[tier] for counts in _counts.values() if tier in counts) for tier in tiers]
    return "\n".join([*lines, "| **all together** | " + " | ".join(f"**{total}**" for total in totals) + " |"])


def _total(cells: Iterable[str]) -> str:
    pairs = [cell.split(" / ") for cell in cells]
    stopped = sum(int(stopped) for _, stopped in pairs if stopped.isdigit())
    return f"{sum(int(tried) for tried, _ in pairs)} / {stopped}"
