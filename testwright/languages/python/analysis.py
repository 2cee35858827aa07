"""What a Python source file offers to be tested, read without running it."""

import re
from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Parameter, Symbol, SymbolKind
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.sessions import SourceFile
from testwright.languages.python.syntax import (
    decorators_of,
    definition_of,
    first_error,
    imported_modules,
    line_of,
    name_of,
    parse,
    string_value,
    text_of,
    walk,
    walk_own,
)

_MOST_LITERALS = 200
_BRANCHES = ("if_statement", "else_clause", "elif_clause", "try_statement", "except_clause", "block", "with_statement")


def analyse(source: SourceFile) -> Analysis:
    root = parse(source.text)
    wrong = first_error(root)
    if wrong is not None:
        raise PermanentError(
            f"{base_name(source.path)} does not parse: line {line_of(wrong)}.",
            code="unparseable",
            hint="Correct the syntax error and try again.",
            retryable=True,
        )
    symbols = tuple(_exported(root)) or tuple(_exported(root, private=True))
    if not symbols:
        raise PermanentError(
            f"{base_name(source.path)} has nothing to test: it defines no public function or class.",
            code="nothing_to_test",
            hint="Choose a file that defines functions or classes whose names do not start with an underscore.",
        )
    modules = dict.fromkeys(module for module, _ in imported_modules(root))
    return Analysis(language="python", symbols=symbols, imports=tuple(modules), literals=_literals(root))


def _exported(root: Node, private: bool = False) -> Iterator[Symbol]:
    """What others may use. `private` ones are asked for where there is nothing else: a package's own workshop."""
    declared = _declared_exports(root)
    seen: set[str] = set()
    for definition in top_level_definitions(root):
        name = name_of(definition)
        public = name in declared if declared is not None else private or not name.startswith("_")
        if not public or name in seen or _is_overload(definition):
            continue
        seen.add(name)
        if definition.type == "class_definition":
            yield from _class(definition)
        else:
            yield _function(definition, name, SymbolKind.FUNCTION)


def top_level_definitions(root: Node) -> Iterator[Node]:
    """Definitions of the module itself, those inside its `if` and `try` statements included."""
    waiting = list(reversed(root.named_children))
    while waiting:
        node = waiting.pop()
        definition = definition_of(node)
        if definition is not None:
            yield definition
        elif node.type in _BRANCHES:
            waiting.extend(reversed(node.named_children))


def _declared_exports(root: Node) -> set[str] | None:
    """The names in `__all__`, None when the module has none that can be read."""
    names: set[str] | None = None
    for statement in root.named_children:
        for node in statement.named_children if statement.type == "expression_statement" else ():
            if node.type not in ("assignment", "augmented_assignment"):
                continue
            if text_of(node.child_by_field_name("left")) != "__all__":
                continue
            right = node.child_by_field_name("right")
            if right is None or right.type not in ("list", "tuple"):
                return None
            found = {value for child in right.named_children if (value := string_value(child)) is not None}
            names = (names or set()) | found
    return names


def _class(definition: Node) -> Iterator[Symbol]:
    name = name_of(definition)
    body = definition.child_by_field_name("body")
    methods = {
        name_of(inner): inner
        for child in (body.named_children if body else ())
        if (inner := definition_of(child)) is not None and inner.type == "function_definition"
        if not _is_overload(inner)
    }
    constructor = methods.get("__init__")
    yield Symbol(
        name=name,
        kind=SymbolKind.CLASS,
        line=_first_line(definition),
        end_line=definition.end_point.row + 1,
        parameters=_parameters(constructor)[1:] if constructor is not None else _fields(definition),
        doc=_doc(definition),
    )
    for method_name, method in methods.items():
        if not method_name.startswith("_"):
            yield _function(method, f"{name}.{method_name}", SymbolKind.METHOD)


