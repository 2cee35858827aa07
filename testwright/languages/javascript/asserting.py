"""By which names a suite asserts, and what it says with them: `expect(…).toBe(…)`, `assert.equal(…)`, and what it calls
these itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tree_sitter import Node

from testwright.languages.javascript.forbidden import argument
from testwright.languages.javascript.grammar import field, text_of, walk
from testwright.languages.javascript.taking import DEFAULT, WHOLE, Taken, taken_by

_NODES = re.compile(r"(?:node:)?assert(?:/strict)?")
_LIBRARIES = frozenset({"chai", "vitest", "@jest/globals", "expect"})
_REQUIRED = re.compile(r"require\(\s*['\"](?:node:)?assert(?:/strict)?['\"]\s*\)(?:\.strict)?")
_NOT_MATCHERS = {"not", "resolves", "rejects", "soft", "poll"}
_CHAIN = re.compile(
    "to|be|been|is|that|which|and|has|have|with|at|of|same|but|does|still|also|deep|nested|own|ordered|any|all|eventually"
)
"""chai's words between `expect(…)` and what is said."""
_SAID_WITHOUT_CALL = re.compile(
    "true|false|null|undefined|NaN|ok|exist|empty|arguments|finite|frozen|sealed|extensible|rejected|fulfilled|called"
)


@dataclass(frozen=True, slots=True)
class Words:
    """`usual` has the usual word for each of a suite's own names: `assert.equal` for an imported `equal`."""

    usual: Mapping[str, str]

    def in_usual(self, text: str) -> str:
        """The text with the usual words, for rules that go by them."""
        if not self.usual:
            return text
        names = "|".join(re.escape(name) for name in sorted(self.usual, key=len, reverse=True))
        called = re.compile(rf"(?<![\w$.])({names})(?=\s*[.(]|\s*\Z)")
        return called.sub(lambda found: self.usual[found[1]], text)


def words_in(preamble: Node) -> Words:
    usual: dict[str, str] = {}
    for statement in preamble.named_children:
        for taken in taken_by(statement):
            if (word := _usual(taken)) is not None:
                usual[taken.local] = word
        for declarator in statement.named_children:
            usual |= _taken_out(declarator, Words(usual))
    return Words({local: word for local, word in usual.items() if local != word})


def _usual(taken: Taken) -> str | None:
    if _NODES.fullmatch(taken.module):
        if taken.name in (DEFAULT, WHOLE, "strict"):
            return "assert"
        return f"assert.{taken.name}" if taken.name[:1].islower() else None
    if taken.module not in _LIBRARIES:
        return None
    if taken.name in ("assert", "expect"):
        return taken.name
    return "expect" if taken.module == "expect" and taken.name == DEFAULT else None


def _taken_out(declarator: Node, words: Words) -> dict[str, str]:
    """`const { equal } = assert`."""
    name, value = field(declarator, "name"), text_of(field(declarator, "value"))
    is_assert = re.fullmatch(r"(?:\w+\.)?assert(?:\.strict)?", words.in_usual(value)) or _REQUIRED.fullmatch(value)
    if name is None or name.type != "object_pattern" or not is_assert:
        return {}
    pairs = [
        (text_of(field(each, "key") or each), text_of(field(each, "value") or each)) for each in name.named_children
    ]
    return {local: f"assert.{taken}" for taken, local in pairs if taken[:1].islower() and taken != "strict"}


def checks_in(root: Node, words: Words) -> list[tuple[Node | None, str, Node | None]]:
    """(subject, matcher, expected) of every completed assertion."""
    found: list[tuple[Node | None, str, Node | None]] = []
    for node in walk(root):
        if node.type == "member_expression" and _SAID_WITHOUT_CALL.fullmatch(text_of(field(node, "property"))):
            called = _expected_by(field(node, "object"), words)
            if called is not None:
                found.append((argument(called, 0), text_of(field(node, "property")), None))
        if node.type != "call_expression":
            continue
        function = field(node, "function")
        if function is None or function.type != "member_expression":
            called_by = words.in_usual(text_of(function))
            if called_by == "assert" or called_by.startswith("assert."):
                found.append((argument(node, 0), called_by.rpartition(".")[2], argument(node, 1)))
            continue
        matcher = text_of(field(function, "property"))
        inner = field(function, "object")
        if re.match(r"(\w+\.)?assert\b", words.in_usual(text_of(inner))):
            found.append((argument(node, 0), matcher, argument(node, 1)))
            continue
        expecting = _expected_by(inner, words)
        if expecting is not None and not _is_link(matcher):
            found.append((argument(expecting, 0), matcher, argument(node, 0)))
    return found


def _expected_by(chain: Node | None, words: Words) -> Node | None:
    """The call `expect(…)` at the beginning of a chain such as `expect(…).not.to.deep`."""
    while chain is not None and chain.type == "member_expression":
        word = text_of(field(chain, "property"))
        if not _is_link(word) and not _SAID_WITHOUT_CALL.fullmatch(word):
            return None
        chain = field(chain, "object")
    if chain is None or chain.type != "call_expression":
        return None
    return chain if is_expect(chain, words) else None


def is_expect(call: Node | None, words: Words) -> bool:
    return (
        re.fullmatch(r"(?:chai\.)?expect(?:\.soft|\.poll)?", words.in_usual(text_of(field(call, "function"))))
        is not None
    )


def _is_link(word: str) -> bool:
    return word in _NOT_MATCHERS or _CHAIN.fullmatch(word) is not None
