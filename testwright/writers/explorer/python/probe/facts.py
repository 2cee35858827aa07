"""What the unit's own source says about good inputs: literals, use of parameters, documented calls, `raise` lines."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from types import CodeType, ModuleType
from typing import Any, TypeVar

from testwright.writers.explorer.python.probe import fakes, uses
from testwright.writers.explorer.python.probe.trees import lines_and_forks, nodes, unparsed

T = TypeVar("T")
_DECISIONS = (
    ast.If, ast.For, ast.While, ast.IfExp, ast.BoolOp, ast.Try, ast.comprehension,
    ast.FunctionDef, ast.AsyncFunctionDef,
)  # fmt: skip
_NAMED = (ast.FunctionDef, ast.ClassDef)
_MOST_DOCUMENTED = 30
_MOST_PLACES = 6
_MOST_MODULES = 12
_SHARE_OF_OTHERS = 8
_QUIET_BASES = frozenset(
    {"object", "Exception", "ValueError", "Enum", "IntEnum", "NamedTuple", "TypedDict", "Protocol", "Generic", "ABC"}
)


class Facts:
    """The unit's syntax tree, asked by function."""

    def __init__(self, unit: ModuleType) -> None:
        self.unit = unit
        self.file = inspect.getsourcefile(unit) or ""
        try:
            with open(self.file, encoding="utf-8") as file:
                self.tree: ast.Module = ast.parse(file.read())
        except (OSError, SyntaxError, ValueError):
            self.tree = ast.Module(body=[], type_ignores=[])
        self.functions: dict[int, ast.AST] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for line in {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}:
                    self.functions[line] = node
        self._called: dict[str, ast.AST] = {}
        """Functions by the name by which they are called; constructors by that of their class."""
        self._known: dict[tuple[str, int], Any] = {}
        self._reach: dict[int, list[ast.AST]] = {}
        self._class_of: dict[int, ast.AST] = {}
        self._heirs: dict[int, ast.AST] = {}
        """Classes of methods that a base from elsewhere may call, as `super().wrap` calls `_wrap_chunks`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                if any(isinstance(base, ast.Attribute) or not self._is_own(base) for base in node.bases):
                    self._heirs.update(dict.fromkeys(map(id, node.body), node))
                for member in node.body:
                    if isinstance(member, ast.FunctionDef) and member.name == "__init__":
                        self._class_of[id(member)] = node
                        self._called[node.name] = member
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("__"):
                self._called.setdefault(node.name, node)

    def imported(self) -> list[ModuleType]:
        """Modules of others that the unit imports anywhere and that are loaded by now."""
        found: dict[str, None] = {}
        for node in nodes(self.tree):
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(each.name for each in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.setdefault(node.module)
        package = self.unit.__name__.partition(".")[0]
        known = (sys.modules.get(name) for name in found if name.partition(".")[0] != package)
        return [module for module in known if isinstance(module, ModuleType)][:_MOST_MODULES]

    def look_once(self) -> None:
        """All that each symbol's search would ask for again: it is a process, which begins with what is known here."""
        for function in self.functions.values():
            for tree in self._reached(function):
                for node in nodes(tree):
                    if isinstance(node, ast.Call):
                        unparsed(node.func)
                unparsed(tree)

    def _is_own(self, base: ast.expr) -> bool:
        """Whether the unit defines this base itself, or it is one that calls nothing."""
        name = ast.unparse(base).partition("[")[0]
        own = {node.name for node in self.tree.body if isinstance(node, ast.ClassDef)}
        return name in own or name in _QUIET_BASES

    def weight(self, name: str) -> int:
        """How much there is to find in a class or function."""
        return _worth(self.reached_in(name))

    def worth(self, function: Any) -> int:
        """How much there is to find by calling it: its decisions, and those of what it calls."""
        return _worth(self.reached_from(function))

    def node_of(self, function: Any) -> ast.AST | None:
        code = code_of(function)
        if code is None or code.co_filename != self.file:
            return None
        return self.functions.get(code.co_firstlineno)

    def reached_from(self, function: Any) -> list[ast.AST]:
        """The function's own tree and those of the unit's functions and classes it mentions, nearest first."""
        first = self.node_of(function)
        return self._reached(first) if first is not None else []

    def open_ends(self, function: Any, arcs: Iterable[tuple[int, int, int]]) -> int:
        """How many lines of it and of what it mentions, and how many of the decisions there, these jumps leave open.

        A decision is open until it has gone two ways.
        """
        trees = self.reached_from(function)
        lines, forks = self._once("ends", function, lambda: lines_and_forks(trees))
        onward: dict[int, set[int]] = {}
        for _, one, other in arcs:
            onward.setdefault(one, set()).add(other)
        reached = onward.keys() | {line for others in onward.values() for line in others}
        ends = (
            {other for line in range(first, last + 1) for other in onward.get(line, ()) if not first <= other <= last}
            for first, last in forks
        )
        return len(lines - reached) + sum(len(each) < 2 for each in ends)

    def reached_in(self, name: str) -> list[ast.AST]:
        """The tree of a function or class of the module, and what it reaches."""
        tree = next((node for node in self.tree.body if getattr(node, "name", "") == name), None)
        return self._reached(tree) if tree is not None else []

    def _reached(self, first: ast.AST) -> list[ast.AST]:
        if id(first) in self._reach:
            return self._reach[id(first)]
        named = {node.name: node for node in nodes(self.tree) if isinstance(node, _NAMED)}
        plain = {**named, **{node.name: node for node in self.tree.body if isinstance(node, _NAMED)}}
        owner = self._heirs.get(id(first)) if _mentions(first, "super") else None
        reached, waiting = ([first] if owner is None else [first, owner]), [first]
        while waiting and len(reached) < 30:
            for node in nodes(waiting.pop(0)):
                # a method may have the name of a function that it calls
                found = plain.get(node.id) if isinstance(node, ast.Name) else None
                found = named.get(node.attr) if isinstance(node, ast.Attribute) else found
                if found is not None and all(found is not other for other in reached):
                    reached.append(found)
                    waiting.append(found)
        self._reach[id(first)] = reached
        return reached

    def _once(self, what: str, function: Any, work: Callable[[], T]) -> T:
        """Every parameter of a function asks the same."""
        key = (what, id(self.node_of(function)))
        if key not in self._known:
            self._known[key] = work()
        found: T = self._known[key]
        return found

    def literals(self, function: Any) -> list[Any]:
        """Constants near the function: its own first, compared ones before the others; docstrings are none."""
        return self._once("literals", function, lambda: self._literals(function))

    def _literals(self, function: Any) -> list[Any]:
        ordered: dict[tuple[type, Any], None] = {}
        for tree in self.reached_from(function):
            compared: list[Any] = []
            others: list[Any] = []
            for node in nodes(tree):
                if isinstance(node, ast.Compare):
                    compared.extend(found.value for found in ast.walk(node) if isinstance(found, ast.Constant))
            documentation = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
            for node in nodes(tree):
                if isinstance(node, ast.Constant) and id(node) not in documentation:
                    others.append(node.value)
            for value in (*compared, *others):
                if isinstance(value, (str, bytes)):
                    wanted = 0 < len(value) <= 60
                else:
                    wanted = isinstance(value, (int, float)) and not isinstance(value, bool)
                if wanted:
                    ordered.setdefault((type(value), value))
        return [value for _, value in ordered][:60]

    def calls(self, function: Any) -> frozenset[str]:
        """What the function calls, directly or further on, as it is written: `ast.parse`, `json.loads`."""
        return self._once("calls", function, lambda: self._calls(function))

    def _calls(self, function: Any) -> frozenset[str]:
        found = (node for tree in self.reached_from(function) for node in nodes(tree))
        return frozenset(unparsed(node.func) for node in found if isinstance(node, ast.Call))

    def members(self, function: Any) -> list[Any]:
        """Keys and members of the tables that the function mentions: constants of the module."""
        return self._once("members", function, lambda: self._members(function))

    def _members(self, function: Any) -> list[Any]:
        found: dict[tuple[type, Any], None] = {}
        for tree in self.reached_from(function):
            for node in nodes(tree):
                table = getattr(self.unit, node.id, None) if isinstance(node, ast.Name) else None
                for member in list(table)[:20] if isinstance(table, (dict, list, tuple, set, frozenset)) else ():
                    if isinstance(member, (str, int, float)) and not isinstance(member, bool):
                        found.setdefault((type(member), member))
        return [member for _, member in found][:40]

    def patterns(self, function: Any) -> list[re.Pattern[str]]:
        """Regular expressions the function can reach: compiled ones in the unit's globals, and literals given to re."""
        return self._once("patterns", function, lambda: self._patterns(function))

    def _patterns(self, function: Any) -> list[re.Pattern[str]]:
        found: dict[str, re.Pattern[str]] = {}
        for tree in self.reached_from(function):
            for node in nodes(tree):
                if isinstance(node, ast.Name):
                    for pattern in _compiled(getattr(self.unit, node.id, None)):
                        found.setdefault(pattern.pattern, pattern)
                elif isinstance(node, ast.Call) and unparsed(node.func).startswith("re.") and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        try:
                            found.setdefault(first.value, re.compile(first.value))
                        except re.error:
                            continue
        return list(found.values())[:12]

    def compared_numbers(self, function: Any) -> set[float]:
        """Numbers the function compares with, and their neighbours: where off-by-one mistakes show."""
        found: set[float] = set()
        for node in ast.walk(self.node_of(function) or ast.Module(body=[], type_ignores=[])):
            for part in (node.left, *node.comparators) if isinstance(node, ast.Compare) else ():
                value = part.value if isinstance(part, ast.Constant) else None
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    found.update((value - 1, value, value + 1))
        return found

    def decisive(self, function: Any) -> frozenset[str]:
        """Names and attributes that a decision on the way looks at."""
        return self._once("decisive", function, lambda: self._decisive(function))

    def _decisive(self, function: Any) -> frozenset[str]:
        found = (node for tree in self.reached_from(function) for node in nodes(tree))
        tests = [node.test for node in found if isinstance(node, (ast.If, ast.While, ast.IfExp))]
        parts = [part for test in tests for part in ast.walk(test)]
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        return frozenset(names | {part.attr for part in parts if isinstance(part, ast.Attribute)})

    def keys(self, function: Any, name: str) -> list[str]:
        return uses.keys(self.node_of(function), name)

    def use(self, function: Any, name: str) -> fakes.Use:
        tree = self.node_of(function)
        return fakes.use_of([self._class_of.get(id(tree), tree)] if tree is not None else [], name)

    def kinds(self, function: Any, name: str) -> list[str]:
        """Names of types that a parameter may have, by its use here and where it is handed on to."""
        tree = self.node_of(function)
        return uses.kinds(self._places(tree, name)) if tree is not None else []

    def classes(self, function: Any, name: str, asked: str) -> list[str]:
        """Names of classes that a parameter, or what it is handed on as, is `asked` for."""
        tree = self.node_of(function)
        return uses.classes(self._places(tree, name), asked) if tree is not None else []

    def item_kinds(self, function: Any, name: str) -> list[str]:
        """Names of types for what may be given in any number."""
        tree = self.node_of(function)
        return uses.item_kinds(tree, name) if tree is not None else []

    def taken(self, function: Any, name: str) -> int | None:
        """How many arguments a parameter is called with; None where they are handed on from somebody else."""
        tree = self.node_of(function)
        return uses.taken(self._places(tree, name)) if tree is not None else 1

    def _places(self, tree: ast.AST, name: str) -> list[uses.Place]:
        places = [uses.Place(tree, self._class_of.get(id(tree)), name)]
        for place in places:
            for called, given in uses.passed_on(place) if len(places) < _MOST_PLACES else ():
                function = self._called.get(called)
                parameter = _parameter(function, given) if function is not None else None
                if function is None or parameter is None:
                    continue
                found = uses.Place(function, self._class_of.get(id(function)), parameter)
                if found not in places:
                    places.append(found)
        return places

    def documented_calls(self, name: str, known: Container[str], *texts: str) -> list[str]:
        """Calls of the function or method as its documentation or another text writes them.

        Their arguments are literals, or made of names that are `known` to a test.
        """
        calls: dict[str, None] = {}
        for text in texts:
            for match in re.finditer(rf"(?<!\w){re.escape(name)}\(", text):
                call = _balanced(text, match.start())
                if call is not None and len(call) <= 200 and _is_plain(call, known):
                    calls.setdefault(call)
        return list(calls)[:_MOST_DOCUMENTED]


