"""Suspected bugs: the code contradicts its own name, documentation, type or examples. Kept apart, never applied."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """What the code contradicts. `kind` is doc, example, type, name, caller, or value (a result that nobody means).

    `line` is where it stands, in the source or, when `path` is given, in that file; 0 when it stands nowhere.
    """

    kind: str
    text: str
    line: int
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A test that would pass if the code did what it claims, and fails on the code as it stands.

    `input` is the call that shows it. `code` is the test alone and `preamble` what it needs; `marked` is the whole file
    with the test marked as one that is expected to fail, which goes red as soon as the code is corrected.
    """

    name: str
    symbol: str
    line: int
    expected: str
    observed: str
    because: Because
    input: str
    code: str
    preamble: str
    marked: str = ""


def suspect_files(test_file_path: str, suspects: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each suspected bug as a file apart: a path beside the suite, and a text that is green while the bug is there.

    `suspects` have their wire names.
    """
    folder, slash, name = test_file_path.rpartition("/")
    python = re.fullmatch(r"(?P<stem>.+?)(?P<end>(?:_test)?\.py)", name)
    other = re.fullmatch(r"(?P<stem>.+?)(?P<end>(?:\.(?:test|spec))?\.[cm]?[jt]sx?)", name)
    found = python or other
    assert found is not None
    word = "_possible_bug_" if python else ".possible-bug-"
    return [
        (f"{folder}{slash}{found['stem']}{word}{number}{found['end']}", str(suspect["markedCode"]))
        for number, suspect in enumerate(suspects, start=1)
    ]


def suspect_json(suspect: Suspect) -> dict[str, Any]:
    """A suspected bug under its wire names."""
    because = suspect.because
    return {
        "name": suspect.name,
        "symbol": suspect.symbol,
        "line": suspect.line,
        "expected": suspect.expected,
        "observed": suspect.observed,
        "because": {
            "kind": because.kind,
            "text": because.text,
            "line": because.line,
            **({"path": because.path} if because.path else {}),
        },
        "input": suspect.input,
        "testCode": suspect.code,
        "markedCode": suspect.marked,
    }
