"""Reads a model's answer, however it is wrapped, in time that grows with its length and no faster.

JSON by the schema first; then fenced code, JSON inside prose, JSON that was cut off (its complete tests are kept), and
last the bare text as a suite. Nothing here trusts the text: names and tests are taken apart again by the language.
"""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from testwright.domain.drafts import Case, Draft

MOST_TEXT = 1 << 20
"""Characters of an answer that are looked at; no suite for one file is longer."""
_MOST_TESTS = 200
_MOST_BLOCKS = 20
_LONGEST_DOUBT = 300
_SCENARIOS = frozenset({"happy", "edge", "error", "integration"})
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})

Split = Callable[[str], Draft]
"""Takes a suite apart, raising ValueError with a sentence when it does not parse."""


class Unreadable(ValueError):
    """No test could be found in the answer. The message completes "could not be read (…)"."""


def read_answer(text: str, split: Split) -> Draft:
    """The tests of an answer. Raises Unreadable when there is none."""
    text = text[:MOST_TEXT].strip().lstrip("\ufeff")
    if not text:
        raise Unreadable("it was empty")
    for candidate in _candidates(text):
        draft = _from_json(candidate, split)
        if draft is not None and draft.cases:
            return draft
    draft = _from_code(text, split)
    if draft is None:
        raise Unreadable("it held no test")
    return draft


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
    for key in ('"tests"', '"preamble"'):
        start = text.rfind("{", 0, max(text.find(key), 0))
        if start > 0:
            yield text[start:]
    if any(quote in text for quote in "“”„") and "{" in text:
        yield text.translate(_STRAIGHT)


def _from_json(text: str, split: Split) -> Draft | None:
    text = text.strip()
    if not text.startswith(("{", "[")):
        return None
    found = _decoded(text)
    if isinstance(found, list):
        found = {"tests": found}
    if not isinstance(found, dict) or not isinstance(found.get("tests"), list):
        found = _salvaged(text)
    return _draft_of(found, split)


def _decoded(text: str) -> Any:
    """The JSON value at the start of the text, None when it is broken. What follows the value does not matter."""
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


_DECODER = json.JSONDecoder(strict=False)


def _salvaged(text: str) -> Mapping[str, Any]:
    """What is complete in an object that was cut off: the preamble, and tests up to the first that is not whole."""
    tests: list[Any] = []
    position = _after(text, '"tests"', "[")
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
        if isinstance(test, dict) and _code(test.get("code")):
            brought, parts = _cases_of(test, split)
            preamble = _with_lines(preamble, brought)
            cases += parts
    return Draft(preamble=preamble, cases=tuple(cases))


def _cases_of(test: Mapping[str, Any], split: Split) -> tuple[str, list[Case]]:
    """A test as the language sees it: its real name, and the imports that came with it though they should not."""
    code = _code(test.get("code"))
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
    try:
        seen = split(code)
    except ValueError:
        seen = Draft(preamble="", cases=())
    if not seen.cases:  # the gates will say what is wrong with it
        return "", [told]
    return seen.preamble, [
        replace(told, name=case.name, code=case.code, group=case.group or group) for case in seen.cases
    ]


def _doubt(value: Any) -> str:
    """Why the writer thinks that the code is wrong; words only, and not many."""
    return " ".join(value.split())[:_LONGEST_DOUBT] if isinstance(value, str) else ""


def _code(value: Any) -> str:
    """Code as it should be: without the fence a model likes to put around it, without common indentation."""
    if not isinstance(value, str):
        return ""
    if value.lstrip().startswith("```"):
        value = "\n".join(fenced_blocks(value)) or value
    return textwrap.dedent(value).strip("\n").rstrip()


def _with_lines(preamble: str, brought: str) -> str:
    """The preamble with what a test brought along, unless it is there already."""
    have = {line.strip() for line in preamble.splitlines()}
    if all(line.strip() in have for line in brought.splitlines()):
        return preamble
    return f"{preamble}\n{brought}".strip("\n")


def _from_code(text: str, split: Split) -> Draft | None:
    """The suite with the most tests among the fenced blocks, else the text itself."""
    drafts: list[Draft] = []
    for block in [*fenced_blocks(text), text]:
        for version in (block, block.translate(_STRAIGHT)):
            try:
                drafts.append(split(version))
            except ValueError:
                continue
            break
    drafts = [draft for draft in drafts if draft.cases]
    return max(drafts, key=lambda draft: len(draft.cases), default=None)
