"""LCOV, Cobertura and JaCoCo as coverage of one file. Branches are counted there, not named: they are numbered here."""

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from testwright.domain.verdicts import FileCoverage

_SHARE = re.compile(r"\((\d{1,6})/(\d{1,6})\)")
_MOST_BRANCHES = 500
_Line = tuple[int, bool, int, int]
"""Its number, whether it was run, how many of its branches were taken, and how many there are."""


def coverage_of(texts: Iterable[str], source_path: str) -> FileCoverage | None:
    """Of all reports together; None where none of them tells of the file."""
    lines: dict[int, _Line] = {}
    for text in texts:
        for line, was_run, taken, there in _lines_of(text, source_path):
            _, before, most, whole = lines.get(line, (line, False, 0, 0))
            lines[line] = (line, before or was_run, max(most, taken), max(whole, there))
    if not lines:
        return None
    done = {f"{line}->{number}" for line, _, count, _ in lines.values() for number in range(count)}
    known = {f"{line}->{number}" for line, _, _, count in lines.values() for number in range(count)}
    return FileCoverage(
        lines_covered=frozenset(line for line, was_run, _, _ in lines.values() if was_run),
        lines_missed=frozenset(line for line, was_run, _, _ in lines.values() if not was_run),
        branches_covered=frozenset(done),
        branches_missed=frozenset(known - done),
    )


def _lines_of(text: str, path: str) -> Iterator[_Line]:
    found = _xml(text, path) if text.lstrip().startswith("<") else _lcov(text, path)
    return (line for line in found if line[0] > 0)


def _is_same(told: str, path: str) -> bool:
    told = told.replace("\\", "/")
    return told == path or told.endswith(f"/{path}")


def _lcov(text: str, path: str) -> Iterator[_Line]:
    inside, branches = False, dict[int, list[bool]]()
    runs: dict[int, bool] = {}
    for line in text.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            inside = _is_same(value.strip(), path)
        elif inside and kind == "DA":
            number, count = (_whole(part) for part in value.split(",")[:2])
            runs[number] = runs.get(number, False) or count > 0
        elif inside and kind == "BRDA":
            parts = value.split(",")
            branches.setdefault(_whole(parts[0]), []).append(_whole(parts[-1]) > 0)
    for number, was_run in runs.items():
        told = branches.get(number, [])[:_MOST_BRANCHES]
        yield number, was_run, sum(told), len(told)


def _whole(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 15 else 0


def _xml(text: str, path: str) -> Iterator[_Line]:
    if "<!ENTITY" in text:
        return
    try:
        root = ElementTree.fromstring(text.lstrip().encode())
    except (ElementTree.ParseError, ValueError, RecursionError):
        return
    if root.tag == "report":
        yield from _jacoco(root, path)
    else:
        yield from _cobertura(root, path)


def _jacoco(root: ElementTree.Element, path: str) -> Iterator[_Line]:
    """It knows packages, not folders."""
    for package in root.iter("package"):
        for file in package.iter("sourcefile"):
            if not _is_same(path, f"{package.get('name', '')}/{file.get('name', '')}".lstrip("/")):
                continue
            for line in file.iter("line"):
                taken, missed = _whole(line.get("cb", "")), _whole(line.get("mb", ""))
                there = min(taken + missed, _MOST_BRANCHES)
                yield _whole(line.get("nr", "")), _whole(line.get("ci", "")) > 0, min(taken, there), there


def _cobertura(root: ElementTree.Element, path: str) -> Iterator[_Line]:
    roots = [element.text.strip().rstrip("/") for element in root.iter("source") if element.text]
    for held in root.iter("class"):
        name = held.get("filename", "")
        if not any(_is_same(told, path) for told in (name, *(f"{folder}/{name}" for folder in roots))):
            continue
        for line in held.iter("line"):
            share = _SHARE.search(line.get("condition-coverage", ""))
            taken, there = (int(share[1]), min(int(share[2]), _MOST_BRANCHES)) if share else (0, 0)
            yield _whole(line.get("number", "")), _whole(line.get("hits", "")) > 0, min(taken, there), there
