"""One way to call something: what is set up first, and the call itself, as text."""

from __future__ import annotations

import ast
import dataclasses
import functools
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One argument as text, with the lines that must run before it. `invented` marks what mutation came up with."""

    text: str
    setup: tuple[str, ...] = ()
    invented: bool = False


@dataclass(frozen=True)
class Patch:
    """Something outside the unit that is replaced while the call runs; `lines` prepare the stand-in called `name`.

    A table is not replaced: it holds what is `given` as well.
    """

    target: str
    name: str
    lines: tuple[str, ...]
    given: str = ""


@dataclass(frozen=True)
class Argument:
    """`label` is the keyword it is given by, empty when it goes by position; `parameter` is what it is for."""

    parameter: str
    label: str
    choice: Choice

    @property
    def is_named(self) -> bool:
        return self.label not in ("", "*")

    def written(self, text: str) -> str:
        if self.label == "*":
            return text[1:-1] if text.startswith("[") else f"*{text}"
        return f"{self.label}={text}" if self.label else text


@dataclass(frozen=True)
class Scenario:
    """`template` shapes the call: `{target}({args})`, `len({target})`, `{target}[{key}] = {value}`.

    `subject` is the variable of the object whose method is called; where `made` is given, that call makes it and takes
    the place of `setup`. `steps` are calls on it that come before the one that is looked at.
    """

    symbol: str
    target: str
    arguments: tuple[Argument, ...] = ()
    template: str = "{target}({args})"
    setup: tuple[str, ...] = ()
    subject: str = ""
    patches: tuple[Patch, ...] = ()
    documented: bool = False
    made: Scenario | None = None
    steps: tuple[Scenario, ...] = ()

    @property
    def is_statement(self) -> bool:
        is_block = self.template.startswith(("del ", "with "))
        return "{key}" in self.template or is_block or " = {args}" in self.template

    def call(self, texts: tuple[str, ...] | None = None) -> str:
        given = texts if texts is not None else tuple(argument.choice.text for argument in self.arguments)
        pairs = sorted(
            zip(self.arguments, given, strict=True), key=lambda pair: (pair[0].label != "") + pair[0].is_named
        )
        written = [text for argument, given_text in pairs if (text := argument.written(given_text))]
        if "{key}" in self.template:
            return self.template.format(target=self.target, key=given[0], value=given[-1])
        return self.template.replace("{target}", self.target).replace("{args}", ", ".join(written))

    def lines(self) -> tuple[str, ...]:
        wanted = self.own_lines()
        first = (*self.made.lines(), f"{self.subject} = {self.made.call()}") if self.made is not None else self.setup
        before = [line for step in self.steps for line in (*step.own_lines(), step.call())]
        return (*dict.fromkeys((*wanted, *first)), *before)

    def own_lines(self) -> tuple[str, ...]:
        """What its arguments need, without its object."""
        return tuple(dict.fromkeys(line for argument in self.arguments for line in argument.choice.setup))

    def with_choice(self, index: int, choice: Choice) -> Scenario:
        arguments = list(self.arguments)
        arguments[index] = dataclasses.replace(arguments[index], choice=choice)
        return dataclasses.replace(self, arguments=tuple(arguments), documented=False)

    def key(self) -> str:
        return "\n".join((*self.lines(), *(str(patch) for patch in self.patches), self.call()))

    def size(self) -> int:
        return len(self.key())


def text_of(choice: Choice) -> str:
    """The text that the choice is; empty when it is none."""
    value = value_of(choice.text)
    return value if isinstance(value, str) else ""


@functools.lru_cache(maxsize=4096)
def value_of(text: str) -> Any:
    """The literal's value, not to be changed; a type of its own for anything else."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return NotImplemented
