"""What was read in a source file before anything ran."""

from dataclasses import dataclass
from enum import StrEnum

from testwright.domain.edges import Edge


class SymbolKind(StrEnum):
    FUNCTION = "function"
    CLASS = "class"
    METHOD = "method"
    COMPONENT = "component"
    HOOK = "hook"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`annotation` and `default` are source text; `kind` is positional, keyword, rest or keywords."""

    name: str
    annotation: str | None = None
    default: str | None = None
    optional: bool = False
    kind: str = "positional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """Something exported. A method's `name` is `Class.method`. Lines count from 1, both ends included."""

    name: str
    kind: SymbolKind
    line: int
    end_line: int
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    is_async: bool = False
    is_generator: bool = False
    is_default_export: bool = False
    is_static: bool = False
    doc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A documented example: after `setup`, `call` gives `expected`; all source text of the language.

    `text` is how the documentation says it, on `line` of the source or of `path`, when that is given.
    """

    symbol: str
    call: str
    expected: str
    text: str
    line: int
    path: str | None = None
    setup: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a file takes from a module: the names it has there; none where the module is taken as a whole."""

    module: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`imports` are module specifiers as written; `literals` are source texts of constants, most telling first.

    `edges` are the boundary cases that tests are to meet; none when they were not asked for.
    """

    language: str
    symbols: tuple[Symbol, ...]
    imports: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    edges: tuple[Edge, ...] = ()
