"""What a probe wrote, read with distrust: it was made by code that nobody has read."""

import json
from dataclasses import dataclass
from typing import Any

from testwright.domain.drafts import Skipped

_MOST_BYTES = 4 << 20
_MOST_RECORDS = 400
_MOST_TEXT = 2000
_MOST_SKIPPED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`how` is equals, instance, length, starts or prints; `of` is an expression, empty for the call's result."""

    of: str
    how: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    target: str
    name: str
    lines: tuple[str, ...]
    given: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Why an observation looks like a bug; `line` and `path` are the example's, where it is one."""

    kind: str
    expected: str
    observed: str
    text: str
    assertion: str
    line: int = 0
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One observed call. `arguments` are (parameter, text); `error` is (type, module, message).

    `homes` are collaborators of other modules of the project whose code runs: (name, module). Of a record that
    `says` a law the `call` is true whatever its arguments are; these are strategies of Hypothesis.
    """

    symbol: str
    lines: tuple[str, ...]
    call: str
    checks: tuple[Check, ...]
    error: tuple[str, str, str] | None
    patches: tuple[Patch, ...]
    arguments: tuple[tuple[str, str], ...]
    documented: bool
    foreign: bool
    subject: str
    suspicion: Suspicion | None = None
    homes: tuple[tuple[str, str], ...] = ()
    says: str = ""


def read(report: bytes | None) -> tuple[Record, ...] | None:
    """None when the report is missing or not one of ours."""
    if report is None or len(report) > _MOST_BYTES:
        return None
    try:
        rows = json.loads(report)["records"]
        return tuple(_record(row) for row in rows[:_MOST_RECORDS])
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return None


def skipped(report: bytes) -> tuple[Skipped, ...]:
    """What a report that can be read says of what was left alone."""
    rows = json.loads(report).get("skipped", [])
    try:
        return tuple(
            Skipped(symbol=_text(symbol), because=one_line(_text(because))) for symbol, because in rows[:_MOST_SKIPPED]
        )
    except (ValueError, TypeError):
        return ()


def one_line(text: str) -> str:
    return " ".join(text.split())


def _record(row: dict[str, Any]) -> Record:
    error = row["error"]
    return Record(
        symbol=_text(row["symbol"]),
        lines=tuple(_text(line) for line in row["lines"]),
        call=_text(row["call"]),
        checks=tuple(Check(of=_text(of), how=_text(how), value=_text(value)) for of, how, value in row["checks"]),
        error=(_text(error[0]), _text(error[1]), _text(error[2])) if error else None,
        patches=tuple(
            Patch(
                target=_text(target), name=_text(name), lines=tuple(_text(line) for line in lines), given=_text(given)
            )
            for target, name, lines, given in row["patches"]
        ),
        arguments=tuple((_text(parameter), _text(text)) for parameter, _, text in row["arguments"]),
        documented=row["documented"] is True,
        foreign=row["foreign"] is True,
        subject=_text(row["subject"]),
        suspicion=_suspicion(row["suspicion"], row.get("place")) if row.get("suspicion") else None,
        homes=tuple((_text(name), _text(module)) for name, module in row.get("homes", {}).items()),
        says=_text(row.get("says", "")),
    )


def _suspicion(told: dict[str, Any], place: Any) -> Suspicion:
    line, path = place if isinstance(place, list) else (0, None)
    return Suspicion(
        kind=_text(told["kind"]),
        expected=_text(told["expected"]),
        observed=_text(told["observed"]),
        text=_text(told["text"]),
        assertion=_text(told["assertion"]),
        line=int(line),
        path=_text(path) if path else None,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError("not a text of ours")
    return value
