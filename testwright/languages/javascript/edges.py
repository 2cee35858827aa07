"""Which boundary cases the exported functions and methods of a JavaScript or TypeScript file invite."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Parameter, Symbol
from testwright.domain.edges import Edge
from testwright.domain.sessions import SourceFile
from testwright.languages.edges import Known, Refusal, edges_of, kind_of
from testwright.languages.javascript.analysing import function_of, name_from
from testwright.languages.javascript.exports import exports_of
from testwright.languages.javascript.grammar import CLASSES, FUNCTIONS, field, parse, string_value, text_of, walk

_KINDS = {
    "text": r"\bstring\b",
    "number": r"\bnumber\b",
    "list": r"\[\]|\b(?:Array|ReadonlyArray|Set|ReadonlySet|Iterable|Array)\b",
    "mapping": r"\b(?:Record|Map|ReadonlyMap|object|Object)\b",
}
_OF_TEXT = frozenset({
    "charAt", "charCodeAt", "codePointAt", "endsWith", "match", "matchAll", "padEnd", "padStart", "replace",
    "replaceAll", "split", "startsWith", "substring", "toLowerCase", "toUpperCase", "trim", "trimEnd", "trimStart",
})  # fmt: skip
_OF_LIST = frozenset({
    "every", "filter", "find", "flatMap", "forEach", "join", "map", "pop", "push", "reduce", "some", "sort",
})  # fmt: skip
_BOUNDS = frozenset({"<", "<=", ">", ">="})
_COMPARES = _BOUNDS | {"===", "!==", "==", "!="}


def edge_cases(source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
    """The same for the same text; none for a text that does not parse."""
    root = parse(source.text, source.path)
    if root.has_error:
        return ()
    functions = list(functions_in(root, source.path))
    aliases = dict(_aliases(root))
    return edges_of(
        (
            symbol.name,
            [
                _known(parameter, symbol, function, aliases)
                for parameter in symbol.parameters
                if re.fullmatch(r"[\w$]+", parameter.name)
            ],
            [Refusal(line=node.start_point.row + 1, text=_said(node)) for node in refusals_in(function)],
        )
        for symbol in analysis.symbols
        if (function := _function_of(symbol, functions)) is not None
    )


def _function_of(symbol: Symbol, functions: list[tuple[str, Node]]) -> Node | None:
    """A static method may have the name of another: the one that takes what the symbol takes."""
    named = [function for name, function in functions if name == symbol.name]
    wanted = {parameter.name for parameter in symbol.parameters if re.fullmatch(r"[\w$]+", parameter.name)}
    return next((function for function in named if wanted <= names_taken(function)), named[0] if named else None)


def names_taken(function: Node) -> frozenset[str]:
    """The names that its parameters bring into a function's body."""
    parameters = field(function, "parameters") or field(function, "parameter")
    kinds = ("identifier", "shorthand_property_identifier_pattern")
    return frozenset(text_of(node) for node in walk(parameters) if node.type in kinds) if parameters else frozenset()


