"""A file told without its bodies: what somebody needs to know who calls it, or who reads code that calls it."""

import re
from collections.abc import Collection, Iterable, Iterator

from tree_sitter import Node

from testwright.domain.analysis import Import
from testwright.languages.python.syntax import (
    bound_names,
    decorators_of,
    definition_of,
    identifiers,
    name_of,
    parse,
    string_value,
    text_of,
    walk,
)

_MOST_VALUE = 200
_MOST_DOC = 240
_MOST_FIELDS = 40
_INDENT = "    "
_BRANCHES = ("if_statement", "try_statement", "else_clause", "except_clause", "block")
_NAMES = ("identifier", "pattern_list", "tuple_pattern")
_OVERLOAD = re.compile(r"(?:\w+\.)?overload")
_TELLING = re.compile(r"(?:staticmethod|classmethod|property|dataclass|dataclasses\.dataclass|\w+\.setter)\b")


def imports_of(text: str) -> tuple[Import, ...]:
    """`from m import a, b`, `import m` (with the attributes of it that are used), and `from . import m`."""
    root = parse(text)
    found: dict[str, list[str]] = {}
    for node in walk(root):
        if node.type == "import_from_statement":
            module = text_of(node.child_by_field_name("module_name"))
            names = [_original(bound) for bound in bound_names(node).values()]
            if any(child.type == "wildcard_import" for child in node.children):
                names.append("*")
            if not module.strip("."):  # `from . import a`: each name is a module, or stands in the package itself
                found.setdefault(module, []).extend(names)
                for name in names:
                    found.setdefault(f"{module}{name}", [])
            else:
                found.setdefault(module, []).extend(names)
        elif node.type == "import_statement":
            for local, bound in bound_names(node).items():
                module = _original(bound)
                alias = local if bound.type == "aliased_import" else module
                found.setdefault(module, []).extend(_attributes(text, alias))
    return tuple(Import(module=module, names=tuple(dict.fromkeys(names))) for module, names in found.items())


def outline_of(text: str, names: Collection[str]) -> str:
    definitions = list(_definitions(parse(text)))
    implemented = _implemented(node for _, node in definitions)
    parts = [
        part
        for name, node in definitions
        if (not names or name in names) and not (name in implemented and _is_overload(node))
        for part in (_told(node),)
        if part
    ]
    return "\n".join(parts)


def _original(bound: Node) -> str:
    return text_of(bound.child_by_field_name("name") if bound.type == "aliased_import" else bound)


def _attributes(text: str, module: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"(?<![\w.]){re.escape(module)}\.([A-Za-z_]\w*)", text)))


def _definitions(root: Node) -> Iterator[tuple[str, Node]]:
    """Functions, classes and values of the module itself, those inside its `if` and `try` included."""
    waiting = list(reversed(root.named_children))
    while waiting:
        node = waiting.pop()
        definition = definition_of(node)
        if definition is not None:
            yield name_of(definition), definition
        elif node.type in _BRANCHES:
            waiting.extend(reversed(node.named_children))
        elif (assigned := _assigned(node)) is not None:
            yield assigned, node


def _assigned(statement: Node) -> str | None:
    if statement.type != "expression_statement" or not statement.named_children:
        return None
    assignment = statement.named_children[0]
    left = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    return text_of(left) if left is not None and left.type == "identifier" else None


def _is_overload(node: Node) -> bool:
    return any(_OVERLOAD.fullmatch(mark) for mark in decorators_of(node))


def _implemented(nodes: Iterable[Node]) -> frozenset[str]:
    """Functions that say in one head what may be said of them in several."""
    return frozenset(name_of(node) for node in nodes if node.type == "function_definition" and not _is_overload(node))


def _told(node: Node) -> str:
    if node.type == "class_definition":
        return _class(node)
    if node.type == "function_definition":
        return _function(node)
    return _shortened(text_of(node))


def _function(node: Node, indent: str = "") -> str:
    marks = [f"{indent}@{mark}" for mark in decorators_of(node) if _TELLING.match(mark)]
    doc = _doc(node)
    said = f"  # {doc}" if doc else ""
    return "\n".join([*marks, f"{indent}{_head(node)} ...{said}"])


def _class(node: Node) -> str:
    marks = [f"@{mark}" for mark in decorators_of(node) if _TELLING.match(mark)]
    doc = _doc(node)
    lines = [*marks, _head(node) + (f"  # {doc}" if doc else "")]
    body = node.child_by_field_name("body")
    members: list[str] = []
    children = body.named_children if body is not None else []
    implemented = _implemented(inner for child in children if (inner := definition_of(child)) is not None)
    for child in children:
        definition = definition_of(child)
        if definition is not None and definition.type == "function_definition":
            if name_of(definition) in implemented and _is_overload(definition):
                continue
            if not name_of(definition).startswith("_") or name_of(definition) == "__init__":
                members.append(_function(definition, _INDENT))
        elif _is_field(child):
            members.append(_INDENT + _shortened(text_of(child)))
    lines += members[:_MOST_FIELDS]
    return "\n".join(lines if members else [*lines, f"{_INDENT}..."])


