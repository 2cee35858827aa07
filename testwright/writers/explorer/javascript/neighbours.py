"""What other modules of the project lend to a test: objects of their classes, functions that change what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from testwright.writers.explorer.javascript import classes, giving
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.parameters import parameters_of_node
from testwright.writers.explorer.javascript.syntax import FUNCTIONS, field, text_of, unwrap, walk

_MOST_MAKERS = 12
_MOST_DEEDS = 12
_MOST_MODULES = 8
_HOME = "~"


def home_of(path: str) -> str:
    """The name under which the probe holds a module that it loaded beside the unit."""
    return f"{_HOME}{path}"


def homes_in(tree: Any) -> Iterator[tuple[str, str, str]]:
    """Of what lies in a call: the paths of other modules, the export and the name that the test calls it by."""
    if isinstance(tree, list):
        for item in tree:
            yield from homes_in(item)
    elif isinstance(tree, dict):
        path = tree.get("path")
        if isinstance(path, list) and path and str(path[0]).startswith(_HOME):
            yield str(path[0]).removeprefix(_HOME), str(path[1]), str(tree["name"]).split(".")[0]
        yield from homes_in(list(tree.values()))


def makers_of(specs: list[dict[str, Any]], module: Module) -> list[dict[str, Any]]:
    """Classes of other modules whose objects the targets take, and those that these take in turn."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    waiting = list(_wanted(specs))
    while waiting and len(found) < _MOST_MAKERS:
        home, name = waiting.pop(0)
        owner = module.opened(home)
        exported = owner.offered_as(name) if owner is not None else None
        if owner is None or exported is None or (home, name) in found or classes.is_abstract(owner.classes[name]):
            continue
        made = classes.constructor_of(owner.classes[name], owner)
        params = parameters_of_node(*made) if made is not None else []
        found[home, name] = {"home": home, "name": name, "path": [home_of(home), exported], "params": params}
        waiting += _wanted(params)
    return list(found.values())


def _wanted(tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _wanted(item)
    elif isinstance(tree, dict):
        if tree.get("k") == "instance" and "home" in tree:
            yield tree["home"], tree["v"]
        yield from _wanted(list(tree.values()))


def closure_of(module: Module) -> list[Module]:
    """The unit and the modules of the project that it loads, near ones first."""
    found = [module]
    for current in found:
        for name in current.imports:
            neighbour = current.neighbour(name)
            if neighbour is not None and neighbour[0] not in found and len(found) < _MOST_MODULES:
                found.append(neighbour[0])
    return found


_STATE = re.compile(r"\bnew (?:Map|Set|WeakMap|WeakSet)\b|^\[|^\{")
_CHANGING = frozenset(("push", "pop", "shift", "unshift", "splice", "set", "add", "delete", "clear", "sort"))


def remembers(module: Module) -> bool:
    """Whether a module keeps something between calls: variables that functions set, collections at its top."""
    names = _kept_by(module)
    return bool(names) and any(_changes(each, names) for each in walk(module.root) if each.type in FUNCTIONS)


def _kept_by(module: Module) -> frozenset[str]:
    names = set()
    for statement in module.root.named_children:
        inner = field(statement, "declaration") if statement.type == "export_statement" else statement
        for declarator in inner.named_children if inner is not None else []:
            if declarator.type == "variable_declarator" and (
                not text_of(inner).startswith("const") or _STATE.search(text_of(unwrap(field(declarator, "value"))))
            ):
                names.add(text_of(field(declarator, "name")))
    return frozenset(names)


def _changes(function: Node, names: frozenset[str]) -> bool:
    for node in walk(field(function, "body") or function):
        if node.type in ("assignment_expression", "augmented_assignment_expression", "update_expression"):
            target = field(node, "left") or field(node, "argument")
            if re.split(r"[.\[]", text_of(target))[0] in names:
                return True
        elif node.type == "call_expression":
            owner, _, method = text_of(field(node, "function")).rpartition(".")
            if owner in names and method in _CHANGING:
                return True
    return False


def deeds_of(module: Module) -> list[dict[str, Any]]:
    """Functions of the unit and its neighbours that change what is remembered, by themselves or through others."""
    modules = closure_of(module)
    changing = _changing_functions(modules)
    found = []
    for home in modules:
        for name, function in home.functions.items():
            exported = home.offered_as(name)
            if exported is None or not re.match(r"(?!use[A-Z])[a-z]", name):
                continue
            first = [] if home.is_unit else [home_of(home.path)]
            if name in changing:
                found.append(_deed(name, [*first, exported], function, home))
            for member, inner in _hung_on(name, home):
                if _calls(inner[0], changing):
                    found.append(_deed(f"{name}.{member}", [*first, exported, member], *inner))
    return found[:_MOST_DEEDS]


def _changing_functions(modules: list[Module]) -> frozenset[str]:
    kept = {home.path: _kept_by(home) for home in modules}
    functions = [(name, node, home) for home in modules for name, node in home.functions.items()]
    changing = frozenset(name for name, node, home in functions if _changes(node, kept[home.path]))
    for _ in modules:
        changing |= {name for name, node, _ in functions if _calls(node, changing)}
    return changing


def _calls(function: Node, names: frozenset[str]) -> bool:
    calls = (node for node in walk(function) if node.type == "call_expression")
    return any(text_of(field(node, "function")) in names for node in calls)


def _deed(name: str, path: list[str], function: Node, home: Module) -> dict[str, Any]:
    return {"name": name, "path": path, "params": parameters_of_node(function, home)}


def _hung_on(name: str, home: Module) -> Iterator[tuple[str, classes.Found]]:
    """`toast.error = …`: what is called by way of a function that is exported."""
    for node in walk(home.root):
        if node.type == "assignment_expression":
            match = re.fullmatch(rf"{re.escape(name)}\.([A-Za-z]\w*)", text_of(field(node, "left")))
            value = unwrap(field(node, "right"))
            made = giving.called_of(value, home) if match is not None and value is not None else None
            if match is not None and made is not None:
                yield match[1], made
