"""Which arguments are worth trying for a parameter: by its type, its name, its use, and the literals around it."""

from __future__ import annotations

import builtins
import collections.abc
import contextlib
import enum
import inspect
import io
import itertools
import os
import pathlib
import random
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

from testwright.writers.explorer.python.probe import collaborators, databases, places
from testwright.writers.explorer.python.probe.annotations import hints_of
from testwright.writers.explorer.python.probe.bench import TEST_MODULES
from testwright.writers.explorer.python.probe.combining import (
    bracketed,
    calling,
    choices_of,
    in_turns,
    sequences,
    zipped,
)
from testwright.writers.explorer.python.probe.doctypes import documented_types
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.fakes import fakes_for
from testwright.writers.explorer.python.probe.grammars import texts_for
from testwright.writers.explorer.python.probe.kinds import asked_for, fits_protocol, is_made_from, is_protocol
from testwright.writers.explorer.python.probe.patterns import matching
from testwright.writers.explorer.python.probe.plain import (
    BY_NAME,
    DATACLASS,
    DATACLASSES,
    FIELDS,
    KINDS,
    PLAIN,
    Dataclass,
    callables_for,
)
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.probe.spelling import quoted, spelled

_DEEPEST = 3
_MOST = 90
_MOST_KINDS = 6
_CLASS_NAMES = ("cls", "klass", "kind", "type_", "datacls", "dataclass")
_MOST_MADE = 2
_MOST_HEIRS = 4
_MOST_OWN = 2
_EXCEPTIONS = ('ValueError("wrong")', 'KeyError("missing")')