def _is_field(statement: Node) -> bool:
    first = statement.named_children[0] if statement.named_children else None
    return statement.type == "expression_statement" and first is not None and first.type == "assignment"


def _head(definition: Node) -> str:
    """From `def` or `class` up to the colon, on one line."""
    body = definition.child_by_field_name("body")
    whole = (definition.text or b"").decode("utf-8", "replace")
    head = whole if body is None else (definition.text or b"")[: body.start_byte - definition.start_byte].decode()
    return re.sub(r"(?<=[(\[]) |,? (?=[)\]])", "", " ".join(re.sub(r"#[^\n]*", "", head).split()))


def _doc(definition: Node) -> str:
    body = definition.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_children else None
    if first is None or first.type != "expression_statement" or not first.named_children:
        return ""
    said = string_value(first.named_children[0]) or ""
    paragraph = said.strip().split("\n\n")[0]
    return " ".join(paragraph.split())[:_MOST_DOC]


def _shortened(code: str) -> str:
    return code if len(code) <= _MOST_VALUE else f"{code[:_MOST_VALUE]} …"


def joined(preamble: str, other: str, *, first_wins: bool = False) -> str:
    """Two preambles as one: imports first, each once; then what each of them defines.

    Where they contradict each other it is a ValueError, or the first one's word.
    """
    imports: dict[str, None] = {}
    named: dict[str, dict[str, None]] = {}
    rest: dict[str, None] = {}
    defined: dict[str, str] = {}
    origins: dict[str, str] = {}
    first, second = parse(preamble), parse(other)
    if first.has_error or second.has_error:
        raise ValueError("One of them does not parse.")
    spaced: set[str] = set()
    for node in (*first.named_children, *second.named_children):
        text = text_of(node).strip()
        module = text_of(node.child_by_field_name("module_name"))
        if _follows_a_blank_line(node):
            spaced.add(f"from {module}" if node.type == "import_from_statement" else text)
        lost = {name for name, origin in _origins(node) if origins.setdefault(name, origin) != origin}
        if lost and not first_wins:
            raise ValueError(f"`{min(lost)}` is imported from two places.")
        if node.type == "future_import_statement":
            imports = {text: None, **imports}
        elif node.type == "import_statement":
            if not lost:
                imports.setdefault(text)
        elif node.type == "import_from_statement":
            names = [text_of(part) for name, part in bound_names(node).items() if name not in lost]
            if not names and lost:
                continue
            names = names or ["*"]
            imports.setdefault(f"from {module}")
            named.setdefault(f"from {module}", {}).update(dict.fromkeys(names))
        else:
            twice = [name for name in _defined(node) if defined.setdefault(name, text) != text]
            if twice and not first_wins:
                raise ValueError(f"`{twice[0]}` is defined in two ways.")
            if not twice:
                rest.setdefault(text)
    lines: list[str] = []
    for line in imports:
        lines += [""] if line in spaced and lines else []
        lines.append(_import_line(line, named[line]) if line in named else line)
    blocks = ["\n".join(lines), *rest]
    gap = "\n\n\n" if any(re.match(r"@|def |class |async ", text) for text in rest) else "\n\n"
    return gap.join(block for block in blocks if block)


def _follows_a_blank_line(statement: Node) -> bool:
    before = statement.prev_named_sibling
    return before is not None and statement.start_point.row > before.end_point.row + 1


def _origins(statement: Node) -> Iterator[tuple[str, str]]:
    """What an import binds, each with where it comes from. `import a.b` and `import a.c` bind the same `a`."""
    module = text_of(statement.child_by_field_name("module_name"))
    if statement.type in ("import_statement", "import_from_statement"):
        for name, bound in bound_names(statement).items():
            is_alias = bound.type == "aliased_import"
            plain = name if statement.type == "import_statement" and not is_alias else _original(bound)
            yield name, f"{module}:{plain}"


def _import_line(start: str, names: Collection[str]) -> str:
    line = f"{start} import {', '.join(names)}"
    return line if len(line) <= 88 else f"{start} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _defined(node: Node) -> set[str]:
    definition = definition_of(node)
    if definition is not None:
        return {name_of(definition)}
    first = node.named_children[0] if node.named_children else None
    left = first.child_by_field_name("left") if first is not None and first.type == "assignment" else None
    return (
        identifiers(left)
        if left is not None and left.type in ("identifier", "pattern_list", "tuple_pattern")
        else set()
    )
