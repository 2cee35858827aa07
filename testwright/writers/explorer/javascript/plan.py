"""What the probe is told: the targets with the shapes of their inputs, and the constants that steer the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

from tree_sitter import Node

from testwright.domain.analysis import Claim, Symbol, SymbolKind
from testwright.domain.ports import WritingTask
from testwright.domain.projects import OUT, WORKSPACE
from testwright.domain.sessions import TestType
from testwright.writers.explorer.javascript import classes, giving, servers
from testwright.writers.explorer.javascript.boundaries import give_edges
from testwright.writers.explorer.javascript.examples import (
    Readme,
    examples_of,
    literal_arguments,
    readme_of,
    samples_of,
    with_calls,
)
from testwright.writers.explorer.javascript.finding import class_at, function_at
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.neighbours import (
    closure_of,
    deeds_of,
    homes_in,
    makers_of,
    remembers,
)
from testwright.writers.explorer.javascript.openings import OF_NODE
from testwright.writers.explorer.javascript.packages import uses_fast_check
from testwright.writers.explorer.javascript.pages import events_heard, stand_ins_for
from testwright.writers.explorer.javascript.parameters import parameters_of, parameters_of_node
from testwright.writers.explorer.javascript.seams import seams_of
from testwright.writers.explorer.javascript.syntax import NotLiteral, field, literal, said, text_of, unwrap, walk

TODAY = "2024-01-31T12:00:00.000Z"
"""When tests with timers take place."""
REPORT = "explored.json"
MARKER = "exploring.json"
PATIENCE = 2.0
"""So many seconds on the clock may pass for each second of work."""
_MOST_STRINGS = 60
_MOST_SEPARATORS = 4
_MOST_WORDS = 8
_CLOCK = re.compile(r"\bset(?:Timeout|Interval)\b|\bDate\.now\(|\bnew Date\(\)")
_TIMERS = re.compile(r"\bset(?:Timeout|Interval)\b")
_KINDS = frozenset(("string", "number", "boolean", "function", "object", "undefined", "symbol", "bigint"))


@dataclass(frozen=True, slots=True)
class Target:
    """Something to call: how to reach it from the module, and how a test names it."""

    id: int
    kind: str
    symbol: Symbol
    path: tuple[str, ...]
    spec: dict[str, Any]
    claims: tuple[Claim, ...] = ()
    methods: Mapping[str, Symbol] = field_of(default_factory=dict)
    seams: tuple[str, ...] = ()

    @property
    def imported(self) -> str:
        """The name a test has to import."""
        return self.symbol.name.split(".")[0]


def targets_of(task: WritingTask, module: Module, tests: str = "") -> tuple[Target, ...]:
    """What there is to call. The calls in `tests` are the first to be tried: a search goes on from them."""
    symbols = task.analysis.symbols
    readme = readme_of(task.view, task.source.path)
    if tests:
        readme = with_calls(readme, tests)
    found: list[Target] = []
    for symbol in symbols:
        owner = symbol.name.split(".")[0]
        first: tuple[str, ...] = ("default",) if symbol.is_default_export else (owner,)
        if symbol.kind is SymbolKind.METHOD and not symbol.is_static:
            continue
        if symbol.kind is SymbolKind.CONSTANT or _is_abstract(symbol, module):
            continue
        is_old_class = symbol.kind is SymbolKind.FUNCTION and any(
            other.kind is SymbolKind.METHOD and not other.is_static and other.name.startswith(f"{symbol.name}.")
            for other in symbols
        )
        kind = {SymbolKind.CLASS: "class", SymbolKind.COMPONENT: "component", SymbolKind.HOOK: "hook"}.get(
            symbol.kind, "class" if is_old_class else "function"
        )
        path = (*first, *symbol.name.split(".")[1:]) if "." in symbol.name else first
        spec = _spec(len(found), kind, symbol, path, task, module, readme)
        claims = tuple(claim for claim in task.analysis.claims if claim.symbol == symbol.name and kind == "function")
        spec["claims"] = [_claimed(claim) for claim in claims]
        if task.options.include_edge_cases:
            give_edges(spec["params"], symbol.name, task.analysis.edges)
            for method in spec["methods"]:
                give_edges(method["params"], f"{symbol.name}.{method['name']}", task.analysis.edges)
        methods = {each.name.split(".", 1)[1]: each for each in symbols if _belongs(each, symbol)}
        seams = seams_of(function_at(module, symbol.line, symbol.end_line), module) if kind == "function" else ()
        found.append(Target(len(found), kind, symbol, path, spec, claims, methods, seams))
    return tuple(found)


def _is_abstract(symbol: Symbol, module: Module) -> bool:
    node = class_at(module, symbol.line, symbol.end_line) if symbol.kind is SymbolKind.CLASS else None
    return node is not None and classes.is_abstract(node)


def _spec(
    number: int,
    kind: str,
    symbol: Symbol,
    path: tuple[str, ...],
    task: WritingTask,
    module: Module,
    readme: Readme,
) -> dict[str, Any]:
    function = function_at(module, symbol.line, symbol.end_line)
    asking = class_at(module, symbol.line, symbol.end_line) if kind == "class" else function
    spec: dict[str, Any] = {
        "id": number,
        "kind": kind,
        "name": symbol.name,
        "path": list(path),
        "params": parameters_of(symbol.parameters, function, symbol.doc, module),
        "methods": [],
        "fields": [],
        "examples": examples_of(symbol, readme),
        "fetches": servers.is_asked(asking, module),
        "answer": servers.answer_for(asking, module),
        "isTimed": _is_timed(kind, task, module),
    }
    if kind == "class":
        node = class_at(module, symbol.line, symbol.end_line)
        spec["methods"] = [_method(each, module) for each in task.analysis.symbols if _belongs(each, symbol)]
        if node is not None:
            spec |= _of_class(node, symbol, module, {method["name"] for method in spec["methods"]})
            spec["methods"] += spec.pop("inherited")
    elif kind == "hook":
        spec["gives"] = giving.told_of(function, module)
    elif kind == "function":
        made = giving.made_by_a_call(symbol.name, module)
        if made is not None:
            spec["params"] = parameters_of_node(*made)
        spec["gives"] = giving.told_of(*(made or (function, module)))
    for parameter, samples in zip(spec["params"], samples_of(symbol, readme), strict=False):
        parameter["samples"] = samples
    return spec


def _is_timed(kind: str, task: WritingTask, module: Module) -> bool:
    """Whether time passes in its tests: what is drawn may show it, all else sets timers itself."""
    if kind in ("component", "hook"):
        return any(_CLOCK.search(each.text) for each in closure_of(module))
    return task.framework not in OF_NODE and _TIMERS.search(module.text) is not None


def _of_class(node: Node, symbol: Symbol, module: Module, known: set[str]) -> dict[str, Any]:
    """Constructor, inherited methods and data of a class, beside the methods of its own that the analysis names."""
    found = classes.constructor_of(node, module)
    is_own = found is not None and node.start_byte <= found[0].start_byte < node.end_byte and found[1] is module
    params = parameters_of_node(*found) if found is not None else []
    if found is not None and is_own:
        params = parameters_of(symbol.parameters, found[0], symbol.doc, module)
    own = [
        {
            "name": name,
            "kind": "getter" if classes.is_getter(method) else "method",
            "params": parameters_of_node(method, home),
        }
        for name, (method, home) in classes.methods_of(node, module).items()
        if name not in known
    ]
    return {"params": params, "fields": classes.public_fields(node, module), "inherited": own}


def _belongs(method: Symbol, owner: Symbol) -> bool:
    return method.kind is SymbolKind.METHOD and not method.is_static and method.name.startswith(f"{owner.name}.")


def _method(symbol: Symbol, module: Module) -> dict[str, Any]:
    node = function_at(module, symbol.line, symbol.end_line)
    is_getter = node is not None and classes.is_getter(node)
    return {
        "name": symbol.name.split(".", 1)[1],
        "kind": "getter" if is_getter else "method",
        "params": parameters_of(symbol.parameters, node, symbol.doc, module),
    }


def _claimed(claim: Claim) -> list[Any] | None:
    return literal_arguments(claim.call[claim.call.index("(") :])


def plan_of(task: WritingTask, module: Module, targets: tuple[Target, ...], seconds: float) -> dict[str, Any]:
    strings, numbers, regexes, compared, keys = _constants(module)
    uses_react = any(target.kind in ("component", "hook") for target in targets)
    makers = makers_of([target.spec for target in targets], module)
    deeds = deeds_of(module) if uses_react else []
    is_timed = uses_react and any(target.spec["isTimed"] for target in targets)
    return {
        "source": f"{WORKSPACE}/{task.source.path}",
        "stem": task.source.path,
        "isTyped": task.suite_path.endswith((".ts", ".tsx", ".mts")),
        "report": f"{OUT}/{REPORT}",
        "marker": f"{OUT}/{MARKER}",
        "seed": task.seed,
        "seconds": seconds,
        "patience": PATIENCE,
        "mock": task.options.mock_external,
        "laws": uses_fast_check(task.view, task.source.path),
        "serves": servers.may_be_real(task.options) and any(target.spec["fetches"] for target in targets),
        "integration": TestType.INTEGRATION in task.options.test_types,
        "react": uses_react,
        "timers": is_timed,
        "today": TODAY,
        "events": events_heard(module) if uses_react else [],
        "standIns": stand_ins_for(module) if uses_react else [],
        "targets": [target.spec for target in targets],
        "makers": makers,
        "deeds": deeds,
        "neighbours": sorted({path for path, _, _ in homes_in([makers, deeds, [target.spec for target in targets]])}),
        "remembers": any(remembers(each) for each in closure_of(module)),
        "strings": strings[:_MOST_STRINGS],
        "numbers": numbers[:30],
        "limits": _limits_named(module),
        "knowsNaN": re.search(r"\bNaN\b|\bisNaN\b", module.text, re.I) is not None,
        "regexes": regexes[:20],
        "separators": separators_of(module),
        "words": [text for text in strings if re.fullmatch(r"[A-Za-z][\w-]*", text) and text not in _KINDS][
            :_MOST_WORDS
        ],
        "compared": [list(pair) for pair in compared.items()],
        "keys": keys[:20],
        "thrown": thrown_pieces(module),
        "refuses": "throw " in module.text,
        "classes": list(module.classes),
        "skip": [],
        "changes": [],
        "edgesAlone": False,
        "changed": "",
        "traced": "",
    }


def _constants(module: Module) -> tuple[list[str], list[float], list[list[str]], dict[str, list[Any]], list[str]]:
    strings: dict[str, int] = {}
    numbers: dict[float, None] = {}
    regexes: list[list[str]] = []
    compared: dict[str, list[Any]] = {}
    keys: dict[str, None] = {}
    for node in walk(module.root):
        if node.type == "string" and (value := said(node)) and len(value) <= 60 and (rank := _rank(node)) is not None:
            strings[value] = min(rank, strings.get(value, 9))
        elif node.type == "number" and node.is_named:
            try:
                numbers[literal(node)] = None
            except NotLiteral:
                continue
        elif node.type == "regex":
            regexes.append([text_of(field(node, "pattern")), text_of(field(node, "flags"))])
        elif node.type == "binary_expression":
            _note_comparison(node, compared)
        elif node.type == "member_expression" and re.match(
            r"(opts?|options|config|settings)\b", text_of(field(node, "object"))
        ):
            keys[text_of(field(node, "property"))] = None
    ordered = sorted(strings, key=lambda text: strings[text])
    return ordered, list(numbers), regexes, compared, list(keys)


def _limits_named(module: Module) -> list[Any]:
    """Numbers beyond all others, where the code thinks of them."""
    signs = ("Infinity", "-Infinity") if re.search(r"\bInfinity\b|\bisFinite\b", module.text) else ()
    return [{"$": "number", "v": sign} for sign in signs]


def _rank(node: Node) -> int | None:
    parent = node.parent
    if parent is None or parent.type in (
        "import_statement",
        "import_require_clause",
        "export_statement",
        "jsx_attribute",
        "expression_statement",
    ):
        return None
    above = parent.parent
    if parent.type == "arguments" and text_of(field(above, "function")) == "require":
        return None
    around: Node | None = parent
    while around is not None:
        if around.type == "throw_statement":
            return None
        around = around.parent
    return 0 if parent.type in ("binary_expression", "switch_case") else 1


def _note_comparison(node: Node, compared: dict[str, list[Any]]) -> None:
    if text_of(field(node, "operator")) not in ("===", "==", "!==", "!=", "<", ">", "<=", ">="):
        return
    for subject, other in (("left", "right"), ("right", "left")):
        owner = unwrap(field(node, subject))
        if owner is None or owner.type not in ("identifier", "member_expression"):
            continue
        try:
            value = literal(field(node, other))
        except NotLiteral:
            continue
        name = text_of(field(owner, "property")) or text_of(owner)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            compared.setdefault(name, [])
            if value not in compared[name]:
                compared[name].append(value)


def separators_of(module: Module) -> list[str]:
    """The signs at which the code takes texts apart, in its own order: the outer one is mostly the first."""
    found: dict[str, None] = {}
    for node in walk(module.root):
        callee = field(node, "function") if node.type == "call_expression" else None
        arguments = field(node, "arguments")
        if callee is None or arguments is None or not arguments.named_children:
            continue
        if callee.type == "member_expression" and text_of(field(callee, "property")) == "split":
            sign = said(arguments.named_children[0]) or _plain_pattern(arguments.named_children[0])
            if sign and re.fullmatch(r"[^\w\s]{1,3}", sign):
                found[sign] = None
    return list(found)[:_MOST_SEPARATORS]


def _plain_pattern(node: Node) -> str:
    """The sign in `/\\s*,\\s*/`, a pattern that is but a sign with blanks about it."""
    pattern = text_of(field(node, "pattern")) if node.type == "regex" else ""
    return re.sub(r"\\s[*+?]?|^ |[ *+?]$|\\", "", pattern)


def thrown_pieces(module: Module) -> list[str]:
    """Fixed words of the messages that the project's own `throw` statements use, this file's and its imports'."""
    pieces: dict[str, None] = {}
    waiting, seen = [module], {module.path}
    while waiting:
        current = waiting.pop()
        for node in walk(current.root):
            if node.type in ("throw_statement", "call_expression") and (
                node.type == "throw_statement" or text_of(field(node, "function")) in ("Promise.reject", "super")
            ):
                for each in walk(node):
                    if each.type == "string_fragment" and len(text_of(each).strip()) > 2:
                        pieces[text_of(each)] = None
        for name in current.imports:
            neighbour = current.neighbour(name)
            if neighbour is not None and neighbour[0].path not in seen:
                seen.add(neighbour[0].path)
                waiting.append(neighbour[0])
    return list(pieces)
