"""The ways in which the unit can be called: its functions, its classes, and the methods of their objects."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import inspect
import itertools
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from testwright.writers.explorer.python.probe.annotations import hints_of
from testwright.writers.explorer.python.probe.doctypes import documented_types
from testwright.writers.explorer.python.probe.facts import code_of
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.opposites import are_opposite, lend
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Patch, Scenario
from testwright.writers.explorer.python.probe.serving import ADDRESS
from testwright.writers.explorer.python.probe.signatures import parameters_of
from testwright.writers.explorer.python.probe.spelling import spelled

_OTHERS = ("__setattr__", "__exit__")
_DECORATED = "decorated"
_MOST_DOCUMENTED = 6
_MOST_MEMBERS = 8
_MOST_SINGLE = 5
_WITH = ("with {target}:\n    pass", 'with {target}:\n    raise ValueError("wrong")')
"""A block that ends well, and one that fails: what leaving does with an error shows in the object."""
_FOREIGN = (Choice("None"), Choice("1"))
_ADDRESS = re.compile(r"_?(?:\w+_)?(?:ur[li]|endpoint|base|host|server|address)|base_\w+")
_AT_SERVER = Choice(ADDRESS)
_ATTRIBUTE = "value"
"""What an attribute is called that only `__setattr__` knows of."""
_OPERATORS = {
    "__add__": "+", "__sub__": "-", "__mul__": "*", "__truediv__": "/", "__floordiv__": "//", "__mod__": "%",
    "__and__": "&", "__or__": "|", "__xor__": "^", "__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<=",
    "__gt__": ">", "__ge__": ">=", "__matmul__": "@", "__pow__": "**",
}  # fmt: skip
_UNARY = {
    "__len__": "len({target})", "__str__": "str({target})", "__repr__": "repr({target})", "__bool__": "bool({target})",
    "__iter__": "list({target})", "__int__": "int({target})", "__float__": "float({target})", "__neg__": "-{target}",
    "__abs__": "abs({target})", "__reversed__": "list(reversed({target}))",
}  # fmt: skip
_STATEMENTS = {"__setitem__": "{target}[{key}] = {value}", "__delitem__": "del {target}[{args}]"}
_INDEXED = {
    "__getitem__": "{target}[{args}]",
    "__contains__": "{args} in {target}",
    "__call__": "{target}({args})",
    **_STATEMENTS,
}


@dataclass
class Way:
    """A call with open arguments. `rows` are the choices of each parameter; a row may be left out when `optional`.

    `maker` is the constructor of the object a method is called on, `siblings` are ways to change that object first.
    """

    symbol: str
    target: str
    function: Any
    rows: list[Row] = field(default_factory=list)
    template: str = "{target}({args})"
    setups: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    subject: str = ""
    patches: list[tuple[Patch, ...]] = field(default_factory=lambda: [()])
    documented: list[Scenario] = field(default_factory=list)
    numbers: frozenset[float] = frozenset()
    decisive: frozenset[str] = frozenset()
    is_of_result: bool = False
    maker: Way | None = None
    siblings: list[Way] = field(default_factory=list)

    @property
    def can_change(self) -> bool:
        """Whether it may leave its object changed: a property that is read, and a comparison, should not."""
        return "{args}" in self.template or "{key}" in self.template

    def base(self) -> Scenario:
        given = tuple(Argument(row.parameter, row.label, row.choices[0]) for row in self.rows if not row.optional)
        return Scenario(
            symbol=self.symbol,
            target=self.target,
            arguments=given,
            template=self.template,
            setup=self.setups[0],
            subject=self.subject,
            patches=self.patches[0],
        )

    def seeds(self) -> Iterator[Scenario]:
        """Documented calls, then the base call and its neighbours: one thing changed at a time."""
        base = self.base()
        # as what it is documented for, on an object as this way has it
        documented = [
            dataclasses.replace(each, setup=base.setup, patches=base.patches, subject=base.subject)
            for each in self.documented
        ]
        yield from documented
        for setup in self.setups:
            for patches in self.patches:
                yield dataclasses.replace(base, setup=setup, patches=patches)
        yield from self.neighbours(base)
        for scenario in documented[:3]:
            yield from self.neighbours(scenario)

    def neighbours(self, scenario: Scenario) -> Iterator[Scenario]:
        for row in self.rows:
            for choice in row.choices:
                yield self.changed(scenario, row, choice)

    def foreign(self) -> Iterator[Scenario]:
        """Values of the wrong kind, worth keeping only where the code itself refuses them."""
        base = self.base()
        for at in range(len(base.arguments)):
            for choice in _FOREIGN:
                yield base.with_choice(at, choice)
        for row in self.rows:
            if row.optional and row.label != "*":
                for choice in _FOREIGN:
                    yield self.changed(base, row, choice)

    def changed(self, scenario: Scenario, row: Row, choice: Choice) -> Scenario:
        for at, argument in enumerate(scenario.arguments):
            if argument.parameter == row.parameter and (argument.label == "*") == (row.label == "*"):
                return scenario.with_choice(at, choice)
        extra = Argument(row.parameter, row.label, choice)
        return dataclasses.replace(scenario, arguments=(*scenario.arguments, extra), documented=False)


@dataclass
class Row:
    parameter: str
    label: str
    choices: list[Choice]
    optional: bool = False


def aim(way: Way, maker: Way | None) -> None:
    """Of what asks a real server an address is that server's: its own argument, or one that its object is made with."""
    if not any(not patch.target for patches in way.patches for patch in patches):
        return
    own = [row for row in way.rows if _ADDRESS.fullmatch(row.parameter)]
    made = [row for row in maker.rows if _ADDRESS.fullmatch(row.parameter)] if maker is not None else []
    for row in own[:1]:
        row.choices, row.optional = [_AT_SERVER, *row.choices], False
    if maker is not None and made and not own:
        constructed = maker.changed(maker.base(), made[0], _AT_SERVER)
        way.setups, way.maker = [(*constructed.lines(), f"{way.subject} = {constructed.call()}")], None
    elif not own:
        way.patches = [()]
    way.documented = []


