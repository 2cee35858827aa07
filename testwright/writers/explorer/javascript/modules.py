"""One source file and, through its imports of the project, its neighbours: functions, types and constants by name."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from testwright.domain.ports import ProjectView
from testwright.writers.explorer.javascript.syntax import CLASSES, FUNCTIONS, field, parse, said, text_of, unwrap, walk
from testwright.writers.places import place_of

_MOST_HOPS = 4


class Module:
    def __init__(self, path: str, text: str, view: ProjectView, known: dict[str, Module | None] | None = None) -> None:
        self.path = path
        self.text = text
        self.is_unit = known is None
        self.root = parse(text, path)
        self._view = view
        self._known: dict[str, Module | None] = known if known is not None else {path: self}
        self._places: dict[str, str | None] = {}

    @cached_property
    def functions(self) -> dict[str, Node]:
        """Every named function of the file, wrapped ones (UMD, closures) included; the outermost wins."""
        found: dict[str, Node] = {}
        for node in walk(self.root):
            if node.type in FUNCTIONS and node.type != "method_definition" and field(node, "name") is not None:
                found.setdefault(text_of(field(node, "name")), node)
            elif node.type == "variable_declarator":
                value = unwrap(field(node, "value"))
                if value is not None and value.type in FUNCTIONS:
                    found.setdefault(text_of(field(node, "name")), value)
            elif node.type == "assignment_expression":
                value, left = unwrap(field(node, "right")), text_of(field(node, "left"))
                if value is not None and value.type in FUNCTIONS:
                    found.setdefault(left.rsplit(".", 1)[-1], value)
        return found

    @cached_property
    def classes(self) -> dict[str, Node]:
        return {text_of(field(node, "name")): node for node in walk(self.root) if node.type in CLASSES}

    @cached_property
    def types(self) -> dict[str, Node]:
        wanted = ("interface_declaration", "type_alias_declaration", "enum_declaration")
        return {text_of(field(node, "name")): node for node in walk(self.root) if node.type in wanted}

    @property
    def exported_enums(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, node in self.types.items()
            if node.type == "enum_declaration" and node.parent is not None and node.parent.type == "export_statement"
        )

    @cached_property
    def constants(self) -> dict[str, Node]:
        """`const NAME = …` at any depth; those of the file itself before any other of the name."""
        found: dict[str, Node] = {}
        tops = [field(node, "declaration") or node for node in self.root.named_children]
        own = [child for top in tops for child in top.named_children]
        for node in (*own, *walk(self.root)):
            if node.type == "variable_declarator":
                value, name = unwrap(field(node, "value")), field(node, "name")
                if value is not None and name is not None and name.type == "identifier":
                    found.setdefault(text_of(name), value)
        return found

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Local name to (specifier, exported name)."""
        found: dict[str, tuple[str, str]] = {}
        for node in walk(self.root):
            if node.type == "import_statement":
                source = said(field(node, "source")) or ""
                for each in walk(node):
                    if each.type == "import_specifier":
                        exported = text_of(field(each, "name"))
                        found[text_of(field(each, "alias")) or exported] = (source, exported)
                    elif each.type == "identifier" and each.parent is not None and each.parent.type == "import_clause":
                        found[text_of(each)] = (source, "default")
            elif node.type == "variable_declarator":
                found |= _required(node)
        return found

    def neighbour(self, name: str) -> tuple[Module, str] | None:
        """The module of the project that a local name was imported from, and its name there."""
        if name not in self.imports:
            return None
        specifier, exported = self.imports[name]
        if specifier not in self._places:
            self._places[specifier] = place_of(specifier, self.path, self._view)
        place = self._places[specifier]
        found = self.opened(place) if place is not None else None
        return found.defining(exported) if found is not None else None

    def defining(self, exported: str, hops: int = 0) -> tuple[Module, str]:
        """The module that defines what this one offers under a name, through passing-on modules, and its name there."""
        if exported in self._own_names:
            return self, exported
        local = self.passed_on.get(exported)
        if local is not None and local[0] is None:
            known = self.neighbour(local[1]) if hops < _MOST_HOPS else None
            return known if known is not None else (self, local[1])
        sources = [local] if local is not None else [(source, exported) for source in self._wholly_passed_on]
        for source, name in sources if hops < _MOST_HOPS else ():
            place = place_of(source or "", self.path, self._view)
            found = self.opened(place) if place is not None else None
            if found is not None and (local is not None or found.offers(name)):
                return found.defining(name, hops + 1)
        return self, exported

    def offered_as(self, name: str) -> str | None:
        """The name under which others get what is called `name` here."""
        for exported, (source, local) in self.passed_on.items():
            if source is None and local == name:
                return exported
        return name if name in self._declared_exports else None

    @cached_property
    def _declared_exports(self) -> frozenset[str]:
        found: set[str] = set()
        for node in walk(self.root):
            if node.type == "export_statement":
                declared = field(node, "declaration")
                listed = [declared, *(declared.named_children if declared is not None else [])]
                found.update(text_of(field(each, "name")) for each in listed if each is not None)
            elif node.type == "assignment_expression":
                left = re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", text_of(field(node, "left")))
                found.update([left[1]] if left else [])
        return frozenset(found - {""})

    def offers(self, name: str) -> bool:
        return name in self._own_names or name in self.passed_on

    @cached_property
    def _own_names(self) -> frozenset[str]:
        return frozenset((*self.functions, *self.classes, *self.types, *self.constants))

    @cached_property
    def passed_on(self) -> dict[str, tuple[str | None, str]]:
        """Exported name to (specifier, name there); without a specifier it is a name of this file."""
        found: dict[str, tuple[str | None, str]] = {}
        for node in walk(self.root):
            if node.type == "export_statement":
                source = said(field(node, "source"))
                if any(child.type == "default" for child in node.children):
                    inner = unwrap(field(node, "value") or field(node, "declaration"))
                    named = inner if inner is not None and inner.type == "identifier" else field(inner, "name")
                    found.setdefault("default", (None, text_of(named)))
                for each in walk(node):
                    if each.type == "export_specifier":
                        name = text_of(field(each, "name"))
                        found[text_of(field(each, "alias")) or name] = (source, name)
            elif node.type == "assignment_expression" and text_of(field(node, "left")) == "module.exports":
                right = unwrap(field(node, "right"))
                if right is not None and right.type == "identifier":
                    found.setdefault("default", (None, text_of(right)))
        return found

    @cached_property
    def _wholly_passed_on(self) -> tuple[str, ...]:
        """`export * from …`."""
        stars = (node for node in self.root.named_children if node.type == "export_statement")
        return tuple(
            source
            for node in stars
            if any(child.type == "*" for child in node.children) and (source := said(field(node, "source")))
        )

    def opened(self, path: str) -> Module | None:
        if path in self._known:
            return self._known[path]
        text = self._view.text(path) if len(self._known) < 40 else None
        module = Module(path, text, self._view, self._known) if text is not None else None
        self._known[path] = module
        return module


def _required(declarator: Node) -> dict[str, tuple[str, str]]:
    """The names that `const … = require('…')` brings in."""
    value, pattern = field(declarator, "value"), field(declarator, "name")
    if pattern is None or text_of(field(value, "function")) != "require":
        return {}
    arguments = field(value, "arguments")
    source = (said(arguments.named_children[0]) if arguments and arguments.named_children else "") or ""
    if pattern.type != "object_pattern":
        return {text_of(pattern): (source, "default")}
    found = {}
    for child in pattern.named_children:
        local = text_of(field(child, "value")) or text_of(child)
        found[local] = (source, text_of(field(child, "key")) or local)
    return found
