"""Reading a source file: what it exports, what each of it takes and gives, and the constants that steer it."""

import re

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Parameter, Symbol, SymbolKind
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript.exports import Export, exports_of
from testwright.languages.javascript.grammar import (
    CLASSES,
    FUNCTIONS,
    doc_of,
    error_line,
    field,
    parse,
    specifiers,
    text_of,
    unwrap,
    walk,
)

_MOST_LITERALS = 80
_WRAPPERS = ("memo", "forwardRef", "React.memo", "React.forwardRef")
_JSX = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment"})


def analyse(source: SourceFile) -> Analysis:
    root = parse(source.text, source.path)
    if (line := error_line(root)) is not None:
        raise PermanentError(
            f"{base_name(source.path)} does not parse: line {line}.",
            code="unparseable",
            hint="Correct the syntax there and try again.",
            retryable=True,
        )
    symbols = [
        symbol for export in exports_of(root, name_from(source.path)) for symbol in _symbols(export, source.path)
    ]
    if not any(symbol.kind is not SymbolKind.CONSTANT for symbol in symbols):
        raise PermanentError(
            f"{base_name(source.path)} exports nothing that can be called.",
            code="nothing_to_test",
            hint="Export a function, a class or a component, or choose the file that declares them.",
        )
    is_typed = source.path.endswith((".ts", ".tsx", ".mts", ".cts"))
    return Analysis(
        language="typescript" if is_typed else "javascript",
        symbols=tuple(symbols),
        imports=tuple(specifiers(root)),
        literals=tuple(_literals(root)),
    )


def name_from(path: str) -> str:
    """A name for what a file exports without one: `set-cookie.js` → setCookie; a folder's index takes the folder's."""
    parts = path.rsplit("/", 2)
    stem = parts[-1].split(".")[0]
    if stem == "index" and len(parts) > 1:
        stem = parts[-2]
    words = [word for word in re.split(r"[^A-Za-z0-9$_]+", stem) if word]
    if not words:
        return "unit"
    name = words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
    return f"_{name}" if name[0].isdigit() else name


def _symbols(export: Export, path: str) -> list[Symbol]:
    node = export.node
    if node.type in CLASSES:
        return _class_symbols(export)
    function = function_of(node)
    returns: str | None = None
    parameters: tuple[Parameter, ...] = ()
    kind = SymbolKind.CONSTANT
    if function is not None:
        kind = _kind_of(export, function, node)
        returns, parameters = _annotation(field(function, "return_type")), tuple(_parameters(function))
    elif node.type == "call_expression" and re.match(r"[A-Z]", export.name) and path.endswith(("sx",)):
        kind = SymbolKind.COMPONENT if text_of(field(node, "function")) in _WRAPPERS else SymbolKind.CONSTANT
    elif node.type == "call_expression":
        kind = SymbolKind.FUNCTION  # debounce(…), createSelector(…): it may well be callable, running it tells
    return [
        Symbol(
            name=export.name,
            kind=kind,
            line=export.statement.start_point.row + 1,
            end_line=node.end_point.row + 1,
            parameters=parameters,
            returns=returns,
            is_async=_is(function, "async"),
            is_generator=function is not None and (function.type.startswith("generator") or _is(function, "*")),
            is_default_export=export.is_default,
            is_static=export.is_static,
            doc=doc_of(export.statement),
        )
    ]


def function_of(node: Node) -> Node | None:
    """The function itself, also inside `memo(…)` and `forwardRef(…)`."""
    inner = unwrap(node)
    if inner is None or inner.type in FUNCTIONS:
        return inner
    if inner.type == "call_expression" and text_of(field(inner, "function")) in _WRAPPERS:
        arguments = field(inner, "arguments")
        return function_of(arguments.named_children[0]) if arguments and arguments.named_children else None
    return None


def _kind_of(export: Export, function: Node, node: Node) -> SymbolKind:
    if "." in export.name:
        return SymbolKind.METHOD
    if re.match(r"use[A-Z]", export.name):
        return SymbolKind.HOOK
    draws = node.type == "call_expression" or any(
        each.type in _JSX or text_of(field(each, "function")).endswith("createElement")
        for each in walk(function)
        if each.type in _JSX or each.type == "call_expression"
    )
    return SymbolKind.COMPONENT if re.match(r"[A-Z]", export.name) and draws else SymbolKind.FUNCTION


