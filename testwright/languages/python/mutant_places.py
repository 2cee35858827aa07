"""Where a Python source may be changed: every statement and expression, without those that cannot matter.

Left alone: annotations and what else only a type checker reads, base classes, decorators but for the numbers and flags
that they are given (`frozen=True`), patterns, dunder names,
log messages and the words of exceptions, `if __name__ == "__main__"`, code marked `pragma: no cover`, the inside of
f-strings (their positions are not reliable before Python 3.12).
"""

import ast
import re
from collections.abc import Iterator, Sequence

from testwright.languages.python import mutant_changes as changes
from testwright.languages.python.mutant_text import Change, Text

_MOST_NESTED = 30
_MOST_ELEMENTS = 8
_TYPE_CALLS = frozenset(
    {"TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "TypedDict", "NamedTuple", "namedtuple", "cast", "sleep"}
)
_TYPE_NAMES = frozenset(
    {"Literal", "Optional", "Union", "Annotated", "Callable", "Type", "ClassVar", "Final", "Generic"}
)
_LOG_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_LOGGERS = re.compile(r"(?i)(?:\b|_)(?:log|logger|logging|warnings|_?LOG)$")
_ENVIRONMENT = re.compile(r"\b(?:TYPE_CHECKING|__name__|version_info|platform|os\.name|__debug__)\b")
_MISSING_MODULE = frozenset({"ImportError", "ModuleNotFoundError"})
_NOT_COVERED = re.compile(r"#.*pragma:\s*no\s*cover")
_NOTHING = frozenset({"None", "NoReturn", "Never"})
_UNIMPORTANT_KEYWORDS = frozenset({"timeout", "stacklevel", "maxsize", "delay"})


def changes_in(tree: ast.Module, text: Text) -> list[Change]:
    survey = _Survey(text)
    survey.statements(tree.body)
    return survey.found


class _Survey:
    """Statements wait in a list (an `elif` chain nests deeply); expressions are followed to a sensible depth."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.found: list[Change] = []
        self._doubled: dict[ast.expr, str] = {}
        self._waiting: list[tuple[Sequence[ast.stmt], ast.AST | None]] = []

    def statements(self, body: Sequence[ast.stmt]) -> None:
        self._waiting.append((body, None))
        while self._waiting:
            current, owner = self._waiting.pop()
            for index, statement in enumerate(current):
                if not _NOT_COVERED.search(self.text.line(statement.lineno)):
                    neighbours = [*current[max(index - 1, 0) : index], *current[index + 1 : index + 2]]
                    self._statement(statement, owner, neighbours)

    def _statement(self, node: ast.stmt, owner: ast.AST | None, neighbours: Sequence[ast.stmt]) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._decorators(node)
                self._waiting.append((node.body, node))
            case ast.If() | ast.While():
                self._branch(node, owner)
            case ast.For() | ast.AsyncFor():
                self._expression(node.iter)
                self._waiting += [(node.body, owner), (node.orelse, owner)]
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._expression(item.context_expr)
                self._waiting.append((node.body, owner))
            case ast.Try() | ast.TryStar():
                self._try(node, owner)
            case ast.Match():
                self._expression(node.subject)
                for case in node.cases:
                    if case.guard is not None:
                        self.found += changes.of_condition(case.guard, self.text, "if")
                        self._expression(case.guard)
                    self._waiting.append((case.body, owner))
            case _:
                self._simple(node, owner, neighbours)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if any(_last_name(decorator) == "overload" for decorator in node.decorator_list):
            return
        self._decorators(node)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self._expression(default)
        self._waiting.append((node.body, node))

    def _decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            for given in _children_of_call(decorator) if isinstance(decorator, ast.Call) else ():
                if isinstance(given, ast.Constant) and type(given.value) in (bool, int, float):
                    self._expression(given)

    def _branch(self, node: ast.If | ast.While, owner: ast.AST | None) -> None:
        written = self.text.of(node.test)
        if not _ENVIRONMENT.search(written):
            self.found += changes.of_condition(node.test, self.text, "if" if isinstance(node, ast.If) else "while")
            self._expression(node.test)
        elif "TYPE_CHECKING" in written or "__main__" in written:
            self._waiting.append((node.orelse, owner))
            return
        self._waiting += [(node.body, owner), (node.orelse, owner)]

    def _try(self, node: ast.Try | ast.TryStar, owner: ast.AST | None) -> None:
        for handler in node.handlers:
            names = {_last_name(part) for part in _parts(handler.type)}
            is_plain_raise = isinstance(handler.body[0], ast.Raise) and handler.body[0].exc is None
            if isinstance(node, ast.Try) and not (is_plain_raise or names & _MISSING_MODULE):
                self.found += changes.of_handler(handler, self.text)
            self._waiting.append((handler.body, owner))
        self._waiting += [(node.body, owner), (node.orelse, owner), (node.finalbody, owner)]

    def _simple(self, node: ast.stmt, owner: ast.AST | None, neighbours: Sequence[ast.stmt]) -> None:
        if self._stands_alone(node, neighbours) and not _is_log_call(node):
            self.found += changes.of_statement(node, self.text)
        match node:
            case ast.Return(value=ast.expr() as value):
                if self._annotation(owner) not in _NOTHING:
                    self.found += changes.of_return(value, self.text, self._annotation(owner))
                self._expression(value, is_returned=True)
            case ast.Expr(value=ast.Constant()):
                return  # a docstring
            case ast.Expr(value=value):
                if not _is_log_call(node):
                    self.found += changes.of_call_statement(value, self.text)
                self._expression(value)
            case ast.Assign():
                if not any(_is_fixed(target) for target in node.targets):
                    for target in node.targets:
                        self._inside_target(target)
                    self._expression(node.value)
            case ast.AugAssign():
                if not _is_fixed(node.target):
                    self._expression(node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                if "TypeAlias" not in self.text.of(node.annotation) and not _is_fixed(node.target):
                    self._expression(value)
            case ast.Assert():
                self.found += changes.of_condition(node.test, self.text, "assert")
                self._expression(node.test)
            case ast.Raise(exc=ast.expr() as error):
                self._expression(error, is_quiet=True)

    def _annotation(self, owner: ast.AST | None) -> str:
        if isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef)) and owner.returns is not None:
            return self.text.of(owner.returns).strip("'\"")
        return ""

    def _stands_alone(self, node: ast.stmt, neighbours: Sequence[ast.stmt]) -> bool:
        """Whether words can be put before it without catching another statement of its lines."""
        shared = any(
            node.lineno <= (other.end_lineno or 0) and other.lineno <= (node.end_lineno or 0) for other in neighbours
        )
        return not shared and self.text.is_first_on_line(node)

    def _inside_target(self, target: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            self._expression(target.slice)

    def _expression(self, node: ast.expr, *, is_quiet: bool = False, is_returned: bool = False, depth: int = 0) -> None:
        """`is_quiet`: its strings are words for people."""
        if depth > _MOST_NESTED:
            return
        if isinstance(node, ast.Compare):
            self._doubled |= changes.doubled(node)
        for change in changes.of_expression(node, self.text, is_quiet=is_quiet, is_returned=is_returned):
            if change.replacement != self._doubled.get(node):
                self.found.append(change)
        for child in _children(node):
            if isinstance(child, ast.comprehension):
                self._comprehension(child, depth)
            else:
                self._expression(child, is_quiet=is_quiet and not isinstance(node, ast.Subscript), depth=depth + 1)
        if isinstance(node, ast.IfExp):
            self.found += changes.of_condition(node.test, self.text, "if")

    def _comprehension(self, node: ast.comprehension, depth: int) -> None:
        self._expression(node.iter, depth=depth + 1)
        for condition in node.ifs:
            self.found += changes.of_condition(condition, self.text, "if")
            self._expression(condition, depth=depth + 1)


def _children(node: ast.expr) -> Iterator[ast.expr | ast.comprehension]:
    """The expressions right below one, without those that must stay."""
    match node:
        case ast.JoinedStr() | ast.Constant():
            return
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return
        case ast.Call():
            yield from _children_of_call(node)
        case ast.Subscript():
            yield node.value
            if _last_name(node.value) not in _TYPE_NAMES:
                yield node.slice
        case ast.Compare() if "__name__" in (_last_name(part) for part in (node.left, *node.comparators)):
            return
        case ast.Lambda():
            yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None)
            yield node.body
        case ast.List() | ast.Tuple() | ast.Set():
            yield from node.elts[:_MOST_ELEMENTS]  # a table's every entry is no decision of the code
        case ast.Dict():
            for key, value in list(zip(node.keys, node.values, strict=True))[:_MOST_ELEMENTS]:
                if key is not None:
                    yield key
                yield value
        case _:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, (ast.expr, ast.comprehension)):
                    yield child


def _children_of_call(node: ast.Call) -> Iterator[ast.expr]:
    if _last_name(node.func) in _TYPE_CALLS or _is_log(node):
        return
    yield node.func
    yield from node.args
    for keyword in node.keywords:
        if keyword.arg not in _UNIMPORTANT_KEYWORDS:
            yield keyword.value


def _is_log_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_log(node.value)


def _is_log(call: ast.Call) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in _LOG_METHODS:
        return False
    return _LOGGERS.search(_last_name(function.value)) is not None


def _last_name(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return _last_name(function)
        case _:
            return ""


def _parts(node: ast.expr | None) -> Sequence[ast.expr]:
    if node is None:
        return ()
    return node.elts if isinstance(node, ast.Tuple) else (node,)


def _is_fixed(target: ast.expr) -> bool:
    if not isinstance(target, ast.Name):
        return False
    return target.id == "TYPE_CHECKING" or (target.id.startswith("__") and target.id.endswith("__"))
