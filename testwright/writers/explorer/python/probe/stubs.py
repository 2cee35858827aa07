"""What lies outside, as visible patches: HTTP calls of urllib, requests and httpx, and variables of the environment."""

from __future__ import annotations

import ast
import re
from typing import Any

from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.scenarios import Patch
from testwright.writers.explorer.python.probe.serving import NAME
from testwright.writers.explorer.python.probe.spelling import quoted
from testwright.writers.explorer.python.probe.surroundings import environments
from testwright.writers.explorer.python.probe.trees import nodes, unparsed

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request"})
_LIBRARIES = frozenset({"requests", "httpx"})
_VALUES = ("3", '"hello"')
_TEXTS = {"name": '"Alice"', "title": '"hello"', "message": '"hello"', "email": '"user@example.com"'}
"""Of keys whose values nobody would take for numbers."""
_ANYWHERE = "https://example.com"
_LEAST_WRONG = 400
_MINDS = (".ok", "raise_for_status", "HTTPError", "HTTPStatusError", "URLError", "RequestException")
_ASKS = re.compile(
    rf"(?:.+\.)?urlopen|(?:.+\.)?_?(?:requests|httpx|\w*session|\w*client|http)\w*(?:\(\))?\.(?:{'|'.join(sorted(_VERBS))})"
)


class Stubs:
    """For a function: the sets of patches worth trying, `[()]` when it reaches nothing outside.

    Only stand-ins for what leaves the process have to be `wanted`: variables of the environment are given.
    """

    def __init__(self, facts: Facts, wanted: bool, *, serves: bool = False) -> None:
        """`serves`: without stand-ins, a real server answers."""
        self.facts = facts
        self.wanted = wanted
        self.serves = serves and not wanted and not hasattr(facts.unit, NAME)

    def __call__(self, function: Any) -> list[tuple[Patch, ...]]:
        trees = self.facts.reached_from(function)
        words = [text for text in self.facts.literals(function) if isinstance(text, str)]
        outside = self._outside(trees) if self.wanted else self._served(trees) if self.serves else []
        return outside or [(patch,) for patch in environments(trees, words)] or [()]

    def _outside(self, trees: list[ast.AST]) -> list[tuple[Patch, ...]]:
        calls = dict.fromkeys(
            unparsed(node.func) for tree in trees for node in nodes(tree) if isinstance(node, ast.Call)
        )
        called = [call for call in calls if self._is_outside(call)]
        if not called:
            return []
        keys = _keys(trees)
        statuses = [200, *_statuses(trees)]
        source = "\n".join(map(unparsed, trees))
        variants = [self._patch(called[0], body, 200, source) for body in _bodies(keys)]
        variants += [self._patch(called[0], _bodies(keys)[0], status, source) for status in statuses[1:]]
        return [(patch,) for patch in variants]

    def _served(self, trees: list[ast.AST]) -> list[tuple[Patch, ...]]:
        found = [node.func for tree in trees for node in nodes(tree) if isinstance(node, ast.Call)]
        if not any(_ASKS.fullmatch(unparsed(call)) for call in found):
            return []
        bodies = _bodies(_keys(trees))
        answers = [(200, body) for body in bodies] + [(status, bodies[0]) for status in _statuses(trees)]
        return [(Patch("", NAME, (), given=f"serving({status}, {body})"),) for status, body in answers]

    def _is_outside(self, call: str) -> bool:
        parts = call.split(".")
        if parts[-1] == "urlopen":
            return True
        return len(parts) == 2 and parts[0] in _LIBRARIES and parts[1] in _VERBS and hasattr(self.facts.unit, parts[0])

    def _patch(self, call: str, body: str, status: int, source: str) -> Patch:
        """`source` is what will meet the stand-in: it gets only what is asked of it there."""
        target, name = f"{self.facts.unit.__name__}.{call}", call.rpartition(".")[2]
        answer = f"{name}.return_value"
        lines: list[str] = []
        if re.search(rf"with [^\n]*{re.escape(call)}\(", source):
            lines.append(f"{answer}.__enter__.return_value = {answer}")
        for attribute, value in (("status_code", str(status)), ("status", str(status)), ("ok", str(status < 400))):
            if re.search(rf"\.{attribute}\b", source):
                lines.append(f"{answer}.{attribute} = {value}")
        if status >= _LEAST_WRONG and name == "urlopen":
            return Patch(target, name, (f'{name}.side_effect = HTTPError("{_ANYWHERE}", {status}, "", {{}}, None)',))
        if status >= _LEAST_WRONG and "raise_for_status" in source:
            lines.append(f"{answer}.raise_for_status.side_effect = {_error(call, status, answer)}")
        if name == "urlopen":
            content = f"json.dumps({body}).encode()" if body[0] in "{[" else f"b{body}"
            lines.append(f"{answer}.read.return_value = {content}")
        else:
            lines.append(f"{answer}.json.return_value = {body}" if body[0] in "{[" else f"{answer}.text = {body}")
        return Patch(target, name, tuple(lines))


def _error(call: str, status: int, answer: str) -> str:
    """What the library raises where it was told to mind the status."""
    if call.startswith("httpx"):
        return f'httpx.HTTPStatusError("{status}", request=None, response={answer})'
    return f'requests.HTTPError("{status}", response={answer})'


def _bodies(keys: list[str]) -> list[str]:
    """Answers built from the keys that the code asks for."""
    if not keys:
        return ['"3"', '"hello"', '{"id": 1}', "[1, 2]"]
    answers = ["{" + ", ".join(f"{quoted(key)}: {_TEXTS.get(key, value)}" for key in keys) + "}" for value in _VALUES]
    return [*answers, f"[{answers[0]}]", "{}"]


def _keys(trees: list[ast.AST]) -> list[str]:
    keys: dict[str, None] = {}
    for tree in trees:
        for node in nodes(tree):
            key: Any = None
            if isinstance(node, ast.Subscript):
                key = node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                key = node.args[0] if node.args and not unparsed(node.func).startswith(tuple(_LIBRARIES)) else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                keys.setdefault(key.value)
    return list(keys)[:6]


def _statuses(trees: list[ast.AST]) -> list[int]:
    """Status codes the code compares with, and two bad ones where it minds whether the answer was fine."""
    source = "\n".join(map(unparsed, trees))
    found = [
        part.value
        for tree in trees
        for node in nodes(tree)
        if isinstance(node, ast.Compare) and re.search(r"status|\bcode\b", unparsed(node))
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and type(part.value) is int and 100 <= part.value < 600
    ]
    is_minded = bool(found) or any(word in source for word in _MINDS)
    return list(dict.fromkeys([*(code for code in found if code != 200), *([404, 500] if is_minded else [])]))
