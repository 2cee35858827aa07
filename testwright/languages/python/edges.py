"""Which boundary cases the public functions and methods of a Python file invite."""

import ast
import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Parameter
from testwright.domain.edges import Edge
from testwright.domain.sessions import SourceFile
from testwright.languages.edges import Known, Refusal, edges_of, kind_of
from testwright.languages.python.analysis import top_level_definitions
from testwright.languages.python.syntax import definition_of, line_of, name_of, parse, text_of, walk, walk_own

_KINDS = {
    "text": r"\bstr\b",
    "number": r"\b(?:int|float|Decimal|complex|Number)\b",
    "list": r"\b(?:list|List|tuple|Tuple|set|Set|frozenset|Sequence|Iterable|Collection|Iterator)\b",
    "mapping": r"\b(?:dict|Dict|Mapping|MutableMapping)\b",
}
_OF_TEXT = frozenset({
    "casefold", "encode", "endswith", "lower", "lstrip", "replace", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "title", "upper",
})  # fmt: skip
_BOUNDS = frozenset({"<", "<=", ">", ">="})


def edge_cases(source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
    """The same for the same text; none for a text that does not parse."""
    root = parse(source.text)
    if root.has_error:
        return ()
    bodies = dict(_functions(root))
    members = dict(_enums(root))
    return edges_of(
        (
            symbol.name,
            [_known(parameter, bodies[symbol.name], members) for parameter in symbol.parameters],
            _refusals(bodies[symbol.name]),
        )
        for symbol in analysis.symbols
        if symbol.name in bodies
    )


def _functions(root: Node) -> Iterator[tuple[str, Node]]:
    """Each function and method by its symbol's name; a class goes by what makes it."""
    for definition in top_level_definitions(root):
        name = name_of(definition)
        if definition.type == "function_definition":
            yield name, definition
            continue
        body = definition.child_by_field_name("body")
        for child in body.named_children if body is not None else ():
            inner = definition_of(child)
            if inner is not None and inner.type == "function_definition":
                yield (name if name_of(inner) == "__init__" else f"{name}.{name_of(inner)}"), inner


def _enums(root: Node) -> Iterator[tuple[str, list[str]]]:
    for definition in top_level_definitions(root):
        bases = text_of(definition.child_by_field_name("superclasses"))
        body = definition.child_by_field_name("body")
        if definition.type == "class_definition" and re.search(r"\b(?:Str|Int)?Enum\b", bases) and body is not None:
            found = re.findall(r"^\s*([A-Za-z]\w*)\s*=(?!=)", text_of(body), re.MULTILINE)
            yield name_of(definition), [f"{name_of(definition)}.{name}" for name in found]


def _known(parameter: Parameter, function: Node, members: dict[str, list[str]]) -> Known:
    known = Known(name=parameter.name)
    annotation = parameter.annotation or ""
    bare = re.sub(r"\[.*\]", "", annotation) if not annotation.startswith(("Optional", "Union")) else annotation
    known.kinds |= {kind for kind, pattern in _KINDS.items() if re.search(pattern, bare)}
    if parameter.kind in ("rest", "keywords"):
        known.kinds = {"list"} if parameter.kind == "rest" else {"mapping"}
        return known
    if re.search(r"\bNone\b|\bOptional\b", annotation) or parameter.default == "None":
        known.nothing = "None"
    elif parameter.default is not None:
        known.default = _plain(parameter.default)
        known.kinds |= kind_of(known.default) if not annotation else set()
    if "Literal" in annotation:
        options = re.findall(r"\"[^\"]*\"|'[^']*'|-?\d+|True|False", annotation)
        known.members |= dict.fromkeys(value for text in options if (value := _plain(text)) is not None)
    known.members |= dict.fromkeys(members.get(bare.strip("'\" "), ()))
    body = function.child_by_field_name("body")
    for node in walk(body) if body is not None else ():
        _learn(known, node)
    return known


def _learn(known: Known, node: Node) -> None:
    if node.type == "comparison_operator" and len(node.named_children) == 2:
        one, other = node.named_children
        is_bound = any(child.type in _BOUNDS for child in node.children)
        for subject, literal in ((one, other), (other, one)):
            values = literal.named_children if literal.type in ("tuple", "list", "set") else [literal]
            for value in map(_plain, map(text_of, values)):
                if text_of(subject) == known.name and value is not None and not isinstance(value, bool):
                    known.compared[value] = known.compared.get(value, False) or is_bound
                elif text_of(subject) == f"len({known.name})" and type(value) is int:
                    known.lengths[value] = None
        if text_of(other) == known.name and text_of(one)[:1] in "\"'" and "mapping" in known.kinds:
            known.keys |= {key: None for key in [_plain(text_of(one))] if isinstance(key, str)}
    elif node.type == "subscript" and text_of(node.child_by_field_name("value")) == known.name:
        key = _plain(text_of(node.child_by_field_name("subscript")))
        if isinstance(key, str):
            known.kinds.add("mapping")
            known.keys[key] = None
    elif node.type == "call":
        _learn_by_call(known, node)
    elif node.type == "case_pattern" and text_of(_subject_of(node)) == known.name:
        value = _plain(text_of(node))
        known.compared |= {value: False} if value is not None else {}


def _learn_by_call(known: Known, call: Node) -> None:
    function = call.child_by_field_name("function")
    arguments = call.child_by_field_name("arguments")
    if function is None or arguments is None:
        return
    owner, _, method = text_of(function).rpartition(".")
    if owner != known.name:
        return
    first = _plain(text_of(arguments.named_children[0])) if arguments.named_children else None
    if method == "get" and isinstance(first, str):
        known.kinds.add("mapping")
        known.keys[first] = None
    elif method in _OF_TEXT and not known.kinds:
        known.kinds.add("text")


def _subject_of(pattern: Node) -> Node | None:
    node: Node | None = pattern
    while node is not None and node.type != "match_statement":
        node = node.parent
    return node.child_by_field_name("subject") if node is not None else None


def _refusals(function: Node) -> Iterator[Refusal]:
    """Its own `raise` statements, each on a line of its own, since it is by its line that one is seen to run."""
    body = function.child_by_field_name("body")
    for node in walk_own(body) if body is not None else ():
        if node.type != "raise_statement" or not node.named_children or node.parent is None:
            continue
        opener = node.parent.parent if node.parent.type == "block" else None
        before = node.prev_named_sibling
        if (opener is not None and line_of(node) == line_of(node.parent) == line_of(opener)) or (
            before is not None and before.end_point.row == node.start_point.row
        ):
            continue
        yield Refusal(line=line_of(node), text=text_of(node).removeprefix("raise ").split(" from ")[0])


def _plain(text: str) -> object:
    """The value of a literal that JSON can say; None for anything else."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, (str, int, float, bool)) and value == value else None