def _function(definition: Node, name: str, kind: SymbolKind) -> Symbol:
    body = definition.child_by_field_name("body")
    decorators = decorators_of(definition)
    is_static = "staticmethod" in decorators
    parameters = _parameters(definition)
    if kind is SymbolKind.METHOD and not is_static:
        parameters = parameters[1:]
    returns = definition.child_by_field_name("return_type")
    return Symbol(
        name=name,
        kind=kind,
        line=_first_line(definition),
        end_line=definition.end_point.row + 1,
        parameters=parameters,
        returns=text_of(returns) if returns is not None else None,
        is_async=any(child.type == "async" for child in definition.children),
        is_generator=body is not None and any(node.type == "yield" for node in walk_own(body)),
        is_static=is_static or "classmethod" in decorators,
        doc=_doc(definition),
    )


def _first_line(definition: Node) -> int:
    wrapper = definition.parent
    return line_of(wrapper if wrapper is not None and wrapper.type == "decorated_definition" else definition)


def _is_overload(definition: Node) -> bool:
    return any(text.rpartition(".")[2] == "overload" for text in decorators_of(definition))


def _parameters(definition: Node) -> tuple[Parameter, ...]:
    listed = definition.child_by_field_name("parameters")
    found: list[Parameter] = []
    kind = "positional"
    for node in listed.named_children if listed is not None else ():
        if node.type == "keyword_separator":
            kind = "keyword"
            continue
        parameter = _parameter(node, kind)
        if parameter is not None:
            found.append(parameter)
            kind = "keyword" if parameter.kind == "rest" else kind
    return tuple(found)


def _parameter(node: Node, kind: str) -> Parameter | None:
    annotation = node.child_by_field_name("type")
    default = node.child_by_field_name("value")
    name = node.child_by_field_name("name")
    inner = name or (node.named_children[0] if node.type == "typed_parameter" else node)
    if inner.type == "list_splat_pattern":
        kind = "rest"
    elif inner.type == "dictionary_splat_pattern":
        kind = "keywords"
    elif inner.type != "identifier":
        return None
    return Parameter(
        name=text_of(inner).lstrip("*"),
        annotation=text_of(annotation) if annotation is not None else None,
        default=text_of(default) if default is not None else None,
        optional=default is not None or kind in ("rest", "keywords"),
        kind=kind,
    )


def _fields(definition: Node) -> tuple[Parameter, ...]:
    """Annotated fields, which a dataclass, a NamedTuple or a model makes the parameters of its constructor."""
    body = definition.child_by_field_name("body")
    fields = []
    for statement in body.named_children if body is not None else ():
        node = statement.named_children[0] if statement.named_children else statement
        if statement.type != "expression_statement" or node.type != "assignment":
            continue
        name, annotation = node.child_by_field_name("left"), node.child_by_field_name("type")
        if name is None or annotation is None or name.type != "identifier" or "ClassVar" in text_of(annotation):
            continue
        default = node.child_by_field_name("right")
        fields.append(
            Parameter(
                name=text_of(name),
                annotation=text_of(annotation),
                default=text_of(default) if default is not None else None,
                optional=default is not None,
            )
        )
    return tuple(fields)


def _doc(definition: Node) -> str | None:
    body = definition.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_children else None
    if first is None or first.type != "expression_statement" or not first.named_children:
        return None
    value = string_value(first.named_children[0])
    return re.sub(r"\n[ \t]+", "\n", value).strip() if value else None


def _literals(root: Node) -> tuple[str, ...]:
    """Constants in the code; those that are compared with something come first, then the most frequent."""
    weights: Counter[str] = Counter()
    for node in walk(root):
        if node.type not in ("string", "integer", "float"):
            continue
        parent = node.parent
        if parent is None or parent.type == "expression_statement":
            continue  # a docstring
        if node.end_byte - node.start_byte <= 200:
            weights[text_of(node)] += 100 if parent.type in ("comparison_operator", "case_pattern") else 1
    return tuple(text for text, _ in weights.most_common(_MOST_LITERALS))