def _class_symbols(export: Export) -> list[Symbol]:
    members = field(export.node, "body")
    methods = [child for child in members.named_children if child.type == "method_definition"] if members else []
    made_with = next((each for each in methods if text_of(field(each, "name")) == "constructor"), None)
    found = [
        Symbol(
            name=export.name,
            kind=SymbolKind.CLASS,
            line=export.statement.start_point.row + 1,
            end_line=export.node.end_point.row + 1,
            parameters=tuple(_parameters(made_with)) if made_with is not None else (),
            is_default_export=export.is_default,
            doc=doc_of(export.statement),
        )
    ]
    for method in methods:
        name = field(method, "name")
        if name is None or method is made_with or name.type != "property_identifier" or _is_hidden(method):
            continue
        found.append(
            Symbol(
                name=f"{export.name}.{text_of(name)}",
                kind=SymbolKind.METHOD,
                line=method.start_point.row + 1,
                end_line=method.end_point.row + 1,
                parameters=tuple(_parameters(method)),
                returns=_annotation(field(method, "return_type")),
                is_async=_is(method, "async"),
                is_generator=_is(method, "*"),
                is_default_export=export.is_default,
                is_static=_is(method, "static"),
                doc=doc_of(method),
            )
        )
    return found


def _is_hidden(method: Node) -> bool:
    access = next((child for child in method.children if child.type == "accessibility_modifier"), None)
    return text_of(access) in ("private", "protected") or text_of(field(method, "name")).startswith("_")


def _is(node: Node | None, word: str) -> bool:
    return node is not None and any(child.type == word for child in node.children)


def _annotation(node: Node | None) -> str | None:
    return text_of(node).removeprefix(":").strip() or None if node is not None else None


def _parameters(function: Node) -> list[Parameter]:
    single = field(function, "parameter")
    if single is not None:
        return [Parameter(name=text_of(single))]
    listed = field(function, "parameters")
    return [_parameter(child) for child in listed.named_children if child.type != "comment"] if listed else []


def _parameter(node: Node) -> Parameter:
    pattern, default, annotation, optional = node, None, None, False
    if node.type in ("required_parameter", "optional_parameter"):
        pattern = field(node, "pattern") or node
        annotation = _annotation(field(node, "type"))
        default = text_of(field(node, "value")) or None
        optional = node.type == "optional_parameter"
    elif node.type == "assignment_pattern":
        pattern = field(node, "left") or node
        default = text_of(field(node, "right")) or None
    kind = "positional"
    if pattern.type == "rest_pattern":
        pattern, kind = pattern.named_children[0], "rest"
    return Parameter(
        name=_pattern_name(pattern),
        annotation=annotation,
        default=default,
        optional=optional or default is not None or kind == "rest",
        kind=kind,
    )


def _pattern_name(pattern: Node) -> str:
    if pattern.type not in ("object_pattern", "array_pattern"):
        return text_of(pattern)
    names = []
    for child in pattern.named_children:
        inner = field(child, "left") or field(child, "key") or child
        names.append(text_of(inner))
    opened, closed = ("{ ", " }") if pattern.type == "object_pattern" else ("[", "]")
    return opened + ", ".join(names) + closed


def _literals(root: Node) -> list[str]:
    """Source texts: what is compared with first, then regular expressions, then the rest, then what is only said."""
    ranked: dict[str, int] = {}
    for node in walk(root):
        if node.type not in ("string", "number", "regex") or not node.is_named or node.parent is None:
            continue
        rank = _rank(node)
        text = text_of(node)
        if rank is None or len(text) > 120 or text in ("''", '""', "'use strict'", '"use strict"'):
            continue
        ranked[text] = min(rank, ranked.get(text, rank))
    return sorted(ranked, key=lambda text: ranked[text])[:_MOST_LITERALS]


def _rank(node: Node) -> int | None:
    parent = node.parent
    assert parent is not None
    if parent.type in ("import_statement", "export_statement", "import_specifier"):
        return None
    if parent.type in ("binary_expression", "switch_case"):
        return 0
    if node.type == "regex":
        return 1
    around: Node | None = parent
    while around is not None and around.type not in FUNCTIONS:
        if around.type == "call_expression" and text_of(field(around, "function")) in ("require", "import"):
            return None
        if around.type in ("throw_statement", "jsx_attribute", "jsx_element"):
            return 3
        around = around.parent
    return 2