class Ways:
    """Finds the ways into the unit. `texts` are documents that may show calls; `stubs` says what is patched."""

    def __init__(self, inputs: Inputs, texts: list[str], stubs: Any) -> None:
        self.inputs = inputs
        self.texts = texts
        self.stubs = stubs

    def of_function(self, name: str, function: Any) -> list[Way]:
        way = self._way(name, name, function, self._parameters(function))
        if way is None:
            return []
        others = [(each, value) for each, value in self.inputs.names.items() if are_opposite(each, name)]
        givers = [
            giver
            for each, value in others
            if self._is_own(value) and (giver := self._way(each, each, value, self._parameters(value))) is not None
        ]
        lend([*givers, way], ())
        aim(way, None)
        return [way]

    def of_class(self, name: str, kind: type) -> list[Way]:
        """The constructor first, then static and class methods, then the methods of its objects."""
        ways: list[Way] = []
        constructor = (
            self._way(name, name, _initializer(kind), self._parameters(kind)) if not inspect.isabstract(kind) else None
        )
        if constructor is not None:
            if issubclass(kind, enum.Enum):  # its signature is that of making another enumeration
                constructor.rows = [
                    Row("value", "", self.inputs.spelled(member.value for member in list(kind)[:_MOST_MEMBERS]))
                ]
            ways.append(constructor)
        subject = _snake(name)
        if subject in self.inputs.names or keyword.iskeyword(subject):
            subject = "instance"
        setups = self._objects(name, kind, subject, constructor)
        for member, static in _own_members(kind, self.inputs.names):
            if isinstance(static, (staticmethod, classmethod)):
                bound = getattr(kind, member)
                found = self.of_method(f"{name}.{member}", f"{name}.{member}", bound, self._parameters(bound))
                if issubclass(kind, enum.Enum):
                    self._offer_members(kind, found)
                ways.extend(found)
            elif setups:
                ways.extend(self._instance_ways(name, member, static, kind, subject, setups))
        methods = [way for way in ways if way.subject]
        for way in methods:
            way.maker, way.siblings = constructor, [other for other in methods if other.can_change]
        for way in ways:
            aim(way, constructor)
        lend(ways, [lines[0].partition(" = ")[2] for lines in setups if len(lines) == 1])
        return ways

    def _offer_members(self, kind: type[enum.Enum], ways: list[Way]) -> None:
        """What is looked up by a text is a member by its name or its value, mostly."""
        members = list(kind)[:_MOST_MEMBERS]
        known = self.inputs.spelled([*(member.name for member in members), *(member.value for member in members)])
        for row in (row for way in ways for row in way.rows):
            if any(choice.text.startswith('"') for choice in row.choices):
                row.choices[:0] = dict.fromkeys(choice for choice in known if choice not in row.choices)

    def of_result(self, scenario: Scenario, result: Any) -> list[Way]:
        """Calls of the function that a call gave back: what a decorator or a factory makes.

        Where that function carries others, such as `cache_clear`, it gets a name, and they are called after each other.
        """
        carried = {name: value for name, value in vars(result).items() if name[:1] != "_" and self._is_own(value)}
        lines, call = scenario.lines(), scenario.call()
        if carried:
            lines, call = (*lines, f"{_DECORATED} = {call}"), _DECORATED
        targets = {call: result, **{f"{call}.{name}": value for name, value in carried.items()}}
        ways = [
            way
            for target, value in targets.items()
            if (way := self._way(scenario.symbol, target, value, self._parameters(value))) is not None
        ]
        for way in ways:
            way.setups, way.patches, way.documented = [lines], [scenario.patches], []
            way.is_of_result, way.siblings = True, ways if carried else []
        return ways

    def _parameters(self, function: Any) -> list[inspect.Parameter]:
        return parameters_of(function, self.inputs.facts)

    def _is_own(self, value: Any) -> bool:
        return inspect.isfunction(value) and self.inputs.facts.node_of(value) is not None

    def of_method(self, symbol: str, target: str, function: Any, parameters: list[inspect.Parameter]) -> list[Way]:
        way = self._way(symbol, target, function, parameters)
        return [way] if way is not None else []

    def _instance_ways(
        self, name: str, member: str, static: Any, kind: type, subject: str, setups: list[tuple[str, ...]]
    ) -> Iterator[Way]:
        symbol = f"{name}.{member}"
        if member == "__exit__":
            if hasattr(kind, "__enter__"):
                yield from (
                    Way(symbol, subject, static, template=text, setups=setups, subject=subject) for text in _WITH
                )
        elif isinstance(static, property):
            yield Way(symbol, subject, static.fget, template="{target}." + member, setups=setups, subject=subject)
            if static.fset is not None and (way := self._assigned(symbol, member, static.fset, subject, setups)):
                yield way
        elif isinstance(static, functools.cached_property):
            yield Way(symbol, subject, static.func, template="{target}." + member, setups=setups, subject=subject)
        elif member == "__setattr__":
            if (way := self._assigned(symbol, _ATTRIBUTE, static, subject, setups)) is not None:
                yield way
        elif member in _UNARY:
            yield Way(symbol, subject, static, template=_UNARY[member], setups=setups, subject=subject)
        elif member in _OPERATORS:
            others = [Choice(setup[-1].partition(" = ")[2]) for setup in setups if len(setup) == 1]
            row = Row("other", "", [*others, Choice("1")])
            template = "{target} " + _OPERATORS[member] + " {args}"
            yield Way(symbol, subject, static, [row], template, setups, subject)
        elif callable(static):
            parameters = self._parameters(static)[1:]
            target = f"{subject}.{member}" if member not in _INDEXED else subject
            way = self._way(symbol, target, static, parameters)
            if way is not None:
                if member in _INDEXED and member != "__call__":
                    way.rows, way.documented = [row for row in way.rows if not row.optional], []
                way.template = _INDEXED.get(member, way.template)
                way.setups, way.subject = setups, subject
                yield way

    def _assigned(
        self, symbol: str, attribute: str, setter: Any, subject: str, setups: list[tuple[str, ...]]
    ) -> Way | None:
        """`subject.attribute = value`."""
        way = self._way(symbol, subject, setter, self._parameters(setter)[-1:])
        if way is None or not way.rows:
            return None
        way.rows = [dataclasses.replace(row, optional=False, label="") for row in way.rows]
        way.template = "{target}." + attribute + " = {args}"
        way.setups, way.subject, way.documented = setups, subject, []
        return way

    def _way(self, symbol: str, target: str, function: Any, parameters: list[inspect.Parameter]) -> Way | None:
        owner = self.inputs.names.get(symbol)
        hints = {**documented_types(owner), **documented_types(function), **hints_of(function)}
        rows: list[Row] = []
        for parameter in parameters:
            annotation = hints.get(parameter.name, parameter.annotation)
            annotation = inspect.Parameter.empty if isinstance(annotation, str) else annotation
            choices = self.inputs.choices(function, parameter, annotation)
            row = _row(parameter, choices)
            if row is not None and row.choices:
                rows.append(row)
            elif parameter.default is parameter.empty and parameter.kind not in (
                parameter.VAR_KEYWORD,
                parameter.VAR_POSITIONAL,
            ):
                return None
        way = Way(symbol, target, function, rows)
        way.patches = self.stubs(function)
        way.decisive = self.inputs.facts.decisive(function)
        way.numbers = frozenset(self.inputs.facts.compared_numbers(function))
        way.documented = self._documented(way, symbol, function, parameters)
        return way

    def _documented(self, way: Way, symbol: str, function: Any, parameters: list[inspect.Parameter]) -> list[Scenario]:
        name = symbol.rpartition(".")[2]
        texts = [inspect.getdoc(function) or "", inspect.getdoc(self.inputs.names.get(symbol)) or "", *self.texts]
        positional = [parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY]
        found = []
        for call in self.inputs.facts.documented_calls(name, self.inputs.names, *texts):
            arguments = _arguments(call, positional, self.inputs.names)
            if arguments is not None:
                self._add_choices(way, arguments)
                found.append(dataclasses.replace(way.base(), arguments=arguments, documented=True))
        return found

    def _add_choices(self, way: Way, arguments: tuple[Argument, ...]) -> None:
        """What is documented for a parameter is a good value for it in other calls, too."""
        for argument in arguments:
            for row in way.rows:
                if row.parameter == argument.parameter and row.label != "*" and argument.choice not in row.choices:
                    row.choices.insert(min(1, len(row.choices)), argument.choice)

    def _objects(self, name: str, kind: type, subject: str, constructor: Way | None) -> list[tuple[str, ...]]:
        """Lines that make an object: as documented, or by constructor choices."""
        documented = (
            _unlike([scenario.call() for scenario in constructor.documented]) if constructor is not None else []
        )
        choices = self.inputs.of_type(kind, None, subject, 0)
        found: list[tuple[str, ...]] = [(f"{subject} = {text}",) for text in documented[:_MOST_DOCUMENTED]]
        found.extend((*choice.setup, f"{subject} = {choice.text}") for choice in choices[:8])
        return list(dict.fromkeys(found))


