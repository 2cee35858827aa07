"""How a project writes its tests, as far as one of its own shows: what a new test has to look like to belong there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The manners of one test file. What it does not show is None, and left as whoever writes the test has it.

    `head` is what stands above everything else in every file of the project (a licence, `from __future__ …`), as text.
    `indent` is one step of indentation, `quote` one character. `in_groups` says whether tests stand in a `describe` or
    a class. `word` is `it` or `test`. `asserts_with` is assert or unittest in Python; expect, chai or assert in
    JavaScript. `runner` is the module that `it` and the like come from, "" when they are globals. `loads_by` is import
    or require. `has_functions` says that tests are written `function () {}`. `is_annotated` and `has_docstrings`
    are about Python's test functions.
    """

    head: str = ""
    indent: str | None = None
    quote: str | None = None
    semicolons: bool | None = None
    in_groups: bool | None = None
    word: str | None = None
    asserts_with: str | None = None
    runner: str | None = None
    loads_by: str | None = None
    has_functions: bool = False
    is_annotated: bool = False
    has_docstrings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The project's test that a new one should look like: the nearest."""

    path: str
    text: str
    style: Style
