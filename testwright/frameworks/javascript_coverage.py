"""How coverage is read from istanbul's counters: of the file under test, and of what each case ran in it."""

from typing import Any, TypeVar

from testwright.domain.projects import WORKSPACE
from testwright.domain.verdicts import FileCoverage

T = TypeVar("T", int, str)


def claimed(told: object, covered: frozenset[T]) -> frozenset[T] | None:
    """What one case says it has run, as far as the whole suite has; None when it does not say."""
    if not isinstance(told, list):
        return None
    names = {each for each in told if isinstance(each, int | str)}
    return frozenset(each for each in covered if each in names)


def coverage_of(maps: list[Any], source_path: str) -> FileCoverage | None:
    """Lines and branches from istanbul's counters; several runs of the file add up."""
    lines: dict[int, bool] = {}
    branches: dict[str, bool] = {}
    seen = False
    for found in maps:
        if not isinstance(found, dict) or found.get("path") != f"{WORKSPACE}/{source_path}":
            continue
        try:
            _add_counters(found, lines, branches)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        seen = True
    if not seen:
        return None
    return FileCoverage(
        lines_covered=frozenset(line for line, hit in lines.items() if hit),
        lines_missed=frozenset(line for line, hit in lines.items() if not hit),
        branches_covered=frozenset(name for name, hit in branches.items() if hit),
        branches_missed=frozenset(name for name, hit in branches.items() if not hit),
    )


def _add_counters(found: dict[str, Any], lines: dict[int, bool], branches: dict[str, bool]) -> None:
    # A line is covered when a statement that begins on it ran: istanbul's own rule.
    for key, count in found["s"].items():
        line = int(found["statementMap"][key]["start"]["line"])
        lines[line] = lines.get(line, False) or int(count) > 0
    for key, counts in found["b"].items():
        branch = found["branchMap"][key]
        line = int((branch.get("loc") or {}).get("start", {}).get("line") or branch.get("line") or 0)
        for path, count in enumerate(counts):
            name = f"{line}:{key}.{path}"
            branches[name] = branches.get(name, False) or int(count) > 0
