"""Reads a model's answer, however it is wrapped, in time that grows with its length and no faster.

JSON by the schema first; then fenced code, JSON inside prose, JSON that was cut off (its complete tests are kept), and
last the bare text as a suite. Nothing here trusts the text: names and tests are taken apart again by the language.
"""

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from testwright.domain.drafts import Case, Draft
from testwright.writers.model.relaxed import relaxed

MOST_TEXT = 1 << 20
"""Characters of an answer that are looked at; no suite for one file is longer."""
_MOST_TESTS = 200
_MOST_BLOCKS = 20
_LONGEST_DOUBT = 300
_SCENARIOS = frozenset({"happy", "edge", "error", "integration"})
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})

_CODE_KEYS = ("code", "test_code", "testCode", "body", "source")
_IDENTIFIER = re.compile(r"test\w*")
_FENCE = re.compile(r"^[ \t]{0,8}```", re.MULTILINE)
_FENCE_LINE = re.compile(r"^[ \t]{0,8}```.*$", re.MULTILINE)
_DEEPEST = 4
_MOST_CUTS = 12
_MOST_CUT_TEXT = 60_000
"""Characters that may be looked at in search of the place where an answer was cut off, the first two looks apart."""
_LONGEST_SUITE = 300_000
_LONGEST_LINE = 10_000
_HOLDS_TESTS = re.compile(r"\b(?:def test|class (?=\w+[:(])|it[.(]|test[.(]|describe[.(]|func Test)|#\[test\]|@Test\b")

Split = Callable[[str], Draft]
"""Takes a suite apart, raising ValueError with a sentence when it does not parse."""


class Unreadable(ValueError):
    """No test could be found in the answer. The message completes "could not be read (…)"."""


def read_answer(text: str, split: Split) -> Draft:
    """The tests of an answer. Raises Unreadable when there is none."""
    text = _without_thoughts(text[:MOST_TEXT]).strip().lstrip("\ufeff")
    if not text:
        raise Unreadable("it was empty")
    for read in (_decoded, _relaxed):
        for candidate in _candidates(text):
            draft = _from_json(candidate, read, split)
            if draft is not None and draft.cases:
                return draft
    draft = _from_code(text, split)
    if draft is None:
        raise Unreadable("it held no test")
    return draft


def _without_thoughts(text: str) -> str:
    """What some models think aloud comes before what they answer."""
    return text[text.rfind("</think>") + len("</think>") :] if "</think>" in text else text


def fenced_blocks(text: str) -> list[str]:
    """The contents of fenced code blocks, line by line; a block that is never closed ends with the text."""
    blocks: list[str] = []
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        stripped = line.strip()
        ticks = stripped[: len(stripped) - len(stripped.lstrip("`"))]
        if fence:
            if len(ticks) >= len(fence) and ticks == stripped:
                blocks.append("\n".join(lines))
                lines, fence = [], ""
            else:
                lines.append(line)
        elif len(ticks) >= 3 and "`" not in stripped[len(ticks) :]:
            fence = ticks
    if fence and lines:
        blocks.append("\n".join(lines))
    return [block for block in blocks if block.strip()][:_MOST_BLOCKS]


def _candidates(text: str) -> Iterator[str]:
    """Texts that may be the JSON object, the likeliest first."""
    yield text
    for block in fenced_blocks(text):
        if block.lstrip().startswith(("{", "[")):
            yield block
    for key in ('"tests"', '"preamble"', "tests", "{"):
        start = text.rfind("{", 0, max(text.find(key), 0) + 1)
        if start > 0:
            yield text[start:]


def _from_json(text: str, read: Callable[[str], Any], split: Split) -> Draft | None:
    text = text.strip()
    if not text.startswith(("{", "[")):
        return None
    found = _suite_in(read(text))
    if found is None and read is _decoded:
        found = _salvaged(text)
    return _draft_of(found, split) if found is not None else None


def _decoded(text: str) -> Any:
    """The JSON value at the start of the text, None when it is broken. What follows the value does not matter."""
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _relaxed(text: str) -> Any:
    try:
        return relaxed(text)
    except ValueError:
        return None


