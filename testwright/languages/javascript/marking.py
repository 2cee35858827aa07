"""Tests that fail today on purpose: they go red as soon as the code is corrected."""

import re
from dataclasses import replace

from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript.grammar import FUNCTIONS, field, parse, text_of, walk

_WORDS = {"vitest": "fails", "jest": "failing"}
_IMPORTED = re.compile(r"^\s*import\s", re.MULTILINE)
_HAS_ASSERT = re.compile(r"(?<![:'\"/])\bassert\b(?!['\"/])")
"""Not as the name of a module."""


def marked(draft: Draft, framework: str) -> Draft:
    """The cases with the runner's own mark. mocha and node:test have none that goes red: there, a test asserts that its
    body fails.
    """
    if framework in _WORDS:
        cases = (
            replace(case, code=re.sub(r"\A(it|test)\(", rf"\1.{_WORDS[framework]}(", case.code)) for case in draft.cases
        )
        return replace(draft, cases=tuple(cases))
    preamble = draft.preamble
    if not _HAS_ASSERT.search(preamble):
        is_module = _IMPORTED.search(preamble) or "require(" not in preamble
        line = (
            "import assert from 'node:assert/strict'" if is_module else "const assert = require('node:assert/strict')"
        )
        preamble = f"{line}\n{preamble}"
    return Draft(preamble=preamble, cases=tuple(_rejecting(case) for case in draft.cases))


def _rejecting(case: Case) -> Case:
    """`it('adds', () => { … })` as `it('adds', () => assert.rejects(async () => { … }))`."""
    call = next((node for node in walk(parse(case.code)) if node.type == "call_expression"), None)
    arguments = field(call, "arguments")
    body = (
        next((node for node in reversed(arguments.named_children) if node.type in FUNCTIONS), None)
        if arguments
        else None
    )
    if body is None:
        return case
    function = text_of(body)
    function = function if re.match(r"async\b", function) else f"async {function}"
    encoded = case.code.encode()
    code = encoded[: body.start_byte] + f"() => assert.rejects({function})".encode() + encoded[body.end_byte :]
    return replace(case, code=code.decode())