class Inputs:
    """Choices for parameters of the unit's functions. `build` writes a call of one of its classes, as an argument."""

    def __init__(self, facts: Facts, names: dict[str, Any], chance: random.Random) -> None:
        self.facts = facts
        self.names = names
        self.chance = chance
        self._own: list[Choice] | None = None

    def choices(self, function: Any, parameter: inspect.Parameter, annotation: Any) -> list[Choice]:
        """Most readable first; the first one should work."""
        name = parameter.name
        kinds = self._kinds(function, parameter, annotation)
        rows = [self.of_type(kind, function, name, 0) for kind in kinds]
        if rows and parameter.default not in (inspect.Parameter.empty, None):
            rows[0].extend(self.spelled([parameter.default]))
        is_open = len(rows) > 1 or typing.Any in kinds
        found = [choice for row in (in_turns(rows) if is_open else rows) for choice in row]
        if not found or kinds == [typing.Any]:
            found = [*self._fakes(function, name), *found]
        elif self._is_of_project(kinds[0]):
            found = [choice for row in in_turns([found, self._fakes(function, name)]) for choice in row]
        if parameter.default is None or (annotation is inspect.Parameter.empty and not kinds):
            found.append(Choice("None"))
        return list(dict.fromkeys(found))[:_MOST]

    def of_type(self, kind: Any, function: Any, name: str, depth: int) -> list[Choice]:
        """Choices of a type, its members included; nothing when the type is too far from plain values."""
        origin, members = typing.get_origin(kind), typing.get_args(kind)
        if depth > _DEEPEST:
            return []
        if origin is typing.Annotated:
            return self.of_type(members[0], function, name, depth)
        if origin is typing.Union or origin is getattr(types, "UnionType", ()):
            apart = [self.of_type(member, function, name, depth) for member in members]
            return [choice for row in in_turns(apart) for choice in row]
        if origin is typing.Literal:
            return self.spelled(members)
        if isinstance(kind, typing.TypeVar):
            bounds = kind.__constraints__ or ((kind.__bound__,) if kind.__bound__ else (int, str))
            return [choice for bound in bounds for choice in self.of_type(bound, function, name, depth)]
        if hasattr(kind, "__supertype__"):
            return self.of_type(kind.__supertype__, function, name, depth)
        if kind is typing.Any or kind is object:
            plain = [self.of_type(plain, function, name, depth)[:8] for plain in (str, int, list, dict)]
            plain[0] = [*plain[0], *choices_of(*texts_for(self.facts.calls(function)))]
            own = [
                *(self._own_objects() if depth == 0 else ()),
                *choices_of("int", "lambda value: value", "str", "list", "dict"),
            ]
            return [choice for row in in_turns([*plain, own]) for choice in row]
        container = self._container(origin or kind, members, function, name, depth)
        if container is not None:
            return container
        return self._single(kind if origin is None else origin, function, name, depth)

    def _fakes(self, function: Any, name: str) -> list[Choice]:
        return choices_of(*fakes_for(self.facts.use(function, name)))

    def _is_of_project(self, kind: Any) -> bool:
        package = self.facts.unit.__name__.partition(".")[0]
        return isinstance(kind, type) and kind.__module__.partition(".")[0] == package

    def _kinds(self, function: Any, parameter: inspect.Parameter, annotation: Any) -> list[Any]:
        if annotation not in (inspect.Parameter.empty, typing.Any, object):
            return [annotation]
        if isinstance(parameter.default, (bool, int, float, str, bytes, list, tuple, dict, set)):
            return [type(parameter.default)]
        if inspect.isroutine(parameter.default):
            return [collections.abc.Callable]
        if databases.is_connection(self.facts, function, parameter.name):
            return [databases.connection_type()]
        told = self.facts.item_kinds if parameter.kind is parameter.VAR_POSITIONAL else self.facts.kinds
        used = [KINDS[kind] for kind in told(function, parameter.name)[:_MOST_KINDS]]
        asked = [self._named(each) for each in self.facts.classes(function, parameter.name, "isinstance")]
        own = [kind for kind in asked if self._is_of_project(kind)][:_MOST_OWN]
        if annotation is not inspect.Parameter.empty:
            return [*used[:1], *own, annotation]
        if used or own:
            return [*own, *used]
        name = parameter.name.strip("_").lower()
        named = [kind for pattern, kind, _ in BY_NAME if re.fullmatch(pattern, name)]
        return named[:1] or [typing.Any]

    def _container(self, kind: Any, members: Any, function: Any, name: str, depth: int) -> list[Choice] | None:
        def inner(position: int, fallback: Any) -> list[Choice]:
            member = members[position] if len(members) > position else fallback
            return self.of_type(member, function, name, depth + 1)

        if kind in (list, set, frozenset, collections.abc.Set, collections.abc.MutableSequence) or (
            kind
            in (
                collections.abc.Iterable,
                collections.abc.Sequence,
                collections.abc.Collection,
                collections.abc.Iterator,
            )
        ):
            items = inner(0, None) if members else choices_of("3", "1", "2", "1")
            brackets = {set: "{%s}", frozenset: "frozenset({%s})", collections.abc.Iterator: "iter([%s])"}
            return sequences(items, brackets.get(kind, "[%s]"))
        if kind is tuple:
            if not members or members[-1] is Ellipsis:
                return sequences(inner(0, int), "(%s,)")
            return zipped([inner(position, int) for position in range(len(members))], lambda row: bracketed(row))
        if kind in (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict):
            return self._mappings(members, inner, function, name)
        if kind is type and members:
            return self._classes(members[0])
        if kind in (collections.abc.Callable, typing.Callable):
            return choices_of(*callables_for(self.facts.calls(function), name, self._taken(members, function, name)))
        if kind is contextlib.AbstractContextManager:
            return choices_of("threading.Lock()", "mock.MagicMock()")
        if kind in (io.StringIO, typing.IO, typing.TextIO, io.TextIOBase) or kind is typing.TextIO:
            first = ["StringIO()"] if self._is_written_to(function, name) else []
            return choices_of(*first, 'StringIO("a=1\\nb=2\\n")', 'StringIO("")', 'StringIO("hello\\n")')
        return None

    def _taken(self, members: Any, function: Any, name: str) -> int | None:
        """How many arguments a callable gets: as its type says, else as it is called here."""
        if members and isinstance(members[0], list):
            return len(members[0])
        return self.facts.taken(function, name)

    def _is_written_to(self, function: Any, name: str) -> bool:
        return "write" in (parts := self.facts.use(function, name).parts) and not any("read" in part for part in parts)

    def _classes(self, base: Any) -> list[Choice]:
        """Names of a class and of those that are made from it."""
        bounds = typing.get_args(base) if typing.get_origin(base) is typing.Union else (base,)
        known = [(name, other) for name, other in self.names.items() if isinstance(other, type)]
        known += [(name, other) for name, other in vars(builtins).items() if isinstance(other, type)]
        fitting = [
            name
            for bound in bounds
            for name, other in known
            if isinstance(bound, type) and is_made_from(other, bound) and other.__name__ == name
        ]
        plain = [name for name in ("ValueError", "TypeError", "KeyError", "int", "str") if name in fitting]
        return choices_of(*dict.fromkeys((*plain, *fitting[:8])))

    def _mappings(
        self, members: Any, inner: Callable[[int, Any], list[Choice]], function: Any, name: str
    ) -> list[Choice]:
        values = inner(1, None) if len(members) > 1 else choices_of("1", '"x"', "None", "[1, 2]", '{"b": 2}')
        values = values or choices_of("1")
        known = [quoted(key) for key in self.facts.keys(function, name)]
        keys = (
            known or [choice.text for choice in (inner(0, str) if members else choices_of('"a"', '"b"'))][:4] or ['"a"']
        )
        first = values[0].text
        found = [
            "{" + ", ".join(f"{key}: {values[at % len(values)].text}" for at, key in enumerate(keys[:3])) + "}",
            "{" + f"{keys[0]}: {first}" + "}",
            "{}",
        ]
        if "fields" in self.facts.calls(function) or "dataclasses.fields" in self.facts.calls(function):
            found[:0] = FIELDS
        found.extend("{" + f"{key}: {value.text}" + "}" for key in keys[:4] for value in values[:4])
        setup = tuple(line for value in values for line in value.setup)
        return [Choice(text, setup) for text in dict.fromkeys(found)]

    def _single(self, kind: Any, function: Any, name: str, depth: int) -> list[Choice]:
        if not isinstance(kind, type):
            return []
        if kind is Dataclass:
            return choices_of(
                *(
                    (*DATACLASSES, f'{DATACLASS}("hello")')
                    if name in _CLASS_NAMES
                    else (f'{DATACLASS}("hello")', *DATACLASSES)
                )
            )
        if issubclass(kind, enum.Enum):
            return self.spelled(list(kind)[:8])
        if typing.is_typeddict(kind) if hasattr(typing, "is_typeddict") else False:
            return self._typed_dicts(kind, function, depth)
        if issubclass(kind, pathlib.PurePath) or kind is os.PathLike:
            if databases.is_opened(self.facts, function, name):
                return choices_of('tmp_path / "data.db"')
            return places.paths(self.facts.calls(function))
        if kind.__module__ == "builtins" and issubclass(kind, BaseException):
            return choices_of(*(_EXCEPTIONS if kind in (Exception, BaseException) else (f'{kind.__name__}("wrong")',)))
        if kind in (typing.SupportsFloat, typing.SupportsInt, typing.SupportsIndex):
            return choices_of(*PLAIN[float if kind is typing.SupportsFloat else int])
        if kind is databases.connection_type():
            return databases.connections(self.facts, self.names, self._declared)
        if kind in (str, int, float, bytes):
            return self._scalars(kind, function, name if depth == 0 else name.removesuffix("s") if name else "", depth)
        if kind is type:
            asked = self.facts.classes(function, name, "subclass")
            told = [each for each in asked if isinstance(self._named(each), type)]
            return choices_of(*dict.fromkeys((*told, *PLAIN[type])))
        for plain, texts in PLAIN.items():
            if kind is plain:
                return choices_of(*texts)
        if issubclass(kind, io.IOBase):
            return choices_of('StringIO("a=1\\n")')
        if kind is re.Pattern:
            return choices_of('re.compile("a+")')
        if is_protocol(kind):
            return self._of_protocol(kind, depth)
        built = self._built(kind, depth)
        heirs = [self._built(heir, depth + 1)[:2] for heir in self._heirs(kind)[:_MOST_HEIRS]] if depth < 2 else []
        return [choice for row in in_turns([built, *heirs]) for choice in row]

    def _named(self, name: str) -> Any:
        return self.names.get(name, getattr(builtins, name, None))

    def _of_protocol(self, kind: type, depth: int) -> list[Choice]:
        """Modules and the project's own classes that have all it asks for, and a stand-in that has just that."""
        if depth > _DEEPEST - 1:
            return []
        known = [(name, value) for name, value in self.names.items() if fits_protocol(value, kind)]
        modules = [name for name, value in known if TEST_MODULES.get(name) is value]
        classes = [value for name, value in known if inspect.isclass(value) and not is_protocol(value)]
        objects = [choice for other in classes[:_MOST_HEIRS] for choice in self._built(other, depth + 1)[:2]]
        return [*choices_of(*modules), *objects, *self._stand_in(kind, depth)]

    def _stand_in(self, protocol: type, depth: int) -> list[Choice]:
        parts: list[list[Choice]] = []
        for name in asked_for(protocol):
            member = getattr(protocol, name, None)
            hint = hints_of(member).get("return") if callable(member) else hints_of(protocol).get(name)
            values = self.of_type(hint, None, name, depth + 1)[:2] or choices_of("None")
            given = "lambda *args: " if callable(member) else ""
            parts.append([Choice(f"{name}={given}{value.text}", value.setup) for value in values])
        return zipped(parts, calling("SimpleNamespace")) if parts else []

    def _heirs(self, kind: type) -> list[type]:
        """Classes that are made from it."""
        known = dict.fromkeys(value for value in self.names.values() if isinstance(value, type))
        return [value for value in known if value is not kind and kind is not type and is_made_from(value, kind)]

    def _scalars(self, kind: Any, function: Any, name: str, depth: int) -> list[Choice]:
        wanted = [
            texts for pattern, of, texts in BY_NAME if of is kind and re.fullmatch(pattern, name.strip("_").lower())
        ]
        found = choices_of(*(wanted[0] if wanted else ()), *PLAIN[kind][:2])
        literals = [*self.facts.literals(function), *self.facts.members(function)]
        if kind is str:
            for pattern in self.facts.patterns(function):
                made = matching(pattern, self.chance, 4)
                found.extend(self.spelled(made))
                found.extend(self.spelled([text[:-1] for text in made[:1] if text]))
            found.extend(choices_of(*texts_for(self.facts.calls(function))))
            texts = [text for text in literals if isinstance(text, str) and not databases.is_sql(text)]
            found.extend(self.spelled(texts))
            if databases.is_opened(self.facts, function, name):
                return choices_of('str(tmp_path / "data.db")', '":memory:"')
            if re.search(r"file|path|dir|folder|root", name):
                first, later = places.texts(self.facts.calls(function))
                found = [*first, *found, *later]
        elif kind in (int, float):
            numbers = [value for value in literals if isinstance(value, (int, float)) and abs(value) < 1e9]
            near = [kind(value + step) for value in numbers for step in (0, 1, -1)]
            found.extend(self.spelled(near))
        found.extend(choices_of(*PLAIN[kind]))
        return found if depth == 0 else found[:8]

    def _declared(self, function: Any, parameter: inspect.Parameter) -> list[Choice]:
        return self.choices(function, parameter, hints_of(function).get(parameter.name, parameter.annotation))

    def _typed_dicts(self, kind: Any, function: Any, depth: int) -> list[Choice]:
        fields = hints_of(kind)
        rows = [
            self.of_type(annotation, function, name, depth + 1) or choices_of("None")
            for name, annotation in fields.items()
        ]
        return zipped(
            rows, lambda row: "{" + ", ".join(f"{quoted(k)}: {v}" for k, v in zip(fields, row, strict=False)) + "}"
        )

    def _own_objects(self) -> list[Choice]:
        """Two objects of each of the unit's own classes."""
        if self._own is None:
            unit = self.facts.unit.__name__
            own = [kind for kind in self.names.values() if isinstance(kind, type) and kind.__module__ == unit]
            wanted = [kind for kind in own if not issubclass(kind, BaseException)][:10]
            self._own = [choice for kind in wanted for choice in self._built(kind, _DEEPEST - 1)[:2]]
        return self._own

    def _built(self, kind: type, depth: int) -> list[Choice]:
        """Objects of the project's own classes, by their constructors."""
        if depth > _DEEPEST:
            return []
        name = kind.__name__
        if self.names.get(name) is not kind or inspect.isabstract(kind):
            return self._built_from_subclass(kind, depth)
        needed: list[list[Choice]] = []
        extra: list[Choice] = []
        written = hints_of(vars(kind).get("__new__")) or hints_of(kind.__init__) or hints_of(kind)
        hints = {**documented_types(kind), **documented_types(kind.__init__), **written}
        for parameter in constructor_parameters(kind):
            if parameter.kind is parameter.VAR_POSITIONAL:
                extra.extend(self._several(hints.get(parameter.name), kind, parameter.name, depth))
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            annotation = hints.get(parameter.name, parameter.annotation)
            label = f"{parameter.name}="
            options = [
                choice
                for each in self._kinds(kind.__init__, parameter, annotation)
                for choice in self.of_type(each, kind.__init__, parameter.name, depth + 1)
            ]
            if parameter.default is parameter.empty:
                by_name = parameter.kind is parameter.KEYWORD_ONLY or len(needed) >= 2
                needed.append([Choice(label * by_name + choice.text, choice.setup) for choice in options])
            elif annotation is not parameter.empty or parameter.default is not None:
                extra.extend(Choice(label + choice.text, choice.setup) for choice in options[:3])
        made = self._made_elsewhere(kind, depth)
        if not all(needed):
            return made
        rows = zipped(needed, ", ".join) if needed else [Choice("")]
        more = [Choice(", ".join(filter(None, (rows[0].text, e.text))), rows[0].setup + e.setup) for e in extra[:9]]
        built = [Choice(f"{name}({row.text})", row.setup) for row in (*rows[:1], *more[:3], *rows[1:], *more[3:])]
        return [*built[:1], *made, *built[1:]]

    def _several(self, hint: Any, kind: type, name: str, depth: int) -> list[Choice]:
        """One or two of what may be given in any number, where that is said."""
        found = self.of_type(hint, kind, name, depth + 1)[:4] if hint is not None else []
        pairs = [Choice(f"{one.text}, {two.text}", one.setup + two.setup) for one, two in itertools.pairwise(found)]
        return [*found, *pairs[:1]]

    def _made_elsewhere(self, kind: type, depth: int) -> list[Choice]:
        """Objects as the project's own factories make them."""
        found: list[Choice] = []
        for name, function in (
            *collaborators.factories(kind, self.facts.unit),
            *collaborators.named_constructors(kind),
        ):
            hints = hints_of(function)
            parameters = inspect.signature(function).parameters.values()
            needed = [each for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
            given = [self.of_type(hints.get(each.name, each.empty), function, each.name, depth + 1) for each in needed]
            found.extend(zipped(given, calling(name))[:_MOST_MADE])
        return found

    def _built_from_subclass(self, kind: type, depth: int) -> list[Choice]:
        for name, other in self.names.items():
            concrete = isinstance(other, type) and other is not kind and not inspect.isabstract(other)
            if concrete and is_made_from(other, kind) and name == other.__name__:
                return self._built(other, depth + 1) if depth < _DEEPEST else []
        return []

    def spelled(self, values: Iterable[Any]) -> list[Choice]:
        texts = (spelled(value, self.names) for value in values)
        return [Choice(text) for text in texts if text is not None]


def constructor_parameters(kind: type) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(kind).parameters.values())
    except (TypeError, ValueError):
        return []