def functions_in(root: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Each exported function and method by its symbol's name; a class goes by its constructor."""
    for export in exports_of(root, name_from(path)):
        if export.node.type not in CLASSES:
            function = function_of(export.node)
            if function is not None and function.type in FUNCTIONS:
                yield export.name, function
            continue
        members = field(export.node, "body")
        for child in members.named_children if members is not None else ():
            if child.type == "method_definition":
                name = text_of(field(child, "name"))
                yield (export.name if name == "constructor" else f"{export.name}.{name}"), child


def refusals_in(function: Node) -> list[Node]:
    """Its own `throw` statements, those of functions inside it left out."""
    found, waiting = list[Node](), list(function.children)
    while waiting:
        node = waiting.pop()
        if node.type == "throw_statement" and node.named_children:
            found.append(node)
        if node.type not in FUNCTIONS:
            waiting.extend(node.children)
    return sorted(found, key=lambda node: node.start_byte)


def _said(node: Node) -> str:
    return re.sub(r"^new ", "", text_of(node.named_children[0]))


def _aliases(root: Node) -> Iterator[tuple[str, str]]:
    for node in walk(root):
        if node.type == "type_alias_declaration":
            yield text_of(field(node, "name")), text_of(field(node, "value"))


def _known(parameter: Parameter, symbol: Symbol, function: Node, aliases: dict[str, str]) -> Known:
    known = Known(name=parameter.name)
    annotation = parameter.annotation or ""
    optional = parameter.optional and parameter.default is None
    documented = re.search(rf"@param\s+\{{([^}}]*)\}}\s+(\[)?{re.escape(parameter.name)}\b", symbol.doc or "")
    if not annotation and documented:
        annotation = documented[1]
        optional = optional or bool(documented[2]) or annotation.endswith("=")
    annotation = aliases.get(annotation, annotation)
    if parameter.kind == "rest":
        known.kinds = {"list"}
        return known
    values = [part.strip() for part in annotation.split("|") if part.strip()]
    if values and all(re.fullmatch(r"'[^']*'|\"[^\"]*\"|-?\d+|undefined|null", value) for value in values):
        known.members = {value: None for text in values if (value := _literal(text)) is not None}
    else:
        outer = re.sub(r"\w+\[\]|\([^)]*\)\[\]", "[]", re.sub(r"<.*>", "", annotation))
        known.kinds |= {kind for kind, pattern in _KINDS.items() if re.search(pattern, outer)}
    if re.search(r"\bnull\b", annotation):
        known.nothing = "null"
    elif (optional or "undefined" in annotation) and parameter.default is None:
        known.nothing = "undefined"
    elif parameter.default is not None:
        known.default = _literal(parameter.default)
        known.kinds |= kind_of(known.default) if not annotation else set()
    body = field(function, "body")
    for node in walk(body) if body is not None else ():
        _learn(known, node)
    return known


def _learn(known: Known, node: Node) -> None:
    if node.type == "binary_expression":
        _learn_by_comparison(known, node)
    elif node.type == "switch_statement" and text_of(field(node, "value")).strip("()") == known.name:
        cases = field(node, "body")
        for case in cases.named_children if cases is not None else ():
            value = _value(field(case, "value"))
            known.compared |= {value: False} if value is not None else {}
    elif node.type == "call_expression":
        owner, _, method = text_of(field(node, "function")).rpartition(".")
        if owner.rstrip("?") == known.name and not known.kinds:
            known.kinds |= {"text"} if method in _OF_TEXT else {"list"} if method in _OF_LIST else set()
        elif owner == "Array" and method == "isArray" and text_of(field(node, "arguments")) == f"({known.name})":
            known.kinds.add("list")


def _learn_by_comparison(known: Known, node: Node) -> None:
    left, right = field(node, "left"), field(node, "right")
    operator = text_of(field(node, "operator"))
    if operator == "in" and text_of(right) == known.name and (key := string_value(left)) is not None:
        known.keys[key] = None
    elif operator in ("??", "||") and re.fullmatch(rf"{re.escape(known.name)}\.\w+", text_of(left)):
        known.keys[text_of(field(left, "property"))] = None
    if operator not in _COMPARES:
        return
    for subject, literal in ((left, right), (right, left)):
        value, of = _value(literal), text_of(subject)
        if of == f"typeof {known.name}" and value in ("string", "number"):
            known.kinds.add("text" if value == "string" else "number")
        elif of == known.name and value is not None and not isinstance(value, bool):
            known.compared[value] = known.compared.get(value, False) or operator in _BOUNDS
        elif of == f"{known.name}.length" and type(value) is int:
            known.lengths[value] = None


def _value(node: Node | None) -> object:
    return _literal(text_of(node)) if node is not None else None


def _literal(text: str) -> object:
    """The value of a plain literal; None for anything else."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d*\.\d+", text):
        return float(text)
    if text in ("true", "false"):
        return text == "true"
    quoted = re.fullmatch(r"'([^'\\]*)'|\"([^\"\\]*)\"|`([^`\\$]*)`", text)
    return next((part for part in quoted.groups() if part is not None), None) if quoted else None
