"""The static gates by a simple rule: one test that closes what it opens, with an assertion, about the unit."""

import re

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.verdicts import Fault
from testwright.languages.by_layout.blocks import blanked, left_open
from testwright.languages.by_layout.suites import tests_in
from testwright.languages.by_layout.words import Words

_WORD = re.compile(r"\w+[?!]?")
_CERTAIN = re.compile(
    r"\bassert!\s*\(\s*true\s*\)|\bassert(?:True)?\s*\(?\s*true\s*\)?\s*;?\s*$"
    r"|\bassert_(?:eq!)\s*\(\s*(?P<one>[\w.\"]+)\s*,\s*(?P=one)\s*\)"
    r"|\bassert(?:Equals|_equal|Same)\s*\(?\s*(?P<two>[\w.\"]+)\s*,\s*(?P=two)\s*\)?",
    re.MULTILINE,
)


def fault_of(case: Case, draft: Draft, analysis: Analysis, words: Words) -> Fault | None:
    problem = _unreadable(case, draft, words)
    if problem is not None:
        return Fault(name=case.name, gate="reads", message=problem)
    problem = _proves_nothing(case, draft, analysis, words)
    return Fault(name=case.name, gate="asserts", message=problem) if problem is not None else None


def _unreadable(case: Case, draft: Draft, words: Words) -> str | None:
    try:
        found = tests_in(case.code, words)
    except ValueError as error:
        return f"The test does not parse: {error}."
    if [test.name for test in found] != [case.name]:
        return f"The code must be exactly one test named {case.name}."
    try:
        left_open(blanked(draft.preamble, words), words)
    except ValueError as error:
        return f"The shared code above the tests does not parse: {error}."
    return None


def _proves_nothing(case: Case, draft: Draft, analysis: Analysis, words: Words) -> str | None:
    blank = blanked(case.code, words)
    if (wrong := words.forbidden.search(blank)) is not None:
        return f"A test must not wait, skip itself or end the process: {wrong[0].strip()}."
    if words.asserts.search(blank) is None and not _asks_a_helper(blank, draft, words):
        return "It asserts nothing."
    if (certain := _CERTAIN.search(case.code)) is not None:
        return f"It asserts something that is always true: {' '.join(certain[0].split())}"
    names = {symbol.name for symbol in analysis.symbols}
    if not names & {*_WORD.findall(blank)} and not names & {*_WORD.findall(_helpers(draft, words))}:
        return "It uses nothing of the unit under test."
    return None


def _asks_a_helper(blank: str, draft: Draft, words: Words) -> bool:
    """Whether it calls something in the shared code that asserts."""
    shared = _helpers(draft, words)
    called = re.findall(r"\b(\w+)\s*\(", blank)
    return words.asserts.search(shared) is not None and any(re.search(rf"\b{name}\s*\(", shared) for name in called)


def _helpers(draft: Draft, words: Words) -> str:
    return words.imports.sub("", blanked(draft.preamble, words))
