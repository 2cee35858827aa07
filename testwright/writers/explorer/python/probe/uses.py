"""What a parameter seems to be, by what the code does with it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from testwright.writers.explorer.python.probe.trees import nodes, unparsed

_METHODS_OF: dict[str, frozenset[str]] = {
    "str": frozenset(name for name in dir(str) if not name.startswith("_")) - {"count", "index"},
    "dict": frozenset({"items", "keys", "values", "get", "setdefault", "update", "popitem"}),
    "list": frozenset({"append", "extend", "insert", "sort", "reverse"}),
    "set": frozenset({"add", "discard", "union", "intersection", "difference", "issubset"}),
    "file": frozenset({"read", "readline", "readlines", "write"}),
    "datetime": frozenset({"strftime", "isoformat", "weekday", "isocalendar", "date", "timestamp", "astimezone"}),
}
_TAKES: dict[str, tuple[str, int]] = {
    "callable": ("callable", 2),
    **dict.fromkeys(("fields", "dataclasses.fields", "is_dataclass", "dataclasses.is_dataclass"), ("dataclass", 5)),
    **dict.fromkeys(("len", "sorted", "sum", "max", "min", "set", "list", "tuple", "enumerate", "iter"), ("list", 2)),
    **dict.fromkeys(("Decimal", "decimal.Decimal", "UUID", "uuid.UUID"), ("str", 1)),
    **dict.fromkeys(("datetime.fromtimestamp", "datetime.datetime.fromtimestamp"), ("int", 3)),
    **dict.fromkeys(("range", "abs", "round", "math.floor", "math.sqrt", "divmod"), ("int", 3)),
    **dict.fromkeys(("ast.parse", "ast.literal_eval", "literal_eval", "json.loads", "shlex.split", "eval"), ("str", 4)),
    **dict.fromkeys(("open", "os.path.exists", "os.path.isfile", "os.path.isdir", "os.fspath"), ("Path", 3)),
}
_CHECKED = re.compile(
    r"\b(str|int|float|bool|dict|list|tuple|set|bytes|datetime|date|Decimal|UUID|Path|Mapping|Collection|Sequence)\b"
)
_NUMERIC = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mult, ast.Pow)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)

_Mention = Callable[[ast.AST], bool]
_Vote = tuple[str, int]


@dataclass(frozen=True)
class Place:
    """A parameter of a function. What a constructor keeps in `self` is followed through its class."""

    function: ast.AST
    whole_class: ast.AST | None
    name: str


def kinds(places: Iterable[Place]) -> list[str]:
    """Names of types, most likely first, by all that is done with a value in these places."""
    votes: Counter[str] = Counter()
    is_flag = False
    for place in places:
        is_it = _mention(place.function, place.name)
        for node in nodes(place.whole_class or place.function):
            for kind, weight in _votes(node, is_it):
                votes[kind] += weight
            is_flag = is_flag or _asks_whether(node, is_it)
    return [kind for kind, _ in votes.most_common()] or (["bool"] if is_flag else [])


def classes(places: Iterable[Place], asked: str) -> list[str]:
    """Names of classes that something `asked` for: `subclass` or `isinstance`, as they are written there."""
    found: dict[str, None] = {}
    for place in places:
        is_it = _mention(place.function, place.name)
        for node in nodes(place.whole_class or place.function):
            if isinstance(node, ast.Call) and len(node.args) == 2 and asked in unparsed(node.func):
                others = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else node.args[1:]
                found.update((each.id, None) for each in others if is_it(node.args[0]) and isinstance(each, ast.Name))
    return list(found)


def item_kinds(function: ast.AST, name: str) -> list[str]:
    """Names of types for what is in `*name`: what is taken out by its place, or looked at one after the other."""
    loops = [node for node in nodes(function) if isinstance(node, (ast.For, ast.comprehension))]
    each = {loop.target.id for loop in loops if isinstance(loop.target, ast.Name) and _is_name(loop.iter, name)}

    def is_it(node: ast.AST) -> bool:
        if isinstance(node, ast.Subscript):
            return _is_name(node.value, name) and isinstance(node.slice, ast.Constant)
        return isinstance(node, ast.Name) and node.id in each

    votes: Counter[str] = Counter()
    for node in nodes(function):
        for kind, weight in _votes(node, is_it):
            votes[kind] += weight
    return [kind for kind, _ in votes.most_common()]


def taken(places: Iterable[Place]) -> int | None:
    """How many arguments a value is called with in these places; None where they are unpacked, one where it is not."""
    for place in places:
        is_it = _mention(place.function, place.name)
        for node in nodes(place.whole_class or place.function):
            if isinstance(node, ast.Call) and is_it(node.func):
                return None if any(isinstance(each, ast.Starred) for each in node.args) else len(node.args)
    return 1


def passed_on(place: Place) -> Iterator[tuple[str, int | str]]:
    """What it is given to as it is: the name of what is called, and the position or the keyword there."""
    is_it = _mention(place.function, place.name)
    for node in nodes(place.whole_class or place.function):
        if not isinstance(node, ast.Call):
            continue
        called, shift = _called(node.func, place.whole_class)
        if called:
            yield from (
                (called, at - shift) for at, argument in enumerate(node.args) if at >= shift and is_it(argument)
            )
            yield from ((called, each.arg) for each in node.keywords if each.arg and is_it(each.value))


def _called(func: ast.expr, whole_class: ast.AST | None) -> tuple[str, int]:
    """The name of what is called, and how many arguments come before its own: `Base.__init__(self, …)`."""
    if isinstance(func, ast.Name):
        return func.id, 0
    if not isinstance(func, ast.Attribute):
        return "", 0
    if func.attr != "__init__":
        return ("" if func.attr.startswith("__") else func.attr), 0
    if isinstance(func.value, ast.Name):
        return func.value.id, 1
    bases = whole_class.bases if isinstance(whole_class, ast.ClassDef) else []
    return (bases[0].id if bases and isinstance(bases[0], ast.Name) else ""), 0


def keys(function: ast.AST | None, name: str) -> list[str]:
    """String keys by which the parameter is asked for its members."""
    found: dict[str, None] = {}
    for node in nodes(function) if function is not None else ():
        key: Any = None
        if isinstance(node, ast.Subscript) and _is_name(node.value, name):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_name(node.func.value, name):
            key = node.args[0] if node.func.attr in ("get", "pop", "setdefault") and node.args else None
        elif isinstance(node, ast.Compare) and any(_is_name(side, name) for side in node.comparators):
            key = node.left if isinstance(node.ops[0], (ast.In, ast.NotIn)) else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.setdefault(key.value)
    return list(found)


def _votes(node: ast.AST, is_it: _Mention) -> Iterator[_Vote]:
    if isinstance(node, ast.Attribute) and is_it(node.value):
        yield from ((kind, 3) for kind, methods in _METHODS_OF.items() if node.attr in methods)
    elif isinstance(node, (ast.With, ast.AsyncWith)) and any(is_it(item.context_expr) for item in node.items):
        yield "lock", 5
    elif isinstance(node, ast.Call):
        yield from _votes_of_call(node, is_it)
    elif isinstance(node, (ast.For, ast.comprehension)) and is_it(node.iter):
        yield "list", 2
    elif isinstance(node, ast.BinOp):
        yield from _votes_of_operator(node, is_it)
    elif isinstance(node, ast.Compare) and any(is_it(side) for side in (node.left, *node.comparators)):
        if isinstance(node.ops[0], _ORDERS):
            yield "int", 1
        for other in (node.left, *node.comparators):
            if isinstance(other, ast.Constant) and isinstance(other.value, (str, int, float)):
                yield type(other.value).__name__, 2
    elif isinstance(node, ast.Subscript) and is_it(node.value):
        named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        yield "dict" if named else "list", 2


def _votes_of_call(node: ast.Call, is_it: _Mention) -> Iterator[_Vote]:
    if is_it(node.func):
        yield "callable", 5
    called = unparsed(node.func)
    if node.args and is_it(node.args[0]):
        if "subclass" in called:
            yield "type", 4
        if "isinstance" in called and len(node.args) == 2:
            yield from ((kind, 4) for kind in _CHECKED.findall(unparsed(node.args[1])))
        if called in _TAKES:
            yield _TAKES[called]
    if len(node.args) > 1 and called.startswith("re.") and is_it(node.args[1]):
        yield "str", 4


def _asks_whether(node: ast.AST, is_it: _Mention) -> bool:
    """Whether it is asked for being true, and nothing else."""
    if isinstance(node, ast.BoolOp):
        return any(map(is_it, node.values))
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        return is_it(node.test)
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and is_it(node.operand)


def _votes_of_operator(node: ast.BinOp, is_it: _Mention) -> Iterator[_Vote]:
    if not (is_it(node.left) or is_it(node.right)):
        return
    other = node.right if is_it(node.left) else node.left
    if isinstance(other, ast.Constant) and isinstance(other.value, (str, int, float)):
        yield "str" if isinstance(other.value, str) else "int", 2
    elif isinstance(node.op, _NUMERIC):
        yield "int", 1


def _mention(function: ast.AST, name: str) -> _Mention:
    """Whether a node is the parameter, or the attribute of `self` that it is kept in."""
    kept = {
        target.attr
        for node in nodes(function)
        if isinstance(node, ast.Assign) and _is_name(node.value, name)
        for target in node.targets
        if isinstance(target, ast.Attribute) and _is_name(target.value, "self")
    }

    def is_it(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in kept and _is_name(node.value, "self")
        return _is_name(node, name)

    return is_it


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
