"""Languages that are read by their layout alone, for projects that say themselves how their tests are run.

No grammar: where a test begins is known by its mark, where it ends by its braces. What only a grammar could tell
(mending, possible bugs, boundary cases, adding to a suite) is not offered, and the compiler has the last word.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from testwright.domain.analysis import Analysis, Claim, Import, Symbol, SymbolKind
from testwright.domain.drafts import Case, Draft, Mending
from testwright.domain.edges import Edge
from testwright.domain.errors import PermanentError
from testwright.domain.insertions import CannotAdd
from testwright.domain.mutants import Mutant
from testwright.domain.paths import base_name
from testwright.domain.sessions import SourceFile
from testwright.domain.styles import Style
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Fault
from testwright.languages.by_layout import gates, suites
from testwright.languages.by_layout.blocks import blanked, blocks_of
from testwright.languages.by_layout.mutants import mutants_of, switched
from testwright.languages.by_layout.words import WORDS, Words

__all__ = ["WORDS", "ByLayout", "decisions_by_layout"]

_DECIDES = re.compile(r"\b(?:if|elsif|for|while|until|unless|case|when|catch|rescue|match)\b|&&|\|\|")


@dataclass(frozen=True)
class ByLayout:
    """A Language of which no more is known than its words."""

    words: Words

    @property
    def name(self) -> str:
        return self.words.name

    def analyse(self, source: SourceFile) -> Analysis:
        blank = blanked(source.text, self.words)
        try:
            ends = {block.start: block.end for block in blocks_of(blank, self.words)}
        except ValueError as error:
            raise PermanentError(
                f"{base_name(source.path)} does not parse: {error}.", code="unparseable", hint="Correct it, and retry."
            ) from error
        own = self.words.own_tests.search(blank) if self.words.own_tests is not None else None
        code = blank[: own.start()] if own is not None else blank
        found = [
            *_symbols(self.words.type, SymbolKind.CLASS, code, ends),
            *_symbols(self.words.symbol, SymbolKind.FUNCTION, code, ends),
        ]
        if not any(symbol.kind is SymbolKind.FUNCTION for symbol in found):
            raise PermanentError(
                f"{base_name(source.path)} defines nothing that could be called from a test.",
                code="nothing_to_test",
                hint="Pick a file with functions or methods that others may call.",
            )
        symbols = tuple(sorted(found, key=lambda symbol: symbol.line))
        return Analysis(language=self.name, symbols=symbols)

    def split(self, suite: str) -> Draft:
        return suites.split(suite, self.words)

    def render(self, draft: Draft) -> str:
        return suites.render(draft, self.words)

    def style_of(self, suite: str) -> Style:
        return Style()

    def joined(self, preamble: str, other: str, *, first_wins: bool = False) -> str:
        return suites.joined(preamble, other, self.words, first_wins=first_wins)

    def imports(self, text: str, path: str) -> tuple[Import, ...]:
        return ()

    def outline(self, text: str, path: str, names: Collection[str]) -> str:
        return ""

    def annotated(self, draft: Draft) -> Draft:
        return draft

    def styled(self, draft: Draft, style: Style) -> Draft:
        return draft

    def added(self, draft: Draft, suite: str, *, package: str = "") -> str:
        raise CannotAdd(f"new tests in {self.name} get a file of their own")

    def names_in(self, suite: str) -> frozenset[str]:
        try:
            return frozenset(test.name for test in suites.tests_in(suite, self.words))
        except ValueError:
            return frozenset()

    def renamed(self, case: Case, name: str) -> Case:
        return suites.renamed(case, name)

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        return gates.fault_of(case, draft, analysis, self.words)

    def sees_order(self, suite: str, source: SourceFile) -> bool:
        return False

    def mended(self, case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
        return None

    def accused(self, case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
        return None

    def claims(self, source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
        return ()

    def marked(self, draft: Draft, framework: str) -> Draft:
        return draft

    def announced(self, draft: Draft, first: int) -> tuple[Draft, tuple[Edge, ...]]:
        return draft, ()

    def mutants(self, source: SourceFile) -> tuple[Mutant, ...]:
        return mutants_of(source.text, self.words)

    def edge_cases(self, source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
        return ()

    def switched(self, source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
        return switched(source.text, mutants, self.words)


def decisions_by_layout(text: str, words: Words) -> int:
    return len(_DECIDES.findall(blanked(text, words)))


def _symbols(pattern: re.Pattern[str], kind: SymbolKind, code: str, ends: dict[int, int]) -> list[Symbol]:
    found: list[Symbol] = []
    for match in pattern.finditer(code):
        line = code.count("\n", 0, match.start("name")) + 1
        opening = min((start for start in ends if start >= match.start()), default=None)
        end = ends[opening] if opening is not None else match.end()
        found.append(Symbol(name=match["name"], kind=kind, line=line, end_line=code.count("\n", 0, end) + 1))
    return found
