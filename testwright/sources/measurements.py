"""What was measured of the sources, in the forms of coverage viewers (LCOV) and of mutation reports."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from testwright import __version__
from testwright.domain.records import TestRecord

_FATES = {
    "killed": "Killed",
    "timed_out": "Timeout",
    "survived": "Survived",
    "unreached": "NoCoverage",
    "untried": "Ignored",
}
_MORE_THAN_A_LINE = "…"
_LANGUAGES = {
    **{".rs": "rust", ".java": "java", ".go": "go", ".rb": "ruby"},
    ".py": "python",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
}


def as_lcov(tests: Sequence[TestRecord]) -> str:
    """LCOV's tracefile: the lines of each source that its tests run, ours and the project's own together.

    A line that runs has the count 1: how often it ran was not counted.
    """
    return "".join(line for test in tests for line in _tracefile(test))


def _tracefile(test: TestRecord) -> Iterator[str]:
    ran, missed = set(test.coverage.get("after") or ()), set(test.coverage.get("missed") or ())
    if not ran and not missed:
        return
    yield f"TN:\nSF:{test.file_path}\n"
    for line in sorted(ran | missed):
        yield f"DA:{line},{int(line in ran)}\n"
    yield f"LF:{len(ran | missed)}\nLH:{len(ran)}\nend_of_record\n"


def as_mutation_report(tests: Sequence[TestRecord], sources: Mapping[str, str]) -> str:
    """The report of mutation-testing-elements, schema version 2. `sources` are the texts that were changed, by path.

    Files whose text is not known any more, or that faced no changes, are left out: there is nothing to show of them.
    """
    shown = [test for test in tests if test.file_path in sources and test.mutants]
    report = {
        "schemaVersion": "2",
        "thresholds": {"high": 80, "low": 60},
        "framework": {"name": "Testwright", "version": __version__},
        "files": {
            test.file_path: {
                "language": _LANGUAGES.get(PurePosixPath(test.file_path).suffix, "javascript"),
                "source": sources[test.file_path],
                "mutants": [_mutant(test, mutant, sources[test.file_path].split("\n")) for mutant in test.mutants],
            }
            for test in shown
        },
        "testFiles": {
            test.test_file_path: {
                "source": test.test_code,
                "tests": [{"id": _test_id(test, one["name"]), "name": one["name"]} for one in _tests(test)],
            }
            for test in shown
        },
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _mutant(test: TestRecord, mutant: Mapping[str, Any], lines: Sequence[str]) -> dict[str, Any]:
    status = _FATES[mutant["status"]]
    told = {
        "id": f"{test.test_id}/{mutant['number']}",
        "mutatorName": mutant["operator"],
        "replacement": mutant["after"],
        "description": f"{mutant['before']} becomes {mutant['after']}",
        "location": _location(mutant, lines),
        "status": status,
        "killedBy": [_test_id(test, name) for name in mutant.get("killers") or ()],
    }
    return told | {"statusReason": "There was no time left to try it."} if status == "Ignored" else told


def _location(mutant: Mapping[str, Any], lines: Sequence[str]) -> dict[str, dict[str, int]]:
    """The changed piece where it is found in its line, else its lines as a whole. Lines and columns count from 1."""
    first, last = mutant["line"], mutant.get("endLine") or mutant["line"]
    line = lines[first - 1] if first <= len(lines) else ""
    column = line.find(mutant["before"]) if first == last and _MORE_THAN_A_LINE not in mutant["before"] else -1
    if column >= 0:
        begin, end = column + 1, column + 1 + len(mutant["before"])
    else:
        begin = len(line) - len(line.lstrip()) + 1
        end = len(lines[last - 1]) + 1 if last <= len(lines) else begin
    return {"start": {"line": first, "column": begin}, "end": {"line": last, "column": max(end, 1)}}


def _tests(test: TestRecord) -> Sequence[Mapping[str, Any]]:
    return test.evidence.get("tests") or ()


def _test_id(test: TestRecord, name: str) -> str:
    return f"{test.test_id}/{name}"
