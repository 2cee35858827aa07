"""What a file takes from other modules, and how a suite's imports grow."""

import re

from tree_sitter import Node

from testwright.domain.analysis import Import
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, walk
from testwright.languages.javascript.pruning import bindings


def imports_of(text: str, path: str) -> tuple[Import, ...]:
    """`import`, `require` and `export … from`; `default` stands for a default export, `*` for all that is passed on."""
    found: dict[str, list[str]] = {}
    for node in walk(parse(text, path)):
        if node.type in ("import_statement", "export_statement"):
            module = string_value(field(node, "source"))
            if module is not None:
                found.setdefault(module, []).extend(_taken(node, text))
        elif node.type == "call_expression" and text_of(field(node, "function")) in ("require", "import"):
            arguments = field(node, "arguments")
            module = string_value(arguments.named_children[0]) if arguments and arguments.named_children else None
            if module is not None:
                found.setdefault(module, []).extend(_required(node, text))
    return tuple(Import(module=module, names=tuple(dict.fromkeys(names))) for module, names in found.items())


def _taken(statement: Node, text: str) -> list[str]:
    names: list[str] = []
    for node in walk(statement):
        parent = node.parent.type if node.parent is not None else ""
        if node.type in ("import_specifier", "export_specifier"):
            names.append(text_of(field(node, "name")))
        elif node.type == "namespace_import":
            names += _members(text_of(node.named_children[0]), text)
        elif node.type == "identifier" and parent == "import_clause":
            names += ["default", *_members(text_of(node), text)]
    if statement.type == "export_statement" and any(child.type == "*" for child in statement.children):
        names.append("*")
    return names


def _required(call: Node, text: str) -> list[str]:
    holder = call.parent
    while holder is not None and holder.type in ("await_expression", "parenthesized_expression"):
        holder = holder.parent
    if holder is None:
        return []
    if holder.type == "member_expression":
        return [text_of(field(holder, "property"))]
    name = field(holder, "name") if holder.type == "variable_declarator" else None
    if name is None:
        return []
    if name.type == "identifier":
        return ["default", *_members(text_of(name), text)]
    return [text_of(field(child, "key") or child) for child in name.named_children]


def _members(name: str, text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"(?<![\w$.]){re.escape(name)}\.([A-Za-z_$][\w$]*)", text)))


def with_import(preamble: str, name: str, specifier: str) -> str:
    """The name added to the import from a module, or a new import where there is none."""
    quoted = re.escape(specifier)
    listed = re.search(
        rf"(?P<head>\{{)(?P<names>[^{{}}]*)(?P<tail>\}}\s*(?:from\s*|=\s*require\(\s*)['\"]{quoted}['\"])", preamble
    )
    if listed is None:
        is_module = re.search(r"^\s*import\b", preamble, re.MULTILINE) or specifier == "vitest"
        line = (
            f"import {{ {name} }} from '{specifier}'" if is_module else f"const {{ {name} }} = require('{specifier}')"
        )
        return f"{line}\n{preamble}".strip("\n")
    names = [one.strip() for one in listed["names"].split(",") if one.strip()]
    if name in names:
        return preamble
    return f"{preamble[: listed.start('names')]} {', '.join([*names, name])} {preamble[listed.end('names') :]}"


def joined(preamble: str, other: str, *, first_wins: bool = False) -> str:
    """Two preambles as one: an imported name once, then what each of them declares.

    Where they contradict each other it is a ValueError, or the first one's word.
    """
    first, second = parse(preamble), parse(other)
    if first.has_error or second.has_error:
        raise ValueError("One of them does not parse.")
    bound: dict[str, str] = {}
    known: set[str] = set()
    for statement in first.named_children:
        known.add(text_of(statement))
        bound |= {name: _origin(statement, node) for node, name in bindings(statement)}
        bound |= dict.fromkeys(_declared(statement), text_of(statement))
    added: list[str] = []
    for statement in second.named_children:
        text = text_of(statement)
        if text in known or statement.type == "comment":
            continue
        imported = bindings(statement)
        origins = [(name, _origin(statement, node)) for node, name in imported]
        origins = origins or [(name, text) for name in _declared(statement)]
        twice = [name for name, origin in origins if bound.get(name, origin) != origin]
        if twice and not first_wins:
            raise ValueError(f"`{twice[0]}` is declared in two ways.")
        if twice and not imported:
            continue
        new = [node for node, name in imported if name not in bound]
        if not imported or (new and len(new) == len(imported) and not _is_listed(preamble, statement)):
            added.append(text)
        else:
            for node in new:
                preamble = with_import(preamble, text_of(node), _module(statement))
        bound = {name: _origin(statement, node) for node, name in imported} | bound
    imports = [text for text in added if re.match(r"import\b|.*\brequire\(", text)]
    rest = [text for text in added if text not in imports]
    return "\n".join(part for part in (*imports, preamble) if part) + "".join(f"\n\n{text}" for text in rest)


def _is_listed(preamble: str, statement: Node) -> bool:
    """Whether both import names in braces from the same module."""
    named = "{" in text_of(statement)
    return (
        named
        and re.search(rf"\}}\s*(?:from\s*|=\s*require\(\s*)['\"]{re.escape(_module(statement))}", preamble) is not None
    )


def _module(statement: Node) -> str:
    source = string_value(field(statement, "source"))
    if source is not None:
        return source
    for node in walk(statement):
        if node.type == "call_expression" and text_of(field(node, "function")) == "require":
            arguments = field(node, "arguments")
            return string_value(arguments.named_children[0]) or "" if arguments and arguments.named_children else ""
    return ""


def _origin(statement: Node, binding: Node) -> str:
    """Where a name comes from. One file may be reached by several paths, so of a path its last part counts."""
    module = _module(statement)
    if module.startswith("."):
        module = "./" + module.rpartition("/")[2].split(".")[0]
    return f"{module}:{text_of(field(binding, 'name') or binding)}"


def _declared(statement: Node) -> list[str]:
    if statement.type in ("lexical_declaration", "variable_declaration"):
        names = (field(each, "name") for each in statement.named_children if each.type == "variable_declarator")
        return [text_of(name) for name in names if name is not None and name.type == "identifier"]
    name = field(statement, "name")
    return [text_of(name)] if name is not None else []