_DECODER = json.JSONDecoder(strict=False)


def _suite_in(value: Any, depth: int = 0) -> Mapping[str, Any] | None:
    """The object with the tests, however it is wrapped: inside others, in a list, as one test, as names with code."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        tests = [test for test in value if isinstance(test, dict) and _code_of(test)]
        inner = (_suite_in(each, depth + 1) for each in value[:_DEEPEST])
        return {"tests": tests} if tests else next((found for found in inner if found is not None), None)
    if not isinstance(value, dict):
        return None
    given = value.get("tests")
    if isinstance(given, list):
        return value
    if isinstance(given, dict):
        named = [{"name": name, "code": code} for name, code in given.items() if isinstance(code, str)]
        return {**value, "tests": named}
    if isinstance(given, str):
        return {**value, "tests": [{"code": given}]}
    if _code_of(value):
        return {"tests": [value]}
    inner = (_suite_in(each, depth + 1) for each in list(value.values())[:_MOST_BLOCKS])
    return next((found for found in inner if found is not None), None)


def _salvaged(text: str) -> Mapping[str, Any]:
    """What is complete in an object that was cut off: the preamble, and tests up to the first that is not whole."""
    tests: list[Any] = []
    position = _after(text, '"tests"', "[") or (1 if text.startswith("[") else None)
    while position is not None and len(tests) < _MOST_TESTS:
        start = text.find("{", position)
        between = text[position:start] if start >= 0 else "end"
        if between.strip(" \t\r\n,"):
            break
        try:
            test, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        tests.append(test)
        position = end
    preamble: Any = ""
    colon = _after(text, '"preamble"', ":")
    if colon is not None:
        quote = text.find('"', colon)
        if quote >= 0 and not text[colon:quote].strip():
            preamble = _decoded(text[quote:])
    return {"preamble": preamble if isinstance(preamble, str) else "", "tests": tests}


def _after(text: str, key: str, mark: str) -> int | None:
    """The position behind the first `mark` that follows `key`."""
    found = text.find(key)
    found = text.find(mark, found + len(key)) if found >= 0 else -1
    return found + 1 if found >= 0 else None


def _draft_of(found: Mapping[str, Any], split: Split) -> Draft:
    preamble = _code(found.get("preamble"))
    cases: list[Case] = []
    for test in list(found.get("tests") or [])[:_MOST_TESTS]:
        if isinstance(test, dict) and _code_of(test):
            brought, parts = _cases_of(test, split)
            preamble = _with_lines(preamble, brought)
            cases += parts
    return Draft(preamble=preamble, cases=tuple(_numbered(cases, split)))


def _numbered(cases: Sequence[Case], split: Split) -> Iterator[Case]:
    """Different tests of one name get numbers, as the language gives them in a suite."""
    together: dict[str, list[Case]] = {}
    for case in cases:
        together.setdefault(case.name, []).append(case)
    for alike in together.values():
        unique = list({case.code: case for case in alike}.values())
        suite = "\n\n\n".join(case.code for case in unique)
        seen = next(_splits([suite], split), None) if len(unique) > 1 else None
        if seen is None or len(seen.cases) != len(unique):
            yield from unique[:1]
            continue
        for case, told in zip(unique, seen.cases, strict=True):
            yield replace(case, name=told.name, code=told.code)


def _cases_of(test: Mapping[str, Any], split: Split) -> tuple[str, list[Case]]:
    """A test as the language sees it: its real name, and the imports that came with it though they should not."""
    code = _code_of(test)
    group = str(test.get("group") or "").strip() or None
    targets = test.get("targets")
    scenario = str(test.get("scenario") or "happy")
    told = Case(
        name=str(test.get("name") or "unnamed test").strip(),
        code=code,
        group=group,
        targets=tuple(str(target) for target in targets) if isinstance(targets, list) else (),
        scenario=scenario if scenario in _SCENARIOS else "happy",
        suspect=_doubt(test.get("suspect")),
    )
    seen = next((draft for draft in _splits(_versions(told), split) if draft.cases), None)
    if seen is None:  # the gates will say what is wrong with it
        return "", [told]
    return seen.preamble, [
        replace(told, name=case.name, code=case.code, group=case.group or group, setting=case.setting)
        for case in seen.cases
    ]


def _versions(told: Case) -> Iterator[str]:
    """The code as it came; with its line breaks, where they were escaped twice; and where a body came alone, whole."""
    codes = [told.code]
    if "\n" not in told.code.strip() and "\\n" in told.code:
        codes.append(_unescaped(told.code))
    yield from codes
    for code in codes:
        if _IDENTIFIER.fullmatch(told.name):
            yield f"def {told.name}():\n{textwrap.indent(code, '    ')}\n"
        yield f"it({json.dumps(told.name)}, async () => {{\n{textwrap.indent(code, '  ')}\n}});\n"


def _splits(versions: Iterable[str], split: Split) -> Iterator[Draft]:
    for version in versions:
        with suppress(ValueError):
            yield split(_plausible(version))


def _plausible(code: str) -> str:
    """No more of it than a suite may have: a parser that has to make sense of a heap takes its time.

    Raises ValueError for what no person would call code.
    """
    if len(code) > _LONGEST_SUITE or any(len(line) > _LONGEST_LINE for line in code.split("\n")):
        raise ValueError("That is no suite.")
    beginnings = [found.start() for found in islice(_HOLDS_TESTS.finditer(code), _MOST_TESTS + 1)]
    return code[: beginnings[-1]] if len(beginnings) > _MOST_TESTS else code


def _unescaped(code: str) -> str:
    for escaped, meant in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\'", "'")):
        code = code.replace(escaped, meant)
    return code


def _doubt(value: Any) -> str:
    """Why the writer thinks that the code is wrong; words only, and not many."""
    return " ".join(value.split())[:_LONGEST_DOUBT] if isinstance(value, str) else ""


def _code_of(test: Mapping[str, Any]) -> str:
    return next((code for key in _CODE_KEYS if (code := _code(test.get(key)))), "")


def _code(value: Any) -> str:
    """Code as it should be: without the fence a model likes to put around it, without common indentation."""
    if not isinstance(value, str):
        return ""
    if _FENCE.search(value):
        value = "\n\n".join(fenced_blocks(value)) or _FENCE_LINE.sub("", value)
    return textwrap.dedent(value).strip("\n").rstrip()


def _with_lines(preamble: str, brought: str) -> str:
    """The preamble with what a test brought along, unless it is there already."""
    have = {line.strip() for line in preamble.splitlines()}
    if all(line.strip() in have for line in brought.splitlines()):
        return preamble
    return f"{preamble}\n{brought}".strip("\n")


def _from_code(text: str, split: Split) -> Draft | None:
    """The suite with the most tests among the fenced blocks, else the text itself."""
    blocks = [block for block in [*fenced_blocks(text), text] if _HOLDS_TESTS.search(block)]
    drafts = [draft for block in blocks if (draft := _suite_of(block, split)) is not None]
    return max(drafts, key=lambda draft: len(draft.cases), default=None)


def _suite_of(block: str, split: Split) -> Draft | None:
    """As it is, with straight quotes, and, since it may have been cut off, without more and more of its end."""
    versions = dict.fromkeys((block, block.translate(_STRAIGHT)))
    wholes = (draft for draft in _splits(versions, split) if draft.cases)
    whole = next(wholes, None)
    if whole is not None:
        return whole
    end, looked_at = len(block), 0
    for cut in range(_MOST_CUTS):
        end = block.rfind("\n\n", 0, end)
        if end <= 0 or (cut > 1 and looked_at > _MOST_CUT_TEXT):
            return None
        looked_at += end
        for draft in _splits((_closed(block[:end]),), split):
            if draft.cases:
                return draft
    return None


def _closed(suite: str) -> str:
    """A group that was cut off inside has no end."""
    is_open = re.search(r"^(?:describe|suite|context)\(", suite, re.MULTILINE) and not suite.rstrip().endswith("\n})")
    return f"{suite}\n}})" if is_open else suite
