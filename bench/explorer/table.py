"""How the measurements are printed."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from smells import KINDS
from walking import Row

WANTED = {"python": (85.0, 75.0), "javascript": (80.0, 65.0)}
"""Medians that are wanted: branches, mutants."""
_MOST_MEMORY_MB = 300

HEAD = (
    f"{'file':<38}{'tests':>6}{'line':>7}{'branch':>8}{'mutants, all':>18}{'noticed by court':>18}{'rough':>7}"
    f"{'more than needed':>18}{'for edges':>11}{'suspects':>10}{'s':>7}{'MB':>6}{'load':>6}"
)


def line(row: Row) -> str:
    name = row.name if len(row.name) < 38 else f"…{row.name[-36:]}"
    if row.score is None:
        return f"{name:<38}  {row.problem}"
    score = row.score
    counts = row.evidence.get("mutants") or {}
    court = f"{counts.get('killed', '-')} of {counts.get('sampled', '-')}"
    share = f"{score.killed} of {score.mutants}: {_percent(score.killed, score.mutants)}"
    text = (
        f"{name:<38}{score.tests:>6}{_shown(score.lines):>7}{_shown(score.branches):>8}{share:>18}{court:>18}"
        f"{row.rough_mutants:>7}{score.superfluous:>18}{score.for_edges:>11}{row.suspects:>10}{row.seconds:>7.1f}{_shown(row.memory_mb):>6}{row.load:>6.1f}"
    )
    if score.reruns:
        text += f"   {reruns(score.failed_reruns, score.reruns)}"
    text += f"   {score.problem}" if score.problem else ""
    return text if row.rival is None else f"{text}\n{_rival(row.rival)}"


def reruns(failed: int, times: int) -> str:
    return f"{failed} of {times} shuffled reruns failed"


def _rival(rival: Mapping[str, Any]) -> str:
    score = rival["score"]
    if score is None:
        return f"{'  Pynguin':<38}  {rival['problem']}"
    share = f"{score['killed']} of {score['mutants']}: {_percent(score['killed'], score['mutants'])}"
    return (
        f"{'  Pynguin':<38}{score['tests']:>6}{_shown(score['lines']):>7}{_shown(score['branches']):>8}{share:>18}"
        f"{'':>25}{score['superfluous']:>18}{'':>21}{rival['seconds']:>7.1f}   {score['problem']}"
    ).rstrip()


def medians(rows: Sequence[Row]) -> Iterator[str]:
    for language, (branches, mutants) in WANTED.items():
        mine = [row for row in rows if row.language == language]
        if not mine:
            continue
        scores = [row.score for row in mine]
        lines_seen = [(score.lines or 0.0) if score else 0.0 for score in scores]
        branches_seen = [(score.branches or 0.0) if score else 0.0 for score in scores]
        kills = [100 * score.killed / score.mutants if score and score.mutants else 0.0 for score in scores]
        tests = sum(score.tests for score in scores if score)
        more = sum(score.superfluous for score in scores if score)
        edges = sum(score.for_edges for score in scores if score)
        failed = sum(score.failed_reruns for score in scores if score)
        memory = max((row.memory_mb for row in mine if row.memory_mb is not None), default=None)
        yield (
            f"\n{language}, medians of {len(mine)}: lines {median(lines_seen):.1f} %, "
            f"branches {median(branches_seen):.1f} % (wanted ≥ {branches:g}), "
            f"mutants {median(kills):.1f} % (wanted ≥ {mutants:g}); "
            f"{more} of {tests} tests more than needed ({_percent(more, tests)}, wanted ≤ 5 %), "
            f"{edges} for a boundary case alone; "
            f"reruns that failed: {failed} (wanted 0); "
            f"at most {_shown(memory)} MB (wanted ≤ {_MOST_MEMORY_MB}); "
            f"median {median(row.seconds for row in mine):.1f} s a file"
        )


def smells(rows: Sequence[Row]) -> Iterator[str]:
    """What a reviewer would stumble over, ours and Pynguin's."""
    ours = [(row.score.tests, row.score.smells) for row in rows if row.score]
    theirs = [
        (row.rival["score"]["tests"], row.rival["score"]["smells"]) for row in rows if row.rival and row.rival["score"]
    ]
    for whose, found in (("ours", ours), ("Pynguin", theirs)):
        if found:
            counts = ", ".join(f"{kind}: {sum(smells.get(kind, 0) for _, smells in found)}" for kind in KINDS)
            yield f"{whose}, {sum(tests for tests, _ in found)} tests: {counts}"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"
