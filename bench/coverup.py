"""CoverUp 0.6.3 (github.com/plasma-umass/coverup, Apache-2.0) asking about a Python file, in its own words.

One conversation for each function, or class of up to 50 lines, with what is not executed. It shows no other code:
what a function uses of its file, its model asks for by name (`get_info`), and is given as `codeinfo.py` would
summarise it. Nobody had tests before, so every line is missing.
"""

import ast
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from textwrap import dedent

_LINE_LIMIT = 50
_ASKED = """
You are an expert Python test-driven developer.
The code below, extracted from {path}, does not achieve full coverage:
when tested, lines {first}-{last} do not execute.
Create new pytest test functions that execute all missing lines and branches, always making
sure that each test is correct and indeed improves coverage.
Use the get_info tool function as necessary.
Always send entire Python test scripts when proposing a new test or correcting one you
previously proposed.
Be sure to include assertions in the test that verify any applicable postconditions.
Please also make VERY SURE to clean up after the test, so as to avoid state pollution;
use 'monkeypatch' or 'pytest-mock' if appropriate.
Write as little top-level code as possible, and in particular do not include any top-level code
calling into pytest.main or the test itself.
Respond ONLY with the Python code enclosed in backticks, without any explanation.
```python
{excerpt}
```
"""
FAILED = """\
Executing the test yields an error, shown below.
Modify or rewrite the test to correct it; respond only with the complete Python code in backticks.
Use the get_info tool function as necessary.

{error}"""
_FOUND = '"..." below indicates omitted code.\n\nin {path}:\n```python\n{summary}\n```\n'

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`asked` is its first message; `calls` are what its model asks for, and `found` what it is told."""

    asked: str
    calls: tuple[str, ...]
    found: tuple[str, ...]


def conversations(path: str, text: str) -> Iterator[Conversation]:
    """The excerpt of a first message has its imports, and numbers on the lines that are not executed."""
    tree, lines = ast.parse(text), text.split("\n")
    imports = [line.strip() for line in lines if line.startswith(("import ", "from "))]
    for node, header, outer in _spans(tree.body, lines):
        first, last = _first_line(node), node.end_lineno or node.lineno
        used = "\n".join(lines[first - 1 : last])
        named = [line for line in imports if any(word in used for word in line.replace(",", " ").split()[1:])]
        excerpt = [f"{'':10}  {line}" for line in [*named, *header]]
        for number in range(first, last + 1):
            is_code = lines[number - 1].strip() and number > first
            excerpt.append(f"{number:10}: {lines[number - 1]}" if is_code else f"{'':10}  {lines[number - 1]}")
        asked = dedent(_ASKED).format(path=path, first=first + 1, last=last, excerpt="\n".join(excerpt))
        names = _used_of_file(tree, node, outer)
        found = tuple(_FOUND.format(path=path, summary=summary) for summary in names.values())
        yield Conversation(asked=asked, calls=tuple(f'get_info {{"name": "{name}"}}' for name in names), found=found)


_Span = tuple[_Function | ast.ClassDef, list[str], ast.ClassDef | None]


def _spans(body: Sequence[ast.stmt], lines: list[str]) -> Iterator[_Span]:
    for node in body:
        yield from _spans_in(node, lines, [], None)


def _spans_in(node: ast.AST, lines: list[str], header: list[str], outer: ast.ClassDef | None) -> Iterator[_Span]:
    if not isinstance(node, _Function | ast.ClassDef):
        return
    first, last = _first_line(node), node.end_lineno or node.lineno
    if isinstance(node, ast.ClassDef) and last - first + 1 > _LINE_LIMIT:
        for inner in node.body:
            yield from _spans_in(inner, lines, [*header, *lines[first - 1 : node.lineno]], node)
    elif any(isinstance(inner, _Function) for inner in ast.walk(node)):
        yield node, header, outer


def _first_line(node: _Function | ast.ClassDef) -> int:
    return min([node.lineno, *(mark.lineno for mark in node.decorator_list)])


def _used_of_file(tree: ast.Module, node: ast.AST, outer: ast.ClassDef | None) -> dict[str, str]:
    """What the span names of its file outside of itself, one step far, each with what `get_info` answers."""
    defined = {each.name: each for each in tree.body if isinstance(each, _Function | ast.ClassDef)}
    names = dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
    found = {name: _summary(defined[name]) for name in names if name in defined and defined[name] is not node}
    if outer is None:
        return found
    found.pop(outer.name, None)  # its methods are asked for by their names
    methods = {each.name: each for each in outer.body if isinstance(each, _Function)}
    for name in dict.fromkeys(each.attr for each in ast.walk(node) if _is_of_self(each)):
        if name in methods and methods[name] is not node:
            found[f"{outer.name}.{name}"] = f"class {outer.name}:\n    ...\n\n" + ast.unparse(methods[name])
    return found


def _is_of_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def _summary(node: _Function | ast.ClassDef) -> str:
    """A function whole, a class without the bodies of its methods, but for its construction."""
    short = deepcopy(node)
    for inner in short.body if isinstance(short, ast.ClassDef) else ():
        if isinstance(inner, ast.ClassDef) or (
            isinstance(inner, _Function) and inner.name not in ("__init__", "__new__")
        ):
            inner.body = [ast.Expr(ast.Constant(value=...))]
    return ast.unparse(short)
