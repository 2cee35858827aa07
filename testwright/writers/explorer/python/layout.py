"""Long lines broken the way a formatter would: one member of the outermost brackets a line."""

import io
import itertools
import re
import textwrap
import tokenize

WIDTH = 88
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def broken(line: str, indent: int) -> str:
    """The line with its indentation, on several lines where it is too long and has brackets to break at."""
    text = " " * indent + line
    if line.startswith("with ") and "\n" in line:
        return textwrap.indent(line, " " * indent)
    if len(text) <= WIDTH or "\n" in line:
        return text
    spans = _last_brackets(line)
    if spans is None:
        return text
    start, end, commas = spans
    members = [part.strip() for part in _cut(line, start + 1, end, commas)]
    members = [member for member in members if member]
    # A comma behind the only member makes a tuple of it, unless these are the brackets of a call or a list.
    follows = re.search(r"[\w)\]]\Z", line[:start]) is not None
    is_alone = len(members) == 1 and line[start] == ("[" if follows else "(")
    if not members or (is_alone and not follows):
        return text
    inner = "\n".join(broken(member if is_alone else f"{member},", indent + 4) for member in members)
    return f"{' ' * indent}{line[: start + 1]}\n{inner}\n{' ' * indent}{line[end:]}"


def _last_brackets(line: str) -> tuple[int, int, list[int]] | None:
    """The last outermost pair with something inside: its place, and the commas directly within."""
    depth = 0
    start = -1
    best: tuple[int, int, list[int]] | None = None
    commas: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            place = token.start[1]
            if token.type != tokenize.OP:
                continue
            if token.string in _CLOSING:
                depth += 1
                if depth == 1:
                    start, commas = place, []
            elif token.string in _CLOSING.values():
                depth -= 1
                if depth == 0 and place > start + 1:
                    best = (start, place, commas)
            elif token.string == "," and depth == 1:
                commas.append(place)
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass  # the head of a block, such as a `with`, may end in an open state
    return best


def _cut(line: str, start: int, end: int, commas: list[int]) -> list[str]:
    places = [start - 1, *commas, end]
    return [line[one + 1 : other] for one, other in itertools.pairwise(places)]


def names_in(code: str) -> set[str]:
    """Names the code mentions, without attributes and the names of keyword arguments."""
    found: set[str] = set()
    before, name = "", ""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if name and not (token.string == "=" and depth):
                found.add(name)
            name = token.string if token.type == tokenize.NAME and before != "." else ""
            depth += (token.string in _CLOSING) - (token.string in _CLOSING.values())
            before = token.string
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found
    return found
