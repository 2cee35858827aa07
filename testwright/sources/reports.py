"""What a session found, in the forms that other programs read.

All of it is taken from evidence: nothing is said of a suite that was not run but that, and why.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from testwright import __version__
from testwright.domain.line_ranges import line_ranges
from testwright.domain.records import TestRecord
from testwright.sources.measurements import as_lcov, as_mutation_report

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    "line-not-reached": ("No test runs this line", "note"),
    "change-not-noticed": ("The code can be changed here, and no test notices", "warning"),
    "possible-bug": ("The code contradicts what it says of itself", "error"),
}
_MOST_SHOWN = 10


def as_sarif(tests: Sequence[TestRecord]) -> str:
    """SARIF 2.1.0: lines that no test runs, changes that none notices, possible bugs; at the places of the sources."""
    rules = [
        {"id": rule, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
        for rule, (text, level) in _RULES.items()
    ]
    driver = {"name": "Testwright", "version": __version__, "rules": rules}
    results = [result for test in tests for result in _results(test)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return (
        json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"
    )


def _results(test: TestRecord) -> Iterator[dict[str, Any]]:
    path = test.file_path
    for first, last in line_ranges(test.coverage.get("missed") or ()):
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        yield _result("line-not-reached", path, first, last, f"No test runs {lines}.")
    for mutant in _unnoticed(test):
        said = f"No test notices `{mutant['before']}` changed to `{mutant['after']}`."
        yield _result("change-not-noticed", path, mutant["line"], mutant.get("endLine", mutant["line"]), said)
    for suspect in test.suspects:
        said = f"{suspect['input']} gives {suspect['observed']}; expected: {suspect['expected']}."
        yield _result("possible-bug", path, suspect["line"], suspect["line"], said)


def _result(rule: str, path: str, first: int, last: int, text: str) -> dict[str, Any]:
    region = {"startLine": first, "endLine": last}
    place = {"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}
    return {"ruleId": rule, "level": _RULES[rule][1], "message": {"text": text}, "locations": [place]}


def as_junit(tests: Sequence[TestRecord]) -> str:
    """JUnit's XML: a suite for each test file, a case for each test, seconds as they were measured."""
    root = ElementTree.Element("testsuites", name="Testwright")
    for test in tests:
        evidence = test.evidence
        cases = evidence.get("tests") or ()
        suite = ElementTree.SubElement(root, "testsuite", name=test.test_file_path, file=test.test_file_path)
        if not evidence.get("verified"):
            case = ElementTree.SubElement(suite, "testcase", name=test.test_file_path, classname=test.file_path)
            ElementTree.SubElement(case, "skipped", message=_printable(str(evidence.get("reason", "not verified"))))
        for told in cases:
            took = f"{(told.get('durationMs') or 0) / 1000:.3f}"
            name = _printable(told["name"])
            ElementTree.SubElement(suite, "testcase", name=name, classname=test.file_path, time=took)
        unseen = not evidence.get("verified")
        suite.attrib |= {"tests": str(len(cases) + unseen), "failures": "0", "skipped": str(int(unseen))}
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """XML knows no control characters, not even escaped ones."""
    return "".join(character if character.isprintable() or character in "\n\t" else "\ufffd" for character in text)


def as_markdown(tests: Sequence[TestRecord]) -> str:
    """A summary for a pull request or a job: a table of the files, and what is left open."""
    if not tests:
        return "No suite was kept.\n"
    count = sum(len(test.evidence.get("tests") or ()) for test in tests)
    proof = (
        ", each run until stable and seen to fail on broken code" if count else ": none of what follows could be run"
    )
    lines = [
        f"**{count} tests for {len(tests)} {'file' if len(tests) == 1 else 'files'}**{proof}.",
        "",
        "| file | suite | tests | runs | lines | changes noticed |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(test) for test in tests),
    ]
    open_points = [
        f"- {_cell(test.file_path)}:{mutant['line']}: {_changed(mutant)}"
        for test in tests
        for mutant in _unnoticed(test)
    ]
    if open_points:
        more = len(open_points) - _MOST_SHOWN
        rest = [f"- and {more} more"] if more > 0 else []
        lines += ["", "No test notices:", "", *open_points[:_MOST_SHOWN], *rest]
    bugs = [
        f"- {_cell(test.file_path)}:{suspect['line']}: `{_cell(suspect['input'])}` gives"
        f" `{_cell(suspect['observed'])}`; expected: `{_cell(suspect['expected'])}`"
        for test in tests
        for suspect in test.suspects
    ]
    if bugs:
        lines += ["", "Possible bugs, kept apart from these tests:", "", *bugs]
    return "\n".join(lines) + "\n"


def _row(test: TestRecord) -> str:
    evidence = test.evidence
    place = f"| `{_cell(test.file_path)}` | `{_cell(test.test_file_path)}`"
    if not evidence.get("verified"):
        return f"{place} | – | not verified: {_cell(str(evidence.get('reason', '')))} | – | – |"
    covered, mutants = evidence["coverage"], evidence.get("mutants")
    lines = f"{_percent(covered['before']['lines'])} → {_percent(covered['after']['lines'])}"
    noticed = f"{mutants['killed']} of {mutants['sampled']}" if mutants else "–"
    return f"{place} | {evidence['testCount']} | {evidence['passedRuns']} of {evidence['runs']} | {lines} | {noticed} |"


def _changed(mutant: Mapping[str, Any]) -> str:
    return f"`{_cell(mutant['before'])}` changed to `{_cell(mutant['after'])}`"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:g} %"


def _cell(text: str) -> str:
    """One line that cannot end a table's cell or a code span, nor bring markup along."""
    flat = " ".join(text.split()).replace("`", "ˋ").replace("|", "\\|")
    return flat.replace("<", "‹")


def _unnoticed(test: TestRecord) -> list[Mapping[str, Any]]:
    return [mutant for mutant in test.mutants if mutant.get("status") == "survived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`write` is handed suites, and the texts of their sources by path."""

    media_type: str
    ending: str
    write: Callable[[Sequence[TestRecord], Mapping[str, str]], str]


REPORTS: Mapping[str, Report] = {
    "sarif": Report(media_type="application/sarif+json", ending="sarif", write=lambda tests, _: as_sarif(tests)),
    "junit": Report(media_type="application/xml", ending="xml", write=lambda tests, _: as_junit(tests)),
    "markdown": Report(
        media_type="text/markdown; charset=utf-8", ending="md", write=lambda tests, _: as_markdown(tests)
    ),
    "lcov": Report(media_type="text/plain; charset=utf-8", ending="lcov", write=lambda tests, _: as_lcov(tests)),
    "mutation": Report(media_type="application/json", ending="mutation.json", write=as_mutation_report),
}
