"""The type checkers and formatters that a project may have, each asked in its own words; what is found is theirs."""

from collections.abc import Mapping

from testwright.conventions.biome import Biome
from testwright.conventions.mypy import Mypy
from testwright.conventions.prettier import Prettier
from testwright.conventions.pyright import BasedPyright, Pyright
from testwright.conventions.python_formatters import Black, RuffFormat, Yapf
from testwright.conventions.tsc import Tsc
from testwright.domain.ports import Formatter, TypeChecker

TYPE_CHECKERS: Mapping[str, TypeChecker] = {
    checker.name: checker for checker in (Tsc(), Mypy(), BasedPyright(), Pyright())
}
FORMATTERS: Mapping[str, Formatter] = {
    formatter.name: formatter for formatter in (Biome(), Prettier(), Black(), RuffFormat(), Yapf())
}
"""A project that is configured for several of a language uses the first of them."""