class OwnRaises:
    """Lines of `raise` statements, by file; an error counts as meant only when it comes from one of them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._lines: dict[str, frozenset[int]] = {}

    def made(self, file: str, line: int) -> bool:
        if not file.startswith(self.root) or "site-packages" in file[len(self.root) :]:
            return False
        if file not in self._lines:
            self._lines[file] = frozenset(_raise_lines(file))
        return line in self._lines[file]


def _mentions(tree: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes(tree))


def _worth(trees: list[ast.AST]) -> int:
    """What others can call is found by calling that: of its decisions only some count."""
    public = [tree for tree in trees[1:] if not getattr(tree, "name", "_").startswith("_")]
    hidden = [tree for tree in trees[1:] if tree not in public]
    return 2 + _decisions(trees[:1]) + _decisions(hidden) + _decisions(public) // _SHARE_OF_OTHERS


def _decisions(trees: list[ast.AST]) -> int:
    return sum(isinstance(node, _DECISIONS) for tree in trees for node in nodes(tree))


def _parameter(function: ast.AST, given: int | str) -> str | None:
    """The name of the parameter at a position, or with this name."""
    arguments = getattr(function, "args", None)
    if not isinstance(arguments, ast.arguments):
        return None
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if isinstance(given, str):
        return given if given in (*names, *(each.arg for each in arguments.kwonlyargs)) else None
    own = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return own[given] if given < len(own) else None


def code_of(function: Any) -> CodeType | None:
    function = inspect.unwrap(getattr(function, "__func__", function))
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _raise_lines(file: str) -> Iterator[int]:
    try:
        with open(file, encoding="utf-8") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _compiled(value: Any) -> list[re.Pattern[str]]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    if isinstance(value, type):
        values = list(vars(value).values())
    return [item for item in values if isinstance(item, re.Pattern) and isinstance(item.pattern, str)]


def _balanced(text: str, start: int) -> str | None:
    """The call that begins at `start`, up to the parenthesis that closes it."""
    end = text.find(")", start)
    while end != -1 and end - start < 300:
        call = text[start : end + 1]
        try:
            ast.parse(call, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            end = text.find(")", end + 1)
            continue
        return call
    return None


def _is_plain(call: str, known: Container[str]) -> bool:
    tree = ast.parse(call, mode="eval").body
    if not isinstance(tree, ast.Call) or any(isinstance(node, _NOT_PLAIN) for node in ast.walk(tree)):
        return False
    given = [*tree.args, *(keyword.value for keyword in tree.keywords)]
    if any(isinstance(value, ast.Constant) and value.value is Ellipsis for value in given):
        return False  # `f(...)` stands for any call
    nodes = [node for argument in given for node in ast.walk(argument)]
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    free = {node.id for node in nodes if isinstance(node, ast.Name)} - bound
    is_known = all(name in known or hasattr(builtins, name) for name in free)
    return is_known and all(keyword.arg for keyword in tree.keywords)


_NOT_PLAIN = (ast.Starred, ast.Await, ast.Yield, ast.NamedExpr, ast.JoinedStr)