def _unlike(calls: list[str]) -> list[str]:
    """One of each form first: a list, a table, an object of the project, what is nested in what."""
    forms: dict[str, list[str]] = {}
    for call in calls:
        nodes = ast.walk(ast.parse(call, mode="eval"))
        forms.setdefault(" ".join(type(node).__name__ for node in nodes), []).append(call)
    turns = itertools.zip_longest(*forms.values())
    return [call for turn in turns for call in turn if call is not None]


def _own_members(kind: type, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Public members and the special methods we know how to write, where no other class's tests will meet them."""
    seen: set[str] = set()
    for owner in kind.__mro__:
        has_its_own = owner is not kind and names.get(owner.__name__) is owner and not inspect.isabstract(owner)
        if owner.__module__ != kind.__module__ or has_its_own:
            continue
        for member, static in vars(owner).items():
            special = member in _UNARY or member in _OPERATORS or member in _INDEXED or member in _OTHERS
            if member in seen or (member.startswith("_") and not special):
                continue
            seen.add(member)
            code = code_of(_function_of(static))
            if code is not None and code.co_filename != "<string>":  # what dataclass generates is not theirs
                yield member, static


def _initializer(kind: type) -> Any:
    """What says of which types the constructor's arguments are, inherited or not; the class, where nobody wrote one."""
    made_by = vars(kind).get("__new__") or getattr(kind, "__init__", None)
    return made_by if code_of(made_by) is not None else kind


def _function_of(static: Any) -> Any:
    if isinstance(static, functools.cached_property):
        return static.func
    return static.fget if isinstance(static, property) else static


def _row(parameter: inspect.Parameter, choices: list[Choice]) -> Row | None:
    name = parameter.name
    if parameter.kind is parameter.VAR_POSITIONAL:
        several = [choices[:3], *([choice] for choice in choices[:_MOST_SINGLE])] if choices else []
        return Row(name, "*", [_listed(each) for each in several], optional=True)
    if parameter.kind is parameter.VAR_KEYWORD:
        return None
    if parameter.default is parameter.empty:
        return Row(name, name if parameter.kind is parameter.KEYWORD_ONLY else "", choices)
    if parameter.kind is parameter.POSITIONAL_ONLY:
        return None
    return Row(name, name, choices, optional=True)


def _listed(choices: list[Choice]) -> Choice:
    setup = tuple(dict.fromkeys(line for choice in choices for line in choice.setup))
    return Choice(f"[{', '.join(choice.text for choice in choices)}]", setup)


def _arguments(call: str, positional: list[str], names: dict[str, Any]) -> tuple[Argument, ...] | None:
    tree = ast.parse(call, mode="eval").body
    if not isinstance(tree, ast.Call) or len(tree.args) > len(positional):
        return None
    given = [(positional[at], "", value) for at, value in enumerate(tree.args)]
    given += [(str(keyword.arg), str(keyword.arg), keyword.value) for keyword in tree.keywords]
    arguments = []
    for parameter, label, value in given:
        text = _written(value, names)
        if text is None:
            return None
        arguments.append(Argument(parameter, label, Choice(text)))
    return tuple(arguments)


def _written(value: ast.expr, names: dict[str, Any]) -> str | None:
    """A literal in our own hand; anything else as its author wrote it, on one line."""
    try:
        return spelled(ast.literal_eval(value), names)
    except (ValueError, TypeError, SyntaxError):
        return ast.unparse(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
